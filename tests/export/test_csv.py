"""The tables for a spreadsheet: Excel and LibreOffice spoil no numbers, formulas or characters in them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.evidence.tables.build import CSV_HEADERS, MESSAGE_HEADER
from archiver.evidence.tables.cells import cell
from tests.support.archives.maker import at, message_object
from tests.support.packages.exported_archives import export_package, reopen_maker, story_with_secrets, zip_files
from tests.support.reports import pdf_reader

ID = 1_876_543_210_987_654_321
"""A spreadsheet would make 1876543210987654400 of it."""

TEXTS = (
    "=1+1",
    "+8180",
    "-5",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "\t=1",
    "\u3000=1",
    "'already quoted",
    '"引用", コンマ、\n改行\nと "引用"',
    "0012",
    "1/2",
    "1E5",
    "2026-11-05",
    "TRUE",
    "12345678901234567890",
    "〜−①髙𠮷🎉",
    "a\x00b\u202ec",
    " 前後の空白 ",
    "長い文" * 5_000,
    "NUL\x00と\ud83d片割れ",
    "改\r\n行\u2028行\u0085🎉👨\u200d👩",
    "",
)
"""What a spreadsheet might take for something else."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lawyer's package with every such text."""
    place = tmp_path_factory.mktemp("csv")
    maker = story_with_secrets(place / "home")
    objects = [message_object(ID + number, text, sent=200 + number) for number, text in enumerate(TEXTS)]
    maker.sync(objects, minutes=230)
    maker.archive.close()
    return Path(export_package(reopen_maker(place / "home"), "lawyer", place / "out").path)


def rows(path: Path) -> list[list[str]]:
    """The cells of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("name", CSV_HEADERS)
def test_every_table_is_what_spreadsheets_of_japan_read(package: Path, name: str) -> None:
    """A byte order mark, CRLF between the lines, everything quoted, as many cells as heads."""
    body = (package / "data" / name).read_bytes()
    table = rows(package / "data" / name)

    assert body.startswith(b'\xef\xbb\xbf"')
    assert body.endswith(b'"\r\n')
    assert len(table) == body.count(b'"\r\n')
    assert {len(CSV_HEADERS[name])} == {len(row) for row in table}
    assert not re.search(rb'(?:^|,)[^",\r\n]', body.replace(b"\xef\xbb\xbf", b"").split(b"\r\n")[0])


@pytest.mark.parametrize("name", CSV_HEADERS)
def test_no_cell_is_a_formula_or_a_number_too_long(package: Path, name: str) -> None:
    """Nothing begins like a formula, after spaces either; no bare number has more digits than are kept."""
    cells = [one for row in rows(package / "data" / name) for one in row]

    assert [] == [one for one in cells if re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", one)]
    texts = {cell(text) for text in TEXTS}
    assert [] == [one for one in cells if re.fullmatch(r"[0-9]{16,}", one) and one not in texts]


def test_ids_and_times_stand_as_specified(package: Path) -> None:
    """`m` and all digits; Japan's time in a column that says so, and the seconds beside it; each text exactly."""
    rows_by_id = {row[4]: row for row in rows(package / "data/messages.csv")}
    lines = (package / "data/messages.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]
    bodies = {one["message_id"]: one["body"] for one in map(json.loads, lines)}

    row = rows_by_id[f"m{ID}"]
    sent = int(at(200).timestamp())
    assert ("日時(日本時間)", "送信時刻(Unix秒)", "メッセージID") == (*MESSAGE_HEADER[1:3], MESSAGE_HEADER[4])
    assert (at(200 + 540).strftime("%Y-%m-%d %H:%M:%S"), str(sent)) == (row[1], row[2])
    assert "'=1+1" == row[9]
    assert list(TEXTS) == [bodies[f"{ID + number}"] for number in range(len(TEXTS))]
    assert "NUL[U+0000]と[U+D83D]片割れ" in [one[9] for one in rows_by_id.values()]
    assert [] == verify_path(package).findings


@pytest.mark.drawn
def test_an_office_gets_the_same_table(package: Path) -> None:
    """Unmasked it is the lawyer's byte for byte."""
    place = package.parents[1]
    support = export_package(reopen_maker(place / "home"), "support", place / "support", policy=None)

    assert (package / "data/messages.csv").read_bytes() == zip_files(support)["02_messages.csv"]


@pytest.mark.drawn
def test_the_table_of_an_english_export_has_no_words_of_ours_in_japanese(package: Path) -> None:
    """Heads, fixed words and when earlier texts were seen are English; what people wrote stays as it is."""
    place = package.parents[1]
    support = export_package(reopen_maker(place / "home"), "support", place / "english", policy=None, lang="en")

    head, *english = csv.reader(io.StringIO(zip_files(support)["02_messages.csv"].decode("utf-8-sig")))
    japanese = rows(package / "data/messages.csv")[1:]
    earlier = [one[10] for one in english if one[10]]
    assert [] == [one for one in head if re.search("[ぁ-ん一-龠]", one)]
    assert [one[9] for one in japanese] == [one[9] for one in english]
    assert earlier
    assert all(one.startswith("[seen 2026-") and "まで確認" not in one for one in earlier)


_AS_TEXT, _GUESSED = "--infilter=CSV:44,34,76,1,,0,true,false", "--infilter=CSV:44,34,76,1,,0,false,true"
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true"


@pytest.mark.slow
@pdf_reader.needs_office
def test_libreoffice_loses_nothing(package: Path, tmp_path: Path) -> None:
    """Opened with quoted cells as text, saved as a workbook, written again: every character of every cell."""
    for name in CSV_HEADERS:
        book = pdf_reader.converted(package / "data" / name, "ods", tmp_path, _AS_TEXT)
        again = pdf_reader.converted(book, _CSV, tmp_path)

        assert _trimmed(rows(package / "data" / name)) == _trimmed(rows(again)), name


@pytest.mark.slow
@pdf_reader.needs_office
def test_ids_survive_a_spreadsheet_that_guesses(package: Path, tmp_path: Path) -> None:
    """Opened by double click, when every cell is looked at for numbers and dates, ids, texts and names stay."""
    book = pdf_reader.converted(package / "data/messages.csv", "ods", tmp_path, _GUESSED)
    ours, theirs = rows(package / "data/messages.csv"), rows(pdf_reader.converted(book, _CSV, tmp_path))

    assert [row[4] for row in ours] == [row[4] for row in theirs]
    bare = {"0012", "1/2", "1E5", "2026-11-05", "TRUE", "12345678901234567890"}
    pairs = [(a[9], b[9]) for a, b in zip(_trimmed(ours), _trimmed(theirs), strict=True)]
    assert [] == [pair for pair in pairs if pair[0] != pair[1] and pair[0] not in bare]


def _trimmed(table: list[list[str]]) -> list[list[str]]:
    """LibreOffice leaves empty cells out at the end of every line, and ends a line within a cell in its own way."""
    return [[*(one.replace("\r\n", "\n") for one in row), *[""] * (20 - len(row))] for row in table]
