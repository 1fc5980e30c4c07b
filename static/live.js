// Looks again by itself: an element with data-poll takes its content from that address every few seconds.
// data-closes counts down by the server's clock, told in data-now. Without scripts the page has a link for the same.
(() => {
  "use strict";
  const EVERY_MS = 3000;

  const remaining = (ms) => {
    const whole = Math.max(0, Math.floor(ms / 1000));
    const parts = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
    return `${parts[0] ? `${parts[0]}天` : ""}${parts[1]}时${String(parts[2]).padStart(2, "0")}分${String(parts[3]).padStart(2, "0")}秒`;
  };

  const tick = () => {
    for (const each of document.querySelectorAll("[data-closes]")) {
      if (each.dataset.ahead === undefined) {
        each.dataset.ahead = String(Date.parse(each.dataset.now) - Date.now());
      }
      each.textContent = remaining(Date.parse(each.dataset.closes) - Date.now() - Number(each.dataset.ahead));
    }
  };

  const look = async (place) => {
    const lost = document.querySelector("[data-lost]");
    try {
      const answer = await fetch(place.dataset.poll, { headers: { "X-Requested-With": "poll" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      const held = document.activeElement && place.contains(document.activeElement);
      if (!held && text.trim() !== place.dataset.last) {
        place.dataset.last = text.trim();
        const fresh = document.createElement("template");
        fresh.innerHTML = text;
        place.replaceChildren(fresh.content);
        tick();
      }
      if (lost) lost.hidden = true;
    } catch {
      if (lost) lost.hidden = false;
    }
  };

  for (const place of document.querySelectorAll("[data-poll]")) {
    setInterval(() => look(place), EVERY_MS);
  }
  setInterval(tick, 1000);
  tick();
})();
