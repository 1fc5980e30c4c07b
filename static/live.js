// Live pages: one stream of server-sent events for each tab, the server's clock, and polling where no stream comes.
//
//   #words-live   what it says, as JSON in the language of the page (apps/portal/script_words.py)
//   <script src="live.js" data-origin="where the live process is, empty for this origin" defer>
//   data-live-lot="7"   everything inside shows lot 7; data-live-ticket, data-live-after (the last bid shown)
//   data-live-card="7"  a card or row of lot 7; a page with cards and no lot watches all open lots
//   data-live="price"   inside either: price, capitals, total, total_capitals, wan, bids, round, status, last, paddle
//   data-closes, data-opens   a countdown to that instant by the server's clock
//   data-live="closes" beside data-closes: the close of the bidding, whatever the status was at first
//   data-clock   the server's time with its error     data-lost   said while the connection is broken
//   data-line    how prices come: live, by polling, not at all      data-say   the price for screen readers, throttled
//   data-bid-history  a table body of bids, the newest first; data-most rows are kept
//   data-shows="bidding announced"   shown while the lot has one of these statuses
//   data-counts="address"   asked every five seconds for who is connected
(() => {
  "use strict";
  const script = document.currentScript;
  const ORIGIN = (script && script.dataset.origin) || "";
  const SILENCE_MS = 2500; // checked every 250 ms: said within three seconds
  const POLL_MS = 2000;
  const SAY_EVERY_MS = 5000;
  const LONGEST_PAUSE_MS = 15000;

  const words = JSON.parse(document.getElementById("words-live").textContent);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const KINDS = { announced: "open", bidding: "live", suspended: "stop", unsold: "mute", terminated: "stop", defaulted: "stop" };

  // --- amounts: text in yuan with two decimals, never a float
  const grouped = (text) => {
    const [whole, decimals] = text.split(".");
    return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (decimals === undefined ? "" : `.${decimals}`);
  };
  const fen = (text) => {
    const [whole, decimals = ""] = text.split(".");
    return BigInt(whole) * 100n + BigInt(decimals.padEnd(2, "0").slice(0, 2));
  };
  const yuan = (amount) => grouped(`${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`);
  const wan = (amount) => {
    const rest = String(amount % 1000000n).padStart(6, "0").replace(/0+$/, "");
    return grouped(String(amount / 1000000n)) + (rest ? `.${rest}` : "");
  };

  // --- the server's clock: its time at one moment of this page's own steady count, and how far that may be off
  const time = { base: null, at: 0, error: null, asking: false };
  const now = () => (time.base === null ? null : time.base + (performance.now() - time.at));
  const guess = (text) => {
    if (time.base === null) Object.assign(time, { base: Date.parse(text), at: performance.now() });
  };
  const measure = async (url) => {
    if (time.asking) return;
    time.asking = true;
    try {
      let best = null;
      for (let turn = 0; turn < 3; turn += 1) {
        const before = performance.now();
        const answer = await fetch(url, { cache: "no-store", credentials: "omit" });
        if (!answer.ok) throw new Error(String(answer.status));
        const said = await answer.json();
        const after = performance.now();
        const half = (after - before) / 2;
        if (best === null || half < best.error) best = { base: Date.parse(said.now), at: before + half, error: half };
      }
      Object.assign(time, best);
    } catch {
      // The clock runs on by the last reading; the next minute asks again.
    } finally {
      time.asking = false;
    }
  };
  const heard = (text) => {
    guess(text);
    // A message is always a little old. One that is far off means that the server's clock was moved.
    const off = Math.abs(Date.parse(text) - now());
    if (off > 2000) Object.assign(time, { base: Date.parse(text), at: performance.now(), error: null });
    if (time.error === null || off > 2000) measure(`${ORIGIN}/live/time`);
  };

  const two = (number) => String(number).padStart(2, "0");
  const clockText = (ms) => {
    const there = new Date(ms + 8 * 3600 * 1000);
    return `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}:${two(there.getUTCSeconds())}`;
  };
  const leftText = (ms) => {
    if (ms <= 0) return words.over;
    const whole = Math.floor(ms / 1000);
    const days = Math.floor(whole / 86400);
    return (days ? fill(words.days, { d: days }) : "")
      + fill(words.left, { h: Math.floor(whole / 3600) % 24, m: two(Math.floor(whole / 60) % 60), s: two(whole % 60) });
  };
  const write = (place, text) => {
    if (place.textContent !== text) place.textContent = text;
  };
  const tick = () => {
    for (const each of document.querySelectorAll("[data-closes]")) {
      if (each.dataset.now) guess(each.dataset.now);
      const at = now();
      if (at === null || !each.dataset.closes) continue;
      const left = Date.parse(each.dataset.closes) - at;
      write(each, leftText(left));
      each.classList.toggle("closing-soon", left > 0 && left < 60000);
    }
    const at = now();
    if (at === null) return;
    for (const each of document.querySelectorAll("[data-clock]")) {
      const error = time.error === null ? "1.00" : (Math.ceil(Math.max(time.error, 10) / 10) / 100).toFixed(2);
      write(each, fill(words.clock, { time: clockText(at), error }));
    }
  };

  // --- showing
  const listeners = [];
  const wallListeners = [];
  const flash = (place) => {
    place.classList.remove("changed");
    void place.offsetWidth;
    place.classList.add("changed");
  };
  const put = (root, name, text) => {
    for (const each of root.querySelectorAll(`[data-live="${name}"]`)) {
      if (each.textContent.trim() === text) continue;
      each.textContent = text;
      if (name === "price") flash(each);
    }
  };
  const showStatus = (root, status, label) => {
    for (const chip of root.querySelectorAll('[data-live="status"], .lot-card-top > .chip')) {
      if (root.dataset.status === status) break;
      chip.textContent = words[status] || label;
      chip.className = `chip chip-${KINDS[status] || "done"}`;
    }
    root.dataset.status = status;
    for (const part of root.querySelectorAll("[data-shows]")) part.hidden = !part.dataset.shows.split(" ").includes(status);
  };
  // A countdown shown before the bidding began is to another instant; it stays until the page is opened again.
  const showClose = (root, lot) => {
    if (root.dataset.began === undefined) root.dataset.began = lot.status;
    const closes = lot.closes_at;
    for (const each of root.querySelectorAll("[data-closes]")) {
      if (root.dataset.began !== "bidding" && each.dataset.live !== "closes") continue;
      each.dataset.closes = closes;
      if (each.dateTime !== undefined) each.dateTime = closes;
    }
  };
  const showRound = (root, round) => {
    put(root, "round", round ? fill(words.round, { n: round }) : "");
    for (const part of root.querySelectorAll("[data-timed]")) part.hidden = !round;
    for (const part of root.querySelectorAll("[data-untimed]")) part.hidden = Boolean(round);
  };
  const whenText = (iso) => `${iso.slice(5, 10)} ${iso.slice(11, 19)}`;

  const addBidLines = (root, bidLines) => {
    for (const table of root.querySelectorAll("[data-bid-history]")) {
      const own = root.dataset.paddle || "";
      for (const bidLine of bidLines) {
        if (table.querySelector(`[data-n="${bidLine.n}"]`)) continue;
        const row = document.createElement("tr");
        row.dataset.n = String(bidLine.n);
        const mine = own !== "" && bidLine.paddle === own;
        if (mine) row.className = "own";
        const cell = (text, kind, head) => {
          const made = document.createElement("td");
          made.className = kind;
          made.dataset.head = head;
          made.textContent = text;
          row.append(made);
          return made;
        };
        const heads = [...table.closest("table").querySelectorAll("thead th")].map((each) => each.textContent.trim());
        cell(String(bidLine.n), "num", heads[0] || "");
        const paddle = cell(bidLine.paddle, "history-paddle", heads[1] || "");
        if (mine && root.dataset.ownWord) {
          const chip = document.createElement("span");
          chip.className = "chip chip-done";
          chip.textContent = root.dataset.ownWord;
          paddle.append(" ", chip);
        }
        cell(grouped(bidLine.price), "num", heads[2] || "");
        cell(whenText(bidLine.at), "when", heads[3] || "");
        if (heads.length > 4) cell(bidLine.hash, "hash spare", heads[4]);
        table.prepend(row);
        flash(row);
      }
      while (table.rows.length > Number(table.dataset.most || 30)) table.lastElementChild.remove();
      const filled = table.rows.length > 0;
      for (const part of root.querySelectorAll("[data-no-bids]")) part.hidden = filled;
      for (const part of root.querySelectorAll("[data-some-bids]")) part.hidden = !filled;
    }
  };

  let saidAt = -SAY_EVERY_MS;
  let sayTimer = null;
  const say = (text) => {
    for (const place of document.querySelectorAll("[data-say]")) {
      clearTimeout(sayTimer);
      sayTimer = setTimeout(() => {
        saidAt = performance.now();
        write(place, text);
      }, Math.max(0, saidAt + SAY_EVERY_MS - performance.now()));
    }
  };

  // After the close the page speaks of the result: it is written anew by the server, once.
  const OPEN = ["announced", "bidding", "suspended"];
  let reloading = false;
  const closed = (root, status) => {
    if (reloading || root.dataset.reloadAtClose === undefined || OPEN.includes(status)) return;
    reloading = true;
    setTimeout(() => location.reload(), 1500);
  };
  let shown = { version: -1, bids: -1 };
  const showLot = (root, lot) => {
    addBidLines(root, lot.bid_history);
    if (lot.version < shown.version || (lot.version === shown.version && lot.bids < shown.bids)) return;
    const newer = lot.bids !== shown.bids;
    const first = shown.version === -1;
    shown = lot;
    const amount = lot.current || lot.start;
    put(root, "price", grouped(amount.price));
    put(root, "capitals", amount.capitals);
    put(root, "total", grouped(amount.total));
    put(root, "total_capitals", amount.total_capitals);
    put(root, "wan", wan(fen(amount.total)));
    put(root, "bids", String(lot.bids));
    for (const part of root.querySelectorAll("[data-has-price]")) part.hidden = lot.current === null;
    for (const part of root.querySelectorAll("[data-has-no-price]")) part.hidden = lot.current !== null;
    showStatus(root, lot.status, lot.label);
    showClose(root, lot);
    showRound(root, lot.round);
    const last = lot.bid_history[lot.bid_history.length - 1];
    if (last) put(root, "paddle", last.paddle);
    if (newer && lot.current && !first) say(fill(words.say, { price: grouped(amount.price), paddle: last ? last.paddle : "" }));
    for (const each of listeners) each(lot);
    tick();
    closed(root, lot.status);
  };
  const showWall = (wall) => {
    for (const lot of wall.lots) {
      for (const card of document.querySelectorAll(`[data-live-card="${lot.id}"]`)) {
        put(card, "price", grouped(lot.price));
        put(card, "bids", String(lot.bids));
        put(card, "last", lot.last_at ? whenText(lot.last_at) : "—");
        showStatus(card, lot.status, lot.label);
        showClose(card, lot);
        showRound(card, lot.round);
      }
    }
    for (const each of wallListeners) each(wall);
  };

  // --- the line to the server
  const root = document.querySelector("[data-live-lot]");
  const cards = !root && document.querySelector("[data-live-card]");
  const line = { source: null, heardAt: performance.now(), fails: 0, timer: null, polling: false, place: "", state: "" };
  const streamUrl = () => {
    if (!root) return `${ORIGIN}/live/wall`;
    const query = new URLSearchParams();
    // A ticket may have run out; a public lot opens without one.
    if (root.dataset.liveTicket && line.fails < 2) query.set("ticket", root.dataset.liveTicket);
    if (line.place) query.set("after", line.place);
    return `${ORIGIN}/live/lots/${root.dataset.liveLot}?${query}`;
  };
  const pollUrl = () => {
    if (!root) return "/live.json";
    return `/listings/${root.dataset.liveLot}/live.json${line.place ? `?after=${line.place}` : ""}`;
  };
  const setState = (state) => {
    line.state = state;
    for (const each of document.querySelectorAll("[data-lost]")) each.hidden = state !== "lost";
    for (const each of document.querySelectorAll("[data-line]")) {
      write(each, words[state]);
      each.dataset.line = state;
    }
    document.documentElement.dataset.connection = state;
    for (const each of stateListeners) each(state);
  };
  const stateListeners = [];
  const alive = (state) => {
    line.heardAt = performance.now();
    if (line.state !== state) setState(state);
  };
  const take = (name, text, place) => {
    const said = JSON.parse(text);
    heard(said.now);
    if (place) line.place = place;
    if (name === "lot") showLot(root, said);
    else if (name === "bids") addBidLines(root, said.bid_history);
    else if (name === "wall") showWall(said);
    return said;
  };
  const close = () => {
    if (line.source) line.source.close();
    line.source = null;
  };
  const again = () => {
    close();
    line.fails += 1;
    clearTimeout(line.timer);
    const pause = Math.min(500 * 2 ** (line.fails - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
    line.timer = setTimeout(connect, pause);
    if (line.fails >= 2) poll();
  };
  const connect = () => {
    close();
    const source = new EventSource(streamUrl());
    line.source = source;
    line.openedAt = performance.now();
    for (const name of ["lot", "bids", "wall", "beat"]) {
      source.addEventListener(name, (event) => {
        if (source !== line.source) return;
        const said = take(name, event.data, event.lastEventId);
        line.fails = 0;
        line.polling = false;
        if (said.stale) return; // the database is away: the watchdog will say so
        alive("live");
      });
    }
    source.addEventListener("error", () => {
      if (source === line.source) again();
    });
  };
  let pollTimer = null;
  const poll = () => {
    if (line.polling) return;
    line.polling = true;
    const turn = async () => {
      if (!line.polling) return;
      try {
        const before = performance.now();
        const answer = await fetch(pollUrl(), { cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const text = await answer.text();
        const half = (performance.now() - before) / 2;
        if (!line.polling) return;
        const said = JSON.parse(text);
        if (time.error === null || Math.abs(Date.parse(said.now) - now()) > 2000) {
          Object.assign(time, { base: Date.parse(said.now), at: before + half, error: half });
        }
        take(root ? "lot" : "wall", text, root ? `${said.bids}-${said.version}` : "");
        alive("polling");
      } catch {
        // The watchdog says that nothing comes; the next turn tries again.
      }
      pollTimer = setTimeout(turn, POLL_MS);
    };
    clearTimeout(pollTimer);
    turn();
  };
  const watch = () => {
    if (performance.now() - line.heardAt <= SILENCE_MS) return;
    if (line.state !== "lost") setState("lost");
    // A stream that is open and silent is as good as none.
    if (line.source && performance.now() - line.openedAt > SILENCE_MS) again();
  };

  window.exchangeLive = {
    fill, grouped, fen, yuan, wan, now, say,
    onLot: (listener) => { listeners.push(listener); if (shown.version !== -1) listener(shown); },
    onWall: (listener) => { wallListeners.push(listener); },
    onLine: (listener) => { stateListeners.push(listener); listener(line.state); },
  };

  const begin = () => {
    if (!root && !cards) return;
    line.place = (root && root.dataset.liveAfter) || "";
    connect();
    measure(`${ORIGIN}/live/time`);
    setInterval(watch, 250);
    setInterval(() => measure(`${ORIGIN}/live/time`), 60000);
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
    window.addEventListener("online", connect);
  };
  const counts = () => {
    for (const place of document.querySelectorAll("[data-counts]")) {
      const ask = async () => {
        try {
          const said = await (await fetch(place.dataset.counts, { cache: "no-store" })).json();
          for (const [number, [bidders, streams]] of Object.entries(said.lots)) {
            for (const card of document.querySelectorAll(`[data-live-card="${number}"]`)) {
              put(card, "connected", String(bidders));
              put(card, "streams", String(streams));
            }
          }
          const told = Object.values(said.lots).map(([each]) => each).filter(Number.isInteger);
          put(document, "connected_all", told.length ? String(told.reduce((sum, each) => sum + each, 0)) : "—");
          put(document, "lag", String(said.lag_s));
          put(document, "overdue", String(said.overdue));
        } catch {
          // Asked again in five seconds.
        }
      };
      setInterval(ask, 5000);
      setTimeout(ask, 1500);
    }
  };

  tick();
  setInterval(tick, 250);
  begin();
  counts();
})();
