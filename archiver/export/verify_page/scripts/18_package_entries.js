// Checks of entries.jsonl: form, order, and that every line is one that was sealed.

const LISTED_MESSAGES = 20;
const MESSAGE_KEY = /^message\/([1-9][0-9]{0,19})$/;
const ROOM_COUNT = 1n << 64n;

class PackageLines {
  constructor(verification, bytes, maskedBytes) {
    Object.assign(this, { verification, bytes, hasMaskedFile: maskedBytes !== null });
    this.maskedLines = maskedBytes === null ? [] : [...linesOf(maskedBytes)].map(([, line]) => line);
    this.maskedIndex = 0;
    this.other = [];
    this.readings = new Map();
    this.saved = new Map();
    this.replies = new Set();
    this.isReadable = true;
    this.places = [];
    this.maskedDigests = new Map();
    this.tombstones = new Map();
    this.erasures = new Erasures();
    this.maskedCount = this.maskedFiles = this.unshownCount = 0;
    this.maskedMessages = new Set();
    this.maskedReadingTimes = new Set();
    this.intervalsOnMasked = 0;
    this.unsealedSeqs = [];
    this.unsealed = 0;
    this.times = new TimeOrder(verification);
  }

  // Check every line; `unsealedAfter`: the number after which the package says that nothing is sealed, or null.
  async check(ranges, unsealedAfter, progress) {
    this.unsealedAfter = unsealedAfter;
    this.collectDigests();
    this.removeSealed(ranges);
    const sealed = new SealedDigests(ranges);
    let last = 0, number = 0;
    for (const [offset, line] of linesOf(this.bytes)) {
      number++;
      if (number % 2000 === 0) await progress(offset, this.bytes.length);
      last = this.checkLine(number, line, offset, sealed, last);
    }
    if (number && this.bytes[this.bytes.length - 1] !== 10) this.findUnreadable(number);
    this.noteUnsealed(sealed.last);
    this.findUnsealed(sealed.last);
    for (const [digest, at] of this.maskedDigests) this.addFinding("entry-sealed", "entries.jsonl:" + at, fill(_("The hash {digest} of a hidden record is in no seal."), { digest }));
    for (const [digest, [at]] of this.tombstones) this.addFinding("entry-sealed", "entries.jsonl:" + at, fill(_("The hash {digest} of an erased record is in no seal."), { digest }));
    this.erasures.close(this.verification);
    this.checkMasked();
    this.places.sort((a, b) => compareWhole(a.message, b.message) || compareWhole(a.room, b.room) || a.index - b.index);
  }

  // Check one line; the number of the last record so far.
  checkLine(number, line, offset, sealed, last) {
    let entry = parseEntry(line), shown = null;
    const digest = entry === null ? maskedDigest(line) : null;
    if (digest !== null) {
      shown = entry = this.shownInPlace(digest);
      if (entry === null) return last;
    } else if (entry === null && readTombstone(line) !== null) {
      this.verification.checked.entries++;
      return last;
    } else if (entry === null) {
      this.findUnreadable(number);
      return last;
    } else {
      this.verification.checked.entries++;
    }
    const seq = entry.seq;
    if (!isWhole(seq) || seq <= last) {
      this.addFinding("entry-order", "entry/" + asText(seq), _("The record is out of numerical order."));
      this.isReadable = false;
      return last;
    }
    if (digest !== null && this.isSaidUnsealed(seq)) this.maskedDigests.delete(digest);
    this.compare(seq, entry, digest || sha256Hex(line), sealed);
    this.keep(entry, shown, offset, offset + line.length);
    return seq;
  }

  get messages() {
    let count = 0;
    this.places.forEach((place, index) => (count += !index || !samePlace(place, this.places[index - 1])));
    return count;
  }

  // The records of each message, oldest first, messages by id over all rooms.
  *groups() {
    let group = [];
    for (let index = 0; index < this.places.length; index++) {
      const place = this.places[index];
      if (index && !samePlace(place, this.places[index - 1])) {
        yield group;
        group = [];
      }
      group.push(place.shown || parseEntry(this.bytes.subarray(place.offset, place.end)));
    }
    if (group.length) yield group;
  }

  // The digests of masked and erased lines are collected first, as the numbers of the records are not known.
  collectDigests() {
    let number = 0;
    for (const [, line] of linesOf(this.bytes)) {
      number++;
      if (!beginsWithDigest(line)) continue;
      const tombstone = readTombstone(line), digest = maskedDigest(line);
      if (tombstone) this.tombstones.set(tombstone.digest, [number, tombstone]);
      if (digest !== null) this.maskedDigests.set(digest, number);
    }
  }

  removeSealed(ranges) {
    if (!this.maskedDigests.size && !this.tombstones.size) return;
    for (const range of ranges) {
      range.digests.forEach((digest, index) => {
        this.maskedDigests.delete(digest);
        if (this.tombstones.has(digest)) {
          this.erasures.addTombstone(range.first + index, this.tombstones.get(digest)[1]);
          this.tombstones.delete(digest);
        }
      });
    }
  }

  // The record shown in place of the next masked line; null if there is none.
  shownInPlace(digest) {
    this.verification.checked.entries++;
    this.maskedCount++;
    const line = this.maskedLines[this.maskedIndex++];
    const record = line === undefined ? null : shownRecord(line);
    if (record === null || record.digest !== digest) {
      this.unshownCount++;
      this.isReadable = false;
      return null;
    }
    const match = MESSAGE_KEY.exec(asText(record.entry.key));
    if (record.entry.kind === "message" && match) this.maskedMessages.add(BigInt(match[1]));
    this.maskedFiles += ["blob", "attachment"].includes(record.entry.kind);
    if (READINGS.includes(record.entry.kind)) {
      const payload = record.entry.payload, at = "last" in payload ? payload.last : record.entry.observed_at;
      this.maskedReadingTimes.add(asText(record.entry.room_id) + "/" + asText(at));
    }
    return record.entry;
  }

  // The history of a group's message, counting the texts whose interval ends with a masked reading.
  history(entries, sightings) {
    const history = messageHistory(entries, sightings);
    for (const span of history.versions) {
      const isMasked = this.maskedReadingTimes.has(asText(history.roomId) + "/" + span.lastSeen);
      this.intervalsOnMasked += isMasked && span.lastSeen !== span.firstSeen;
    }
    return history;
  }

  checkMasked() {
    const name = "masked.jsonl";
    if (this.hasMaskedFile && this.maskedIndex < this.maskedLines.length) {
      this.addFinding("masked", "data/" + name, fill(_("{name} shows more records than are hidden."), { name }));
    }
    if (this.unshownCount) {
      const text = ngettext("{name} does not show what stands in place of {count} hidden record.", "{name} does not show what stands in place of {count} hidden records.", this.unshownCount);
      this.addFinding("masked", "data/" + name, fill(text, { name, count: this.unshownCount }));
    }
    if (!this.maskedCount) return;
    const text = ngettext("{count} record is hidden. Its hash is in the seals. Whether it says what is shown in its place, apart from the hidden parts, can be checked only once the record itself is shown.", "{count} records are hidden. Their hashes are in the seals. Whether they say what is shown in their place, apart from the hidden parts, can be checked only once the records themselves are shown.", this.maskedCount);
    this.verification.addUnchecked("masked", fill(text, { count: this.maskedCount }));
    if (this.maskedFiles) {
      const files = ngettext("Whether {count} file is the one that was saved: its SHA-256 stands in a hidden record.", "Whether {count} files are those that were saved: their SHA-256 stand in hidden records.", this.maskedFiles);
      this.verification.addUnchecked("masked", fill(files, { count: this.maskedFiles }));
    }
    const ids = [...this.maskedMessages].sort(compareWhole);
    if (ids.length) {
      const named = ids.slice(0, LISTED_MESSAGES).map((id) => "m" + id).join(", ") + (ids.length > LISTED_MESSAGES ? " …" : "");
      const rows = ngettext("Rows of {count} message are based on what is shown in place of hidden records: {ids}", "Rows of {count} messages are based on what is shown in place of hidden records: {ids}", ids.length);
      this.verification.addUnchecked("masked", fill(rows, { count: ids.length, ids: named }));
    }
  }

  compare(seq, entry, digest, sealed) {
    const expected = sealed.digestOf(seq), range = sealed.rangeOf(seq);
    this.times.add(entry, range ? range.number : null);
    if (expected === null) {
      this.unsealedSeqs.push(seq);
    } else if (digest !== expected) {
      const key = Array.from(asText(entry.key)).slice(0, 80).join("");
      this.addFinding("entry-sealed", "entry/" + seq, fill(_("The record ({key}) is not the one that was sealed under this number."), { key }));
    }
  }

  isSaidUnsealed(seq) {
    return this.unsealedAfter !== null && seq > this.unsealedAfter;
  }

  noteUnsealed(last) {
    if (this.unsealedAfter !== last) return;
    this.unsealed = this.unsealedSeqs.filter((seq) => this.isSaidUnsealed(seq)).length;
    this.unsealedSeqs = this.unsealedSeqs.filter((seq) => seq <= last);
    if (!this.unsealed) return;
    const text = ngettext("{count} record behind the last seal is not sealed: bag-info.txt says that the archive could not be written when the package was made. Anybody could have added or changed it; only a time stamp over the package itself covers it.", "{count} records behind the last seal are not sealed: bag-info.txt says that the archive could not be written when the package was made. Anybody could have added or changed them; only a time stamp over the package itself covers them.", this.unsealed);
    this.verification.addUnchecked("unsealed", fill(text, { count: this.unsealed }));
  }

  findUnsealed(last) {
    for (const part of [this.unsealedSeqs.filter((seq) => seq <= last), this.unsealedSeqs.filter((seq) => seq > last)]) {
      if (!part.length) continue;
      const subject = part.length === 1 ? "entry/" + part[0] : "entry/" + part[0] + "-" + part[part.length - 1];
      const text = ngettext("No seal in the package shows this record as it was.", "No seal in the package shows these {count} records as they were.", part.length);
      this.addFinding("entry-unsealed", subject, fill(text, { count: part.length }));
    }
  }

  // Keep what the tables, replies and files are compared with later.
  keep(entry, shown, offset, end) {
    const room = entry.room_id;
    if (isText(entry.reply)) this.replies.add(entry.reply);
    if (entry.kind === "message") {
      const match = MESSAGE_KEY.exec(asText(entry.key));
      if (!match || !isWhole(room) || room < 0 || BigInt(room) >= ROOM_COUNT) {
        this.findFormless(entry);
        return;
      }
      this.places.push({ message: BigInt(match[1]), room, index: this.places.length, shown, offset, end });
    } else if (READINGS.includes(entry.kind)) {
      try {
        if (!this.readings.has(room)) this.readings.set(room, new Sightings());
        this.readings.get(room).add(entry);
      } catch {
        this.findFormless(entry);
      }
    } else {
      this.other.push(entry);
      if (entry.kind === "erasure" && this.unsealedSeqs[this.unsealedSeqs.length - 1] !== entry.seq) this.erasures.addEntry(entry);
      if (entry.kind === "blob" && entry.payload.state === "saved") {
        this.saved.set(asText(entry.payload.sha256 ?? null), isWhole(entry.payload.size) ? entry.payload.size : null);
      }
    }
  }

  findUnreadable(number) {
    this.isReadable = false;
    this.addFinding("entry-form", "entries.jsonl:" + number, _("The line does not have the form that all records have."));
  }

  // A record of which no table can be made: nothing else is compared then, so it is never passed over.
  findFormless(entry) {
    this.isReadable = false;
    const key = Array.from(asText(entry.key)).slice(0, 80).join("");
    this.addFinding("entry-form", "entry/" + asText(entry.seq), fill(_("The record ({key}) does not have the form that all records have."), { key }));
  }

  addFinding(check, subject, text) {
    this.verification.addFinding(check, subject, text);
  }
}

const samePlace = (a, b) => a.message === b.message && a.room === b.room;
