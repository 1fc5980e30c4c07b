// Keeps what was typed into an act's form while its login has expired: in this tab only, for the same person, until the form is left otherwise.
(() => {
  "use strict";
  const PREFIX = "kept:";
  const SEALED = new Set(["csrfmiddlewaretoken", "key", "reserve_price"]);
  const form = document.querySelector("#act-form");
  const entrance = /^\/(login|duty)\//.test(location.pathname);

  const forget = () => {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
    }
  };

  if (!form) {
    if (!entrance) forget();
    return;
  }
  const own = `${PREFIX}${form.dataset.whose}:${location.pathname}${location.search}`;
  const cameFromLogin = /^\/(login|duty)\//.test(document.referrer ? new URL(document.referrer).pathname : "");

  const restore = (pairs) => {
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value] of pairs) {
      for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (input.type === "checkbox" || input.type === "radio") {
          if (input.value === value) input.checked = true;
        } else if (input.type !== "hidden" && input.type !== "file") {
          input.value = value;
        }
      }
    }
    const note = document.querySelector("[data-kept]");
    if (note) note.hidden = false;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const text = sessionStorage.getItem(own);
  forget();
  if (text && cameFromLogin) restore(JSON.parse(text));

  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  const keep = () => {
    const pairs = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SEALED.has(name));
    sessionStorage.setItem(own, JSON.stringify(pairs));
  };
  form.addEventListener("submit", keep);
  addEventListener("pagehide", () => { if (touched) keep(); });
})();
