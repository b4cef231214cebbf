"""What the tables are declared with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table

metadata = MetaData()


def readable(name: str, *columns: Column[object] | Index, large: bool = False) -> Table:
    """A table made of entries; a large one lies in its primary key's order, which saves an index."""
    return Table(name, metadata, *columns, info={"readable": True}, sqlite_with_rowid=not large)


def id_column(name: str) -> Column[object]:
    """A number of Chatwork's that is, or is part of, the primary key."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def seq_column() -> Column[object]:
    """The number of the entry that a row was last made of."""
    return Column("seq", Integer, nullable=False)
