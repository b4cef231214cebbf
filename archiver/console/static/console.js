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
  for (const box of document.querySelectorAll("[data-remember]")) {
    const key = box.dataset.remember;
    try {
      box.checked = sessionStorage.getItem(key) === "yes";
      box.addEventListener("change", () => sessionStorage.setItem(key, box.checked ? "yes" : "no"));
    } catch { /* where storage is forbidden, it lasts as long as the page */ }
  }
})();
