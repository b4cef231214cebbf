"""The JSON objects of the API, with the fields of the official RAML and chatwork-api.md.

Unset texts are `""`, never null; ids are numbers, except message ids, which are text.
"""

from archiver.demo.chatwork.model import Account, ContactRequest, File, Message, Room, Task
from archiver.demo.chatwork.state import ChatworkState

Json = dict[str, object]

_COLOURS = ("blue", "green", "orange", "purple", "red", "yellow")


def me(state: ChatworkState) -> Json:
    """The answer to `GET /me`."""
    person = state.accounts[state.owner]
    unset = ("url", "introduction", "mail", "tel_organization", "tel_extension", "tel_mobile")
    return {
        "account_id": person.account_id,
        "room_id": state.my_room,
        "name": person.shown_name,
        **_work_fields(person),
        "title": "",
        **dict.fromkeys((*unset, "skype", "facebook", "twitter"), ""),
        "avatar_image_url": _avatar_url(state, person),
        "login_mail": "yamada@example.com",
    }


def my_status(state: ChatworkState) -> Json:
    """The answer to `GET /my/status`: sums over the rooms of the owner."""
    rooms = [room(state, chat) for chat in state.owners_rooms()]
    status: Json = {}
    for name in ("unread", "mention", "mytask"):
        numbers = [int(str(chat[f"{name}_num"])) for chat in rooms]
        status |= {f"{name}_room_num": sum(number > 0 for number in numbers), f"{name}_num": sum(numbers)}
    return status


def contact(state: ChatworkState, direct: Room, person: Account) -> Json:
    """An item of `GET /contacts`."""
    return {
        "account_id": person.account_id,
        "room_id": direct.room_id,
        "name": person.shown_name,
        **_work_fields(person),
        "avatar_image_url": _avatar_url(state, person),
    }


def contact_request(state: ChatworkState, request: ContactRequest) -> Json:
    """An item of `GET /incoming_requests`."""
    person = state.accounts[request.account_id]
    return {
        "request_id": request.request_id,
        "account_id": person.account_id,
        "message": request.message,
        "name": person.shown_name,
        **_work_fields(person),
        "avatar_image_url": _avatar_url(state, person),
    }


def room(state: ChatworkState, room: Room) -> Json:
    """An item of `GET /rooms`; the description is only in `GET /rooms/{id}`."""
    mine = (task for task in room.tasks.values() if task.account_id == state.owner and not task.done)
    return {
        "room_id": room.room_id,
        "name": state.room_name(room),
        "type": room.type,
        "role": room.members[state.owner],
        "sticky": False,
        "unread_num": room.unread_num,
        "mention_num": room.mention_num,
        "mytask_num": sum(1 for _ in mine),
        "message_num": room.message_num,
        "file_num": room.file_num,
        "task_num": room.task_num,
        "icon_path": _icon_url(state, room),
        "last_update_time": room.last_update_time,
    }


def members(state: ChatworkState, room: Room) -> list[Json]:
    """The answer to `GET /rooms/{id}/members`: the present members."""
    return [
        {
            "account_id": account,
            "role": role,
            "name": state.accounts[account].shown_name,
            **_work_fields(state.accounts[account]),
            "avatar_image_url": _avatar_url(state, state.accounts[account]),
        }
        for account, role in room.members.items()
    ]


def message(state: ChatworkState, message: Message) -> Json:
    """A message, the same in the list and singly."""
    return {
        "message_id": str(message.message_id),
        "account": _account_object(state, message.account_id),
        "body": message.body,
        "send_time": message.send_time,
        "update_time": message.update_time,
    }


def file(state: ChatworkState, file: File) -> Json:
    """A file, without its download address."""
    return {
        "file_id": file.file_id,
        "account": _account_object(state, file.account_id),
        "message_id": str(file.message_id),
        "filename": file.name,
        "filesize": file.content.size,
        "upload_time": file.upload_time,
    }


def task(state: ChatworkState, task: Task) -> Json:
    """A task of a room."""
    return {
        "task_id": task.task_id,
        "account": _account_object(state, task.account_id),
        "assigned_by_account": _account_object(state, task.assigned_by),
        **_task_fields(task),
    }


def my_task(state: ChatworkState, task: Task) -> Json:
    """An item of `GET /my/tasks`, which names the room instead of the assignee."""
    room = state.rooms[task.room_id]
    return {
        "task_id": task.task_id,
        "room": {
            "room_id": room.room_id,
            "name": state.room_name(room),
            "icon_path": _icon_url(state, room),
        },
        "assigned_by_account": _account_object(state, task.assigned_by),
        **_task_fields(task),
    }


def link(room: Room) -> Json:
    """The answer to `GET /rooms/{id}/link`."""
    if room.link is None:
        return {"public": False}
    return {
        "public": True,
        "url": f"https://www.chatwork.com/g/{room.link.code}",
        "need_acceptance": room.link.need_acceptance,
        "description": room.link.description,
    }


def _task_fields(task: Task) -> Json:
    return {
        "message_id": str(task.message_id),
        "body": task.body,
        "limit_time": task.limit_time,
        "status": task.status,
        "limit_type": task.limit_type,
    }


def _account_object(state: ChatworkState, number: int) -> Json:
    person = state.accounts[number]
    return {
        "account_id": number,
        "name": person.shown_name,
        "avatar_image_url": _avatar_url(state, person),
    }


def _work_fields(person: Account) -> Json:
    return {
        "chatwork_id": person.chatwork_id,
        "organization_id": person.organization_id,
        "organization_name": person.organization,
        "department": person.department,
    }


def _avatar_url(state: ChatworkState, person: Account) -> str:
    colour = _COLOURS[person.account_id % len(_COLOURS)]
    return f"{state.files_url}/avatar/ico_default_{colour}.png"


def _icon_url(state: ChatworkState, room: Room) -> str:
    if room.partner is not None:
        return _avatar_url(state, state.accounts[room.partner])
    return f"{state.files_url}/icon/ico_{'group' if room.type == 'group' else 'my'}.png"
