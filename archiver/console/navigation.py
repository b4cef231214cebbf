"""The navigation of the application: what one does first, then what one looks at."""

from __future__ import annotations

from gettext import gettext as _

from flask import request

from archiver.console.archive_state import ArchiveState, archive_state
from archiver.console.context import console_context
from archiver.settings.other_archives import count_other_homes, state_folder

_PARTS = {
    "adding": "contracts",
    "start": "home",
    "job": "home",
    "alerts": "home",
    "billing": "contracts",
    "course": "contracts",
    "contract_chats": "contracts",
    "erasing": "contracts",
    "notice_settings": "settings",
    "upgrading": "settings",
}
"""Blueprints that stand under another one's word."""


def navigation() -> list[tuple[str, str]]:
    """Word and endpoint of each page of the main navigation: what there is to do as the archive stands."""
    match archive_state():
        case ArchiveState.NONE:
            return []
        case ArchiveState.FIRST_RUN:
            return [(_("Begin"), "start.index"), (_("Help"), "help.index")]
        case ArchiveState.LOST:
            return [
                (_("Archive"), "lost.index"),
                (_("Emergency"), "emergency.index"),
                (_("Copies"), "copies.index"),
                (_("Help"), "help.index"),
            ]
        case ArchiveState.UNREADABLE:
            return [
                (_("Overview"), "home.index"),
                (_("Emergency"), "emergency.index"),
                (_("Copies"), "copies.index"),
                (_("Settings"), "settings.index"),
                (_("Help"), "help.index"),
            ]
    return [
        (_("Overview"), "home.index"),
        (_("Packages"), "packages.index"),
        (_("Emergency"), "emergency.index"),
        (_("Contracts"), "contracts.index"),
        (_("Search"), "search.index"),
        (_("Events"), "events.index"),
        (_("Files"), "files.index"),
        (_("Tasks"), "tasks.index"),
        (_("Copies"), "copies.index"),
        (_("Settings"), "settings.index"),
        (_("Help"), "help.index"),
    ]


def has_others() -> bool:
    """Whether other archives of this user are known on this computer; their page is beside the name of this one."""
    return console_context().archive.exists() and bool(count_other_homes(console_context().home, state=state_folder()))


def is_here(endpoint: str) -> bool:
    """Whether the page that is shown belongs to a word of the navigation."""
    blueprint = request.blueprint or ""
    if blueprint == "start" and archive_state() is ArchiveState.FIRST_RUN:
        return endpoint == "start.index"
    return _PARTS.get(blueprint, blueprint) == endpoint.partition(".")[0]
