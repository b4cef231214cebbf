"""The archive as it was at an earlier entry: its entries, replies and seals up to then, projected anew.

It is a temporary database that is thrown away, so that what was made then can be made anew by the same code.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import build_engine
from archiver.store.rebuild import replay

_AT_ONCE = 500


@contextlib.contextmanager
def earlier_state(reading: Reading, *, upto: int, last_reply: int) -> Iterator[Reading]:
    """The archive as it was after entry `upto`, when `last_reply` was its last reply; nothing is remembered in it.

    Raises DiskFull. An entry that cannot be projected is left out of the readable tables.
    """
    entry, reply, seal = schema.entry, schema.reply, schema.seal
    with tempfile.TemporaryDirectory(prefix="archive-earlier-", ignore_cleanup_errors=True) as folder:
        engine = build_engine(Path(folder) / "earlier.sqlite3", scratch=True)
        try:
            with engine.connect() as sql:
                with sql.begin():
                    schema.metadata.create_all(sql)
                _copy_rows(reading, sql, entry, select(entry).where(entry.c.seq <= upto).order_by(entry.c.seq))
                _copy_rows(reading, sql, reply, select(reply).where(reply.c.number <= last_reply))
                _copy_rows(reading, sql, seal, select(seal).where(seal.c.last <= upto).order_by(seal.c.number))
                for _unprojected in replay(reading, sql, upto=upto):
                    pass
                yield Reading(sql, reading.home, reading.clock)
        finally:
            engine.dispose()


def _copy_rows(reading: Reading, sql: Connection, table: Table, query: Select[Any]) -> None:
    for rows in reading.sql.execute(query.execution_options(yield_per=_AT_ONCE)).mappings().partitions():
        with sql.begin():
            sql.execute(insert(table), [dict(row) for row in rows])
