// The rows of pauses.csv and pauses.jsonl, made of records: times in which nobody looked at a chat.

const PAUSES = "pauses.jsonl";
const PAUSE_HEADER = ["チャット(ルームID)", "最後に見た日時(日本時間)", "次に見た日時(日本時間)", "確認していない時間(秒)", "これより長い間を数える(秒)"];
const USUAL_INTERVALS = 3;
const SHORTEST_PAUSE = 15 * 60000;
const LONGEST_INTERVAL = 90 * 60000;
const LATEST_LOOKS = 200;
const MOST_LOOKS = 1000000;

function* pauseRows(readings) {
  for (const room of [...readings.keys()].sort(compareWhole)) {
    const stretches = readings.get(room).looks.map((look) => ({ first: milliseconds(look.first), last: milliseconds(look.last), intervals: lookIntervals(look.coded) }));
    const limit = pauseLimit(usualInterval(stretches.slice(-LATEST_LOOKS)));
    const spans = stretches.flatMap((stretch) => [...lookSpans(stretch, limit)]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let last = null;
    for (const [begun, ended] of spans) {
      if (last !== null && begun - last > limit) yield { room, begun: timeText(last), ended: timeText(begun), seconds: Math.floor((begun - last) / 1000), limit: Math.floor(limit / 1000) };
      last = last === null ? ended : Math.max(last, ended);
    }
  }
}

const pauseCells = (row) => [row.room, jstOf(row.begun), jstOf(row.ended), row.seconds, row.limit];
const pauseObject = (row) => ({ room_id: row.room, from: row.begun, to: row.ended, seconds: row.seconds, longer_than: row.limit });

// The pairs [seconds, how many in a row] of a list of them, or packed: LEB128 numbers, by zlib, in base64.
function lookIntervals(coded) {
  if (!isText(coded)) {
    const pairs = coded.map(([seconds, times]) => [Number(toBig(seconds)), Number(toBig(times))]);
    if (pairs.reduce((sum, pair) => sum + pair[1], 0) > MOST_LOOKS) throw new Error("too many looks");
    return pairs;
  }
  const pairs = [];
  let number = 0, factor = 1;
  for (const byte of unpackedLooks(Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0)))) {
    number += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte >= 0x80) continue;
    if (pairs.length && pairs[pairs.length - 1][0] === number) pairs[pairs.length - 1][1]++;
    else pairs.push([number, 1]);
    [number, factor] = [0, 1];
  }
  return pairs;
}

// What zlib packed, without its two bytes before and four after.
function unpackedLooks(packed) {
  const parts = [];
  let isFinal = false, size = 0;
  const inflate = new Libraries.Inflate((part, final) => {
    size += part.length;
    if (size > MOST_LOOKS) throw new Error("too many looks");
    for (const byte of part) parts.push(byte);
    isFinal = isFinal || final;
  });
  inflate.push(packed.subarray(2, -4), true);
  if (!isFinal) throw new Error("the looks are cut");
  return parts;
}

// The interval that half of these looks keep (the lower median); null for less than two looks.
function usualInterval(stretches) {
  const counted = new Map(), count = (interval, times) => counted.set(interval, (counted.get(interval) || 0) + times);
  let before = null;
  for (const { first, last, intervals } of stretches) {
    if (before !== null) count(Math.max(0, first - before), 1);
    for (const [seconds, times] of intervals) count(seconds * 1000, times);
    before = last;
  }
  const ordered = [...counted].sort((a, b) => a[0] - b[0]), half = Math.floor((ordered.reduce((sum, one) => sum + one[1], 0) + 1) / 2);
  let seen = 0;
  for (const [interval, times] of ordered) {
    seen += times;
    if (seen >= half) return interval;
  }
  return null;
}

const pauseLimit = (usual) => Math.min(Math.max(USUAL_INTERVALS * (usual || SHORTEST_PAUSE), SHORTEST_PAUSE), LONGEST_INTERVAL);

function* lookSpans({ first, last, intervals }, limit) {
  let begun = first, after = 0;
  for (const [seconds, times] of intervals) {
    if (seconds * 1000 > limit) {
      for (let index = 0; index < times; index++) {
        yield [begun, first + (after + index * seconds) * 1000];
        begun = first + (after + (index + 1) * seconds) * 1000;
      }
    }
    after += times * seconds;
  }
  yield [begun, last];
}

function milliseconds(time) {
  const seconds = isText(time) ? secondsWithFraction(time) : NaN;
  if (Number.isNaN(seconds)) throw new Error("no time");
  return Math.round(seconds * 1000);
}

const timeText = (at) => new Date(at).toISOString();
