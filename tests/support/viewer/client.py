"""The viewer's application over an archive, asked by Flask's test client after its access gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.render.times import moment_words
from archiver.web.access import AccessGate
from archiver.web.app import build_app

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


class Browser:
    """Gets pages as a browser that has passed the access gate."""

    def __init__(self, client: FlaskClient, gate: AccessGate) -> None:
        self.client, self.gate = client, gate

    def get(self, path: str, *, status: int = 200) -> str:
        """The text of a page; its status must be the expected one."""
        answer = self.client.get(path, base_url=f"http://{HOST}")
        text = answer.get_data(as_text=True)
        assert status == answer.status_code, text
        return text

    def pages(self, path: str | None, on: str = r'href="([^"]+)" rel="next"') -> Iterator[str]:
        """A page, and each one to which the way with this pattern leads on."""
        while path:
            page = self.get(path)
            yield page
            found = re.search(on, page)
            path = unescape(found[1]) if found else None

    def let_in(self) -> None:
        """Pass the access gate with its key."""
        self.get(self.gate.address.partition(HOST)[2])


@contextmanager
def open_viewer(home: Path, *, record_language: str = "ja", **changes: Any) -> Iterator[Browser]:
    """The viewer of an archive, with the access gate passed; what stands around messages is Japanese or English.

    `changes`: other fields of the context.
    """
    gate = AccessGate(PORT)
    built = build_view_context(CliContext(home, 0, {"HOME": str(home)}))
    view_context = built._replace(record_language=record_language, **changes)
    browser = Browser(build_app(view_context, gate).test_client(), gate)
    browser.let_in()
    yield browser


def page_of(home: Path, path: str, **changes: Any) -> str:
    """One page of the viewer of an archive."""
    with open_viewer(home, **changes) as browser:
        return browser.get(path)


def spoken(minute: str) -> str:
    """A minute in Japan as the pages say it today."""
    return moment_words(datetime.fromisoformat(f"{minute}+09:00"), datetime.now(UTC))
