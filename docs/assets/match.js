// What a text means: which recorded message it holds, or which mistakes its words name.
// Nothing here knows a page; `find.js` shows what is found.
const match = (() => {
  const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const plain = (html) => html.replace(/<[^>]+>/g, " ")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
  const spaced = (html) => ` ${words(plain(html)).join(" ")} `;

  // A message as a pattern: names of the reader's own are anything, numbers any number.
  const ENOUGH = 14, SURE = 30;
  const TAIL = / \(…, line …\)$/;
  const literal = (part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\d+(\\\.\d+)*/g, "[\\d.]+").replace(/\s+/g, "\\s+");
  const pattern = ({ name, text }) => {
    const gap = text.includes("…\n") ? "[^]{0,600}?" : "[^\\n]{0,600}?";
    const parts = text.replace(TAIL, "").split("…").map(literal).filter(Boolean);
    // A quotation mark alone begins too early, at another name.
    if (parts.length > 1 && !/\w/.test(parts[0])) parts.shift();
    if (!parts.length) return new RegExp(`(?:^|\\s)(?:[\\w.]+\\.)?${name}:?[ \\t]*$`, "gm");
    const end = /\w$/.test(parts.at(-1)) ? "(?![\\w'])" : "";
    return new RegExp(parts.join(gap) + end, "g");
  };
  const patterns = new Map();
  const kept = (message) => patterns.get(message) ?? patterns.set(message, pattern(message)).get(message);
  const weight = (text) => text.replace(/[^\p{L}]/gu, "").length;
  // The type before a message, as a traceback, a log or a repr has it.
  const TYPE = /([A-Z]\w*|asyncio)(?::\s|\(['"]|:)/g;
  const typeBefore = (text, at) =>
    [...text.slice(text.lastIndexOf("\n", at - 1) + 1, at).matchAll(TYPE)].at(-1)?.[1];

  const found = (message, text) => {
    const last = [...text.matchAll(kept(message))].at(-1);
    if (!last) return [];
    const type = typeBefore(text, last.index), long = weight(message.text);
    const typed = type === message.name || !message.text;
    const enough = typed || long >= (type ? SURE : ENOUGH);
    return enough ? [{ message, at: last.index, end: last.index + last[0].length, typed, long }] : [];
  };
  // What an exception leaves behind leads nobody to its fix.
  const left = ({ message }) => message.text.endsWith(" was never awaited");
  const overlap = (one, other) => one.at < other.end && other.at < one.end;
  const before = (one, other) => left(one) - left(other) || (overlap(one, other)
    ? other.typed - one.typed || other.long - one.long : other.at - one.at);

  // Messages that a text holds, the one that it ends with first.
  const messages = (all, text) => all.flatMap((one) => found(one, text)).sort(before)
    .filter((one, n, sorted) => !sorted.slice(0, n).some((other) => overlap(one, other)));
  const LOOKS = /Traceback \(most recent|^\s*File ".+", line \d+|(?:^|[\s.])[A-Z]\w*(?:Error|Exception|Warning|Exit|Timeout|Interrupt|DoesNotExist)\b(?::|\()/m;
  const looksLikeOne = (text) => LOOKS.test(text) || /\n.*\n/.test(text.trim());

  // Words: a rare one says more, one in a title most, and a beginning is enough.
  const SMALL = new Set("a also am an and any are as at be been but by can could d did do does don for from get gets got had has have how i if in into is it its just like ll me my not of on or our ours s should so some such t that the their them then there these they this those to us very was we were what when where which who why will with would you your".split(" "));
  const stem = (word) => word.length > 4 ? word.replace(/(?:ing|ies|ied|es|ed|e|s)$/, "")
    : word.replace(/^(..[^s])s$/, "$1");
  const terms = (text, also) => {
    const all = [...new Set(words(text))].filter((one) => !SMALL.has(one));
    const others = new Map(Object.entries(also).map(([word, same]) => [stem(word), same]));
    const forms = (word) => [word, ...(others.get(stem(word)) ?? [])];
    return all.map((word) => ({ word, forms: forms(word).map((one) => ` ${stem(one)}`) }));
  };
  const pairs = (text) => words(text).map((one, n, all) => [one, all[n + 1]])
    .filter(([one, next]) => next && !(SMALL.has(one) && SMALL.has(next))).map((two) => ` ${two.join(" ")} `);
  const has = (text, { forms }) => forms.some((form) => text.includes(form));
  // Fields of a document, the weightiest first, each as `[weight, spaced text]`. Words
  // that stand together as they were asked for count once more. A word that nothing here
  // has counts for little: what is left may still be told.
  const TOGETHER = 2, UNKNOWN = 0.3;
  const ranked = (documents, text, also = {}) => {
    const asked = terms(text, also).map((term) => {
      const holding = documents.filter(({ fields }) => fields.some(([, one]) => has(one, term)));
      return { ...term, rare: Math.log(1 + documents.length / (1 + holding.length)), known: holding.length > 0 };
    });
    const most = asked.reduce((sum, { rare, known }) => sum + rare * (known ? 1 : UNKNOWN), 0), together = pairs(text);
    const scored = (one) => {
      let score = 0, covered = 0;
      for (const term of asked) {
        const best = one.fields.find(([, field]) => has(field, term));
        if (best) { score += term.rare * best[0]; covered += term.rare; }
      }
      for (const pair of together) {
        const best = one.fields.find(([, field]) => field.includes(pair));
        if (best) score += TOGETHER * best[0];
      }
      return { one, score: score * (covered / most) ** 2 / (one.long ?? 1), covered: covered / most };
    };
    const results = documents.map(scored).filter(({ covered }) => covered > 0).sort((a, b) => b.score - a.score);
    const unknown = asked.filter(({ known }) => !known).map(({ word }) => word);
    return { results, unknown, known: asked.length - unknown.length };
  };
  return { messages, looksLikeOne, ranked, spaced, plain };
})();
if (typeof module !== "undefined") module.exports = match;
