"""What a forger does with an authority of their own: stamps that are good in themselves, beside the true ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem, fingerprint, pem_to_der
from tests.support.packages.package_damage import seal_path, stamp_path
from tests.support.packages.sample_package import NOW, renew_lists
from tests.support.stamps.stamped_archives import authority

Attack = Callable[[Path], object]

EARLY = NOW - timedelta(days=10, minutes=1)
"""Before every true stamp, after the closing of the first seal."""
FUTURE = NOW + timedelta(days=400)
CLOCK = (NOW + timedelta(days=2)).timestamp()
"""The clock of whoever checks."""

_TRUE_TIMES = ("2026-11-14T13:31:00.000Z", "2026-11-24T13:31:00.000Z")


def root_of(package: Path, name: str) -> str:
    """SHA-256 of the root that a package holds for an authority."""
    return fingerprint(pem_to_der((package / f"data/tsa/{name}.pem").read_text())[0])


def _stamp(package: Path, name: str, at: datetime, *seals: int, file_name: str | None = None) -> None:
    """Stamp seals, or with none the package's last list, by an authority of one's own."""
    forger = authority(name, now=lambda: at)
    (package / f"data/tsa/{file_name or name}.pem").write_text(der_to_pem(forger.roots[0]))
    for number in seals:
        reply = timestamp.request_stamp(seal_path(package, number).read_bytes(), forger, now=lambda: at).reply
        stamp_path(package, number, file_name or name).write_bytes(reply)
    renew_lists(package)
    for path in package.glob("tagmanifest-sha256.txt.*.tsr"):
        path.unlink()
    if not seals:
        body = (package / "tagmanifest-sha256.txt").read_bytes()
        reply = timestamp.request_stamp(body, forger, now=lambda: at).reply
        (package / f"tagmanifest-sha256.txt.{name}.tsr").write_bytes(reply)


def _early(package: Path) -> None:
    """An earlier stamp on the first seal, and rows that say so."""
    path = package / "data/messages.jsonl"
    time = f"{EARLY:%Y-%m-%dT%H:%M:%S}.000Z"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = [
        line.replace(b'"stamped_at":"' + _TRUE_TIMES[0].encode(), b'"stamped_at":"' + time.encode())
        if b'"seal":1,' in line
        else line
        for line in lines
    ]
    assert changed != lines
    path.write_bytes(b"".join(changed))
    _stamp(package, "evil", EARLY, 1)


def _under_the_name_of_a_true_one(package: Path) -> None:
    """The true authority's root and the forger's own in one file, and the forger's stamp on the last seal."""
    true = (package / "data/tsa/a.pem").read_text()
    _stamp(package, "evil", NOW, 3, file_name="a")
    pem = package / "data/tsa/a.pem"
    pem.write_text(true + pem.read_text())
    renew_lists(package)


def _with_a_known_root_for_show(package: Path) -> None:
    """A known root laid before the forger's own, to which no stamp leads."""
    _stamp(package, "evil", NOW, 3)
    pem = package / "data/tsa/evil.pem"
    pem.write_text((package / "data/tsa/a.pem").read_text() + pem.read_text())
    renew_lists(package)


ATTACKS: Mapping[str, Attack] = {
    "earlier stamp by an own authority": _early,
    "stamp of the future": lambda package: _stamp(package, "evil", FUTURE, 3),
    "package stamped in the future": lambda package: _stamp(package, "evil", FUTURE),
    "package stamped by an own authority": lambda package: _stamp(package, "evil", NOW - timedelta(minutes=1)),
    "own authority under the name of a true one": _under_the_name_of_a_true_one,
    "known root for show": _with_a_known_root_for_show,
}
"""Each leaves a package in which everything fits together."""
