"""The text of a new `archive.toml`: every key with its default and a comment in both languages.

`config/archive.example.toml` is the same text; a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from archiver.settings.model import Section, SettingsFile, duration_text

_HEAD = """\
# chatwork-archiver の設定 / Settings of chatwork-archiver.
#
# 保管庫のフォルダーに archive.toml という名前で置きます。archive init が書く内容と同じです。
# 書かれていない項目には、ここに示した値が使われます。仕事はここではなく archive job add で登録します。
# Lies in the archive's folder as archive.toml; archive init writes the same file. A key left out has
# the value shown here. Jobs are not settings: enter them with archive job add.

"""


def new_file() -> str:
    """The text of a new settings file."""
    return _HEAD + "\n".join(_lines(SettingsFile())) + "\n"


def settings(section: Section, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Each key of a section and those below it, with its value in a new file and its comment."""
    for one in msgspec.structs.fields(section):
        if isinstance(one.default, Section):
            yield from settings(one.default, f"{one.name}.")
        else:
            default = "ja" if one.name == "language" else one.default
            yield before + one.name, _toml(default), one.type.__metadata__[-1]


def _lines(whole: Section) -> Iterator[str]:
    name = ""
    for key, value, comment in settings(whole):
        section, _dot, leaf = key.rpartition(".")
        if section != name:
            name = section
            yield from ("", f"[{section}]")
        yield from (f"# {line}" for line in comment.splitlines())
        yield f"{leaf} = {value}"


def _toml(default: object) -> str:
    if isinstance(default, timedelta):
        default = duration_text(default)
    return json.dumps("" if default is None else default)
