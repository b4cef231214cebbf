"""The sample conversation: every tag and every state, with hostile texts and names.

`sample()` is small and fixed, for golden files; `empty()` and `long()` are its extremes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archiver.evidence.history import message_kind
from archiver.records import (
    AccountId,
    Attachment,
    Conversation,
    FileId,
    Gap,
    Membership,
    MembershipPeriod,
    Message,
    MessageId,
    MessageKind,
    ObservedBy,
    Pause,
    Period,
    Person,
    PersonName,
    RoomId,
    State,
    Task,
    TaskId,
    Version,
    Watch,
)

ROOM = RoomId(123456789)
CLIENT = AccountId(7654321)
OWNER = AccountId(1234567)
STRANGER = AccountId(999)

NAMES = {CLIENT: "田中", OWNER: "yamada", STRANGER: '"><img src=x onerror=alert(1)>\u202egpj.exe'}

FIRST_ID = 1_876_543_210_000_000_000
"""Ids and times of the sample go up together; this is No.1."""

STEP = 60_000_000

BEGIN = datetime(2026, 11, 5, 1, 14, 33, tzinfo=UTC)
"""10:14:33 in Tokyo, a Thursday."""


def at(minutes: float) -> datetime:
    """So many minutes after the first message."""
    return BEGIN + timedelta(minutes=minutes)


def message_id(number: int) -> MessageId:
    """The id of the sample's message No. `number`."""
    return MessageId(str(FIRST_ID + number * STEP))


EVERY_TAG = f"""[To:{OWNER}]yamadaさん
[CC:{CLIENT}] [toall] お世話になっております(bow) 8-) |-)
[rp aid={OWNER} to={ROOM}-{message_id(1)}] [返信 aid={CLIENT} to={ROOM}-{message_id(12)}] [Reply aid=5]
[info][title]納品 <1>[/title]本文 & "確認"
[qt][qtmeta aid={CLIENT} time=1793841273]引用の
[qt][qtmeta aid={OWNER} time=99999999999999]引用[/qt]
です[/qt]
[/info]
[引用 aid={OWNER} time=1793841273]前の文[/引用]
[code]
if a < b: print("[info]:)[/info]")
[/code]
[hr]
[picon:{CLIENT}] [pname:{CLIENT}] [piconname:{STRANGER}]
[url]https://example.com/a[/url] 詳細は「https://example.com/b?c=d&e=f」をご覧ください。
[task aid={OWNER},{CLIENT} st=open lt=1794000000 ltype=date]字幕の修正[/task]
[task:55] [dtext:task_added] [dtext:unknown_key]
https://www.chatwork.com/#!rid{ROOM}-{message_id(2)} https://www.chatwork.com/#!rid42-7
[unknown tag] [/info] [info]閉じていない"""

UPLOAD = (
    "[info][title][dtext:file_uploaded][/title][preview id=11 ht=111][download:11]画面.png (3.62 KB)[/download][/info]"
)

ATTACK = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"><style>*{display:none}</style>'
    '<iframe src="https://example.com/"></iframe></div></article></main><a href="javascript:alert(3)">x</a>\n'
    '[url]javascript:alert(4)[/url] javascript:alert(5) https://example.com/"onmouseover="alert(6)\n'
    "[info][title]</p><svg onload=alert(7)>[/title]=cmd|' /C calc'!A0[/info]\n"
    "{{ 7*7 }} {% raw %} ${7*7} \x00 \x1b[31m \ud83d \u202eexe.gpj\u202c \u200b\u2066\ufeff\n"
    '[download:13]"><b onclick=alert(8)>[/download] [dtext:"><i>] <!-- end of room 123456789 -->'
)


@dataclass(frozen=True)
class SampleLine:
    """A message of the sample in short; fields with a default are those that rarely differ."""

    account_id: AccountId
    body: str
    minutes: float
    state: State = State.PRESENT
    versions: tuple[Version, ...] = ()
    changed: float | None = None
    source: ObservedBy = ObservedBy.LIST
    update_time: int = 0


def version(body: str, first: float, last: float, update_time: int = 0) -> Version:
    """A text seen from `first` to `last`, in minutes after the first message."""
    return Version(body, update_time, at(first), at(last))


DAY = 24 * 60.0

LINES = (
    SampleLine(CLIENT, "はじめまして。𠮷野家の動画、よろしくお願いします🎉👨\u200d👩\u200d👧🇯🇵 葛\U000e0100城市", 0),
    SampleLine(OWNER, EVERY_TAG, 5),
    SampleLine(CLIENT, UPLOAD + "\n参考です", 9),
    SampleLine(
        CLIENT,
        "残り3本は無しで。",
        20,
        State.EDITED,
        (
            version("残り3本もお願いします。", 21, 6 * DAY),
            version("残り3本はどうしますか", 6 * DAY + 15, 7 * DAY, 1794300000),
            version("残り3本は無しで。", 7 * DAY + 15, 20 * DAY, 1794390000),
        ),
    ),
    SampleLine(
        CLIENT,
        "[deleted]",
        25,
        State.DELETED,
        (
            version(f"[To:{OWNER}]やっぱり今回の分は払えません", 26, 7 * DAY - 29),
            version("[deleted]", 7 * DAY - 14, 20 * DAY),
        ),
        changed=7 * DAY - 14,
    ),
    SampleLine(CLIENT, "[deleted]", 26, State.DELETED, (version("[deleted]", 30, 20 * DAY),), changed=30),
    SampleLine(STRANGER, ATTACK, 30),
    SampleLine(
        OWNER,
        "承知しました。",
        DAY,
        State.EDITED,
        (version("承知しました。", DAY + 60, 20 * DAY, 1793930000),),
        update_time=1793930000,
    ),
    SampleLine(CLIENT, "このメッセージは途中で見えなくなりました", DAY + 5, State.MISSING, changed=8 * DAY),
    SampleLine(CLIENT, "40日より前のメッセージ", DAY + 6, State.HIDDEN, changed=9 * DAY),
    SampleLine(CLIENT, "後から1件だけ取得できたメッセージ", 3 * DAY, source=ObservedBy.SINGLE),
    SampleLine(
        CLIENT,
        f"[rp aid={OWNER} to={ROOM}-{message_id(2)}]yamadaさん\n"
        f"[qt][qtmeta aid={OWNER} time=1793841573]本文[/qt]了解です",
        5 * DAY,
        source=ObservedBy.RECOVERED,
    ),
    SampleLine(OWNER, "いかがでしょうか。[info][info][/info]\u061c", 10 * DAY),
)


def sample() -> Conversation:
    """The small conversation with every tag and every state."""
    return conversation(list(_messages()))


_NOTHING: dict[str, Any] = dict.fromkeys(("attachments", "tasks", "gaps", "pauses", "covered"), ())
_NOTHING |= {"description": "", "inaccessible_since": None}


def empty() -> Conversation:
    """A room of which nothing is saved."""
    return replace(conversation([]), contract="job1", room_name="空のチャット", people={}, watch=Watch(), **_NOTHING)


def long(count: int, body: str | None = None) -> Conversation:
    """So many plain messages, made as they are asked for; every seventh has tags, every fiftieth an edit."""
    return replace(conversation([]), messages=lambda: _plain_messages(count, body), count=count, **_NOTHING)


def conversation(messages: list[Message]) -> Conversation:
    """The sample's room around these messages."""
    return Conversation(
        contract="12345678",
        room_id=ROOM,
        room_name="動画編集_田中様<b>\u202e",
        description="[info][title]約束[/title]1本5,000円[/info]<script>alert(9)</script>",
        owner_id=OWNER,
        read_at=at(20 * DAY),
        messages=lambda start=0: iter(messages[start:]),
        count=len(messages),
        people={
            CLIENT: Person(
                CLIENT,
                ("田中", "田中(解約済)"),
                (at(0), at(9 * DAY)),
                Membership(
                    (PersonName("tanaka_xx", at(0)),),
                    (PersonName("株式会社△△ 制作部", at(0)),),
                    (MembershipPeriod(at(0), at(9 * DAY)),),
                ),
            ),
            OWNER: Person(OWNER, ("yamada",), (at(0),), Membership(stays=(MembershipPeriod(at(0), None),))),
            STRANGER: Person(STRANGER, (NAMES[STRANGER],)),
        },
        attachments=_attachments(),
        tasks=(
            Task(TaskId(55), ROOM, message_id(2), "yamada", "田中", "字幕の修正", at(2 * DAY), "done", None, at(6)),
            Task(TaskId(56), ROOM, MessageId("5"), "田中", "<i>", "[hr]<b>", None, "open", at(9 * DAY), at(7)),
        ),
        gaps=(
            Gap(ROOM, 1, None, message_id(1), None, at(0), 242, "first_sync"),
            Gap(ROOM, 2, message_id(10), message_id(12), at(DAY + 6), at(5 * DAY), 23, "window"),
        ),
        pauses=(Pause(at(4 * DAY), at(4 * DAY + 300)), Pause(at(8 * DAY), at(9 * DAY))),
        covered=(Period(at(0), at(DAY + 6)), Period(at(5 * DAY), at(20 * DAY))),
        watch=Watch(
            at(-60),
            at(19 * DAY),
            5_000,
            usual=timedelta(minutes=5),
            limit=timedelta(minutes=15),
            longest=timedelta(minutes=10),
        ),
        inaccessible_since=at(19 * DAY),
    )


def file(number: int, message: MessageId, **changed: Any) -> Attachment:
    """A held file of the owner's, sent with a message."""
    plain = Attachment(
        number=f"F-{number:04}",
        room_id=ROOM,
        file_id=FileId(number),
        message_id=message,
        account_id=OWNER,
        account_name="yamada",
        name=f"movie{number:02}.mp4",
        size=1000 * number,
        uploaded_at=at(number),
        gone_since=None,
        sha256=f"{number:02x}" * 32,
        saved_at=at(number + 1),
        reason=None,
        stored_as=None,
    )
    return plain._replace(**changed)


def _attachments() -> tuple[Attachment, ...]:
    sent = {"account_id": CLIENT, "account_name": "田中", "uploaded_at": at(9), "saved_at": at(10)}
    held = {"file_id": FileId(11), "name": "画面.png", "size": 3707, "sha256": "ab" * 32, "gone_since": at(8 * DAY)}
    lost = {"file_id": FileId(12), "name": "../../etc/passwd\u202egnp.mov\n", "size": 2_100_000_000, "sha256": None}
    lost |= {"saved_at": None, "reason": "「見つからない」と応答(404)"}
    stray = {"file_id": FileId(13), "name": '"><script>alert(10)</script>.html', "size": 1, "sha256": "cd" * 32}
    stray |= {"account_id": STRANGER, "account_name": NAMES[STRANGER]}
    return (
        file(1, message_id(3), **sent, **held, stored_as="files/F-0001.png"),
        file(2, message_id(3), **{**sent, **lost}),
        file(3, MessageId("6"), **{**sent, **stray}),
    )


def plain_message(body: str, number: int, *, state: State = State.PRESENT, **changed: Any) -> Message:
    """Message No. `number`, the counterpart's if the number is odd."""
    sent = at(number)
    account = CLIENT if number % 2 else OWNER
    plain = Message(
        no=number,
        room_id=ROOM,
        message_id=message_id(number),
        account_id=account,
        name=NAMES[account],
        send_time=sent,
        update_time=0,
        state=state,
        body=body,
        versions=(Version(body, 0, sent, sent + timedelta(hours=1)),),
        first_seen=sent + timedelta(minutes=1),
        changed_at=sent + timedelta(hours=2),
        entry_seq=number * 10,
        source=ObservedBy.LIST,
    )
    return plain._replace(**changed)


def _messages() -> Iterator[Message]:
    for number, line in enumerate(LINES, 1):
        first_seen = at(line.minutes + 1)
        yield plain_message(
            line.body,
            number,
            state=line.state,
            account_id=line.account_id,
            name=NAMES[line.account_id],
            send_time=at(line.minutes),
            update_time=line.update_time,
            versions=line.versions or (Version(line.body, 0, first_seen, at(7 * DAY)),),
            first_seen=line.versions[0].first_seen if line.versions else first_seen,
            changed_at=first_seen if line.changed is None else at(line.changed),
            source=line.source,
            kind=MessageKind(message_kind({line.body, *(one.body for one in line.versions)})),
        )


def _plain_messages(count: int, body: str | None) -> Iterator[Message]:
    plain = "お世話になっております。動画の件、明日までに送りますのでご確認ください。No.{}"
    tagged = "[To:7654321]田中さん\nNo.{}の件です(bow) https://example.com/{} をご確認ください。"
    for number in range(1, count + 1):
        sent = BEGIN + timedelta(seconds=40 * number)
        text = body if body is not None else (plain if number % 7 else tagged).format(number, number)
        if body is None and number % 11 == 0:
            text = f"[rp aid={CLIENT} to={ROOM}-{message_id(number // 2)}]\n{text}"
        now = Version(text, 0, sent, sent)
        edited = number % 50 == 0
        account = CLIENT if number % 3 else OWNER
        by = {"account_id": account, "name": NAMES[account], "entry_seq": number}
        times = dict.fromkeys(("send_time", "first_seen", "changed_at"), sent)
        versions = (Version("前の文面", 0, sent, sent), now) if edited else (now,)
        state = State.EDITED if edited else State.PRESENT
        yield plain_message(text, number, state=state, versions=versions, **by, **times)


def link(attachment: Attachment) -> str | None:
    """The path to an attachment's bytes from a page in `transcript/`."""
    return None if attachment.stored_as is None else f"../{attachment.stored_as}"
