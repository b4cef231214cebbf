"""Where the API token is looked for, in words; the settings say it as `keyring`, `env:NAME` or `file:PATH`."""

from __future__ import annotations

from gettext import gettext as _


def place_words(source: str) -> str:
    """The place in words for sentences; a word that is no such place stays as it is."""
    kind, _colon, place = source.partition(":")
    match kind:
        case "env":
            return _("the variable {name}").format(name=place)
        case "file":
            return _("the file {path}").format(path=place)
        case "keyring":
            return _("the password store of this desktop")
        case _:
            return source
