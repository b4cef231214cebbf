"""The simulated Chatwork of a user's terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=100_000) as chatwork:
        yield chatwork
