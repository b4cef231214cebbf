// The history of each message, made of its records: every text it had, and the interval in which it was seen.

const GONE_STATES = ["missing", "hidden"];
const LIST_KINDS = ["window", "steady"];
const READINGS = [...LIST_KINDS, "reading"];
const ONE_MOMENT_SECONDS = 2;

const textOr = (value) => (isText(value) ? value : "");

function numberOr(value) {
  if (isWhole(value)) return value;
  return isText(value) && /^[0-9]{1,19}$/.test(value) ? normalWhole(BigInt(value)) : 0;
}

const accountOf = (received, field = "account") => {
  const account = get(received, field);
  return isObject(account) ? account : Object.create(null);
};
const stateOf = (entry) => need(entry.payload, "state");
const receivedOf = (entry) => need(entry.payload, "object");
const bodyOf = (entry) => textOr(get(receivedOf(entry), "body"));
const updateTimeOf = (entry) => numberOr(get(receivedOf(entry), "update_time"));
const partAfter = (text, sign) => (text.includes(sign) ? text.slice(text.indexOf(sign) + 1) : "");
const lastPart = (text, sign) => text.slice(text.lastIndexOf(sign) + 1);
const laterOf = (times) => times.reduce((latest, at) => (at !== null && (latest === null || at > latest) ? at : latest), null);

// Where the period of each room begins, as bag-info.txt states it; records before that are the package's base line.
function periodStarts(bagInfo) {
  const line = /(?<![^\n])Period-Starts: ([0-9TZ:.= ;-]{1,20000})\r?(?![^\n])/.exec(bagInfo), starts = new Map();
  for (const [, room, start] of line ? line[1].matchAll(/([0-9]{1,19})=([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z)/g) : []) starts.set(normalWhole(BigInt(room)), start);
  return starts;
}

// Unix seconds of a time of the archive; null for what is no time.
function unixSeconds(time) {
  if (!isText(time)) return null;
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)$/.exec(time.slice(0, 19));
  if (!match) return null;
  const parts = match.slice(1).map(Number);
  const moment = Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2));
  const date = new Date(moment);
  const same = date.getUTCFullYear() === parts[0] && date.getUTCMonth() === parts[1] - 1 && date.getUTCDate() === parts[2];
  return same && parts[3] < 24 && parts[4] < 60 && parts[5] < 60 ? moment / 1000 : null;
}

// A time, or the one before it, if it lies up to two seconds after: Chatwork's servers differ by as much.
function notBefore(at, before) {
  if (before === null || at >= before) return at;
  const seconds = secondsWithFraction(before) - secondsWithFraction(at);
  return seconds <= ONE_MOMENT_SECONDS ? before : at;
}

function secondsWithFraction(time) {
  const whole = unixSeconds(time), fraction = /^\.(\d{3}|\d{6})$/.exec(time.slice(19, -1));
  if (whole === null || !(fraction || time.length === 20)) return NaN;
  return whole + (fraction ? Number("0." + fraction[1]) : 0);
}

// The readings of one room, which tell when a message was last seen.
class Sightings {
  constructor() {
    this.looks = [];
    this.windows = [];
    this.stairs = null;
    this.singles = new Map();
  }

  add(entry) {
    const payload = entry.payload;
    if (LIST_KINDS.includes(entry.kind)) {
      const steady = entry.kind === "steady", time = (name) => (steady ? get(payload, name) : entry.observed_at);
      this.looks.push({ first: time("first"), last: time("last"), coded: steady ? get(payload, "looks") : [] });
      const count = "count" in payload ? payload.count : "oldest" in payload;
      if (!count) return;
      const observedAt = entry.kind === "steady" ? need(payload, "last") : entry.observed_at;
      const absent = new Set((get(payload, "absent") || []).map((id) => toBig(id)));
      this.stairs = null;
      this.windows.push({ seq: entry.seq, observedAt, oldest: toBig(need(payload, "oldest")), newest: toBig(need(payload, "newest")), absent, reply: entry.reply });
    } else if (entry.kind === "reading") {
      for (const id of need(payload, "ids")) {
        const key = toBig(id).toString();
        if (!this.singles.has(key)) this.singles.set(key, []);
        this.singles.get(key).push([entry.seq, entry.observed_at]);
      }
    }
  }

  // The last time before a record that a reading other than the record's own showed the message.
  before(message, entry) {
    let index = this.firstFrom(entry.seq);
    if (index && entry.reply !== null && this.windows[index - 1].reply === entry.reply) index--;
    const singles = this.singlesOf(message).filter(([seq]) => seq < entry.seq).map(([, at]) => at);
    return laterOf([this.listedBefore(message, index), ...singles]);
  }

  // The last time of all that a reading showed the message.
  last(message) {
    return laterOf([this.lastListed(message), ...this.singlesOf(message).map(([, at]) => at)]);
  }

  // Only windows that reach further back than every later one (`stairs`) are looked at first: rooms have many thousand.
  lastListed(message) {
    if (this.stairs === null) {
      this.stairs = [];
      for (let index = this.windows.length - 1; index >= 0; index--) {
        const last = this.stairs[this.stairs.length - 1];
        if (last === undefined || this.windows[index].oldest < this.windows[last].oldest) this.stairs.push(index);
      }
    }
    let low = 0, high = this.stairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.windows[this.stairs[middle]].oldest <= message) high = middle;
      else low = middle + 1;
    }
    return low === this.stairs.length ? null : this.listedBefore(message, this.stairs[low] + 1);
  }

  singlesOf(message) {
    return this.singles.get(message.toString()) || [];
  }

  firstFrom(seq) {
    let low = 0, high = this.windows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.windows[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  listedBefore(message, end) {
    for (let index = end - 1; index >= 0; index--) {
      const window = this.windows[index];
      if (window.oldest <= message && message <= window.newest && !window.absent.has(message)) return window.observedAt;
    }
    return null;
  }
}

// The history of one message from its records, oldest first, and the readings of its room (undefined: there are none).
function messageHistory(entries, sightings) {
  if (entries.some(isLate)) entries = inOrderSeen(entries);
  const message = sightings ? toBig(partAfter(entries[0].key, "/")) : 0n;
  const spans = [];
  for (const entry of entries) addToSpans(spans, entry, sightings, message);
  const first = entries[0], latest = entries[entries.length - 1];
  if (!GONE_STATES.includes(stateOf(latest)) && sightings && !isLate(latest)) extendSpan(spans[spans.length - 1], sightings.last(message));
  const received = receivedOf(latest), account = accountOf(received);
  return {
    roomId: latest.room_id,
    messageId: partAfter(latest.key, "/"),
    accountId: numberOr(get(account, "account_id")),
    name: textOr(get(accountOf(receivedOf(first)), "name")),
    sendTime: numberOr(get(received, "send_time")),
    updateTime: numberOr(get(received, "update_time")),
    state: stateOf(latest),
    body: textOr(get(received, "body")),
    versions: spans,
    firstSeen: first.observed_at,
    changedAt: changedAt(entries),
    entrySeq: latest.seq,
    source: need(latest.payload, "source"),
    kind: kindOf(latest, spans),
  };
}

// Whether a record was taken in from another copy of the archive.
function isLate(entry) {
  return get(entry.payload, "seen") !== null;
}

// The records with those that come late at the times of the copy that they come from.
function inOrderSeen(entries) {
  const seen = entries.map((entry) => ({ ...entry, observed_at: textOr(get(entry.payload, "seen")) || entry.observed_at }));
  const place = (entry) => asText(entry.observed_at) + (isLate(entry) ? "0" : "1");
  return seen.sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
}

// What the owner of the archive wrote is speech, as anybody can type the form of a notice.
function kindOf(latest, spans) {
  const author = numberOr(get(accountOf(receivedOf(latest)), "account_id"));
  return author && author === latest.account_id ? "speech" : messageKind(spans.map((span) => span.body));
}

function addToSpans(spans, entry, sightings, message) {
  const body = bodyOf(entry), updateTime = updateTimeOf(entry);
  const current = spans[spans.length - 1];
  if (current) {
    if (sightings && !isLate(entry)) extendSpan(current, sightings.before(message, entry));
    if (GONE_STATES.includes(stateOf(entry))) return;
    if (current.body === body && current.updateTime === updateTime) return extendSpan(current, entry.observed_at);
  }
  const at = notBefore(entry.observed_at, current ? current.lastSeen : null);
  spans.push({ body, updateTime, firstSeen: at, lastSeen: at });
}

function extendSpan(span, at) {
  if (at !== null && at > span.lastSeen) span.lastSeen = at;
}

function changedAt(entries) {
  const state = stateOf(entries[entries.length - 1]);
  let index = entries.length - 1;
  while (index > 0 && stateOf(entries[index - 1]) === state) index--;
  return asText(entries[index].observed_at);
}
