// Which pattern?: the lists of the page, walked through a question at a time. The way
// that was taken is in the address, so that each step is a link.
{
  const walk = document.querySelector(".walk"), start = walk.innerHTML;
  const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const branches = Object.fromEntries([...document.querySelectorAll("article h2[id]")]
    .map((head) => [head.id, head.nextElementSibling]));
  const taken = () => (new URLSearchParams(location.search).get("way") ?? "").split(".").filter(Boolean);
  const item = (from, to) => from?.querySelector(`:scope > ul > li[data-to="${CSS.escape(to)}"]`);
  const named = (id) => {
    const head = document.getElementById(id).cloneNode(true);
    head.querySelector(".headerlink")?.remove();
    return head.innerHTML;
  };
  const link = (way, html, kind) => `<a${kind} href="?${new URLSearchParams({ way: way.join(".") })}">${html}</a>`;

  // Each step is its answer and the part of the list below it; none if there is no such way.
  const steps = (way) => {
    const found = [];
    for (const to of way) {
      const at = found.length ? item(found.at(-1).at, to) : branches[to];
      if (!at) return [];
      found.push({ at, said: found.length ? at.querySelector(":scope > strong").innerHTML : named(to) });
    }
    return found;
  };
  const shown = (way, found) => {
    const { at } = found.at(-1), leaf = at.querySelector(":scope > .leaf");
    const back = found.map(({ said }, n) => link(way.slice(0, n + 1), said, n + 1 === found.length ? ' aria-current="step"' : ""));
    const tiles = [...at.querySelectorAll(":scope > ul > li")].map((one) =>
      link([...way, one.dataset.to], one.querySelector("strong").innerHTML, ' class="tile"'));
    const crumbs = `<nav class="way" aria-label="Answers so far"><a href="?">Start again</a> › ${back.join(" › ")}</nav>`;
    return crumbs + (leaf ? `<p class="ends" tabindex="-1">${leaf.innerHTML}</p>`
      : `<p class="asked" tabindex="-1">${at.querySelector(":scope > .asked").innerHTML}</p><div class="tiles">${tiles.join("")}</div>`);
  };
  const show = () => {
    const way = taken(), found = steps(way);
    walk.innerHTML = found.length ? shown(way, found) : start;
  };
  const go = (query) => {
    try { history.pushState(null, "", query || location.pathname); } catch { /* Some browsers keep the address of a file. */ }
    show();
    (walk.querySelector("[tabindex]") ?? walk.querySelector(".tile")).focus({ preventScroll: true });
  };

  walk.addEventListener("click", (event) => {
    const a = event.target.closest('a[href^="?"], a[data-to]');
    if (!a || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const to = a.dataset.to ? `?way=${a.dataset.to}` : a.getAttribute("href");
    go(to === "?" ? "" : to);
  });
  walk.addEventListener("keydown", (event) => {
    const tiles = [...walk.querySelectorAll(".tile")], step = KEYS[event.key];
    if (!step || !tiles.length) return;
    event.preventDefault();
    const next = tiles.indexOf(document.activeElement) + step;
    tiles[(next + tiles.length) % tiles.length].focus();
  });
  addEventListener("popstate", show);
  show();
}
