"""The fifteen read calls of the simulated API: the answer of each path.

Decisions where chatwork-api.md leaves it open: a room that does not exist answers 403 like one that was left; of more
than 100 files or tasks the newest are returned; `force=1` does not move the cursor of `force=0`; an unknown parameter
is ignored, one with a bad value is 400. A wrong path or a malformed id is 400 too, never 404: other people's clients
show its text and its status (akiomik/hubot-chatwork, issue 6).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from archiver.demo.chatwork import json_objects
from archiver.demo.chatwork.http import HttpAnswer, error_answer, json_answer
from archiver.demo.chatwork.model import File, Room, Task
from archiver.demo.chatwork.state import WINDOW, ChatworkState

Query = Mapping[str, str]
SignAddress = Callable[[File], str]
"""Returns a short-lived download address of a file."""


@dataclass(frozen=True, slots=True)
class _ApiRequest:
    """A request to the API: its query, and the ids in its path, the room's first."""

    state: ChatworkState
    sign_address: SignAddress
    query: Query
    numbers: list[int]

    @property
    def room(self) -> Room:
        return self.state.rooms[self.numbers[0]]

    @property
    def part_id(self) -> int:
        """The id of the message, task or file."""
        return self.numbers[1]


class Replies:
    """Answers requests below `/v2` from a state."""

    def __init__(self, state: ChatworkState, address: SignAddress) -> None:
        self._state = state
        self._address = address

    def answer(self, path: str) -> HttpAnswer:
        """The answer to a GET of this path with its query."""
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        for pattern, reply in _ROUTES:
            match = re.fullmatch(pattern, parts.path)
            if match:
                numbers = [int(number) for number in match.groups()]
                with self._state.lock:
                    return self._reply(reply, _ApiRequest(self._state, self._address, query, numbers))
        return error_answer(400, "Invalid Endpoint or HTTP method")

    def _reply(self, reply: "_Reply", request: _ApiRequest) -> HttpAnswer:
        if request.numbers and not self._state.owner_is_in(request.numbers[0]):
            return error_answer(403, "You don't have permission to get this room")
        try:
            return reply(request)
        except _BadParameterError as error:
            return error_answer(400, f"Parameter '{error}' is invalid")


class _BadParameterError(Exception):
    pass


_Reply = Callable[[_ApiRequest], HttpAnswer]


def _me(request: _ApiRequest) -> HttpAnswer:
    return json_answer(200, json_objects.me(request.state))


def _my_status(request: _ApiRequest) -> HttpAnswer:
    return json_answer(200, json_objects.my_status(request.state))


def _my_tasks(request: _ApiRequest) -> HttpAnswer:
    tasks = (task for room in request.state.owners_rooms() for task in room.tasks.values())
    mine = (task for task in tasks if task.account_id == request.state.owner)
    return _list_answer(json_objects.my_task(request.state, task) for task in _filter_tasks(mine, request.query))


def _contacts(request: _ApiRequest) -> HttpAnswer:
    accounts = request.state.accounts
    return _list_answer(
        json_objects.contact(request.state, room, accounts[room.partner])
        for room in request.state.owners_rooms()
        if room.partner is not None and room.partner in room.members
    )


def _incoming_requests(request: _ApiRequest) -> HttpAnswer:
    newest = list(request.state.contact_requests.values())[-WINDOW:]
    return _list_answer(json_objects.contact_request(request.state, contact_request) for contact_request in newest)


def _rooms(request: _ApiRequest) -> HttpAnswer:
    return json_answer(200, [json_objects.room(request.state, room) for room in request.state.owners_rooms()])


def _room(request: _ApiRequest) -> HttpAnswer:
    room = json_objects.room(request.state, request.room)
    return json_answer(200, {**room, "description": request.room.description})


def _members(request: _ApiRequest) -> HttpAnswer:
    return json_answer(200, json_objects.members(request.state, request.room))


def _messages(request: _ApiRequest) -> HttpAnswer:
    state, room = request.state, request.room
    if _read_flag(request.query, "force"):
        window = state.window(room)
    else:
        window = state.window(room, since=room.cursor)
        room.cursor = window[-1].message_id if window else room.cursor
    visible = [message for message in window if not state.is_hidden(message)]
    headers = _limitation_headers(state) if len(visible) < len(window) else {}
    return _list_answer((json_objects.message(state, message) for message in visible), headers)


def _message(request: _ApiRequest) -> HttpAnswer:
    message = request.state.messages.get(request.part_id)
    if message is None or message.room_id != request.room.room_id:
        return error_answer(404, "Message not found")
    if request.state.is_hidden(message):
        return error_answer(404, "Message not found", _limitation_headers(request.state))
    return json_answer(200, json_objects.message(request.state, message))


def _tasks(request: _ApiRequest) -> HttpAnswer:
    assignee = _read_number(request.query, "account_id")
    tasks = (task for task in request.room.tasks.values() if assignee in (None, task.account_id))
    return _list_answer(json_objects.task(request.state, task) for task in _filter_tasks(tasks, request.query))


def _task(request: _ApiRequest) -> HttpAnswer:
    task = request.room.tasks.get(request.part_id)
    return json_answer(200, json_objects.task(request.state, task)) if task else error_answer(404, "Task not found")


def _files(request: _ApiRequest) -> HttpAnswer:
    uploader = _read_number(request.query, "account_id")
    files = [file for file in request.room.files.values() if uploader in (None, file.account_id)]
    return _list_answer(json_objects.file(request.state, file) for file in files[-WINDOW:])


def _file(request: _ApiRequest) -> HttpAnswer:
    file = request.room.files.get(request.part_id)
    if file is None:
        return error_answer(404, "File not found")
    address = {"download_url": request.sign_address(file)} if _read_flag(request.query, "create_download_url") else {}
    return json_answer(200, {**json_objects.file(request.state, file), **address})


def _link(request: _ApiRequest) -> HttpAnswer:
    if request.room.members[request.state.owner] != "admin":
        return error_answer(403, "You don't have permission to get this link")
    return json_answer(200, json_objects.link(request.room))


_ID = r"([0-9]{1,19})"
_ROOM = rf"/v2/rooms/{_ID}"
_ROUTES: list[tuple[str, _Reply]] = [
    ("/v2/me", _me),
    ("/v2/my/status", _my_status),
    ("/v2/my/tasks", _my_tasks),
    ("/v2/contacts", _contacts),
    ("/v2/incoming_requests", _incoming_requests),
    ("/v2/rooms", _rooms),
    (_ROOM, _room),
    (f"{_ROOM}/members", _members),
    (f"{_ROOM}/messages", _messages),
    (f"{_ROOM}/messages/{_ID}", _message),
    (f"{_ROOM}/tasks", _tasks),
    (f"{_ROOM}/tasks/{_ID}", _task),
    (f"{_ROOM}/files", _files),
    (f"{_ROOM}/files/{_ID}", _file),
    (f"{_ROOM}/link", _link),
]


def _limitation_headers(state: ChatworkState) -> dict[str, str]:
    summary = f"Messages older than {state.free_days} days are not shown"
    return {"chatwork-message-limitation": "true", "chatwork-message-limitation-summary": summary}


def _list_answer(items: Iterable[json_objects.Json], headers: Mapping[str, str] | None = None) -> HttpAnswer:
    elements = list(items)
    return json_answer(200, elements, headers) if elements else HttpAnswer(204, headers or {})


def _filter_tasks(tasks: Iterable[Task], query: Query) -> list[Task]:
    status = query.get("status", "open")
    if status not in {"open", "done"}:
        raise _BadParameterError("status")
    assigner = _read_number(query, "assigned_by_account_id")
    selected = [task for task in tasks if task.status == status and assigner in (None, task.assigned_by)]
    return sorted(selected, key=lambda task: task.task_id)[-WINDOW:]


def _read_flag(query: Query, name: str) -> bool:
    value = query.get(name, "0")
    if value not in {"0", "1"}:
        raise _BadParameterError(name)
    return value == "1"


def _read_number(query: Query, name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise _BadParameterError(name)
    return int(value)
