"""RFC 3161 replies of the simulated authority, built from a request.

Every field that a client has to check can be made wrong here; `simulator` decides which.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from archiver.demo.tsa.keys import KeyHolder

POLICY = "1.3.6.1.4.1.99999.1"

_SHA256 = {"algorithm": "sha256"}


class _Refusal(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """A TimeStampResp without a token, which asn1crypto's own class does not allow."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012 - its way


@dataclass(frozen=True, slots=True)
class TimestampQuery:
    """The fields of a request for a time stamp."""

    imprint: bytes
    """The SHA-256 of the data to be stamped."""
    nonce: int | None
    with_certificates: bool


def parse_query(body: bytes) -> TimestampQuery | None:
    """The request in a body; None if it is none, or uses another digest than SHA-256."""
    try:
        request = tsp.TimeStampReq.load(body, strict=True)
        imprint = request["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            return None
        return TimestampQuery(
            imprint["hashed_message"].native, request["nonce"].native, bool(request["cert_req"].native)
        )
    except (ValueError, TypeError):  # what asn1crypto says of bytes that are something else
        return None


def granted_reply(
    query: TimestampQuery,
    signer: KeyHolder,
    issuers: Sequence[KeyHolder],
    *,
    serial: int,
    at: datetime,
    digest: str = "sha256",
    named_signer: KeyHolder | None = None,
) -> bytes:
    """A reply with a token of `signer`, with its certificates in the order of DER.

    `digest` names the imprint's algorithm, `named_signer` is the certificate that is named as the signer's (None: the
    true one).
    """
    info = _token_info(query, serial, at, digest).dump()
    attributes = _signed_attributes(info, named_signer or signer)
    signature = signer.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    certificates = [signer, *issuers] if query.with_certificates else []
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [_SHA256],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
            "certificates": [x509.Certificate.load(holder.der) for holder in certificates],
            "signer_infos": [_signer_info(signer, attributes, signature)],
        }
    )
    token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    reply = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
    return bytes(reply.dump())


def refusal_reply(text: str) -> bytes:
    """A reply without a token."""
    status = {"status": "rejection", "status_string": [text], "fail_info": {"bad_request"}}
    return bytes(_Refusal({"status": status}).dump())


def swap_certificates(reply: bytes, first: bytes, second: bytes) -> bytes:
    """The same reply with its two certificates swapped; nothing signed and no length changes."""
    for a, b in ((first, second), (second, first)):
        if a + b in reply:
            return reply.replace(a + b, b + a)
    raise RuntimeError("the two certificates do not stand side by side")


def _token_info(query: TimestampQuery, serial: int, at: datetime, digest: str) -> tsp.TSTInfo:
    fields = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": query.imprint},
        "serial_number": serial,
        "gen_time": at.replace(microsecond=0),
        "accuracy": {"seconds": 1},
    }
    return tsp.TSTInfo(fields if query.nonce is None else {**fields, "nonce": query.nonce})


def _signed_attributes(info: bytes, named_signer: KeyHolder) -> cms.CMSAttributes:
    certificate = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(named_signer.der).digest()}]})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(info).digest()]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [certificate]}),
        ]
    )


def _signer_info(signer: KeyHolder, attributes: cms.CMSAttributes, signature: bytes) -> cms.SignerInfo:
    certificate = x509.Certificate.load(signer.der)
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {
                    "issuer": certificate.issuer,
                    "serial_number": certificate.serial_number,
                }
            },
            "digest_algorithm": _SHA256,
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": signature,
        }
    )
