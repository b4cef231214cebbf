"""What an archive holds, read by SQL and from the files alone: none of the program's own code is asked."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

DATABASE = "archive.sqlite3"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def ask(home: Path, query: str) -> list[Any]:
    """Rows of the database."""
    with closing(sqlite3.connect(home / DATABASE)) as database:
        return database.execute(query).fetchall()


def entries(home: Path) -> dict[int, tuple[str, str]]:
    """Line and digest of every entry, by number."""
    return {seq: (line, digest) for seq, line, digest in ask(home, "SELECT seq, line, digest FROM entry")}


def files(home: Path) -> dict[str, str]:
    """The SHA-256 of the bytes of each kept file, by its name, which is that number too."""
    paths = [path for path in (home / "files").rglob("*") if path.is_file() and _DIGEST.fullmatch(path.name)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def seals(home: Path) -> dict[str, bytes]:
    """The files of the seals."""
    return {path.name: path.read_bytes() for path in (home / "seals").glob("[0-9]*.json")}


def held(home: Path) -> dict[str, Any]:
    """Everything that must never be lost, each part by name."""
    return {"entries": entries(home), "files": files(home), "seals": seals(home)}


def lost(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[Any]]:
    """The names, part by part, of what was held before and is not any more, or is held otherwise."""
    return {
        part: {name for name, value in things.items() if after[part].get(name) != value}
        for part, things in before.items()
    }


def torn(home: Path) -> str:
    """What database, seals and files do not agree in."""
    ((verdict,), *_more) = ask(home, "PRAGMA integrity_check(1)")
    if verdict != "ok":
        return f"the database: {verdict}"
    wanted = {digest for (digest,) in ask(home, "SELECT sha256 FROM blob WHERE state = 'saved'")}
    if missing := wanted - {name for name, digest in files(home).items() if name == digest}:
        return f"files that the database says are held: {missing}"
    sealed = {digest for (digest,) in ask(home, "SELECT sha256 FROM seal")}
    if missing := sealed - {hashlib.sha256(body).hexdigest() for body in seals(home).values()}:
        return f"seals that the database has: {missing}"
    return ""


def difference(source: Path, copy: Path) -> str:
    """What a copy lacks of an archive."""
    if not (copy / DATABASE).exists():
        return "the database"
    missing = lost(held(source), held(copy))
    return str(missing) if any(missing.values()) else ""


def files_with(home: Path, text: str) -> list[str]:
    """The files below the home that hold these characters."""
    return [path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def missing_of_a_new_archive(home: Path, _place: Path) -> str:
    """What a new archive lacks."""
    if not (home / DATABASE).exists():
        return "the database"
    return "" if (home / "archive.toml").exists() else "the settings"


def unsealed(home: Path, _place: Path) -> str:
    """Which entries no seal covers whose file is there."""
    ((last,),) = ask(home, "SELECT max(seq) FROM entry")
    ((sealed, number),) = ask(home, "SELECT max(last), max(number) FROM seal")
    if not list((home / "seals").glob(f"{number:06d}-*.json")):
        return "the file of the seal"
    return "" if sealed == last else f"entries after {sealed}"


def not_migrated(home: Path, _place: Path) -> str:
    """Whether the form is the old one."""
    return "" if ask(home, "SELECT version_num FROM alembic_version") == [("0002",)] else "the later form"


def add_unused_pages(home: Path) -> None:
    """Leave a database with more unused pages than used ones, as one has of which much was erased."""
    with closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute("CREATE TABLE filling (bytes BLOB)")
        database.execute("INSERT INTO filling VALUES (zeroblob(1500000))")
        database.execute("DROP TABLE filling")
        database.commit()


def not_written_anew(home: Path, _place: Path) -> str:
    """Whether unused pages stayed in the database."""
    ((unused,),), ((pages,),) = ask(home, "PRAGMA freelist_count"), ask(home, "PRAGMA page_count")
    return f"the database written anew: {unused} of {pages} pages are unused" if unused * 10 >= pages else ""
