"""Looks at where notices go: are the addresses of `[notify] urls` to be had, understood, and kept from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from archiver.health.finding import CheckResult, action, attention, good
from archiver.notices import apprise_sender
from archiver.notices.sentences import needs_part
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.model import Settings
from archiver.settings.notify_urls import addresses, are_in_file, bare
from archiver.settings.token import is_private

Test = Callable[[], "Trial"]
"""Sends a test notice now."""


class Trial(NamedTuple):
    """What became of a test notice."""

    desktop: bool | None
    """Whether it was shown; None: the settings do not want it."""
    sent: int
    complaints: Sequence[str]
    """What is wrong with the other addresses."""


class NoticesSeen(NamedTuple):
    """Where notices go, and what keeps them from it."""

    desktop: bool
    number: int
    """Of addresses."""
    installed: bool = True
    faults: Sequence[str] = ()
    """Sentences; an address is called by its position."""
    exposed: bool = False
    """Whether others may read the settings, and addresses stand in them."""
    variables: bool = False
    """Whether an address lies in a variable, which a scheduled run may lack."""
    tested: Trial | None = None


def see(settings: Settings, environ: Mapping[str, str], *, test: Test | None = None) -> NoticesSeen:
    """Read the addresses and have the library look at them; nothing is sent unless there is a test."""
    urls = settings.notify.urls
    seen = NoticesSeen(settings.notify.desktop, len(urls), apprise_sender.is_installed())
    if urls and seen.installed:
        seen = seen._replace(faults=_faults(settings, environ))
    seen = seen._replace(
        exposed=are_in_file(urls) and _is_exposed(settings), variables=any(one.startswith("env:") for one in urls)
    )
    return seen._replace(tested=test()) if test else seen


def not_understood(positions: Sequence[int]) -> list[str]:
    """A sentence for each address that the library does not understand, by its position from 1."""
    sentence = _("The notice address number {number} of [notify] urls is not understood. See docs/how-to/notices.md")
    return [sentence.format(number=number) for number in positions]


def notices_look(seen: NoticesSeen) -> CheckResult:
    """Whether every place that the settings name can be told."""
    if seen.number and not seen.installed:
        return action("notices", needs_part())
    if seen.faults:
        return action("notices", "  ".join(seen.faults))
    if seen.tested is not None:
        return _tested_look(seen.tested, seen.number)
    if seen.exposed:
        sentence = _("Others can read the notice addresses in {file}, and the passwords in them: chmod 600 {file}")
        return attention("notices", sentence.format(file=SETTINGS_FILE))
    if seen.variables:
        sentence = _("A notice address comes from a variable. A scheduled run has it only if it is set there too.")
        return attention("notices", sentence)
    return good("notices", _places(seen))


def _places(seen: NoticesSeen) -> str:
    if not seen.number:
        return _("On this desktop.") if seen.desktop else _("Nowhere but in what a run prints ([notify]).")
    sentence = ngettext("At {n} address of [notify] urls.", "At {n} addresses of [notify] urls.", seen.number)
    return (_("On this desktop.") + " " if seen.desktop else "") + sentence.format(n=seen.number)


def _tested_look(told: Trial, number: int) -> CheckResult:
    words = []
    if told.desktop is not None:
        words.append(
            _("Test notice: shown on this desktop.") if told.desktop else _("Test notice: no desktop took it.")
        )
    if number:
        words.append(_("Sent to {n} of {all} addresses.").format(n=told.sent, all=number))
    text = " ".join([*words, *told.complaints]) or _("Nowhere but in what a run prints ([notify]).")
    return action("notices", text) if told.sent < number else good("notices", text)


def _faults(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    places = addresses(settings, environ)
    usable = [one for one in places if one.fault is None]
    bad = apprise_sender.not_understood([one.url for one in usable], bare(settings, environ))
    return [one.fault for one in places if one.fault is not None] + not_understood([usable[n].position for n in bad])


def _is_exposed(settings: Settings) -> bool:
    path = settings.home / SETTINGS_FILE
    try:
        return not is_private(path, path.stat())
    except OSError:  # there is none: then no address stands in it
        return False
