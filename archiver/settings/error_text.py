"""What is wrong with a settings file, in a sentence that leads to the place.

tomllib and msgspec say it in English only; their texts are taken apart here. Values are not repeated:
somebody may have put a token there.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from gettext import gettext as _

import msgspec

from archiver.errors import N_
from archiver.settings import schema

#: msgspec's names of kinds, and how a person calls them.
_KINDS = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("a text in quotation marks"),
    "bool": N_("true or false"),
    "array": N_("a list in [ ]"),
    "object": N_("a section or table"),
}


def of_syntax(error: Exception, text: str) -> str:
    """A sentence for text that is not TOML: the line, and the usual slip if it is one."""
    reason = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", reason)
    if not found:
        if reason.endswith(" (at end of document)"):
            return _("the file ends too early ({reason}).").format(reason=reason.rpartition(" (at")[0])
        return _("it is not TOML ({reason}).").format(reason=type(error).__name__)
    number, column = int(found[1]), int(found[2])
    lines = text.split("\n")
    sentence = _("line {line}, position {column} cannot be read ({reason}).")
    if number <= len(lines) and re.search(r'"[^"]*\\', lines[number - 1]):
        sentence = _("line {line} cannot be read. Write a Windows folder in single quotes: 'C:\\Users\\…'")
    return sentence.format(line=number, column=column, reason=reason[: found.start()])


def of_value(error: Exception) -> str:
    """A sentence for a key that is unknown or holds something else than it may."""
    reason, _at, place = str(error).partition(" - at `$")
    key = place.removesuffix("`").removeprefix(".")
    if found := re.fullmatch(r"Object contains unknown field `(.*)`", reason, re.DOTALL):
        return _unknown(f"{key}.{found[1]}".removeprefix("."))
    if found := re.fullmatch(r"Object missing required field `(.*)`", reason):
        return _("{key} is missing.").format(key=f"{key}.{found[1]}")
    if (found := re.fullmatch(r"Expected `(\w+)`, got `(\w+)`", reason)) and found[1] in _KINDS:
        return _("{key} must be {kind}.").format(key=key, kind=_(_KINDS[found[1]]))
    if found := re.fullmatch(r"Expected `\w+` ([<>]=?) ([0-9.]+)", reason):
        limit = f"{found[1]} {float(found[2]):g}"
        return _("{key} must be a number {limit}.").format(key=key, limit=limit)
    return _("{key} holds a value that is not allowed there.").format(key=key)


def _unknown(key: str) -> str:
    near = get_close_matches(key, _keys(schema.SettingsTable), n=1)
    if near:
        return _("there is no setting “{key}”. Did you mean “{near}”?").format(key=key, near=near[0])
    return _("there is no setting “{key}”.").format(key=key)


def _keys(section: type[msgspec.Struct], before: str = "") -> list[str]:
    """Every key of the file, with dots."""
    keys = []
    for found in msgspec.structs.fields(section):
        keys.append(before + found.name)
        if isinstance(found.type, type) and issubclass(found.type, schema.Section):
            keys += _keys(found.type, f"{before}{found.name}.")
    return keys
