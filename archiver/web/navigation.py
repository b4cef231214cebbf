"""The navigation of the application: what one does first, then what one looks at."""

from __future__ import annotations

from gettext import gettext as _

from flask import request

from archiver.settings.other_archives import count_other_homes, state_folder
from archiver.web.console_context import console_context
from archiver.web.trouble.archive_state import ArchiveState, archive_state

_PARTS = {
    "home.index": {
        *("home", "start", "job", "lost", "contracts", "adding", "erasing"),
    },
    "packages.index": {"packages", "made", "quotations"},
    "emergency.index": {"emergency"},
    "settings.index": {"settings", "copies", "notice_settings", "assistants", "upgrading", "help", "evidence"},
    "archives.overview": {"archives"},
}
"""Entry of the rail → the blueprints that stand under it; all others show conversations."""


def navigation() -> list[tuple[str, str, str]]:
    """Word, endpoint and sign of each entry of the rail, as the archive stands; the first run has none."""
    state = archive_state()
    if state in {ArchiveState.NONE, ArchiveState.FIRST_RUN} or request.endpoint == "start.done":
        return []
    entries = [
        (_("Home"), "home.index", "home"),
        (_("Conversations"), "chats.index", "chat"),
        (_("Exports"), "packages.index", "doc"),
        (_("Help now"), "emergency.index", "help"),
        (_("Settings"), "settings.index", "gear"),
    ]
    if state is ArchiveState.READY:
        return entries
    home, help_now, settings = entries[0], entries[3], entries[4]
    if state is ArchiveState.UNREADABLE:
        return [home, help_now, settings]
    return [(_("Home"), "lost.index", "home"), help_now, (_("Restore"), "copies.index", "drive")]


def has_others() -> bool:
    """Whether other archives of this user are known on this computer; their page is the brand's then."""
    return console_context().archive.exists() and bool(count_other_homes(console_context().home, state=state_folder()))


def is_here(endpoint: str) -> bool:
    """Whether the page that is shown belongs to an entry of the rail."""
    blueprint = request.blueprint or ""
    if endpoint in {"lost.index", "copies.index"}:
        return blueprint == endpoint.partition(".")[0]
    under = next((entry for entry, parts in _PARTS.items() if blueprint in parts), "chats.index")
    return under == endpoint
