// The page: takes what is dropped or chosen, and shows the answers. Everything from a package is shown as text alone.

const element = (id) => document.getElementById(id);
const emptied = (node) => (node.replaceChildren(), node);
let lastInput = null;
let runs = 0;

function add(parent, tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = visibleText(text);
  if (className) node.className = className;
  parent.append(node);
  return node;
}

// A sign of the sprite; its names are ours.
function addIcon(parent, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", "#i-" + name);
  for (const [key, value] of [["class", "i"], ["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  svg.append(use);
  parent.append(svg);
}

function addFold(parent, title, aside) {
  const fold = add(parent, "details", undefined, "fold"), summary = add(fold, "summary", title);
  if (aside) add(summary, "span", aside, "soft");
  return add(fold, "div", undefined, "stack small");
}

function addList(parent, title, lines) {
  if (!lines.length) return;
  add(parent, "h3", title);
  const list = add(parent, "ul");
  for (const line of lines) add(list, "li", line);
}

// --- the texts that stand on the page before anything is dropped ------------------------------

function showTexts() {
  document.documentElement.lang = language;
  document.title = _("Verification of a package");
  element("title").textContent = _("Check that an export is as it was when it was made");
  element("lead").textContent = _("A page that checks exports of Chatwork records");
  element("invitation").textContent = _("Drag the ZIP or the folder here.");
  element("zip-label").textContent = _("Choose a zip");
  element("folder-label").textContent = _("Choose a folder");
  element("safety").textContent = _("Everything happens on this computer. Nothing is sent.");
  element("language").textContent = language === "ja" ? "English" : "日本語";
}

function addAbout(parent) {
  const about = addFold(parent, _("What this page cannot know"));
  add(about, "p", fill(_("Made by {program}. The same version of the program always makes the same page."), { program: PROGRAM }));
  add(about, "p", _("A page that somebody altered can say anything. This page cannot read its own file, so drop verify.html here to see its SHA-256, or better compute it with another program (Windows: certutil -hashfile verify.html SHA256; macOS: shasum -a 256 verify.html; Linux: sha256sum verify.html), and compare it with one from a source that you trust: “archive verify --page FILE” of the same version prints it."));
  add(about, "p", _("Tested in Chromium with zips and folders, in Firefox with zips; other browsers are untested. verify.py in the package makes the same checks with Python."));
}

// --- what is dropped --------------------------------------------------------------------------

// The files below a dropped folder as [path, File]. Chromium reads folders on a page from a file only by handles, which others lack.
async function filesBelowHandle(handle, prefix = "") {
  const found = [];
  for await (const one of handle.values()) {
    if (one.kind === "directory") found.push(...(await filesBelowHandle(one, prefix + one.name + "/")));
    else found.push([prefix + one.name, await one.getFile()]);
  }
  return found;
}

async function filesBelowEntry(entry, prefix = "") {
  const reader = entry.createReader(), found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const one of entries) {
      if (one.isDirectory) found.push(...(await filesBelowEntry(one, prefix + one.name + "/")));
      else found.push([prefix + one.name, await new Promise((resolve, reject) => one.file(resolve, reject))]);
    }
  }
}

// What was dropped: one folder, one file, or several files taken as the files of a folder.
async function inputOfDrop(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file"), files = [...transfer.files];
  const entries = items.map((item) => item.webkitGetAsEntry());
  const handles = items.map((item) => item.getAsFileSystemHandle && item.getAsFileSystemHandle());
  if (items.length === 1 && entries[0] && entries[0].isDirectory) {
    const handle = await handles[0];
    return { folder: entries[0].name, files: handle ? await filesBelowHandle(handle) : await filesBelowEntry(entries[0]) };
  }
  return files.length === 1 ? { file: files[0] } : { folder: "", files: files.map((file) => [file.name, file]) };
}

function inputOfFolder(files) {
  const paths = files.map((file) => [file.webkitRelativePath.slice(file.webkitRelativePath.indexOf("/") + 1), file]);
  return { folder: files.length ? files[0].webkitRelativePath.split("/")[0] : "", files: paths };
}

async function verifyInput(input) {
  const run = ++runs, result = emptied(element("result"));
  lastInput = input;
  element("title").hidden = false;
  result.dataset.state = "running";
  const progress = async (what, done, total) => {
    element("progress").textContent = fill(_("Checking: {what} {percent}%"), { what: progressWord(what), percent: total ? Math.floor((100 * done) / total) : 100 });
    if (performance.now() - progress.last > 100) {
      await new Promise((resolve) => setTimeout(resolve));
      progress.last = performance.now();
    }
    if (run !== runs) throw new Superseded();
  };
  progress.last = performance.now();
  try {
    const verification = input.file ? await verifyZip(input.file, progress) : await verifyFolder(input.files, input.folder, progress);
    if (verification !== null) showVerification(result, verification);
    else if (input.file) await showDigest(result, input.file, progress);
    else add(result, "p", _("There is no package in this folder."), "banner look");
    if (verification === null && (!input.file || isZipName(input.file.name))) add(result, "p", _("Choose the package's own folder or zip. Take it out first if it lies in another zip."), "inner");
    result.dataset.state = "done";
  } catch (error) {
    if (error instanceof Superseded) return;
    showFailure(result, error);
  }
  element("progress").textContent = "";
}

function showFailure(parent, error) {
  add(parent, "p", fill(_("The check could not be finished: {detail}"), { detail: String(error) }), "banner look").setAttribute("role", "alert");
  parent.dataset.state = "failed";
}

class Superseded extends Error {}

const progressWord = (what) => ({ files: _("files"), entries: _("records"), messages: _("messages") })[what] || "";

async function showDigest(parent, file, progress) {
  const digest = await digestOrFinding(new Verification(), new PackageFolder([[file.name, file]]), file.name, (done) => progress("files", done, file.size));
  add(parent, "p", fill(_("{name} is not a package. Its SHA-256:"), { name: file.name }));
  add(parent, "p", digest, "digest");
  if (file.name.toLowerCase().endsWith(".pdf")) add(parent, "p", _("Its pages were not checked here. Those of a court's export are by: archive verify FILED.pdf EXPORT"));
}

// --- the answers ------------------------------------------------------------------------------

function showVerification(parent, verification) {
  const isWhole = !verification.unchecked.length, isNewer = Boolean(verification.counts["newer-format"]);
  addOwnLimits(verification);
  const closing = verification.closingSentence(), left = verification.unchecked.length;
  const stampFindings = verification.findings.filter((one) => one.check.startsWith("stamp"));
  const changed = verification.findings.length - stampFindings.length, times = timeLines(verification, stampFindings.length, verification.findings.length);
  element("title").hidden = true;
  element("drop").classList.add("again");
  element("invitation").textContent = _("To check another export, drag its ZIP or folder here.");
  for (const one of document.querySelectorAll("label.btn")) one.className = "btn slim";
  const verdict = add(parent, "section", undefined, "verdict " + (verification.ok ? "ok" : isNewer ? "look" : "bad"));
  verdict.setAttribute("role", verification.ok ? "status" : "alert");
  addIcon(verdict, verification.ok ? "check" : isNewer ? "info" : "x");
  add(verdict, "h1", verification.ok ? (isWhole ? _("Nothing has changed") : _("In what was checked, nothing has changed")) : isNewer ? _("This page is too old to check it") : _("Something is not as it was made"));
  const ticks = add(add(parent, "section", undefined, "card"), "ul", undefined, "ticks");
  const addTick = (kind, icon, title, text) => {
    const line = add(ticks, "li", undefined, kind);
    addIcon(line, icon);
    const words = add(line, "span");
    add(words, "b", title);
    words.append(" " + visibleText(text));
  };
  if (verification.ok) {
    const fitting = verification.isOfFilesAlone() ? _("Every file is as listed in the export: {files}.") : _("Messages ({messages}), files ({files}) and records ({entries}) fit the lists in the export.");
    addTick("", "check", _("Content"), fill(fitting, verification.checked));
    if (!isWhole) addTick("so", "info", _("Not checked"), fill(ngettext("{n} thing, under Details.", "{n} things, under Details.", left), { n: left }));
    addTick("so", "info", _("Time"), shortTime(verification, times));
    if (verification.roots.length) addTick("so", "info", _("Issued by"), verification.roots.map((one) => one.authority).join(", "));
  } else {
    const first = verification.findings.find((one) => one.subject.startsWith("data/")) || verification.findings[0], others = new Set(verification.findings.map((one) => one.subject)).size - 1, text = first.check === "manifest" ? first.subject : first.subject + ": " + first.text;
    addTick("bad", "x", _("What differs"), text.slice(0, 120) + (text.length > 120 ? "…" : "") + (others ? " " + fill(_("and {n} more"), { n: others }) : ""));
    const same = [...verification.fitting].filter((path) => verification.findings.every((one) => !one.subject.startsWith(path))).length;
    if (same) addTick("", "check", _("What is the same"), fill(ngettext("{n} other file is as listed in the export.", "{n} other files are as listed in the export.", same), { n: same }));
    addTick("so", "info", _("What to do"), isNewer ? closing : _("Do not use this export. Ask whoever gave it to you for it once more."));
  }
  for (const one of verification.sources) addTick("so", "info", _("Data from"), one);
  const folds = add(parent, "section"), details = addFold(folds, _("Details"), fill(ngettext("{n} thing not checked", "{n} things not checked", left), { n: left }));
  add(details, "p", closing, "closing");
  const checkedWords = verification.isOfFilesAlone() ? _("Files checked against the list: {files}.") : _("Checked: records {entries}, seals {seals}, time stamps {stamps}, files {files}, messages {messages}.");
  add(details, "p", fill(checkedWords, verification.checked));
  addAnswer(details, "integrity", _("1. Was anything changed?"), integrityLines(verification, changed));
  addAnswer(details, "time", _("2. Since when has it existed?"), times);
  addAnswer(details, "trust", _("3. Who vouches for that time?"), trustLines(verification));
  addList(details, _("What does not match"), verification.findings.map((one) => "[" + one.check + "] " + one.subject + ": " + one.text));
  addList(details, _("What was not checked"), verification.unchecked.map((one) => one.text));
  addList(details, _("Notes"), verification.notes);
  addAbout(folds);
  const { ok, checked, findings, notes, unchecked } = verification;
  add(addFold(folds, _("The result as JSON")), "pre", JSON.stringify({ ok, checked, findings, notes, unchecked, times: verification.times, program: PROGRAM }, null, 1)).id = "json";
}

// In one line the latest time that a known authority states, of the whole or else of seals; of any other only where to look.
function shortTime(verification, lines) {
  const known = verification.times.filter((one) => one.known !== null && !one.is_ahead).sort((a, b) => (a.time < b.time ? 1 : -1));
  const best = known.find((one) => one.seal === null) || known[0];
  if (!best) return verification.times.length ? _("Time stamps lie in it that are not vouched for here: see Details.") : lines[0];
  const sentence = best.seal === null ? _("The whole of it existed at {time} (time stamp).") : _("The records up to seal {seal} existed at {time} (time stamp).");
  return fill(sentence, { seal: best.seal, time: timeInJapan(best.time) });
}

function addAnswer(parent, id, title, lines) {
  const section = add(parent, "section");
  section.id = id;
  add(section, "h2", title);
  for (const line of lines) add(section, "p", line);
}

function integrityLines(verification, count) {
  if (verification.counts["newer-format"]) return [verification.closingSentence()];
  if (count) return [fill(ngettext("{n} thing does not match: see below.", "{n} things do not match: see below.", count), { n: count })];
  const anybody = _("Whoever makes a new one, records and seals too, gets this answer as well. Only the archive that made the package, another copy, or a time stamp that leads to a known authority speaks against that.");
  const lines = [_("What was checked fits together: lists, records, seals, tables and files, as far as the package has them. What was not checked is listed below."), anybody];
  return verification.checked.entries ? lines : [_("The files are those of the list. Whoever changes a file can write a new list, too.")];
}

function timeLines(verification, count, all) {
  if (count) return [fill(ngettext("{n} time stamp does not fit: see below. No time is stated here.", "{n} time stamps do not fit: see below. No time is stated here.", count), { n: count })];
  if (all) return [_("Something does not match, so no time is stated of the package as it is now.")];
  const lines = verification.times.map(timeSentence);
  return lines.length ? lines : [_("Nothing shows it: there is no time stamp.")];
}

function trustLines(verification) {
  if (!verification.roots.length) return [_("Nobody that could be checked here.")];
  const lines = [_("The certificates below, which lie in the package itself. Certificates were judged at the time of the time stamp.")];
  for (const { authority, fingerprint } of verification.roots) {
    const isKnown = Object.hasOwn(KNOWN_ROOTS, fingerprint);
    const text = isKnown ? _("{authority}: {root}, a root certificate that this page knows (SHA-256 {fingerprint}).") : _("{authority}: a root certificate that this page does not know; only the package brings it, so it must be compared with what the authority publishes (SHA-256 {fingerprint}).");
    lines.push(fill(text, { authority, fingerprint, root: isKnown ? KNOWN_ROOTS[fingerprint] : "" }));
  }
  return lines;
}

function addOwnLimits(verification) {
  verification.addUnchecked("verify.html", _("About this page, not the package: whether the page is unchanged itself. Compare its SHA-256 (see below)."));
  if (verification.roots.length) verification.addUnchecked("data/tsa/", _("Whether the root certificates are those of the authorities. Whether certificates were revoked was not checked."));
  if (lastInput && lastInput.files) verification.addUnchecked("folder", _("About this page, not the package: whether a file in the folder is a link to another place. Browsers do not tell; verify.py does."));
}

// --- start ------------------------------------------------------------------------------------

// Verify what is chosen; the same may be chosen again.
function takeChosen(id, inputOf) {
  element(id).addEventListener("change", (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) verifyInput(inputOf(files));
  });
}

function start() {
  const zone = element("drop");
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  document.addEventListener("drop", async (event) => {
    zone.classList.remove("over");
    try {
      verifyInput(await inputOfDrop(event.dataTransfer));
    } catch (error) {
      showFailure(emptied(element("result")), error);
    }
  });
  takeChosen("zip", (files) => ({ file: files[0] }));
  takeChosen("folder", inputOfFolder);
  element("language").addEventListener("click", () => {
    language = language === "ja" ? "en" : "ja";
    showTexts();
    if (lastInput) verifyInput(lastInput);
  });
  language = (navigator.language || "ja").toLowerCase().startsWith("ja") ? "ja" : "en";
  showTexts();
}

start();
