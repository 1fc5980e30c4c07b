// Works for the challenge of a form ([data-bits]): looks for an answer with which SHA-256 begins with enough zero bits.
// It begins when the first field is entered, so that it is mostly done when the form is sent.
(() => {
  "use strict";
  const K = new Uint32Array(64);
  const FIRST = new Uint32Array(8);
  {
    let found = 0;
    for (let candidate = 2; found < 64; candidate++) {
      let prime = true;
      for (let each = 2; each * each <= candidate; each++) if (candidate % each === 0) { prime = false; break; }
      if (!prime) continue;
      if (found < 8) FIRST[found] = (Math.sqrt(candidate) % 1) * 2 ** 32;
      K[found++] = (Math.cbrt(candidate) % 1) * 2 ** 32;
    }
  }
  const W = new Uint32Array(64);

  function mix(state, bytes, at) {
    for (let i = 0; i < 16; i++) {
      const j = at + i * 4;
      W[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    }
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15], b = W[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  // The whole blocks of the challenge are mixed once; only the rest differs from answer to answer.
  function searcher(text, bits) {
    const head = new TextEncoder().encode(text + ":");
    const whole = head.length - (head.length % 64);
    const begun = new Uint32Array(FIRST);
    for (let at = 0; at < whole; at += 64) mix(begun, head, at);
    const rest = head.subarray(whole);
    return (number) => {
      const tail = String(number);
      const length = rest.length + tail.length;
      const block = new Uint8Array(length + 9 > 64 ? 128 : 64);
      block.set(rest);
      for (let i = 0; i < tail.length; i++) block[rest.length + i] = tail.charCodeAt(i);
      block[length] = 0x80;
      new DataView(block.buffer).setUint32(block.length - 4, (whole + length) * 8);
      const state = new Uint32Array(begun);
      for (let at = 0; at < block.length; at += 64) mix(state, block, at);
      return Math.clz32(state[0]) >= bits;
    };
  }

  function work(form) {
    if (form.working) return form.working;
    form.working = new Promise((done) => {
      const right = searcher(form.elements.challenge.value, Number(form.dataset.bits));
      let number = 0;
      const turn = () => {
        for (const ends = performance.now() + 30; performance.now() < ends;) {
          for (let i = 0; i < 200; i++, number++) {
            if (right(number)) { form.elements.answer.value = String(number); done(); return; }
          }
        }
        setTimeout(turn);
      };
      turn();
    });
    return form.working;
  }

  for (const form of document.querySelectorAll("form[data-bits]")) {
    form.addEventListener("focusin", () => work(form), { once: true });
    form.addEventListener("submit", (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      work(form).then(() => form.submit());
    });
  }
})();
