"""One message on paper: full date, weekday, time, name, id and link, every text it had, and when it was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.export.pdf.blocks import MessageBlock, MessageText
from archiver.export.report.input import ReportInput
from archiver.records import Attachment, Conversation, FileId, Message, MessageId, RoomId, State, Version
from archiver.render.body import ReferenceLink, References, plain
from archiver.render.message_html import EDITED_BEFORE, STATES, chatwork_url
from archiver.render.times import full, stamp, typed
from archiver.render.visible import visible

UNKNOWN_TEXT = "(保存した時点で「削除」表示でした。文面は分かりません)"
EMPTY_TEXT = "(本文は空です)"


class PaperReferences:
    """What the ids in a room's messages lead to, on paper."""

    def __init__(self, case: ReportInput, room: Conversation) -> None:
        """Know the people and files of one room."""
        self.case = case
        self.files: Mapping[FileId, Attachment] = {one.file_id: one for one in room.attachments}
        self.of: dict[MessageId, list[Attachment]] = {}
        for one in room.attachments:
            self.of.setdefault(one.message_id, []).append(one)
        names = {account: person.names[-1] for account, person in room.people.items() if person.names}
        self.references = References(names.get, self._message, self._file)

    def _message(self, _room: RoomId, message: MessageId) -> ReferenceLink:
        return ReferenceLink(f"メッセージID {message}")

    def _file(self, file: FileId) -> ReferenceLink | None:
        one = self.files.get(file)
        return None if one is None else ReferenceLink(one.number)


def message_block(message: Message, around: PaperReferences, *, star: bool = False) -> MessageBlock:
    """A message; for a court the number of its entry stands beside it."""
    state = f"　{STATES[message.state]}" if message.state in STATES else ""
    role = around.case.role(message.account_id)
    who = f"{role} {visible(message.name)}(ID {message.account_id})"
    head = f"{full(message.send_time)}　{who}{'　★' if star else ''}{state}"
    court = around.case.profile == "court"
    saved = f"メッセージID {message.message_id}　保存した時刻 {stamp(message.first_seen)}"
    return MessageBlock(
        number=f"No.{message.no}",
        head=f"{head}\n{chatwork_url(message.room_id, message.message_id)}",
        parts=tuple(_parts(message, around.references)),
        notes=(*_files(message, around), saved if court else f"{saved}　記録番号 {message.entry_seq}"),
        beside=f"記録番号\n{message.entry_seq}" if court else "",
    )


def _parts(message: Message, references: References) -> Iterator[MessageText]:
    """Earlier texts first, as they were; then the present one, if there is one."""
    texts = message.texts
    if not texts:
        yield MessageText("", UNKNOWN_TEXT)
    for number, version in enumerate(texts, 1):
        last = number == len(texts)
        if last and message.body != DELETED:
            label = _present(message, version)
        else:
            changed = message.changed_at if last else texts[number].first_seen
            what = "「削除」表示に変わる前に保存した文面" if last else "編集前の文面"
            label = f"【{what}】最後に見えた {stamp(version.last_seen)} / 変わっていた {stamp(changed)}"
        yield MessageText(label, plain(parse(version.body), references) or EMPTY_TEXT)


def _present(message: Message, version: Version) -> str:
    """What is to be known of the text that stands, if anything."""
    words = []
    if len(message.texts) > 1:
        edited = f"(Chatworkの編集時刻 {typed(version.update_time)})" if version.update_time > 0 else ""
        words.append(f"編集後の文面{edited}")
    elif version.update_time > 0:
        words.append(EDITED_BEFORE)
    if message.state in (State.MISSING, State.HIDDEN):
        words.append(f"最後に見えた文面(見えなくなっていた {stamp(message.changed_at)})")
    return "　".join(words)


def _files(message: Message, around: PaperReferences) -> Iterator[str]:
    for one in around.of.get(message.message_id, ()):
        held = f"保存済み {stamp(one.saved_at)}" if one.saved_at else f"未取得: {one.reason or '理由の記録なし'}"
        yield f"ファイル {one.number} {visible(one.name)} {one.size:,}バイト　{held}"
