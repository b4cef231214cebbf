// Bytes and texts: UTF-8, hexadecimal, digests, and the order of texts.

const CHUNK_BYTES = 1 << 20;
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const byteDecoder = new TextDecoder("latin1");
const utf8Encoder = new TextEncoder();

// The text of UTF-8 bytes; null for bytes that are none.
function decodeUtf8(bytes) {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return null;
  }
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256Hex = (bytes) => toHex(Libraries.sha256(bytes));

// The bytes of a hexadecimal text as Python's bytes.fromhex reads it; null for another text.
function fromHex(text) {
  const digits = text.replace(/[ \t\n\r\f\v]/g, "");
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
}

function joinBytes(parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const equalBytes = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

// The order of texts by code points, as Python sorts them; UTF-16 units alone would order some differently.
function compareText(a, b) {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index), y = b.charCodeAt(index);
    if (x !== y) return orderOfUnit(x) - orderOfUnit(y);
  }
  return a.length - b.length;
}

const orderOfUnit = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
const sortedTexts = (texts) => [...texts].sort(compareText);

// The lines of bytes with their offsets, each without its LF.
function* linesOf(bytes) {
  let offset = 0;
  while (offset < bytes.length) {
    const end = bytes.indexOf(10, offset);
    yield [offset, bytes.subarray(offset, end < 0 ? bytes.length : end)];
    offset = end < 0 ? bytes.length : end + 1;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_value, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function updateCrc(crc, bytes) {
  for (let index = 0; index < bytes.length; index++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[index]) & 0xff];
  return crc;
}
