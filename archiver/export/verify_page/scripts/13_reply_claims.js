// What an authority's reply claims: which digest it stamps, and when. No signature is checked here.

const OID_SIGNED_DATA = "2a864886f70d010702";
const OID_TST_INFO = "2a864886f70d0109100104";
const OID_SHA256 = "608648016503040201";

// {time, imprint, token, eContent}; null if it is no granted RFC 3161 reply with a token.
function readReply(reply) {
  try {
    const [status, token] = firstTwo(onlyContent(reply, 0x30), 0x30, 0x30);
    const granted = derElements(status)[0];
    if (granted.tag !== 2 || ![0, 1].includes(granted.body.reduce((sum, byte) => sum * 256 + byte, 0))) return null;
    const [kind, signed] = firstTwo(token, 0x06, 0xa0);
    if (toHex(kind) !== OID_SIGNED_DATA) return null;
    const parts = derElements(onlyContent(signed, 0x30));
    const [inner, content] = firstTwo(parts[2].body, 0x06, 0xa0);
    if (toHex(inner) !== OID_TST_INFO) return null;
    return tokenClaims(onlyContent(content, 0x04));
  } catch {
    return null;
  }
}

function tokenClaims(body) {
  const parts = derElements(onlyContent(body, 0x30));
  const [algorithm, imprint] = firstTwo(parts[2].body, 0x30, 0x04);
  if (parts[2].tag !== 0x30 || parts[4].tag !== 0x18) throw new Error("another form");
  const first = derElements(algorithm)[0];
  if (first.tag !== 0x06) throw new Error("another form");
  return { time: generalizedTime(byteDecoder.decode(parts[4].body)), imprint: toHex(first.body) === OID_SHA256 ? toHex(imprint) : "" };
}

// `20261124133105.25Z` -> `2026-11-24T13:31:05.250Z`
function generalizedTime(text) {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*))?Z$/.exec(text);
  const time = match && match[1] + "-" + match[2] + "-" + match[3] + "T" + match[4] + ":" + match[5] + ":" + match[6];
  if (!match || unixSeconds(time) === null) throw new Error("no time in UTC");
  return time + "." + (match[7] || "").slice(0, 3).padEnd(3, "0") + "Z";
}

function derElements(body) {
  const elements = [];
  let offset = 0;
  while (offset < body.length) {
    const begin = offset, tag = body[offset];
    let size = body[offset + 1];
    offset += 2;
    if (size === undefined) throw new Error("cut");
    if (size & 0x80) {
      const count = size & 0x7f;
      if (count < 1 || count > 4) throw new Error("a length that DER does not have");
      size = 0;
      for (let index = 0; index < count; index++) size = size * 256 + body[offset + index];
      offset += count;
    }
    if (!(offset + size <= body.length)) throw new Error("cut");
    elements.push({ tag, body: body.subarray(offset, offset + size), whole: body.subarray(begin, offset + size) });
    offset += size;
  }
  return elements;
}

function onlyContent(body, tag) {
  const elements = derElements(body);
  if (elements.length !== 1 || elements[0].tag !== tag) throw new Error("another form");
  return elements[0].body;
}

function firstTwo(body, first, second) {
  const elements = derElements(body).slice(0, 2);
  if (elements.length !== 2 || elements[0].tag !== first || elements[1].tag !== second) throw new Error("another form");
  return elements.map((element) => element.body);
}

// A function from a seal's number to the earliest time stamped on it or on a later seal.
function earliestCovering(times) {
  const numbers = [...times.keys()].sort((a, b) => a - b), since = numbers.map((number) => times.get(number));
  for (let index = since.length - 2; index >= 0; index--) if (since[index + 1] < since[index]) since[index] = since[index + 1];
  return (seal) => {
    const index = seal === null ? -1 : numbers.findIndex((number) => number >= seal);
    return index < 0 ? null : since[index];
  };
}
