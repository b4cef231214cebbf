"""Helpers with which the tables are declared: metadata, readable tables, common columns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table

metadata = MetaData()


def readable_table(name: str, *columns: Column[object] | Index, large: bool = False) -> Table:
    """A table made of entries. A large one is stored in the order of its primary key, which saves an index."""
    return Table(name, metadata, *columns, info={"readable": True}, sqlite_with_rowid=not large)


def id_column(name: str) -> Column[object]:
    """A column for an id of Chatwork's that is the primary key or part of it."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def seq_column() -> Column[object]:
    """A column for the number of the entry that a row was last made of."""
    return Column("seq", Integer, nullable=False)
