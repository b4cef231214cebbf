"use strict";
// Comfort only: files can be dropped, and what was checked off stays so in this tab. Everything works without this.
(() => {
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
      const said = document.createElement("p");
      said.className = "banner lose too-large";
      said.setAttribute("role", "alert");
      said.textContent = main.dataset.tooLarge;
      field.form.prepend(said);
      said.scrollIntoView({block: "center"});
    });
  }
  for (const box of document.querySelectorAll("[data-remember]")) {
    const key = box.dataset.remember;
    try {
      box.checked = sessionStorage.getItem(key) === "yes";
      box.addEventListener("change", () => sessionStorage.setItem(key, box.checked ? "yes" : "no"));
    } catch { /* where storage is forbidden, it lasts as long as the page */ }
  }
})();
