// When the certificates behind a stamp end, and which ended stamps later ones carry on (RFC 4998).

const DAY_SIGNS = "2026-11-24".length;

// The earliest end of a certificate from a reply's signer up to one of the roots; null if the reply does not tell.
function stampEnd(reply, pem) {
  try {
    const chain = certificateChain(certificatesAndSigner(reply), rootSpans(pem));
    return chain.length ? chain.map((one) => one.ends).reduce((a, b) => (b < a ? b : a)) : null;
  } catch {
    return null;
  }
}

function certificateChain({ certificates, signer }, roots) {
  const chain = [];
  let current = certificates.find((one) => one.issuer === signer.issuer && one.serial === signer.serial);
  while (current !== undefined && chain.length < CHAIN_LIMIT) {
    chain.push(current);
    if (roots.some((root) => sameSpan(root, current)) || current.issuer === current.subject) break;
    const { issuer } = current;
    current = [...roots, ...certificates].find((one) => one.subject === issuer);
  }
  return chain;
}

const sameSpan = (a, b) => ["serial", "issuer", "subject", "ends"].every((name) => a[name] === b[name]);

function certificatesAndSigner(reply) {
  const token = derElements(onlyContent(reply, 0x30))[1];
  const parts = derElements(onlyContent(derElements(token.body)[1].body, 0x30));
  const held = parts.find((one) => one.tag === 0xa0), infos = parts.filter((one) => one.tag === 0x31).pop();
  const signer = derElements(onlyContent(infos.body, 0x30))[1];
  if (signer.tag !== 0x30) throw new Error("the signer is named by its key alone");
  const [issuer, serial] = firstTwo(signer.body, 0x30, 0x02);
  const certificates = held ? derElements(held.body).filter((one) => one.tag === 0x30).map(certificateSpan) : [];
  return { certificates, signer: { issuer: toHex(issuer), serial: toHex(serial) } };
}

function rootSpans(pem) {
  const spans = [];
  for (const der of derRoots(pem)) {
    try {
      spans.push(certificateSpan(derElements(der)[0]));
    } catch {
      continue;
    }
  }
  return spans;
}

function certificateSpan(certificate) {
  let parts = derElements(derElements(certificate.body)[0].body);
  if (parts[0].tag === 0xa0) parts = parts.slice(1);
  const [serial, , issuer, validity, subject] = parts;
  return { serial: toHex(serial.body), issuer: toHex(issuer.body), subject: toHex(subject.body), ends: endTime(derElements(validity.body)[1]) };
}

function endTime(element) {
  const text = byteDecoder.decode(element.body);
  return generalizedTime(element.tag === 0x17 ? (text.slice(0, 2) >= "50" ? "19" : "20") + text : text);
}

// Judge every stamp: those whose certificate has ended and that are carried on, those that are not, and what carries them.
function judgeRenewals(stamps, recordSeals, now) {
  const good = [], carried = [], lapsed = [];
  for (const stamp of [...stamps].sort((a, b) => (a.time < b.time ? 1 : -1))) {
    if (stamp.ends > now) {
      if (stamp.seal !== null) good.push(stamp);
      continue;
    }
    const heldBy = stamp.seal === null ? undefined : recordSeals.get(stampPlace(stamp.seal, stamp.authority, stamp.sha256));
    if (heldBy !== undefined && good.some((one) => one.seal >= heldBy && one.time <= stamp.ends)) {
      good.push(stamp);
      carried.push(stamp);
    } else lapsed.push(stamp);
  }
  const lasting = good.filter((one) => one.ends > now);
  return { carried, lapsed, carrier: lasting.length ? lasting.reduce((a, b) => (b.ends > a.ends ? b : a)) : null };
}

const stampPlace = (seal, authority, sha256) => seal + "/" + authority + "/" + sha256;

// The number of the seal that holds the record of each stamp.
function recordSeals(recorded, ranges) {
  const found = new Map(), sealOf = sealNumbers(ranges);
  for (const { seq, payload } of [...recorded].sort((a, b) => a.seq - b.seq)) {
    const place = stampPlace(payload.seal, asText(payload.authority ?? null), asText(payload.sha256 ?? null)), number = sealOf(seq);
    if (number !== null && number !== undefined && !found.has(place)) found.set(place, number);
  }
  return found;
}

function noteRenewals(verification, { carried, lapsed, carrier }) {
  if (carried.length && carrier !== null) {
    const text = ngettext("{count} time stamp whose certificate has ended is carried on by later time stamps, up to that of “{authority}” on seal {seal}, whose certificate lasts until {day}.", "{count} time stamps whose certificates have ended are carried on by later time stamps, up to that of “{authority}” on seal {seal}, whose certificate lasts until {day}.", carried.length);
    verification.addNote(fill(text, { count: carried.length, authority: carrier.authority, seal: carrier.seal, day: carrier.ends.slice(0, DAY_SIGNS) }));
  }
  if (lapsed.length) {
    const first = lapsed.map((one) => one.ends).reduce((a, b) => (b < a ? b : a));
    const text = ngettext("The certificate of {count} time stamp has ended ({day}), and no later time stamp here carries it on. Its signature is judged at its own time; that nobody made it later with the old key, it does not show.", "The certificates of {count} time stamps have ended (the first on {day}), and no later time stamp here carries them on. Their signatures are judged at their own times; that nobody made them later with the old key, they do not show.", lapsed.length);
    verification.addNote(fill(text, { count: lapsed.length, day: first.slice(0, DAY_SIGNS) }));
  }
}
