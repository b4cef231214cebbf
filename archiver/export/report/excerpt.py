"""Chapter 6: the chosen messages, each with five before and after it, and how many are left out between.

If the user chose none, a rule does: every changed message, every message with a file, the last exchange. The chapter
states which of the two it was. A gap of the record is shown at its place, or counted where messages are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.claims.acceptance_and_terms import letters
from archiver.claims.quotations import excerpts
from archiver.evidence.history import is_box_removal
from archiver.export.pdf.blocks import Block, Chapter, Interruption, MessageBlock, MessageText, Subheading
from archiver.export.report import templated
from archiver.export.report.message_statistics import BOUND, CHANGED, LAST, LAST_MESSAGES, ReportInput
from archiver.export.report.report_sources import chat_text, shorten
from archiver.records import Attachment, Conversation, FileId, Gap, Message, MessageId, Pause, RoomId, State, Version
from archiver.render.gap_breaks import GapBreaks, GapEnd, gap_text, gap_title, pause_text, pause_title
from archiver.render.invisible_characters import visible
from archiver.render.message_body import ReferenceLink, References, plain_text
from archiver.render.message_html import EDITED_BEFORE, STATES, chatwork_url, state_badge, text_before
from archiver.render.snippet import one_line
from archiver.render.times import full_time, local_time, minute_text, typed_time
from archiver.report_language import is_covered, say

MAX_BY_RULE = 200
"""Messages that the rule chooses at most: changed ones first, then the newest. The user's choice has no limit."""
MAX_FOR_OFFICE, OFFICE_CONTEXT = 16, 1
"""The same for an office, and how many before and after each: what page 1 quotes first, then what facts name."""
_OFFICE_LENGTHS = (300, 1_200)
"""Characters of a text at most for an office: beside the chosen messages, and of these."""

CONTEXT = 5
"""Messages shown before and after each chosen one, as a quotation without context is not trusted."""


def chapter(case: ReportInput) -> Chapter:
    """The chapter with the chosen messages of every room."""
    chosen, left = chosen_messages(case)
    context = OFFICE_CONTEXT if case.is_short else CONTEXT
    words = {"chosen": chosen, "left": left, "context": context, "last": LAST_MESSAGES}
    (page,) = templated.chapters("report_excerpt.txt", case, **words)
    blocks = [*page.blocks]
    for room in case.rooms if chosen else ():
        blocks += [Subheading(chat_text(room))] * (len(case.rooms) > 1)
        blocks += room_blocks(case, room, chosen)
    return replace(page, blocks=tuple(blocks))


def chosen_messages(case: ReportInput) -> tuple[Collection[str], int]:
    """The ids of the chosen messages, and how many of those that fit the rule are left out."""
    if case.chosen:
        return frozenset(case.chosen), 0
    reasons = case.statistics.excerpt_reasons
    quoted = {one.message.message_id for one in case.statistics.quotations.value}
    order = (CHANGED, LAST, BOUND) if case.is_short else (CHANGED,)
    ranks = {one: (one in quoted, order.index(why) if why in order else -1, int(one)) for one, why in reasons.items()}
    first, limit = sorted(ranks, key=ranks.__getitem__, reverse=True), MAX_FOR_OFFICE if case.is_short else MAX_BY_RULE
    return frozenset(first[:limit]), max(0, len(first) - limit)


def room_blocks(case: ReportInput, room: Conversation, chosen: Collection[str]) -> Iterator[Block]:
    """The chosen messages of one room with their context, and counts of the omitted ones."""
    paper, breaks = PaperReferences(case, room), GapBlocks(room, pauses=False)
    for first, last, omitted, star in excerpt_of(case, room, chosen, OFFICE_CONTEXT if case.is_short else CONTEXT):
        if omitted:
            yield _elision(first.no, last.no, omitted, len(list(breaks.before(last))))
        else:
            yield from breaks.before(first)
            limit = _OFFICE_LENGTHS[star] if case.is_short else sys.maxsize
            yield message_block(first, paper, star=star, limit=limit)
    yield from breaks.rest()


def excerpt_of(
    case: ReportInput, room: Conversation, chosen: Collection[str], context: int
) -> Iterator[tuple[Message, Message, int, bool]]:
    """The excerpt of a room: a message twice, with 0 and whether it was chosen itself, and is not only context.

    Or the first and the last of consecutive messages that are left out, with their number: only these two are read.
    """
    ids, stars = case.statistics.ids[room.room_id], frozenset(map(int, chosen))
    starred = {at for at, message_id in enumerate(ids) if message_id in stars}
    place, messages = -1, room.messages()

    def message(at: int) -> Message:
        nonlocal place, messages
        if at != place:
            messages = room.messages(at)
        place = at + 1
        return next(messages)

    for places, is_shown in select_excerpt(starred, len(ids), context=context):
        if is_shown:
            yield from ((shown := message(at), shown, 0, at in starred) for at in places)
        else:
            yield message(places[0]), message(places[-1]), len(places), False


def _elision(first: int, last: int, count: int, gaps: int) -> Interruption:
    numbers = f"No.{first}" if count == 1 else say("No.{first}から{last}", first=first, last=last)
    hidden = say("。この間に保存できなかった期間{gaps}か所(第9章)", gaps=gaps) if gaps else ""
    return Interruption(say("(中略 {count}件\u3000{numbers}{hidden})", count=count, numbers=numbers, hidden=hidden))


def select_excerpt(starred: Collection[int], count: int, *, context: int = CONTEXT) -> Iterator[tuple[range, bool]]:
    """Every place below `count` once and in order, in stretches that are shown or left out."""
    end = 0
    for at in sorted(starred):
        begin, after = max(end, at - context), min(count, at + context + 1)
        if begin > end:
            yield range(end, begin), False
        yield range(begin, after), True
        end = after
    if end < count:
        yield range(end, count), False


UNKNOWN_TEXT = "(保存した時点で「削除」表示でした。文面は分かりません)"
QUOTED_LENGTH = 60
"""Characters of a quoted beginning at most."""
EMPTY_TEXT = "(文面は空です)"


class PaperReferences:
    """Looks up the ids in a room's messages for paper: names of people, numbers of files."""

    def __init__(self, case: ReportInput, room: Conversation) -> None:
        """Take the people and files of one room."""
        self.case = case
        self._files: Mapping[FileId, Attachment] = {one.file_id: one for one in room.attachments}
        self.of: dict[MessageId, list[Attachment]] = {}
        for attachment in room.attachments:
            self.of.setdefault(attachment.message_id, []).append(attachment)
        self._people = room.people
        names = {account: person.names[-1] for account, person in room.people.items() if person.names}
        self.references = References(names.get, self._message, self._file)

    def references_of(self, message: Message) -> References:
        """The same with the names that people had then, and the files as sent: an old text shows nothing later."""
        names = {one: person.name_at(message.send_time) for one, person in self._people.items() if person.names}
        sent = {one.file_id: one for one in reversed(self.of.get(message.message_id, []))}
        return References(names.get, self._message, lambda file: self._file(file, sent))

    def _message(self, _room: RoomId, message: MessageId) -> ReferenceLink:
        return ReferenceLink(say("メッセージID {message}", message=message))

    def _file(self, file: FileId, sent: Mapping[FileId, Attachment] = {}) -> ReferenceLink | None:
        attachment = sent.get(file) or self._files.get(file)
        return None if attachment is None else ReferenceLink(attachment.number)


def message_block(
    message: Message, paper: PaperReferences, *, star: bool = False, limit: int = sys.maxsize
) -> MessageBlock:
    """The block of a message; for a court the number of its entry is printed beside it, and fewer times.

    `limit`: characters of a text at most.
    """
    badge = state_badge(message.state, knows_text=bool(message.texts)) if message.state in STATES else ""
    case, account = paper.case, message.account_id
    number = "" if account in case.stand_ins else say("(ID {id})", id=account)
    who = f"{say(case.side(account))} {visible(message.name)}{number}"
    marks = say("\u3000★") * star + (say("\u3000{state_badge}", state_badge=badge) if badge else "")
    head = say("{send_time}\u3000{who}{marks}", send_time=full_time(message.send_time), who=who, marks=marks)
    court, last = case.profile == "court", ""
    if not court and message.state not in (State.MISSING, State.HIDDEN):
        last = say("\u3000最後に確認した時刻 {last_seen}", last_seen=local_time(message.versions[-1].last_seen))
    saved_at = local_time(message.first_seen)
    saved = say("メッセージID {id}\u3000保存した時刻 {saved_at}", id=message.message_id, saved_at=saved_at) + last
    saved = saved if court else say("{saved}\u3000記録番号 {entry_seq}", saved=saved, entry_seq=message.entry_seq)
    ids = f"\n{chatwork_url(message.room_id, message.message_id)}"
    if case.profile == "support":  # an office finds a message by its number; the ids stand in the table
        ids, saved = last, ""
    return MessageBlock(
        number=f"No.{message.no}",
        head=head + ids,
        parts=tuple(_message_texts(message, paper.references_of(message), limit)),
        notes=(*_file_notes(message, paper), *filter(None, [saved])),
        beside=say("記録番号\n{entry_seq}", entry_seq=message.entry_seq) if court else "",
    )


def quoted_text(case: ReportInput, message: Message, *, first: bool = False) -> str:
    """The beginning of a message's text as it was saved last, or first, on one line; what stands for it if none was."""
    texts = message.texts
    if not texts:
        return say(UNKNOWN_TEXT)
    references = references_of(case, message)
    text = visible(one_line(plain_text(parse(texts[0 if first else -1].body), references)))
    return excerpts([text], QUOTED_LENGTH)[0]


def references_of(case: ReportInput, message: Message) -> References:
    """What the ids in a message's texts stand for, with the names of its time."""
    rooms = [room for room in case.rooms if room.room_id == message.room_id]
    return PaperReferences(case, rooms[0]).references_of(message)


def bound_place(case: ReportInput, message: Message | None, message_id: MessageId) -> str:
    """The number and id of a message that the user bound to something; of one that the package lacks, that it does."""
    if message is not None:
        return say("No.{no} メッセージID {message_id}", no=message.no, message_id=message_id)
    at = case.outside.get(message_id)
    if at is None:
        return say("メッセージID {message_id}(この資料には含まれません)", message_id=message_id)
    return say(
        "メッセージID {message_id}({at}。この資料の期間の外のメッセージで、この資料には含まれません)",
        message_id=message_id,
        at=minute_text(at),
    )


def bound_quote(case: ReportInput, message: Message) -> str:
    """What a bound message said when it was first saved, as it was bound for it, and what became of it since."""
    quoted = say("「{quoted}」", quoted=quoted_text(case, message, first=True))
    texts = message.texts
    if texts and texts[0].update_time > 0:
        quoted += say("(保存した時点で編集済み)")
    return quoted + (became_of(case, message, texts[0].body) if texts else "")


def became_of(case: ReportInput, message: Message, quoted: str) -> str:
    """What became of a message since it read as it is quoted, so that nobody looks for that; else nothing."""
    last, became = message.texts[-1].body, ""
    if letters(last) != letters(quoted):
        later = "(その後に編集)" if is_covered(last) else "(その後「{quoted}」に編集)"
        later = later if message.was_edited else "(その後、ファイル・タスクが「削除」表示)"
        became = say(later, quoted=quoted_text(case, message))
    return became + (say("(その後「削除」表示)") if message.last_shown is State.DELETED else "")


def _message_texts(message: Message, references: References, limit: int) -> Iterator[MessageText]:
    """The texts of a message: earlier ones first, then the present one, if there is one."""
    texts = message.texts
    if not texts:
        yield MessageText("", say(UNKNOWN_TEXT))
    for number, version in enumerate(texts, 1):
        last = number == len(texts)
        if last and message.body != DELETED:
            label = _present_label(message, version)
        else:
            changed = message.changed_at if last else texts[number].first_seen
            what = say("「削除」表示に変わる前に保存した文面") if last else text_before(version, texts[number])
            label = say(
                "【{what}】最後に見えた {last_seen} / 変わっていた {changed}",
                what=what,
                last_seen=local_time(version.last_seen),
                changed=local_time(changed),
            )
        yield MessageText(label, shorten(plain_text(parse(version.body), references), limit) or say(EMPTY_TEXT))


def _present_label(message: Message, version: Version) -> str:
    """The label of the present text: edited, or last seen; empty if there is nothing to say."""
    words = []
    if len(message.texts) > 1 and is_box_removal(message.texts[-2].body, version.body, version.update_time):
        words.append(say("ファイル・タスクが「削除」表示に変わった後の文面"))
    elif len(message.texts) > 1:
        edited = (
            say("(Chatworkの編集時刻 {time})", time=typed_time(version.update_time)) if version.update_time > 0 else ""
        )
        words.append(say("編集後の文面{edited}", edited=edited))
    elif version.update_time > 0:
        words.append(say(EDITED_BEFORE))
    if message.state in (State.MISSING, State.HIDDEN):
        words.append(
            say("最後に見えた文面(見えなくなっていた {changed_at})", changed_at=local_time(message.changed_at))
        )
    return say("\u3000").join(words)


def _file_notes(message: Message, paper: PaperReferences) -> Iterator[str]:
    for one in paper.of.get(message.message_id, ()):
        status = say("保存できていません: {reason}", reason=say(one.reason or "理由は不明"))
        if one.saved_at:
            status = say("保存済み {saved_at}", saved_at=local_time(one.saved_at))
        if one.replaced_at:
            noticed = say("差し替えを{time}に確認", time=local_time(one.replaced_at))
            status = say("、").join((status, noticed))
        words = {"number": one.number, "name": visible(one.name), "size": one.size, "status": status}
        yield say("ファイル {number} {name} {size:,}バイト\u3000{status}", **words)


class GapBlocks:
    """Gives the gaps and pauses before each message, as the messages of a room go by in order."""

    def __init__(self, room: Conversation, *, pauses: bool) -> None:
        """Take the gaps of a room, and its pauses if asked for."""
        self._room, self._breaks = room, GapBreaks(room.gaps, room.pauses if pauses else ())

    def before(self, message: Message) -> Iterator[Interruption]:
        """The gaps and pauses before this message that were not given yet."""
        return self._blocks(self._breaks.due(message))

    def rest(self) -> Iterator[Interruption]:
        """The gaps and pauses after the last message."""
        return self._blocks(self._breaks.left())

    def _blocks(self, breaks: Iterable[Pause | Gap | GapEnd]) -> Iterator[Interruption]:
        for one in breaks:
            if isinstance(one, Pause):
                yield Interruption(f"{pause_title(one)} {pause_text(one, self._room.gaps)}")
            elif isinstance(one, Gap):
                yield Interruption(gap_line(one))


def gap_line(gap: Gap) -> str:
    """A gap in words, with its title."""
    return f"{gap_title(gap)} {gap_text(gap)}"
