"""What of an archive is not lost with a computer, as it goes to the ledger and the store of a team first."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from archiver.team.ledger.ledger_file import read_ledger_file


class KeptByTeam(Enum):
    """What of an archive goes to its team before it is saved in its home."""

    NOTHING = "nothing"
    RECORDS = "records"
    """To the ledger; bytes of files stay in the home alone."""
    ALL = "all"


def kept_by_team(home: Path) -> KeptByTeam:
    """What of the archive in a home goes to its team. Raises BadLedgerFile."""
    place = read_ledger_file(home)
    if place is None:
        return KeptByTeam.NOTHING
    return KeptByTeam.RECORDS if place.files is None else KeptByTeam.ALL
