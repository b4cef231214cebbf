"""A simulated Chatwork on loopback: the API on one port, files and pictures on another.

It contains what is known of the API as running code, for tests and for the demo. It needs
nothing else of the archive, and is driven from Python while any client talks to it:

    with Chatwork() as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka])
        message = chatwork.post(room, tanaka, "よろしくお願いします。")
        requests.get(f"{chatwork.base_url}/rooms", headers={"x-chatworktoken": chatwork.token})

Its events are in `people` and `talk`, the answers of its calls in `replies`, the failures that
can be ordered in `faults`. Where chatwork-api.md leaves something open, the module concerned
states the decision.
"""

import re
import secrets
from types import TracebackType
from typing import Self

from archiver.demo.chatwork.api_answers import Replies
from archiver.demo.chatwork.downloads import DownloadServer
from archiver.demo.chatwork.faults import Fault, FaultOrder, Faults, apply_fault
from archiver.demo.chatwork.http import HttpAnswer, HttpRequest, Server
from archiver.demo.chatwork.people_and_rooms import PeopleAndRooms
from archiver.demo.chatwork.rate_limit import RateLimitGate
from archiver.demo.chatwork.room_contents import RoomContents
from archiver.demo.chatwork.state import Clock

__all__ = ["Chatwork", "Fault", "HttpRequest"]

_SECRETS = ("x-chatworktoken", "authorization", "cookie")


class Chatwork(PeopleAndRooms, RoomContents):
    """The simulated service: its events are methods, its two servers run between `start` and `stop`.

    `now` is its clock (None: the real one), `limit` the requests in `window_seconds`,
    `address_seconds` the life of a download address. The token's owner is called yamada. Services of different `number`
    have different ids.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        now: Clock | None = None,
        limit: int = 300,
        window_seconds: int = 300,
        address_seconds: int = 30,
        number: int = 0,
    ) -> None:
        super().__init__(now, number=number)
        self.requests: list[HttpRequest] = []
        self.downloads: list[HttpRequest] = []
        self._faults = Faults()
        first_token = token or secrets.token_hex(16)
        self._tokens = {first_token}
        self._ports = (0, 0)
        self._servers: tuple[Server, ...] = ()
        self._downloads = DownloadServer(self, address_seconds)
        self._gate = RateLimitGate(
            Replies(self, self._downloads.sign_address).answer,
            token=first_token,
            limit=limit,
            window_seconds=window_seconds,
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start both servers; after a `stop`, on the same ports again."""
        api, files = self._ports
        self._servers = (
            Server(api, answer=self._answer_api, now=self.now),
            Server(files, answer=self._answer_files, now=self.now),
        )
        self._ports = (self._servers[0].port, self._servers[1].port)
        self.files_url = f"http://127.0.0.1:{self._ports[1]}"

    def stop(self) -> None:
        """End every connection and release the ports; the state stays."""
        for server in self._servers:
            server.stop()
        self._servers = ()

    @property
    def base_url(self) -> str:
        """The address of the API, with its version and no slash at the end; known after `start`."""
        return f"http://127.0.0.1:{self._ports[0]}/v2"

    @property
    def token(self) -> str:
        """The token that is valid now; empty after it was revoked without a new one."""
        return self._gate.token or ""

    @property
    def leaked(self) -> bool:
        """Whether a token, an authorization or a cookie was ever sent to the second port."""
        named = any(name in request.headers for request in self.downloads for name in _SECRETS)
        return named or any(token in request.path for request in self.downloads for token in self._tokens)

    def revoke_token(self, new: str | None = None) -> None:
        """Make the token invalid (401); a new one may take its place."""
        self._gate.token = new
        self._tokens |= {new} if new else set()

    def free_plan(self, days: int | None = 40) -> None:
        """Hide posts older than so many days, as the free plan does; None shows them again."""
        self.free_days = days

    def fail(
        self,
        kind: Fault,
        path: str = "",
        *,
        times: int | None = 1,
        after: int = 0,
        seconds: float = 60,
        size: int | None = None,
        rate: int = 1000,
        to: str | None = None,
        status: int = 200,
        body: bytes | None = None,
    ) -> None:
        """Order a failure of the next `times` answers on either port (None: all until `heal`).

        `path` is a regular expression, searched in the path with its query (`/v2/…` or
        `/uploadfile/…`); `after` lets so many matching requests pass first. The rest are details
        that `Fault` names. A failed request counts against the budget.
        """
        target = to or f"http://localhost:{self._ports[1]}/elsewhere"
        order = FaultOrder(kind, re.compile(path), seconds, size, rate, target, status, body)
        self._faults.add(order, times=times, after=after)

    def heal(self) -> None:
        """Drop every ordered failure."""
        self._faults.clear()

    def _answer_api(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        return self._with_fault(self._gate.answer(request), request)

    def _answer_files(self, request: HttpRequest) -> HttpAnswer:
        self.downloads.append(request)
        return self._with_fault(self._downloads.answer(request), request)

    def _with_fault(self, answer: HttpAnswer, request: HttpRequest) -> HttpAnswer:
        order = self._faults.take(request.path)
        return answer if order is None else apply_fault(answer, order, request=request, now=request.at)
