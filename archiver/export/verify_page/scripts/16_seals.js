// Checks of the files of the seals and of the chain from one seal to the next.

const SEAL_NAME = /^(\d{6,18})-(\d{4}-\d\d-\d\d)\.json$/;
const NO_SEALS = [/^\d{6,18}-\d{4}-\d\d-\d\d\.json\.[a-z0-9-]{1,20}\.tsr$/, /^[a-z0-9-]{1,20}\.pem$/, /^.*\.new$/, /^orphaned(\/.*)?$/];
const sealSubject = (first, last) => (first === last ? "seal/" + first : "seal/" + first + "-" + last);

class SealChain {
  constructor(verification, names, read, onSeal) {
    Object.assign(this, { verification, read, onSeal });
    this.files = new Map();
    this.skipped = new Map();
    this.before = { number: 0, digests: [GENESIS], last: 0 };
    for (const name of names) {
      const match = SEAL_NAME.exec(name);
      if (match) {
        const number = parseInt(match[1], 10);
        this.files.set(number, [...(this.files.get(number) || []), name]);
      } else if (!NO_SEALS.some((pattern) => pattern.test(name))) {
        verification.addNote(fill(_("“{name}” in the folder of the seals is not a seal; it was not looked at."), { name }));
      }
    }
  }

  // Check every seal in order; the ranges that they close.
  async ranges() {
    const ranges = [];
    for (const number of [...this.files.keys()].sort((a, b) => a - b)) {
      const names = this.files.get(number), bodies = new Map();
      for (const name of names) bodies.set(name, await this.read(name));
      this.findHole(number, bodies);
      this.verification.checked.seals++;
      const range = await this.checkSeal(number, names, bodies);
      if (range) ranges.push(range);
    }
    return ranges;
  }

  findHole(number, bodies) {
    const first = this.before.number + 1, last = number - 1;
    if (first > last) return;
    for (const body of bodies.values()) {
      const seal = body === null ? null : parseSeal(body);
      if (seal && Array.isArray(seal.skips) && seal.skips[0] === first && seal.skips[1] === last) {
        this.skipped.set(number, { first, last, entries: [seal.first, seal.last] });
        return;
      }
    }
    this.verification.addFinding("seal-missing", sealSubject(first, last), _("The seal is not there: neither its file nor a row for it."));
    this.before = { number: last, digests: [], last: -1 };
  }

  async checkSeal(number, names, bodies) {
    for (const name of names) if (bodies.get(name) === null) this.addFinding("seal-form", number, fill(_("{name} cannot be read: {detail}"), { name, detail: "" }));
    const name = names[0], body = bodies.get(name);
    for (const other of names.slice(1)) this.addFinding("seal-extra", number, fill(_("{name} is a second file of this number."), { name: other }));
    const seal = body === null ? null : parseSeal(body);
    if (body !== null) await this.onSeal(number, name, body, seal === null ? null : seal.closed_at);
    if (seal === null) {
      if (body !== null && NEWER_SEAL.test(byteDecoder.decode(body))) this.addFinding("newer-format", number, fill(_("{name} has the form of a newer version of the program."), { name }));
      else if (body !== null) this.addFinding("seal-form", number, fill(_("{name} does not have the form of a seal."), { name }));
      this.before = { number, digests: [], last: -1 };
      return null;
    }
    if (name !== String(seal.number).padStart(6, "0") + "-" + seal.day + ".json") {
      this.addFinding("seal-form", number, fill(_("{name} holds seal {number} of {day}; the file was renamed."), { name, number: seal.number, day: seal.day }));
    }
    this.checkChain(number, seal);
    this.before = { number, digests: [sha256Hex(body)], last: seal.last };
    return { number, first: seal.first, last: seal.last, digests: seal.entries };
  }

  checkChain(number, seal) {
    const before = this.before, skipped = this.skipped.get(number);
    const skipsFit = skipped ? seal.skips && seal.skips[0] === skipped.first && seal.skips[1] === skipped.last : seal.skips === null;
    if (before.digests.length && !before.digests.includes(seal.previous)) {
      this.addFinding("seal-chain", number, fill(_("The seal that it names as the one before it is not seal {before} as found here."), { before: before.number }));
    } else if (before.last >= 0 && seal.first !== before.last + 1) {
      this.addFinding("seal-chain", number, fill(_("It begins at record {first}, but the seal before it ends at record {last}."), { first: seal.first, last: before.last }));
    } else if (before.digests.length && !skipsFit) {
      this.addFinding("seal-chain", number, _("It says that numbers before it are left out, and they are not."));
    }
  }

  // Check that each hole in the numbers has a record of a put-back database, closed by the seal after it.
  compareRollbacks(rollbacks) {
    for (const [number, skipped] of this.skipped) {
      const [first, last] = skipped.entries;
      if (!rollbacks.some((one) => first <= one.seq && one.seq <= last && Math.max(0, ...one.numbers.map(Number)) >= skipped.last)) {
        const text = _("Seal {number} says that no seal has this number, but no record that it closed says that an older database was put back.");
        this.verification.addFinding("seal-missing", sealSubject(skipped.first, skipped.last), fill(text, { number }));
      }
    }
  }

  addFinding(check, number, text) {
    this.verification.addFinding(check, "seal/" + number, text);
  }
}

// The sealed digest of each record, asked for in order of the numbers.
class SealedDigests {
  constructor(ranges) {
    this.ranges = ranges;
    this.index = 0;
    this.last = ranges.reduce((last, range) => Math.max(last, range.last), 0);
  }

  // The range that closes a record; null if no seal does.
  rangeOf(seq) {
    while (this.index < this.ranges.length && this.ranges[this.index].last < seq) this.index++;
    const range = this.ranges[this.index];
    return range && seq >= range.first ? range : null;
  }

  digestOf(seq) {
    const range = this.rangeOf(seq);
    return range ? range.digests[seq - range.first] : null;
  }
}
