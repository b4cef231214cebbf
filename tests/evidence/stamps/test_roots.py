"""Root certificates: read from PEM, written as PEM, found by fingerprint among those of browsers."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from pathlib import Path

import certifi
import pytest

from archiver.app import OFFERS, is_offered
from archiver.evidence.stamps import roots
from archiver.evidence.stamps.roots import class_sentence
from archiver.export.stamps import class_text
from archiver.settings.model import AuthoritySetting
from tests.support.stamps.simulated_authority import SimulatedAuthority

DIGICERT = "552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988"


@pytest.fixture(scope="module")
def simulated() -> SimulatedAuthority:
    return SimulatedAuthority(name="Clock")


def test_pem_and_der_are_the_same_certificate(simulated: SimulatedAuthority) -> None:
    """There and back nothing changes, and Python's own reader agrees."""
    pem = roots.der_to_pem(simulated.root_der)

    assert simulated.root_pem == pem
    assert (simulated.root_der,) == roots.pem_to_der(pem)
    assert simulated.root_der == ssl.PEM_cert_to_DER_cert(pem)


def test_a_file_may_hold_several_and_words_between_them(simulated: SimulatedAuthority) -> None:
    """Certificates come in their order; comments, and the line ends of Windows, are passed over."""
    other = SimulatedAuthority()
    text = f"the first\n{simulated.root_pem}\nthe second\n{other.root_pem}".replace("\n", "\r\n")

    assert (simulated.root_der, other.root_der) == roots.pem_to_der(text)
    with pytest.raises(ValueError):  # noqa: PT011 - one that cannot be read is not left out quietly
        roots.pem_to_der(text + roots.der_to_pem(b"something else"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    """Nothing, a damaged block, a block with something else in it, and half a block."""
    with pytest.raises(ValueError):  # noqa: PT011 - whichever it is
        roots.pem_to_der(text)


def test_the_fingerprint_is_the_one_that_openssl_prints(simulated: SimulatedAuthority, tmp_path: Path) -> None:
    """So anybody can compare it; as the settings take it, colons and capitals do not matter."""
    (tmp_path / "root.pem").write_text(simulated.root_pem)
    command = ["openssl", "x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha256"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    output = printed.strip().partition("=")[2]

    assert roots.fingerprint(simulated.root_der) == output.replace(":", "").lower()
    assert roots.is_fingerprint(output, simulated.root_der)
    assert not roots.is_fingerprint(output[:-1], simulated.root_der)


def test_a_root_of_browsers_is_found_by_fingerprint(simulated: SimulatedAuthority) -> None:
    """In hex or with colons; its bytes have that digest and that owner, most particular part first."""
    colons = ":".join(DIGICERT[place : place + 2] for place in range(0, 64, 2)).upper()

    der = roots.certifi_root(colons)

    assert DIGICERT == hashlib.sha256(der).hexdigest()
    assert der == roots.certifi_root(DIGICERT)
    assert roots.subject(der).startswith("CN=DigiCert Trusted Root G4,")
    assert "CN=Clock root,O=simulated" == roots.subject(simulated.root_der)
    assert [True, False] == [roots.is_in_certifi(one) for one in (der, simulated.root_der)]


def test_every_root_of_browsers_is_read() -> None:
    """None of the bundle is passed over."""
    blocks = Path(certifi.where()).read_text(encoding="utf-8").count("-----BEGIN CERTIFICATE-----")

    assert blocks == len(roots._certifi())


@pytest.mark.parametrize("fingerprint", ["", "00" * 32, DIGICERT[:-1], "certifi"])
def test_an_unknown_fingerprint_is_refused(fingerprint: str) -> None:
    """A root that browsers do not have is never guessed."""
    with pytest.raises(ValueError, match="certifi"):
        roots.certifi_root(fingerprint)


# --- classes of authorities -----------------------------------------------------------------------


def test_only_what_is_offered_is_called_so() -> None:
    """Address and root must be those of the offer."""
    offer = OFFERS[0].setting

    assert is_offered(offer)
    assert not is_offered(AuthoritySetting(offer.name, "http://tsa.example/", offer.roots))
    assert not is_offered(AuthoritySetting(offer.name, offer.url, "roots.pem"))


def test_of_an_authority_is_said_whether_it_is_offered() -> None:
    """With the month of the list on which those that are offered do not stand; of any other nothing is known."""
    assert "not on the list" in class_sentence("a", is_offered=True)
    assert "2024-03" in class_sentence("a", is_offered=True)
    assert "not known" in class_sentence("a", is_offered=False)
    assert "一覧(2024-03現在)にはありません" in class_text("a", is_offered=True)
    assert "分かりません" in class_text("a", is_offered=False)
