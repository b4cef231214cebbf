"""Pure: which other lists of a room Chatwork's own posts announce, so that these are read when something moved there.

Anybody can type such a post: then lists are read that did not move. Of a form that is not known yet it may be any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.sync.plan import FILES, PEOPLE

_SUBJECT = re.compile(r"\[dtext:(file_|task_)?|\[download:")
"""What a post is about: files, tasks, or members and the room (whoever leaves takes their files and tasks along)."""

_BEGIN = "[d"
"""What every subject begins with; a text without it, which nearly all are, need not be searched."""

_ANNOUNCED = {"file_": frozenset({FILES}), "task_": frozenset({PEOPLE})}


def announced_kinds(bodies: Iterable[str]) -> frozenset[str]:
    """The kinds of lists that messages with these texts announce."""
    return frozenset[str]().union(*(_kinds_of(body) for body in bodies if _BEGIN in body))


def _kinds_of(body: str) -> frozenset[str]:
    found = _SUBJECT.finditer(body)
    return frozenset[str]().union(*(_kinds_after(match) for match in found))


def _kinds_after(match: re.Match[str]) -> frozenset[str]:
    subject = "file_" if match[0] == "[download:" else match[1]
    return _ANNOUNCED.get(subject or "", frozenset({FILES, PEOPLE}))
