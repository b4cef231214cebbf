"use strict";
// Searches all pages without a network. The texts lie in scripts beside the pages, since a page opened from a disk
// may load scripts but not read files (render/searchable.py makes them, and says what the sieve promises).
// Nothing of a message ever becomes markup: it is only put in as text.
(() => {
  const BUCKETS = 32749, FACTOR = 23473, FILES = 32, AT_ONCE = 8, SHOWN = 50, KEPT = 400;
  const KINDS = ["", "編集前の文面", "「削除」表示に変わる前の文面", "表示されなくなった(理由不明)", "プランの制限で見えない", "ファイル名"];
  const FILE = KINDS.length - 1;
  const STABLE = /^[0-9a-zぁ-ゖァ-ヺー一-鿋]$/;
  const byId = (id) => document.getElementById(id);
  const kept = new Map();
  const waiting = new Map();
  let turn = 0;

  // The same as `fold` in render/searchable.py.
  const fold = (text) => text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().replace(/ς/g, "σ").replace(/[ \t\n]+/g, " ");

  window.searchPage = (name, value) => {
    const resolve = waiting.get(name);
    waiting.delete(name);
    if (resolve) resolve(value);
  };

  function load(name) {
    if (!kept.has(name)) {
      kept.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        const lost = () => { waiting.delete(name); kept.delete(name); reject(new Error(name)); };
        waiting.set(name, resolve);
        script.src = "search/" + name + ".js";
        script.onerror = lost;
        script.onload = () => { script.remove(); if (waiting.has(name)) lost(); };
        document.head.append(script);
      }));
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(name);
  }

  // --- what is asked for ---

  function wordsOf(query) {
    const words = [];
    const rest = query.replace(/(^|\s)"([^"]+)"(?=\s|$)/g, (all, before, phrase) => { words.push(phrase); return " "; });
    return [...words, ...rest.split(/\s+/)].map(fold).map((word) => word.trim()).filter((word) => word);
  }

  function bucketsOf(words) {
    const buckets = new Set();
    for (const word of words) {
      if (word.length === 1 && STABLE.test(word)) buckets.add(FACTOR * word.charCodeAt(0) % BUCKETS);
      for (let at = 0; at + 1 < word.length; at++) {
        if (STABLE.test(word[at]) && STABLE.test(word[at + 1])) {
          buckets.add((FACTOR * word.charCodeAt(at) + word.charCodeAt(at + 1)) % BUCKETS);
        }
      }
    }
    return [...buckets];
  }

  async function pagesOf(room, words) {
    const all = Array.from({ length: room.pages }, (_, index) => index);
    if (!room.sieve) return all;
    const width = Math.ceil(room.pages / 8);
    const rows = await Promise.all(bucketsOf(words).map(async (bucket) => {
      const bits = atob(await load(room.id + "-sieve-" + String(bucket % FILES).padStart(2, "0")));
      const start = Math.floor(bucket / FILES) * width;
      return bits.slice(start, start + width);
    }));
    return all.filter((page) => rows.every((row) => row.charCodeAt(page >> 3) >> (page & 7) & 1));
  }

  // --- looking through a page ---

  function* found(page, words) {
    // One fold for all texts of a page: many times quicker than one for each. No text holds a NUL.
    page.folded ??= fold(page.rows.map((row) => row.slice(5).filter((_, at) => at % 2 === 0).join("\0")).join("\0")).split("\0");
    let at = 0;
    for (const row of page.rows) {
      const texts = [];
      for (let place = 4; place < row.length; place += 2, at++) {
        if (words.every((word) => page.folded[at].includes(word))) texts.push([row[place], row[place + 1]]);
      }
      if (texts.length) yield { id: row[0], no: row[1], time: row[2], name: page.names[row[3]], texts };
    }
  }

  // --- showing ---

  // For each place in the folded text, the place in the text as it is read.
  function places(text, folded) {
    const from = [];
    for (const piece of text.matchAll(/[ \t\n]+|\P{M}[\p{M}゙゚ﾞﾟ]*|\p{M}+/gu)) {
      for (let count = fold(piece[0]).length; count > 0; count--) from.push(piece.index);
    }
    from.push(text.length);
    return from.length === folded.length + 1 ? from : null;
  }

  function marksOf(text, words) {
    const folded = fold(text), from = places(text, folded), marks = [];
    if (!from) return marks;
    for (const word of words) {
      for (let at = folded.indexOf(word); at >= 0 && marks.length < 200; at = folded.indexOf(word, at + word.length)) {
        let end = at + word.length;
        while (end < folded.length && from[end] === from[end - 1]) end++;
        marks.push([from[at], from[end]]);
      }
    }
    return marks.sort((one, other) => one[0] - other[0]);
  }

  const whole = (text, at) => at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;

  function snippet(text, words) {
    const marks = marksOf(text, words), box = document.createElement("p");
    const first = marks.length ? marks[0][0] : 0;
    const start = whole(text, first > 40 ? first - 30 : 0), end = whole(text, Math.min(text.length, first + 110));
    let at = start;
    box.append(start ? "…" : "");
    for (const [from, to] of marks) {
      if (from < at || to > end) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      box.append(text.slice(at, from), mark);
      at = to;
    }
    box.append(text.slice(at, end), end < text.length ? "…" : "");
    return box;
  }

  function line(hit, words) {
    const item = document.createElement("li"), link = document.createElement("a"), name = document.createElement("bdi");
    const at = new Date((hit.time + 9 * 3600) * 1000);
    name.textContent = hit.name;
    link.href = hit.page + ".html#m" + hit.id;
    link.append("No." + hit.no + " ", isNaN(at) ? "" : at.toISOString().slice(0, 19).replace("T", " ") + " ", name);
    item.append(link);
    if (hit.room.several) item.append(" " + hit.room.name);
    // The name of a file mostly stands in the message already.
    const texts = hit.texts.filter(([kind]) => kind !== FILE);
    for (const [kind, text] of texts.length ? texts : hit.texts) {
      const shown = snippet(text, words);
      if (kind) {
        const label = document.createElement("b");
        label.textContent = KINDS[kind];
        shown.prepend(label, " ");
      }
      item.append(shown);
    }
    return item;
  }

  // --- a search ---

  async function search(query) {
    const mine = ++turn, words = wordsOf(query), hits = [], told = byId("search-told");
    let shown = 0, missing = 0;
    byId("hits").replaceChildren();
    byId("more").hidden = true;
    told.textContent = "";
    document.title = (words.length ? query + " - " : "") + "Chatworkやり取り記録";
    if (!words.length) return;
    told.textContent = "探しています…";
    const offer = () => {
      byId("more").hidden = shown === hits.length;
      byId("more").textContent = "続きを表示(あと" + (hits.length - shown).toLocaleString("ja") + "件)";
    };
    const show = (upto) => {
      byId("hits").append(...hits.slice(shown, upto).map((hit) => line(hit, words)));
      shown = Math.min(upto, hits.length);
      offer();
    };
    byId("more").onclick = () => show(shown + SHOWN);
    for (const room of rooms) {
      // If a part of the sieve is not there, every page is looked through.
      const pages = await pagesOf(room, words).catch(() => Array.from({ length: room.pages }, (_, index) => index));
      for (let at = 0; at < pages.length; at += AT_ONCE) {
        const names = pages.slice(at, at + AT_ONCE).map((page) => room.id + "-" + String(page + 1).padStart(4, "0"));
        const loaded = await Promise.all(names.map((name) => load(name).catch(() => null)));
        if (mine !== turn) return;
        loaded.forEach((page, index) => {
          if (!page) missing++;
          else for (const hit of found(page, words)) hits.push({ ...hit, room, page: names[index] });
        });
        if (shown < SHOWN) show(SHOWN);
      }
    }
    offer();
    told.textContent = (hits.length ? hits.length.toLocaleString("ja") + "件のメッセージに見つかりました。" : "見つかりませんでした。")
      + (missing ? missing + "ページは、searchフォルダーのファイルを読めないため、探せていません。" : "");
  }

  const rooms = [...document.querySelectorAll("[data-room]")].map((section, _, all) => ({
    id: section.dataset.room,
    pages: Number(section.dataset.pages),
    sieve: Number(section.dataset.sieve),
    name: section.querySelector("h2").textContent,
    several: all.length > 1,
  }));

  // The words stand in the address, so that the way back from a message leads to what was found.
  function asked() {
    if (!location.hash.startsWith("#q=")) return;
    let query = location.hash.slice(3);
    try { query = decodeURIComponent(query); } catch { /* typed by hand: taken as it stands */ }
    byId("words").value = query;
    search(query);
  }

  byId("search-form").hidden = false;
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = "#q=" + encodeURIComponent(byId("words").value.toWellFormed?.() ?? byId("words").value);
    if (location.hash === wanted) asked();
    else location.hash = wanted;
  });
  window.addEventListener("hashchange", asked);
  asked();
})();
