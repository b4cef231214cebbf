"""Prints time stamps: the outcome for each seal and authority, and the line of `status`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import columns, visible
from archiver.cli.terminal.times import jst_time
from archiver.errors import N_
from archiver.evidence.stamps.authority_kinds import class_of, class_words
from archiver.render.times import local_time
from archiver.settings.tsa_offers import is_offered
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.custody.stamp_requests import StampOutcome
    from archiver.errors import BadRoots
    from archiver.settings.model import Settings
    from archiver.store.queries.status import Status

WIDTH = 80

_SHORT_REASONS = {
    "unreachable": N_("the authority does not answer"),
    "access": N_("its password cannot be read"),
    "exposed": N_("others can read its password"),
    "denied": N_("it does not accept the password"),
    "roots": N_("the pinned root cannot be read"),
    "unsupported": N_("not possible on this computer"),
    "seal": N_("a seal was changed: archive verify"),
}
"""Short forms of the reasons for the line of `status`."""


def stamp_lines(outcomes: Sequence[StampOutcome]) -> Iterator[str]:
    """One line for each seal and authority."""
    for outcome in outcomes:
        if outcome.time is not None:
            sentence = _("Seal {number}, {authority}: time stamp {time}")
            yield sentence.format(number=outcome.seal, authority=outcome.authority, time=local_time(outcome.time))
        else:
            sentence = _("Seal {number}, {authority}: waits; {reason}. The next saves ask again.")
            yield sentence.format(
                number=outcome.seal, authority=outcome.authority, reason=_reason_words(outcome.reason)
            )


def tell_root_errors(errors: Sequence[BadRoots]) -> None:
    """Print on stderr which pinned roots cannot be read, so that stamps wait; this fails no command."""
    for error in errors:
        echo(visible(f"{error} {error.advice()}".rstrip()), err=True)


def seals_line(status: Status) -> str:
    """The line of `status` about seals and stamps, folded to the width of the screen."""
    label = _("Daily seals")
    counted, *parts = seal_words(status)
    return _fold(f"{label}   {counted}", parts, " " * (columns(label) + 3))


def seal_words(status: Status) -> list[str]:
    """The parts of the line: sealed, stamped and waiting days, the newest seal, and what is not sealed yet."""
    days, waiting, reason = status.stamps
    newest = _("last")
    parts = [ngettext("{n} day", "{n} days", days).format(n=days)]
    stamped = days - waiting
    if status.authorities or stamped:
        parts.append(ngettext("time-stamped {n} day", "time-stamped {n} days", stamped).format(n=stamped))
    if status.authorities and waiting:
        sentence = ngettext("waiting {n} day", "waiting {n} days", waiting).format(n=waiting)
        why = _("{waiting} ({reason})").format(waiting=sentence, reason=_short_reason(reason)) if reason else sentence
        parts.append(why)
    parts.append(f"{newest} {jst_time(status.last_seal) if status.last_seal else '-'}")
    if status.unsealed:
        parts.append(_("not yet sealed {n}").format(n=status.unsealed))
    return parts


def class_line(settings: Settings) -> str:
    """The line about the class of each authority, folded; that there is none, if there is none."""
    label = _("Time stamps")
    if not settings.timestamp.authorities:
        return f"{label}   " + _("off (nobody outside vouches for the time of the seals)")
    return _fold(f"{label} ", authority_words(settings), " " * (columns(label) + 3))


def authority_words(settings: Settings) -> list[str]:
    """Each authority of the settings with its class."""
    return [
        f"{one.name} ({class_words(class_of(one.accredited_as, is_offered=is_offered(one)))})"
        for one in settings.timestamp.authorities
    ]


def _fold(head: str, parts: Sequence[str], indent: str) -> str:
    """Append the parts to the head, with a new line where one would be too wide."""
    lines = [head]
    for part in parts:
        if columns(lines[-1]) + 2 + columns(part) > WIDTH:
            lines.append(indent + part)
        else:
            lines[-1] += "  " + part
    return "\n".join(lines)


def _short_reason(reason: str) -> str:
    return _(_SHORT_REASONS.get(reason, N_("the authority's reply was not good")))


def _reason_words(reason: str | None) -> str:
    from archiver.evidence.stamps.timestamp import REASONS

    if reason is None:
        return _("its turn has not come yet")
    known: dict[str, str] = {**REASONS}
    return _(known[reason]) if reason in known else _short_reason(reason)
