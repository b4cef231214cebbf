"""The order of an export: which package is wanted, of what, and where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from archiver.export import PROFILES
from archiver.export.chosen_messages import NOTHING, MessageChoice
from archiver.export.mask.package_mask import Policy
from archiver.records import RequestKind
from archiver.report_language import JAPANESE


class LeftoverWish(StrEnum):
    """What an export does with leftovers about which the user has not decided."""

    ASK = "ask"
    """No package is made until the user has decided."""
    HIDE = "hide"
    """All of them are hidden."""
    LIST = "list"
    """They are listed only, as nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """The order of an export as the user gave it."""

    profile: str
    contract: str | None = None
    """The id or the platform's number of the contract; None: the only one."""
    since: datetime | None = None
    """The beginning (included) that replaces those of the contract's periods."""
    until: datetime | None = None
    """The end (excluded) that replaces those of the contract's periods."""
    out: Path | None = None
    """The folder for the package; None: `exports` in the home."""
    zip: bool = False
    """Whether a bag above 2 GB is zipped, too."""
    policy: Policy | None = None
    """What is masked; None: nothing."""
    counterparts: Collection[int] | None = None
    """The accounts of the other side; None: those that were mapped."""
    thirds: Collection[int] = ()
    """Accounts put apart as third persons for this package, besides those that were mapped."""
    asks_who_wrote_last: bool = False
    """Whether somebody is there to say on which side those stand who wrote after the other side's last act."""
    leftovers: LeftoverWish = LeftoverWish.ASK
    """What happens to what looks like a person and is not covered, where third persons are hidden."""
    leftover_answers: Mapping[str, bool] = field(default_factory=dict)
    """Pieces that the user decided about: to hide, or to leave. An export adds those remembered for the contract."""
    strip_metadata: bool = False
    """Whether files leave as copies without metadata, whatever their metadata says."""
    request: RequestKind | None = None
    """What is asked of the reader; None: what the state of the case suggests."""
    choice: MessageChoice = NOTHING
    """The messages of the excerpt."""
    max_mb: float | None = None
    """The size limit; None: the profile's."""
    lang: str = JAPANESE
    """The language of its texts."""
    every: timedelta = timedelta(minutes=5)
    """The interval between readings according to the settings."""

    @property
    def max_bytes(self) -> int | None:
        """The size limit of the package in bytes; for a court, of each of its files."""
        limit = self.max_mb if self.max_mb is not None else PROFILES[self.profile].max_mb
        return None if limit is None else int(limit * 1_000_000)
