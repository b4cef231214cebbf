"""An archive for the viewer with everything a user may look for, and with hostile texts and names."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.support.reports.sample_conversation import ATTACK
from tests.support.world import World, running_world

HOSTILE_NAME = '"><img src=x onerror=alert(1)>\u202egpj.exe'
DELETED = "深紅の約束は来週まで守ります"
BEFORE, AFTER = "納期は11月10日でお願いします", "納期は11月3日でお願いします"


@dataclass(frozen=True, slots=True)
class ViewerArchive:
    """The ids of its rooms, messages, files and tasks."""

    home: Path
    room: int
    owner: int
    question: str
    """The message that the reply answers."""
    reply: str
    deleted: str
    edited: str
    vanished: str
    picture: int
    film: int
    table: int
    """Files, by their ids."""
    task: int


def build_viewer_archive(home: Path) -> ViewerArchive:
    """Several saves of one chat: edits, a deletion, one that vanished, a reply, a gap, files, a task, hostile texts."""
    with running_world(home) as world:
        return _save_chat(world)


def _save_chat(world: World) -> ViewerArchive:
    chatwork, room, tanaka = world.chatwork, world.room, world.tanaka
    owner = chatwork.owner
    stranger = chatwork.add_account(HOSTILE_NAME)
    chatwork.add_member(room, stranger)
    world.contract("job1", room, platform="crowdworks", platform_id="12345678", title="動画編集10本", client="田中")
    question = world.post("単価は1本8,000円、合計80,000円でお願いできますか")
    reply = world.post(f"[rp aid={tanaka} to={room}-{question}]田中さん\n承知しました。(bow)", by=owner)
    edited, deleted, vanished = world.post(BEFORE), world.post(DELETED), world.post("このメッセージは見えなくなります")
    world.post(ATTACK, by=stranger)
    picture = chatwork.upload(room, tanaka, "絵コンテ.png", data=_png())
    film = chatwork.upload(room, owner, "納品.mp4", data=b"\x00\x00\x00\x18ftypmp42" + bytes(3000))
    table = chatwork.upload(room, stranger, '../"=cmd|calc\u202e.html', data=b"<script>alert(9)</script>")
    task = chatwork.add_task(room, tanaka, owner, "字幕の[info]修正[/info]を11月5日まで")
    world.sync()
    world.clock.pass_by(hours=5)
    chatwork.edit(edited, AFTER)
    world.sync()
    world.clock.pass_by(days=1)
    chatwork.delete(deleted)
    chatwork.vanish(vanished)
    world.sync(full=True)
    world.clock.pass_by(days=1)
    world.posts(150, "作業の進み")
    world.sync()
    return ViewerArchive(
        world.home, room, owner, question, reply, deleted, edited, vanished, picture, film, table, task
    )


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), (70, 120, 90)).save(out, "PNG")
    return out.getvalue()
