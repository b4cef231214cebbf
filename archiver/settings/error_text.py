"""Sentences about errors in a settings file, which name the key or the line.

tomllib and msgspec give English texts only, which are parsed here. Values are not repeated, as somebody may have put
a token there.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from gettext import gettext as _

from archiver.errors import N_
from archiver.settings.model import SettingsFile
from archiver.settings.template import settings

#: msgspec's names of types, and their names in sentences.
_KINDS = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("a text in quotation marks"),
    "bool": N_("true or false"),
    "array": N_("a list in [ ]"),
    "object": N_("a section or table"),
}


#: What a value of a type of ours looks like, by the type's name.
_EXAMPLES = {"Duration": '"5m" ("90s" "5m" "6h" "30d")', "Path": '"D:/Chatwork"'}


def example_sentence(key: str, example: str) -> str:
    """A sentence that shows how a value is written."""
    return _("{key} must be written like this: {example}").format(key=key, example=example)


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
    if reason in _EXAMPLES:
        key, index, _rest = key.partition("[")
        return example_sentence(key, f"[{_EXAMPLES[reason]}]" if index else _EXAMPLES[reason])
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
    keys = [known for known, _value, _comment in settings(SettingsFile())]
    near = get_close_matches(key, [*keys, *{known.partition(".")[0] for known in keys}], n=1)
    if near:
        return _("there is no setting “{key}”. Did you mean “{near}”?").format(key=key, near=near[0])
    return _("there is no setting “{key}”.").format(key=key)
