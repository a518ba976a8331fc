{
  // Material's code toolbars come late and as landmarks without a name; tables that
  // scroll can be reached with a pointer only.
  const mend = () => {
    document.querySelectorAll("nav.md-code__nav:not([role])").forEach((one) => {
      one.role = "none";
    });
    document.querySelectorAll(".md-typeset__scrollwrap:not([role])").forEach((one) => {
      Object.assign(one, { role: "group", ariaLabel: "Table", tabIndex: 0 });
    });
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  mend();
}
