"""Entries of an archive as the JSON objects of their lines, with defaults for tests."""

from __future__ import annotations

from typing import Any

ROOM = 123456789


def time(minutes: int) -> str:
    """An entry's time, so many minutes after 10:00 in Tokyo on 5 November 2026."""
    return f"2026-11-05T{1 + minutes // 60:02}:{minutes % 60:02}:00.000Z"


def entry(
    seq: int, kind: str, key: str, payload: dict[str, Any], *, room: int | None = ROOM, reply: str | None = None
) -> dict[str, Any]:
    """An entry that was observed at minute `seq`."""
    return {
        "seq": seq,
        "observed_at": time(seq),
        "clock": None,
        "kind": kind,
        "account_id": 1,
        "room_id": room,
        "key": key,
        "payload": payload,
        "salt": "00" * 16,
        "reply": reply,
    }


def object_entry(
    seq: int, kind: str, key: str, received: dict[str, Any], *, state: str = "present", room: int = ROOM
) -> dict[str, Any]:
    """An entry about an object as received."""
    return entry(seq, kind, key, {"object": received, "state": state, "source": "list"}, room=room)


def message_entry(
    seq: int,
    message_id: int,
    body: str,
    *,
    state: str = "present",
    send_time: Any = 1793840400,
    update_time: int = 0,
    room: int = ROOM,
    reply: str | None = None,
) -> dict[str, Any]:
    """An entry of a message by 田中."""
    received = {
        "account": {"account_id": 7654321, "name": "田中"},
        "body": body,
        "send_time": send_time,
        "update_time": update_time,
    }
    whole = object_entry(seq, "message", f"message/{message_id}", received, state=state, room=room)
    return whole | {"reply": reply}


def window(
    seq: int, oldest: int, newest: int, *, absent: tuple[int, ...] = (), reply: str | None = None
) -> dict[str, Any]:
    """An entry of a message list."""
    payload = {"oldest": str(oldest), "newest": str(newest), "count": 1, "absent": [str(one) for one in absent]}
    return entry(seq, "window", f"window/{ROOM}/{seq}", payload, reply=reply)


def file(
    seq: int, file_id: int, name: str, *, size: int = 5, upload_time: int = 1793840400, state: str = "present"
) -> dict[str, Any]:
    """An entry of a listed file."""
    received = {
        "account": {"account_id": 7654321, "name": "田中"},
        "message_id": "1",
        "filename": name,
        "filesize": size,
        "upload_time": upload_time,
    }
    return object_entry(seq, "file", f"file/{file_id}", received, state=state)


def blob(
    seq: int,
    file_id: int,
    sha256: str | None,
    *,
    size: int = 5,
    upload_time: int = 1793840400,
    reason: str | None = None,
) -> dict[str, Any]:
    """An entry of saved bytes, or of the reason why none were saved."""
    payload = {
        "state": "saved" if sha256 else "lost",
        "sha256": sha256,
        "size": size if sha256 else None,
        "saved_at": time(seq) if sha256 else None,
        "reason": reason,
        "listed_size": size,
        "listed_time": upload_time,
    }
    return entry(seq, "blob", f"blob/{ROOM}/{file_id}", payload)
