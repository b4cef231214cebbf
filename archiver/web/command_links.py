"""Sentences that the command line shares name commands; on a page each gets the way to do the same by clicking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from itertools import zip_longest
from typing import Any

from flask import current_app, request, url_for
from markupsafe import Markup, escape

from archiver.wording import N_

_PAGES: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "init": ("start.index", N_("Go on with setting up"), {}),
    "save": ("home.index", N_("Save now"), {}),
    "status": ("home.index", N_("Home"), {}),
    "app": ("home.index", N_("Home"), {}),
    "search": ("chats.index", N_("Search"), {}),
    "search --chat": ("chats.index", N_("Search"), {}),
    "export": ("packages.index", N_("Make an export"), {}),
    "verify": ("settings.index", N_("Settings"), {"_anchor": "records"}),
    "verify --quotes": ("quotations.index", N_("Check quotations"), {}),
    "seal": ("settings.index", N_("Settings"), {"_anchor": "records"}),
    "save --all": ("emergency.index", N_("Help now"), {}),
    "save FILE": ("emergency.index", N_("Bring in older messages"), {"change": "older"}),
    "job": ("contracts.index", N_("Jobs"), {}),
    "erase": ("contracts.index", N_("Jobs"), {}),
    "backup": ("copies.index", N_("Backups"), {}),
    "init token": ("settings.index", N_("Settings"), {}),
    "init schedule": ("settings.index", N_("Automatic saving"), {"change": "automatic"}),
    "daemon": ("settings.index", N_("Automatic saving"), {"change": "automatic"}),
    "status --full": ("settings.index", N_("Settings"), {}),
    "init alerts": ("notice_settings.index", N_("Alerts"), {}),
    "status --alerts": ("notice_settings.index", N_("Alerts"), {"_anchor": "told"}),
    "guide": ("help.index", N_("Help"), {}),
    "mcp": ("assistants.index", N_("Assistant"), {}),
}
"""Command → the page that does the same, what the link says, and where on that page the form stands."""

_HOME = r"archive (?:--home (?:\"[^\"]*\"|'[^']*'|\S+) )?"
_ARGUMENT = r"(?: (?:[A-Z]{0,3}[ァ-ヶー一-龠]{1,8}(?= [-a-z]|$|\))|[!-'*-~]+))*"
_COMMAND = re.compile(rf"\b{_HOME}({'|'.join(sorted(_PAGES, key=len, reverse=True))})\b{_ARGUMENT}")
"""A command with its words in ASCII; a word in Japanese is a placeholder before an option, another word or nothing."""


def pieces(sentence: str) -> Markup:
    """A sentence as HTML: each command in it that a page can do becomes a link to that page."""
    parts = [part for part in re.split(r" {2,}", sentence) if part]
    html = (_said_once(*pair) or linked(pair[0]) for pair in _with_words(parts))
    return Markup(" ").join(Markup('<span class="piece">{}</span>').format(one) for one in html)


def _with_words(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Each part with the next one where that says in words what the part's command does; else with nothing."""
    is_taken = False
    for part, following in zip_longest(parts, parts[1:], fillvalue=""):
        if is_taken:
            is_taken = False
            continue
        is_taken = bool(following) and bool(_said_once(part, following))
        yield part, following if is_taken else ""


def _said_once(command: str, words: str) -> Markup:
    """The words as the link, where they begin with those of the command's own link; else nothing."""
    found = _COMMAND.fullmatch(command)
    link = _link(found) if found and words else None
    if link is None or link[0] == request.path or not words.casefold().startswith(link[1].casefold()):
        return Markup("")
    return Markup('<a class="do" href="{}">{}</a>').format(link[0], words)


def linked(part: str) -> Markup:
    """The same of a text whose spaces stay as they are."""
    html, end = Markup(""), 0
    for found in _COMMAND.finditer(part):
        html += escape(part[end : found.start()]) + _html(found)
        end = found.end()
    return html + escape(part[end:])


def _html(found: re.Match[str]) -> Markup:
    """The link of a command; on the page where it would lead, the name of the button, or that it is this page."""
    link = _link(found)
    if link is None:
        return escape(found[0])
    if link[0] != request.path:
        return Markup('<a class="do" href="{}">{}</a>').format(*link)
    return escape(_("“{button}”").format(button=link[1]) if found[1] == "save" else _("this page"))


def page_links(text: str) -> list[tuple[str, str]]:
    """Address and words of each page that does what a command of this text does, each once."""
    links = (_link(found) for found in _COMMAND.finditer(text))
    return list(dict.fromkeys(link for link in links if link is not None))


def _link(found: re.Match[str]) -> tuple[str, str] | None:
    command, room = "save FILE" if found[0].endswith(" save ファイル") else found[1], re.search(r" ([0-9]+)", found[0])
    if command == "search --chat" and room is not None:
        return url_for("conversation.room", room=int(room[1][:18]), _anchor="newest"), _("Conversation")
    endpoint, words, place = _PAGES[command]
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **place), _(words)
