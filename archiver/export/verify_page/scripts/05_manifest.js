// Lists of the names and digests of files, and how such a list compares with the files that are there.

const LIST_LINE = /^([0-9a-fA-F]{64})(?:  | \*|[ \t]+)(?:\.\/)?([^ \t].*)$/;

class ListError extends Error {
  constructor(line) {
    super("line " + line);
    this.line = line;
  }
}

const ESCAPES = { "%": "%25", "\n": "%0A", "\r": "%0D" };
const escapeName = (name) => name.replace(/[%\n\r]/g, (character) => ESCAPES[character]);
const unescapeName = (name) => name.replace(/%(25|0[aAdD])/g, (_whole, digits) => String.fromCharCode(parseInt(digits, 16)));

// Digests by path; throws ListError for bytes that are no such list.
function parseManifest(bytes) {
  const listed = new Map();
  let number = 0;
  for (const raw of rawLines(bytes)) {
    number++;
    if (!raw.length) continue;
    const text = decodeUtf8(raw);
    const line = text === null ? null : LIST_LINE.exec(text);
    const name = line ? unescapeName(line[2]) : "";
    if (!line || listed.has(name)) throw new ListError(number);
    listed.set(name, line[1].toLowerCase());
  }
  return listed;
}

function* rawLines(bytes) {
  let begin = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 10 && bytes[at] !== 13) continue;
    yield bytes.subarray(begin, at);
    if (bytes[at] === 13 && bytes[at + 1] === 10) at++;
    begin = at + 1;
  }
  yield bytes.subarray(begin);
}

function isCanonicalList(bytes, listed) {
  const lines = sortedTexts(listed.keys()).map((name) => listed.get(name) + "  " + escapeName(name) + "\n");
  return equalBytes(bytes, utf8Encoder.encode(lines.join("")));
}

// Whether a path stays inside its folder, on every system.
function isSafePath(path) {
  const parts = path.replace(/\\/g, "/").split("/");
  return !(/^[\/\\~]/.test(path) || parts[0].includes(":") || path.includes("\0") || parts.some((part) => ["", ".", ".."].includes(part)));
}

function* compareManifest(listed, actual) {
  for (const path of sortedTexts(new Set([...listed.keys(), ...actual.keys()]))) {
    if (listed.has(path) && !isSafePath(path)) yield { kind: "unsafe", path };
    else if (!actual.has(path)) yield { kind: "missing", path };
    else if (!listed.has(path)) yield { kind: "extra", path };
    else if (actual.get(path) !== listed.get(path)) yield { kind: "changed", path };
  }
}

const fittingPaths = (listed, actual) => [...actual].filter(([path, digest]) => listed.get(path) === digest).map(([path]) => path);

function differenceText(difference, list) {
  const texts = {
    missing: _("{list} names this file, but it is not there."),
    changed: _("The file is not the one that {list} names: its SHA-256 differs."),
    extra: _("The file is not named in {list}."),
    unsafe: _("{list} names a path that leads outside the folder."),
  };
  return fill(texts[difference.kind], { list });
}
