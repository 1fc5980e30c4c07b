// The bidding hall: the forms of the page, sent without leaving it. The server decides and writes what is shown.
(() => {
  "use strict";
  const live = window.exchangeLive;
  const hall = document.querySelector("[data-hall]");
  if (!live || !hall) return;
  const { grouped, fen, yuan, wan } = live;
  const words = JSON.parse(document.getElementById("words-hall").textContent);

  const line = hall.querySelector("[data-standing]");
  const notice = hall.querySelector("[data-outbid]");
  const dialog = document.querySelector("[data-dialog]");
  const inside = dialog.querySelector("[data-dialog-inside]");
  const refusals = hall.querySelector("[data-refusal]");
  const receipts = hall.querySelector("[data-receipt]");
  const accepted = hall.querySelector("[data-accepted]");
  const ownRows = hall.querySelector("[data-own-rows]");
  const price = document.getElementById("price");
  const meaning = hall.querySelector("[data-meaning]");
  const offers = hall.querySelector("[data-offers]");
  const paddle = hall.dataset.paddle;
  const alerts = window.exchangeAlerts;
  const closed = () => lot !== null && !["announced", "bidding", "suspended"].includes(lot.status);

  let lot = null;
  let connection = "live";
  let pending = false;
  let ownBest = hall.dataset.ownBest || "";
  let kind = hall.dataset.standing;
  const atCeiling = new Set(); // other paddles
  let saidAt = -5000;
  let sayTimer = null;

  // --- how I stand
  const standing = () => {
    if (!ownBest || !lot || !lot.current) return ownBest ? kind : "none";
    if (fen(ownBest) < fen(lot.current.price)) return "outbid";
    const shared = lot.ceiling !== null && lot.current.price === lot.ceiling && (atCeiling.size > 0 || kind === "tied");
    return shared ? "tied" : "leads";
  };
  const showStanding = () => {
    const before = kind;
    kind = standing();
    if (closed()) return; // the page is written anew with the result
    const shown = connection === "lost" ? "lost" : pending ? "pending" : kind;
    line.dataset.standing = shown;
    const word = line.querySelector("[data-standing-word]");
    if (word.textContent !== words[shown]) word.textContent = words[shown];
    if (kind === "outbid" && before !== "outbid" && before !== "none") outbid();
    if (kind !== "outbid") notice.hidden = true;
    if (alerts) {
      if (kind !== "outbid" || closed()) alerts.settled(hall.dataset.place);
      else alerts.outbid(hall.dataset.place, live.fill(words.alert, { lot: hall.dataset.number, price: lot ? grouped(lot.current.price) : "" }));
    }
  };
  const outbid = () => {
    const last = lot.bid_history[lot.bid_history.length - 1];
    const text = live.fill(words.notice, { paddle: last ? last.paddle : "", price: grouped(lot.current.price) });
    clearTimeout(sayTimer);
    sayTimer = setTimeout(() => {
      saidAt = performance.now();
      notice.querySelector("[data-outbid-text]").textContent = text;
      notice.hidden = kind !== "outbid";
    }, Math.max(0, saidAt + 5000 - performance.now()));
  };

  // --- the next valid prices, changed in place so that a button keeps its focus
  const showOffers = () => {
    const buttons = [...offers.querySelectorAll("[data-offer]")];
    buttons.forEach((button, place) => {
      const next = lot.next[place];
      button.hidden = !next;
      if (!next) return;
      button.value = next.price;
      button.querySelector("[data-offer-price]").textContent = grouped(next.price);
      button.querySelector("[data-offer-total]").textContent = wan(fen(next.total));
    });
    hall.querySelector("[data-no-offer]").hidden = lot.next.length > 0 || lot.status !== "bidding";
  };

  // --- what a typed price means
  const PLAIN = /^(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d{1,2})?$/;
  const totalOf = (amount) => {
    const [whole, decimals = ""] = hall.dataset.quantity.split(".");
    const scaled = BigInt(whole) * 10000n + BigInt(decimals.padEnd(4, "0").slice(0, 4));
    return (amount * scaled + 5000n) / 10000n; // half up to 分
  };
  const showMeaning = () => {
    const text = price ? price.value.trim() : "";
    if (!PLAIN.test(text) || text.length > 20) {
      if (meaning) meaning.textContent = "";
      return;
    }
    const typed = fen(text.replace(/,/g, ""));
    const current = lot && lot.current ? fen(lot.current.price) : hall.dataset.current ? fen(hall.dataset.current) : null;
    let said = "";
    if (current !== null) {
      said = typed > current ? live.fill(words.above, { x: yuan(typed - current) }) : typed === current ? words.same : words.below;
    }
    const least = lowest(text);
    if (least) { meaning.textContent = live.fill(words.least, { price: least }); return; }
    meaning.textContent = said + live.fill(words.total, { y: wan(totalOf(typed)) });
  };

  // --- sending
  const send = async (form, extra) => {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(extra)) body.set(name, value);
    const answer = await fetch(hall.dataset.place, {
      method: "POST", body, headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(8000),
    });
    const type = answer.headers.get("Content-Type") || "";
    if (!type.startsWith("application/json")) {
      const no = new Error("not an answer of the hall");
      no.login = answer.redirected || answer.status === 403;
      throw no;
    }
    return answer.json();
  };
  // --- the fast way: the bid address of the live process. Where it gives no answer the pages' own address is asked the
  // same request: it answers with the first receipt, or decides now.
  let ticket = hall.dataset.ticket;
  const renew = async () => {
    const answer = await fetch(`${hall.dataset.place}ticket/`, { signal: AbortSignal.timeout(3000) });
    const type = answer.headers.get("Content-Type") || "";
    ticket = answer.ok && type.startsWith("application/json") ? (await answer.json()).ticket : "";
    return ticket !== "";
  };
  const ask = (body) => fetch(hall.dataset.bids, {
    method: "POST", body, credentials: "omit", signal: AbortSignal.timeout(3000),
    headers: { Authorization: `Ticket ${ticket}`, "Content-Type": "application/json", "X-Fragment": "1" },
  });
  const place = async (form) => {
    const far = form.querySelector("[data-far]");
    if (!ticket || (far && !far.checked)) return {};
    const seen = form.elements.seen.value;
    const body = JSON.stringify({
      unit_price: form.elements.price.value, request_id: form.elements.request_id.value,
      ...(seen === "none" ? { saw_none: true } : seen ? { seen_price: seen } : {}),
    });
    try {
      let said = await (await ask(body)).json();
      if ((said.detail.ticket || said.code === "not_signed_in" || said.code === "not_permitted") && await renew()) said = await (await ask(body)).json();
      if (said.detail.sequence) return { receipt: said.detail };
      return ["unavailable", "internal", "not_permitted", "not_signed_in"].includes(said.code) ? {} : { no: said };
    } catch {
      return {};
    }
  };
  // The receipt as the pages print it; where they do not answer, what it says is shown at once.
  const show = async (receipt) => {
    try {
      const answer = await fetch(`${hall.dataset.place}?receipt=${receipt.sequence}`, {
        headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(4000),
      });
      answered(await answer.json());
    } catch {
      dialog.close();
      ownBest = receipt.unit_price;
      const values = { n: receipt.sequence, price: grouped(receipt.unit_price), at: receipt.received_at, hash: receipt.hash };
      receipts.replaceChildren(paragraph(live.fill(words.taken, values), "notice notice-done"));
      receipts.firstChild.focus();
    }
  };
  const paragraph = (text, kind) => {
    const box = document.createElement("p");
    box.className = kind;
    box.tabIndex = -1;
    if (/[\u4e00-\u9fff]/.test(text)) box.lang = "zh-Hans";
    box.textContent = text;
    return box;
  };
  const refuse = (html) => {
    refusals.innerHTML = html;
    if (price) price.setAttribute("aria-invalid", "true");
    const box = refusals.querySelector("[role=alert]");
    if (box) { box.tabIndex = -1; box.focus(); }
  };
  const clearRefusal = () => {
    refusals.replaceChildren();
    if (price) price.removeAttribute("aria-invalid");
  };

  const open = (html) => {
    inside.innerHTML = html;
    if (!dialog.open) dialog.showModal();
    const first = inside.querySelector("[data-far], [data-confirm]");
    if (first) first.focus();
    const far = inside.querySelector("[data-far]");
    const confirm = inside.querySelector("[data-confirm]");
    if (far && confirm) {
      confirm.disabled = !far.checked;
      far.addEventListener("change", () => { confirm.disabled = !far.checked; });
    }
  };
  const tell = (text) => {
    const place = inside.querySelector("[data-dialog-said]");
    if (place) { place.textContent = text; place.hidden = !text; }
  };

  // What cannot be taken is stopped here, with the lowest price that can; the server says the same of all else.
  const lowest = (text) => {
    if (!lot || lot.status !== "bidding" || !lot.next.length || !PLAIN.test(text) || text.length > 20) return "";
    return fen(text.replace(/,/g, "")) < fen(lot.next[0].price) ? grouped(lot.next[0].price) : "";
  };
  const choose = async (form, chosen) => {
    clearRefusal();
    const least = lowest(chosen);
    if (least) { refuseText(live.fill(words.least, { price: least })); return; }
    try {
      const said = await send(form, { step: "check", price: chosen });
      if (said.kind === "confirm") open(said.html);
      else refuse(said.html);
    } catch (error) {
      // Without an answer nothing was submitted: the plain form does it.
      if (error.login) { refuseText(words.login); return; }
      refuseText(words.lost);
    }
  };
  const refuseText = (text, code) => {
    const box = paragraph(text, "wrong");
    box.setAttribute("role", "alert");
    if (code) {
      const name = document.createElement("code");
      name.textContent = code;
      box.append(" ", name);
    }
    refusals.replaceChildren(box);
    if (price) price.setAttribute("aria-invalid", "true");
    box.focus();
  };
  const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

  const confirm = async (form) => {
    pending = true;
    showStanding();
    const button = form.querySelector("[data-confirm]");
    button.disabled = true;
    try {
      for (let turn = 0; turn < 12; turn += 1) {
        try {
          const placed = turn === 0 ? await place(form) : {};
          if (placed.no) {
            dialog.close();
            refuseText((words.refusals || {})[placed.no.code] || placed.no.message, placed.no.code);
          } else if (placed.receipt) {
            await show(placed.receipt);
          } else {
            answered(await send(form, { step: "confirm" }));
          }
          return;
        } catch (error) {
          tell(error.login ? words.login : words.retry);
          if (error.login) return;
          await sleep(Math.min(500 * (turn + 1), 3000));
        }
      }
      tell(words.gaveUp);
    } finally {
      pending = false;
      if (button.isConnected) button.disabled = false;
      showStanding();
    }
  };
  const answered = (said) => {
    if (said.kind === "confirm") { open(said.html); return; }
    dialog.close();
    if (said.kind === "refusal") { refuse(said.html); return; }
    receipts.innerHTML = said.html;
    accepted.textContent = live.fill(words.accepted, { n: said.sequence });
    if (!ownRows.querySelector(`[data-own="${said.sequence}"]`)) ownRows.insertAdjacentHTML("afterbegin", said.row);
    hall.querySelector("[data-own-table]").hidden = false;
    hall.querySelector("[data-own-none]").hidden = true;
    if (!ownBest || fen(said.price) > fen(ownBest)) ownBest = said.price;
    if (window.parent !== window) window.parent.postMessage("bid-placed", location.origin);
    if (price) price.value = "";
    showMeaning();
    const box = receipts.querySelector("[tabindex]");
    if (box) box.focus({ preventScroll: true });
  };

  hall.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-choose]");
    if (!form) return;
    event.preventDefault();
    const chosen = event.submitter && event.submitter.name === "price" ? event.submitter.value : price.value.trim();
    choose(form, chosen);
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    confirm(event.target);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) { event.preventDefault(); if (!pending) dialog.close(); }
  });
  dialog.addEventListener("cancel", (event) => { if (pending) event.preventDefault(); });
  if (price) price.addEventListener("input", () => { showMeaning(); clearRefusal(); });

  live.onLot((state) => {
    lot = state;
    for (const bidLine of lot.bid_history) {
      if (bidLine.paddle === paddle && (!ownBest || fen(bidLine.price) > fen(ownBest))) ownBest = bidLine.price;
      if (lot.ceiling !== null && bidLine.price === lot.ceiling && bidLine.paddle !== paddle) atCeiling.add(bidLine.paddle);
    }
    showOffers();
    showMeaning();
    showStanding();
    const seen = inside.querySelector("[name=seen]");
    if (dialog.open && seen && !pending && lot.current && seen.value !== lot.current.price) {
      tell(live.fill(words.moved, { price: grouped(lot.current.price) }));
    }
  });
  live.onLine((state) => { connection = state; showStanding(); });
  showMeaning();
})();
