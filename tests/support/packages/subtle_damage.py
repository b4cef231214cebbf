"""Edits of a package that two programs could read differently, or that change nothing but a form; lists made anew.

Each has what names it: a finding (`check subject`), or the subject under which it is told as unchecked.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from archiver.evidence import chain
from tests.support.packages.package_damage import (
    ENTRIES,
    SEALS,
    Damage,
    added,
    changed,
    changed_text,
    last_message,
    mask_last,
    member_replaced,
    put,
    records,
    seal_path,
    stamp_path,
    with_lists,
)
from tests.support.packages.sample_package import renew_lists, zip_package

ROWS, CSV, INFO = "data/messages.jsonl", "data/messages.csv", "bag-info.txt"
BOM = b"\xef\xbb\xbf"


def _record(change: Callable[[str], str]) -> Damage:
    """Another form of the last record of a message."""

    def edit(lines: list[str]) -> list[str]:
        index = last_message(lines)
        return [*lines[:index], change(lines[index]), *lines[index + 1 :]]

    return records(edit)


def _reversed_keys(line: str) -> str:
    return json.dumps(dict(reversed(json.loads(line).items())), ensure_ascii=False, separators=(",", ":"))


def _same_number_twice(lines: list[str]) -> list[str]:
    return [*lines, chain.canonical(json.loads(lines[-2]) | {"seq": json.loads(lines[-1])["seq"]})]


def _seal_of_another_archive(package: Path) -> None:
    seal = json.loads(seal_path(package, 3).read_bytes())
    first = seal["last"] + 1
    seal |= {"number": 4, "first": first, "last": first + len(seal["entries"]) - 1, "previous": "a" * 64}
    added(f"data/seals/000004-{seal['day']}.json", chain.canonical(seal) + "\n")(package)


def _in_wide_digits(path: Path) -> None:
    path.with_name(path.name.replace("000003", "00000３")).write_bytes(path.read_bytes())


def _info(text: str) -> Damage:
    return changed(INFO, lambda body: body + text.encode())


def _forged_tail(package: Path) -> None:
    """A record behind the last seal, which `bag-info.txt` says is not sealed; and the tables without it."""

    def forge(lines: list[str]) -> list[str]:
        last = json.loads(lines[-1])["seq"]
        _info(f"Unsealed-After: {last}\n")(package)
        note = json.loads(next(line for line in lines if '"kind":"member"' in line)) | {"seq": last + 1}
        return [*lines, chain.canonical(note)]

    records(forge)(package)


def _masked(change: Callable[[str], str], name: str = "data/masked.jsonl") -> Damage:
    def edit(package: Path) -> None:
        mask_last(package, body="では")
        changed_text(name, change)(package)

    return edit


def _other_algorithm(package: Path) -> None:
    renew_lists(package)
    (package / "manifest-sha256.txt").rename(package / "manifest-md5.txt")


def _sub(pattern: str, by: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, by, text)


def _once(before: str, after: str) -> Callable[[str], str]:
    return lambda text: text.replace(before, after, 1)


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


_KINDS: Mapping[str, tuple[Damage, str]] = {
    "record with a key twice": (_record(_once('"seq":', '"seq":1,"seq":')), "entry-form"),
    "record with its keys in another order": (_record(_reversed_keys), "entry-form"),
    "record with a space": (_record(_once(",", ", ")), "entry-form"),
    "record with escaped letters": (_record(_once("で", "\\u3067")), "entry-form"),
    "record with a number of 5,000 digits": (
        _record(_sub(r'"update_time":\d+', '"update_time":' + "9" * 5000)),
        "entry-form",
    ),
    "record with a number of 400 digits": (
        _record(_sub(r'"update_time":\d+', '"update_time":' + "9" * 400)),
        "entry-sealed",
    ),
    "record with a fraction": (_record(_sub(r'"update_time":(\d+)', r'"update_time":\1.0')), "entry-sealed"),
    "record with NaN": (_record(_sub(r'"update_time":\d+', '"update_time":NaN')), "entry-form"),
    "record with half a character": (_record(_once("では", "で\\ud800")), "entry-sealed"),
    "record in decomposed letters": (_record(_once("では", _nfd("で") + "は")), "entry-sealed"),
    "records with a byte order mark": (changed(ENTRIES, lambda body: BOM + body), "entry-form entries.jsonl:1"),
    "records without the last line end": (changed(ENTRIES, lambda body: body[:-1]), "entry-form entries.jsonl:"),
    "records with Windows line ends": (put(ENTRIES, "\n", "\r\n"), "entry-form entries.jsonl:1"),
    "records with an empty line": (changed(ENTRIES, lambda body: body + b"\n"), "entry-form entries.jsonl:"),
    "two records of one number": (records(_same_number_twice), "entry-order"),
    "record said to be erased": (member_replaced(erased=True, erasure=9), "entry-erased"),
    "record behind the last seal": (_forged_tail, "unsealed"),
    "row with a key twice": (put(ROWS, '"no":1,', '"no":1,"no":1,'), "table-rows message/1"),
    "row with another key": (put(ROWS, '"no":1,', '"no":1,"note":"",'), "table-rows message/1"),
    "row in decomposed letters": (put(ROWS, "やっぱり", _nfd("やっぱり")), "table-rows message/3"),
    "row with a zero before its number": (put(ROWS, '"no":1,', '"no":01,'), "table-rows message/1"),
    "rows with a byte order mark": (changed(ROWS, lambda body: BOM + body), "table-rows message/1"),
    "rows without the last line end": (changed(ROWS, lambda body: body[:-1]), "table-rows message/7"),
    "CSV without its byte order mark": (put(CSV, "\ufeff", ""), "table-rows data/messages.csv"),
    "CSV with a column more": (put(CSV, "\r\n", ',"x"\r\n'), "table-rows data/messages.csv"),
    "CSV with another heading": (put(CSV, "本文", "本文 "), "table-rows data/messages.csv"),
    "CSV with Unix line ends": (put(CSV, "\r\n", "\n"), "table-rows"),
    "CSV with a formula": (put(CSV, "\"'=1+1", '"=1+1'), "table-rows message/5"),
    "CSV with a link as a formula": (put("data/links.csv", '"https', '"=HYPERLINK(""https'), "table-rows"),
    "seal with a key twice": (put(SEALS[2], '"day":', '"day":"x","day":'), "seal-form seal/2"),
    "seal with a number of 400 digits": (
        changed_text(SEALS[3], _sub(r'"last":\d+', '"last":' + "9" * 400)),
        "seal-form seal/3",
    ),
    "seal with a fraction": (changed_text(SEALS[3], _sub(r'"last":(\d+)', r'"last":\1.0')), "seal-form seal/3"),
    "seal of another archive": (_seal_of_another_archive, "seal-chain seal/4"),
    "second seal in wide digits": (lambda package: _in_wide_digits(seal_path(package, 3)), "other files"),
    "second stamp in wide digits": (lambda package: _in_wide_digits(stamp_path(package, 3)), "other files"),
    "reply with an ending in capitals": (added("data/raw/x.JSON", b"{}"), "other files"),
    "reply in a folder below": (added("data/raw/a/x.json", b"{}"), "raw-replies data/raw/a/x.json"),
    "description with a key twice": (
        put("data/raw/*.meta.json", '"digest":', '"digest": "0",\n "digest":'),
        "data/raw/",
    ),
    "list of another algorithm": (_other_algorithm, "manifest manifest-sha256.txt"),
    "second list with other digests": (added("manifest-sha512.txt", b"0" * 128 + b"  data/x\n"), "other files"),
    "bag with a second size": (_info("Payload-Oxum: 1.1\n"), "texts"),
    "bag with a size in wide digits": (
        changed(INFO, lambda body: re.sub(rb"Oxum: (\d)", "Oxum: １".encode(), body)),
        "texts",
    ),
    "bag with a beginning of its period": (_info("Period-Starts: 123456789=2026-11-05T02:00:00.000Z\n"), "table-rows"),
    "bag of a newer format": (put(INFO, "Package-Format: 1", "Package-Format: 2"), "newer-format bag-info.txt"),
    "seal of a newer format": (put(SEALS[3], "-seal-1", "-seal-2"), "newer-format seal/3"),
    "bag with a line behind a carriage return": (_info("X: y\rUnsealed-After: 30\n"), "texts"),
    "masked record shown with a key twice": (
        _masked(_once('"body":', '"body":"承知しません。","body":')),
        "masked data/masked.jsonl",
    ),
    "masked record with a second reason": (
        _masked(_once(',"masked":true', ',"masked":true,"masked":true'), ENTRIES),
        "entry-form entries.jsonl:",
    ),
    "name with a dot at its end": (added("data/messages.csv.", b"x"), "unsafe data/messages.csv."),
    "name with a space at its end": (added("data/entries.jsonl ", b"x"), "unsafe data/entries.jsonl "),
    "stream behind a name": (added("data/report.pdf:x", b"x"), "unsafe data/report.pdf:x"),
    "name in decomposed letters": (
        lambda package: [added(f"data/enclosures/{one}.png", "x")(package) for one in ("が", _nfd("が"))],
        "unsafe data/enclosures/",
    ),
}


SUBTLE_KINDS = {kind: (with_lists(edit), named) for kind, (edit, named) in _KINDS.items()}


def zip_with_a_folder_that_has_bytes(package: Path, target: Path) -> None:
    """A zip in which something is hidden in the place of a folder."""
    with zipfile.ZipFile(zip_package(package, target), "a") as packed:
        packed.writestr(zipfile.ZipInfo("P/data/x/", (2026, 11, 24, 0, 0, 0)), b"hidden")
