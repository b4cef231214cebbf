"use strict";
// Comfort only: files can be dropped, and what was checked off stays so in this tab. Everything works without this.
(() => {
  function sentence(text, kind) {
    const said = document.createElement("p");
    said.className = `banner lose ${kind}`;
    said.setAttribute("role", "alert");
    said.textContent = text;
    return said;
  }
  for (const place of document.querySelectorAll(".drop")) {
    const field = place.querySelector('input[type="file"]');
    const over = (is) => (event) => { event.preventDefault(); place.classList.toggle("over", is); };
    place.addEventListener("dragover", over(true));
    place.addEventListener("dragleave", over(false));
    place.addEventListener("drop", (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    });
  }
  // A browser shows nothing of an answer that comes while it still sends, so a file that is too large is not sent.
  const main = document.getElementById("main");
  for (const field of document.querySelectorAll('input[type="file"]')) {
    field.form.addEventListener("submit", (event) => {
      const bytes = Array.from(field.files).reduce((sum, file) => sum + file.size, 0);
      field.form.querySelector(".too-large")?.remove();
      if (bytes + 65536 <= Number(main.dataset.uploadLimit)) return;
      event.preventDefault();
      const said = sentence(main.dataset.tooLarge, "too-large");
      field.form.prepend(said);
      said.scrollIntoView({block: "center"});
    });
  }
  // An open page asks whether the program runs; while it does not, no form is sent, and what was typed stays.
  const toast = document.getElementById("toast"), pulse = document.querySelector(".pulse");
  async function look() {
    const answer = await fetch("/pulse").catch(() => null), told = toast.querySelector(".closed");
    if (!answer?.ok) { if (!told) toast.append(sentence(toast.dataset.closed, "toast closed")); return; }
    told?.remove();
    if (pulse) pulse.innerHTML = await answer.text();
  }
  setInterval(look, 20000);
  document.addEventListener("submit", (event) => {
    if (!toast.querySelector(".closed")) return;
    event.preventDefault();
    event.stopPropagation();
    look();
  }, true);
  for (const box of document.querySelectorAll("[data-remember]")) {
    const key = box.dataset.remember;
    try {
      box.checked = sessionStorage.getItem(key) === "yes";
      box.addEventListener("change", () => sessionStorage.setItem(key, box.checked ? "yes" : "no"));
    } catch { /* where storage is forbidden, it lasts as long as the page */ }
  }
})();
