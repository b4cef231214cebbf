"""The times that the stamps of a package state, and who says so: an authority that is known, or one that is not.

Each authority is told by itself, so that the earlier time of an unknown one never stands for that of a known one.
Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from gettext import gettext as _
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple  # noqa: UP035 - Python 3.8 syntax


class StampedTime(NamedTuple):
    """A time that a stamp states."""

    subject: str
    seal: Optional[int]  # noqa: UP045
    """The number of the seal that is stamped; None: the package itself is."""
    authority: str
    """The name by which the package calls the authority."""
    time: str
    """RFC 3339 UTC."""
    root: Optional[str]  # noqa: UP045
    """SHA-256 of the root to which the signature leads; None: the signature could not be checked here."""
    known: Optional[str]  # noqa: UP045
    """The name of that root if it is one that this program knows."""
    is_ahead: bool
    """Whether the time is later than the clock of this computer."""


def told_times(stamped: Iterable[StampedTime]) -> List[StampedTime]:  # noqa: UP006
    """What is told of the stamps: for each authority its stamp on the latest seal, and that on the package.

    Those of known authorities come first, those whose signature could not be checked last.
    """
    latest: Dict[Tuple[bool, str, Optional[str]], StampedTime] = {}  # noqa: UP006, UP045
    for one in stamped:
        place = (one.seal is None, one.authority, one.root)
        before = latest.get(place)
        if before is None or (one.seal or 0) > (before.seal or 0):
            latest[place] = one
    return sorted(latest.values(), key=_rank)


def time_sentence(stamped: StampedTime) -> str:
    """A stamped time as a sentence that names who says it."""
    if stamped.is_ahead:
        sentence = _(
            "{subject}: the time stamp of “{authority}” states {time}. That is later than the clock of this computer: "
            "one of the two is wrong. {who}"
        )
    elif stamped.known is not None and stamped.seal is not None:
        sentence = _("The records up to seal {seal} existed at {time}: so says the time stamp of “{authority}”. {who}")
    elif stamped.known is not None:
        sentence = _(
            "The whole package existed at {time}: so says the time stamp of “{authority}” over its list. {who}"
        )
    elif stamped.seal is not None:
        sentence = _("The time stamp of “{authority}” on seal {seal} states {time}. {who}")
    else:
        sentence = _("The time stamp of “{authority}” on the whole package states {time}. {who}")
    return sentence.format(
        subject=stamped.subject,
        seal=stamped.seal,
        time=f"{stamped.time} (UTC)",
        authority=stamped.authority,
        who=_who_says_it(stamped),
    )


def _who_says_it(stamped: StampedTime) -> str:
    if stamped.root is None:
        return _("Its signature was not checked, only that it is over these bytes: this check does not prove the time.")
    if stamped.known is not None:
        sentence = _("It leads to the root certificate {root}, which this program knows.")
        return sentence.format(root=stamped.known)
    sentence = _(
        "Its root certificate (SHA-256 {root}) is none that this program knows. Anybody can make one of any name: "
        "compare it with what the authority publishes."
    )
    return sentence.format(root=stamped.root)


def _rank(stamped: StampedTime) -> Tuple[bool, bool, bool, str, str]:  # noqa: UP006
    is_own = stamped.seal is None
    return (stamped.root is None, stamped.known is None, is_own, stamped.authority, stamped.root or "")
