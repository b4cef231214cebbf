"""A simulated Chatwork inside this process, without sockets, threads or waiting.

For tests of many thousand requests under a simulated clock; all other tests use real HTTP.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from archiver.demo.loopback import HttpRequest
from tests.support.chatwork.faulty_server import FaultyAnswer
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock

API_PORT, FILES_PORT = 1, 2
"""Ports that nobody listens on: a request that came past the adapter would be refused."""

Timeout = float | tuple[float | None, float | None] | None


def without_sockets(chatwork: Chatwork) -> Chatwork:
    """The Chatwork with the addresses by which `connect_session` reaches it, though it is never started."""
    chatwork.ports = [API_PORT, FILES_PORT]
    chatwork.files_url = f"http://127.0.0.1:{FILES_PORT}"
    return chatwork


def connect_session(session: requests.Session, chatwork: Chatwork, clock: Clock) -> None:
    """Let a session reach this Chatwork and nobody else."""
    session.adapters.clear()
    session.mount("http://", InProcessAdapter(chatwork, clock))


class InProcessAdapter(BaseAdapter):
    """Answers as the two servers of `chatwork` do; what they would wait for passes on `clock` at once."""

    def __init__(self, chatwork: Chatwork, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._answer = {API_PORT: chatwork.answer_api, FILES_PORT: chatwork.answer_files}
        self._now = chatwork.now

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One exchange, with the same errors as over a wire."""
        parts = urlsplit(request.url or "")
        if parts.port not in self._answer:
            raise requests.ConnectionError(f"nobody is at {parts.netloc}")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._answer[parts.port](HttpRequest(request.method or "", path, headers, self._now()))
        self._wait(answer, timeout)
        if answer.dropped:
            raise requests.ConnectionError("the connection was closed without an answer")
        return self._response(request, answer)

    def close(self) -> None:
        """Nothing is held open."""

    def _wait(self, answer: FaultyAnswer, timeout: Timeout) -> None:
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if answer.wait and patience is not None and answer.wait > patience:
            self._clock.sleep(patience)
            raise requests.ReadTimeout("no answer in time")
        seconds = answer.wait + (answer.body.size / answer.rate if answer.rate else 0)
        if seconds:
            self._clock.sleep(seconds)

    def _response(self, request: requests.PreparedRequest, answer: FaultyAnswer) -> requests.Response:
        headers = {"date": format_datetime(self._now().astimezone(UTC), usegmt=True), **answer.headers}
        if answer.status != HTTPStatus.NO_CONTENT:
            headers["content-length"] = str(answer.body.size)
        body = answer.body if answer.sent is None else answer.body.cut(0, answer.sent)
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(
            io.BytesIO(b"".join(body.chunks())),
            headers=headers,
            status=answer.status,
            preload_content=False,
            decode_content=False,
            enforce_content_length=True,  # a body that was cut is an error, as over a wire
            request_method=request.method,
        )
        return response
