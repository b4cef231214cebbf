"use strict";
// Comfort only: files can be dropped, and a job keeps what was typed. Everything works without this.
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
  // The page of a job: each field saves itself. Only the line below it changes, whatever happens.
  const page = document.querySelector("form[data-left]");
  const say = (words, place) => place.replaceChildren(document.getElementById(words).content.cloneNode(true));
  if (page) {
    let isSent = false;
    const on = (name, act) => document.addEventListener(`htmx:${name}`, ({detail, target}) => {
      const field = detail.ctx?.sourceElement ?? target;
      if (field.form === page && detail.ctx) act(field, detail.ctx);
    });
    const fail = (field, ctx) => {
      say("unsaved-words", ctx.target);
      ctx.target.querySelector("[data-again]").addEventListener("click", () => field.dispatchEvent(new Event("change")));
    };
    on("config:request", (field, {request}) => {
      for (const name of [...request.body.keys()]) {
        if (![field.name, "csrf_token"].includes(name)) request.body.delete(name);
      }
      const answer = field.closest(".field").querySelector(".tick input");
      if (answer && field.type === "text" && field.value) answer.checked = false;
    });
    on("before:request", (_field, ctx) => say("saving-words", ctx.target));
    on("error", fail);
    on("response:error", (field, ctx) => {
      ctx.swap = "none";
      fail(field, ctx);
    });
    on("after:swap", (field, ctx) => {
      const isWrong = ctx.target.querySelector(".err") !== null;
      field.setAttribute("aria-invalid", isWrong);
      field.closest(".field").classList.toggle("err", isWrong);
    });
    page.addEventListener("submit", (event) => {
      if (event.submitter?.matches(".vh")) event.preventDefault(); // the key Enter: the field has saved itself
      else isSent = true;
    });
    addEventListener("beforeunload", (event) => {
      const isTyped = (one) => !one.hasAttribute("hx-post") && one.type !== "hidden" && one.name
        && (one.type === "radio" || one.type === "checkbox" ? one.checked !== one.defaultChecked : one.value !== (one.defaultValue ?? one.options[0].value));
      if (!isSent && (page.querySelector(".saved.err") || [...page.elements].some((one) => one.tagName !== "BUTTON" && isTyped(one)))) event.preventDefault();
    });
    addEventListener("pagehide", () => {
      const token = new FormData();
      token.set("csrf_token", page.elements.csrf_token.value);
      navigator.sendBeacon(page.dataset.left, token);
    });
  }
  // Chats to choose from: only those that a word and a button ask for are shown; what is chosen stays so.
  const sieve = document.getElementById("sieve"), chats = document.getElementById("chats");
  if (sieve) {
    const word = sieve.querySelector("input"), buttons = [...sieve.querySelectorAll("button")];
    const sift = () => {
      const kind = buttons.find((one) => one.ariaPressed === "true").dataset.show;
      for (const line of chats.children) {
        line.hidden = !line.matches(kind) || !line.textContent.toLowerCase().includes(word.value.toLowerCase());
      }
    };
    const choose = (chosen) => { buttons.forEach((one) => { one.ariaPressed = String(one === chosen); }); sift(); };
    buttons.forEach((one) => one.addEventListener("click", () => choose(one)));
    word.addEventListener("input", sift);
    sieve.hidden = false;
    choose(chats.querySelector(".recent") ? buttons[0] : buttons.at(-1));
  }
})();
