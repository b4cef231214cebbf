"""Whose pages a request may see behind a sign-in proxy, and what no request of anybody else gets."""

from __future__ import annotations

from typing import Any

import pytest

from archiver.team.pages import ProxyGate
from tests.support.cases import cases_of

SECRET = "s" * 40
GATE = ProxyGate("archives.example.jp", SECRET, frozenset({"127.0.0.1"}), {"sato@example.jp": 7, "suzuki": 8})
GOOD = {
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "archives.example.jp",
    "HTTP_X_ARCHIVE_PROXY": SECRET,
    "HTTP_X_ARCHIVE_USER": "sato@example.jp",
}


def test_who_signed_in_sees_their_own_archive() -> None:
    """Each name has one account."""
    assert [7, 8] == [GATE.account_of(GOOD | {"HTTP_X_ARCHIVE_USER": name}) for name in ("sato@example.jp", "suzuki")]


@pytest.mark.parametrize(
    "change",
    cases_of(__file__, "refused"),
)
def test_anybody_else_sees_nothing(change: dict[str, Any]) -> None:
    """Another peer, host, secret; no name, an unknown one, two at once, or one that is written otherwise.

    All four have to be there.
    """
    assert GATE.account_of({name: value for name, value in (GOOD | change).items() if value is not None}) is None


def test_the_secret_is_not_shown_with_the_gate() -> None:
    """A log of the object does not tell it."""
    assert SECRET not in repr(GATE)
