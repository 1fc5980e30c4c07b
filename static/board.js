// The bidder's board: rows follow the stream of all lots, a change is a hint to ask how one stands; halls open beside it.
(() => {
  "use strict";
  const live = window.exchangeLive;
  const board = document.querySelector("[data-board]");
  if (!live || !board) return;
  const { fen, grouped } = live;
  const alerts = window.exchangeAlerts;
  const words = JSON.parse(document.getElementById("words-board").textContent);
  const MOST = 4;
  const SOON_MS = 600000;
  const list = board.querySelector("[data-board-lots]");
  const panels = board.querySelector("[data-panels]");
  const said = board.querySelector("[data-board-said]");
  const rows = () => [...list.querySelectorAll("[data-lot]")];
  const row = (number) => list.querySelector(`[data-lot="${number}"]`);
  const write = (place, text) => { if (place && place.textContent !== text) place.textContent = text; };

  // --- how I stand
  const stand = (each, kind, word) => {
    each.dataset.standing = kind;
    const chip = each.querySelector("[data-board-standing]");
    chip.dataset.standing = kind;
    write(chip, word);
    if (kind === "outbid") {
      const price = each.querySelector('[data-live="price"]').textContent.trim();
      alerts.outbid(each.dataset.lot, live.fill(words.notice, { lot: each.dataset.number, price }));
    } else alerts.settled(each.dataset.lot);
  };
  const show = (lot) => {
    const each = row(lot.id);
    if (!each) return;
    each.dataset.own = lot.own;
    stand(each, lot.standing, lot.word);
    write(each.querySelector("[data-board-own]"), lot.own ? grouped(lot.own) : "—");
    write(each.querySelector("[data-board-deposit]"), lot.deposit);
    const todo = each.querySelector("[data-board-todo]");
    const link = todo.querySelector("a");
    if (link) { write(link, lot.todo); link.hidden = !lot.url; link.href = lot.url || "#"; }
    write(todo.querySelector("span"), lot.url ? "" : lot.todo);
    each.querySelector("[data-open-hall]").hidden = !lot.bids;
    const left = each.querySelector("[data-board-left]");
    left.hidden = !lot.next;
    write(left.querySelector("[data-board-next]"), lot.label);
    const time = left.querySelector("time");
    if (lot.next && time.dataset.closes !== lot.next) { time.dataset.closes = lot.next; time.dateTime = lot.next; }
  };
  let asked = 0;
  let timer = null;
  const ask = async () => {
    timer = null;
    asked = performance.now();
    try {
      const answer = await fetch("/desk/board/state/", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) return;
      for (const lot of (await answer.json()).lots) show(lot);
      order();
    } catch {
      // Asked again with the next change, or in half a minute.
    }
  };
  const soonAsk = () => { timer ??= setTimeout(ask, Math.max(0, asked + 1000 - performance.now())); };

  // --- what everybody is told of all lots
  const seen = new Map();
  live.onWall((wall) => {
    let changed = false;
    for (const lot of wall.lots) {
      const each = row(lot.id);
      if (!each) continue;
      const key = `${lot.status} ${lot.bids} ${lot.closes_at}`;
      if (seen.has(lot.id) && seen.get(lot.id) === key) continue;
      changed = changed || seen.has(lot.id) || each.dataset.status !== lot.status || each.dataset.price !== lot.price;
      seen.set(lot.id, key);
      each.dataset.price = lot.price;
      // Said at once; the answer that follows puts it right.
      if (lot.status === "bidding" && each.dataset.own && fen(lot.price) > fen(each.dataset.own)) stand(each, "outbid", words.outbid);
      if (lot.bids) write(each.querySelector("[data-board-price]"), each.dataset.priceWord);
    }
    if (changed) soonAsk();
    order();
  });
  setInterval(soonAsk, 30000);

  // --- a lot under ten minutes moves up
  const order = () => {
    const at = live.now();
    if (at === null) return;
    const soon = (each) => {
      const time = each.querySelector("[data-board-left] time");
      const left = time && time.dataset.closes ? Date.parse(time.dataset.closes) - at : Infinity;
      return each.dataset.status === "bidding" && each.dataset.standing !== "outside" && left > 0 && left < SOON_MS ? left : Infinity;
    };
    const now = rows();
    const wanted = now.map((each, place) => ({ each, left: soon(each), place }))
      .sort((one, other) => (one.left === other.left ? Number(one.each.dataset.place) - Number(other.each.dataset.place) : one.left - other.left));
    for (const { each, left } of wanted) each.classList.toggle("board-soon", left !== Infinity);
    if (wanted.every(({ each }, place) => each === now[place])) return;
    const held = document.activeElement;
    for (const { each } of wanted) list.append(each);
    if (held && list.contains(held)) held.focus({ preventScroll: true });
  };
  setInterval(order, 1000);

  // --- halls beside the board
  const remember = () => {
    try { sessionStorage.setItem("halls", [...panels.children].map((each) => each.dataset.panel).join(",")); } catch { /* forgotten */ }
  };
  const close = (panel, opener) => {
    panel.remove();
    board.classList.toggle("board-split", panels.children.length > 0);
    remember();
    if (opener) opener.focus();
  };
  const open = (number, focus) => {
    const there = panels.querySelector(`[data-panel="${number}"]`);
    const each = row(number);
    if (there) { there.scrollIntoView({ block: "nearest" }); there.querySelector("iframe").focus(); return; }
    if (!each) return;
    if (panels.children.length >= MOST) { write(said, words.most); return; }
    write(said, "");
    const panel = document.createElement("section");
    panel.className = "panel board-panel";
    panel.dataset.panel = number;
    panel.setAttribute("aria-label", `${words.hall} ${each.dataset.number}`);
    const head = document.createElement("div");
    head.className = "panel-head";
    const name = document.createElement("h2");
    name.lang = "zh-Hans";
    name.textContent = each.dataset.number;
    const shut = document.createElement("button");
    shut.type = "button";
    shut.className = "btn btn-sm btn-outline-primary";
    shut.textContent = words.close;
    shut.setAttribute("aria-label", `${words.close} ${each.dataset.number}`);
    shut.addEventListener("click", () => close(panel, each.querySelector("[data-open-hall]")));
    head.append(name, shut);
    const frame = document.createElement("iframe");
    frame.title = `${words.hall} ${each.dataset.number}`;
    frame.src = `/desk/listings/${number}/bid/?panel=1`;
    panel.append(head, frame);
    panels.append(panel);
    board.classList.add("board-split");
    remember();
    if (focus) { frame.focus(); panel.scrollIntoView({ block: "nearest" }); }
  };
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open-hall]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(button.dataset.openHall, true);
  });
  // A hall that took a bid says so: only a frame of this page is listened to, and it says only "ask".
  window.addEventListener("message", (event) => {
    if (event.origin === location.origin && event.data === "bid-placed") soonAsk();
  });
  let kept = "";
  try { kept = sessionStorage.getItem("halls") || ""; } catch { /* none */ }
  for (const number of kept.split(",").filter(Boolean)) open(number, false);
  for (const each of rows()) if (each.dataset.standing === "outbid") stand(each, "outbid", words.outbid);
  order();
})();
