// Checks of a package in order: its lists, seals, records, tables, replies and files.

const MANIFEST = "manifest-sha256.txt";
const TAG_MANIFEST = "tagmanifest-sha256.txt";
const CONTENT = "data/content-sha256.txt";
const ENTRIES = "data/entries.jsonl";
const SEALS = "data/seals/";
const FILES = "data/files/";
const RAW = "data/raw/";
const ENCLOSURES = "data/enclosures/";
const BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const OWN_STAMP = /^tagmanifest-sha256\.txt\.([a-z0-9-]{1,20})\.tsr$/;
const REPORT = /^(?:report(_all_messages-[0-9]{2,4})?\.pdf|evidence_list\.(pdf|csv|docx|xlsx))$/;
const UNCOMPARED = /^(?:00_README\.txt|VERIFY\.txt|verify\.(?:py|html)|bag-info\.txt|fetch\.txt|data\/[a-z_]+\.txt(?<!sha256\.txt))$/;
const PACKAGE_NAME = new RegExp(
  [
    "^(?:bagit\\.txt|manifest(?:-sha256|[0-9]{8})\\.txt|tagmanifest-sha256\\.txt(?:\\.[a-z0-9-]{1,20}\\.tsr)?",
    "data/content-sha256\\.txt|data/(?:entries|masked|messages|pauses)\\.jsonl",
    "data/(?:messages|files|events|links|tasks|pauses|operator_inquiry)\\.csv",
    "data/(?:report(?:_all_messages-[0-9]{2,4})?|evidence_list)\\.pdf|data/evidence_list\\.(?:csv|docx|xlsx)",
    "data/seals/[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\\.json(?:\\.[a-z0-9-]{1,20}\\.tsr)?",
    "data/(?:files|enclosures|transcript|seals/orphaned)/.+|data/tsa/[a-z0-9-]{1,20}\\.pem|data/raw/[^/]+\\.json)$",
  ].join("|"),
  "s",
);
const LISTED_NAMES = 20;
const LIST_COPY = /^manifest[0-9]{8}\.txt$/;
const UNSEALED = /(?<![^\n])Unsealed-After: ([0-9]{1,18})\r?(?![^\n])/;
const PACKAGE_FORMAT = 1;
const LEFT_OUT = /(?<![^\n])Left-Out: ([a-z0-9=; ]{1,200})\r?(?![^\n])/;
const FORMAT_LINE = /(?<![^\n])Package-Format: ([0-9]{1,9})\r?(?![^\n])/;
const OXUM = /(?<![^\n])Payload-Oxum: ([0-9]{1,20})\.([0-9]{1,20})\r?(?![^\n])/;
const READ_LIMIT = 64 << 20;
const RECORDS_LIMIT = 1 << 30;

const isPackage = (names) => ["bagit.txt", MANIFEST, ENTRIES].some((name) => names.includes(name));

class PackageCheck {
  constructor(verification, tree, progress) {
    Object.assign(this, { verification, tree, progress });
    this.names = tree.names();
    this.has = new Set(this.names);
    this.digests = new Map();
    this.ranges = [];
    this.closedAt = null;
    const readSeal = (name) => this.read(SEALS + name);
    this.stamps = new StampCheck(verification, this.namesBelow(SEALS), readSeal, (path) => this.read(path));
    this.readSeal = readSeal;
  }

  async verify() {
    await this.hashFiles();
    await this.checkBag();
    await this.checkList(MANIFEST, "data/", "");
    await this.checkList(TAG_MANIFEST, "", "data/");
    await this.checkList(CONTENT, "data/", "", "data/");
    await this.checkCopiesOfList();
    if (!this.has.has(ENTRIES)) {
      this.addFinding("package-form", ENTRIES, _("The records are not in the package."));
      return;
    }
    const bytes = await this.readOrFinding(ENTRIES, RECORDS_LIMIT);
    if (bytes !== null) await this.checkRecords(bytes);
    this.addUncheckedFiles();
  }

  async checkRecords(bytes) {
    const masked = this.has.has("data/masked.jsonl") ? await this.readOrFinding("data/masked.jsonl", RECORDS_LIMIT) : null;
    const lines = new PackageLines(this.verification, bytes, masked);
    const chain = new SealChain(this.verification, this.namesBelow(SEALS), this.readSeal, async (number, name, body, closedAt) => {
      this.closedAt = closedAt;
      await this.stamps.checkSeal(number, name, body, closedAt);
    });
    const ranges = await chain.ranges();
    this.ranges = ranges.map((range) => [range.number, range.first, range.last]);
    await lines.check(ranges, await this.unsealedAfter(), (done, total) => this.progress("entries", done, total));
    this.verification.checked.messages = lines.messages;
    await this.noteHidden(lines.unsealed);
    if (!this.ranges.length && !lines.unsealed) this.addFinding("seal-missing", SEALS, _("There is no seal in the package."));
    await this.checkOwnStamps();
    this.stamps.close();
    lines.times.close(earliestCovering(this.stamps.times));
    await this.checkSealRecords(chain, lines);
    await this.checkTables(lines);
    await this.checkReplies(lines);
    this.checkFiles(lines);
    this.checkEnclosures(lines);
  }

  // Say what the lists of digests alone protect, and that those lists can be made anew by anybody.
  addUncheckedFiles() {
    if (this.names.some((name) => name.startsWith("data/transcript/"))) {
      const text = _("The pages in {folder} are protected by the lists of hashes alone; they were not compared with the records.");
      this.verification.addUnchecked("data/transcript/", fill(text, { folder: "data/transcript/" }));
    }
    const texts = this.names.filter((name) => UNCOMPARED.test(name));
    if (texts.length) {
      this.verification.addUnchecked("texts", fill(_("{files}: protected by the lists of hashes alone; they were not compared with the records."), { files: texts.join(", ") }));
    }
    const others = this.names.filter((name) => !UNCOMPARED.test(name) && !PACKAGE_NAME.test(name));
    if (others.length) {
      const named = others.slice(0, LISTED_NAMES).join(", ") + (others.length > LISTED_NAMES ? " …" : "");
      this.verification.addUnchecked("other files", fill(_("{files}: this program puts no such files into packages and no record speaks of them; at most the lists of hashes protect them."), { files: named }));
    }
    if (this.names.some((name) => name.startsWith(RAW) && name.endsWith(".meta.json"))) {
      this.verification.addUnchecked(RAW, _("Times, addresses and headers beside the replies (data/raw/*.meta.json) and the times in the replies' file names: protected by the lists of hashes alone. The times in the records are sealed."));
    }
    if (!Object.keys(CSV_HEADERS).some((name) => this.has.has("data/" + name))) {
      const text = _("{files}: not in this package. A daily copy has no such tables; from any other package for a lawyer or a court somebody took them out.");
      this.verification.addUnchecked("tables", fill(text, { files: sortedTexts(Object.keys(CSV_HEADERS)).join(", ") }));
    }
    const used = new Set(this.names.filter((name) => name.endsWith(".tsr")).map((name) => name.split(".").slice(-2)[0]));
    const unused = this.names.filter((name) => name.startsWith("data/tsa/") && !used.has(name.slice(9).split(".")[0]));
    if (unused.length) {
      const text = _("{files}: certificates that no time stamp in this package needs; they were not checked.");
      this.verification.addUnchecked("unused certificates", fill(text, { files: unused.slice(0, LISTED_NAMES).join(", ") }));
    }
    this.verification.addUnchecked(TAG_MANIFEST, _("Whether the lists of hashes are those made with the package: whoever changes a file can write new ones. The archive that made it knows their hash (archive verify there)."));
    this.verification.addUnchecked("omissions", _("Whether something was left out: messages or versions of them, the last seals with their records, records of gaps, replies, files or time stamps. Only the archive that made the package can tell (archive verify there), or another copy."));
    if (this.names.some((name) => name.startsWith("data/report") && name.endsWith(".pdf"))) {
      const lists = ["csv", "docx", "xlsx"].map((kind) => `data/evidence_list.${kind}`);
      const listed = lists.filter((name) => this.has.has(name)).map((name) => ", " + name).join("");
      this.verification.addUnchecked("data/*.pdf", fill(_("The reports ({files}) are protected by the lists of hashes alone; they were not compared with the records."), { files: "data/*.pdf" + listed }));
    }
  }

  // --- lists ----------------------------------------------------------------------------------

  async hashFiles() {
    const total = this.names.reduce((sum, name) => sum + this.tree.size(name), 0);
    let done = 0;
    for (const name of this.names) {
      this.digests.set(name, await digestOrFinding(this.verification, this.tree, name, (bytes) => this.progress("files", done + bytes, total)));
      done += this.tree.size(name);
    }
  }

  async checkBag() {
    if (!this.has.has("bagit.txt")) this.addFinding("package-form", "bagit.txt", _("The file is not in the package."));
    else if ((await this.text("bagit.txt")) !== BAGIT) this.addFinding("package-form", "bagit.txt", _("The file is not the declaration of a BagIt 1.0 package."));
    const oxum = OXUM.exec(await this.text("bag-info.txt"));
    const payload = this.names.filter((name) => name.startsWith("data/"));
    const size = payload.reduce((sum, name) => sum + this.tree.size(name), 0);
    if (oxum && (Number(oxum[1]) !== size || Number(oxum[2]) !== payload.length)) {
      this.addFinding("package-form", "bag-info.txt", _("It gives a different number or size for the files below data/ than they have."));
    }
  }

  async checkList(name, inside, outside, base = "") {
    if (!this.has.has(name)) return this.addFinding("manifest", name, _("The list of hashes is not in the package."));
    const body = (await this.read(name)) || new Uint8Array();
    let listed;
    try {
      listed = parseManifest(body);
    } catch (error) {
      if (!(error instanceof ListError)) throw error;
      return this.addFinding("manifest", name, fill(_("Line {line} does not belong in a list of hashes."), { line: error.line }));
    }
    if (!isCanonicalList(body, listed)) this.addFinding("manifest", name, _("The list of hashes is not written the way packages write it."));
    const actual = new Map();
    for (const [path, digest] of this.digests) {
      if (path.startsWith(inside) && !(outside && path.startsWith(outside)) && path !== name) actual.set(path.slice(base.length), digest);
    }
    for (const difference of compareManifest(listed, actual)) {
      if (difference.kind === "extra" && (base ? REPORT : OWN_STAMP).test(difference.path)) continue;
      this.addFinding("manifest", base + difference.path, differenceText(difference, name));
    }
    for (const path of fittingPaths(listed, actual)) this.verification.fitting.add(base + path);
  }

  // Check that the same list under the name that a notary's system accepts is the same bytes.
  async checkCopiesOfList() {
    const list = (await this.read(MANIFEST)) || new Uint8Array();
    for (const name of this.names.filter((one) => LIST_COPY.test(one))) {
      if (!equalBytes((await this.read(name)) || new Uint8Array(), list)) this.addFinding("manifest", name, fill(_("It is not the same list as {list}."), { list: MANIFEST }));
    }
  }

  // --- stamps ---------------------------------------------------------------------------------

  async checkSealRecords(chain, lines) {
    const rollbacks = lines.other.filter((entry) => entry.kind === "rollback").map(readRollback).filter((one) => one !== null);
    chain.compareRollbacks(rollbacks);
    await checkRollbacks(this.verification, rollbacks, this.namesBelow(SEALS + ORPHANED), this.readSeal);
    noteServices(this.verification, lines.other);
    const recorded = lines.other.filter((entry) => entry.kind === "stamp");
    await compareStamps(this.verification, recorded, this.namesBelow(SEALS), this.readSeal);
    this.stamps.noteRenewals(recorded.filter((entry) => isWhole(entry.payload.seal)), this.ranges);
  }

  async checkOwnStamps() {
    const own = this.names.map((name) => OWN_STAMP.exec(name)).filter(Boolean);
    if (this.stamps.times.size && !own.length) this.verification.addNote(_("The package has no time stamp of its own; the time stamps on its seals cover only the records."));
    const list = (own.length && (await this.read(TAG_MANIFEST))) || new Uint8Array();
    for (const [name, authority] of own) {
      const reply = await this.readOrFinding(name, READ_LIMIT);
      if (reply !== null) await this.stamps.check(name, authority, reply, list, this.closedAt);
    }
  }

  // --- records --------------------------------------------------------------------------------

  // The number of the record after which the package says that nothing is sealed; null: it says nothing.
  async unsealedAfter() {
    const match = UNSEALED.exec(await this.text("bag-info.txt"));
    return match ? Number(match[1]) : null;
  }

  async noteHidden(unsealed) {
    const sealed = this.ranges.reduce((sum, [, first, last]) => sum + last - first + 1, 0), count = sealed - this.verification.checked.entries + unsealed;
    if (count <= 0) return;
    const text = ngettext("The seals name {count} record that is not in this package. By what the package states: {kinds}. Only the archive can tell whether that is so.", "The seals name {count} records that are not in this package. By what the package states: {kinds}. Only the archive can tell whether that is so.", count);
    this.verification.addNote(fill(text, { count, kinds: await this.kindsLeftOut(count) }));
  }

  // What the package says that so many records are; those of which it does not are counted as that.
  async kindsLeftOut(count) {
    const words = {
      runs: _("records of saves: {n}"),
      exports: _("records of exports: {n}"),
      own: _("alerts, notes and the owner's name: {n}"),
      outside: _("outside the package's period: {n}"),
      others: _("of other chats or jobs: {n}"),
      "": _("not entered: {n}"),
    };
    const line = LEFT_OUT.exec(await this.text("bag-info.txt")), stated = {};
    for (const [, kind, number] of line ? line[1].matchAll(/([a-z]{1,20})=([0-9]{1,12})/g) : []) if (Object.hasOwn(words, kind)) stated[kind] = Number(number);
    const rest = count - Object.values(stated).reduce((sum, one) => sum + one, 0), shown = rest >= 0 ? { ...stated, "": rest } : { "": count };
    return Object.keys(words).filter((kind) => shown[kind]).map((kind) => fill(words[kind], { n: shown[kind] })).join(_(", "));
  }

  async checkTables(lines) {
    const format = FORMAT_LINE.exec(await this.text("bag-info.txt"));
    if (format && Number(format[1]) > PACKAGE_FORMAT) {
      const text = _("The package has the format {number}, of a newer version of the program; this one knows up to {known}. Its messages and tables were not compared with the records: use that version.");
      return this.addFinding("newer-format", "bag-info.txt", fill(text, { number: format[1], known: PACKAGE_FORMAT }));
    }
    if (!lines.isReadable) {
      this.verification.addNote(_("Messages and tables were not compared with the records, as not every record can be read."));
      return;
    }
    const csv = Object.keys(CSV_HEADERS), checks = new Map();
    for (const name of [MESSAGES, PAUSES, ...(csv.some((one) => this.has.has("data/" + one)) ? csv : [])]) {
      if (!this.has.has("data/" + name)) {
        this.addFinding("table-rows", "data/" + name, _("The file is not in the package."));
        continue;
      }
      const bytes = await this.readOrFinding("data/" + name, RECORDS_LIMIT);
      if (bytes !== null) checks.set(name, new TableCheck(this.verification, name, bytes));
    }
    const made = tableLines(lines.groups(), lines.other, lines.readings, {
      sealOf: sealNumbers(fillHoles(this.ranges)), stampOf: earliestCovering(this.stamps.times), packed: new Set(this.namesBelow(FILES)),
      historyOf: (entries, sightings) => lines.history(entries, sightings), starts: periodStarts(await this.text("bag-info.txt")),
    });
    await compareTables(this.verification, made, checks, (done) => this.progress("messages", done, lines.messages));
    const count = lines.intervalsOnMasked;
    if (count) {
      const text = ngettext("{count} time at which a text was last seen rests on a reading that also names messages outside the package's period; it is hidden, so only its hash is sealed here.", "{count} times at which a text was last seen rest on readings that also name messages outside the package's period; they are hidden, so only their hashes are sealed here.", count);
      this.verification.addUnchecked("readings", fill(text, { count }));
    }
  }

  async checkReplies(lines) {
    for (const name of this.names) {
      if (!name.startsWith(RAW) || !name.endsWith(".json") || name.endsWith(".meta.json")) continue;
      const meta = name.slice(0, -".json".length) + ".meta.json";
      const parsed = parseJsonBytes((await this.read(meta)) || new Uint8Array()), description = isObject(parsed) ? parsed : {};
      const digest = description.digest ?? null;
      if (!this.has.has(meta)) this.addFinding("raw-replies", name, _("The description of the reply is not in the package."));
      else if (digest !== (await this.saltedDigest(name, description.salt))) this.addFinding("raw-replies", name, _("The reply is not the one that its description names: its hash differs."));
      else if (!lines.replies.has(digest)) this.addFinding("raw-replies", name, _("No record in the package came from this reply."));
    }
  }

  async saltedDigest(name, salt) {
    const bytes = isText(salt) ? fromHex(salt) : null, body = await this.read(name);
    return bytes === null || body === null ? null : sha256Hex(joinBytes([bytes, body]));
  }

  checkFiles(lines) {
    if (!lines.isReadable) return;
    let rows;
    try {
      rows = new Map(fileRows(lines.other).filter((row) => row.storedAs !== null).map((row) => [row.storedAs, row]));
    } catch {
      return; // said already: the tables could not be made
    }
    for (const name of this.namesBelow(FILES)) {
      this.verification.checked.files++;
      const row = rows.get(name), digest = this.digests.get(FILES + name);
      if (!row) this.addFinding("package-files", FILES + name, _("No record in the package says that this file was saved."));
      else if (digest !== row.sha256) this.addFinding("package-files", FILES + name, _("The file is not the one that was saved: its SHA-256 differs from that in the record."));
      else if (lines.saved.get(digest) !== this.tree.size(FILES + name)) this.addFinding("package-files", FILES + name, _("The record gives a different size for the file than it has."));
    }
  }

  // Check that each piece of the user's own evidence has the bytes that a record says were added.
  checkEnclosures(lines) {
    if (!lines.isReadable) return;
    const latest = new Map(), expected = new Map();
    for (const entry of lines.other) {
      const match = entry.kind === "attachment" ? /^attachment\/[a-z0-9-]{1,32}\/([1-9][0-9]{0,5})$/.exec(asText(entry.key)) : null;
      if (match) latest.set(match[1], entry.payload);
    }
    for (const [number, payload] of latest) {
      if (payload.state === "withdrawn") continue;
      const label = payload.kind === "screenshot" ? "S-" + number.padStart(3, "0") : "N-" + number.padStart(2, "0");
      expected.set(label, asText(payload.sha256 ?? null));
    }
    for (const name of this.namesBelow(ENCLOSURES)) {
      this.verification.checked.files++;
      const match = /^([SN]-[0-9]{2,6})(?:\.[a-z0-9]{1,10})?$/.exec(name), label = match ? match[1] : "";
      if (!expected.has(label)) {
        this.addFinding("package-enclosures", ENCLOSURES + name, _("No record in the package says that this file was added."));
        continue;
      }
      if (this.digests.get(ENCLOSURES + name) !== expected.get(label)) this.addFinding("package-enclosures", ENCLOSURES + name, _("It is not the file that was added: its SHA-256 differs from that in the record."));
      expected.delete(label);
    }
    for (const label of sortedTexts(expected.keys())) this.addFinding("package-enclosures", ENCLOSURES + label, _("A record says that this file was added, but it is not in the package."));
  }

  // --- reading --------------------------------------------------------------------------------

  namesBelow(folder) {
    return this.names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
  }

  async text(name) {
    return lenientDecoder.decode((await this.read(name)) || new Uint8Array());
  }

  // The bytes of a small file; null if it is not there or cannot be read, which is a finding already.
  async read(name) {
    try {
      return this.has.has(name) ? await readAll(this.tree, name, READ_LIMIT) : null;
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      return null;
    }
  }

  async readOrFinding(name, limit) {
    try {
      return await readAll(this.tree, name, limit);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      this.addFinding("unreadable", name, fill(_("It cannot be read: {detail}"), { detail: error.message }));
      return null;
    }
  }

  addFinding(check, subject, text) {
    this.verification.addFinding(check, subject, text);
  }
}

// The ranges, with one added where exactly one seal's file cannot be read: its neighbours enclose it.
function fillHoles(ranges) {
  const found = [];
  let before = [0, 0, 0];
  for (const current of ranges) {
    if (current[0] === before[0] + 2 && current[1] > before[2] + 1) found.push([before[0] + 1, before[2] + 1, current[1] - 1]);
    found.push(current);
    before = current;
  }
  return found;
}
