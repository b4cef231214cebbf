// The files of a package, from a folder or out of a zip; harmful ones become findings and are never read.

class UnreadableFile extends Error {}

const ZIP_METHODS = [0, 8];
const DEFLATE_RATIO = 1100;
const WHOLE_DIGEST_LIMIT = 64 << 20;
const FILE_TYPE_MASK = 0xf000;

// The whole of a file; throws UnreadableFile, also for one above the limit.
async function readAll(tree, name, limit) {
  if (tree.size(name) > limit) throw new UnreadableFile(fill(_("it is larger than this page can read ({n} MB); verify.py can"), { n: limit >> 20 }));
  const parts = [];
  for await (const part of tree.chunks(name)) parts.push(part);
  return joinBytes(parts);
}

// The SHA-256 of a file, read in pieces; null if it cannot be read, which becomes a finding.
async function digestOrFinding(verification, tree, name, progress = () => {}) {
  const isSmall = tree.size(name) <= WHOLE_DIGEST_LIMIT && canCheckSignatures();
  const digest = isSmall ? new WholeDigest() : Libraries.sha256.create();
  let done = 0;
  try {
    for await (const part of tree.chunks(name)) {
      digest.update(part);
      done += part.length;
      await progress(done);
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    verification.addFinding("unreadable", name, fill(_("It cannot be read: {detail}"), { detail: error.message }));
    return null;
  }
  return toHex(await digest.digest());
}

// The SHA-256 of a small file by the browser itself, which is many times faster but cannot take it in pieces.
class WholeDigest {
  constructor() {
    this.parts = [];
  }

  update(part) {
    this.parts.push(part);
  }

  async digest() {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joinBytes(this.parts)));
  }
}

async function* blobChunks(blob) {
  for (let offset = 0; offset < blob.size; offset += CHUNK_BYTES) {
    let part;
    try {
      part = new Uint8Array(await blob.slice(offset, offset + CHUNK_BYTES).arrayBuffer());
    } catch (error) {
      throw new UnreadableFile(String(error.message || error));
    }
    yield part;
  }
}

// Names that macOS gives to files which it puts into folders and zips by itself.
const SYSTEM_NAME = /^(?:(?:.*\/)?\.DS_Store|__MACOSX\/(?:.*\/)?\._[^/]+)$/s;
const LIST_BASES = { "manifest-sha256.txt": "", "tagmanifest-sha256.txt": "", "data/content-sha256.txt": "data/", "SHA256SUMS.txt": "" };

const isSystemName = (name) => SYSTEM_NAME.test(name);

function tellSystemFiles(verification, names) {
  if (!names.length) return;
  const files = names.slice(0, 20).join(", ") + (names.length > 20 ? " …" : "");
  verification.addUnchecked("system files", fill(_("{files}: files of such names are put there by the operating system. No list names them, and they were not looked at."), { files }));
}

// Take the files out that an operating system put into the package: no list has them.
async function leaveOutSystemFiles(verification, tree) {
  const suspects = tree.names().filter(isSystemName);
  if (!suspects.length) return;
  const listed = await listedNames(tree), leftOut = new Set(suspects.filter((name) => !listed.has(name)));
  tree.sorted = tree.sorted.filter((name) => !leftOut.has(name));
  tellSystemFiles(verification, [...leftOut]);
}

async function listedNames(tree) {
  const listed = new Set();
  for (const [name, base] of Object.entries(LIST_BASES)) {
    if (!tree.names().includes(name)) continue;
    let text;
    try {
      text = lenientDecoder.decode(await readAll(tree, name, WHOLE_DIGEST_LIMIT));
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      continue; // found when the list is checked
    }
    for (const line of text.split("\n")) listed.add(base + line.split("  ").slice(1).join("  ").replace(/\r+$/, ""));
  }
  return listed;
}

// A folder: `files` are [path, File].
class PackageFolder {
  constructor(files) {
    this.files = new Map(files);
    this.sorted = sortedTexts(this.files.keys());
  }

  names() {
    return this.sorted;
  }

  size(name) {
    return this.files.get(name).size;
  }

  chunks(name) {
    return blobChunks(this.files.get(name));
  }
}

// --- zip --------------------------------------------------------------------------------------

// A zip: what it says of its files is believed only as far as it cannot do harm.
class ZippedPackage {
  constructor(file, directory, verification) {
    this.file = file;
    const listed = harmlessFiles(directory.infos, verification);
    const root = rootFolder(new Set([...listed.keys()].filter((name) => !isSystemName(name))));
    const outside = new Set([...listed.keys()].filter((name) => isSystemName(name) && !name.startsWith(root)));
    tellSystemFiles(verification, sortedTexts(outside));
    this.root = root;
    this.infos = new Map();
    for (const [name, info] of listed) {
      if (name.startsWith(root)) this.infos.set(name.slice(root.length), info);
      else if (!outside.has(name)) verification.addFinding("unsafe", name, _("It is outside the package's folder in the zip."));
    }
    this.sorted = sortedTexts(this.infos.keys());
  }

  names() {
    return this.sorted;
  }

  size(name) {
    return this.infos.get(name).size;
  }

  async *chunks(name) {
    const info = this.infos.get(name);
    if (info.flags & 0x60) throw new UnreadableFile("patched or strongly encrypted");
    const header = await bytesOf(this.file, info.offset, 30);
    if (header.length < 30 || readNumber(header, 0, 4) !== 0x04034b50) throw new UnreadableFile(_("its packed bytes are damaged"));
    const nameLength = readNumber(header, 26, 2), begin = info.offset + 30 + nameLength + readNumber(header, 28, 2);
    if (!equalBytes(await bytesOf(this.file, info.offset + 30, nameLength), info.nameBytes)) throw new UnreadableFile(_("its packed bytes are damaged"));
    const isPlain = info.method === 0, packed = this.file.slice(begin, begin + (isPlain ? Math.min(info.packed, info.size) : info.packed));
    let crc = 0xffffffff, size = 0;
    for await (const part of isPlain ? blobChunks(packed) : inflated(packed)) {
      crc = updateCrc(crc, part);
      size += part.length;
      if (size > info.size) throw new UnreadableFile(_("its packed bytes are damaged"));
      yield part;
    }
    if (size !== info.size || (crc ^ 0xffffffff) >>> 0 !== info.crc) throw new UnreadableFile(_("its checksum differs"));
  }
}

async function* inflated(packed) {
  let parts = [], isFinal = false;
  const inflate = new Libraries.Inflate((part, final) => {
    parts.push(part);
    isFinal = isFinal || final;
  });
  let offset = 0;
  for await (const part of blobChunks(packed)) {
    offset += part.length;
    try {
      inflate.push(part, offset >= packed.size);
    } catch {
      throw new UnreadableFile(_("its packed bytes are damaged"));
    }
    yield* parts;
    parts = [];
  }
  if (!isFinal) throw new UnreadableFile(_("its packed bytes are damaged"));
}

const bytesOf = async (file, begin, size) => new Uint8Array(await file.slice(begin, begin + size).arrayBuffer());

function readNumber(bytes, offset, size) {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + bytes[offset + index];
  return value;
}

const END_BYTES = 22;
const NEWEST_ZIP = 63;
const END_BYTES_64 = 22 + 56 + 20;

// The zip's own list: {infos, start, end, comment}; throws UnreadableFile if it is not one.
async function readDirectory(file) {
  const tailStart = Math.max(0, file.size - END_BYTES - 0xffff), tail = await bytesOf(file, tailStart, file.size);
  let at = tail.length - END_BYTES;
  while (at >= 0 && readNumber(tail, at, 4) !== 0x06054b50) at--;
  if (at < 0) throw new UnreadableFile(_("its list of files is damaged"));
  let size = readNumber(tail, at + 12, 4), stated = readNumber(tail, at + 16, 4), endAt = tailStart + at;
  const comment = readNumber(tail, at + 20, 2);
  if (at >= 20 && readNumber(tail, at - 20, 4) === 0x07064b50) {
    const end = await bytesOf(file, readNumber(tail, at - 12, 8), 56);
    if (readNumber(end, 0, 4) !== 0x06064b50) throw new UnreadableFile(_("its list of files is damaged"));
    [size, stated, endAt] = [readNumber(end, 40, 8), readNumber(end, 48, 8), endAt - 76];
  }
  const start = endAt - size;
  if (start < 0) throw new UnreadableFile(_("its list of files is damaged"));
  if (size > READ_LIMIT) throw new UnreadableFile(_("its list of files is too long"));
  const infos = parseDirectory(await bytesOf(file, start, size), start - stated);
  return { infos, start, comment, size: file.size, endFits: await endFits(file, start, infos.length) };
}

// Whether the end states the place and the number that were read here; other programs go by what it states.
async function endFits(file, start, count) {
  const end = await bytesOf(file, file.size - END_BYTES, END_BYTES), locator = await bytesOf(file, Math.max(0, file.size - END_BYTES - 20), 20);
  const isLarge = locator.length === 20 && readNumber(locator, 0, 4) === 0x07064b50;
  const listEnd = file.size - (isLarge ? END_BYTES_64 : END_BYTES), actual = [0, 0, count, count, listEnd - start, start];
  if (end.length < END_BYTES || readNumber(end, 0, 4) !== 0x06054b50 || readNumber(end, 20, 2)) return false;
  const places = [[4, 2], [6, 2], [8, 2], [10, 2], [12, 4], [16, 4]];
  if (!places.every(([at, size], index) => [actual[index], isLarge ? 256 ** size - 1 : actual[index]].includes(readNumber(end, at, size)))) return false;
  if (!isLarge) return true;
  const record = await bytesOf(file, Math.max(0, listEnd), 56), large = [[16, 4], [20, 4], [24, 8], [32, 8], [40, 8], [48, 8]];
  return large.every(([at, size], index) => readNumber(record, at, size) === actual[index]) && readNumber(locator, 4, 4) === 0 && readNumber(locator, 8, 8) === listEnd && readNumber(locator, 16, 4) === 1;
}

function parseDirectory(list, shift) {
  const infos = [];
  let at = 0;
  while (at < list.length) {
    if (at + 46 > list.length || readNumber(list, at, 4) !== 0x02014b50) throw new UnreadableFile(_("its list of files is damaged"));
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => readNumber(list, at + offset, 2));
    if (list[at + 6] > NEWEST_ZIP) throw new UnreadableFile("zip file version " + list[at + 6] / 10);
    const nameBytes = list.subarray(at + 46, at + 46 + nameLength), flags = readNumber(list, at + 8, 2);
    const info = {
      name: zipName(nameBytes, flags), nameBytes, flags, method: readNumber(list, at + 10, 2), time: readNumber(list, at + 12, 2), date: readNumber(list, at + 14, 2),
      crc: readNumber(list, at + 16, 4), packed: readNumber(list, at + 20, 4), size: readNumber(list, at + 24, 4), type: readNumber(list, at + 40, 2) & FILE_TYPE_MASK,
      offset: readNumber(list, at + 42, 4), comment: commentLength, extra: list.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), listed: 46 + nameLength + extraLength + commentLength,
    };
    readLargeSizes(info, list.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
    info.offset += shift;
    if (info.offset < 0) throw new UnreadableFile(_("its list of files is damaged"));
    infos.push(info);
    at += info.listed;
  }
  return infos;
}

// Sizes and places above 4 GB stand in an extra field.
function readLargeSizes(info, extra) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + readNumber(extra, at + 2, 2)) {
    if (readNumber(extra, at, 2) !== 1) continue;
    let next = at + 4;
    for (const field of ["size", "packed", "offset"]) {
      if (info[field] !== 0xffffffff) continue;
      info[field] = readNumber(extra, next, 8);
      next += 8;
    }
  }
}

function zipName(bytes, flags) {
  const text = flags & 0x800 || bytes.every((byte) => byte < 128) ? lenientDecoder.decode(bytes) : byteDecoder.decode(bytes);
  return text.includes("\0") ? text.slice(0, text.indexOf("\0")) : text;
}

function harmlessFiles(infos, verification) {
  const files = new Map(), overlapping = new Set();
  let end = 0;
  for (const info of [...infos].sort((a, b) => a.offset - b.offset)) {
    if (info.offset < end) overlapping.add(info);
    end = Math.max(end, info.offset + 30 + info.packed);
  }
  for (const info of infos) {
    const reason = unsafeReason(info, overlapping.has(info)) || (files.has(info.name) ? _("The zip holds two files of this name.") : null);
    if (reason !== null) verification.addFinding("unsafe", info.name, reason);
    else if (!info.name.endsWith("/")) files.set(info.name, info);
  }
  return files;
}

function unsafeReason(info, overlaps) {
  if (!isSafePath(info.name.replace(/\/+$/, ""))) return _("The zip holds a path that leads outside its folder.");
  if (![0, 0x8000, 0x4000].includes(info.type)) return _("It is a link or not an ordinary file; it was not looked at.");
  if (info.flags & 1) return _("It is encrypted; it was not looked at.");
  if (!ZIP_METHODS.includes(info.method)) return _("It is compressed in a way that packages do not use; it was not looked at.");
  if (overlaps || info.size > info.packed * DEFLATE_RATIO + CHUNK_BYTES) return _("It claims to be larger than it can be; it was not looked at.");
  return null;
}

// The one folder that holds `bagit.txt`, with its `/`; empty if that file is at the top, or nowhere.
function rootFolder(names) {
  if (names.has("bagit.txt")) return "";
  const folders = [...new Set([...names].filter((name) => name.includes("/")).map((name) => name.slice(0, name.indexOf("/"))))];
  let holding = sortedTexts(folders.filter((folder) => names.has(folder + "/bagit.txt")));
  if (!holding.length && folders.length === 1) holding = folders;
  return holding.length ? holding[0] + "/" : "";
}

// What a zip holds besides its files: comments, dates that do not exist, bytes that no reader shows.
async function addZipOddities(verification, file, directory) {
  const add = (subject, text) => verification.addFinding("zip-form", subject, text);
  if (directory.comment) add(file.name, _("The zip has a comment, which packages never have."));
  if (!directory.comment && !directory.endFits) add(file.name, _("The end of the zip does not fit its list of files: other programs could show other files."));
  const infos = [...directory.infos].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const [index, info] of infos.entries()) {
    if (info.comment) add(info.name, _("Its place in the zip has a comment, which packages never have."));
    if (info.name.endsWith("/") && (info.size || info.packed)) add(info.name, _("The zip gives bytes to a folder, which no program shows."));
    if (!isZipDate(info)) add(info.name, _("The zip gives it a date that does not exist."));
    if (info.offset > end) add(file.name, unlistedText(end, info.offset));
    const header = await bytesOf(file, info.offset, 30);
    const hasHeader = header.length === 30 && readNumber(header, 0, 4) === 0x04034b50;
    if (hasHeader) await addHeaderOddities(add, file, info, header);
    end = hasHeader ? info.offset + 30 + readNumber(header, 26, 2) + readNumber(header, 28, 2) + info.packed : info.offset;
    const following = index + 1 < infos.length ? infos[index + 1].offset : directory.start;
    if (info.flags & 8 && [12, 16, 20, 24].includes(following - end)) end = following;
  }
  if (directory.start > end) add(file.name, unlistedText(end, directory.start));
  const listed = infos.reduce((sum, info) => sum + info.listed, 0), rest = directory.size - directory.start - listed - directory.comment;
  if (rest !== END_BYTES && rest !== END_BYTES_64) add(file.name, unlistedText(directory.start + listed, directory.size));
}

const TELLING_FLAGS = 1 | 8 | 0x800;
const UNICODE_NAME = 0x7075;

// Where a file's own header and the zip's list could be read differently.
async function addHeaderOddities(add, file, info, header) {
  const flags = readNumber(header, 6, 2), sizes = [[14, info.crc], [18, info.packed], [22, info.size]];
  const differs = !(flags & 8) && sizes.some(([at, listed]) => ![0xffffffff, listed].includes(readNumber(header, at, 4)));
  const isOtherDate = readNumber(header, 10, 2) !== info.time || readNumber(header, 12, 2) !== info.date;
  if (isOtherDate || readNumber(header, 8, 2) !== info.method || (flags ^ info.flags) & TELLING_FLAGS || differs) {
    add(info.name, _("Its header and the list of the zip differ: other programs could show something else."));
  }
  const own = await bytesOf(file, info.offset + 30 + readNumber(header, 26, 2), readNumber(header, 28, 2));
  if ([...extraKinds(info.extra), ...extraKinds(own)].includes(UNICODE_NAME)) add(info.name, _("The zip gives it a second name, which other programs could show."));
}

// The kinds of the extra fields that hold something.
function extraKinds(extra) {
  const kinds = [];
  for (let at = 0; at + 4 <= extra.length; at += 4 + readNumber(extra, at + 2, 2)) {
    if (readNumber(extra, at + 2, 2)) kinds.push(readNumber(extra, at, 2));
  }
  return kinds;
}

const unlistedText = (start, end) => fill(_("The zip holds bytes from {start} to {end} that belong to none of its files."), { start, end });

function isZipDate(info) {
  const [year, month, day] = [(info.date >> 9) + 1980, (info.date >> 5) & 15, info.date & 31];
  const [hour, minute, second] = [info.time >> 11, (info.time >> 5) & 63, (info.time & 31) * 2];
  const date = new Date(Date.UTC(year, month - 1, day));
  return month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
}
