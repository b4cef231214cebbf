"""The disputes at the size they usually have: a job of six weeks in a group room, and a direct client in arrears."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archiver.records import Delivery, Invoice, JsonObject, Payment
from archiver.store import seals, user_statements
from tests.claims.test_played_disputes import DAY, THIRDS
from tests.support.archives.maker import CLIENT, OWNER, ArchiveMaker, at, file_object, message_object

WEEKS = 6
FIRST_LOOK = 700
"""The archive begins on the evening of the first day, and looks each evening at that minute."""
OUTAGE, AFTER_OUTAGE = range(22, 25), -20
"""On these days nobody looks; the next look is in the morning of the day after them, after 84 hours."""
LINES: Sequence[tuple[int, str]] = (
    (CLIENT, "お疲れさまです。{n}本目の素材を共有しました。冒頭のテロップは前回と同じでお願いします。"),
    (OWNER, "受け取りました。{n}本目は明後日の夕方までに初稿をお送りします。"),
    (CLIENT, "ありがとうございます。BGMは指定のフォルダーの3番でお願いします。"),
    (OWNER, "{n}本目の初稿です。ご確認をお願いします。"),
)
"""What is said on a usual day."""

_FACTS: dict[str, Any] = {
    "platform": "crowdworks",
    "platform_id": "12345678",
    "title": "企業紹介動画の編集 10本",
    "client": "田中",
    "url": "https://crowdworks.jp/contracts/12345678",
    "client_url": "https://crowdworks.jp/public/employers/7654321",
    "worker_url": "https://crowdworks.jp/public/employees/1234567",
    "amount": "66,000円",
    "contracted_on": "2026-11-02",
    "escrowed_at": "2026-11-03 14:05",
    "contact_requested_on": "2026-11-03",
    "contact_approved_on": "2026-11-04",
    "due_on": "2026-12-10",
}


def _day_of_work(day: int) -> list[JsonObject]:
    """The messages of a day, a working day having four."""
    names = {CLIENT: "田中", OWNER: "yamada"}
    lines = LINES if day % 7 < 5 else ()
    return [
        message_object(
            1000 + day * 10 + index,
            text.format(n=day // 4 + 1),
            sent=day * DAY + 60 * index,
            account=account,
            name=names[account],
        )
        for index, (account, text) in enumerate(lines)
    ]


def usual_case(home: Path) -> ArchiveMaker:
    """Six weeks in a group room of 14: four messages on a working day, an outage with an edit, deletions, a closing."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.room("動画編集チーム")
    maker.contract("job1", **_FACTS)
    people = {OWNER: "yamada", CLIENT: "田中", **THIRDS}
    for account, name in people.items():
        maker.account(account, name, minutes=FIRST_LOOK)
        maker.member(account, name, chatwork_id="yamada-edit" if account == OWNER else "", minutes=FIRST_LOOK)
    told: list[JsonObject] = []
    for day in range(WEEKS * 7):
        if day in OUTAGE:
            continue
        if day == OUTAGE.stop:
            edited = _changed(told, {1020: "edited"}, body="単価は1本5,000円でお願いします。", minutes=23 * DAY)
            _look(maker, told, [one for past in OUTAGE for one in _day_of_work(past)], edited, day * DAY + AFTER_OUTAGE)
        new = _day_of_work(day) if day < 36 else [one for one in _day_of_work(day) if _is_own(one)][:1]
        deleted = _changed(told, {1000: "deleted", 1002: "deleted"}, body="[deleted]") if day == 33 else {}
        _look(maker, told, new, deleted, day * DAY + FIRST_LOOK)
        if day % 7 == 3:
            name = f"初稿_{day // 7 + 1:02}.mp4"
            sent = file_object(70 + day, name, 9 + day, sent=day * DAY + 180, account=OWNER, message_id=1003 + day * 10)
            maker.file(sent, bytes(9 + day), minutes=day * DAY + 705)
        seals.close_seals(maker.archive, now=at(day * DAY + 720))
    maker.account(CLIENT, "田中(解約済)", minutes=41 * DAY + 730)
    maker.sync(told[-100:], changed={}, minutes=41 * DAY + 735)
    delivered = Delivery(0, "2026-12-08 18:00", "完成.mp4", 40, hashlib.sha256(bytes(40)).hexdigest())
    with maker.archive.writing() as writing:
        user_statements.add_delivery(writing, "job1", delivered, at=at(41 * DAY + 740))
    seals.close_seals(maker.archive, now=at(42 * DAY))
    return maker


def _is_own(message: JsonObject) -> bool:
    return bool(message["account"]["account_id"] == OWNER)


def _look(
    maker: ArchiveMaker, told: list[JsonObject], new: list[JsonObject], changed: dict[int, str], minutes: float
) -> None:
    """Let the archive see the newest 100 messages, these among them for the first time or changed."""
    told += new
    states = dict.fromkeys((int(one["message_id"]) for one in new), "present") | changed
    shown = {int(one["message_id"]) for one in told[-100:]}
    maker.sync(told[-100:], changed={one: state for one, state in states.items() if one in shown}, minutes=minutes)


def _changed(
    told: list[JsonObject], states: dict[int, str], *, body: str, minutes: float | None = None
) -> dict[int, str]:
    """Let messages show another text from now on; their states."""
    updated = 0 if minutes is None else int(at(minutes).timestamp())
    for index, one in enumerate(told):
        if int(one["message_id"]) in states:
            told[index] = one | {"body": body, "update_time": updated}
    return states


def direct_case(home: Path) -> ArchiveMaker:
    """A direct client with an overdue invoice, and two workers in the room."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.room("田中商店様 サイト制作")
    maker.contract(
        "job1",
        platform="direct",
        client="田中",
        title="通販サイトの制作",
        amount="220,000円",
        contracted_on="2026-11-01",
        invoices=(Invoice(1, 220_000, "2026-11-20", "2026-11-30"),),
        payments=(Payment(1, 50_000, "2026-12-01"),),
    )
    for account, name in ((OWNER, "yamada"), (CLIENT, "田中"), (8_100_001, "佐藤 花子")):
        maker.account(account, name, minutes=3 * DAY + 5)
        maker.member(account, name, minutes=3 * DAY + 5)
    texts = (
        (CLIENT, "田中", "トップページの修正をお願いします。"),
        (OWNER, "yamada", "本日中に反映します。"),
        (8_100_001, "佐藤 花子", "バナーは私が担当します。"),
        (OWNER, "yamada", "請求書をお送りしました。ご確認ください。"),
        (CLIENT, "田中", "月末にお振り込みします。"),
    )
    posts = [
        message_object(number, text, sent=number * 3 * DAY, account=account, name=name)
        for number, (account, name, text) in enumerate(texts, 1)
    ]
    for number in range(1, len(posts) + 1):
        maker.sync(posts[:number], changed={number: "present"}, minutes=number * 3 * DAY + 5)
    maker.sync(posts, changed={}, minutes=45 * DAY)
    seals.close_seals(maker.archive, now=at(45 * DAY + 60))
    return maker
