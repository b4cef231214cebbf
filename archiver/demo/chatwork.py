"""A simulated Chatwork on loopback: the API on one port, files and pictures on another.

It contains what is known of the API as running code, needs nothing else of the archive, and is driven from Python
while any client talks to it. What the demo's story does not need stands in the tests' subclass of it.

Decisions where chatwork-api.md leaves it open: a room that does not exist answers 403 like one that was left; of more
than 100 files or tasks the newest are returned, and of messages with or without `force=1`; an unknown parameter is
ignored, one with a bad value is 400. A wrong path or a malformed id is 400 too, never 404: other people's clients
show its text and its status (akiomik/hubot-chatwork, issue 6).
"""

import re
import secrets
from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath
from threading import RLock
from typing import Any, ClassVar, Concatenate, Literal, ParamSpec, TypeVar
from urllib.parse import parse_qs, urlsplit

from archiver.demo.loopback import (
    ByteContent,
    Clock,
    HttpAnswer,
    HttpRequest,
    LoopbackService,
    error_answer,
    held_content,
    json_answer,
)

Json = dict[str, Any]
Query = Mapping[str, str]
Role = Literal["admin", "member", "readonly"]
RoomType = Literal["my", "direct", "group"]
LimitType = Literal["none", "date", "time"]

WINDOW = 100
"""The most elements of any list of the API."""
_UPLOAD_SECONDS = 2  # in real samples an upload is 1 to 13 s older than its post

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_EPOCH_MS = 1276473600000
_WORKER = 0x5000
_ID = r"([0-9]{1,19})"
ROOM_PATH = rf"/v2/rooms/{_ID}"
_COLOURS = ("blue", "green", "orange", "purple", "red", "yellow")
_UNSET = (
    *("title", "url", "introduction", "mail", "tel_organization", "tel_extension", "tel_mobile"),
    *("skype", "facebook", "twitter"),
)
_PREVIEWED = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".pdf"}
GREY_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200817"
    "7cd72b60000000049454e44ae426082"
)
"""A valid picture (PNG, ISO/IEC 15948)."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_S = TypeVar("_S", bound="DemoChatwork")


@dataclass(slots=True)
class Account:
    """A person's account; every reply shows the present name, for old posts too."""

    account_id: int
    name: str
    organization_id: int
    organization: str
    department: str
    cancelled: bool = False
    picture: str = ""
    """The name of a picture of their own; empty: one of the default ones, which many people have."""


@dataclass(slots=True)
class Message:
    """A post; system messages are posts like any other."""

    message_id: int
    room_id: int
    account_id: int
    body: str
    send_time: int
    update_time: int = 0


@dataclass(slots=True)
class File:
    """An uploaded file."""

    file_id: int
    room_id: int
    account_id: int
    message_id: int
    filename: str
    upload_time: int
    content: ByteContent
    key: str
    """The file's name on the download host: 32 hex digits."""
    gone: bool = False


@dataclass(slots=True)
class Task:
    """A task of one assignee."""

    task_id: int
    room_id: int
    account_id: int
    assigned_by: int
    message_id: int
    body: str
    limit_time: int
    limit_type: LimitType
    status: Literal["open", "done"] = "open"


@dataclass(slots=True)
class Room:
    """A room, with the counters that `GET /rooms` shows, which need not be the lengths of its lists."""

    room_id: int
    name: str
    type: RoomType
    partner: int | None = None
    """The other person of a direct chat, also when that account is gone."""
    description: str = ""
    members: dict[int, Role] = field(default_factory=dict)
    message_ids: list[int] = field(default_factory=list)
    """The ids of the room's messages in rising order."""
    files: dict[int, File] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    message_num: int = 0
    file_num: int = 0
    task_num: int = 0
    unread_num: int = 0
    mention_num: int = 0
    last_update_time: int = 0


def locked(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Let a method run while no other locked method of the same Chatwork runs."""

    @wraps(method)
    def alone(self: _S, /, *args: _P.args, **named: _P.kwargs) -> _R:
        with self.lock:
            return method(self, *args, **named)

    return alone


class DemoChatwork(LoopbackService):
    """The simulated service: its events are methods, its two servers run between `start` and `stop`.

    It begins with the token's owner, yamada, and their My Chat. `limit` is the number of requests in `window_seconds`,
    a fixed window as chatwork-api.md §7 reads the documentation: it opens with the first counted request and ends at
    `x-ratelimit-reset`. Services of different `number` have different ids. Message ids are text, as in the API.
    """

    def __init__(
        self, *, token: str | None = None, now: Clock, limit: int = 300, window_seconds: int = 300, number: int = 0
    ) -> None:
        super().__init__(now, self.answer_api, self.answer_files)
        self.lock = RLock()
        self.token = token or secrets.token_hex(16)
        """The token that is valid now; empty: none is."""
        self.limit, self.window_seconds = limit, window_seconds
        self.used = self.reset = 0
        self.files_url = ""
        self.owner = 0
        self.accounts: dict[int, Account] = {}
        self.rooms: dict[int, Room] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[int, File] = {}
        self.tasks: dict[int, Task] = {}
        # Service-wide counters, at about where they stood in 2025.
        begins = (8638511, 388277412, 1693905617, 412345678)
        self._accounts, self._rooms, self._files, self._tasks = (count(begin + 1_000 * number) for begin in begins)
        self._sequences: dict[int, int] = {}
        self.owner = self.add_account("yamada")
        self.my_room = self.add_room("マイチャット", type="my")

    def start(self) -> None:
        """Start both servers; after a `stop`, on the same ports again."""
        super().start()
        self.files_url = f"http://127.0.0.1:{self.ports[1]}"

    @property
    def base_url(self) -> str:
        """The address of the API, with its version and no slash at the end; known after `start`."""
        return f"http://127.0.0.1:{self.ports[0]}/v2"

    # --- what happens on Chatwork ----------------------------------------------------------------

    @locked
    def add_account(self, name: str, *, organization: str = "", department: str = "") -> int:
        """Add a person; returns the account id."""
        number = next(self._accounts)
        organization_id = int(sha256(organization.encode()).hexdigest()[:5], 16) if organization else 0
        self.accounts[number] = Account(number, name, organization_id, organization, department)
        return number

    @locked
    def cancel_account(self, account: int) -> None:
        """Cancel a person's account: their posts stay under `NAME(解約済)`, the rest goes.

        They leave all rooms and contacts; their files, and the tasks assigned to them, vanish.
        """
        self.accounts[account].cancelled = True
        for room in list(self.rooms.values()):
            if account in room.members:
                self.remove_member(room, account)

    @locked
    def add_room(
        self,
        name: str,
        members: Iterable[int] = (),
        type: RoomType = "group",  # noqa: A002 - the word of the API
        description: str = "",
        *,
        owner_role: Role = "admin",
        announce: bool = True,
        at: datetime | None = None,
    ) -> int:
        """Add a room of the owner and `members`; returns the room id.

        A direct chat has exactly one other member, whose name is its name, and makes them a contact.
        """
        others = list(members)
        assert type == "group" or len(others) == (1 if type == "direct" else 0)
        room = Room(next(self._rooms), name, type, others[0] if type == "direct" else None, description)
        room.members = {self.owner: owner_role if type == "group" else "member", **dict.fromkeys(others, "member")}
        room.last_update_time = self.seconds(at)
        self.rooms[room.room_id] = room
        if announce:
            self.add_post(room.room_id, self.owner, _opening_post(room, others), at=at)
        return room.room_id

    def remove_member(self, room: Room, account: int) -> None:
        """Let a member go: the files they sent and the tasks assigned to them in the room vanish."""
        room.members.pop(account)
        for file in [file for file in room.files.values() if file.account_id == account]:
            room.files.pop(file.file_id).gone = True
        room.tasks = {number: task for number, task in room.tasks.items() if task.account_id != account}

    def add_post(self, room_id: int, account_id: int, body: str, *, at: datetime | None = None) -> Message:
        """Add a post to a room, with the lock held, and update the room's counters.

        Its id carries its own time: `((ms - 1276473600000) << 22) | low bits` (chatwork-api.md §13.2). The low bits
        are a worker number and a sequence within the millisecond, so posts keep their order under a clock that stands
        still.
        """
        milliseconds = self._milliseconds(at)
        sequence = self._sequences[milliseconds] = self._sequences.get(milliseconds, -1) + 1
        assert _WORKER + sequence < 1 << 22, "more posts in one millisecond than an id can tell apart"
        number = (milliseconds - _ID_EPOCH_MS) << 22 | _WORKER + sequence
        message = self.messages[number] = Message(number, room_id, account_id, body, milliseconds // 1000)
        room = self.rooms[room_id]
        insort(room.message_ids, number)
        room.message_num += 1
        room.last_update_time = max(room.last_update_time, message.send_time)
        if account_id != self.owner:
            room.unread_num += 1
            room.mention_num += any(tag in body for tag in (f"[To:{self.owner}]", f"[rp aid={self.owner} ", "[toall]"))
        return message

    @locked
    def post(self, room: int, account: int, text: str, *, at: datetime | None = None) -> str:
        """Add a post, now or at a given time; returns the message id."""
        return str(self.add_post(room, account, text, at=at).message_id)

    @locked
    def edit(self, message: str, text: str) -> None:
        """Replace the body."""
        self.messages[int(message)].body, self.messages[int(message)].update_time = text, self.seconds()

    @locked
    def delete(self, message: str) -> None:
        """Replace the body by `[deleted]`."""
        self.messages[int(message)].body = "[deleted]"

    @locked
    def upload(
        self,
        room: int,
        account: int,
        name: str,
        *,
        data: bytes | None = None,
        size: int | None = None,
        comment: str = "",
        at: datetime | None = None,
    ) -> int:
        """Post a file of these bytes, or of `size` bytes generated from its id; returns the file id."""
        number = next(self._files)
        content = file_content(number, data, size)
        uploaded = self.seconds(at) - _UPLOAD_SECONDS
        file = File(number, room, account, 0, name, uploaded, content, file_key(number, content))
        box = file_box("file_uploaded", file)
        file.message_id = self.add_post(room, account, f"{comment}\n{box}" if comment else box, at=at).message_id
        self.files[number] = self.rooms[room].files[number] = file
        self.rooms[room].file_num += 1
        return number

    @locked
    def add_tasks(
        self,
        room: int,
        by: int,
        to: Sequence[int],
        text: str,
        *,
        limit: datetime | None = None,
        at: datetime | None = None,
    ) -> list[int]:
        """Add a task for each assignee, announced by the same post; returns the task ids in order."""
        kind: LimitType = "none" if limit is None else "time"
        due = 0 if limit is None else self.seconds(limit)
        tasks = [Task(next(self._tasks), room, account, by, 0, text, due, kind) for account in to]
        post = self.add_post(room, by, task_box("added", tasks), at=at)
        for task in tasks:
            task.message_id = post.message_id
            self.tasks[task.task_id] = self.rooms[room].tasks[task.task_id] = task
        self.rooms[room].task_num += len(tasks)
        return [task.task_id for task in tasks]

    def seconds(self, at: datetime | None = None) -> int:
        """A time, or the present, in whole Unix seconds."""
        return self._milliseconds(at) // 1000

    def _milliseconds(self, at: datetime | None) -> int:
        return ((at or self.now()) - _EPOCH) // timedelta(milliseconds=1)

    # --- its answers -----------------------------------------------------------------------------

    def answer_api(self, request: HttpRequest) -> HttpAnswer:
        """The answer of the API to a request, with the rate headers that every response carries."""
        now = int(request.at.timestamp())
        is_allowed = bool(self.token) and request.headers.get("x-chatworktoken") == self.token
        with self.lock:
            if now >= self.reset:
                self.used, self.reset = 0, now + self.window_seconds
            self.used += is_allowed
            remaining = self.limit - self.used
        if not is_allowed:
            answer = error_answer(401, "Invalid API token")
        elif remaining < 0:
            answer = error_answer(429, "Rate limit exceeded")
        elif request.method != "GET":
            answer = error_answer(405, "This Chatwork is only read")
        else:
            answer = self._read(request.path)
        rates = {"limit": self.limit, "remaining": max(0, remaining), "reset": self.reset}
        rate_headers = {f"x-ratelimit-{name}": str(value) for name, value in rates.items()}
        return replace(answer, headers={**answer.headers, **rate_headers})

    def answer_files(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request for a file or a picture."""
        path = urlsplit(request.path).path
        if match := re.fullmatch(r"/(?:avatar|icon)/(?:ico_[a-z_]+|([a-z0-9]+)(?:-[0-9]+)?)\.png", path):
            return HttpAnswer(200, {"content-type": "image/png"}, held_content(GREY_PIXEL + (match[1] or "").encode()))
        with self.lock:
            file = next((one for one in self.files.values() if self.download_path(one) == path and not one.gone), None)
        if file is None:
            return HttpAnswer(403, {"content-type": "application/xml"})
        return HttpAnswer(200, {"content-type": "binary/octet-stream", "etag": f'"{file.key}"'}, file.content)

    def download_path(self, file: File) -> str:
        """Where the file lies on the second port."""
        return f"/uploadfile/{str(file.room_id)[:-3]}/{file.room_id}/{file.key}.dat"

    def download_url(self, file: File) -> str:
        """An address of the file."""
        return self.files_url + self.download_path(file)

    def _read(self, path: str) -> HttpAnswer:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        for pattern, reply in self.ROUTES.items():
            match = re.fullmatch(pattern, parts.path)
            if match:
                with self.lock:
                    return self._reply(reply, query, [int(number) for number in match.groups()])
        return error_answer(400, "Invalid Endpoint or HTTP method")

    def _reply(self, reply: Callable[..., object], query: Query, ids: list[int]) -> HttpAnswer:
        room = self.rooms.get(ids[0]) if ids else None
        if ids and (room is None or self.owner not in room.members):
            return error_answer(403, "You don't have permission to get this room")
        for name, value in query.items():
            if not re.fullmatch(_PARAMETERS.get(name, ".*"), value, re.DOTALL):
                return error_answer(400, f"Parameter '{name}' is invalid")
        answer = reply(self, query, *([room] if room else []), *ids[1:])
        if isinstance(answer, HttpAnswer):
            return answer
        return HttpAnswer(204) if answer == [] else json_answer(200, answer)

    def _me(self, _query: Query) -> Json:
        unset = dict.fromkeys(_UNSET, "")
        return {**self.profile(self.owner), "room_id": self.my_room, **unset, "login_mail": "yamada@example.com"}

    def _contacts(self, _query: Query) -> list[Json]:
        rooms = [room for room in self.rooms.values() if self.owner in room.members and room.partner in room.members]
        return [{**self.profile(room.partner), "room_id": room.room_id} for room in rooms if room.partner is not None]

    def _incoming_requests(self, _query: Query) -> list[Json]:
        return []

    def _rooms_of_owner(self, _query: Query) -> list[Json]:
        return [self._room_object(room) for room in self.rooms.values() if self.owner in room.members]

    def _room(self, _query: Query, room: Room) -> Json:
        return {**self._room_object(room), "description": room.description}

    def _members(self, _query: Query, room: Room) -> list[Json]:
        return [{**self.profile(account), "role": role} for account, role in room.members.items()]

    def _messages(self, _query: Query, room: Room) -> list[Json]:
        """The newest 100, whether or not they are asked for with `force=1`."""
        return [self._message_object(self.messages[number]) for number in room.message_ids[-WINDOW:]]

    def _message(self, _query: Query, room: Room, number: int) -> object:
        message = self.messages.get(number)
        is_here = message is not None and message.room_id == room.room_id
        return self._message_object(message) if message and is_here else error_answer(404, "Message not found")

    def _tasks_of_room(self, query: Query, room: Room) -> list[Json]:
        tasks = (task for task in room.tasks.values() if _is_asked(query, "account_id", task.account_id))
        return [self._task_object(task) for task in selected(tasks, query)]

    def _task(self, _query: Query, room: Room, number: int) -> object:
        task = room.tasks.get(number)
        return self._task_object(task) if task else error_answer(404, "Task not found")

    def _files_of_room(self, query: Query, room: Room) -> list[Json]:
        files = [file for file in room.files.values() if _is_asked(query, "account_id", file.account_id)]
        return [self._file_object(file) for file in files[-WINDOW:]]

    def _file(self, query: Query, room: Room, number: int) -> object:
        file = room.files.get(number)
        if file is None:
            return error_answer(404, "File not found")
        address = {"download_url": self.download_url(file)} if query.get("create_download_url") == "1" else {}
        return {**self._file_object(file), **address}

    ROUTES: ClassVar[dict[str, Callable[..., object]]] = {
        "/v2/me": _me,
        "/v2/contacts": _contacts,
        "/v2/incoming_requests": _incoming_requests,
        "/v2/rooms": _rooms_of_owner,
        ROOM_PATH: _room,
        f"{ROOM_PATH}/members": _members,
        f"{ROOM_PATH}/messages": _messages,
        f"{ROOM_PATH}/messages/{_ID}": _message,
        f"{ROOM_PATH}/tasks": _tasks_of_room,
        f"{ROOM_PATH}/tasks/{_ID}": _task,
        f"{ROOM_PATH}/files": _files_of_room,
        f"{ROOM_PATH}/files/{_ID}": _file,
    }
    """The calls of the archiver: what answers each path, given the query, the room, and the id of a thing in it."""

    # --- the JSON objects, with the fields of the official RAML; an unset text is "", never null -----

    def _account_object(self, number: int) -> Json:
        person = self.accounts[number]
        name = f"{person.name}(解約済)" if person.cancelled else person.name
        colour = _COLOURS[number % len(_COLOURS)]
        avatar = f"{self.files_url}/avatar/{person.picture or f'ico_default_{colour}'}.png"
        return {"account_id": number, "name": name, "avatar_image_url": avatar}

    def profile(self, number: int) -> Json:
        """A person with their profile."""
        person = self.accounts[number]
        return {
            **self._account_object(number),
            "chatwork_id": f"demo{number}",
            "organization_id": person.organization_id,
            "organization_name": person.organization,
            "department": person.department,
        }

    def _room_object(self, room: Room) -> Json:
        """A room of the list; its description is only in `GET /rooms/{id}`."""
        mine = [task for task in room.tasks.values() if task.account_id == self.owner and task.status == "open"]
        counters = ("unread_num", "mention_num", "message_num", "file_num", "task_num", "last_update_time")
        return {
            "room_id": room.room_id,
            "name": self._room_name(room),
            "type": room.type,
            "role": room.members[self.owner],
            "sticky": False,
            "mytask_num": len(mine),
            "icon_path": self._icon_url(room),
            **{name: getattr(room, name) for name in counters},
        }

    def _message_object(self, message: Message) -> Json:
        return {
            "message_id": str(message.message_id),
            "account": self._account_object(message.account_id),
            **{name: getattr(message, name) for name in ("body", "send_time", "update_time")},
        }

    def _file_object(self, file: File) -> Json:
        return {
            "file_id": file.file_id,
            "account": self._account_object(file.account_id),
            "message_id": str(file.message_id),
            "filename": file.filename,
            "filesize": file.content.size,
            "upload_time": file.upload_time,
        }

    def _task_object(self, task: Task) -> Json:
        return {
            "task_id": task.task_id,
            "account": self._account_object(task.account_id),
            "assigned_by_account": self._account_object(task.assigned_by),
            "message_id": str(task.message_id),
            **{name: getattr(task, name) for name in ("body", "limit_time", "status", "limit_type")},
        }

    def _room_name(self, room: Room) -> str:
        """The name as the owner sees it: a direct chat has the other person's name."""
        return room.name if room.partner is None else str(self._account_object(room.partner)["name"])

    def _icon_url(self, room: Room) -> str:
        if room.partner is not None:
            return str(self._account_object(room.partner)["avatar_image_url"])
        return f"{self.files_url}/icon/ico_{'group' if room.type == 'group' else 'my'}.png"


_PARAMETERS = {
    "force": "[01]",
    "create_download_url": "[01]",
    "status": "open|done",
    "account_id": "[0-9]{1,19}",
    "assigned_by_account_id": "[0-9]{1,19}",
}
"""The values that a documented parameter may have."""


def _is_asked(query: Query, name: str, number: int) -> bool:
    return int(query.get(name, number)) == number


def selected(tasks: Iterable[Task], query: Query) -> list[Task]:
    """The newest of the tasks that are asked for; open ones unless the query says otherwise."""
    status = query.get("status", "open")
    found = [task for task in tasks if task.status == status]
    asked = [task for task in found if _is_asked(query, "assigned_by_account_id", task.assigned_by)]
    return sorted(asked, key=lambda task: task.task_id)[-WINDOW:]


def file_content(seed: int, data: bytes | None, size: int | None) -> ByteContent:
    """These bytes, or `size` bytes generated from the seed."""
    assert (data is None) != (size is None), "a file has either bytes or a size"
    return held_content(data) if data is not None else ByteContent(seed, 0, size or 0)


def file_key(file: int, content: ByteContent) -> str:
    """A file's name on the download host."""
    return sha256(f"{file} {content.source!r} {content.size}".encode()).hexdigest()[:32]


# --- the bodies of system messages (chatwork-api.md §3.4, §9.1, §9.2): posts in the acting person's name with
# `[dtext:…]` in them. Where no real sample is known, the shape follows its nearest neighbour. ----------------------


def person_tags(members: Iterable[int]) -> str:
    """The names of people as system messages show them."""
    return "".join(f"[piconname:{account}]" for account in members)


def _opening_post(room: Room, others: list[int]) -> str:
    if room.type != "group":
        return f"[info][dtext:chatroom_{'contact_added' if room.type == 'direct' else 'mychat_created'}][/info]"
    added = f"\n\n[dtext:chatroom_member_is]{person_tags(others)}[dtext:chatroom_added]" if others else ""
    title = "[title][dtext:chatroom_groupchat_created][/title]"
    return f"[info]{title}[dtext:chatroom_chatname_is]{room.name}[dtext:chatroom_set]{added}[/info]"


def file_box(key: Literal["file_uploaded", "file_edited"], file: File) -> str:
    """The box of an upload, with a preview for the file types that Chatwork can preview."""
    has_preview = PurePosixPath(file.filename).suffix.lower() in _PREVIEWED
    preview = f"[preview id={file.file_id} ht=111]" if has_preview else ""
    label = f"{file.filename} ({human_size(file.content.size)})"
    return f"[info][title][dtext:{key}][/title]{preview}[download:{file.file_id}]{label}[/download][/info]"


def task_box(change: Literal["added", "edited", "done", "deleted"], tasks: Sequence[Task]) -> str:
    """The post that announces a task to its assignees, or that it was done or deleted."""
    people, first = ",".join(str(task.account_id) for task in tasks), tasks[0]
    due = f"lt={first.limit_time} ltype={first.limit_type}"
    box = f"[task aid={people} st={first.status} {due}]{first.body}[/task]"
    return f"[info][title][dtext:task_{change}][/title]{box}[/info]"


def human_size(size: int) -> str:
    """A size in bytes as Chatwork writes it: `0 B`, `3.62 KB`."""
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{size} B" if unit == "B" else f"{amount:.2f} {unit}"
        amount /= 1024
    return f"{amount:.2f} GB"
