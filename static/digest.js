// Fills in the SHA-256 of a file that is chosen ([data-digest-into]); the file stays where it is.
(() => {
  "use strict";
  if (!window.crypto || !crypto.subtle) return; // without a secure connection the browser computes none: it is typed
  for (const place of document.querySelectorAll("[data-digest]")) {
    place.hidden = false;
    const chosen = place.querySelector("[data-digest-into]");
    chosen.addEventListener("change", async () => {
      const file = chosen.files[0];
      const into = document.getElementById(chosen.dataset.digestInto);
      if (!file || !into) return;
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      into.value = [...digest].map((each) => each.toString(16).padStart(2, "0")).join("");
      into.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
})();
