{
  // Material's code toolbars come late and as landmarks without a name; tables that
  // scroll can be reached with a pointer only.
  const ROLES = {
    row: "tr", columnheader: "thead th", rowheader: "tbody th", cell: "td", rowgroup: ":is(thead, tbody)",
  };
  const mend = () => {
    document.querySelectorAll("nav.md-code__nav:not([role])").forEach((one) => {
      one.role = "none";
    });
    // Shown as cards, a table stays one for a screen reader.
    for (const [role, name] of Object.entries(ROLES)) {
      document.querySelectorAll(`table[style] ${name}:not([role])`).forEach((one) => {
        one.role = role;
      });
    }
    document.querySelectorAll("table[style]:not([role])").forEach((one) => {
      one.role = "table";
    });
    document.querySelectorAll(".md-typeset__scrollwrap:not([role])").forEach((one) => {
      Object.assign(one, { role: "group", ariaLabel: "Table", tabIndex: 0 });
    });
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  mend();
}
{
  // Pointing at a mark of a picture lights up its line of code, and the reverse.
  const lit = new Set();
  const light = (event) => {
    lit.forEach((one) => one.classList.remove("lit"));
    lit.clear();
    const { target } = event;
    const mark = target.closest?.(".pictures a[href]");
    const id = mark ? mark.getAttribute("href").slice(1) : target.closest?.("code-line[id]")?.id;
    if (!id) return;
    const found = [document.getElementById(id), ...target.closest(".example").querySelectorAll(`.pictures a[href="#${id}"]`)];
    found.filter(Boolean).forEach((one) => lit.add(one));
    lit.forEach((one) => one.classList.add("lit"));
  };
  addEventListener("pointerover", light);
  // Not every browser says that it prints, before it does.
  const address = () => {
    document.querySelector("h1").dataset.address = location.href.replace(location.hash, "");
  };
  addEventListener("beforeprint", address);
  address();
}
