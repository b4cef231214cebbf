"""Sentences that the command line shares name commands; on a page each gets the way to do the same by clicking."""

from __future__ import annotations

import re
from gettext import gettext as _

from flask import current_app, url_for
from markupsafe import Markup

_COMMAND = re.compile(r"\barchive (?:--home (?:\"[^\"]*\"|'[^']*'|\S+) )?([a-z]+)")

_PAGES = {
    "init": "start.index",
    "sync": "home.index",
    "status": "home.index",
    "export": "packages.index",
    "exports": "packages.index",
    "verify": "packages.index",
    "rescue": "emergency.index",
    "recover": "emergency.index",
    "contract": "contracts.index",
    "delivery": "contracts.index",
    "attach": "contracts.index",
    "backup": "copies.index",
    "restore": "copies.index",
    "token": "settings.index",
    "schedule": "settings.index",
    "check": "settings.index",
}


def pieces(sentence: str) -> Markup:
    """A sentence as HTML: its parts, then a link for each page on which its commands can be done."""
    parts = (part for part in re.split(r" {2,}", sentence) if part)
    html = Markup(" ").join(Markup('<span class="piece">{}</span>').format(part) for part in parts)
    links = dict.fromkeys(link for name in _COMMAND.findall(sentence) if (link := _link(name)) is not None)
    return html + Markup("").join(Markup(' <a class="do" href="{}">{}</a>').format(*link) for link in links)


def _link(command: str) -> tuple[str, str] | None:
    endpoint = _PAGES.get(command)
    if endpoint is None or endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint), _words()[endpoint]


def _words() -> dict[str, str]:
    return {
        "start.index": _("Go on with setting up"),
        "home.index": _("Save now"),
        "packages.index": _("Make a package"),
        "emergency.index": _("Emergency"),
        "contracts.index": _("Contracts"),
        "copies.index": _("Copies"),
        "settings.index": _("Settings"),
    }
