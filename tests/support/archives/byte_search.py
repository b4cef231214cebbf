"""Searches every byte of a home for texts: files, the database with its free pages and log, packed and kept replies."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from archiver.letter_folding import fold_searched
from archiver.store.search.index import index_text
from tests.support.reports import pdf_reader


def places_of(home: Path, *texts: str) -> set[str]:
    """Where one of the texts stands in the home, in UTF-8, escaped as in a reply, or inside what is compressed."""
    needles = [form for text in texts for form in _written_forms(text)]
    return files_with(home, *texts) | _replies_with(home, needles) | _indexed(home, texts)


def files_with(folder: Path, *texts: str) -> set[str]:
    """Where one of the texts stands in the files of a folder, also in their names; the words of a PDF are no bytes."""
    needles = [form for text in texts for form in _written_forms(text)]
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            found |= {
                f"{name}{place}"
                for place, piece in [("", name.encode()), *_pieces(path.read_bytes())]
                if any(needle in piece for needle in needles)
            }
    return found


def package_files_with(package: Path, *texts: str) -> set[str]:
    """The same, and where it stands in the words of a PDF (Poppler)."""
    printed = {
        path.name: pdf_reader.without_spaces(pdf_reader.text(path.read_bytes())) for path in package.rglob("*.pdf")
    }
    return files_with(package, *texts) | {name for name, words in printed.items() if any(one in words for one in texts)}


def _written_forms(text: str) -> set[bytes]:
    """A text in UTF-8, in UTF-16, and as JSON escapes it, with small and capital digits."""
    escaped = json.dumps(text).strip('"')
    capitals = re.sub(r"(?<=\\u)[0-9a-f]{4}", lambda match: match[0].upper(), escaped)
    return {text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), escaped.encode(), capitals.encode()}


def _pieces(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                for place, piece in _pieces(packed.read(name)):
                    yield f"!{name}{place}", piece
    yield from ((f"@{start}", piece) for start, piece in inflated_streams(body))


def inflated_streams(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Where a zlib stream begins, also in a free page, and what it holds, inflated as far as it goes."""
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body):
        with suppress(zlib.error):
            yield match.start(), zlib.decompressobj().decompress(body[match.start() :])


def _replies_with(home: Path, needles: list[bytes]) -> set[str]:
    """Kept replies that hold a text; a long one lies on several pages, which no search of the file's bytes joins."""
    database = sqlite3.connect(home / "archive.sqlite3")
    rows = database.execute("SELECT number, body FROM reply").fetchall()
    database.close()
    return {f"reply/{number}" for number, body in rows if any(needle in zlib.decompress(body) for needle in needles)}


def _indexed(home: Path, texts: tuple[str, ...]) -> set[str]:
    """Texts that the full-text index still finds."""
    database = sqlite3.connect(home / "archive.sqlite3")
    found = set()
    for text in texts:
        words = index_text(fold_searched(text)).split(" ")
        query = " ".join('"' + word.replace('"', '""') + '"' for word in words if word)
        if database.execute("SELECT count(*) FROM search WHERE search MATCH ?", [query]).fetchone()[0]:
            found.add("search")
    database.close()
    return found


def free_pages(home: Path) -> int:
    """How many pages of the database are free: what was deleted could stand there."""
    with closing(sqlite3.connect(home / "archive.sqlite3")) as database:
        (free,) = database.execute("PRAGMA freelist_count").fetchone()
    return int(free)


def indexed_terms(home: Path) -> set[str]:
    """Every term that stands in the full-text index, whatever rows it names."""
    with closing(sqlite3.connect(home / "archive.sqlite3")) as database:
        database.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, row)")
        return {term for (term,) in database.execute("SELECT term FROM temp.vocabulary")}


def terms_of(text: str) -> set[str]:
    """The terms under which a text is indexed."""
    return set(index_text(fold_searched(text)).split())
