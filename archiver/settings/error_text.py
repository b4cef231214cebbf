"""Sentences about errors in a settings file, which name the key or the line.

tomllib and msgspec give English texts only, which are parsed here. Values are not repeated, as somebody may have put
a token there.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from gettext import gettext as _

import msgspec

from archiver.errors import N_
from archiver.settings import schema

#: msgspec's names of types, and their names in sentences.
_KINDS = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("a text in quotation marks"),
    "bool": N_("true or false"),
    "array": N_("a list in [ ]"),
    "object": N_("a section or table"),
}


def syntax_sentence(error: Exception, text: str) -> str:
    """A sentence for text that is not TOML, with the line; a common slip is explained."""
    reason = str(error)
    match = re.search(r" \(at line (\d+), column (\d+)\)$", reason)
    if not match:
        if reason.endswith(" (at end of document)"):
            return _("the file ends too early ({reason}).").format(reason=reason.rpartition(" (at")[0])
        return _("it is not TOML ({reason}).").format(reason=type(error).__name__)
    number, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    sentence = _("line {line}, position {column} cannot be read ({reason}).")
    if number <= len(lines) and re.search(r'"[^"]*\\', lines[number - 1]):
        sentence = _("line {line} cannot be read. Write a Windows folder in single quotes: 'C:\\Users\\…'")
    return sentence.format(line=number, column=column, reason=reason[: match.start()])


def value_sentence(error: Exception) -> str:
    """A sentence for a key that is unknown or has a wrong value."""
    reason, _at, place = str(error).partition(" - at `$")
    key = place.removesuffix("`").removeprefix(".")
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", reason, re.DOTALL):
        return _unknown_key_sentence(f"{key}.{match[1]}".removeprefix("."))
    if match := re.fullmatch(r"Object missing required field `(.*)`", reason):
        return _("{key} is missing.").format(key=f"{key}.{match[1]}")
    if (match := re.fullmatch(r"Expected `(\w+)`, got `(\w+)`", reason)) and match[1] in _KINDS:
        return _("{key} must be {kind}.").format(key=key, kind=_(_KINDS[match[1]]))
    if match := re.fullmatch(r"Expected `\w+` ([<>]=?) ([0-9.]+)", reason):
        limit = f"{match[1]} {float(match[2]):g}"
        return _("{key} must be a number {limit}.").format(key=key, limit=limit)
    return _("{key} holds a value that is not allowed there.").format(key=key)


def _unknown_key_sentence(key: str) -> str:
    near = get_close_matches(key, _setting_keys(schema.SettingsTable), n=1)
    if near:
        return _("there is no setting “{key}”. Did you mean “{near}”?").format(key=key, near=near[0])
    return _("there is no setting “{key}”.").format(key=key)


def _setting_keys(section: type[msgspec.Struct], before: str = "") -> list[str]:
    """Every key of the file, with dots between its parts."""
    keys = []
    for field in msgspec.structs.fields(section):
        keys.append(before + field.name)
        if isinstance(field.type, type) and issubclass(field.type, schema.Section):
            keys += _setting_keys(field.type, f"{before}{field.name}.")
    return keys
