// What every page has: the menu of narrow screens, copying, leaving a half-filled form, and where a refusal stands.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  const ready = () => {
    for (const button of document.querySelectorAll("[data-nav-toggle]")) {
      const nav = button.closest("[data-nav]");
      button.addEventListener("click", () => {
        const open = nav.classList.toggle("nav-open");
        button.setAttribute("aria-expanded", String(open));
      });
    }

    for (const button of document.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", async () => {
        const said = button.querySelector("[data-copied]");
        await navigator.clipboard.writeText(button.dataset.copy);
        if (said) said.hidden = false;
      });
    }

    for (const select of document.querySelectorAll("[data-submit-on-change]")) {
      select.addEventListener("change", () => select.form.requestSubmit());
    }

    // The name of a chosen file takes the place of the words that none is.
    const note = (input) => input.toggleAttribute("data-chosen", input.files.length > 0);
    for (const input of document.querySelectorAll(".file-input input")) {
      note(input);
      input.addEventListener("change", () => note(input));
    }

    // A text is opened before it is confirmed.
    for (const terms of document.querySelectorAll("[data-terms]")) {
      const text = terms.querySelector("details");
      const box = terms.querySelector("input[type='checkbox']");
      const unread = terms.querySelector("[data-unread]");
      text.addEventListener("toggle", () => {
        if (!text.open) return;
        text.dataset.read = "yes";
        unread.hidden = true;
      });
      box.addEventListener("click", (event) => {
        if (text.dataset.read) return;
        event.preventDefault();
        unread.hidden = false;
        text.querySelector("summary").focus();
      });
    }

    // A form is sent once, however often its button is pressed.
    for (const form of document.querySelectorAll("form[method='post']:not([data-many])")) {
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "1";
        setTimeout(() => delete form.dataset.sent, 4000);
      });
    }

    // On a narrow screen a long list shows its first five rows and its totals, and a button for the rest.
    for (const panel of document.querySelectorAll(".panel")) {
      const list = panel.querySelector(":scope > .panel-body tbody, :scope > .panel-body .duties");
      if (!list || list.children.length <= 8 || panel.dataset.whole !== undefined) continue;
      const more = document.createElement("button");
      more.type = "button";
      more.className = "btn btn-outline-primary fold-more";
      more.textContent = document.getElementById("main").dataset.showAll.replace("{n}", String(list.children.length));
      more.addEventListener("click", () => { panel.classList.remove("folded"); more.remove(); });
      panel.classList.add("folded");
      panel.append(more);
    }

    const refusal = document.querySelector("[data-focus]");
    if (refusal) refusal.focus();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
