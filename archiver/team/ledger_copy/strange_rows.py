"""Rows of a ledger that no copy can have written: whoever may write to the ledger can put anything there.

What is written as a copy does it, and only altered, is brought, and found by the verification.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError, StatementError

from archiver import errors
from archiver.errors import N_
from archiver.team.ledger.connection import printable
from archiver.team.ledger.ledger_file import LedgerPlace

_SIGNS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    IntegrityError,
    DataError,
    InterfaceError,
    ProgrammingError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    zlib.error,
)
"""What a row of another shape leads to, wherever it is used."""


class StrangeRow(Exception):
    """A row that no copy can have written; in words, what it is."""


@contextmanager
def told_as(text: str, **values: object) -> Iterator[None]:
    """Raise StrangeRow with these words for what a row of another shape leads to; `values` go into the text."""
    try:
        yield
    except _SIGNS as error:
        raise StrangeRow(_(text).format(**values)) from error
    except StatementError as error:
        if isinstance(error, DBAPIError):  # of the database or of the disk
            raise
        raise StrangeRow(_(text).format(**values)) from error  # a value that its column does not take


@contextmanager
def refused(place: LedgerPlace) -> Iterator[None]:
    """Raise BadLedger for such rows of an archive, saying in words which row it is."""
    try:
        with told_as(N_("its rows do not go together")):
            yield
    except StrangeRow as error:
        raise bad_ledger(place, error) from error


def bad_ledger(place: LedgerPlace, strange: StrangeRow) -> errors.BadLedger:
    """The error that says which row of an archive it is."""
    return errors.BadLedger(ledger=printable(place.address), archive=place.archive, detail=str(strange))
