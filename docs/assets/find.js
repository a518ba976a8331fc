// The finder's page: a text or a choice, its fixes, and an address for each state.
{
  const MOST = 1500, SHOWN = 5, SURE = 0.45, CLOSE = 0.9, PERHAPS = 0.33, ENOUGH = 3, LEAST = 0.3, MUCH = 0.3, SHORT = 500;
  const LISTS = /^(sources|assistant|glossary)\/|#the-rules|#verdicts/;
  let typed = false;
  const base = new URL(JSON.parse(document.getElementById("__config").textContent).base.replace(/\/?$/, "/"), location);
  const form = document.getElementById("finder"), text = document.getElementById("finder-text");
  const out = document.getElementById("finder-found"), choice = form.querySelector("details");
  const summary = choice.querySelector("summary"), ask = summary.textContent;
  const says = document.getElementById("finder-says");
  // What is not here is said above the choice, which is as high as a screen.
  const put = (html) => {
    out.innerHTML = html;
    says.replaceChildren(...out.querySelectorAll(".finder-none"));
  };
  const tiles = [...form.querySelectorAll("a.tile")];
  const own = (a) => Object.fromEntries(new URLSearchParams(a.getAttribute("href").slice(1)));
  const choices = tiles.map((one) => [one, own(one)]);

  // A page of the file system may load a script, and nothing else.
  const script = (path) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"),
      { src: new URL(path, base), onload: resolve, onerror: reject }));
  });
  const once = (load) => { let kept; return () => kept ??= load(); };
  const data = once(async () => {
    let given;
    window.found = (one) => { given = one; };
    // A built site has both in one file.
    await Promise.all([typeof match === "object" || script("assets/match.js"), script("assets/finder.js")]);
    return named(given);
  });
  const proofs = once(async () => {
    let given;
    window.proved = (one) => { given = one; };
    await script("assets/proof.js");
    return given;
  });
  const sections = once(async () => {
    let heard;
    window.heard = (one) => { heard = one; };
    const index = async () => { window.__index = await (await fetch(new URL("search/search_index.json", base))).json(); };
    await Promise.all([script("assets/heard.js"), location.protocol === "file:" ? script("search/search_index.js") : index()]);
    // A long text has many words, and so says less with each; a list has words of everything.
    const long = ({ location: at, text: { length } }) => Math.max(1, length / SHORT) * (LISTS.test(at) ? 2 : 1);
    return window.__index.docs.map((one) => ({ ...one, long: long(one),
      fields: [[6, match.spaced(one.title)], [4, match.spaced(heard[one.location] ?? "")], [1, match.spaced(one.text)]] }));
  });
  const namedIn = (html) => [...html.matchAll(/#([\w-]+)"/g)].map(([, id]) => id);
  const named = (given) => {
    const said = (n) => given.messages.filter(({ rows }) => rows.includes(n)).map((one) => `${one.name} ${one.text}`).join(" ");
    given.rows = given.rows.map(([place, of, see, fix, why, never, heard = ""], n) => {
      const at = given.places[place], kinds = of.map((one) => given.symptoms[one]).join(" ");
      const fields = [[4, match.spaced(`${see} ${heard}`)], [3, match.spaced(why)],
        [1.5, match.spaced(`${fix} ${never} ${at} ${kinds} ${said(n)}`)]];
      const [good, bad] = [fix, never].map(namedIn);
      return { id: bad[0], in: at, of, see, do: fix, why, never, good, bad, fields };
    });
    return given;
  };

  const address = (path) => {
    const to = new URL(path, base);
    if (location.protocol === "file:") to.pathname = to.pathname.replace(/\/$/, "/index.html");
    return to.href;
  };
  const escaped = (words) => words.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt()};`);
  const link = (path, html) => `<a href="${address(path)}">${html}</a>`;
  const linked = (html) => html.replace(/href="([^"]+)"/g, (_, to) => `href="${address(to)}"`);
  const mark = (good) => `<span class="mark mark--${good ? "good" : "bad"}" role="img" aria-label="${good ? "works" : "fails as predicted"}"></span>`;
  const proof = (id, examples) => {
    const [page, title, good, seen] = examples[id];
    const told = seen.map(([said, lanes]) => `${said} <small>${lanes}</small>`).join("; ");
    return `<li>${mark(good)} ${link(`${page}#${id}`, title)}: ${told}</li>`;
  };
  const counted = (many, one, more) => `${many} ${many > 1 ? more : one}`;
  const told = ({ good, bad }) => `${counted(good.length, "block works", "blocks work")}, ${counted(bad.length, "fails", "fail")}`;
  const card = (row) => `<li id="never-${row.id}">
    <p class="see">${row.in}: ${linked(row.see)} <a class="headerlink" href="?fix=${row.id}" title="Permalink">¶</a></p>
    <p class="do"><b>Fix</b><span>${linked(row.do)}</span></p>
    <p><b>Cause</b><span>${linked(row.why)}</span> <b>Don't</b><span>${linked(row.never)}</span></p>
    <details class="proof" data-of="${[...row.good, ...row.bad]}"><summary>Proof: ${told(row)}</summary><ul></ul></details></li>`;
  const cards = (rows, most = SHOWN) => {
    const [now, later] = [rows.slice(0, most), rows.slice(most)];
    const list = (some) => `<ul class="fixes">${some.map(card).join("")}</ul>`;
    return (now.length ? list(now) : "") + (later.length
      ? `<details><summary>${later.length} more</summary>${list(later)}</details>` : "");
  };
  out.addEventListener("toggle", async ({ target: at }) => {
    const list = at.matches(".proof[open]") && at.querySelector("ul:empty");
    if (!list) return;
    const examples = await proofs();
    list.innerHTML = at.dataset.of.split(",").map((id) => proof(id, examples)).join("");
  }, true);

  // Of many situations of a message, the traceback's own words and files tell which.
  const FILES = [[/management.commands|manage\.py/, "In commands and scripts"], [/celery|tasks\.py/, "In tasks"],
    [/consumers?\.py|channels/, "In streams and consumers"], [/views?\.py|handlers.(asgi|wsgi|base)/, "In views"],
    [/tests?[_/.]|pytest|unittest/, "In tests"]];
  const nearest = (rows, pasted, given) => {
    const places = FILES.filter(([file]) => file.test(pasted)).map(([, place]) => place);
    const code = [...new Set(pasted.split("\n").slice(-40))].join("\n");
    const order = new Map(match.ranked(rows, code).results.map(({ one, score }) => [one, score]));
    const worth = (row) => (order.get(row) ?? 0) + 4 * places.includes(row.in) - rows.indexOf(row) / 10;
    return pasted.includes("\n") ? [...rows].sort((a, b) => worth(b) - worth(a)) : rows;
  };
  const entry = ({ message }, pasted, given, n) => {
    const rows = nearest(message.rows.map((one) => given.rows[one]), pasted, given);
    const title = link(message.to, `<code>${escaped(`${message.name}: ${message.text}`.replace(/: $/, ""))}</code>`);
    return `<h2>${n ? "Earlier in the text: " : ""}${title}</h2>`
      + (message.ask ? `<p>${linked(message.ask)}</p>` : "") + cards(rows, n ? 1 : SHOWN);
  };
  const CHOOSE = "Choose what you see, and where it runs:";
  const notHere = (then) => `<p class="finder-none"><strong>Not in this guide.</strong> No run provoked this message. ${then}</p>`;
  const worthShowing = ({ results }, sure, most) => results
    .filter(({ covered, score }, n) => n < most && covered >= sure && score >= LEAST * results[0].score);

  // A message that no run gave: another driver's words for one of a run, or a row that has
  // nearly all its words, is close, and no more.
  const close = (pasted, given) => {
    const said = Object.entries(given.close).reduce((text, [one, other]) => text.replaceAll(one, other), pasted);
    const [hit] = match.messages(given.messages, said);
    if (hit) return `<h2>Close to it</h2>${entry(hit, said, given, 0)}`;
    const last = pasted.trim().split("\n").at(-1).replace(/^[\w.]+:\s/, "");
    const asked = match.ranked(given.rows, last, given.also);
    const rows = asked.known < ENOUGH ? [] : worthShowing(asked, CLOSE, 3);
    return rows.length ? `<h2>Close to it</h2>${cards(rows.map(({ one }) => one))}` : "";
  };
  const showMessages = (hits, pasted, given) => {
    const near = hits.length ? "" : close(pasted, given);
    choice.open = !hits.length && !near;
    put(hits.length
      ? hits.slice(0, 3).map((one, n) => entry(one, pasted, given, n)).join("") : notHere(near ? "Below is what is close to it." : CHOOSE) + near);
  };
  const page = ({ location: at }, all) => all.find((one) => one.location === at.split("#")[0])?.title ?? "";
  const read = (asked, all, given) => {
    const texts = match.ranked(all, asked, given.also);
    const found = worthShowing(texts, SURE, 8);
    const list = found.map(({ one }) => `<li>${link(one.location, one.title)} <small>${page(one, all)}</small></li>`);
    return { unknown: texts.unknown, covered: found[0]?.covered ?? 0,
      html: list.length ? `<h2>Pages</h2><ul class="pages">${list.join("")}</ul>` : "" };
  };
  const showWords = async (asked, given) => {
    const rows = match.ranked(given.rows, asked, given.also);
    const sure = worthShowing(rows, SURE, SHOWN), fixes = sure.length ? sure : worthShowing(rows, PERHAPS, 3);
    const toFix = fixes.length ? `<h2>${sure.length ? "Fixes" : "Perhaps"}</h2>${cards(fixes.map(({ one }) => one))}` : "";
    const far = (fixes[0]?.covered ?? 0) + MUCH;
    choice.open = !sure.length;
    if (!typed && sure.length && !rows.unknown.length && far >= 1) {
      // No page can have far more of the words. So pages come when they are come to: their index is larger than all else.
      // Whoever jumps past their place has come to them as well.
      put(`${toFix}<div></div>`);
      const below = out.lastElementChild;
      new IntersectionObserver(async ([{ isIntersecting: seen }], observer) => {
        if (!seen) return;
        observer.disconnect();
        below.innerHTML = read(asked, await sections(), given).html;
      }, { rootMargin: "100000px 0px 0px" }).observe(below);
      return;
    }
    const pages = read(asked, await sections(), given);
    if (text.value !== asked) return;
    const unknown = rows.unknown.filter((one) => pages.unknown.includes(one));
    put((unknown.length ? `<p class="finder-none">Not in this guide: ${unknown.map((one) => `<b>${escaped(one)}</b>`).join(", ")}.</p>` : "")
      + (toFix || pages.html ? "" : `<p class="finder-none"><strong>Nothing here fits these words.</strong> ${CHOOSE}</p>`)
      + (pages.covered > far ? pages.html + toFix : toFix + pages.html));
  };
  const showChosen = ({ see, in: place }, given) => {
    const soe = given.messages.find(({ name }) => name === "SynchronousOnlyOperation");
    const loud = given.messages.filter((one) => one !== soe).flatMap(({ rows }) => rows);
    const shows = (row, n) => see === "soe" ? soe.rows.includes(n)
      : see === "message" ? loud.includes(n) : !see || row.of.includes(see);
    const rows = given.rows.filter((row, n) => shows(row, n) && (!place || row.in === place));
    choice.open = !(see && place && rows.length);
    put(rows.length ? `<h2>${rows.length} ${rows.length > 1 ? "mistakes show" : "mistake shows"} it</h2>${cards(rows, 20)}`
      : `<p class="finder-none"><strong>Not in this guide:</strong> no run showed this there. Choose another place.</p>`);
  };
  const showFix = (id, given) => {
    choice.open = false;
    put(cards(given.rows.filter((row) => row.bad.includes(id))) || notHere(CHOOSE));
  };

  const state = () => Object.fromEntries(new URLSearchParams(location.search));
  const show = async () => {
    const now = state(), any = now.q || now.see || now.in || now.fix;
    document.documentElement.classList.toggle("finding", !!any);
    for (const [tile, { see, in: place }] of choices) {
      const on = see ? now.see === see : now.in === place;
      const to = { ...(now.see && { see: now.see }), ...(now.in && { in: now.in }), ...(see ? { see } : { in: place }) };
      if (on) { tile.setAttribute("aria-current", "true"); delete to[see ? "see" : "in"]; }
      else tile.removeAttribute("aria-current");
      tile.href = `?${new URLSearchParams(to)}`;
    }
    const chosen = tiles.filter((one) => one.hasAttribute("aria-current")).map((one) => (one.querySelector("b") ?? one).innerText);
    summary.textContent = chosen.length ? `Chosen: ${chosen.join(", ")}` : ask;
    if (!any) { put(""); choice.open = true; return; }
    const given = await data();
    if (now.fix) return showFix(now.fix, given);
    if (!now.q) return showChosen(now, given);
    const pasted = text.value || now.q, hits = match.messages(given.messages, pasted);
    if (hits.length || match.looksLikeOne(pasted)) showMessages(hits, pasted, given);
    else await showWords(pasted, given);
  };
  const go = (query, how) => {
    const to = query ? `?${query}` : location.pathname;
    try { history[how](null, "", to); } catch { /* Some browsers keep the address of a file. */ }
    return show();
  };

  text.addEventListener("focus", data, { once: true });
  form.addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", () => {
    typed = true;
    const q = text.value.trim().slice(-MOST);
    go(q && new URLSearchParams({ q }), "replaceState");
  });
  addEventListener("click", (event) => {
    const a = event.target.closest?.('a[href^="?"]');
    if (!a || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    text.value = "";
    go(a.getAttribute("href").slice(1), "pushState");
  });
  addEventListener("popstate", () => { text.value = state().q ?? ""; show(); });
  text.value = state().q ?? "";
  show();
}
