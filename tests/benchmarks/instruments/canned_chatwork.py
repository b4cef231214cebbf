"""A Chatwork without HTTP: an adapter for a `requests.Session` that answers with the body it was given."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock

BASE_URL = "https://chatwork.example.com/v2"


class Canned(BaseAdapter):
    """Answers every request with `body`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin with an empty list; `now` is Chatwork's time, aware."""
        super().__init__()
        self._now = now
        self.body = b"[]"

    def send(self, request: requests.PreparedRequest, *_args: object, **_named: object) -> requests.Response:
        """A reply with the headers that Chatwork's have."""
        now = self._now()
        reset = int((now + timedelta(minutes=5)).timestamp())
        headers = {"content-type": "application/json; charset=utf-8", "date": format_datetime(now, usegmt=True)}
        headers |= {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "299", "x-ratelimit-reset": f"{reset}"}
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(io.BytesIO(self.body), headers=headers, status=200, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing needs to be closed."""


def session(adapter: Canned) -> requests.Session:
    """A session that asks nobody but this adapter."""
    http_session = requests.Session()
    http_session.trust_env = False
    http_session.mount("https://", adapter)
    return http_session


def client(adapter: Canned, now: Callable[[], datetime]) -> Client:
    """The program's own client over such a session."""
    transport = Transport(
        session(adapter), token=lambda: "x" * 32, clock=CorrectedClock(now), sleep=lambda _: None, base_url=BASE_URL
    )
    return Client(transport)
