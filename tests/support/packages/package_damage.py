"""Kinds of damage to a package by name, each a function that changes its folder or its zip."""

from __future__ import annotations

import json
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from archiver.evidence import chain
from archiver.evidence.chain import digest_file, write_manifest
from archiver.evidence.masked_and_erased import masked_line, shown_line
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem
from archiver.store.time_text import from_text, to_text
from tests.support.packages.sample_package import NOW, renew_lists, zip_package
from tests.support.stamps.stamped_archives import authority

Damage = Callable[[Path], object]

ENTRIES = "data/entries.jsonl"
OWN = "tagmanifest-sha256.txt.a.tsr"
SEALS = tuple(f"data/seals/{number:06}-????-??-??.json" for number in range(4))
"""The files of seals by their numbers, as all names here patterns of paths in a package."""


def seal_path(package: Path, number: int) -> Path:
    """The file of a seal in a package."""
    (path,) = package.glob(SEALS[number])
    return path


def stamp_path(package: Path, number: int, name: str = "a") -> Path:
    """The file of a seal's stamp in a package."""
    seal = seal_path(package, number)
    return seal.with_name(f"{seal.name}.{name}.tsr")


def added(name: str, body: bytes | str) -> Damage:
    """A file more, or one with other bytes."""

    def damage(package: Path) -> None:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(body if isinstance(body, bytes) else body.encode())

    return damage


def removed(*names: str) -> Damage:
    """Without these files and folders."""

    def damage(package: Path) -> None:
        for path in [path for name in names for path in list(package.glob(name)) or [package / name]]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def changed(name: str, change: Callable[[bytes], bytes]) -> Damage:
    """Other bytes in the first file of that name."""

    def damage(package: Path) -> None:
        path = min(package.glob(name))
        before = path.read_bytes()
        after = change(before)
        assert before != after, name
        path.write_bytes(after)

    return damage


def changed_text(name: str, change: Callable[[str], str]) -> Damage:
    """The same for a text."""
    return changed(name, lambda body: change(body.decode()).encode("utf-8", "surrogatepass"))


def put(name: str, before: str, after: str, count: int = -1) -> Damage:
    """Other words in a file."""
    return changed_text(name, lambda text: text.replace(before, after, count))


def records(change: Callable[[list[str]], list[str]]) -> Damage:
    """Other lines of records."""
    return changed_text(ENTRIES, lambda text: "".join(f"{line}\n" for line in change(text.split("\n")[:-1])))


def member_replaced(**facts: object) -> Damage:
    """The first record of a member replaced by its digest and what is said of it."""

    def change(lines: list[str]) -> list[str]:
        index = next(index for index, line in enumerate(lines) if '"kind":"member"' in line)
        return [*lines[:index], chain.canonical({"digest": chain.digest(lines[index]), **facts}), *lines[index + 1 :]]

    return records(change)


def with_lists(damage: Damage, *, stamped: bool = False) -> Damage:
    """The damage with lists renewed, and the package's own stamps removed, which no longer fit, if not `stamped`."""

    def both(package: Path) -> None:
        damage(package)
        if (package / "manifest-sha256.txt").exists():
            renew_lists(package)
        if not stamped:
            removed(*(path.name for path in package.glob("tagmanifest-sha256.txt.*.tsr")))(package)

    return both


def _copied(source: str, target: str) -> Damage:
    return lambda package: shutil.copy(min(package.glob(source)), min(package.glob(target), default=package / target))


def _swapped(first: str, second: str) -> Damage:
    def damage(package: Path) -> None:
        paths = sorted({*package.glob(first), *package.glob(second)})[:2]
        bodies = [path.read_bytes() for path in paths]
        assert bodies[0] != bodies[1]
        for path, body in zip(paths, reversed(bodies), strict=True):
            path.write_bytes(body)

    return damage


def _reordered(body: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join([*lines[:-2], lines[-1], lines[-2]])


def _forged_seal(text: str) -> str:
    """An edited record in the last seal, whose digest no later seal holds."""
    seal = json.loads(text)
    seal["entries"][0] = "0" * 64
    return chain.canonical(seal) + "\n"


def _renumbered(lines: list[str]) -> list[str]:
    """Swap the numbers and positions of the last two records."""
    first, second = json.loads(lines[-2]), json.loads(lines[-1])
    return [*lines[:-2], *(chain.canonical(a | {"seq": b["seq"]}) for a, b in ((second, first), (first, second)))]


def _back_dated(package: Path) -> None:
    """Move the closing time of every seal back by 30 days and make the chain fit."""
    previous = chain.GENESIS
    for number in (1, 2, 3):
        seal = json.loads(seal_path(package, number).read_bytes())
        seal["previous"] = previous
        seal["closed_at"] = to_text(from_text(seal["closed_at"]) - timedelta(days=30))
        body = (chain.canonical(seal) + "\n").encode()
        seal_path(package, number).write_bytes(body)
        previous = chain.digest_bytes(body)


def _stamped_by_another(package: Path) -> None:
    stamp = timestamp.request_stamp(seal_path(package, 1).read_bytes(), authority(), now=lambda: NOW)
    stamp_path(package, 1).write_bytes(stamp.reply)


def _stamped_before_it_was_closed(package: Path) -> None:
    """Stamp the last seal by a further authority whose clock is a day behind."""
    late = authority("late", now=lambda: NOW - timedelta(days=1))
    stamp = timestamp.request_stamp(seal_path(package, 3).read_bytes(), late, now=lambda: NOW)
    stamp_path(package, 3, "late").write_bytes(stamp.reply)
    (package / "data/tsa/late.pem").write_text(der_to_pem(late.roots[0]))


def last_message(lines: Sequence[str]) -> int:
    """The place of the last record of a message."""
    return max(index for index, line in enumerate(lines) if '"kind":"message"' in line)


def mask_last(package: Path, *, body: str, digest: str | None = None) -> None:
    """Mask the last record of a message, and show this text in its place."""

    def mask(lines: list[str]) -> list[str]:
        index = last_message(lines)
        record, known = json.loads(lines[index]), digest or chain.digest(lines[index])
        record["payload"]["object"]["body"] = body
        added("data/masked.jsonl", f"{shown_line(known, record)}\n")(package)
        return [*lines[:index], masked_line(known, "第三者"), *lines[index + 1 :]]

    records(mask)(package)


def _shown_without_form(field: str, value: object) -> Damage:
    """A masked record shown in a form that no table can be made of, and a table that says something else."""

    def damage(package: Path) -> None:
        mask_last(package, body="では")
        path = package / "data/masked.jsonl"
        document = json.loads(path.read_bytes())
        document["shown"][field] = value
        path.write_bytes((chain.canonical(document) + "\n").encode())
        put("data/messages.csv", _LINE, "承知しません。")(package)

    return damage


def _more_shown_than_masked(package: Path) -> None:
    mask_last(package, body="では")
    changed("data/masked.jsonl", lambda body: body * 2)(package)


def _stamp_exchanged(package: Path) -> None:
    """Another good stamp of the same authority, which came later."""
    _copied(f"{SEALS[1]}.b.tsr", f"{SEALS[1]}.a.tsr")(package)
    changed("data/tsa/a.pem", lambda body: body + (package / "data/tsa/b.pem").read_bytes())(package)


def _link(package: Path) -> None:
    path = package / "data/messages.csv"
    target = package.with_name(f"{package.name}-elsewhere.csv")
    path.rename(target)
    path.symlink_to(target)


def _longer(body: bytes) -> bytes:
    return body + b"x"


def _shorter(body: bytes) -> bytes:
    return b"".join(body.splitlines(keepends=True)[:-1])


_LINE = "承知しました。"
_STAMPED = '"stamped_at":"2026'

_BARE: Mapping[str, Damage] = {
    "file changed": changed("data/files/F-0001.png", _longer),
    "file removed": removed("data/files/F-0001.png"),
    "file added": added("data/extra.txt", b"x"),
    "tag file added": added("extra.txt", b"x"),
    "page changed": changed("data/transcript/index.html", lambda body: body[:-1]),
    "script changed": changed("verify.py", lambda body: body + b"\n"),
    "manifest removed": removed("manifest-sha256.txt"),
    "manifest is none": added("manifest-sha256.txt", b"junk\n"),
    "manifest leads out": changed("manifest-sha256.txt", lambda body: body + b"0" * 64 + b"  ../outside\n"),
    "manifest not canonical": changed("manifest-sha256.txt", lambda body: body.upper().replace(b"DATA/", b"data/")),
    "tagmanifest removed": removed("tagmanifest-sha256.txt"),
    "list of contents removed": removed("data/content-sha256.txt"),
    "declaration removed": removed("bagit.txt"),
    "link": _link,
    "stamp removed": removed(f"{SEALS[3]}.a.tsr"),
    "report changed": changed("data/report.pdf", _longer),
    "list cut": changed("manifest-sha256.txt", _shorter),
    "file renamed": lambda package: (package / "VERIFY.txt").rename(package / "verify.txt"),
    "file emptied": changed("data/files/F-0001.png", lambda body: b""),
    "own stamp is none": added(OWN, b"stamp"),
    "own stamp of something else": _copied(f"{SEALS[3]}.a.tsr", OWN),
}
_STILL_STAMPED: Mapping[str, Damage] = {
    "page changed, lists anew": changed("data/transcript/index.html", _longer),
    "report changed, lists anew": changed("data/report.pdf", _longer),
    "script changed, lists anew": changed("verify.py", lambda body: body + b"\n"),
    "instructions changed, lists anew": changed("VERIFY.txt", _longer),
}
_RENEWED: Mapping[str, Damage] = {
    "declaration changed": put("bagit.txt", "1.0", "0.9"),
    "message edited": put("data/messages.jsonl", _LINE, "承知しません。"),
    "message renumbered": put("data/messages.jsonl", '"no":3,', '"no":30,'),
    "time of a stamp edited": put("data/messages.jsonl", _STAMPED, _STAMPED.replace("2026", "2025")),
    "messages removed": removed("data/messages.jsonl"),
    "csv edited": put("data/messages.csv", _LINE, "承知しません。"),
    "csv removed": removed("data/events.csv"),
    "record edited": put(ENTRIES, _LINE, "承知しません。"),
    "record removed": records(lambda lines: [*lines[: last_message(lines)], *lines[last_message(lines) + 1 :]]),
    "records reordered": changed(ENTRIES, _reordered),
    "record that is none": changed(ENTRIES, lambda body: body + b"{}\n"),
    "record masked": member_replaced(masked=True, reason="第三者"),
    "records removed": removed(ENTRIES),
    "records emptied": added(ENTRIES, b""),
    "file of another record": added("data/files/F-0009.png", b"x"),
    "reply changed": changed("data/raw/*[0-9].json", lambda body: body + b" "),
    "seals removed": removed("data/seals"),
    "seal removed": removed(SEALS[2]),
    "seal cut": changed(SEALS[2], lambda body: body[:-1]),
    "last seal forged": changed_text(SEALS[3], _forged_seal),
    "stamp removed, lists anew": removed(f"{SEALS[2]}.a.tsr"),
    "stamp exchanged, lists anew": _stamp_exchanged,
    "stamps removed": removed("data/seals/*.tsr"),
    "stamp is none": changed(f"{SEALS[2]}.a.tsr", lambda _body: b"<html>"),
    "stamp cut": changed(f"{SEALS[2]}.a.tsr", lambda body: body[:-9]),
    "stamps swapped": _swapped(f"{SEALS[1]}.a.tsr", f"{SEALS[2]}.a.tsr"),
    "stamp of another authority": _copied(f"{SEALS[1]}.b.tsr", f"{SEALS[1]}.a.tsr"),
    "stamp of no seal": lambda package: stamp_path(package, 3).rename(
        package / "data/seals/000009-2026-11-30.json.a.tsr"
    ),
    "root of another": lambda package: (package / "data/tsa/a.pem").write_text(der_to_pem(authority().roots[0])),
    "root removed": removed("data/tsa/a.pem"),
    "root is none": added("data/tsa/a.pem", b"junk"),
    "files edited, lists anew": changed("data/files/F-0001.png", lambda body: body[::-1]),
    "csv row removed": changed("data/messages.csv", _shorter),
    "messages reordered": changed("data/messages.jsonl", _reordered),
    "salt replaced": records(lambda lines: [*lines[:-1], chain.canonical(json.loads(lines[-1]) | {"salt": "0" * 32})]),
    "records renumbered": records(_renumbered),
    "record twice": records(lambda lines: [*lines, lines[-1]]),
    "record cut": changed(ENTRIES, lambda body: body[:-9]),
    "seals back-dated": _back_dated,
    "seals swapped": _swapped(SEALS[1], SEALS[2]),
    "first seal removed": removed(SEALS[1]),
    "last seal removed": removed(SEALS[3]),
    "stamp by another root": _stamped_by_another,
    "stamp before its seal": _stamped_before_it_was_closed,
    "replies swapped": _swapped("data/raw/*[0-9].json", "data/raw/*[0-9].json"),
    "masked, shown otherwise than in the tables": lambda package: mask_last(package, body="断る"),
    "masked, more shown than masked": _more_shown_than_masked,
    "masked, shown under the key of no message": _shown_without_form("key", "message/0x"),
    "masked, shown in a room that cannot be": _shown_without_form("room_id", -1),
    "name like another": added("data/Messages.csv", b"x"),
    "masked, never sealed": lambda package: mask_last(package, body="では", digest="0" * 64),
}
KINDS: Mapping[str, Damage] = {
    **_BARE,
    **{kind: with_lists(damage, stamped=True) for kind, damage in _STILL_STAMPED.items()},
    **{kind: with_lists(damage) for kind, damage in _RENEWED.items()},
}
"""Verification finds every kind; of a masked record only that nothing is shown in its place."""

_SCREENSHOT, _NOTICE = "data/enclosures/S-001.png", "data/enclosures/N-02.eml"

_OF_ENCLOSURES: Mapping[str, Damage] = {
    "screenshot changed, lists anew": changed(_SCREENSHOT, lambda body: body[::-1]),
    "notice emptied, lists anew": changed(_NOTICE, lambda body: b""),
    "notice removed, lists anew": removed(_NOTICE),
    "all removed, lists anew": removed("data/enclosures"),
    "swapped, lists anew": _swapped(_SCREENSHOT, _NOTICE),
    "added, lists anew": added("data/enclosures/S-004.png", b"x"),
    "taken back and there all the same": added("data/enclosures/S-003.png", b"added by mistake"),
    "under another name, lists anew": added("data/enclosures/x.png", b"png bytes of a screenshot"),
    "twice, lists anew": added("data/enclosures/S-001.jpg", b"png bytes of a screenshot"),
}
ENCLOSURE_KINDS: Mapping[str, Damage] = {
    "screenshot changed": changed(_SCREENSHOT, _longer),
    **{kind: with_lists(damage) for kind, damage in _OF_ENCLOSURES.items()},
}
"""Damage to the user's own evidence in a package; verification finds every kind."""


# --- zips -------------------------------------------------------------------------------------

ZipDamage = Callable[[Path, Path], object]
"""Zips a package's folder at a path, with a damage."""


def _zip_member_added(name: str, *, link: bool = False) -> ZipDamage:
    """A zip with one more member."""

    def damage(package: Path, target: Path) -> None:
        info = zipfile.ZipInfo(name)
        if link:
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(zip_package(package, target), "a") as packed:
            packed.writestr(info, b"x")

    return damage


def _listed(body: bytes, name: str = "messages.csv") -> int:
    """Where a file's entry in the central directory begins."""
    return body.rindex(f"P/data/{name}".encode()) - 46


def _zip_bytes(change: Callable[[bytes], bytes]) -> ZipDamage:
    return lambda package, target: target.write_bytes(change(zip_package(package, target).read_bytes()))


def _patched(begin: Callable[[bytes], int], offset: int, new: bytes) -> ZipDamage:
    """A zip with other bytes behind a place."""

    def change(body: bytes) -> bytes:
        place = begin(body) + offset
        return body[:place] + new + body[place + len(new) :]

    return _zip_bytes(change)


def _overlapping(body: bytes) -> bytes:
    """Two members over the same bytes, as in a zip bomb."""
    place, other = _listed(body) + 42, _listed(body, "messages.jsonl") + 42
    return body[:place] + body[other : other + 4] + body[place + 4 :]


def _second_name(package: Path, target: Path) -> None:
    """A zip with a file for which some programs show the name in an extra field."""
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(path for path in package.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo("P/" + path.relative_to(package).as_posix(), (2026, 11, 24, 0, 0, 0))
            if path.name == "messages.csv":
                name = b"P/data/others.csv"
                crc = zlib.crc32(info.filename.encode())
                info.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, crc) + name
            packed.writestr(info, path.read_bytes())


def _zipped(damage: Damage) -> ZipDamage:
    return lambda package, target: (damage(package), zip_package(package, target))


def _end(body: bytes) -> int:
    return len(body) - 22


def _first(_body: bytes) -> int:
    return 0


ZIP_KINDS: Mapping[str, ZipDamage] = {
    "two files of a name": _zip_member_added("P/data/messages.csv"),
    "path that leads out": _zip_member_added("P/../../evil"),
    "path from the root": _zip_member_added("/etc/evil"),
    "path of another system": _zip_member_added("P\\..\\evil"),
    "path with a drive": _zip_member_added("C:/evil"),
    "link": _zip_member_added("P/data/link", link=True),
    "something beside the package": _zip_member_added("Q/other"),
    "bomb": _patched(_listed, 24, struct.pack("<L", 2**31)),
    "files that overlap": _zip_bytes(_overlapping),
    "encrypted": _patched(_listed, 8, b"\x01"),
    "way of compressing": _patched(_listed, 10, struct.pack("<H", 99)),
    "name in the list": _patched(_listed, 46, b"P/data/massages.csv"),
    "cut": _zip_bytes(lambda body: body[: len(body) // 2]),
    "list cut off": _zip_bytes(lambda body: body[: body.index(b"PK\x01\x02") + 10]),
    "end that states another place": _patched(_end, 16, struct.pack("<L", 100)),
    "end that states fewer files": _patched(_end, 8, struct.pack("<H", 5)),
    "header that states another way of compressing": _patched(_first, 8, struct.pack("<H", 0)),
    "header that states another checksum": _patched(_first, 14, struct.pack("<L", 7)),
    "second name": _second_name,
    "without declaration": _zipped(removed("bagit.txt")),
    "root removed": _zipped(KINDS["root removed"]),
}
"""Verification finds every kind."""


# --- packages for an office -------------------------------------------------------------------

SUMS = "SHA256SUMS.txt"


def renew_sums(folder: Path) -> None:
    """Write the one list of a submission package anew for the files as they are now."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(SUMS)]
    write_manifest(folder / SUMS, {path.relative_to(folder).as_posix(): digest_file(path) for path in paths})


def _with_sums(damage: Damage) -> Damage:
    def both(folder: Path) -> None:
        damage(folder)
        renew_sums(folder)

    return both


_OF_OFFICES: Mapping[str, Damage] = {
    "report changed": changed("01_report.pdf", _longer),
    "csv edited": put("02_messages.csv", _LINE, "承知しません。"),
    "file removed": removed("03_inquiry_text.txt"),
}
SUPPORT_KINDS: Mapping[str, Damage] = {
    **_OF_OFFICES,
    "file added": added("04_extra.txt", b"x"),
    "list is none": added(SUMS, b"junk\n"),
    "stamp is none": added(f"{SUMS}.a.tsr", b"stamp"),
    **{f"{kind}, list anew": _with_sums(damage) for kind, damage in _OF_OFFICES.items()},
}
"""Verification of a stamped package finds every kind."""
