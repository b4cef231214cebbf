"""What can be wrong with a package: each kind by its name, as a change of the package's folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from archiver.evidence import chain
from archiver.evidence.roots import der_to_pem
from tests.support.packages import list_anew
from tests.support.stamped import authority

Damage = Callable[[Path], object]

OWN = "tagmanifest-sha256.txt.a.tsr"


def seal_of(package: Path, number: int) -> Path:
    """The file of a seal in a package."""
    (found,) = (package / "data/seals").glob(f"{number:06}-????-??-??.json")
    return found


def stamp_of(package: Path, number: int, name: str = "a") -> Path:
    """The file of a seal's stamp in a package."""
    found = seal_of(package, number)
    return found.with_name(f"{found.name}.{name}.tsr")


def _added(name: str, body: bytes) -> Damage:
    return lambda package: (package / name).write_bytes(body)


def _removed(name: str) -> Damage:
    return lambda package: (package / name).unlink()


def _with(name: str, change: Callable[[bytes], bytes]) -> Damage:
    def damage(package: Path) -> None:
        body = (package / name).read_bytes()
        assert change(body) != body
        (package / name).write_bytes(change(body))

    return damage


def _anew(damage: Damage) -> Damage:
    """The same, the lists made to fit, and without the package's own stamps, which would not any more."""

    def both(package: Path) -> None:
        damage(package)
        list_anew(package)
        for path in package.glob("tagmanifest-sha256.txt.*.tsr"):
            path.unlink()

    return both


def _replaced(before: str, after: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(before.encode(), after.encode())


def _reordered(body: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join([*lines[:-2], lines[-1], lines[-2]])


def _renamed_stamp(package: Path) -> None:
    stamp_of(package, 3).rename(package / "data/seals/000009-2026-11-30.json.a.tsr")


def _forged_seal(package: Path) -> None:
    """The last seal over an edited record: nothing follows it that would name another."""
    path = seal_of(package, 3)
    told = json.loads(path.read_bytes())
    told["entries"][0] = "0" * 64
    path.write_bytes((chain.canonical(told) + "\n").encode())


def _masked(package: Path) -> None:
    path = package / "data/entries.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    index = next(index for index, line in enumerate(lines) if '"kind":"member"' in line)
    lines[index] = chain.canonical({"digest": chain.digest(lines[index]), "masked": True, "reason": "第三者"})
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _other_root(package: Path) -> None:
    (package / "data/tsa/a.pem").write_text(der_to_pem(authority().roots[0]))


def _swapped(package: Path) -> None:
    one, two = stamp_of(package, 1), stamp_of(package, 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def _without_stamps(package: Path) -> None:
    for path in (package / "data/seals").glob("*.tsr"):
        path.unlink()


def _link(package: Path) -> None:
    path = package / "data/messages.csv"
    target = package.with_name(f"{package.name}-elsewhere.csv")
    path.rename(target)
    path.symlink_to(target)


def _reply_changed(package: Path) -> None:
    path = min(path for path in (package / "data/raw").glob("*.json") if not path.name.endswith(".meta.json"))
    path.write_bytes(path.read_bytes() + b" ")


_LINE = "承知しました。"
_STAMPED = '"stamped_at":"2026'

KINDS: Mapping[str, Damage] = {
    "file changed": _with("data/files/F-0001.png", lambda body: body + b"x"),
    "file removed": _removed("data/files/F-0001.png"),
    "file added": _added("data/extra.txt", b"x"),
    "tag file added": _added("extra.txt", b"x"),
    "page changed": _with("data/transcript/index.html", lambda body: body[:-1]),
    "script changed": _with("verify.py", lambda body: body + b"\n"),
    "manifest removed": _removed("manifest-sha256.txt"),
    "manifest is none": _added("manifest-sha256.txt", b"junk\n"),
    "manifest leads out": _with("manifest-sha256.txt", lambda body: body + b"0" * 64 + b"  ../outside\n"),
    "manifest not canonical": _with("manifest-sha256.txt", lambda body: body.upper().replace(b"DATA/", b"data/")),
    "tagmanifest removed": _removed("tagmanifest-sha256.txt"),
    "declaration removed": _removed("bagit.txt"),
    "declaration changed": _anew(_with("bagit.txt", lambda body: body.replace(b"1.0", b"0.9"))),
    "link": _link,
    "message edited": _anew(_with("data/messages.jsonl", _replaced(_LINE, "承知しません。"))),
    "message renumbered": _anew(_with("data/messages.jsonl", _replaced('"no":3,', '"no":30,'))),
    "time of a stamp edited": _anew(
        _with("data/messages.jsonl", _replaced(_STAMPED, _STAMPED.replace("2026", "2025")))
    ),
    "messages removed": _anew(_removed("data/messages.jsonl")),
    "csv edited": _anew(_with("data/messages.csv", _replaced(_LINE, "承知しません。"))),
    "csv removed": _anew(_removed("data/events.csv")),
    "record edited": _anew(_with("data/entries.jsonl", _replaced(_LINE, "承知しません。"))),
    "record removed": _anew(_with("data/entries.jsonl", lambda body: b"".join(body.splitlines(keepends=True)[:-1]))),
    "records reordered": _anew(_with("data/entries.jsonl", _reordered)),
    "record that is none": _anew(_with("data/entries.jsonl", lambda body: body + b"{}\n")),
    "record masked": _anew(_masked),
    "records removed": _anew(_removed("data/entries.jsonl")),
    "records emptied": _anew(_added("data/entries.jsonl", b"")),
    "file of another record": _anew(_added("data/files/F-0009.png", b"x")),
    "reply changed": _anew(_reply_changed),
    "seals removed": _anew(lambda package: shutil.rmtree(package / "data/seals")),
    "seal removed": _anew(lambda package: seal_of(package, 2).unlink()),
    "seal cut": _anew(lambda package: seal_of(package, 2).write_bytes(seal_of(package, 2).read_bytes()[:-1])),
    "last seal forged": _anew(_forged_seal),
    "stamp removed": lambda package: stamp_of(package, 3).unlink(),
    "stamps removed": _anew(_without_stamps),
    "stamp is none": _anew(lambda package: stamp_of(package, 2).write_bytes(b"<html>")),
    "stamp cut": _anew(lambda package: stamp_of(package, 2).write_bytes(stamp_of(package, 2).read_bytes()[:-9])),
    "stamps swapped": _anew(_swapped),
    "stamp of another authority": _anew(
        lambda package: stamp_of(package, 1).write_bytes(stamp_of(package, 1, "b").read_bytes())
    ),
    "stamp of no seal": _anew(_renamed_stamp),
    "root of another": _anew(_other_root),
    "root removed": _anew(_removed("data/tsa/a.pem")),
    "root is none": _anew(_added("data/tsa/a.pem", b"junk")),
    "own stamp is none": _added(OWN, b"stamp"),
    "own stamp of something else": lambda package: shutil.copy(stamp_of(package, 3), package / OWN),
}
"""Every kind is found, but for a masked record."""

HARMLESS = frozenset({"record masked"})
