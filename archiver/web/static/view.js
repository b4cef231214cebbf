"use strict";
// Comfort only: every page is whole without this. Chosen messages are counted, a text can be copied, and keys lead
// through a page. Nothing is loaded, and nothing of a message ever becomes markup.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Where storage is forbidden, all this lasts as long as the page.
  const read = (key) => {
    try { return JSON.parse(sessionStorage.getItem(key)) || []; } catch { return []; }
  };
  const write = (key, values) => {
    try { sessionStorage.setItem(key, JSON.stringify(values)); return true; } catch { return false; }
  };

  // --- chosen messages ---

  const form = one("#pick");
  function count() {
    const chosen = new FormData(form).getAll(form.dataset.field ?? "m").length;
    all("[data-count]").forEach(({ dataset }, index, places) => {
      places[index].textContent = chosen ? dataset.count.replace("{n}", chosen) : dataset.none;
    });
  }
  if (form) {
    document.addEventListener("change", count);
    addEventListener("pageshow", count); // going back shows the page as it was left
  }

  // --- one menu at a time ---

  document.addEventListener("click", ({ target }) => {
    all("details:is(.more, .menu)[open]").forEach((menu) => { menu.open = menu.contains(target); });
  });

  // --- commands to paste ---

  all("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const command = document.getElementById(button.dataset.copy), status = one("[data-copied]");
      try {
        await navigator.clipboard.writeText(command.textContent);
        status.textContent = status.dataset.copied;
      } catch {
        getSelection().selectAllChildren(command);
        status.textContent = status.dataset.selected;
      }
    });
  });

  // --- details stay as they were left ---

  const here = "open " + location.pathname;
  const opened = new Set(read(here));
  all("details[id]").forEach((part) => {
    if (opened.has(part.id)) part.open = true;
    part.addEventListener("toggle", () => {
      if (part.open) opened.add(part.id); else opened.delete(part.id);
      write(here, [...opened]);
    });
  });

  // --- what is folded is printed too, also by browsers that have no style for that ---

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("main details:not([open])");
    folded.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => {
    folded.forEach((part) => { part.open = false; });
  });

  // --- keys ---

  function step(by) {
    const stops = all(".m, [data-stop]");
    const now = stops.indexOf(document.activeElement.closest(".m, [data-stop]"));
    // Without a place yet, begin with what is seen.
    const from = now >= 0 ? now + by : stops.findIndex((stop) => stop.getBoundingClientRect().bottom > 0);
    const next = stops[from];
    if (!next) return;
    next.tabIndex = -1;
    next.focus();
  }

  function search() {
    const box = one('input[type="search"]');
    if (box) box.select();
    else one('nav a[href="/conversations"]')?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details:is(.more, .menu)[open]").forEach((menu) => { menu.open = false; });
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const act = { "/": search, j: () => step(1), k: () => step(-1) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
