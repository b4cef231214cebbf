"""What the server itself refuses before a page could answer: a file that is too large, a request that never ends."""

from __future__ import annotations

import html
from gettext import gettext as _
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask


class RefusalTask(ErrorTask):
    """Answers a request that is too large with a page of a sentence, and any other as the server does."""

    def execute(self) -> None:
        """Send the answer and end the connection, since the rest of the request is not read."""
        request: Any = self.request
        error = request.error
        if error.code != 413:
            super().execute()
            return
        body = too_large_page().encode()
        self.status = "413 Content Too Large"
        self.response_headers = [
            ("Connection", "close"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


PROGRESS = 65_536
"""Bytes of an unfinished request after which its connection counts as used; a whole request always does."""


class PageChannel(HTTPChannel):
    """A connection whose refusals are pages, and which is not kept open by a byte now and then.

    The server closes connections that are unused for a while. By itself it takes each byte for a use, so that somebody
    who never ends a request would keep others out.
    """

    error_task_class = RefusalTask

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._used_at, self._come_since = self.last_activity, 0

    def received(self, data: bytes) -> bool:
        """Take more of what the client sends, and remember since when it has sent nothing that counts."""
        begun = self.request
        taken = bool(super().received(data))
        self._come_since += len(data)
        if begun is None or self.request is not begun or self._come_since >= PROGRESS:
            self._used_at, self._come_since = self.last_activity, 0  # the server has set it to now
        self.last_activity = self._used_at
        return taken


def too_large_page() -> str:
    """The page, complete in itself: it is sent without any of the program's other pages."""
    words = map(html.escape, (_("This file is too large"), too_large_sentence(), _("Go back to the page before.")))
    title, sentence, back = words
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title>"
        f"<h1>{title}</h1><p>{sentence}</p><p>{back}</p>"
    )


def too_large_sentence() -> str:
    """What is told of a file that is larger than a page takes."""
    return _("A page takes files of 2 GB at most, so nothing was kept of this one. The file itself is unchanged.")
