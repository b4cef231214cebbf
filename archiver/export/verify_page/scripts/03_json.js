// JSON as the records are written: whole numbers of any size stay exact, and the canonical form is made again.

class JsonFloat {
  constructor(value) {
    this.value = value;
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof JsonFloat);
const isWhole = (value) => typeof value === "number" || typeof value === "bigint";
const isText = (value) => typeof value === "string";

// The value of a field; throws where there is none, so that records of another shape are noticed.
function need(object, name) {
  if (!isObject(object) || !(name in object)) throw new Error("no field " + name);
  return object[name];
}

// The value of a field, null where there is none; throws for what has no fields.
function get(object, name) {
  if (!isObject(object)) throw new Error("no object");
  return name in object ? object[name] : null;
}

const keysAre = (object, names) => {
  const keys = Object.keys(object);
  return keys.length === names.length && names.every((name) => name in object);
};

const normalWhole = (big) => (big >= -9007199254740991n && big <= 9007199254740991n ? Number(big) : big);

// A whole number as BigInt, from a number or from digits; throws for everything else.
function toBig(value) {
  if (isWhole(value)) return BigInt(value);
  if (!isText(value) || !/^[0-9]+$/.test(value)) throw new Error("no number");
  return BigInt(value);
}

const MAX_DEPTH = 900;
const DIGITS_LIMIT = 4300;
const JSON_NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const JSON_TEXT = /"(?:[^"\\\x00-\x1f]|\\(?:["\\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const JSON_SPACE = /[ \t\n\r]*/y;

// The value of a JSON text; throws for every other text.
function parseJson(text) {
  let at = 0;
  const skip = () => {
    JSON_SPACE.lastIndex = at;
    JSON_SPACE.exec(text);
    at = JSON_SPACE.lastIndex;
  };
  const word = (letters, value) => {
    if (!text.startsWith(letters, at)) throw new Error("no JSON");
    at += letters.length;
    return value;
  };
  const textValue = () => {
    JSON_TEXT.lastIndex = at;
    const match = JSON_TEXT.exec(text);
    if (!match) throw new Error("no JSON");
    at = JSON_TEXT.lastIndex;
    return match[0].includes("\\") ? JSON.parse(match[0]) : match[0].slice(1, -1);
  };
  const numberValue = () => {
    JSON_NUMBER.lastIndex = at;
    const match = JSON_NUMBER.exec(text);
    if (!match) throw new Error("no JSON");
    at = JSON_NUMBER.lastIndex;
    if (match[1] || match[2]) return new JsonFloat(Number(match[0]));
    if (match[0].length > DIGITS_LIMIT) throw new Error("no JSON");
    return match[0].length < 16 ? Number(match[0]) + 0 : normalWhole(BigInt(match[0]));
  };
  const listValue = (depth) => {
    const list = [];
    at++;
    skip();
    if (text[at] === "]") return at++, list;
    for (;;) {
      list.push(value(depth + 1));
      skip();
      if (text[at] === "]") return at++, list;
      word(",");
      skip();
    }
  };
  const objectValue = (depth) => {
    const object = Object.create(null);
    at++;
    skip();
    if (text[at] === "}") return at++, object;
    for (;;) {
      const name = textValue();
      skip();
      word(":");
      skip();
      object[name] = value(depth + 1);
      skip();
      if (text[at] === "}") return at++, object;
      word(",");
      skip();
    }
  };
  const value = (depth) => {
    if (depth > MAX_DEPTH) throw new Error("too deep");
    switch (text[at]) {
      case '"': return textValue();
      case "{": return objectValue(depth);
      case "[": return listValue(depth);
      case "t": return word("true", true);
      case "f": return word("false", false);
      case "n": return word("null", null);
      default: return numberValue();
    }
  };
  skip();
  const parsed = value(0);
  skip();
  if (at !== text.length) throw new Error("no JSON");
  return parsed;
}

// The value of JSON in UTF-8; undefined for other bytes.
function parseJsonBytes(bytes) {
  const text = decodeUtf8(bytes);
  try {
    return text === null ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}

// JSON without spaces; `sorted` orders the keys by code points, which is the canonical form.
function encodeJson(value, sorted) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (isWhole(value)) return value.toString();
  if (isText(value)) return JSON.stringify(value);
  if (value instanceof JsonFloat) return floatText(value.value);
  if (Array.isArray(value)) return "[" + value.map((one) => encodeJson(one, sorted)).join(",") + "]";
  const names = sorted ? sortedTexts(Object.keys(value)) : Object.keys(value);
  return "{" + names.map((name) => JSON.stringify(name) + ":" + encodeJson(value[name], sorted)).join(",") + "}";
}

// A floating point number as Python writes it.
function floatText(number) {
  if (!Number.isFinite(number)) throw new Error("no JSON");
  if (Object.is(number, -0)) return "-0.0";
  const [digits, exponent] = number.toExponential().split("e").map((part, index) => (index ? Number(part) : part));
  if (number !== 0 && (exponent < -4 || exponent >= 16)) {
    return digits + "e" + (exponent < 0 ? "-" : "+") + String(Math.abs(exponent)).padStart(2, "0");
  }
  const text = String(number);
  return text.includes(".") ? text : text + ".0";
}

const canonical = (value) => encodeJson(value, true);
