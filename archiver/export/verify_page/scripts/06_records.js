// Forms of what a package holds: records, seals, masked records and the places of erased ones.

const GENESIS = "0".repeat(64);
const SEAL_FORMAT = "chatwork-archive-seal-1", NEWER_SEAL = /"format":"chatwork-archive-seal-(?!1")[0-9]/;
const SEAL_FIELDS = ["account_id", "closed_at", "day", "entries", "first", "format", "last", "number", "previous", "skips", "software"];
const ENTRY_FIELDS = ["account_id", "clock", "key", "kind", "observed_at", "payload", "reply", "room_id", "salt", "seq"];
const SHOWN_FIELDS = ENTRY_FIELDS.filter((name) => name !== "salt");
const HEX_DIGEST = /^[0-9a-f]{64}$/;

const asText = (value) => (value === null ? "None" : value === true ? "True" : value === false ? "False" : String(value));
const digestOrNull = (value) => (isText(value) && HEX_DIGEST.test(value) ? value : null);

// The object of a line of entries.jsonl with the fields of a record and in canonical form; null for any other line.
function parseEntry(bytes) {
  const text = decodeUtf8(bytes);
  if (text === null || text[0] !== "{") return null;
  try {
    const entry = parseJson(text);
    return isObject(entry) && keysAre(entry, ENTRY_FIELDS) && isObject(entry.payload) && canonical(entry) === text ? entry : null;
  } catch {
    return null;
  }
}

// The fields of a seal's file; null unless it is byte for byte as seals are written.
function parseSeal(bytes) {
  const seal = parseJsonBytes(bytes);
  if (!isObject(seal) || !keysAre(seal, SEAL_FIELDS)) return null;
  try {
    if (!hasSealTypes(seal)) return null; // throws for numbers beyond all counting
    const text = canonical(Object.assign(Object.create(null), seal, { format: SEAL_FORMAT })) + "\n";
    return equalBytes(utf8Encoder.encode(text), bytes) ? seal : null;
  } catch {
    return null;
  }
}

function hasSealTypes(seal) {
  const skips = seal.skips;
  return (
    ["number", "first", "last"].every((name) => isWhole(seal[name]) && seal[name] > 0) &&
    ["previous", "day", "closed_at", "software"].every((name) => isText(seal[name])) &&
    (skips === null || (Array.isArray(skips) && skips.length === 2 && skips.every(isWhole) && 0 < skips[0] && skips[0] <= skips[1] && skips[1] === seal.number - 1)) &&
    (seal.account_id === null || isWhole(seal.account_id)) &&
    Array.isArray(seal.entries) &&
    seal.entries.length > 0 &&
    seal.last - seal.first + 1 === seal.entries.length &&
    seal.entries.every((digest) => digestOrNull(digest) !== null)
  );
}

// Whether bytes are an object as such lines are written; two programs could read another form otherwise.
function isCanonical(document, bytes) {
  try {
    return canonical(document) === decodeUtf8(bytes);
  } catch {
    return false;
  }
}

// The digest in a masked line; null for any other line.
function maskedDigest(bytes) {
  const document = beginsWithDigest(bytes) ? parseJsonBytes(bytes) : undefined;
  if (!isObject(document) || !keysAre(document, ["digest", "masked", "reason"]) || document.masked !== true || !isCanonical(document, bytes)) return null;
  return digestOrNull(document.digest);
}

// A line of masked.jsonl: the digest of the masked line, and the record with its places covered.
function shownRecord(bytes) {
  const document = parseJsonBytes(bytes);
  if (!isObject(document) || !keysAre(document, ["digest", "shown"])) return null;
  if (!isCanonical(document, bytes)) return null;
  const digest = digestOrNull(document.digest), shown = document.shown;
  if (digest === null || !isObject(shown) || !keysAre(shown, SHOWN_FIELDS) || !isObject(shown.payload)) return null;
  return { digest, entry: Object.assign(Object.create(null), shown, { salt: "" }) };
}

// What stands in the place of a record that the owner erased; null for every other line.
function readTombstone(bytes) {
  const document = beginsWithDigest(bytes) ? parseJsonBytes(bytes) : undefined;
  if (!isObject(document) || !keysAre(document, ["digest", "erased", "erasure"])) return null;
  const { digest, erased, erasure } = document;
  if (erased !== true || !isWhole(erasure) || erasure < 1 || digestOrNull(digest) === null) return null;
  return canonical(document) === decodeUtf8(bytes) ? { digest, erasure } : null;
}

const DIGEST_BEGIN = utf8Encoder.encode('{"digest":"');
const beginsWithDigest = (bytes) => DIGEST_BEGIN.every((byte, index) => bytes[index] === byte);

// The records of erasures, and the places of erased records that they must name.
class Erasures {
  constructor() {
    this.count = 0;
    this.ranges = new Map();
    this.named = [];
  }

  addEntry(entry) {
    const match = /^erasure\/([1-9][0-9]{0,8})$/.exec(asText(entry.key));
    if (!match) return;
    const ranges = this.ranges.get(match[1]) || [];
    for (const pair of Array.isArray(entry.payload.numbers) ? entry.payload.numbers : []) {
      if (Array.isArray(pair) && pair.length === 2 && pair.every(isWhole)) ranges.push(pair);
    }
    this.ranges.set(match[1], ranges);
  }

  addTombstone(seq, tombstone) {
    this.count++;
    this.named.push([seq, tombstone.erasure]);
  }

  close(verification) {
    for (const [seq, erasure] of this.named) {
      if (!(this.ranges.get(String(erasure)) || []).some(([first, last]) => first <= seq && seq <= last)) {
        verification.addFinding("entry-erased", "entry/" + seq, fill(_("The record is said to be erased, but no sealed record erasure/{number} names it."), { number: erasure }));
      }
    }
    if (this.count) {
      const text = ngettext("{count} record was erased by the owner. Its hash is in the seals; what it said, and the columns beside it, cannot be checked.", "{count} records were erased by the owner. Their hashes are in the seals; what they said, and the columns beside them, cannot be checked.", this.count);
      verification.addNote(fill(text, { count: this.count }));
    }
  }
}
