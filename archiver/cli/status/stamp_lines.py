"""How stamps look on the screen: what came or why it waits, seal by seal, and the line of `status`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.terminal.text import columns, visible
from archiver.errors import N_
from archiver.records import JST

if TYPE_CHECKING:
    from archiver.custody.stamping import StampOutcome
    from archiver.errors import BadRoots
    from archiver.store.queries.status import Status

WIDTH = 80

_BRIEFLY = {
    "unreachable": N_("the authority does not answer"),
    "roots": N_("the pinned root cannot be read"),
    "unsupported": N_("not possible on this computer"),
    "seal": N_("a seal was changed: archive verify"),
}
"""The reasons that ask for different things, as short as a line of `status` needs them."""


def tell_stamps(outcomes: Sequence[StampOutcome]) -> None:
    """One line for each seal and authority."""
    for one in outcomes:
        if one.time is not None:
            sentence = _("Seal {number}, {authority}: third-party time {time}")
            told = sentence.format(number=one.seal, authority=one.authority, time=_exactly(one.time))
        else:
            sentence = _("Seal {number}, {authority}: waits; {reason}. The next runs ask again.")
            told = sentence.format(number=one.seal, authority=one.authority, reason=_why(one.reason))
        click.echo(told)


def tell_root_faults(faults: Sequence[BadRoots]) -> None:
    """On stderr: pinned roots that cannot be read, so that stamps wait; it fails nothing that saves."""
    for fault in faults:
        click.echo(visible(f"{fault} {fault.advice()}".rstrip()), err=True)


def seals_line(told: Status) -> str:
    """The line of `status` about them, folded to the width of the screen."""
    label = _("Daily seals")
    counted, *parts = seal_words(told)
    return _folded(f"{label}   {counted}", parts, " " * (columns(label) + 3))


def seal_words(told: Status) -> list[str]:
    """Sealed days, those with a third party's time, those that wait and why, the newest, what is not sealed yet."""
    days, waiting, reason = told.stamps
    newest = _("last")
    parts = [ngettext("{n} day", "{n} days", days).format(n=days)]
    stamped = days - waiting
    if told.authorities or stamped:
        parts.append(ngettext("third-party time {n} day", "third-party time {n} days", stamped).format(n=stamped))
    if told.authorities and waiting:
        sentence = ngettext("waiting {n} day", "waiting {n} days", waiting).format(n=waiting)
        why = _("{waiting} ({reason})").format(waiting=sentence, reason=_briefly(reason)) if reason else sentence
        parts.append(why)
    parts.append(f"{newest} {told.last_seal.astimezone(JST):%m-%d %H:%M}" if told.last_seal else f"{newest} -")
    if told.unsealed:
        parts.append(_("not yet sealed {n}").format(n=told.unsealed))
    return parts


def _folded(head: str, parts: Sequence[str], indent: str) -> str:
    """The parts behind the head, on a new line where one would go over the edge."""
    lines = [head]
    for part in parts:
        if columns(lines[-1]) + 2 + columns(part) > WIDTH:
            lines.append(indent + part)
        else:
            lines[-1] += "  " + part
    return "\n".join(lines)


def _briefly(reason: str) -> str:
    return _(_BRIEFLY.get(reason, N_("the authority's reply was not good")))


def _why(reason: str | None) -> str:
    from archiver.evidence.stamps.timestamp import REASONS

    if reason is None:
        return _("its turn has not come yet")
    known: dict[str, str] = {**REASONS}
    return _(known[reason]) if reason in known else _briefly(reason)


def _exactly(at: datetime) -> str:
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
