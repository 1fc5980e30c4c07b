// A list by keyboard: j and k move, Enter opens, x selects, / searches, ? helps. It can be switched off.
(() => {
  "use strict";
  const ready = () => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const dialog = document.getElementById("keys");
    const search = document.querySelector("[data-search]");
    const on = document.getElementById("keys_on");
    let place = -1;

    const enabled = () => { try { return localStorage.getItem("desk-keys") !== "off"; } catch { return true; } };
    const remember = (value) => { try { localStorage.setItem("desk-keys", value ? "on" : "off"); } catch { /* nowhere to keep it */ } };
    const help = () => { if (dialog && !dialog.open) { on.checked = enabled(); dialog.showModal(); } };

    const go = (to) => {
      if (!rows.length) return;
      if (rows[place]) rows[place].classList.remove("here");
      place = Math.max(0, Math.min(rows.length - 1, to));
      const row = rows[place];
      row.classList.add("here");
      row.setAttribute("tabindex", "-1");
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    };

    const count = () => {
      const said = document.querySelector("[data-selected]");
      if (!said) return;
      const number = document.querySelectorAll("[data-select]:checked").length;
      said.querySelector("b").textContent = String(number);
      said.hidden = !number;
    };
    for (const box of document.querySelectorAll("[data-select]")) box.addEventListener("change", count);
    count();

    const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || (dialog && dialog.open)) return;
      if (!enabled() && event.key !== "?") return;
      const row = rows[place];
      if (event.key === "j") go(place + 1);
      else if (event.key === "k") go(place < 0 ? 0 : place - 1);
      else if (event.key === "Enter" && row && event.target === row) {
        const link = row.querySelector("[data-open]");
        if (link) link.click();
      } else if (event.key === "x" && row) {
        const box = row.querySelector("[data-select]");
        if (box) { box.checked = !box.checked; count(); }
      } else if (event.key === "/" && search) search.focus();
      else if (event.key === "?") help();
      else return;
      event.preventDefault();
    });

    for (const button of document.querySelectorAll("[data-keys-open]")) button.addEventListener("click", help);
    for (const button of document.querySelectorAll("[data-keys-close]")) button.addEventListener("click", () => dialog.close());
    if (on) on.addEventListener("change", () => remember(on.checked));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
