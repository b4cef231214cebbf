"""Events of accounts and rooms in the simulated Chatwork: they come, change, leave and are cancelled."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import get_args

from archiver.demo.chatwork import system_texts
from archiver.demo.chatwork.model import Account, ContactRequest, InvitationLink, Role, Room, RoomType
from archiver.demo.chatwork.state import ChatworkState, Clock, locked


class PeopleAndRooms(ChatworkState):
    """A state whose accounts and rooms can change; it begins with the token's owner and their My Chat."""

    def __init__(self, now: Clock | None, *, number: int = 0) -> None:
        super().__init__(now, number=number)
        self.owner = self.add_account("yamada")
        self.my_room = self.add_room("マイチャット", type="my")

    @locked
    def add_account(self, name: str, *, organization: str = "", department: str = "") -> int:
        """Add a person; returns the account id."""
        number = next(self._accounts)
        organization_id = int(sha256(organization.encode()).hexdigest()[:5], 16) if organization else 0
        chatwork_id = f"demo{number}"
        self.accounts[number] = Account(number, name, chatwork_id, organization_id, organization, department)
        return number

    @locked
    def rename_account(self, account: int, name: str) -> None:
        """Rename a person: every reply shows the new name from now on, for old posts too."""
        self.accounts[account].name = name

    @locked
    def cancel_account(self, account: int) -> None:
        """Cancel a person's account: their posts stay under `NAME(解約済)`, the rest goes.

        They leave all rooms and contacts; their files, and the tasks assigned to them, vanish. A direct chat becomes
        a group chat and a post says so; another announces that a group without an administrator has only such now.
        Other groups are told nothing.
        """
        self.accounts[account].cancelled = True
        for room in list(self.rooms.values()):
            if account in room.members:
                lost_admin = len(room.members) > 1 and _only_admin(room) == account
                self._remove_member(room, account)
                if room.type == "direct":
                    room.type, room.members = "group", dict.fromkeys(room.members, "admin")
                    self.add_post(room.room_id, account, system_texts.account_cancelled(account))
                elif lost_admin:
                    self.add_post(room.room_id, account, system_texts.everyone_admin())

    @locked
    def request_contact(self, account: int, message: str = "") -> int:
        """Add somebody's request to become the owner's contact; returns the request id."""
        number = next(self._requests)
        self.contact_requests[number] = ContactRequest(number, account, message)
        return number

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
        assert type in get_args(RoomType)
        others = list(members)
        assert type == "group" or len(others) == (1 if type == "direct" else 0)
        room = Room(next(self._rooms), name, type, description=description)
        room.partner = others[0] if type == "direct" else None
        room.members = {self.owner: owner_role if type == "group" else "member"}
        room.members.update(dict.fromkeys(others, "member"))
        room.last_update_time = self.seconds(at)
        self.rooms[room.room_id] = room
        if announce:
            self.add_post(room.room_id, self.owner, _opening_post(room, others), at=at)
        return room.room_id

    @locked
    def rename_room(
        self,
        room: int,
        name: str,
        *,
        by: int | None = None,
        announce: bool = True,
        at: datetime | None = None,
    ) -> None:
        """Rename a room, announced by the owner or `by`."""
        self.rooms[room].name = name
        if announce:
            self.add_post(room, by or self.owner, system_texts.room_changed("chatname", name), at=at)

    @locked
    def describe_room(
        self,
        room: int,
        text: str,
        *,
        by: int | None = None,
        announce: bool = True,
        at: datetime | None = None,
    ) -> None:
        """Change a room's description, announced by the owner or `by`."""
        self.rooms[room].description = text
        if announce:
            self.add_post(room, by or self.owner, system_texts.room_changed("description", text), at=at)

    @locked
    def set_invitation_link(
        self, room: int, code: str | None, *, need_acceptance: bool = True, description: str = ""
    ) -> None:
        """Open the room's invitation link under a code, or close it with None."""
        self.rooms[room].link = None if code is None else InvitationLink(code, need_acceptance, description)

    @locked
    def add_member(
        self,
        room: int,
        account: int,
        role: Role = "member",
        *,
        announce: bool = True,
        at: datetime | None = None,
    ) -> None:
        """Add a member, who then sees all earlier posts."""
        self.rooms[room].members[account] = role
        if announce:
            self.add_post(room, self.owner, system_texts.members_changed("added", [account]), at=at)

    @locked
    def change_role(
        self, room: int, account: int, role: Role, *, announce: bool = True, at: datetime | None = None
    ) -> None:
        """Give a member another role."""
        self.rooms[room].members[account] = role
        if announce:
            self.add_post(room, self.owner, system_texts.members_changed("priv_changed", [account]), at=at)

    @locked
    def leave_room(self, room: int, account: int, *, announce: bool = True, at: datetime | None = None) -> None:
        """Let a member leave: the files they sent and the tasks assigned to them in the room vanish.

        Posts stay. When the last member leaves, the room is deleted.
        """
        room_left = self.rooms[room]
        self._remove_member(room_left, account)
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

    def _remove_member(self, room: Room, account: int) -> None:
        room.members.pop(account)
        for file in [file for file in room.files.values() if file.account_id == account]:
            room.files.pop(file.file_id).gone = True
        room.tasks = {number: task for number, task in room.tasks.items() if task.account_id != account}
        if not room.members:
            self.rooms.pop(room.room_id)
        elif "admin" not in room.members.values() and room.type == "group":
            room.members = dict.fromkeys(room.members, "admin")


def _only_admin(room: Room) -> int | None:
    """The room's administrator, if there is exactly one."""
    admins = [account for account, role in room.members.items() if role == "admin"]
    return admins[0] if len(admins) == 1 else None


def _opening_post(room: Room, others: list[int]) -> str:
    match room.type:
        case "group":
            return system_texts.group_created(room.name, others)
        case "direct":
            return system_texts.chat_opened("contact_added")
        case "my":
            return system_texts.chat_opened("mychat_created")
