"""The simulated Chatwork of the demo, with every event that a client may meet, failures on order, and a record.

with Chatwork() as chatwork:
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka])
    message = chatwork.post(room, tanaka, "よろしくお願いします。")
    requests.get(f"{chatwork.base_url}/rooms", headers={"x-chatworktoken": chatwork.token})
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar

from archiver.demo.chatwork import WINDOW, Json, Query, Role, Room, file_box, file_content, file_key, locked, task_box
from archiver.demo.loopback import HttpAnswer, HttpRequest, error_answer, json_answer
from tests.support.chatwork import system_texts
from tests.support.chatwork.downloads import SignedDownloads
from tests.support.chatwork.faults import Fault, FaultOrder, Faults, apply_fault
from tests.support.chatwork.faulty_server import FaultyAnswer, FaultyServer, faulty

__all__ = ["Chatwork", "Fault", "HttpRequest"]

_SECRETS = ("x-chatworktoken", "authorization", "cookie")
_MESSAGES = re.compile(r"/v2/rooms/[0-9]+/messages(/[0-9]+)?(\?.*)?")
_DAY = 86400


def _real_now() -> datetime:
    return datetime.now(UTC)


class Chatwork(SignedDownloads):
    """The service, with a record of what it is asked; `now` is its clock (None: the real one)."""

    server_type = FaultyServer

    def __init__(self, *, now: Callable[[], datetime] | None = None, **options: Any) -> None:
        super().__init__(now=now or _real_now, **options)
        self.requests: list[HttpRequest] = []
        self.downloads: list[HttpRequest] = []
        self.contact_requests: list[tuple[int, int, str]] = []
        """Ids, accounts and texts of requests to become a contact of the owner."""
        self._faults = Faults()
        self._old_tokens = {self.token}
        self._request_ids = count(5001)
        self._free_days: int | None = None

    # --- its answers -----------------------------------------------------------------------------

    def _my_status(self, _query: Query) -> Json:
        rooms = self._rooms_of_owner(_query)
        numbers = {name: [room[f"{name}_num"] for room in rooms] for name in ("unread", "mention", "mytask")}
        in_rooms = {f"{name}_room_num": sum(number > 0 for number in found) for name, found in numbers.items()}
        return in_rooms | {f"{name}_num": sum(found) for name, found in numbers.items()}

    def _incoming_requests(self, _query: Query) -> list[Json]:
        newest = self.contact_requests[-WINDOW:]
        return [{"request_id": number, "message": text, **self.profile(who)} for number, who, text in newest]

    ROUTES: ClassVar[dict[str, Callable[..., object]]] = {
        **SignedDownloads.ROUTES,
        "/v2/incoming_requests": _incoming_requests,
        "/v2/my/status": _my_status,
    }
    """With calls of other programs."""

    def answer_api(self, request: HttpRequest) -> FaultyAnswer:
        """The answer of the API, recorded, with what the free plan hides and the failure that is ordered."""
        self.requests.append(request)
        return self._with_fault(self._without_old_posts(super().answer_api(request), request.path), request)

    def answer_files(self, request: HttpRequest) -> FaultyAnswer:
        """The answer of the second port, recorded, with the failure that is ordered."""
        self.downloads.append(request)
        return self._with_fault(super().answer_files(request), request)

    @property
    def leaked(self) -> bool:
        """Whether a token, an authorization or a cookie was ever sent to the second port."""
        named = any(name in request.headers for request in self.downloads for name in _SECRETS)
        return named or any(token in request.path for request in self.downloads for token in self._old_tokens)

    def revoke_token(self, new: str | None = None) -> None:
        """Make the token invalid (401); a new one may take its place."""
        self.token = new or ""
        self._old_tokens |= {new} if new else set()

    def free_plan(self, days: int | None = 40) -> None:
        """Hide posts older than so many days, as the free plan does; None shows them again."""
        self._free_days = days

    def fail(self, kind: Fault, path: str = "", *, times: int | None = 1, after: int = 0, **details: Any) -> None:
        """Order a failure of the next `times` answers on either port (None: all until `heal`).

        `path` is a regular expression, searched in the path with its query (`/v2/…` or
        `/uploadfile/…`); `after` lets so many matching requests pass first. The rest are details
        that `Fault` names. A failed request counts against the budget.
        """
        details.setdefault("to", f"http://localhost:{self.ports[1]}/elsewhere")
        self._faults.add(FaultOrder(kind, re.compile(path), **details), times=times, after=after)

    def heal(self) -> None:
        """Drop every ordered failure."""
        self._faults.clear()

    def _with_fault(self, answer: HttpAnswer, request: HttpRequest) -> FaultyAnswer:
        order = self._faults.take(request.path)
        return faulty(answer) if order is None else apply_fault(faulty(answer), order, request=request, now=request.at)

    def _without_old_posts(self, answer: HttpAnswer, path: str) -> HttpAnswer:
        """The answer as the free plan gives it: old posts are left out, and the headers say so."""
        match = _MESSAGES.fullmatch(path)
        if self._free_days is None or answer.status != 200 or not match:
            return answer
        found = json.loads(b"".join(answer.body.chunks()))
        shown = found if isinstance(found, list) else [found]
        visible = [one for one in shown if one["send_time"] >= self.seconds() - self._free_days * _DAY]
        if len(visible) == len(shown):
            return answer
        summary = f"Messages older than {self._free_days} days are not shown"
        limited = {"chatwork-message-limitation": "true", "chatwork-message-limitation-summary": summary}
        headers = {**answer.headers, **limited}
        if match[1]:
            return error_answer(404, "Message not found", headers)
        return json_answer(200, visible, headers) if visible else HttpAnswer(204, headers)

    # --- people and rooms ------------------------------------------------------------------------

    @locked
    def rename_account(self, account: int, name: str) -> None:
        """Rename a person: every reply shows the new name from now on, for old posts too."""
        self.accounts[account].name = name

    @locked
    def cancel_account(self, account: int) -> None:
        """Cancel a person's account; a direct chat becomes a group chat and a post says so.

        Another post announces that a group without an administrator has only such now. Other groups are told nothing.
        """
        rooms = [room for room in self.rooms.values() if account in room.members]
        lost = [room for room in rooms if len(room.members) > 1 and _only_admin(room) == account]
        super().cancel_account(account)
        for room in rooms:
            if room.type == "direct":
                room.type, room.members = "group", dict.fromkeys(room.members, "admin")
                self.add_post(room.room_id, account, system_texts.account_cancelled(account))
            elif room in lost:
                self.add_post(room.room_id, account, system_texts.everyone_admin())

    @locked
    def request_contact(self, account: int, message: str = "") -> int:
        """Add somebody's request to become the owner's contact; returns the request id."""
        self.contact_requests.append((next(self._request_ids), account, message))
        return self.contact_requests[-1][0]

    @locked
    def rename_room(
        self, room: int, name: str, *, by: int | None = None, announce: bool = True, at: datetime | None = None
    ) -> None:
        """Rename a room, announced by the owner or `by`."""
        self.rooms[room].name = name
        if announce:
            self.add_post(room, by or self.owner, system_texts.room_changed("chatname", name), at=at)

    @locked
    def describe_room(
        self, room: int, text: str, *, by: int | None = None, announce: bool = True, at: datetime | None = None
    ) -> None:
        """Change a room's description, announced by the owner or `by`."""
        self.rooms[room].description = text
        if announce:
            self.add_post(room, by or self.owner, system_texts.room_changed("description", text), at=at)

    @locked
    def add_member(
        self, room: int, account: int, role: Role = "member", *, announce: bool = True, at: datetime | None = None
    ) -> None:
        """Add a member, who then sees all earlier posts."""
        self.rooms[room].members[account] = role
        if announce:
            self.add_post(room, self.owner, system_texts.members_changed("added", [account]), at=at)

    @locked
    def leave_room(self, room: int, account: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Let a member leave: the files they sent and the tasks assigned to them in the room vanish.

        Posts stay. When the last member leaves, the room is deleted.
        """
        room_left = self.rooms[room]
        self.remove_member(room_left, account)
        if announce and room_left.members:
            self.add_post(room, account, system_texts.members_changed("leaved", [account]), at=at)

    @locked
    def remove_owner(self, room: int) -> None:
        """Remove the token's owner from a room: it answers 403 and is in no list. Nothing vanishes."""
        self.rooms[room].members.pop(self.owner)

    @locked
    def restore_owner(self, room: int, role: Role = "member") -> None:
        """Let the owner back in, who sees what was posted meanwhile, as far as the lists reach."""
        self.rooms[room].members[self.owner] = role

    @locked
    def remove_room(self, room: int) -> None:
        """Delete the room for everyone; to the API that looks as if the owner had left."""
        for file in self.rooms.pop(room).files.values():
            file.gone = True

    def remove_member(self, room: Room, account: int) -> None:
        """Let a member go; the last one takes the room along, and a group without administrators has only such."""
        super().remove_member(room, account)
        if not room.members:
            self.rooms.pop(room.room_id)
        elif "admin" not in room.members.values() and room.type == "group":
            room.members = dict.fromkeys(room.members, "admin")

    # --- posts, files and tasks ------------------------------------------------------------------

    @locked
    def edit(
        self,
        message: str,
        text: str,
        *,
        at: datetime | None = None,
        moves_update_time: bool = True,
        moves_room: bool = False,
    ) -> None:
        """Replace the body; `moves_room` lets the room's `last_update_time` follow."""
        post = self.messages[int(message)]
        post.body = text
        if moves_update_time:
            post.update_time = self.seconds(at)
        if moves_room:
            self._move_room(post.room_id, at)

    @locked
    def delete(
        self,
        message: str,
        *,
        at: datetime | None = None,
        moves_update_time: bool = False,
        moves_room: bool = False,
    ) -> None:
        """Replace the body by `[deleted]`; `moves_room` also lets `message_num` fall by one."""
        self.edit(message, "[deleted]", at=at, moves_update_time=moves_update_time, moves_room=moves_room)
        if moves_room:
            self.rooms[self.messages[int(message)].room_id].message_num -= 1

    @locked
    def vanish(self, message: str, *, moves_room: bool = False) -> None:
        """Remove the post from the list and by its id; `moves_room` as in `delete`."""
        post = self.messages.pop(int(message))
        room = self.rooms[post.room_id]
        room.message_ids.remove(post.message_id)
        if moves_room:
            room.message_num -= 1
            self._move_room(room.room_id, None)

    @locked
    def replace_file(
        self, file: int, *, data: bytes | None = None, size: int | None = None, name: str | None = None
    ) -> None:
        """Put other bytes, and perhaps another name, under the same file id, announced by a post."""
        uploaded = self.files[file]
        uploaded.content = file_content(int(uploaded.key, 16), data, size)
        uploaded.key = file_key(file, uploaded.content)
        uploaded.filename = uploaded.filename if name is None else name
        self.add_post(uploaded.room_id, uploaded.account_id, file_box("file_edited", uploaded))

    @locked
    def remove_file(self, file: int) -> None:
        """Remove the file and change the box in its post; the room's `file_num` stays."""
        removed = self.files[file]
        removed.gone = True
        del self.rooms[removed.room_id].files[file]
        post = self.messages.get(removed.message_id)
        if post:
            box, deleted = file_box("file_uploaded", removed), system_texts.deleted_file_box(removed)
            post.body = post.body.replace(box, deleted)

    def content_digest(self, file: int) -> str:
        """The SHA-256 in hex of the file's content."""
        digest = sha256()
        for chunk in self.files[file].content.chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def message_of_file(self, file: int) -> str:
        """The id of the post that carries the file."""
        return str(self.files[file].message_id)

    def add_task(self, room: int, by: int, to: int, text: str, **given: Any) -> int:
        """Add a task for one person, announced by `by`; returns the task id."""
        return self.add_tasks(room, by, [to], text, **given)[0]

    @locked
    def finish_task(self, task: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Let the assignee finish the task."""
        finished = self.tasks[task]
        finished.status = "done"
        if announce:
            self.add_post(finished.room_id, finished.account_id, task_box("done", [finished]), at=at)

    @locked
    def delete_task(self, task: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Remove the task from the lists and by its id; the room's `task_num` stays."""
        deleted = self.tasks[task]
        del self.rooms[deleted.room_id].tasks[task]
        if announce:
            self.add_post(deleted.room_id, deleted.assigned_by, task_box("deleted", [deleted]), at=at)

    def _move_room(self, room: int, at: datetime | None) -> None:
        self.rooms[room].last_update_time = max(self.rooms[room].last_update_time, self.seconds(at))


def _only_admin(room: Room) -> int | None:
    """The room's administrator, if there is exactly one."""
    admins = [account for account, role in room.members.items() if role == "admin"]
    return admins[0] if len(admins) == 1 else None
