"""A simulated time-stamp authority (RFC 3161) on loopback, with a root of its own made in memory.

Keys are new in every process and never written anywhere. `openssl ts -verify` accepts its tokens with `root_pem`. The
failures that it can have on order stand in the tests' subclass of it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archiver.demo.loopback import Clock, HttpAnswer, HttpRequest, LoopbackService, held_content

QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
POLICY = "1.3.6.1.4.1.99999.1"
VALIDITY = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC))
"""Of certificates that shall outlive every test and demo."""
STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])

_SHA256 = {"algorithm": "sha256"}
_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)

Extensions = Sequence[tuple[x509.ExtensionType, bool]]
"""Extensions of a certificate, and whether each is critical."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True)
class TimestampQuery:
    """The fields of a request for a time stamp."""

    imprint: bytes
    """The SHA-256 of the data to be stamped."""
    nonce: int | None
    with_certificates: bool


class DemoAuthority(LoopbackService):
    """The authority's service, which runs between `start` and `stop`; `now` is its clock."""

    def __init__(self, *, now: Clock, name: str = "Simulated TSA") -> None:
        super().__init__(now, self.answer)
        self.name = name
        self.root = issue_certificate(f"{name} root", None, authority_extensions(None))
        self.intermediate = issue_certificate(f"{name} CA", self.root, authority_extensions(0))
        self.leaf = issue_certificate(name, self.intermediate, leaf_extensions())
        self._lock = Lock()
        self._serial = secrets.randbits(40)

    @property
    def url(self) -> str:
        """The address for requests; known after `start`."""
        return f"http://127.0.0.1:{self.ports[0]}/tsr"

    @property
    def root_pem(self) -> str:
        """The root to pin, as PEM."""
        return self.root.certificate.public_bytes(Encoding.PEM).decode("ascii")

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request over HTTP."""
        if request.method != "POST" or request.headers.get("content-type") != QUERY_TYPE:
            return HttpAnswer(415)
        return HttpAnswer(200, {"content-type": REPLY_TYPE}, held_content(self.reply(request.body)))

    def reply(self, body: bytes) -> bytes:
        """The reply to a request: a token, or a refusal."""
        query = parse_query(body)
        return refusal_reply("The request is not understood.") if query is None else self.token_reply(query)

    def token_reply(self, query: TimestampQuery) -> bytes:
        """A reply with a token."""
        at, serial = self.stamp_facts()
        return granted_reply(query, self.leaf, [self.intermediate], serial=serial, at=at)

    def stamp_facts(self) -> tuple[datetime, int]:
        """The time and the number of the next stamp."""
        with self._lock:
            self._serial += 1
            return self.now().astimezone(UTC), self._serial


def authority_extensions(path_length: int | None) -> Extensions:
    """Those of a certificate that may issue others."""
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return [(constraints, True), (_key_usage("key_cert_sign", "crl_sign"), True)]


def leaf_extensions(usage: x509.ExtendedKeyUsage | None = STAMPING, *, is_critical: bool = True) -> Extensions:
    """Those of a certificate that signs tokens (RFC 3161, 2.3), or is for something else."""
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    uses: Extensions = [] if usage is None else [(usage, is_critical)]
    return [(constraints, True), (_key_usage("digital_signature"), True), *uses]


def _key_usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in _USES})


def issue_certificate(
    name: str,
    issuer: KeyHolder | None,
    extensions: Extensions,
    *,
    valid: tuple[datetime, datetime] = VALIDITY,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> KeyHolder:
    """A new certificate, of a new key unless one is given; without an issuer it signs itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "simulated")
    subject = x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, signer = (subject, key) if issuer is None else (issuer.certificate.subject, issuer.key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    return KeyHolder(builder.sign(signer, hashes.SHA256()), key)


class _Refusal(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """A TimeStampResp without a token, which asn1crypto's own class does not allow."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012 - its way


def refusal_reply(text: str) -> bytes:
    """A reply without a token."""
    status = {"status": "rejection", "status_string": [text], "fail_info": {"bad_request"}}
    return bytes(_Refusal({"status": status}).dump())


def parse_query(body: bytes) -> TimestampQuery | None:
    """The request in a body; None if it is none, or uses another digest than SHA-256."""
    try:
        request = tsp.TimeStampReq.load(body, strict=True)
        imprint = request["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            return None
        wants_certificates = bool(request["cert_req"].native)
        return TimestampQuery(imprint["hashed_message"].native, request["nonce"].native, wants_certificates)
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
    info = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": query.imprint},
        "serial_number": serial,
        "gen_time": at.replace(microsecond=0),
        "accuracy": {"seconds": 1},
        **({} if query.nonce is None else {"nonce": query.nonce}),
    }
    content = tsp.TSTInfo(info).dump()
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [_SHA256],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "certificates": [
                asn1_x509.Certificate.load(holder.der)
                for holder in ([signer, *issuers] if query.with_certificates else [])
            ],
            "signer_infos": [_signer_info(signer, content, named_signer or signer)],
        }
    )
    token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())


def _signer_info(signer: KeyHolder, content: bytes, named_signer: KeyHolder) -> dict[str, Any]:
    certificate = asn1_x509.Certificate.load(signer.der)
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(named_signer.der).digest()}]})
    values = {
        "content_type": "tst_info",
        "message_digest": hashlib.sha256(content).digest(),
        "signing_certificate_v2": named,
    }
    attributes = cms.CMSAttributes([{"type": name, "values": [value]} for name, value in values.items()])
    issuer = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return {
        "version": "v1",
        "sid": {"issuer_and_serial_number": issuer},
        "digest_algorithm": _SHA256,
        "signed_attrs": attributes,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": signer.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
    }
