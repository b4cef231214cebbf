// The signature of a stamp, and the chain of certificates from its signer to a root beside it, judged at its own time.
//
// The library verifies signatures; it does not look at the dates and purposes of certificates, so that is done here.

const OID_TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
const OID_BASIC_CONSTRAINTS = "2.5.29.19";
const OID_KEY_USAGE = "2.5.29.15";
const OID_EXTENDED_KEY_USAGE = "2.5.29.37";
const OIDS_SIGNING_CERTIFICATE = { "1.2.840.113549.1.9.16.2.12": "SHA-1", "1.2.840.113549.1.9.16.2.47": "SHA-256" };
const DIGEST_NAMES = { "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const TAG_SEQUENCE = 16;
const CHAIN_LIMIT = 10;
const ROOTS_LIMIT = 1 << 16;

const canCheckSignatures = () => Boolean(globalThis.crypto && globalThis.crypto.subtle);

// The SHA-256 of the root to which the signature leads, "bad", or "unknown" where this browser cannot tell.
async function checkStampSignature(reply, data, pem, time) {
  if (!canCheckSignatures()) return "unknown";
  try {
    Libraries.setEngine("browser", new Libraries.CryptoEngine({ name: "browser", crypto: globalThis.crypto }));
    const response = new Libraries.TimeStampResp({ schema: Libraries.fromBER(reply).result });
    const signed = new Libraries.SignedData({ schema: response.timeStampToken.content });
    const certificates = (signed.certificates || []).filter((one) => one instanceof Libraries.Certificate);
    const signer = signed.signerInfos.length === 1 ? certificates.find((one) => isSignerOf(signed.signerInfos[0], one)) : undefined;
    if (!signer || !(await isSignatureGood(signed, data)) || !(await namesSigner(signed.signerInfos[0], signer)) || !isStampingCertificate(signer)) return "bad";
    for (const der of derRoots(pem)) {
      if (await leadsToRoot(signer, certificates, [Libraries.Certificate.fromBER(der)], new Date(time), 0)) return sha256Hex(der);
    }
    return "bad";
  } catch (error) {
    return error && error.name === "NotSupportedError" ? "unknown" : "bad";
  }
}

const isSignatureGood = async (signed, data) => (await signed.verify({ signer: 0, data: data.slice().buffer, checkChain: false })) === true;

const isSignerOf = (info, certificate) =>
  info.sid.issuer !== undefined && info.sid.serialNumber !== undefined && certificate.issuer.isEqual(info.sid.issuer) && certificate.serialNumber.isEqual(info.sid.serialNumber);

// Whether the signed attributes name the certificate that signed (RFC 3161, 2.4.2).
async function namesSigner(info, certificate) {
  const der = new Uint8Array(certificate.toSchema(false).toBER(false));
  for (const attribute of info.signedAttrs ? info.signedAttrs.attributes : []) {
    if (!Object.hasOwn(OIDS_SIGNING_CERTIFICATE, attribute.type)) continue;
    const first = attribute.values[0].valueBlock.value[0].valueBlock.value[0].valueBlock.value;
    const hasAlgorithm = first[0].idBlock.tagNumber === TAG_SEQUENCE;
    const named = hasAlgorithm ? own(DIGEST_NAMES, oidOf(first[0])) : OIDS_SIGNING_CERTIFICATE[attribute.type];
    const octets = first[hasAlgorithm ? 1 : 0];
    if (!named) return false;
    const digest = new Uint8Array(await crypto.subtle.digest(named, der));
    return equalBytes(digest, new Uint8Array(octets.valueBlock.valueHexView));
  }
  return false;
}

const oidOf = (sequence) => sequence.valueBlock.value[0].valueBlock.toString();
const extensionIn = (certificate, oid) => (certificate.extensions || []).find((one) => one.extnID === oid);

function isStampingCertificate(certificate) {
  const purposes = extensionIn(certificate, OID_EXTENDED_KEY_USAGE);
  if (!purposes || !purposes.critical || purposes.parsedValue.keyPurposes.join() !== OID_TIME_STAMPING) return false;
  const usage = extensionIn(certificate, OID_KEY_USAGE);
  return !usage || (keyUsageBits(usage) & 0xc0) !== 0;
}

function isAuthority(certificate) {
  const constraints = extensionIn(certificate, OID_BASIC_CONSTRAINTS), usage = extensionIn(certificate, OID_KEY_USAGE);
  return Boolean(constraints && constraints.parsedValue.cA) && (!usage || (keyUsageBits(usage) & 0x04) !== 0);
}

const keyUsageBits = (usage) => new Uint8Array(usage.parsedValue.valueBlock.valueHexView)[0] || 0;
const isValidAt = (certificate, moment) => certificate.notBefore.value <= moment && moment <= certificate.notAfter.value;
const sameCertificate = (a, b) => equalBytes(new Uint8Array(a.toSchema(false).toBER(false)), new Uint8Array(b.toSchema(false).toBER(false)));

// Whether valid certificates lead from one to a root; every step is valid at the moment.
async function leadsToRoot(certificate, others, roots, moment, depth) {
  if (depth > CHAIN_LIMIT || !isValidAt(certificate, moment)) return false;
  if (roots.some((root) => sameCertificate(root, certificate))) return true;
  for (const root of roots) {
    if (isValidAt(root, moment) && (await isIssuedBy(certificate, root, depth))) return true;
  }
  for (const issuer of others) {
    if (issuer === certificate || issuer.issuer.isEqual(issuer.subject)) continue;
    if ((await isIssuedBy(certificate, issuer, depth)) && (await leadsToRoot(issuer, others, roots, moment, depth + 1))) return true;
  }
  return false;
}

async function isIssuedBy(certificate, issuer, below) {
  if (!certificate.issuer.isEqual(issuer.subject) || !isAuthority(issuer)) return false;
  const limit = extensionIn(issuer, OID_BASIC_CONSTRAINTS).parsedValue.pathLenConstraint;
  if (typeof limit === "number" && limit < below) return false;
  try {
    return await certificate.verify(issuer);
  } catch {
    return false;
  }
}

// --- root certificates in PEM form ------------------------------------------------------------

function derRoots(pem) {
  if (pem.length > ROOTS_LIMIT) return [];
  const text = byteDecoder.decode(pem), roots = [];
  for (const match of text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)) {
    try {
      roots.push(Uint8Array.from(atob(match[1].replace(/[^A-Za-z0-9+/=]/g, "")), (sign) => sign.charCodeAt(0)));
    } catch {
      return [];
    }
  }
  return roots;
}

const rootFingerprints = (pem) => derRoots(pem).map(sha256Hex);
