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
from tests.support.packages.package_damage import mask_last, seal_path, stamp_path
from tests.support.packages.sample_package import renew_lists, zip_package

Edit = Callable[[Path], object]
ENTRIES, ROWS, CSV = "data/entries.jsonl", "data/messages.jsonl", "data/messages.csv"
BOM = b"\xef\xbb\xbf"


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Edit:
    def edit(package: Path) -> None:
        body = (package / name).read_bytes()
        assert change(body) != body, name
        (package / name).write_bytes(change(body))

    return edit


def _put(name: str, before: str, after: str, *, count: int = 1) -> Edit:
    return _bytes(name, lambda body: body.replace(before.encode(), after.encode(), count))


def _added(name: str, body: bytes) -> Edit:
    def edit(package: Path) -> None:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(body)

    return edit


def _record(change: Callable[[str], str]) -> Edit:
    """Another form of the last record of a message."""

    def edit(package: Path) -> None:
        lines = (package / ENTRIES).read_text(encoding="utf-8").split("\n")
        index = max(index for index, line in enumerate(lines) if '"kind":"message"' in line)
        assert change(lines[index]) != lines[index]
        lines[index] = change(lines[index])
        (package / ENTRIES).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))

    return edit


def _reversed_keys(line: str) -> str:
    return json.dumps(dict(reversed(json.loads(line).items())), ensure_ascii=False, separators=(",", ":"))


def _same_number_twice(package: Path) -> None:
    lines = (package / ENTRIES).read_text(encoding="utf-8").split("\n")
    other = json.loads(lines[-3]) | {"seq": json.loads(lines[-2])["seq"]}
    lines.insert(-1, chain.canonical(other))
    (package / ENTRIES).write_bytes("\n".join(lines).encode())


def _seal(number: int, change: Callable[[str], str]) -> Edit:
    def edit(package: Path) -> None:
        path = seal_path(package, number)
        text = path.read_text(encoding="utf-8")
        assert change(text) != text
        path.write_bytes(change(text).encode())

    return edit


def _seal_of_another_archive(package: Path) -> None:
    seal = json.loads(seal_path(package, 3).read_bytes())
    first = seal["last"] + 1
    seal |= {"number": 4, "first": first, "last": first + len(seal["entries"]) - 1, "previous": "a" * 64}
    (package / f"data/seals/000004-{seal['day']}.json").write_bytes((chain.canonical(seal) + "\n").encode())


def _seal_in_wide_digits(package: Path) -> None:
    path = seal_path(package, 3)
    path.with_name(path.name.translate({ord("3"): "３"})).write_bytes(path.read_bytes())


def _stamp_in_wide_digits(package: Path) -> None:
    path = stamp_path(package, 3)
    path.with_name(path.name.replace("000003", "00000３")).write_bytes(path.read_bytes())


def _info(text: str) -> Edit:
    return _bytes("bag-info.txt", lambda body: body + text.encode())


def _forged_tail(package: Path) -> None:
    """A record behind the last seal, which `bag-info.txt` says is not sealed; and the tables without it."""
    lines = (package / ENTRIES).read_text(encoding="utf-8").split("\n")[:-1]
    last = json.loads(lines[-1])["seq"]
    note = json.loads(next(line for line in lines if '"kind":"member"' in line)) | {"seq": last + 1}
    (package / ENTRIES).write_bytes("".join(f"{line}\n" for line in [*lines, chain.canonical(note)]).encode())
    _info(f"Unsealed-After: {last}\n")(package)


def _member_erased(package: Path) -> None:
    """A record replaced by a tombstone, as if the owner had erased it."""
    lines = (package / ENTRIES).read_text(encoding="utf-8").split("\n")
    index = next(index for index, line in enumerate(lines) if '"kind":"member"' in line)
    stone = {"digest": chain.digest(lines[index]), "erased": True, "erasure": 9}
    lines[index] = chain.canonical(stone)
    (package / ENTRIES).write_bytes("\n".join(lines).encode())


def _masked(change: Callable[[str], str], name: str = "data/masked.jsonl") -> Edit:
    def edit(package: Path) -> None:
        mask_last(package, body="では")
        _bytes(name, lambda body: change(body.decode()).encode())(package)

    return edit


def _meta(change: Callable[[str], str]) -> Edit:
    def edit(package: Path) -> None:
        path = min((package / "data/raw").glob("*.meta.json"))
        assert change(path.read_text()) != path.read_text()
        path.write_text(change(path.read_text()))

    return edit


def _other_algorithm(package: Path) -> None:
    renew_lists(package)
    (package / "manifest-md5.txt").write_bytes((package / "manifest-sha256.txt").read_bytes())
    (package / "manifest-sha256.txt").unlink()


_KINDS: Mapping[str, tuple[Edit, str]] = {
    "record with a key twice": (_record(lambda line: line.replace('"seq":', '"seq":1,"seq":', 1)), "entry-form"),
    "record with its keys in another order": (_record(_reversed_keys), "entry-form"),
    "record with a space": (_record(lambda line: line.replace(",", ", ", 1)), "entry-form"),
    "record with escaped letters": (_record(lambda line: line.replace("で", "\\u3067", 1)), "entry-form"),
    "record with a number of 5,000 digits": (
        _record(lambda line: re.sub(r'"update_time":\d+', '"update_time":' + "9" * 5000, line)),
        "entry-form",
    ),
    "record with a number of 400 digits": (
        _record(lambda line: re.sub(r'"update_time":\d+', '"update_time":' + "9" * 400, line)),
        "entry-sealed",
    ),
    "record with a fraction": (
        _record(lambda line: re.sub(r'"update_time":(\d+)', r'"update_time":\1.0', line)),
        "entry-sealed",
    ),
    "record with NaN": (_record(lambda line: re.sub(r'"update_time":\d+', '"update_time":NaN', line)), "entry-form"),
    "record with half a character": (_record(lambda line: line.replace("では", "で\\ud800", 1)), "entry-sealed"),
    "record in decomposed letters": (
        _record(lambda line: line.replace("では", unicodedata.normalize("NFD", "で") + "は", 1)),
        "entry-sealed",
    ),
    "records with a byte order mark": (_bytes(ENTRIES, lambda body: BOM + body), "entry-form entries.jsonl:1"),
    "records without the last line end": (_bytes(ENTRIES, lambda body: body[:-1]), "entry-form entries.jsonl:"),
    "records with Windows line ends": (
        _bytes(ENTRIES, lambda body: body.replace(b"\n", b"\r\n")),
        "entry-form entries.jsonl:1",
    ),
    "records with an empty line": (_bytes(ENTRIES, lambda body: body + b"\n"), "entry-form entries.jsonl:"),
    "two records of one number": (_same_number_twice, "entry-order"),
    "record said to be erased": (_member_erased, "entry-erased"),
    "record behind the last seal": (_forged_tail, "unsealed"),
    "row with a key twice": (_put(ROWS, '"no":1,', '"no":1,"no":1,'), "table-rows message/1"),
    "row with another key": (_put(ROWS, '"no":1,', '"no":1,"note":"",'), "table-rows message/1"),
    "row in decomposed letters": (
        _put(ROWS, "やっぱり", unicodedata.normalize("NFD", "やっぱり")),
        "table-rows message/3",
    ),
    "row with a zero before its number": (_put(ROWS, '"no":1,', '"no":01,'), "table-rows message/1"),
    "rows with a byte order mark": (_bytes(ROWS, lambda body: BOM + body), "table-rows message/1"),
    "rows without the last line end": (_bytes(ROWS, lambda body: body[:-1]), "table-rows message/7"),
    "CSV without its byte order mark": (
        _bytes(CSV, lambda body: body.removeprefix(BOM)),
        "table-rows data/messages.csv",
    ),
    "CSV with a column more": (
        _bytes(CSV, lambda body: body.replace(b"\r\n", b',"x"\r\n')),
        "table-rows data/messages.csv",
    ),
    "CSV with another heading": (_put(CSV, "本文", "本文 "), "table-rows data/messages.csv"),
    "CSV with Unix line ends": (_bytes(CSV, lambda body: body.replace(b"\r\n", b"\n")), "table-rows"),
    "CSV with a formula": (_put(CSV, "\"'=1+1", '"=1+1'), "table-rows message/5"),
    "CSV with a link as a formula": (_put("data/links.csv", '"https', '"=HYPERLINK(""https'), "table-rows"),
    "seal with a key twice": (_seal(2, lambda text: text.replace('"day":', '"day":"x","day":')), "seal-form seal/2"),
    "seal with a number of 400 digits": (
        _seal(3, lambda text: re.sub(r'"last":\d+', '"last":' + "9" * 400, text)),
        "seal-form seal/3",
    ),
    "seal with a fraction": (_seal(3, lambda text: re.sub(r'"last":(\d+)', r'"last":\1.0', text)), "seal-form seal/3"),
    "seal of another archive": (_seal_of_another_archive, "seal-chain seal/4"),
    "second seal in wide digits": (_seal_in_wide_digits, "other files"),
    "second stamp in wide digits": (_stamp_in_wide_digits, "other files"),
    "reply with an ending in capitals": (_added("data/raw/x.JSON", b"{}"), "other files"),
    "reply in a folder below": (_added("data/raw/a/x.json", b"{}"), "raw-replies data/raw/a/x.json"),
    "description with a key twice": (
        _meta(lambda text: text.replace('"digest":', '"digest": "0",\n "digest":')),
        "data/raw/",
    ),
    "list of another algorithm": (_other_algorithm, "manifest manifest-sha256.txt"),
    "second list with other digests": (_added("manifest-sha512.txt", b"0" * 128 + b"  data/x\n"), "other files"),
    "bag with a second size": (_info("Payload-Oxum: 1.1\n"), "texts"),
    "bag with a size in wide digits": (
        _bytes("bag-info.txt", lambda body: re.sub(rb"Oxum: (\d)", "Oxum: １".encode(), body)),
        "texts",
    ),
    "bag with a beginning of its period": (
        _info("Period-Starts: 123456789=2026-11-05T02:00:00.000Z\n"),
        "table-rows",
    ),
    "bag of a newer format": (
        _bytes("bag-info.txt", lambda body: body.replace(b"Package-Format: 1", b"Package-Format: 2")),
        "newer-format bag-info.txt",
    ),
    "seal of a newer format": (_seal(3, lambda text: text.replace("-seal-1", "-seal-2")), "newer-format seal/3"),
    "bag with a line behind a carriage return": (_info("X: y\rUnsealed-After: 30\n"), "texts"),
    "masked record shown with a key twice": (
        _masked(lambda text: text.replace('"body":', '"body":"承知しません。","body":', 1)),
        "masked data/masked.jsonl",
    ),
    "masked record with a second reason": (
        _masked(lambda text: text.replace(',"masked":true', ',"masked":true,"masked":true'), ENTRIES),
        "entry-form entries.jsonl:",
    ),
    "name with a dot at its end": (_added("data/messages.csv.", b"x"), "unsafe data/messages.csv."),
    "name with a space at its end": (_added("data/entries.jsonl ", b"x"), "unsafe data/entries.jsonl "),
    "stream behind a name": (_added("data/report.pdf:x", b"x"), "unsafe data/report.pdf:x"),
    "name in decomposed letters": (
        lambda package: (
            _added("data/enclosures/が.png", b"x")(package),
            _added("data/enclosures/" + unicodedata.normalize("NFD", "が") + ".png", b"y")(package),
        ),
        "unsafe data/enclosures/",
    ),
}


def _with_lists(edit: Edit) -> Edit:
    def both(package: Path) -> None:
        edit(package)
        if (package / "manifest-sha256.txt").exists():
            renew_lists(package)
        for stamp in package.glob("tagmanifest-sha256.txt.*.tsr"):
            stamp.unlink()

    return both


SUBTLE_KINDS = {kind: (_with_lists(edit), named) for kind, (edit, named) in _KINDS.items()}


def zip_with_a_folder_that_has_bytes(package: Path, target: Path) -> None:
    """A zip in which something is hidden in the place of a folder."""
    with zipfile.ZipFile(zip_package(package, target), "a") as packed:
        packed.writestr(zipfile.ZipInfo("P/data/x/", (2026, 11, 24, 0, 0, 0)), b"hidden")
