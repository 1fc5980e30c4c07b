// What tells a bidder whose tab is hidden that it was outbid: the title at once, a tone and a notification by choice.
//
//   data-alert-sound, data-alert-notify   switches, off until pressed; permission is asked on the press alone
//   window.exchangeAlerts.outbid(key, text), .settled(key)   a lot is outbid, or no longer
(() => {
  "use strict";
  const words = JSON.parse(document.getElementById("words-alerts").textContent);
  const plain = document.title;
  const outbid = new Map();
  const chosen = (name) => { try { return localStorage.getItem(`outbid-${name}`) === "on"; } catch { return false; } };
  const choose = (name, on) => { try { localStorage.setItem(`outbid-${name}`, on ? "on" : "off"); } catch { /* for this page only */ } };
  const state = { sound: chosen("sound"), notify: chosen("notify") && "Notification" in window && Notification.permission === "granted" };
  let sound = null;

  const title = () => {
    const text = outbid.size > 1 ? words.titles.replace("{n}", String(outbid.size)) : words.title;
    document.title = outbid.size ? `【${text}】${plain}` : plain;
  };
  const say = (text) => { for (const each of document.querySelectorAll("[data-alert-said]")) each.textContent = text; };

  // --- the tone: made here, no file
  const ready = () => {
    if (!sound && window.AudioContext) sound = new AudioContext();
    if (sound && sound.state === "suspended") sound.resume().then(() => say(""), () => {});
    return sound;
  };
  const tone = () => {
    const line = ready();
    if (!line) return;
    [[880, 0], [660, 0.22]].forEach(([pitch, after]) => {
      const voice = line.createOscillator();
      const volume = line.createGain();
      const from = line.currentTime + after;
      voice.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
      voice.connect(volume).connect(line.destination);
      voice.start(from);
      voice.stop(from + 0.22);
    });
    document.documentElement.dataset.tones = String(Number(document.documentElement.dataset.tones || 0) + 1);
  };
  // A browser lets no page sound before it was touched: a choice of an earlier visit waits for the first press.
  const wake = () => { if (state.sound) ready(); };

  const show = (button, on) => {
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("[data-on]").hidden = !on;
    button.querySelector("[data-off]").hidden = on;
  };
  const showAll = () => {
    for (const each of document.querySelectorAll("[data-alert-sound]")) show(each, state.sound);
    for (const each of document.querySelectorAll("[data-alert-notify]")) show(each, state.notify);
  };
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-alert-sound]")) {
      state.sound = !state.sound;
      choose("sound", state.sound);
      if (state.sound) tone();
    } else if (event.target.closest("[data-alert-notify]")) {
      if (!("Notification" in window)) { say(words.none); return; }
      state.notify = !state.notify && (await Notification.requestPermission()) === "granted";
      choose("notify", state.notify);
      say(!state.notify && Notification.permission === "denied" ? words.refused : "");
    } else {
      wake();
      return;
    }
    showAll();
  });
  document.addEventListener("keydown", wake, { once: true });
  if (state.sound) say(words.silent);

  window.exchangeAlerts = {
    outbid(key, text) {
      const fresh = !outbid.has(key);
      outbid.set(key, text);
      title();
      if (!fresh) return;
      if (state.sound) tone();
      if (state.notify && document.hidden) {
        try {
          const note = new Notification(words.title, { body: text, tag: `outbid-${key}` });
          note.addEventListener("click", () => { window.focus(); note.close(); });
        } catch { /* some phones take notifications from a service worker only */ }
      }
    },
    settled(key) {
      if (outbid.delete(key)) title();
    },
  };
  showAll();
})();
