"""A simulated Chatwork with a clock that stands still, and a client for it."""

from collections.abc import Callable, Iterator

import pytest
import requests

from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock

Get = Callable[..., requests.Response]


class FullRoom:
    """A room with one of everything."""

    def __init__(self, chatwork: Chatwork) -> None:
        self.tanaka = chatwork.add_account("田中", organization="青空商事", department="制作")
        self.room = chatwork.add_room("動画編集", members=[self.tanaka], description="納品は毎週金曜")
        self.message = chatwork.post(self.room, self.tanaka, "よろしくお願いします。")
        self.file = chatwork.upload(self.room, self.tanaka, "仕様書.pdf", data=b"%PDF-1.7")
        self.task = chatwork.add_task(self.room, self.tanaka, chatwork.owner, "初稿を出す")
        self.direct = chatwork.add_room("", members=[self.tanaka], type="direct")
        chatwork.request_contact(chatwork.add_account("suzuki"), "はじめまして")


def message_texts(reply: requests.Response) -> list[str]:
    """The texts of a list of messages."""
    return [message["body"] for message in reply.json()]


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
