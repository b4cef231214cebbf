"""What the server itself refuses before a page could answer: a file that is too large or finds no space on the disk, a
request that never ends.
"""

from __future__ import annotations

import html
import tempfile
from gettext import gettext as _
from pathlib import Path
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.task import ErrorTask
from waitress.utilities import Error

from archiver.store.durable_files import storage_error


class NoSpaceForBody(Error):
    """The body of a request could not be written where it lies until a page reads it."""

    code = 507
    reason = "Insufficient Storage"

    def __init__(self, cause: OSError) -> None:
        super().__init__("")
        self.told = storage_error(cause, Path(tempfile.gettempdir()))


class BodyLeft(OverflowableBuffer):
    """Takes a body of which nothing is kept."""

    def append(self, _piece: bytes) -> None:
        """Leave a piece."""


class PageRequest(HTTPRequestParser):
    """A request whose body, where there is no space for it, is read to its end all the same: an answer comes then."""

    def received(self, data: bytes) -> int:
        """Take more of the request; return how many bytes were taken."""
        try:
            return super().received(data)
        except OSError as error:
            self.error = NoSpaceForBody(error)
            self.body_rcv = FixedStreamReceiver(getattr(self.body_rcv, "remain", 0), BodyLeft(0))
            return super().received(data)


class RefusalTask(ErrorTask):
    """Answers a request that is too large or found no space with a page of a sentence, any other as the server does."""

    def execute(self) -> None:
        """Send the answer and end the connection, since the rest of the request is not read."""
        request: Any = self.request
        error = request.error
        if isinstance(error, NoSpaceForBody):
            body = _page(_("The disk is full"), f"{error.told} {error.told.advice()}")
        elif error.code == 413:
            body = _page(_("This file is too large"), too_large_sentence())
        else:
            super().execute()
            return
        self.status = f"{error.code} {error.reason}"
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
    parser_class = PageRequest

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


def _page(title: str, sentence: str) -> bytes:
    """The page, complete in itself: it is sent without any of the program's other pages."""
    title, sentence, back = map(html.escape, (title, sentence, _("Go back to the page before.")))
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title>"
        f"<h1>{title}</h1><p>{sentence}</p><p>{back}</p>"
    ).encode()


def too_large_sentence() -> str:
    """What is told of a file that is larger than a page takes."""
    return _("A page takes files of 2 GB at most, so nothing was kept of this one. The file itself is unchanged.")
