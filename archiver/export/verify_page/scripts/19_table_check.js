// Compares messages.jsonl and the CSV files with what the records give, row by row.
//
// Rows are compared as texts of one character a byte, so that bytes that are no UTF-8 differ too.

const LOOKAHEAD_ROWS = 50;
const NAMED_ROWS = 20;
const LOOKAHEAD_ENDS = 500;
const STAMPED_AT = /,"stamped_at":(?:null|"[^"]{1,40}")(?=,"source":"[^"]{0,40}"\}\n$)/;
const NUMBER_PATTERNS = {
  "messages.jsonl": [/^\{"no":\d{1,12},/, "{"],
  "messages.csv": [/^"\d{1,12}",/, ""],
  "operator_inquiry.csv": [/^"\d{1,12}",/, ""],
  "links.csv": [/^"\d{0,12}",/, ""],
  "events.csv": [/^((?:"[^"]*",){2})"\d{0,12}",/, "$1"],
  "files.csv": [/^"F-\d{4,12}","(?:(files\/F-)\d{4,12})?/, '"$1'],
};

class TableCheck {
  constructor(verification, name, bytes) {
    Object.assign(this, { verification, name });
    this.rows = name.endsWith(".jsonl") ? jsonRows(bytes) : csvRows(bytes);
    this.pushedBack = [];
    this.expected = [];
    this.read = [];
    this.foundCount = 0;
    this.renumbered = this.restamped = false;
  }

  expect(line) {
    this.expectRow(byteDecoder.decode(utf8Encoder.encode(line)));
  }

  close() {
    for (let row = this.nextRow(); row !== null; row = this.nextRow()) {
      if (!this.expected.length) {
        this.findRow(null, row);
      } else {
        this.read.push(row);
        if (!this.realign() && this.read.length > LOOKAHEAD_ROWS) this.findPair();
      }
    }
    while (this.expected.length || this.read.length) this.findPair();
    if (this.foundCount > NAMED_ROWS) {
      const text = fill(_("Further rows of {name} that are not what the records give: {count}."), { count: this.foundCount - NAMED_ROWS, name: this.name });
      this.addFinding("data/" + this.name, text);
    }
  }

  expectRow(line) {
    const row = this.nextRow();
    if (!this.expected.length && !this.read.length && row !== null && this.isSame(line, row)) return;
    this.expected.push(line);
    if (row !== null) this.read.push(row);
    const ahead = this.foundCount < LOOKAHEAD_ENDS ? LOOKAHEAD_ROWS : 0;
    if (!(ahead && this.realign())) while (this.expected.length > ahead) this.findPair();
  }

  // Whether a row is the expected one; a row that differs only in its number is reported once.
  isSame(line, row) {
    if (line === row) return true;
    if (this.withoutNumber(line) !== this.withoutNumber(row)) return false;
    if (this.name === MESSAGES && !this.restamped && stampedAtOf(line) !== stampedAtOf(row)) {
      this.restamped = true;
      this.addFinding(rowSubject(this.name, row), fill(_("From here on, the times of the time stamps in {name} are not those that the time stamps hold."), { name: this.name }));
    }
    if (!this.renumbered && this.withoutStampTime(line) !== this.withoutStampTime(row)) {
      this.renumbered = true;
      this.addFinding(rowSubject(this.name, row), fill(_("From here on, the numbers in {name} differ from the records."), { name: this.name }));
    }
    return true;
  }

  withoutNumber(row) {
    if (!Object.hasOwn(NUMBER_PATTERNS, this.name)) return row;
    const [pattern, without] = NUMBER_PATTERNS[this.name];
    return this.withoutStampTime(row).replace(pattern, without);
  }

  withoutStampTime(row) {
    return this.name === MESSAGES ? row.replace(STAMPED_AT, "") : row;
  }

  // Find where the rows match again, report those before, and go on after them.
  realign() {
    const expected = this.expected.map((row) => this.withoutNumber(row)), read = this.read.map((row) => this.withoutNumber(row));
    const lastRead = read[read.length - 1], lastExpected = expected[expected.length - 1];
    let match = null;
    if (read.length && expected.includes(lastRead)) match = [expected.indexOf(lastRead), read.length - 1];
    else if (read.includes(lastExpected)) match = [expected.length - 1, read.indexOf(lastExpected)];
    if (match === null) return false;
    this.findBlock(...match);
    const rest = this.expected;
    this.pushedBack = [...this.read, ...this.pushedBack];
    this.expected = [];
    this.read = [];
    for (const line of rest) this.expectRow(line);
    return true;
  }

  // Report so many rows at the head of both sides; a message that is on both sides was changed.
  findBlock(expected, read) {
    const lines = this.expected.splice(0, expected), rows = this.read.splice(0, read);
    const subjects = new Map(rows.map((row) => [rowSubject(this.name, row), row]));
    for (const line of lines) {
      const subject = rowSubject(this.name, line);
      this.findRow(line, subjects.get(subject) ?? null);
      subjects.delete(subject);
    }
    for (const row of subjects.values()) this.findRow(null, row);
  }

  findPair() {
    this.findBlock(Math.min(1, this.expected.length), Math.min(1, this.read.length));
  }

  findRow(line, row) {
    this.foundCount++;
    if (this.foundCount > NAMED_ROWS) return;
    const text = line === null ? _("{name} has a row that the records do not give.") : row === null ? _("{name} lacks a row that the records give.") : _("A row of {name} is not what the records give.");
    this.addFinding(rowSubject(this.name, line ?? row), fill(text, { name: this.name }));
  }

  addFinding(subject, text) {
    this.verification.addFinding("table-rows", subject, text);
  }

  nextRow() {
    if (this.pushedBack.length) return this.pushedBack.shift();
    const next = this.rows.next();
    return next.done ? null : next.value;
  }
}

function stampedAtOf(row) {
  const match = STAMPED_AT.exec(row);
  return match ? match[0] : "";
}

function rowSubject(name, row) {
  const match = (name.endsWith(".jsonl") ? /"message_id":"?(\d{1,20})/ : /"m(\d{1,20})"/).exec(row);
  return match ? "message/" + match[1] : "data/" + name;
}

function* jsonRows(bytes) {
  for (const [offset, line] of linesOf(bytes)) {
    const end = offset + line.length;
    yield byteDecoder.decode(bytes.subarray(offset, end < bytes.length ? end + 1 : end));
  }
}

// Rows of a CSV file: lines up to one that ends outside of quotes.
function* csvRows(bytes) {
  let begin = 0, quotes = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 34) quotes++;
    if (bytes[at] === 10 && at > begin && bytes[at - 1] === 13 && quotes % 2 === 0) {
      yield byteDecoder.decode(bytes.subarray(begin, at + 1));
      begin = at + 1;
    }
  }
  if (begin < bytes.length) yield byteDecoder.decode(bytes.subarray(begin));
}

// Give each check its rows from the interleaved lines of all tables.
async function compareTables(verification, lines, checks, progress) {
  let done = 0;
  try {
    for (const [name, line] of lines) {
      if (checks.has(name)) checks.get(name).expect(line);
      if (name === MESSAGES && ++done % 500 === 0) await progress(done);
    }
  } catch {
    verification.addFinding("table-rows", "data/entries.jsonl", _("The tables cannot be made from the records, so they were not compared to the end."));
    return;
  }
  for (const check of checks.values()) check.close();
}
