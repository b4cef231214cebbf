"""Fields and types of every reply of a read call, as facts out of the JSON schemas of Chatwork's official RAML.

A set lists the only values. The simulated Chatwork is held to this table, and replies at random are made from it.
"""

from __future__ import annotations

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
SHAPES: dict[str, object] = {
    "/me": {**PERSON, "room_id": int, **dict.fromkeys([*PROFILE.split(), "login_mail"], str)},
    "/my/status": {f"{name}_{part}": int for name in ("unread", "mention", "mytask")
                   for part in ("room_num", "num")},
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
    "/incoming_requests": [{**PERSON, "request_id": int, "message": str}],
}  # fmt: skip

NOT_REQUIRED = {"/contacts"}
"""Replies none of whose fields the official schema calls required."""
