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
from archiver.evidence.replaced_records import masked_line, shown_line
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem
from archiver.store.time_text import from_text, to_text
from tests.support.packages.sample_package import NOW, renew_lists, zip_package
from tests.support.stamps.stamped_archives import authority

Damage = Callable[[Path], object]

OWN = "tagmanifest-sha256.txt.a.tsr"


def seal_path(package: Path, number: int) -> Path:
    """The file of a seal in a package."""
    (path,) = (package / "data/seals").glob(f"{number:06}-????-??-??.json")
    return path


def stamp_path(package: Path, number: int, name: str = "a") -> Path:
    """The file of a seal's stamp in a package."""
    seal = seal_path(package, number)
    return seal.with_name(f"{seal.name}.{name}.tsr")


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


def _with_lists_renewed(damage: Damage) -> Damage:
    """The damage with lists renewed; the package's own stamps stay and no longer fit."""

    def both(package: Path) -> None:
        damage(package)
        renew_lists(package)

    return both


def _with_lists_renewed_unstamped(damage: Damage) -> Damage:
    """The damage with lists renewed and the package's own stamps removed, which would no longer fit."""

    def both(package: Path) -> None:
        damage(package)
        renew_lists(package)
        for path in package.glob("tagmanifest-sha256.txt.*.tsr"):
            path.unlink()

    return both


def _replaced(before: str, after: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(before.encode(), after.encode())


def _reordered(body: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join([*lines[:-2], lines[-1], lines[-2]])


def _renamed_stamp(package: Path) -> None:
    stamp_path(package, 3).rename(package / "data/seals/000009-2026-11-30.json.a.tsr")


def _forged_seal(package: Path) -> None:
    """Put an edited record into the last seal, whose digest no later seal holds."""
    path = seal_path(package, 3)
    seal = json.loads(path.read_bytes())
    seal["entries"][0] = "0" * 64
    path.write_bytes((chain.canonical(seal) + "\n").encode())


def _record_masked(package: Path) -> None:
    path = package / "data/entries.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    index = next(index for index, line in enumerate(lines) if '"kind":"member"' in line)
    lines[index] = chain.canonical({"digest": chain.digest(lines[index]), "masked": True, "reason": "第三者"})
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _lines(change: Callable[[list[str]], list[str]]) -> Damage:
    def damage(package: Path) -> None:
        path = package / "data/entries.jsonl"
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        path.write_bytes("".join(f"{line}\n" for line in change(lines)).encode())

    return damage


def _salted_anew(lines: list[str]) -> list[str]:
    record = json.loads(lines[-1]) | {"salt": "0" * 32}
    return [*lines[:-1], chain.canonical(record)]


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
        previous = chain.file_digest(body)


def _swapped_seals(package: Path) -> None:
    first_path, second_path = seal_path(package, 1), seal_path(package, 2)
    first, second = first_path.read_bytes(), second_path.read_bytes()
    first_path.write_bytes(second)
    second_path.write_bytes(first)


def _stamped_by_another(package: Path) -> None:
    stamp = timestamp.request_stamp(seal_path(package, 1).read_bytes(), authority(), now=lambda: NOW)
    stamp_path(package, 1).write_bytes(stamp.reply)


def _stamped_before_it_was_closed(package: Path) -> None:
    """Stamp the last seal by a further authority whose clock is a day behind."""
    late = authority("late", now=lambda: NOW - timedelta(days=1))
    stamp = timestamp.request_stamp(seal_path(package, 3).read_bytes(), late, now=lambda: NOW)
    stamp_path(package, 3, "late").write_bytes(stamp.reply)
    (package / "data/tsa/late.pem").write_text(der_to_pem(late.roots[0]))


def _replies_swapped(package: Path) -> None:
    first_path, second_path, *_ = sorted(
        path for path in (package / "data/raw").glob("*.json") if ".meta." not in path.name
    )
    first, second = first_path.read_bytes(), second_path.read_bytes()
    assert first != second
    first_path.write_bytes(second)
    second_path.write_bytes(first)


def last_message(lines: Sequence[str]) -> int:
    """The place of the last record of a message."""
    return max(index for index, line in enumerate(lines) if '"kind":"message"' in line)


def _without_last_message(lines: list[str]) -> list[str]:
    index = last_message(lines)
    return [*lines[:index], *lines[index + 1 :]]


def mask_last(package: Path, *, body: str, digest: str | None = None) -> None:
    """Mask the last record of a message, and show this text in its place."""
    path = package / "data/entries.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    index = last_message(lines)
    record, digest = json.loads(lines[index]), digest or chain.digest(lines[index])
    record["payload"]["object"]["body"] = body
    lines[index] = masked_line(digest, "第三者")
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    (package / "data/masked.jsonl").write_bytes(f"{shown_line(digest, record)}\n".encode())


def _shown_without_form(field: str, value: object) -> Damage:
    """A masked record shown in a form that no table can be made of, and a table that says something else."""

    def damage(package: Path) -> None:
        mask_last(package, body="では")
        path = package / "data/masked.jsonl"
        document = json.loads(path.read_bytes())
        document["shown"][field] = value
        path.write_bytes((chain.canonical(document) + "\n").encode())
        _with("data/messages.csv", _replaced(_LINE, "承知しません。"))(package)

    return damage


def _more_shown_than_masked(package: Path) -> None:
    mask_last(package, body="では")
    path = package / "data/masked.jsonl"
    path.write_bytes(path.read_bytes() * 2)


def _other_root(package: Path) -> None:
    (package / "data/tsa/a.pem").write_text(der_to_pem(authority().roots[0]))


def _stamps_swapped(package: Path) -> None:
    first_path, second_path = stamp_path(package, 1), stamp_path(package, 2)
    first, second = first_path.read_bytes(), second_path.read_bytes()
    first_path.write_bytes(second)
    second_path.write_bytes(first)


def _stamp_exchanged(package: Path) -> None:
    """Another good stamp of the same authority, which came later."""
    stamp_path(package, 1).write_bytes(stamp_path(package, 1, "b").read_bytes())
    (package / "data/tsa/a.pem").write_bytes(
        (package / "data/tsa/a.pem").read_bytes() + (package / "data/tsa/b.pem").read_bytes()
    )


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
    "list of contents removed": _removed("data/content-sha256.txt"),
    "declaration removed": _removed("bagit.txt"),
    "declaration changed": _with_lists_renewed_unstamped(_with("bagit.txt", lambda body: body.replace(b"1.0", b"0.9"))),
    "link": _link,
    "message edited": _with_lists_renewed_unstamped(_with("data/messages.jsonl", _replaced(_LINE, "承知しません。"))),
    "message renumbered": _with_lists_renewed_unstamped(_with("data/messages.jsonl", _replaced('"no":3,', '"no":30,'))),
    "time of a stamp edited": _with_lists_renewed_unstamped(
        _with("data/messages.jsonl", _replaced(_STAMPED, _STAMPED.replace("2026", "2025")))
    ),
    "messages removed": _with_lists_renewed_unstamped(_removed("data/messages.jsonl")),
    "csv edited": _with_lists_renewed_unstamped(_with("data/messages.csv", _replaced(_LINE, "承知しません。"))),
    "csv removed": _with_lists_renewed_unstamped(_removed("data/events.csv")),
    "record edited": _with_lists_renewed_unstamped(_with("data/entries.jsonl", _replaced(_LINE, "承知しません。"))),
    "record removed": _with_lists_renewed_unstamped(_lines(_without_last_message)),
    "records reordered": _with_lists_renewed_unstamped(_with("data/entries.jsonl", _reordered)),
    "record that is none": _with_lists_renewed_unstamped(_with("data/entries.jsonl", lambda body: body + b"{}\n")),
    "record masked": _with_lists_renewed_unstamped(_record_masked),
    "records removed": _with_lists_renewed_unstamped(_removed("data/entries.jsonl")),
    "records emptied": _with_lists_renewed_unstamped(_added("data/entries.jsonl", b"")),
    "file of another record": _with_lists_renewed_unstamped(_added("data/files/F-0009.png", b"x")),
    "reply changed": _with_lists_renewed_unstamped(_reply_changed),
    "seals removed": _with_lists_renewed_unstamped(lambda package: shutil.rmtree(package / "data/seals")),
    "seal removed": _with_lists_renewed_unstamped(lambda package: seal_path(package, 2).unlink()),
    "seal cut": _with_lists_renewed_unstamped(
        lambda package: seal_path(package, 2).write_bytes(seal_path(package, 2).read_bytes()[:-1])
    ),
    "last seal forged": _with_lists_renewed_unstamped(_forged_seal),
    "stamp removed": lambda package: stamp_path(package, 3).unlink(),
    "stamp removed, lists anew": _with_lists_renewed_unstamped(lambda package: stamp_path(package, 2).unlink()),
    "stamp exchanged, lists anew": _with_lists_renewed_unstamped(_stamp_exchanged),
    "stamps removed": _with_lists_renewed_unstamped(_without_stamps),
    "stamp is none": _with_lists_renewed_unstamped(lambda package: stamp_path(package, 2).write_bytes(b"<html>")),
    "stamp cut": _with_lists_renewed_unstamped(
        lambda package: stamp_path(package, 2).write_bytes(stamp_path(package, 2).read_bytes()[:-9])
    ),
    "stamps swapped": _with_lists_renewed_unstamped(_stamps_swapped),
    "stamp of another authority": _with_lists_renewed_unstamped(
        lambda package: stamp_path(package, 1).write_bytes(stamp_path(package, 1, "b").read_bytes())
    ),
    "stamp of no seal": _with_lists_renewed_unstamped(_renamed_stamp),
    "root of another": _with_lists_renewed_unstamped(_other_root),
    "root removed": _with_lists_renewed_unstamped(_removed("data/tsa/a.pem")),
    "root is none": _with_lists_renewed_unstamped(_added("data/tsa/a.pem", b"junk")),
    "page changed, lists anew": _with_lists_renewed(_with("data/transcript/index.html", lambda body: body + b"x")),
    "report changed": _with("data/report.pdf", lambda body: body + b"x"),
    "report changed, lists anew": _with_lists_renewed(_with("data/report.pdf", lambda body: body + b"x")),
    "script changed, lists anew": _with_lists_renewed(_with("verify.py", lambda body: body + b"\n")),
    "instructions changed, lists anew": _with_lists_renewed(_with("VERIFY.txt", lambda body: body + b"x")),
    "list cut": _with("manifest-sha256.txt", lambda body: b"".join(body.splitlines(keepends=True)[:-1])),
    "file renamed": lambda package: (package / "VERIFY.txt").rename(package / "verify.txt"),
    "file emptied": _with("data/files/F-0001.png", lambda body: b""),
    "files edited, lists anew": _with_lists_renewed_unstamped(_with("data/files/F-0001.png", lambda body: body[::-1])),
    "csv row removed": _with_lists_renewed_unstamped(
        _with("data/messages.csv", lambda body: b"".join(body.splitlines(keepends=True)[:-1]))
    ),
    "messages reordered": _with_lists_renewed_unstamped(_with("data/messages.jsonl", _reordered)),
    "salt replaced": _with_lists_renewed_unstamped(_lines(_salted_anew)),
    "records renumbered": _with_lists_renewed_unstamped(_lines(_renumbered)),
    "record twice": _with_lists_renewed_unstamped(_lines(lambda lines: [*lines, lines[-1]])),
    "record cut": _with_lists_renewed_unstamped(_with("data/entries.jsonl", lambda body: body[:-9])),
    "seals back-dated": _with_lists_renewed_unstamped(_back_dated),
    "seals swapped": _with_lists_renewed_unstamped(_swapped_seals),
    "first seal removed": _with_lists_renewed_unstamped(lambda package: seal_path(package, 1).unlink()),
    "last seal removed": _with_lists_renewed_unstamped(lambda package: seal_path(package, 3).unlink()),
    "stamp by another root": _with_lists_renewed_unstamped(_stamped_by_another),
    "stamp before its seal": _with_lists_renewed_unstamped(_stamped_before_it_was_closed),
    "replies swapped": _with_lists_renewed_unstamped(_replies_swapped),
    "masked, shown otherwise than in the tables": _with_lists_renewed_unstamped(
        lambda package: mask_last(package, body="断る")
    ),
    "masked, more shown than masked": _with_lists_renewed_unstamped(_more_shown_than_masked),
    "masked, shown under the key of no message": _with_lists_renewed_unstamped(
        _shown_without_form("key", "message/0x")
    ),
    "masked, shown in a room that cannot be": _with_lists_renewed_unstamped(_shown_without_form("room_id", -1)),
    "name like another": _with_lists_renewed_unstamped(_added("data/Messages.csv", b"x")),
    "masked, never sealed": _with_lists_renewed_unstamped(
        lambda package: mask_last(package, body="では", digest="0" * 64)
    ),
    "own stamp is none": _added(OWN, b"stamp"),
    "own stamp of something else": lambda package: shutil.copy(stamp_path(package, 3), package / OWN),
}
"""Verification finds every kind; of a masked record only that nothing is shown in its place."""

_SCREENSHOT, _NOTICE = "data/enclosures/S-001.png", "data/enclosures/N-02.eml"


def _enclosures_swapped(package: Path) -> None:
    first_path, second_path = package / _SCREENSHOT, package / _NOTICE
    first, second = first_path.read_bytes(), second_path.read_bytes()
    first_path.write_bytes(second)
    second_path.write_bytes(first)


ENCLOSURE_KINDS: Mapping[str, Damage] = {
    "screenshot changed": _with(_SCREENSHOT, lambda body: body + b"x"),
    "screenshot changed, lists anew": _with_lists_renewed_unstamped(_with(_SCREENSHOT, lambda body: body[::-1])),
    "notice emptied, lists anew": _with_lists_renewed_unstamped(_with(_NOTICE, lambda body: b"")),
    "notice removed, lists anew": _with_lists_renewed_unstamped(_removed(_NOTICE)),
    "all removed, lists anew": _with_lists_renewed_unstamped(
        lambda package: shutil.rmtree(package / "data/enclosures")
    ),
    "swapped, lists anew": _with_lists_renewed_unstamped(_enclosures_swapped),
    "added, lists anew": _with_lists_renewed_unstamped(_added("data/enclosures/S-004.png", b"x")),
    "taken back and there all the same": _with_lists_renewed_unstamped(
        _added("data/enclosures/S-003.png", b"added by mistake")
    ),
    "under another name, lists anew": _with_lists_renewed_unstamped(
        _added("data/enclosures/x.png", b"png bytes of a screenshot")
    ),
    "twice, lists anew": _with_lists_renewed_unstamped(
        _added("data/enclosures/S-001.jpg", b"png bytes of a screenshot")
    ),
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


def _zip_list_changed(offset: int, change: Callable[[bytes], bytes], *, size: int) -> ZipDamage:
    """A zip with other bytes in its central directory; `offset` counts from the entry of `messages.csv`."""

    def damage(package: Path, target: Path) -> None:
        body = bytearray(zip_package(package, target).read_bytes())
        start = body.rindex(b"P/data/messages.csv") - 46 + offset
        body[start : start + size] = change(bytes(body[start : start + size]))
        target.write_bytes(body)

    return damage


def _overlapping(package: Path, target: Path) -> None:
    """A zip with two members over the same bytes, as in a zip bomb."""
    body = bytearray(zip_package(package, target).read_bytes())
    place = body.rindex(b"P/data/messages.csv") - 46 + 42
    other = body.rindex(b"P/data/messages.jsonl") - 46 + 42
    body[place : place + 4] = body[other : other + 4]
    target.write_bytes(body)


def _zip_bytes(change: Callable[[bytes], bytes]) -> ZipDamage:
    return lambda package, target: target.write_bytes(change(zip_package(package, target).read_bytes()))


def _zip_end_changed(offset: int, value: int, size: int) -> ZipDamage:
    """A zip whose end states another place or number than its list has."""

    def change(body: bytes) -> bytes:
        place = len(body) - 22 + offset
        return body[:place] + value.to_bytes(size, "little") + body[place + size :]

    return _zip_bytes(change)


def _first_header_changed(offset: int, value: int, size: int) -> ZipDamage:
    return _zip_bytes(lambda body: body[:offset] + value.to_bytes(size, "little") + body[offset + size :])


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


def _without_declaration(package: Path, target: Path) -> None:
    (package / "bagit.txt").unlink()
    zip_package(package, target)


def _root_removed(package: Path, target: Path) -> None:
    KINDS["root removed"](package)
    zip_package(package, target)


ZIP_KINDS: Mapping[str, ZipDamage] = {
    "two files of a name": _zip_member_added("P/data/messages.csv"),
    "path that leads out": _zip_member_added("P/../../evil"),
    "path from the root": _zip_member_added("/etc/evil"),
    "path of another system": _zip_member_added("P\\..\\evil"),
    "path with a drive": _zip_member_added("C:/evil"),
    "link": _zip_member_added("P/data/link", link=True),
    "something beside the package": _zip_member_added("Q/other"),
    "bomb": _zip_list_changed(24, lambda _size: (2**31).to_bytes(4, "little"), size=4),
    "files that overlap": _overlapping,
    "encrypted": _zip_list_changed(8, lambda flags: bytes([flags[0] | 1]), size=1),
    "way of compressing": _zip_list_changed(10, lambda _way: (99).to_bytes(2, "little"), size=2),
    "name in the list": _zip_list_changed(
        46, lambda name: name.replace(b"P/data/messages", b"P/data/massages"), size=19
    ),
    "cut": _zip_bytes(lambda body: body[: len(body) // 2]),
    "list cut off": _zip_bytes(lambda body: body[: body.index(b"PK\x01\x02") + 10]),
    "end that states another place": _zip_end_changed(16, 100, 4),
    "end that states fewer files": _zip_end_changed(8, 5, 2),
    "header that states another way of compressing": _first_header_changed(8, 0, 2),
    "header that states another checksum": _first_header_changed(14, 7, 4),
    "second name": _second_name,
    "without declaration": _without_declaration,
    "root removed": _root_removed,
}
"""Verification finds every kind."""


# --- packages for an office -------------------------------------------------------------------

SUMS = "SHA256SUMS.txt"


def renew_sums(folder: Path) -> None:
    """Write the one list of a submission package anew for the files as they are now."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(SUMS)]
    write_manifest(folder / SUMS, {path.relative_to(folder).as_posix(): digest_file(path) for path in paths})


def _with_sums_renewed(damage: Damage) -> Damage:
    def both(folder: Path) -> None:
        damage(folder)
        renew_sums(folder)

    return both


SUPPORT_KINDS: Mapping[str, Damage] = {
    "report changed": _with("01_report.pdf", lambda body: body + b"x"),
    "csv edited": _with("02_messages.csv", _replaced(_LINE, "承知しません。")),
    "file removed": _removed("03_inquiry_text.txt"),
    "file added": _added("04_extra.txt", b"x"),
    "list is none": _added(SUMS, b"junk\n"),
    "stamp is none": _added(f"{SUMS}.a.tsr", b"stamp"),
    "report changed, list anew": _with_sums_renewed(_with("01_report.pdf", lambda body: body + b"x")),
    "csv edited, list anew": _with_sums_renewed(_with("02_messages.csv", _replaced(_LINE, "承知しません。"))),
    "file removed, list anew": _with_sums_renewed(_removed("03_inquiry_text.txt")),
}
"""Verification of a stamped package finds every kind."""
