"""Archives filled by hand with what a sync would append (`ArchiveMaker`), and a sample of them (`story`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from archiver.evidence.looks import code_intervals
from archiver.records import Contract, ContractRoom, Entry, JsonObject, Observation, Reply, RoomId
from archiver.store import blobs, writer
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contract_payload
from archiver.store.time_text import from_text, from_unix, to_text
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.new_database import make_database

ROOM = 123456789
OTHER_ROOM = 987654321
OWNER = 1234567
CLIENT = 7654321

BEGIN = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
"""10:00 in Tokyo."""


def at(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return BEGIN + timedelta(minutes=minutes)


def message_object(
    message_id: int, body: str, *, sent: float = 0, account: int = CLIENT, name: str = "田中", update_time: int = 0
) -> JsonObject:
    """A message as Chatwork gives it; `sent` in minutes after the beginning."""
    return {
        "message_id": str(message_id),
        "account": {"account_id": account, "name": name, "avatar_image_url": "https://example.com/a.png"},
        "body": body,
        "send_time": int(at(sent).timestamp()),
        "update_time": update_time,
    }


def file_object(
    file_id: int, name: str, size: int, *, sent: float = 0, account: int = CLIENT, message_id: int = 1
) -> JsonObject:
    """A file as Chatwork lists it."""
    return {
        "file_id": file_id,
        "account": {"account_id": account, "name": "田中", "avatar_image_url": ""},
        "message_id": str(message_id),
        "filename": name,
        "filesize": size,
        "upload_time": int(at(sent).timestamp()),
    }


class ArchiveMaker:
    """A home with an archive in it; every method appends in one transaction, as a sync does."""

    def __init__(self, home: Path, account_id: int = OWNER) -> None:
        """Make the home and the empty database, or go on with those that are there."""
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.account_id = account_id
        self.archive = Archive(home, clock=exact_clock())
        if not self.archive.database.exists():
            make_database(self.archive.database)

    def append(
        self, observations: Sequence[Observation], *, minutes: float = 0, reply: Reply | None = None, room: int = ROOM
    ) -> list[Entry]:
        """Append observations, and keep the reply they came from."""
        with self.archive.writing() as writing:
            if reply is not None:
                writer.keep_reply(writing, reply, room_id=room)
            return writer.append(writing, observations, account_id=self.account_id, at=at(minutes))

    def me(self) -> None:
        """Record whose archive it is."""
        payload = {"account_id": self.account_id, "name": "yamada", "chatwork_id": "", "organization_name": ""}
        self.append([Observation("me", "me", payload)])

    def contract(self, name: str = "job1", rooms: Sequence[int | ContractRoom] = (ROOM,), **facts: Any) -> Contract:
        """State a contract."""
        contract_rooms = tuple(one if isinstance(one, ContractRoom) else ContractRoom(RoomId(one)) for one in rooms)
        contract = Contract(name, contract_rooms, **facts)
        self.append([Observation("contract", f"contract/{name}", contract_payload(contract))])
        return contract

    def room(
        self, name: str, *, room: int = ROOM, minutes: float = 0, description: str = "", is_direct: bool = False
    ) -> None:
        """Record the name and description of a room."""
        kind = "direct" if is_direct else "group"
        room_object = {"room_id": room, "name": name, "description": description, "type": kind, "role": "member"}
        payload = {"object": room_object | {"icon_path": ""}, "state": "present", "source": "list"}
        self.append([Observation("room", f"room/{room}", payload, room)], minutes=minutes)

    def account(self, account: int, name: str, *, room: int = ROOM, minutes: float = 0) -> None:
        """Record a person of a list."""
        payload = {"object": {"account_id": account, "name": name, "avatar_image_url": ""}, "state": "present"}
        key = f"account/{room}/{account}"
        self.append([Observation("account", key, payload | {"source": "list"}, room)], minutes=minutes)

    def member(
        self,
        account: int,
        name: str,
        *,
        state: str = "present",
        room: int = ROOM,
        minutes: float = 0,
        chatwork_id: str = "",
        organisation: str = "",
    ) -> None:
        """Record a member; with `state="gone"` one who is not in the list any more."""
        member_object = {
            "account_id": account,
            "name": name,
            "role": "member",
            "chatwork_id": chatwork_id,
            "department": "",
        }
        payload = {"object": member_object | {"organization_name": organisation}, "state": state, "source": "list"}
        self.append([Observation("member", f"member/{room}/{account}", payload, room)], minutes=minutes)

    def sync(
        self,
        messages: Sequence[JsonObject],
        *,
        changed: Mapping[int, str] | None = None,
        absent: Mapping[int, JsonObject] | None = None,
        room: int = ROOM,
        minutes: float = 1,
        joins: bool = True,
        beginning: bool = True,
    ) -> list[Entry]:
        """Read a message list: a window, then the messages in `changed` (id → state; None: all, as present).

        `absent`: known messages that the list does not show, with the object last seen; they become `missing`.
        """
        reply = self._reply(f"/rooms/{room}/messages?force=1", list(messages), minutes)
        ids = [int(one["message_id"]) for one in messages]
        states = dict.fromkeys(ids, "present") if changed is None else changed
        window = {
            "oldest": str(min(ids)) if ids else None,
            "newest": str(max(ids)) if ids else None,
            "count": len(ids),
            "date": "Thu, 05 Nov 2026 01:00:00 GMT",
            "limited": False,
            "message_num": len(ids),
            "joins": joins,
            "beginning": beginning,
            "from": to_text(_oldest_time(messages) or at(minutes)),
            "absent": [str(one) for one in absent or ()],
        }
        observations = [Observation("window", f"window/{room}/{writer.SELF}", window, room, reply.digest)]
        for message in messages:
            if int(message["message_id"]) in states:
                state = states[int(message["message_id"])]
                observations.append(self._message(message, state, "list", room, reply.digest))
        observations += [self._message(one, "missing", "single", room, None) for one in (absent or {}).values()]
        return self.append(observations, minutes=minutes, reply=reply, room=room)

    def reading(self, ids: Sequence[int], *, room: int = ROOM, minutes: float) -> None:
        """Read messages singly and find them unchanged."""
        payload = {"ids": [str(one) for one in ids]}
        self.append([Observation("reading", f"reading/{room}/{writer.SELF}", payload, room)], minutes=minutes)

    def read_singly(self, message: JsonObject, state: str, *, room: int = ROOM, minutes: float) -> None:
        """Read a message singly and find it changed."""
        self.append([self._message(message, state, "single", room, None)], minutes=minutes)

    def hide(self, messages: Sequence[JsonObject], *, room: int = ROOM, minutes: float) -> None:
        """Find messages hidden by the plan; `messages` are the objects last seen."""
        self.append([self._message(one, "hidden", "list", room, None) for one in messages], minutes=minutes)

    def file(
        self,
        listed_file: JsonObject,
        body: bytes | None,
        *,
        state: str = "present",
        reason: str = "404",
        room: int = ROOM,
        minutes: float = 2,
    ) -> str:
        """Record a listed file and save its bytes (None: the download failed); returns the digest."""
        reply = self._reply(f"/rooms/{room}/files", [listed_file], minutes)
        payload = {"object": listed_file, "state": state, "source": "list"}
        observations = [Observation("file", f"file/{listed_file['file_id']}", payload, room, reply.digest)]
        blob: JsonObject = {"listed_size": listed_file["filesize"], "listed_time": listed_file["upload_time"]}
        sha256 = hashlib.sha256(body or b"").hexdigest()
        if body is None:
            blob |= {"state": "lost", "sha256": None, "size": None, "saved_at": None, "reason": reason}
        else:
            part = blobs.incoming_path(self.home, room, listed_file["file_id"])
            part.write_bytes(body)
            blobs.keep(self.home, part, sha256)
            saved = {"sha256": sha256, "size": len(body), "saved_at": to_text(at(minutes)), "reason": None}
            blob |= {"state": "saved"} | saved
        observations.append(Observation("blob", f"blob/{room}/{listed_file['file_id']}", blob, room))
        self.append(observations, minutes=minutes, reply=reply, room=room)
        return sha256

    def gap(
        self, number: int, *, after: str | None, before: str, room: int = ROOM, minutes: float = 1, **facts: Any
    ) -> None:
        """Record an open gap."""
        payload: JsonObject = {"number": number, "after": after, "before": before, "from": None}
        payload |= {"to": "2026-11-05T01:00:00.000Z", "missing": 42, "reason": "first_sync"} | facts
        self.append([Observation("gap", f"gap/{room}/{number}", payload, room)], minutes=minutes)

    def task(
        self,
        task_id: int,
        body: str,
        *,
        state: str = "present",
        room: int = ROOM,
        minutes: float = 2,
        message_id: int = 1,
        **more: object,
    ) -> None:
        """Record a listed task."""
        person = {"account_id": CLIENT, "name": "田中", "avatar_image_url": ""}
        task_object = {"task_id": task_id, "account": person, "assigned_by_account": person}
        task_object |= {"message_id": str(message_id)}
        task_object |= {"body": body, "limit_time": 0, "limit_type": "none", "status": "open", **more}
        payload = {"object": task_object, "state": state, "source": "list"}
        self.append([Observation("task", f"task/{task_id}", payload, room)], minutes=minutes)

    def sweep(self, *, begun: str, ended: str, minutes: float = 3) -> None:
        """Record a run."""
        payload = {"from": begun, "to": ended, "runs": 1}
        self.append([Observation("sweep", f"sweep/{writer.SELF}", payload)], minutes=minutes)

    def look(self, begun: float, ended: float, *, room: int = ROOM) -> None:
        """Record looks at an empty list that stayed the same, one a minute from `begun` to `ended`."""
        times = round(ended - begun)
        self.looks(begun, [60] * times, room=room)

    def looks(self, begun: float, seconds: Sequence[int], *, room: int = ROOM) -> None:
        """The same with so many seconds from each look to the next."""
        ended = begun + sum(seconds) / 60
        payload: JsonObject = {"window": 1, "oldest": None, "newest": None, "count": 0, "message_num": 0}
        payload |= {"limited": False, "first": to_text(at(begun)), "last": to_text(at(ended))}
        payload |= {"times": len(seconds) + 1, "longest_s": max(seconds, default=0)}
        payload["looks"] = code_intervals(tuple((one, len(list(equal))) for one, equal in groupby(seconds)))
        self.append([Observation("steady", f"steady/{room}/{writer.SELF}", payload, room)], minutes=ended)

    def _reply(self, path: str, document: object, minutes: float) -> Reply:
        body = json.dumps(document, ensure_ascii=True).encode("ascii")
        return Reply(path, 200, body, {"content-type": "application/json"}, at(minutes))

    def _message(self, message: JsonObject, state: str, source: str, room: int, reply: str | None) -> Observation:
        payload = {"object": message, "state": state, "source": source}
        return Observation("message", f"message/{message['message_id']}", payload, room, reply)


def _oldest_time(messages: Sequence[JsonObject]) -> datetime | None:
    times = [time for message in messages if (time := from_unix(message["send_time"])) is not None]
    return from_text(min(times)) if times else None


def story(home: Path) -> ArchiveMaker:
    """Two rooms of two contracts: an edit, a deletion, a missing message, a saved and a lost file, a gap, a task."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="動画編集", client="田中")
    maker.contract("job2", [OTHER_ROOM])
    maker.room("動画編集_田中様")
    maker.account(CLIENT, "田中")
    maker.account(OWNER, "yamada")
    maker.member(CLIENT, "田中")
    first = message_object(1, "よろしくお願いします。https://example.com/spec?v=1。", sent=0)
    second = message_object(2, "残り3本もお願いします。", sent=1)
    third = message_object(3, "やっぱり今回の分は払えません", sent=2)
    fourth = message_object(4, "承知しました。", sent=3, account=OWNER, name="yamada")
    maker.sync([first, second, third, fourth], minutes=5)
    maker.gap(1, after=None, before="1", minutes=5)
    maker.file(file_object(11, "画面.png", 9, sent=3), b"png bytes", minutes=6)
    maker.file(file_object(12, "../../etc/passwd", 5, sent=4), None, minutes=6)
    maker.task(55, "字幕の修正", minutes=6)
    secret = message_object(900, "他のチャットの秘密", sent=3, name="佐藤")
    maker.room("秘密のチャット", room=OTHER_ROOM)
    maker.sync([secret], room=OTHER_ROOM, minutes=7)
    maker.file(file_object(99, "秘密.pdf", 6, sent=3), b"secret", room=OTHER_ROOM, minutes=7)
    maker.sync([first, second, third, fourth], changed={}, minutes=60)
    edited = message_object(2, "残り3本は無しで。", sent=1, update_time=int(at(70).timestamp()))
    deleted = message_object(3, "[deleted]", sent=2)
    maker.sync([first, edited, deleted], changed={2: "edited", 3: "deleted"}, absent={4: fourth}, minutes=120)
    maker.account(CLIENT, "田中(解約済)", minutes=121)
    maker.member(CLIENT, "田中", state="gone", minutes=121)
    maker.sweep(begun="2026-11-05T01:05:00.000Z", ended="2026-11-05T01:06:00.000Z", minutes=122)
    maker.look(240, 241)
    return maker


def hidden_story(home: Path) -> ArchiveMaker:
    """The story after forty days on the free plan, which hides an edited, a deleted and an unchanged message."""
    maker = story(home)
    edited = message_object(2, "残り3本は無しで。", sent=1, update_time=int(at(70).timestamp()))
    as_it_was = message_object(1, "よろしくお願いします。https://example.com/spec?v=1。", sent=0)
    maker.hide([as_it_was, edited, message_object(3, "[deleted]", sent=2)], minutes=60_000)
    return maker
