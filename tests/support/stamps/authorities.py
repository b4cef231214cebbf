"""Time-stamp authorities as the archiver asks them: simulated ones, and one run by real `openssl`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from archiver.app import build_sender
from archiver.evidence.stamps.roots import der_to_pem, pem_to_der
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority


def authority_over_http(
    simulated: SimulatedAuthority, name: str = "a", *, roots: Sequence[bytes] | None = None
) -> Authority:
    """A running authority, asked over HTTP; its own root is pinned unless `roots` names others."""
    return Authority(name, build_sender(simulated.url), (simulated.root_der,) if roots is None else tuple(roots))


def authority_in_memory(simulated: SimulatedAuthority, fault: AuthorityFault | None = None) -> Authority:
    """A simulated authority, asked without HTTP; each reply has the fault."""

    def send(query: bytes) -> AuthorityAnswer:
        return AuthorityAnswer(200, simulated.reply(query, fault))

    return Authority("a", send, (simulated.root_der,))


def openssl_accepts(
    folder: Path, reply: bytes, data: bytes, roots: Sequence[bytes], *, at: datetime | None = None
) -> bool:
    """Whether `openssl ts -verify` finds a reply good, at a time or at present."""
    contents = {"data": data, "reply.tsr": reply, "roots.pem": "".join(map(der_to_pem, roots)).encode()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    time_options = [] if at is None else ["-attime", str(int(at.timestamp()))]
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "reply.tsr", "-CAfile", "roots.pem", *time_options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ("Verification: OK" in done.stdout) == (done.returncode == 0), done.stderr
    return done.returncode == 0


class OpensslAuthority:
    """An authority run by `openssl ts -reply`, with RSA keys and the chain as openssl orders it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "certificates.cnf").write_text(_CERTIFICATES)
        (folder / "serial").write_text("01\n")
        self._certificate("root", by=None)
        self._certificate("ca", by="root")
        self._certificate("tsa", by="ca")

    @property
    def root(self) -> bytes:
        """The root to pin."""
        return pem_to_der((self.folder / "root.pem").read_text())[0]

    def as_authority(self, *, ess: str = "sha256", accuracy: str = "") -> Authority:
        """This authority as the archiver asks it; `ess` is the digest by which a token names its certificate."""
        exact = f"accuracy = {accuracy}" if accuracy else ""

        def send(query: bytes) -> AuthorityAnswer:
            (self.folder / "tsa.cnf").write_text(_AUTHORITY.format(ess=ess, exact=exact))
            (self.folder / "query.tsq").write_bytes(query)
            self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
            return AuthorityAnswer(200, (self.folder / "reply.tsr").read_bytes())

        return Authority("openssl", send, (self.root,))

    def _certificate(self, name: str, *, by: str | None) -> None:
        options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-config", "certificates.cnf"]
        names = ["-subj", f"/O=test/CN={name}", "-extensions", name, "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        issuer = [] if by is None else ["-CA", f"{by}.pem", "-CAkey", f"{by}.key"]
        self._openssl("req", *options, *names, *issuer)

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True)


_CERTIFICATES = """\
[req]
distinguished_name = nobody
[nobody]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""

_AUTHORITY = """\
[tsa]
default_tsa = only
[only]
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
signer_key = ./tsa.key
certs = ./ca.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.2
digests = sha256
{exact}
clock_precision_digits = 3
ess_cert_id_alg = {ess}
"""
