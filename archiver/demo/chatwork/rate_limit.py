"""The token check and the rate limit of the simulated API.

The budget is a fixed window, as chatwork-api.md §7 reads the documentation: it opens with
the first counted request and ends at `x-ratelimit-reset`.
"""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from archiver.demo.chatwork.http import HttpAnswer, HttpRequest, error_answer


class RateLimitGate:
    """Refuses wrong tokens, too many requests and other methods than GET; passes the rest to `inside`."""

    def __init__(self, inside: Callable[[str], HttpAnswer], *, token: str, limit: int, window_seconds: int) -> None:
        self.token: str | None = token
        self.limit = limit
        self._inside = inside
        self._window_seconds = window_seconds
        self._lock = Lock()
        self._used = 0
        self._reset = 0

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request, with the rate headers that every response carries."""
        allowed = self.token is not None and request.headers.get("x-chatworktoken") == self.token
        remaining, reset = self._count(int(request.at.timestamp()), 1 if allowed else 0)
        answer = self._decide(request, allowed, remaining)
        rates = {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, remaining)),
            "x-ratelimit-reset": str(reset),
        }
        return replace(answer, headers={**answer.headers, **rates})

    def _decide(self, request: HttpRequest, allowed: bool, remaining: int) -> HttpAnswer:
        if not allowed:
            return error_answer(401, "Invalid API token")
        if remaining < 0:
            return error_answer(429, "Rate limit exceeded")
        if request.method != "GET":
            return error_answer(405, "This Chatwork is only read")
        return self._inside(request.path)

    def _count(self, now: int, cost: int) -> tuple[int, int]:
        with self._lock:
            if now >= self._reset:
                self._used, self._reset = 0, now + self._window_seconds
            self._used += cost
            return self.limit - self._used, self._reset
