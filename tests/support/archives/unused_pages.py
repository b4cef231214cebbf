"""A database of which much is unused, as after years of use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.archives.maker import ArchiveMaker, story

PIECES, PIECE_BYTES = 20, 100_000


def story_with_unused_pages(home: Path) -> ArchiveMaker:
    """The story, closed; two megabytes of its database are pages in which nothing is stored any more."""
    maker = story(home)
    maker.archive.close()
    with closing(sqlite3.connect(maker.archive.database)) as database:
        database.execute("CREATE TABLE ballast (body BLOB)")
        database.executemany(f"INSERT INTO ballast VALUES (zeroblob({PIECE_BYTES}))", [()] * PIECES)
        database.execute("DROP TABLE ballast")
        database.commit()
    return maker
