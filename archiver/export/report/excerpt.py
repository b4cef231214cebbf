"""Chapter 6: the messages that matter, each with five before and after it, and how many are left out between.

Without a choice of the user's the rule chooses: every changed message, every message with a file, the last
exchange; that it was the rule is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from archiver.chatwork.notation import DELETED, parse
from archiver.export.report.case import Case
from archiver.export.report.survey import Survey
from archiver.export.report.values import Block, Chapter, Interruption, MessageBlock, Paragraph, Part, Subheading
from archiver.records import Attachment, Conversation, FileId, Message, MessageId, RoomId
from archiver.render.body import Link, References, plain
from archiver.render.breaks import gap_text, gap_title
from archiver.render.message import EDITED_BEFORE, STATES, chatwork_url
from archiver.render.times import full, stamp

CONTEXT = 5
"""Messages shown before and after each chosen one: a cut-out without context counts against its sender."""

MOST = 200
"""Messages that the rule chooses at most, the youngest; the user's own choice has no limit."""

_TITLE = "６　問題となるメッセージの抜粋"
_BY_RULE = (
    "抜粋は自動選択です(編集・「削除」表示・表示なしになった発言、ファイルの付いた発言、最後のやり取り。★印)。"
    "前後{context}件ずつを省略せずに載せ、全文は {whole} にあります。"
)
_BY_USER = "抜粋(★印)は報告者が選びました。前後{context}件ずつを省略せずに載せ、全文は {whole} にあります。"


def chapter(case: Case, found: Survey) -> Chapter:
    """The chosen messages of every room."""
    chosen, left = chosen_messages(case, found)
    told = (_BY_USER if case.chosen else _BY_RULE).format(context=CONTEXT, whole=whole_text(case))
    blocks: list[Block] = [Paragraph(told)]
    if left:
        blocks.append(Paragraph(f"条件に合う発言のうち古いもの{left}件は、抜粋に載せていません。"))
    for room in case.rooms:
        if len(case.rooms) > 1:
            blocks.append(Subheading(f"チャット「{room.room_name}」(ルームID {room.room_id})"))
        blocks += room_blocks(case, room, chosen)
    if not chosen:
        blocks.append(Paragraph("条件に合う発言はありません。"))
    return Chapter(_TITLE, tuple(blocks))


def whole_text(case: Case) -> str:
    """The file of the package that has every message."""
    return "02_messages.csv" if case.profile == "support" else "messages.csv"


def chosen_messages(case: Case, found: Survey) -> tuple[Collection[str], int]:
    """Which messages are chosen, and how many of the rule's are left out."""
    if case.chosen:
        return frozenset(case.chosen), 0
    youngest = sorted(found.marked, key=int, reverse=True)[:MOST]
    return frozenset(youngest), len(found.marked) - len(youngest)


def room_blocks(case: Case, room: Conversation, chosen: Collection[str]) -> Iterator[Block]:
    """The chosen messages of one room with what surrounds them, elisions counted."""
    around = Around(case, room)
    waiting: deque[Message] = deque()  # shown only if one of the next is chosen
    left_out: list[int] = []
    after = 0
    for message in room.messages():
        if message.message_id in chosen:
            yield from _elision(left_out)
            for one in waiting:
                yield message_block(one, around, star=False)
            yield message_block(message, around, star=True)
            waiting.clear()
            left_out, after = [], CONTEXT
        elif after:
            yield message_block(message, around, star=False)
            after -= 1
        else:
            waiting.append(message)
            if len(waiting) > CONTEXT:
                left_out = _widened(left_out, waiting.popleft().no)
    for one in waiting:
        left_out = _widened(left_out, one.no)
    yield from _elision(left_out)


def _widened(left_out: list[int], number: int) -> list[int]:
    """The first and the last number left out since something was shown, with one more."""
    return [left_out[0] if left_out else number, number]


def _elision(left_out: list[int]) -> Iterator[Block]:
    if left_out:
        first, last = left_out
        numbers = f"No.{first}" if first == last else f"No.{first}から{last}"
        yield Interruption(f"(中略 {last - first + 1}件　{numbers})")


class Around:
    """What the ids in a room's messages lead to, on paper."""

    def __init__(self, case: Case, room: Conversation) -> None:
        """Know the people, files and numbers of one room."""
        self.case = case
        self.files: Mapping[FileId, Attachment] = {one.file_id: one for one in room.attachments}
        self.of: dict[MessageId, list[Attachment]] = {}
        for one in room.attachments:
            self.of.setdefault(one.message_id, []).append(one)
        names = {account: person.names[-1] for account, person in room.people.items() if person.names}
        self.references = References(names.get, self._message, self._file)

    def _message(self, _room: RoomId, message: MessageId) -> Link:
        return Link(f"メッセージID {message}")

    def _file(self, file: FileId) -> Link | None:
        one = self.files.get(file)
        return None if one is None else Link(one.number)


def message_block(message: Message, around: Around, *, star: bool) -> MessageBlock:
    """A message with full date, weekday, time, name, id, link, every text it had, and when it was saved."""
    state = f"　{STATES[message.state]}" if message.state in STATES else ""
    role = around.case.role(message.account_id)
    head = f"{full(message.send_time)}　{role} {message.name}(ID {message.account_id}){'　★' if star else ''}{state}"
    link = chatwork_url(message.room_id, message.message_id)
    return MessageBlock(
        number=f"No.{message.no}",
        head=f"{head}\n{link}",
        parts=tuple(_parts(message, around.references)),
        notes=(*_files(message, around), f"保存した時刻 {stamp(message.first_seen)}　記録番号 {message.entry_seq}"),
    )


def _parts(message: Message, references: References) -> Iterator[Part]:
    """Earlier texts first, as they were; then the present one, if there is one."""
    texts = message.texts
    note = EDITED_BEFORE if texts and texts[0].update_time > 0 else ""
    for number, version in enumerate(texts, 1):
        last = number == len(texts)
        if last and message.body != DELETED:
            label = note if len(texts) == 1 else "編集後の文面"
            yield Part(label + _gone(message), plain(parse(version.body), references))
            continue
        until = f"最後に見えた {stamp(version.last_seen)}"
        changed = stamp(message.changed_at if last else texts[number].first_seen)
        what = "「削除」表示に変わる前に保存した文面" if last else "編集前の文面"
        yield Part(f"【{what}】{until} / 変わっていた {changed}", plain(parse(version.body), references))
    if not texts:
        yield Part("", "(保存した時点で「削除」表示でした。文面は分かりません)")


def _gone(message: Message) -> str:
    if message.state not in STATES or message.state.value in ("edited", "deleted"):
        return ""
    return f"最後に見えた文面(見えなくなっていた {stamp(message.changed_at)})"


def _files(message: Message, around: Around) -> Iterator[str]:
    for one in around.of.get(message.message_id, ()):
        held = f"保存済み {stamp(one.saved_at)}" if one.saved_at else f"未取得: {one.reason or '理由の記録なし'}"
        yield f"ファイル {one.number} {one.name} {one.size:,}バイト　{held}"


def gap_lines(room: Conversation) -> Iterator[str]:
    """The open gaps of a room, in words."""
    for gap in room.gaps:
        yield f"{gap_title(gap)}(ルームID {room.room_id}): {gap_text(gap)}"
