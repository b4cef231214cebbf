"""The forms in which Chatwork's own system posts in the name of a person: joining, leaving, renaming, files, tasks."""

from __future__ import annotations

import re

_FORM = re.compile(
    r"\[info\](?:\[title\]\[dtext:(?:chatroom|file|task|live)_\w+\]\[/title\]|\[dtext:chatroom_\w+\])"
    r"(?:(?!\[/?info\]).)*\[/info\]\s*",
    re.DOTALL,
)


def is_service_post(body: str) -> bool:
    """Whether a body is wholly one of these forms; anybody can type such a body."""
    return body.startswith("[info][") and _FORM.fullmatch(body) is not None
