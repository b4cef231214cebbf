"""Every reply of the simulated Chatwork has the fields and types of the official schemas."""

import pytest

from tests.support.chatwork.full_room import FullRoom, Get

# Field names and types of every reply, as the official RAML gives them; a set lists the only values.
ACCOUNT = {"account_id": int, "name": str, "avatar_image_url": str}
WORK = {"chatwork_id": str, "organization_id": int, "organization_name": str, "department": str}
PERSON = {**ACCOUNT, **WORK}
ROLE = {"admin", "member", "readonly"}
COUNTERS = "unread_num mention_num mytask_num message_num file_num task_num last_update_time"
ROOM = {
    **dict.fromkeys(["room_id", *COUNTERS.split()], int),
    "name": str,
    "type": {"my", "direct", "group"},
    "role": ROLE,
    "sticky": bool,
    "icon_path": str,
}
TASK = {
    **dict.fromkeys(["task_id", "limit_time"], int),
    "assigned_by_account": ACCOUNT,
    "message_id": str,
    "body": str,
    "status": {"open", "done"},
    "limit_type": {"none", "date", "time"},
}
PROFILE = "title url introduction mail tel_organization tel_extension tel_mobile skype facebook twitter"
MESSAGE = {"message_id": str, "account": ACCOUNT, "body": str, "send_time": int, "update_time": int}
FILE = {
    **dict.fromkeys(["file_id", "filesize", "upload_time"], int),
    "account": ACCOUNT,
    "message_id": str,
    "filename": str,
}
LINK = {"public": bool, "url": str, "need_acceptance": bool, "description": str}
SHAPES: dict[str, object] = {
    "/me": {**PERSON, "room_id": int, **dict.fromkeys([*PROFILE.split(), "login_mail"], str)},
    "/my/status": {f"{name}_{part}": int for name in ("unread", "mention", "mytask")
                   for part in ("room_num", "num")},
    "/my/tasks": [{**TASK, "room": {"room_id": int, "name": str, "icon_path": str}}],
    "/contacts": [{**PERSON, "room_id": int}],
    "/rooms": [ROOM],
    "/rooms/{room}": {**ROOM, "description": str},
    "/rooms/{room}/members": [{**PERSON, "role": ROLE}],
    "/rooms/{room}/messages?force=1": [MESSAGE],
    "/rooms/{room}/messages/{message}": MESSAGE,
    "/rooms/{room}/tasks": [{**TASK, "account": ACCOUNT}],
    "/rooms/{room}/tasks/{task}": {**TASK, "account": ACCOUNT},
    "/rooms/{room}/files": [FILE],
    "/rooms/{room}/files/{file}": FILE,
    "/rooms/{room}/files/{file}?create_download_url=1": {**FILE, "download_url": str},
    "/rooms/{room}/link": LINK,
    "/incoming_requests": [{**PERSON, "request_id": int, "message": str}],
}  # fmt: skip


def shape(value: object, expected: object) -> object:
    """The wanted shape if the value has it, else what the value is instead."""
    match expected:
        case dict() if isinstance(value, dict):
            return {name: shape(part, expected.get(name, "no such field")) for name, part in value.items()}
        case list() if isinstance(value, list) and value:
            found = [shape(item, expected[0]) for item in value]
            return next(([item] for item in found if item != expected[0]), [expected[0]])
        case set():
            return expected if value in expected else value
        case type():
            return type(value)
        case _:
            return value


@pytest.mark.parametrize("path", SHAPES)
def test_every_reply_has_exactly_the_fields_of_the_documentation(path: str, full: FullRoom, get: Get) -> None:
    """Each of the fifteen read calls answers with the fields and types of the official schema."""
    address = path.format(**vars(full))

    reply = get(address)

    assert (200, SHAPES[path]) == (reply.status_code, shape(reply.json(), SHAPES[path]))
