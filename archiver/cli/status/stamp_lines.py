"""Prints time stamps: the outcome for each seal and authority, and the line of `status`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.render.times import local_time
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.custody.stamp_requests import StampOutcome
    from archiver.errors import BadRoots

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


def _short_reason(reason: str) -> str:
    return _(_SHORT_REASONS.get(reason, N_("the authority's reply was not good")))


def _reason_words(reason: str | None) -> str:
    from archiver.evidence.stamps.timestamp import REASONS

    if reason is None:
        return _("its turn has not come yet")
    known: dict[str, str] = {**REASONS}
    return _(known[reason]) if reason in known else _short_reason(reason)
