"""One method per read call of the API; each returns the objects as received together with their models.

Nothing here writes to Chatwork, and messages are always read with `force=1`, which moves no cursor that
another integration relies on. Calls and their parameters: developer.chatwork.com/reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _
from typing import Generic, Literal, NoReturn, TypeVar
from urllib.parse import quote

from archiver.chatwork import models
from archiver.chatwork.models import Contact, File, Me, Member, Message, Room, Task
from archiver.chatwork.transport import Transport
from archiver.errors import NotUnderstood
from archiver.records import AccountId, FileId, JsonObject, MessageId, Reply, RoomId, TaskId

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class ListItem(Generic[M]):
    """An object of a list with its model."""

    object: JsonObject
    """As received, unknown fields included."""
    model: M


@dataclass(frozen=True, slots=True)
class Listing(Generic[M]):
    """A list of the API and the reply it came in; each id is in `items` once."""

    reply: Reply
    items: tuple[ListItem[M], ...]
    rows: int
    """The length of the list as received; more than `items` where an id was in it twice."""


@dataclass(frozen=True, slots=True)
class Single(Generic[M]):
    """An object of the API and the reply it came in."""

    reply: Reply
    object: JsonObject
    """As received, unknown fields included."""
    model: M


class Client:
    """The calls that the archiver makes; each raises what `Transport.get` raises."""

    def __init__(self, transport: Transport) -> None:
        """Take the transport for all requests."""
        self.transport = transport
        self._last_me: tuple[datetime, Single[Me]] | None = None

    def recent_me(self, *, at: datetime, within: timedelta) -> Single[Me]:
        """The owner of the token, asked for again if the last answer is older than a time or of a later one."""
        if self._last_me is None or not timedelta() <= at - self._last_me[0] < within:
            self._last_me = at, self.me()
        return self._last_me[1]

    def me(self) -> Single[Me]:
        """The owner of the token."""
        return self._single("/me", Me)

    def rooms(self) -> Listing[Room]:
        """All rooms of the account, with their counters but without descriptions.

        A room that is not understood is left out, so that it does not hold up the others; a contracted room that is
        not listed is requested singly.
        """
        understand: Callable[[Reply], Listing[Room]] = partial(
            read_listing, kind=Room, may_be_empty=False, lenient=True
        )
        return self.transport.get("/rooms", {}, understand)

    def room(self, room_id: RoomId) -> Single[Room]:
        """One room with its description."""
        return self._single(f"/rooms/{room_id:d}", Room, number=room_id)

    def members(self, room_id: RoomId) -> Listing[Member]:
        """The present members of a room."""
        return self._listing(f"/rooms/{room_id:d}/members", Member, may_be_empty=False)

    def messages(self, room_id: RoomId) -> Listing[Message]:
        """The newest messages of a room, at most 100, by numeric id."""
        listing = self._listing(f"/rooms/{room_id:d}/messages", Message, {"force": 1})
        return replace(listing, items=tuple(sorted(listing.items, key=lambda item: item.model.number)))

    def message(self, room_id: RoomId, message_id: MessageId) -> Single[Message]:
        """One message, however old."""
        path = f"/rooms/{room_id:d}/messages/{quote(message_id, safe='')}"
        return self._single(path, Message, number=int(message_id))

    def tasks(
        self,
        room_id: RoomId,
        *,
        status: Literal["open", "done"],
        account_id: AccountId | None = None,
        assigned_by_account_id: AccountId | None = None,
    ) -> Listing[Task]:
        """Tasks of a room in one status, at most 100; of one assignee or by one assigner if named."""
        params: dict[str, str | int] = {"status": status}
        if account_id is not None:
            params["account_id"] = account_id
        if assigned_by_account_id is not None:
            params["assigned_by_account_id"] = assigned_by_account_id
        return self._listing(f"/rooms/{room_id:d}/tasks", Task, params)

    def task(self, room_id: RoomId, task_id: TaskId) -> Single[Task]:
        """One task, in whatever status."""
        return self._single(f"/rooms/{room_id:d}/tasks/{task_id:d}", Task, number=task_id)

    def files(self, room_id: RoomId, *, account_id: AccountId | None = None) -> Listing[File]:
        """Files of a room, at most 100; of one uploader if named."""
        params = {} if account_id is None else {"account_id": account_id}
        return self._listing(f"/rooms/{room_id:d}/files", File, params)

    def download_url(self, room_id: RoomId, file_id: FileId) -> Single[File]:
        """One file with its download address on another host, valid for 30 seconds; the reply must not be kept."""
        path = f"/rooms/{room_id:d}/files/{file_id:d}"
        understand = partial(_read_download_url, number=file_id)
        return self.transport.get(path, {"create_download_url": 1}, understand)

    def contacts(self) -> Listing[Contact]:
        """The account's contacts."""
        return self._listing("/contacts", Contact)

    def incoming_requests(self) -> Listing[Contact]:
        """Those who ask to become contacts of the account, as far as understood; there is no chat with them yet."""
        understand = partial(read_listing, kind=Contact, lenient=True)
        return self.transport.get("/incoming_requests", {}, understand)

    def _single(self, path: str, kind: type[M], *, number: int | None = None) -> Single[M]:
        understand: Callable[[Reply], Single[M]] = partial(read_single, kind=kind, number=number)
        return self.transport.get(path, {}, understand)

    def _listing(
        self,
        path: str,
        kind: type[M],
        params: Mapping[str, str | int] | None = None,
        *,
        may_be_empty: bool = True,
    ) -> Listing[M]:
        understand: Callable[[Reply], Listing[M]] = partial(read_listing, kind=kind, may_be_empty=may_be_empty)
        return self.transport.get(path, params or {}, understand)


def read_listing(reply: Reply, kind: type[M], *, may_be_empty: bool = True, lenient: bool = False) -> Listing[M]:
    """Read a reply as a list; 204 is an empty one where the API documents it.

    Of objects with the same id the last is kept. One object of the wrong shape makes the list unreadable; a `lenient`
    reading leaves it out, as long as another one is understood. Raises NotUnderstood and nothing else.
    """
    if reply.status == 204 and may_be_empty:
        return Listing(reply, (), 0)
    value = _parse_body(reply)
    if not isinstance(value, list):
        _raise_not_understood(reply, _("it is not a list"))
    items: dict[int, ListItem[M]] = {}
    last_error: NotUnderstood | None = None
    for element in value:
        try:
            model = _build_model(reply, element, kind)
        except NotUnderstood as error:
            if not lenient:
                raise
            last_error = error
        else:
            items[model.number] = ListItem(element, model)
    if last_error is not None and not items:
        raise last_error
    return Listing(reply, tuple(items.values()), len(value))


def read_single(reply: Reply, kind: type[M], *, number: int | None = None) -> Single[M]:
    """Read a reply as one object, that with this id if one is given. Raises NotUnderstood and nothing else."""
    value = _parse_body(reply)
    if not isinstance(value, dict):
        _raise_not_understood(reply, _("it is not an object"))
    model = _build_model(reply, value, kind)
    if number is not None and model.number != number:
        _raise_not_understood(reply, _("it shows something other than what was asked for"))
    return Single(reply, value, model)


def _read_download_url(reply: Reply, *, number: int) -> Single[File]:
    single = read_single(reply, File, number=number)
    if not single.model.download_url:
        _raise_not_understood(reply, _("it has no download address"))
    return single


def _parse_body(reply: Reply) -> object:
    if not reply.body:
        _raise_not_understood(reply, _("it is empty"))
    try:
        return models.parse_json(reply.body)
    except ValueError:
        _raise_not_understood(reply, _("it is not JSON"))


def _build_model(reply: Reply, value: object, kind: type[M]) -> M:
    try:
        return models.read_model(value, kind)
    except models.WrongShape as error:
        _raise_not_understood(reply, _("it does not have the documented form ({place})").format(place=error))


def _raise_not_understood(reply: Reply, detail: str) -> NoReturn:
    raise NotUnderstood(path=reply.path, detail=detail) from None
