"""Failures that a test can order by name, of the API or of a download.

Each failure is a pure change of the answer that would have been given.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from threading import Lock

from archiver.demo.loopback import HttpAnswer, HttpRequest, error_answer, held_content
from tests.support.chatwork.faulty_server import FaultyAnswer, faulty

_PAGE = b"<!DOCTYPE html><html><head><title>Chatwork</title></head><body>Please wait.</body></html>"


class Fault(StrEnum):
    """A kind of failure; the details in brackets are arguments of `Chatwork.fail`."""

    SERVER_ERROR = "500 with an error in JSON"
    MAINTENANCE = "503 with an HTML page"
    HTML = "200 with an HTML page"
    CUT_BODY = "a connection that closes after [size] bytes of the body, half of it if not said"
    CUT_JSON = "200 with the first half of the body, and a length that agrees with it"
    EMPTY = "200 with an empty body"
    WRONG_SHAPE = "{} for a list and [] for anything else, or [body]"
    RATE_LIMIT = "429, the budget returns in [seconds]"
    HANG = "nothing for [seconds], then the true answer"
    DROP = "a connection that closes without an answer"
    REDIRECT = "302 [to] another host: the second port by another name if not said"
    REDIRECT_LOOP = "302 to the same address"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    SLOW = "the true answer at [rate] bytes a second"
    WRONG_SIZE = "the first [size] bytes as if they were all, one byte too few if not said"
    WRONG_DATE = "the true answer with a Date that is [seconds] late"
    NO_DATE = "the true answer without a Date"
    REPLY = "[status] with [body], whatever it is"


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """An order for failures of one kind (`Fault`, or of another server); times are in seconds, sizes in bytes."""

    kind: StrEnum
    pattern: re.Pattern[str]
    seconds: float = 60
    size: int | None = None
    rate: int = 1000
    to: str = ""
    status: int = 200
    body: bytes | None = None


class Faults:
    """The open orders for failures, the oldest first; usable from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._orders: list[tuple[FaultOrder, list[int]]] = []

    def add(self, order: FaultOrder, *, times: int | None, after: int) -> None:
        """Add an order: `after` matching requests pass, then `times` fail (None: every one)."""
        with self._lock:
            self._orders.append((order, [after, -1 if times is None else times]))

    def clear(self) -> None:
        """Drop every order."""
        with self._lock:
            self._orders.clear()

    def take(self, path: str) -> FaultOrder | None:
        """The order that applies to a request, which is then used up by one; None if there is none."""
        with self._lock:
            for order, left in self._orders:
                if not order.pattern.search(path):
                    continue
                if left[0] > 0:
                    left[0] -= 1
                elif left[1] != 0:
                    left[1] -= 1
                    return order
        return None


def apply_fault(answer: FaultyAnswer, order: FaultOrder, *, request: HttpRequest, now: datetime) -> FaultyAnswer:
    """The answer with the order's failure."""
    match order.kind:
        case Fault.HANG:
            return replace(answer, wait=order.seconds)
        case Fault.DROP:
            return replace(answer, dropped=True)
        case Fault.WRONG_DATE:
            return _with_date(answer, format_datetime(now + timedelta(seconds=order.seconds), usegmt=True))
        case Fault.NO_DATE:
            return _with_date(answer, "")
        case Fault.SLOW:
            return replace(answer, rate=order.rate)
        case Fault.REDIRECT | Fault.REDIRECT_LOOP:
            target = request.path if order.kind is Fault.REDIRECT_LOOP else order.to
            return FaultyAnswer(302, {**_budget_headers(answer), "location": target})
        case Fault.CUT_BODY | Fault.CUT_JSON | Fault.EMPTY | Fault.WRONG_SHAPE | Fault.WRONG_SIZE:
            return _damage_body(answer, order)
        case _:
            return faulty(_replacement(answer, order, now))


def _with_date(answer: FaultyAnswer, date: str) -> FaultyAnswer:
    return replace(answer, headers={**answer.headers, "date": date})


def _damage_body(answer: FaultyAnswer, order: FaultOrder) -> FaultyAnswer:
    if not answer.body.size:  # a 204 has nothing to spoil
        answer = replace(answer, status=200, body=held_content(b"[]"))
    body = answer.body
    match order.kind:
        case Fault.CUT_BODY:
            return replace(answer, sent=body.size // 2 if order.size is None else order.size)
        case Fault.CUT_JSON:
            return replace(answer, body=body.cut(0, body.size // 2))
        case Fault.WRONG_SIZE:
            return replace(answer, body=body.cut(0, body.size - 1 if order.size is None else order.size))
        case Fault.EMPTY:
            return replace(answer, status=200, body=held_content(b""))
        case _:
            is_list = next(body.chunks()).startswith(b"[")
            swapped = b"{}" if is_list else b"[]"
            return replace(answer, body=held_content(swapped if order.body is None else order.body))


def _replacement(answer: HttpAnswer, order: FaultOrder, now: datetime) -> HttpAnswer:
    budget = _budget_headers(answer)
    match order.kind:
        case Fault.MAINTENANCE | Fault.HTML:
            status = 503 if order.kind is Fault.MAINTENANCE else 200
            return HttpAnswer(status, {**budget, "content-type": "text/html; charset=utf-8"}, held_content(_PAGE))
        case Fault.RATE_LIMIT:
            reset = str(int(now.timestamp() + order.seconds))
            spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
            return error_answer(429, "Rate limit exceeded", {**budget, **spent})
        case Fault.REPLY:
            body = json.dumps({}).encode() if order.body is None else order.body
            return HttpAnswer(order.status, {**budget, "content-type": "application/json"}, held_content(body))
        case _:
            status, text = _REFUSALS[order.kind]
            return error_answer(status, text, budget)


_REFUSALS: Mapping[StrEnum, tuple[int, str]] = {
    Fault.SERVER_ERROR: (500, "Internal Server Error"),
    Fault.UNAUTHORIZED: (401, "Invalid API token"),
    Fault.FORBIDDEN: (403, "You don't have permission to get this room"),
    Fault.NOT_FOUND: (404, "Not found"),
}


def _budget_headers(answer: HttpAnswer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit-")}
