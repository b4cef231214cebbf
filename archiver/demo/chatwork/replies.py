"""The fifteen read calls of the API: which path gives what, and what refuses it.

Chosen where chatwork-api.md leaves it open: a room that is not there answers 403 like one
that was left; of more than 100 files or tasks the newest are given; `force=1` does not move
the cursor of `force=0`; a parameter that is unknown is ignored, one with a bad value is 400.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from archiver.demo.chatwork import json_objects
from archiver.demo.chatwork.http import HttpAnswer, errors, json_answer
from archiver.demo.chatwork.model import File, Room, Task
from archiver.demo.chatwork.state import WINDOW, ChatworkState

Query = Mapping[str, str]
Address = Callable[[File], str]
"""Makes a short-lived download address."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """A request to answer: its query, and the ids of its path, the room's first."""

    state: ChatworkState
    address: Address
    query: Query
    numbers: list[int]

    @property
    def room(self) -> Room:
        return self.state.rooms[self.numbers[0]]

    @property
    def part(self) -> int:
        """The id of the message, task or file."""
        return self.numbers[1]


class Replies:
    """Answers paths below `/v2` out of a state."""

    def __init__(self, state: ChatworkState, address: Address) -> None:
        self._state = state
        self._address = address

    def answer(self, path: str) -> HttpAnswer:
        """The answer to a GET of this path with its query."""
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        for pattern, reply in _ROUTES:
            found = re.fullmatch(pattern, parts.path)
            if found:
                numbers = [int(number) for number in found.groups()]
                with self._state.lock:
                    return self._reply(reply, _Ask(self._state, self._address, query, numbers))
        return errors(404, "Invalid endpoint")

    def _reply(self, reply: "_Reply", ask: _Ask) -> HttpAnswer:
        if ask.numbers and not self._state.sees(ask.numbers[0]):
            return errors(403, "You don't have permission to get this room")
        try:
            return reply(ask)
        except _BadParameterError as error:
            return errors(400, f"Parameter '{error}' is invalid")


class _BadParameterError(Exception):
    pass


_Reply = Callable[[_Ask], HttpAnswer]


def _me(ask: _Ask) -> HttpAnswer:
    return json_answer(200, json_objects.me(ask.state))


def _my_status(ask: _Ask) -> HttpAnswer:
    return json_answer(200, json_objects.my_status(ask.state))


def _my_tasks(ask: _Ask) -> HttpAnswer:
    tasks = (task for room in ask.state.owners_rooms() for task in room.tasks.values())
    mine = (task for task in tasks if task.account_id == ask.state.owner)
    return _listed(json_objects.my_task(ask.state, task) for task in _chosen(mine, ask.query))


def _contacts(ask: _Ask) -> HttpAnswer:
    accounts = ask.state.accounts
    return _listed(
        json_objects.contact(ask.state, room, accounts[room.partner])
        for room in ask.state.owners_rooms()
        if room.partner is not None and room.partner in room.members
    )


def _incoming_requests(ask: _Ask) -> HttpAnswer:
    newest = list(ask.state.contact_requests.values())[-WINDOW:]
    return _listed(json_objects.contact_request(ask.state, request) for request in newest)


def _rooms(ask: _Ask) -> HttpAnswer:
    return json_answer(200, [json_objects.room(ask.state, room) for room in ask.state.owners_rooms()])


def _room(ask: _Ask) -> HttpAnswer:
    room = json_objects.room(ask.state, ask.room)
    return json_answer(200, {**room, "description": ask.room.description})


def _members(ask: _Ask) -> HttpAnswer:
    return json_answer(200, json_objects.members(ask.state, ask.room))


def _messages(ask: _Ask) -> HttpAnswer:
    state, room = ask.state, ask.room
    if _flag(ask.query, "force"):
        window = state.window(room)
    else:
        window = state.window(room, since=room.cursor)
        room.cursor = window[-1].message_id if window else room.cursor
    visible = [message for message in window if not state.hides(message)]
    headers = _limitation(state) if len(visible) < len(window) else {}
    return _listed((json_objects.message(state, message) for message in visible), headers)


def _message(ask: _Ask) -> HttpAnswer:
    message = ask.state.messages.get(ask.part)
    if message is None or message.room_id != ask.room.room_id:
        return errors(404, "Message not found")
    if ask.state.hides(message):
        return errors(404, "Message not found", _limitation(ask.state))
    return json_answer(200, json_objects.message(ask.state, message))


def _tasks(ask: _Ask) -> HttpAnswer:
    assignee = _number(ask.query, "account_id")
    wanted = (task for task in ask.room.tasks.values() if assignee in (None, task.account_id))
    return _listed(json_objects.task(ask.state, task) for task in _chosen(wanted, ask.query))


def _task(ask: _Ask) -> HttpAnswer:
    task = ask.room.tasks.get(ask.part)
    return json_answer(200, json_objects.task(ask.state, task)) if task else errors(404, "Task not found")


def _files(ask: _Ask) -> HttpAnswer:
    uploader = _number(ask.query, "account_id")
    wanted = [file for file in ask.room.files.values() if uploader in (None, file.account_id)]
    return _listed(json_objects.file(ask.state, file) for file in wanted[-WINDOW:])


def _file(ask: _Ask) -> HttpAnswer:
    file = ask.room.files.get(ask.part)
    if file is None:
        return errors(404, "File not found")
    address = {"download_url": ask.address(file)} if _flag(ask.query, "create_download_url") else {}
    return json_answer(200, {**json_objects.file(ask.state, file), **address})


def _link(ask: _Ask) -> HttpAnswer:
    if ask.room.members[ask.state.owner] != "admin":
        return errors(403, "You don't have permission to get this link")
    return json_answer(200, json_objects.link(ask.room))


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


def _limitation(state: ChatworkState) -> dict[str, str]:
    summary = f"Messages older than {state.free_days} days are not shown"
    return {"chatwork-message-limitation": "true", "chatwork-message-limitation-summary": summary}


def _listed(items: Iterable[json_objects.Json], headers: Mapping[str, str] | None = None) -> HttpAnswer:
    found = list(items)
    return json_answer(200, found, headers) if found else HttpAnswer(204, headers or {})


def _chosen(tasks: Iterable[Task], query: Query) -> list[Task]:
    status = query.get("status", "open")
    if status not in {"open", "done"}:
        raise _BadParameterError("status")
    by = _number(query, "assigned_by_account_id")
    chosen = [task for task in tasks if task.status == status and by in (None, task.assigned_by)]
    return sorted(chosen, key=lambda task: task.task_id)[-WINDOW:]


def _flag(query: Query, name: str) -> bool:
    value = query.get(name, "0")
    if value not in {"0", "1"}:
        raise _BadParameterError(name)
    return value == "1"


def _number(query: Query, name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise _BadParameterError(name)
    return int(value)
