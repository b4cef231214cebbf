export { fromBER } from "asn1js";
export { BasicConstraints, Certificate, ContentInfo, CryptoEngine, ExtKeyUsage, SignedData, TimeStampResp, setEngine } from "pkijs";
export { Inflate } from "fflate";
export { sha256 } from "@noble/hashes/sha2.js";
