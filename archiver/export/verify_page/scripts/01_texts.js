// The language of what is said, and the texts in it. The English texts are those of verify.py wherever it says the same.

let language = "ja";

const _ = (text) => (language === "ja" && JAPANESE[text]) || text;
const ngettext = (one, many, count) => (language === "ja" && JAPANESE[one]) || (count === 1 ? one : many);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
