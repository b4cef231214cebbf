"""A simulated Chatwork with a clock that stands still, and a client for it."""

from collections.abc import Iterator

import pytest
import requests

from tests.support.chatwork.full_room import FullRoom, Get
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock


@pytest.fixture
def clock() -> Clock:
    """The clock of the `chatwork` fixture."""
    return Clock()


@pytest.fixture
def chatwork(clock: Clock) -> Iterator[Chatwork]:
    """A running Chatwork."""
    with Chatwork(now=clock, limit=1000) as running:
        yield running


@pytest.fixture
def get(chatwork: Chatwork) -> Iterator[Get]:
    """Asks for a path below the base URL, with the token that is valid when it asks."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(path: str, **options: object) -> requests.Response:
            session.headers["x-chatworktoken"] = chatwork.token
            return session.get(f"{chatwork.base_url}{path}", timeout=10, **options)  # type: ignore[arg-type]

        yield ask


@pytest.fixture
def full(chatwork: Chatwork) -> FullRoom:
    """One of everything in the `chatwork` fixture."""
    return FullRoom(chatwork)
