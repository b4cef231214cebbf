"""The JSON objects of the API, field by field as the official RAML and chatwork-api.md name them.

Unset texts are `""`, never null; ids are numbers but for message ids, which are text.
"""

from archiver.demo.chatwork.model import Account, ContactRequest, File, Message, Room, Task
from archiver.demo.chatwork.state import ChatworkState

Json = dict[str, object]

_COLOURS = ("blue", "green", "orange", "purple", "red", "yellow")


def me(state: ChatworkState) -> Json:
    """`GET /me`."""
    person = state.accounts[state.owner]
    unset = ("url", "introduction", "mail", "tel_organization", "tel_extension", "tel_mobile")
    return {
        "account_id": person.account_id,
        "room_id": state.my_room,
        "name": person.shown_name,
        **_work(person),
        "title": "",
        **dict.fromkeys((*unset, "skype", "facebook", "twitter"), ""),
        "avatar_image_url": _avatar(state, person),
        "login_mail": "yamada@example.com",
    }


def my_status(state: ChatworkState) -> Json:
    """`GET /my/status`: sums over the rooms of the owner."""
    rooms = [room(state, seen) for seen in state.owners_rooms()]
    status: Json = {}
    for name in ("unread", "mention", "mytask"):
        numbers = [int(str(one[f"{name}_num"])) for one in rooms]
        status |= {f"{name}_room_num": sum(number > 0 for number in numbers), f"{name}_num": sum(numbers)}
    return status


def contact(state: ChatworkState, direct: Room, person: Account) -> Json:
    """An item of `GET /contacts`."""
    return {
        "account_id": person.account_id,
        "room_id": direct.room_id,
        "name": person.shown_name,
        **_work(person),
        "avatar_image_url": _avatar(state, person),
    }


def contact_request(state: ChatworkState, request: ContactRequest) -> Json:
    """An item of `GET /incoming_requests`."""
    person = state.accounts[request.account_id]
    return {
        "request_id": request.request_id,
        "account_id": person.account_id,
        "message": request.message,
        "name": person.shown_name,
        **_work(person),
        "avatar_image_url": _avatar(state, person),
    }


def room(state: ChatworkState, shown: Room) -> Json:
    """An item of `GET /rooms`; the description stands only in `GET /rooms/{id}`."""
    mine = (task for task in shown.tasks.values() if task.account_id == state.owner and not task.done)
    return {
        "room_id": shown.room_id,
        "name": state.room_name(shown),
        "type": shown.type,
        "role": shown.members[state.owner],
        "sticky": False,
        "unread_num": shown.unread_num,
        "mention_num": shown.mention_num,
        "mytask_num": sum(1 for _ in mine),
        "message_num": shown.message_num,
        "file_num": shown.file_num,
        "task_num": shown.task_num,
        "icon_path": _icon(state, shown),
        "last_update_time": shown.last_update_time,
    }


def members(state: ChatworkState, shown: Room) -> list[Json]:
    """`GET /rooms/{id}/members`: the present members."""
    return [
        {
            "account_id": account,
            "role": role,
            "name": state.accounts[account].shown_name,
            **_work(state.accounts[account]),
            "avatar_image_url": _avatar(state, state.accounts[account]),
        }
        for account, role in shown.members.items()
    ]


def message(state: ChatworkState, shown: Message) -> Json:
    """A message; alike in the list and singly."""
    return {
        "message_id": str(shown.message_id),
        "account": _account(state, shown.account_id),
        "body": shown.body,
        "send_time": shown.send_time,
        "update_time": shown.update_time,
    }


def file(state: ChatworkState, shown: File) -> Json:
    """A file, without its address."""
    return {
        "file_id": shown.file_id,
        "account": _account(state, shown.account_id),
        "message_id": str(shown.message_id),
        "filename": shown.name,
        "filesize": shown.content.size,
        "upload_time": shown.upload_time,
    }


def task(state: ChatworkState, shown: Task) -> Json:
    """A task of a room."""
    return {
        "task_id": shown.task_id,
        "account": _account(state, shown.account_id),
        "assigned_by_account": _account(state, shown.assigned_by),
        **_task(shown),
    }


def my_task(state: ChatworkState, shown: Task) -> Json:
    """An item of `GET /my/tasks`, which names the room instead of the assignee."""
    where = state.rooms[shown.room_id]
    return {
        "task_id": shown.task_id,
        "room": {
            "room_id": where.room_id,
            "name": state.room_name(where),
            "icon_path": _icon(state, where),
        },
        "assigned_by_account": _account(state, shown.assigned_by),
        **_task(shown),
    }


def link(shown: Room) -> Json:
    """`GET /rooms/{id}/link`."""
    if shown.link is None:
        return {"public": False}
    return {
        "public": True,
        "url": f"https://www.chatwork.com/g/{shown.link.code}",
        "need_acceptance": shown.link.need_acceptance,
        "description": shown.link.description,
    }


def _task(shown: Task) -> Json:
    return {
        "message_id": str(shown.message_id),
        "body": shown.body,
        "limit_time": shown.limit_time,
        "status": shown.status,
        "limit_type": shown.limit_type,
    }


def _account(state: ChatworkState, number: int) -> Json:
    person = state.accounts[number]
    return {
        "account_id": number,
        "name": person.shown_name,
        "avatar_image_url": _avatar(state, person),
    }


def _work(person: Account) -> Json:
    return {
        "chatwork_id": person.chatwork_id,
        "organization_id": person.organization_id,
        "organization_name": person.organization,
        "department": person.department,
    }


def _avatar(state: ChatworkState, person: Account) -> str:
    colour = _COLOURS[person.account_id % len(_COLOURS)]
    return f"{state.files_url}/avatar/ico_default_{colour}.png"


def _icon(state: ChatworkState, shown: Room) -> str:
    if shown.partner is not None:
        return _avatar(state, state.accounts[shown.partner])
    return f"{state.files_url}/icon/ico_{'group' if shown.type == 'group' else 'my'}.png"
