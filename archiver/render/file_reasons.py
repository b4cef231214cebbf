"""Why the bytes of a file could not be downloaded, in words for a screen; packages have Japanese words of their own."""

from __future__ import annotations

from gettext import gettext as _


def reason(code: str) -> str:
    """The sentence for a reason code of a download (`too_large`); an unknown code is returned unchanged."""
    words = {
        "too_large": _("larger than the limit in the settings"),
        "no_space": _("not enough space on this computer"),
        "not_shown": _("Chatwork answered “not found”"),
        "not_found": _("the file's server answered “not found” (404)"),
        "refused": _("the file's server answered “not allowed” (403)"),
        "not_understood": _("the answer could not be understood"),
        "unreachable": _("no connection"),
        "cut": _("the transfer was cut off"),
        "slow": _("the transfer was too slow"),
        "wrong_size": _("the size differs from the one listed"),
        "redirects": _("too many redirections"),
        "address": _("it leads to an unsafe address"),
        "status": _("the file's server answered with an error"),
    }
    return words.get(code, code)


def unsaved_reason(code: str | None, *, given_up: bool) -> str:
    """Why the bytes of a file are not saved, and whether the download will be tried again."""
    if code is None:
        return _("not saved yet")
    sentence = _("given up: {reason}") if given_up else _("{reason}; it is tried again")
    return sentence.format(reason=reason(code))
