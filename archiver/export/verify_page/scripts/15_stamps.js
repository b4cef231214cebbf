// Checks of stamps: each is over the bytes beside it, leads to the root beside it, and fits the seal's own time.

const CLOCK_TOLERANCE_SECONDS = 15 * 60;
const LATE_SECONDS = 48 * 3600;
const STAMP_NAME = /^(\d{6,18}-\d{4}-\d\d-\d\d\.json)\.([a-z0-9-]{1,20})\.tsr$/;

class StampCheck {
  constructor(verification, names, read, readRoot) {
    Object.assign(this, { verification, read, readRoot });
    this.times = new Map();
    this.unchecked = new Map();
    for (const name of names) {
      const match = STAMP_NAME.exec(name);
      if (match) this.unchecked.set(match[1], [...(this.unchecked.get(match[1]) || []), match[2]]);
    }
    this.roots = new Map();
    this.seals = [];
    this.knownTimes = new Map();
    this.judged = [];
  }

  // Check the stamps of a seal; `closedAt` is null if its file is none of a seal.
  async checkSeal(number, name, body, closedAt) {
    const times = [];
    for (const authority of this.unchecked.get(name) || []) {
      const subject = "stamp/" + number + "/" + authority;
      const reply = await this.read(name + "." + authority + ".tsr");
      if (reply === null) {
        this.addFinding(subject, fill(_("The time stamp cannot be read: {detail}"), { detail: name }));
        continue;
      }
      const time = await this.check(subject, authority, reply, body, closedAt, number);
      if (time !== null) times.push(time);
    }
    this.unchecked.delete(name);
    if (times.length) this.times.set(number, times.reduce((a, b) => (b < a ? b : a)));
    this.seals.push({ number, closed: unixSeconds(closedAt), stamped: this.times.get(number) ?? null });
  }

  // Check one stamp over data that existed at `closedAt`; its time if it is over these data, else null.
  // `seal` is the number of the seal that the data are; null: they are the package's last list.
  async check(subject, authority, reply, data, closedAt, seal = null) {
    this.verification.checked.stamps++;
    const claims = readReply(reply);
    if (!claims) {
      this.addFinding(subject, _("The file is not an authority's reply with a time stamp in it."));
      return null;
    }
    if (claims.imprint !== sha256Hex(data)) {
      this.addFinding(subject, _("The time stamp is not for these bytes."));
      return null;
    }
    const roots = await this.rootsOf(authority);
    if (roots !== null) {
      const result = await checkStampSignature(reply, data, roots, claims.time);
      if (result === "bad") this.addFinding(subject, _("The time stamp does not lead to the root certificate beside it, or its signature is wrong."));
      else {
        this.noteTime(subject, seal, authority, claims.time, result === "unknown" ? null : result);
        const ends = stampEnd(reply, roots);
        if (ends !== null) this.judged.push({ seal, authority, sha256: sha256Hex(reply), time: claims.time, ends });
      }
    }
    const stamped = unixSeconds(claims.time), closed = unixSeconds(closedAt);
    if (stamped !== null && closed !== null && stamped < closed - CLOCK_TOLERANCE_SECONDS) {
      const text = fill(_("The time stamp is from {time}, but the seal says that it was closed only at {closed_at}."), { time: timeInJapan(claims.time), closed_at: timeInJapan(closedAt) });
      this.verification.addFinding("stamp-time", subject, text);
    }
    return claims.time;
  }

  // Keep what a good stamp states, and of the known authorities the earliest time of each seal.
  noteTime(subject, seal, authority, time, root) {
    if (root === null) this.verification.unverifiedStamps++;
    this.verification.addStamped(subject, seal, authority, time, root);
    if (seal === null || root === null || !Object.hasOwn(KNOWN_ROOTS, root)) return;
    const before = this.knownTimes.get(seal);
    if (before === undefined || time < before) this.knownTimes.set(seal, time);
  }

  close() {
    const numbers = this.seals.map((one) => one.number);
    for (const name of sortedTexts(this.unchecked.keys())) {
      const number = parseInt(name, 10);
      if (number <= Math.max(0, ...numbers) && !numbers.includes(number)) continue; // the missing seal is a finding already
      for (const authority of this.unchecked.get(name)) this.addFinding("stamp/" + number + "/" + authority, _("It is a time stamp for a seal that is not there."));
    }
    noteReach(this.verification, this.seals, this.times, this.knownTimes);
    this.noteRoots();
    const count = this.verification.unverifiedStamps;
    if (count) {
      this.verification.addNote(fill(ngettext("{count} time stamp was compared only with its bytes: its signature cannot be checked on this computer.", "{count} time stamps were compared only with their bytes: their signatures cannot be checked on this computer.", count), { count }));
    }
  }

  // Note which stamps whose certificate has ended later ones carry on; `ranges` are those of the seals.
  noteRenewals(recorded, ranges) {
    if (!this.verification.findings.length) noteRenewals(this.verification, judgeRenewals(this.judged, recordSeals(recorded, ranges), new Date().toISOString()));
  }

  async rootsOf(authority) {
    if (!this.roots.has(authority)) this.roots.set(authority, await this.readRoots(authority));
    return this.roots.get(authority);
  }

  async readRoots(authority) {
    const path = "data/tsa/" + authority + ".pem", roots = await this.readRoot(path);
    if (roots === null) {
      this.verification.addFinding("stamp-root", path, fill(_("The root certificate of {authority} is not there, so its time stamps cannot be checked."), { authority }));
    } else if (!rootFingerprints(roots).length) {
      this.verification.addFinding("stamp-root", path, _("There is no certificate in the file."));
      return null;
    }
    return roots;
  }

  // The roots; one that is not known stands beside the time that it states.
  noteRoots() {
    const told = new Set(this.verification.times.filter((one) => one.known === null).map((one) => one.root));
    for (const authority of sortedTexts(this.roots.keys())) {
      for (const fingerprint of rootFingerprints(this.roots.get(authority) || new Uint8Array())) {
        this.verification.roots.push({ authority, fingerprint });
        if (told.has(fingerprint)) continue;
        this.verification.addNote(fill(_("Root certificate of {authority}: SHA-256 {fingerprint}."), { authority, fingerprint }));
      }
    }
  }

  addFinding(subject, text) {
    this.verification.addFinding("stamp", subject, text);
  }
}

// How far the stamps reach: which seals they cover, and how long after their closing.
function noteReach(verification, seals, times, knownTimes) {
  if (!seals.length) return;
  const note = (count, text) => count && verification.addNote(fill(text(count), { count }));
  if (!times.size) {
    verification.addNote(_("No time stamp covers the seals: nothing shows since when they have existed."));
  } else {
    const last = Math.max(...times.keys());
    note(seals.filter((one) => one.number > last).length, (n) => ngettext("{count} seal at the end is not covered by a time stamp yet.", "{count} seals at the end are not covered by a time stamp yet.", n));
    note(seals.filter((one) => one.number < last && one.stamped === null).length, (n) => ngettext("{count} seal has no time stamp of its own; that of a later seal covers it.", "{count} seals have no time stamp of their own; those of later seals cover them.", n));
    noteLate(note, seals, times, knownTimes);
  }
  const isBefore = (seal, before) => seal.closed !== null && before.closed !== null && seal.closed < before.closed - CLOCK_TOLERANCE_SECONDS;
  note(seals.filter((seal, index) => index && isBefore(seal, seals[index - 1])).length, (n) => ngettext("{count} seal says that it was closed before the one before it: a clock was set back.", "{count} seals say that they were closed before those before them: a clock was set back.", n));
}

// Note how many seals were stamped late; where known authorities stamped, an unknown one's time does not count.
function noteLate(note, seals, times, knownTimes) {
  const since = earliestCovering(knownTimes.size ? knownTimes : times);
  const isLate = (seal) => {
    const at = unixSeconds(since(seal.number));
    return seal.closed !== null && at !== null && at - seal.closed > LATE_SECONDS;
  };
  const isSame = knownTimes.size === times.size && [...times].every(([number, time]) => knownTimes.get(number) === time);
  const count = seals.filter(isLate).length;
  if (knownTimes.size && !isSame) {
    note(count, (n) => ngettext("{count} seal was time-stamped by an authority that this program knows only more than 48 hours after it was closed: by that it is proved only from then on.", "{count} seals were time-stamped by authorities that this program knows only more than 48 hours after they were closed: by that they are proved only from then on.", n));
  } else {
    note(count, (n) => ngettext("{count} seal was time-stamped more than 48 hours after it was closed: it is proved only from then on.", "{count} seals were time-stamped more than 48 hours after they were closed: it is proved only from then on.", n));
  }
}

// --- records of stamps and of put-back databases ----------------------------------------------

const ORPHANED = "orphaned/";

// Check that each stamp with a record is beside its seal with the bytes that arrived.
async function compareStamps(verification, entries, names, read) {
  const known = new Set(verification.findings.filter((one) => one.check === "stamp").map((one) => one.subject));
  const files = new Map(), seals = new Set();
  for (const name of names) {
    const stamp = STAMP_NAME.exec(name), seal = /^(\d{6,18})-\d{4}-\d\d-\d\d\.json$/.exec(name);
    if (stamp) {
      const place = parseInt(stamp[1], 10) + "/" + stamp[2];
      files.set(place, [...(files.get(place) || []), name]);
    } else if (seal) seals.add(parseInt(seal[1], 10));
  }
  const recorded = entries.filter((entry) => isWhole(entry.payload.seal));
  tellUnrecorded(verification, files.keys(), new Set(recorded.map(({ payload }) => payload.seal + "/" + asText(payload.authority ?? null))));
  for (const entry of recorded) {
    const { seal, authority, sha256 } = entry.payload;
    if (!seals.has(seal)) continue;
    const place = seal + "/" + asText(authority ?? null), subject = "stamp/" + place;
    if (known.has(subject)) continue;
    const digests = [];
    for (const name of files.get(place) || []) digests.push(sha256Hex((await read(name)) || new Uint8Array()));
    if (!digests.length) {
      verification.addFinding("stamp-missing", subject, fill(_("Record {seq} says that this time stamp arrived, but its file is not there."), { seq: entry.seq }));
    } else if (!digests.includes(asText(sha256 ?? null))) {
      verification.addFinding("stamp-changed", subject, fill(_("It is not the time stamp that arrived: record {seq} gives another SHA-256."), { seq: entry.seq }));
    }
  }
}

const LISTED_STAMPS = 20;

// Say which stamps have no record of their arrival in the package: anybody could have added them.
function tellUnrecorded(verification, places, recorded) {
  const number = (place) => parseInt(place, 10), names = sortedTexts([...places].filter((place) => !recorded.has(place))).sort((a, b) => number(a) - number(b));
  if (!names.length) return;
  const stamps = names.slice(0, LISTED_STAMPS).join(", ") + (names.length > LISTED_STAMPS ? " …" : "");
  verification.addUnchecked("stamps", fill(_("Time stamps without a record of their arrival in this package: {stamps}. Those of the last seal came after it was closed; others anybody could have added."), { stamps }));
}

// What a record of a put-back database says; null for one that was not written by this program.
function readRollback(entry) {
  const { numbers, files, first, last, place } = entry.payload;
  if (!Array.isArray(numbers) || !numbers.every(isWhole) || !isObject(files)) return null;
  const span = isWhole(first) && isWhole(last) ? last - first + 1 : 0, lost = isWhole(entry.payload.lost) ? entry.payload.lost : span;
  return { seq: entry.seq, key: asText(entry.key), numbers, files, lost: Math.max(lost, 0), place: asText(place ?? null), meanwhile: entry.payload.meanwhile === true, time: asText(entry.payload.copied_at ?? "") };
}

function rollbackSentence({ place, lost, meanwhile }) {
  if (place === "ledger") return ngettext("The team's ledger was put back to an earlier time ({key}): {count} unsealed record was in it later than this point and is not in this archive.", "The team's ledger was put back to an earlier time ({key}): {count} unsealed records were in it later than this point and are not in this archive.", lost);
  if (place === "computer") return ngettext("Another state of the archive was put back, or another computer saves into a copy of it ({key}): up to {count} record that this computer had seen is not in this archive.", "Another state of the archive was put back, or another computer saves into a copy of it ({key}): up to {count} records that this computer had seen are not in this archive.", lost);
  if (place === "restore" && !lost) return _("The archive was restored from a backup whose last record is of {time} ({key}); whether there had been later ones is not known.");
  if (place === "restore") return ngettext("The archive was restored from a backup whose last record is of {time} ({key}): as far as this computer knows, up to {count} later record is not in it.", "The archive was restored from a backup whose last record is of {time} ({key}): as far as this computer knows, up to {count} later records are not in it.", lost);
  if (!lost) return _("Seals were found that are none of this archive's ({key}); no record is known to be missing by it.");
  if (meanwhile) return ngettext("A newer database was put back ({key}): {count} sealed record that was saved while an older one was in its place is not in this one.", "A newer database was put back ({key}): {count} sealed records that were saved while an older one was in its place are not in this one.", lost);
  return ngettext("An older database was put back ({key}): {count} sealed record was in the database later than this point and is not in this one.", "An older database was put back ({key}): {count} sealed records were in the database later than this point and are not in this one.", lost);
}

async function checkRollbacks(verification, rollbacks, names, read) {
  const unnamed = new Set(names);
  for (const rollback of rollbacks) {
    verification.addNote(fill(rollbackSentence(rollback), { key: rollback.key, count: rollback.lost, time: timeInJapan(rollback.time) }));
    if (rollback.place === "copies") continue;
    for (const name of sortedTexts(Object.keys(rollback.files))) {
      unnamed.delete(name);
      await checkOrphan(verification, rollback, name, asText(rollback.files[name]), read);
    }
  }
  for (const name of sortedTexts(unnamed)) {
    verification.addUnchecked("orphaned", fill(_("“{name}” in the folder of the seals belongs to no seal and to no record of a put-back database."), { name: ORPHANED + name }));
  }
}

// Say which other address than Chatwork's the data came from, and until when.
function noteServices(verification, entries) {
  const named = entries.filter(({ kind, payload }) => kind === "service" && isText(payload.address));
  const changes = named.filter(({ payload }, number) => payload.address !== named[number - 1]?.payload.address);
  changes.forEach(({ observed_at: time, payload: { address } }, number) => {
    const until = changes[number + 1]?.observed_at;
    const sentence = until ? _("From {time} until {until} the archive's data came from {address}, not Chatwork's address.") : _("At {time} the archive's data began to come from {address}, which is not Chatwork's address.");
    if (address !== "https://api.chatwork.com/v2") verification.sources.push(fill(sentence, { time: timeInJapan(time), until: until && timeInJapan(until), address }));
  });
  verification.notes.push(...verification.sources);
}

async function checkOrphan(verification, rollback, name, sha256, read) {
  const orphan = await read(ORPHANED + name);
  if (orphan !== null && sha256Hex(orphan) === sha256) return;
  const beside = orphan === null ? await read(name) : null;
  if (beside !== null && sha256Hex(beside) === sha256) return;
  const text = orphan !== null ? _("The file is not the one that {key} names: its SHA-256 differs.") : _("The file that {key} names is not there.");
  verification.addFinding("orphaned-seal", ORPHANED + name, fill(text, { key: rollback.key }));
}
