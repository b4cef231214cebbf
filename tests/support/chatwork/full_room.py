"""A room of the simulated Chatwork with one of everything, and how tests of its API ask for it."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests.support.chatwork.simulator import Chatwork

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
