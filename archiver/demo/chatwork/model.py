"""The objects of the simulated Chatwork: accounts, rooms, messages, files, tasks, requests.

Times are Unix seconds, as in the API's own JSON. Ids are numbers here; a message's id leaves
the server as text.
"""

from dataclasses import dataclass, field
from typing import Literal

from archiver.demo.chatwork.file_bytes import ByteContent

Role = Literal["admin", "member", "readonly"]
RoomType = Literal["my", "direct", "group"]
LimitType = Literal["none", "date", "time"]


@dataclass(slots=True)
class Account:
    """A person's account."""

    account_id: int
    name: str
    chatwork_id: str
    organization_id: int
    organization: str
    department: str
    cancelled: bool = False

    @property
    def shown_name(self) -> str:
        """The name as every reply shows it now, with the mark of a cancelled account, also for old posts."""
        return f"{self.name}(解約済)" if self.cancelled else self.name


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
    name: str
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
    done: bool = False

    @property
    def status(self) -> Literal["open", "done"]:
        """The task's status in the API's word."""
        return "done" if self.done else "open"


@dataclass(slots=True)
class InvitationLink:
    """A room's invitation link, when it has one."""

    code: str
    need_acceptance: bool
    description: str


@dataclass(slots=True)
class ContactRequest:
    """Somebody's request to become a contact of the owner."""

    request_id: int
    account_id: int
    message: str


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
    link: InvitationLink | None = None
    cursor: int = 0
    """The last message id that a call with `force=0` returned; 0 before the first."""
    message_num: int = 0
    file_num: int = 0
    task_num: int = 0
    unread_num: int = 0
    mention_num: int = 0
    last_update_time: int = 0
