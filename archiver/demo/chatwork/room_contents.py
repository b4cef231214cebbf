"""Events inside the rooms of the simulated Chatwork: posts, files and tasks come, change and go."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from archiver.demo.chatwork import system_texts
from archiver.demo.chatwork.file_bytes import ByteContent, generated_content, held_content
from archiver.demo.chatwork.model import File, LimitType, Task
from archiver.demo.chatwork.state import ChatworkState, locked

_UPLOAD_SECONDS = 2  # in real samples an upload is 1 to 13 s older than its post


class RoomContents(ChatworkState):
    """A state whose posts, files and tasks can change. Message ids are text here, as in the API."""

    @locked
    def post(self, room: int, account: int, text: str, *, at: datetime | None = None) -> str:
        """Add a post, now or at a given time; returns the message id."""
        return str(self.add_post(room, account, text, at=at).message_id)

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
        content = _file_content(number, data, size)
        uploaded = self.seconds(at) - _UPLOAD_SECONDS
        file = File(number, room, account, 0, name, uploaded, content, _file_key(number, content))
        box = system_texts.file_box("file_uploaded", file)
        file.message_id = self.add_post(room, account, f"{comment}\n{box}" if comment else box, at=at).message_id
        self.files[number] = self.rooms[room].files[number] = file
        self.rooms[room].file_num += 1
        return number

    @locked
    def replace_file(
        self, file: int, *, data: bytes | None = None, size: int | None = None, name: str | None = None
    ) -> None:
        """Put other bytes, and perhaps another name, under the same file id, announced by a post."""
        uploaded = self.files[file]
        uploaded.content = _file_content(int(uploaded.key, 16), data, size)
        uploaded.key = _file_key(file, uploaded.content)
        uploaded.name = uploaded.name if name is None else name
        self.add_post(uploaded.room_id, uploaded.account_id, system_texts.file_box("file_edited", uploaded))

    @locked
    def remove_file(self, file: int) -> None:
        """Remove the file and change the box in its post; the room's `file_num` stays."""
        removed = self.files[file]
        removed.gone = True
        del self.rooms[removed.room_id].files[file]
        post = self.messages.get(removed.message_id)
        if post:
            post.body = post.body.replace(
                system_texts.file_box("file_uploaded", removed), system_texts.deleted_file_box(removed)
            )

    def content_digest(self, file: int) -> str:
        """The SHA-256 in hex of the file's content."""
        return self.files[file].content.sha256()

    def message_of_file(self, file: int) -> str:
        """The id of the post that carries the file."""
        return str(self.files[file].message_id)

    @locked
    def add_task(
        self,
        room: int,
        by: int,
        to: int,
        text: str,
        *,
        limit: datetime | None = None,
        limit_type: LimitType = "time",
        at: datetime | None = None,
    ) -> int:
        """Add a task for one person, announced by `by`; returns the task id."""
        return self.add_tasks(room, by, [to], text, limit=limit, limit_type=limit_type, at=at)[0]

    @locked
    def add_tasks(
        self,
        room: int,
        by: int,
        to: Sequence[int],
        text: str,
        *,
        limit: datetime | None = None,
        limit_type: LimitType = "time",
        at: datetime | None = None,
    ) -> list[int]:
        """Add a task for each assignee, announced by the same post; returns the task ids in order."""
        kind: LimitType = "none" if limit is None else limit_type
        due = 0 if limit is None else self.seconds(limit)
        tasks = [Task(next(self._tasks), room, account, by, 0, text, due, kind) for account in to]
        post = self.add_post(room, by, system_texts.task_box("added", tasks), at=at)
        for task in tasks:
            task.message_id = post.message_id
            self.tasks[task.task_id] = self.rooms[room].tasks[task.task_id] = task
        self.rooms[room].task_num += len(tasks)
        return [task.task_id for task in tasks]

    @locked
    def edit_task(self, task: int, text: str, *, announce: bool = True, at: datetime | None = None) -> None:
        """Replace a task's text, announced by who assigned it."""
        edited = self.tasks[task]
        edited.body = text
        if announce:
            self.add_post(edited.room_id, edited.assigned_by, system_texts.task_box("edited", [edited]), at=at)

    @locked
    def finish_task(self, task: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Let the assignee finish the task."""
        finished = self.tasks[task]
        finished.done = True
        if announce:
            self.add_post(finished.room_id, finished.account_id, system_texts.task_box("done", [finished]), at=at)

    @locked
    def delete_task(self, task: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Remove the task from the lists and by its id; the room's `task_num` stays."""
        deleted = self.tasks[task]
        del self.rooms[deleted.room_id].tasks[task]
        if announce:
            self.add_post(deleted.room_id, deleted.assigned_by, system_texts.task_box("deleted", [deleted]), at=at)

    def _move_room(self, room: int, at: datetime | None) -> None:
        self.rooms[room].last_update_time = max(self.rooms[room].last_update_time, self.seconds(at))


def _file_content(seed: int, data: bytes | None, size: int | None) -> ByteContent:
    assert (data is None) != (size is None), "a file has either bytes or a size"
    return held_content(data) if data is not None else generated_content(seed, size or 0)


def _file_key(file: int, content: ByteContent) -> str:
    return sha256(f"{file} {content.source!r} {content.size}".encode()).hexdigest()[:32]
