// Cells, lines and times of a package's tables, the same bytes as the program that made the package writes.

const TIME = "日時(日本時間)";
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;
const FORMULA = /^[\s\u3000]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const LAST_SECOND = 253402300800 - 32400;

const visibleText = (text) => text.replace(UNSEEN, (character) => "[U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");

function cell(value) {
  if (value === null || value === undefined || value === "") return "";
  if (isWhole(value) && value >= 0) return value.toString();
  const visible = visibleText(asText(value));
  return FORMULA.test(visible) ? "'" + visible : visible;
}

const csvLine = (cells) => cells.map((value) => '"' + cell(value).replace(/"/g, '""') + '"').join(",") + "\r\n";

function jsonlLine(document) {
  const escape = (sign) => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0");
  return encodeJson(document, false).replace(/[\u0085\u2028\u2029]/g, escape) + "\n";
}

const messageCell = (id) => (id === null || id === "" || id === 0 || id === "0" || id === "None" ? "" : "m" + id);

function jst(seconds) {
  return seconds > 0 && seconds < LAST_SECOND ? calendarText(Number(seconds) + 32400) : "";
}

function jstOf(stamp) {
  if (stamp === null) return "";
  const seconds = unixSeconds(stamp);
  if (seconds === null) throw new Error("no time");
  return calendarText(seconds + 32400);
}

const calendarText = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
