"""Statistics of a case's messages, collected for the chapters in one pass."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain, pairwise, takewhile
from operator import attrgetter

from archiver.chatwork.notation.nodes import COVERED_PART, PlainText, Quote
from archiver.chatwork.notation.parse import message_references, parse, shown_files
from archiver.claims import messages
from archiver.claims.acceptance_and_terms import (
    accepts,
    amounts_and_days,
    answers,
    changes_figures,
    has_words,
    is_corrected,
    is_courtesy,
    names_decision,
    names_money,
)
from archiver.claims.messages import Claim, is_later, turn, with_acts
from archiver.claims.quotations import (
    ANSWER_WEIGHT,
    QUOTED,
    TASK_POST,
    Quotation,
    best,
    quotation,
    quotations,
    seen_at,
)
from archiver.evidence.acts_seen_in_lists import OWN_POSTS, act_of_step
from archiver.evidence.history import cancelled_account, is_box_removal, is_system_post, words_gone_with_file
from archiver.export.report.report_sources import ReportSources
from archiver.records import (
    Act,
    ActKind,
    AuthorFacts,
    CancellationPost,
    CaseFacts,
    CaseSide,
    Conversation,
    Message,
    MessageId,
    MessageKind,
    Post,
    RoomBeginning,
    RoomFacts,
    RoomId,
    State,
    Version,
    change_kinds,
    first_asking,
)
from archiver.report_language import is_covered

LAST_EXCHANGE = 2
"""Messages of each side that count as the last exchange."""
LAST_MESSAGES = 10
"""The same for an office, whoever wrote them."""

CHANGED, FILE, LAST, BOUND = "変更", "ファイル", "最後のやり取り", "入力"
"""The reasons why a message belongs in an excerpt."""


@dataclass
class MessageStatistics:
    """The statistics of one pass over the messages."""

    facts: CaseFacts
    """The facts of which every claim is made."""
    count: int = 0
    first: Message | None = None
    last: Message | None = None
    saved_before: int = 0
    """Messages saved before the sending of the counterpart's last reply; all, if there was no reply."""
    side_of: dict[int, CaseSide] = field(default_factory=dict)
    """No. of a message with an event → the side of its author."""
    excerpt_reasons: dict[str, str] = field(default_factory=dict)
    """Id of a message that belongs in an excerpt by rule → the reason."""

    bound: dict[str, Message] = field(default_factory=dict)
    """Id of a message that the user bound to an invoice, a reminder or a term → the message."""
    quotations: Claim[tuple[Quotation, ...]] = field(default_factory=lambda: quotations(()))
    """The messages that page 1 quotes."""
    ids: dict[RoomId, array[int]] = field(default_factory=dict)
    """Room → the ids of its messages, in order."""
    chosen_times: list[datetime] = field(default_factory=list)
    """When the messages that the user chose were sent."""
    asked: Message | None = None
    """The reporter's message that has no answer."""
    heard: Quotation | None = None
    """The other side's last message; not if it changed."""
    said: Message | None = None
    """Their last one that is more than a courtesy."""
    task_posts: dict[str, Quotation] = field(default_factory=dict)
    """Id of the post of a told task with terms → the task as if it were the post's text, with the reporter's answer."""
    own_change: Quotation | None = None
    """The reporter's own edit of amounts, days or numbers, or deletion of what names terms, with the most to say."""
    own_deleted: Post | None = None
    """The last message of the reporter that shows as deleted."""
    acts: Sequence[Act] = ()
    """What each step of `listed_steps` was, with its post."""
    unlisted: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Id of a file that a message shows and of which nothing else is known here → No. of that message, and its name."""
    gone_words: dict[str, str] = field(default_factory=dict)
    """Id of a message → its words that went when its file was removed."""


class ReportInput(ReportSources):
    """The data from which all chapters are made, with what a pass over its messages finds."""

    @cached_property
    def statistics(self) -> MessageStatistics:
        """The statistics over every message of every room."""
        survey = _Survey(self)
        return survey.statistics(tuple(map(survey.read_room, self.rooms)))


class _Survey:
    """One pass over the messages of a case."""

    def __init__(self, case: ReportSources) -> None:
        self._case = case
        self._authors: dict[int, AuthorFacts] = {}
        facts = CaseFacts(
            case.contract,
            case.reporters,
            case.bases,
            (),
            self._authors,
            case.known_until,
            case.open_until,
            tuple(case.closings),
            told_at=case.created_at,
            twins=case.twins,
        )
        self._found = MessageStatistics(facts)
        self._event_numbers = {event.no for event in case.events}
        self._with_files = {one.message_id for one in case.attachments}
        self._file_ids = {int(one.file_id) for one in case.attachments}
        self._announced = {one.message_id for one in case.listed_steps}
        self._announcements: defaultdict[tuple[int, str], list[tuple[Post, str]]] = defaultdict(list)
        """Room and message → the message of a file or task; room and nothing → all posts about tasks."""
        self._told = {step.message_id: f"]{step.what}[/task]" for _gone, *steps in case.told_tasks for step in steps}
        """The posts of tasks that are told, and what other posts about them have."""
        self._unanswered: dict[RoomId, list[Act]] = {}
        self._edits: list[Act] = []
        self._own_before: dict[RoomId, Message] = {}
        """The reporter's last message in each room, unless somebody else than the other side wrote after it."""
        self._unseen = deque[Message](maxlen=QUOTED)
        """The other side's last messages that were deleted before their text was seen."""
        self._heard: dict[RoomId, tuple[Message, Message | None]] = {}
        """The other side's last speech in each room, and the reporter's last message before it."""
        self._saved = array("d")
        self._last_exchange: list[Message] = []
        self._bound_ids = case.contract.bound_messages
        self._quoted: tuple[Quotation, ...] = ()
        self._agreed: tuple[Quotation, ...] = ()
        self._named = None if case.reviewed is None else case.reviewed.quoted
        """What is quoted where words may be covered, which then do not tell what they decide."""
        self._cancellations: list[CancellationPost] = []
        self._prints_all = not (case.excerpt_only and case.chosen)
        """Whether the package has every text: one under a promise of secrecy has those of its excerpt."""

    def read_room(self, room: Conversation) -> RoomFacts:
        """Count the messages of a room; its facts."""
        is_short = self._case.is_short
        sides = [deque[Message](maxlen=LAST_MESSAGES if is_short else LAST_EXCHANGE) for _ in range(2)]
        beginning = room.beginning or RoomBeginning(None, room.gaps)
        ids = self._found.ids[room.room_id] = array("Q")
        for message in room.messages():
            ids.append(int(message.message_id))
            first, post = beginning.first, _post(message)
            is_first = not beginning.earlier if first is None else first.message_id == message.message_id
            if is_first and (first is None or first.no is None):
                beginning = beginning._replace(first=post)
            self._add(message, post)
            sides[not is_short and message.account_id == self._case.owner_id].append(message)
        self._last_exchange += chain(*sides)
        return RoomFacts(room.watch.begun is not None, beginning, room.gaps, self._case.is_closed(room))

    def statistics(self, rooms: tuple[RoomFacts, ...]) -> MessageStatistics:
        """The statistics of the rooms that were read."""
        case, last_first = self._case, sorted(self._last_exchange, key=lambda one: one.send_time, reverse=True)
        for message in last_first[: LAST_MESSAGES if case.is_short else None]:
            self._found.excerpt_reasons.setdefault(message.message_id, LAST)
        acts = [
            act_of_step(step, self._announcements[step.room_id, step.message_id if step.kind in OWN_POSTS else ""])
            for step in case.listed_steps
        ]
        found = self._found
        counted = replace(found.facts, rooms=rooms, cancellations=tuple(self._cancellations))
        facts = found.facts = self._with_acts([*acts, *self._edits], counted)
        last = messages.last_reply(facts).value
        limit = None if last is None else last.at.timestamp()
        found.count = len(self._saved)
        found.saved_before = sum(limit is None or at < limit for at in self._saved)
        for message in self._unseen:
            unseen, reply = quotation(message, is_chosen=True), self._reply_to(message)
            if unseen and reply and (self._named or any(amounts_and_days(reply.texts[0].body))):
                self._quoted = best([*self._quoted, replace(unseen, rank=(ANSWER_WEIGHT, *unseen.rank[1:]))])
        found.quotations = quotations(self._quoted, messages.message_count(facts).missing, unchanged=self._agreed)
        told = list(map(self._with_neighbours, found.quotations.value))
        if (named := self._named) is not None:
            told = sorted(told, key=lambda one: named.index(one.message.message_id))
        found.quotations = replace(found.quotations, value=tuple(told))
        for _gone, given, ended in case.told_tasks[:QUOTED]:
            post = self._printed(RoomId(given.room_id), MessageId(given.message_id))
            if quoted := post and quotation(post, is_chosen=True):
                said = quoted.before._replace(body=given.what)
                after = said._replace(body=ended.what, first_seen=ended.at) if ended.what != given.what else None
                quoted = replace(self._with_neighbours(quoted), before=said, after=after)
                found.task_posts[given.message_id] = replace(quoted, became=State.EDITED) if after else quoted
        found.asked, found.acts = self._asked(facts), acts
        for message, own in self._heard.values():
            if last is not None and message.message_id == last.message_id and message.state is State.PRESENT:
                heard = quotation(message, is_chosen=True)
                found.heard = heard and self._with_neighbours(replace(heard, beside=self._answered(message, own)))
        return found

    def _with_neighbours(self, quoted: Quotation) -> Quotation:
        """The quotation with what it answers (what its words reply to, else what stands before it) or else the answer
        to it, with what its author wrote when it changed, and with what it misquotes.
        """
        message, body, beside = quoted.message, quoted.before.body, quoted.beside
        if (replies := _replied(message, body)) and not any(amounts_and_days(body)):
            replied = self._printed(message.room_id, replies[0])
            terms = amounts_and_days(replied.texts[0].body) if replied and replied.texts else ()
            beside = (replied,) if replied and (any(terms) or not is_courtesy(body)) else ()
        is_offer = not beside and quoted.rank[0] and not accepts(quoted.shown[-1].body)
        neighbours = [*beside, self._reply_to(message) if is_offer else None, self._about_change(quoted)]
        return replace(quoted, beside=(*filter(None, neighbours),), misquoted=next(self._misquoted(quoted), None))

    def _reply_to(self, message: Message) -> Message | None:
        """The reporter's yes or no that replies to a message or follows it: the other half of what was agreed."""
        case, later = self._case, self._sent(message.room_id, message.send_time, self._case.created_at)
        later = (one for one in later if int(one.message_id) > int(message.message_id))
        # Of what was deleted unseen nothing tells that a later one means it.
        theirs = CaseSide.COUNTERPART
        others = (one for one in later if not message.texts or (one.texts and case.side(one.account_id) is not theirs))
        reply = next(others, None)
        is_own = reply is not None and case.side(reply.account_id) is CaseSide.REPORTER
        if not (reply and is_own and reply.texts and answers(reply.texts[0].body)):
            return None
        replies = _replied(reply, reply.texts[0].body)
        return None if replies and message.message_id not in replies else self._printed(*reply[1:3])

    def _about_change(self, quoted: Quotation) -> Message | None:
        """What its author wrote in its place, or first when it changed, until the day after; courtesies apart."""
        message, is_edit = quoted.message, quoted.became is State.EDITED
        if quoted.became is State.PRESENT or not message.texts:
            return None
        last, until = message.texts[-1], seen_at(quoted) + timedelta(days=1)
        since = datetime.fromtimestamp(min(last.update_time, 2**36), UTC) if is_edit else last.last_seen
        said = [one for one in self._sent(message.room_id, message.send_time, until) if one.texts and not one.is_notice]
        own = [one for one in said if one.account_id == message.account_id and one.message_id != message.message_id]
        right = (one for one in own if not is_edit and is_corrected(last.body, [one.texts[-1].body]))
        later = (one for one in own if one.send_time >= since and not is_courtesy(one.texts[0].body))
        first = next(chain(right, later), None)
        return first and self._printed(message.room_id, first.message_id)

    def _misquoted(self, quoted: Quotation) -> Iterator[tuple[str, Message]]:
        """The words without notation that it quotes, with their source, where no saved text of that has them."""
        for node in parse(quoted.shown[-1].body):
            children = node.children if isinstance(node, Quote) else ()
            plain = [one.source for one in children if isinstance(one, PlainText)]
            if isinstance(node, Quote) and 0 < (node.time or 0) < 2**36 and len(plain) == len(children):
                words, at = "".join(plain), datetime.fromtimestamp(node.time or 0, UTC)
                sent = self._sent(quoted.message.room_id, at, at)
                found = next((one for one in sent if one.account_id == node.account_id), None)
                source = found and self._printed(found.room_id, found.message_id)
                texts = source.texts if source else ()
                known = [words, *(one.body for one in texts)]
                is_hidden = any(COVERED_PART in one or is_covered(one) for one in known)
                if source and texts and not (texts[0].update_time or is_hidden or has_words(texts, words)):
                    yield words, source

    def _sent(self, room_id: RoomId, since: datetime, until: datetime) -> Iterator[Message]:
        """The messages of a room from a time until another."""
        room, ids = next(one for one in self._case.rooms if one.room_id == room_id), self._found.ids[room_id]
        before = bisect_left(range(len(ids)), True, key=lambda at: next(room.messages(at)).send_time >= since)
        return takewhile(lambda one: one.send_time <= until, room.messages(before))

    def _asked(self, facts: CaseFacts) -> Message | None:
        """The message that the other side has not answered; None too where it is a file or a task."""
        asked = turn(facts).value.asking
        is_told = asked is not None and asked.kind is ActKind.MESSAGE
        return self._printed(asked.post.room_id, asked.post.message_id) if asked and is_told else None

    def _printed(self, room_id: RoomId, message_id: MessageId) -> Message | None:
        """A message of a room, if the package has its text."""
        ids = self._found.ids[room_id]
        place = bisect_left(ids, int(message_id))
        is_printed = self._prints_all or message_id in self._case.chosen
        if not is_printed or place == len(ids) or ids[place] != int(message_id):
            return None
        return next(next(one for one in self._case.rooms if one.room_id == room_id).messages(place))

    def _with_acts(self, acts: Sequence[Act], facts: CaseFacts) -> CaseFacts:
        """The facts with what came after the other side's last speech."""
        case, said = self._case, [one for listed in self._unanswered.values() for one in listed]
        known = (case.reporters | case.thirds | case.bases.keys()) - case.twins.keys()

        def own_after(after: Post | None) -> Act | None:
            own = (one for one in said if one.post.account_id in case.reporters and is_later(one.post, after))
            return first_asking(sorted(own, key=attrgetter("post.at")))

        def strangers_after(after: Post | None) -> Counter[int]:
            later = (one.post.account_id for one in said if is_later(one.post, after))
            return Counter(one for one in later if one not in known)

        return with_acts(facts, acts, own_after, strangers_after)

    def _add_turn(
        self, message: Message, post: Post, texts: Sequence[Version], side: CaseSide, *, is_printed: bool
    ) -> None:
        """Keep what others wrote after the other side's last speech in a room, and the posts about files and tasks."""
        if message.message_id in self._announced:
            self._announcements[message.room_id, message.message_id].append((post, ""))
        for one in message.versions:
            if TASK_POST in one.body:
                self._announcements[message.room_id, ""].append((post, one.body))
        unanswered = self._unanswered.setdefault(message.room_id, [])
        if side is CaseSide.REPORTER:
            if message.last_shown is State.DELETED:
                if is_later(post, self._found.own_deleted):
                    self._found.own_deleted = post
            elif not all(is_system_post(one.body) for one in texts):
                is_mere = all(is_courtesy(one.body) for one in texts)
                unanswered.append(Act(ActKind.MESSAGE, post, is_courtesy=is_mere))
        elif message.kind is MessageKind.SPEECH:
            if side is CaseSide.COUNTERPART:
                unanswered.clear()
                times = (datetime.fromtimestamp(one.update_time, UTC) for one in texts if 0 < one.update_time < 2**36)
                inside = (at for at in times if self._case.contract.holds(message.room_id, at))
                self._edits += (Act(ActKind.EDIT, post._replace(at=at)) for at in inside)
                if is_printed:
                    self._heard[message.room_id] = message, self._own_before.get(message.room_id)
                    said = self._found.said
                    is_last = said is None or message.send_time >= said.send_time
                    self._found.said = said if not is_last or all(is_courtesy(one.body) for one in texts) else message
            else:
                unanswered.append(Act(ActKind.MESSAGE, post))

    def _add(self, message: Message, post: Post) -> None:
        found, texts, side = self._found, message.texts, self._case.side(message.account_id)
        is_chosen = message.message_id in self._case.chosen
        is_printed = is_chosen or self._prints_all
        self._add_turn(message, post, texts, side, is_printed=is_printed)
        self._saved.append(message.first_seen.timestamp())
        if found.first is None or message.send_time < found.first.send_time:
            found.first = message
        if found.last is None or message.send_time >= found.last.send_time:
            found.last = message
        found.facts.sources[message.source] += 1
        about = cancelled_account(texts[0].body) if message.kind is MessageKind.NOTICE else None
        if about is not None:
            self._cancellations.append(
                CancellationPost(
                    message.room_id, about, message.account_id, message.send_time, message.entry_seq, message.no
                )
            )
        add_message(self._authors, message, post, is_own=side is CaseSide.REPORTER)
        for version in texts:
            for file in shown_files(version.body):
                if file.file_id not in self._file_ids:
                    found.unlisted.setdefault(file.file_id, (message.no, file.label))
        for before, after in pairwise(texts):
            if words := words_gone_with_file(before.body, after.body, after.update_time):
                found.gone_words[message.message_id] = words
        if is_chosen:
            found.chosen_times.append(message.send_time)
        if side is CaseSide.COUNTERPART and is_printed:
            self._add_quotation(message, is_chosen=is_chosen)
        elif side is CaseSide.OTHER:
            self._own_before.pop(message.room_id, None)
        elif side is CaseSide.REPORTER and is_printed:
            change = quotation(message, amount=self._case.contract.amount)
            if change is not None and (change.rank[0] > 0 or changes_figures([one.body for one in texts])):
                (found.own_change,) = best(filter(None, (found.own_change, change)))[:1]
        is_file = message.message_id in self._with_files
        if side is CaseSide.REPORTER and is_printed and texts and (is_file or not is_system_post(texts[-1].body)):
            self._own_before[message.room_id] = message
        is_bound = message.message_id in self._bound_ids
        if is_bound:
            found.bound[message.message_id] = message
        if message.no in self._event_numbers:
            found.side_of[message.no] = side
        if is_bound and self._case.is_short:
            found.excerpt_reasons[message.message_id] = BOUND
        elif {*message.notable_states} - {State.HIDDEN} or (texts and texts[0].update_time > 0):
            found.excerpt_reasons[message.message_id] = CHANGED
        elif message.message_id in self._with_files and not self._case.is_short:
            found.excerpt_reasons[message.message_id] = FILE

    def _add_quotation(self, message: Message, *, is_chosen: bool) -> None:
        """Keep a message of the other side, if it is among those that have the most to say."""
        is_named = self._named is not None and message.message_id in self._named
        is_told = message.is_notice and any(one in text.body for text in message.texts for one in self._told.values())
        if message.message_id in self._told or is_told or (self._named is not None and not is_named):
            return
        is_asked, amount = is_chosen or is_named, self._case.contract.amount
        answered = self._answered(message, self._own_before.get(message.room_id))
        is_decision = names_decision(message) or (len(answered) > 0 and answers(message.texts[-1].body))
        quoted = quotation(message, is_chosen=is_asked or is_decision, amount=amount)
        if not message.texts:
            self._unseen.append(message)
        if quoted is None or not message.texts:
            return
        weight, became = quoted.rank[0], quoted.became
        if answered and not weight and became is not State.EDITED:
            weight = ANSWER_WEIGHT
        kept = replace(quoted, beside=answered, rank=(weight, *quoted.rank[1:]))
        if is_asked or became is not State.PRESENT:
            self._quoted = best([*self._quoted, kept])
        else:
            self._agreed = best([*self._agreed, kept])

    def _answered(self, message: Message, own: Message | None) -> tuple[Message, ...]:
        """The reporter's message before one, if it names amounts or days and the other none, or of the same sum; or if
        it has a file, and the other names no money and is no courtesy.

        A mere yes or no says nothing without what it answers; an offer may say more of the same sum.
        """
        if own is None or not message.texts:
            return ()
        body = message.texts[0].body
        asked, stated = ({*amounts_and_days(one)} for one in (own.texts[0].body, body))
        is_work = own.message_id in self._with_files and not (names_money(body) or is_courtesy(body))
        return (own,) if is_work or (asked and (not stated or stated & asked)) else ()


def _replied(message: Message, body: str) -> list[MessageId]:
    """The messages of its room to which a text replies."""
    return [one for room_id, one in message_references(body) if room_id == message.room_id]


def room_facts(rooms: Iterable[Conversation]) -> tuple[RoomFacts, ...]:
    """How much of each room is saved."""
    return tuple(
        RoomFacts(room.watch.begun is not None, room.beginning or RoomBeginning(None, room.gaps), room.gaps)
        for room in rooms
    )


def add_message(authors: dict[int, AuthorFacts], message: Message, post: Post, *, is_own: bool) -> None:
    """Count a message under its author; what the reporter wrote counts as speech, whatever its form."""
    author = authors.get(message.account_id) or authors.setdefault(message.account_id, AuthorFacts())
    kind = MessageKind.SPEECH if is_own else message.kind
    author.posts[kind] += 1
    if kind not in author.last or message.send_time >= author.last[kind].at:
        author.last[kind] = post
    if message.state is not State.PRESENT:
        texts = [(one.body, one.update_time) for one in message.texts]
        edits = (one != then and not is_box_removal(one[0], *then) for one, then in pairwise(texts))
        became = change_kinds(
            message.state,
            was_edited=any(updated for _body, updated in texts[:1]) or any(edits),  # a mark, or another text
            was_deleted=message.was_deleted,
            knows_text=bool(message.texts),
            texts=len({(body, not updated) for body, updated in texts}),
        )
        author.add_changes(kind, became)


def _post(message: Message) -> Post:
    return Post(
        message.room_id, message.message_id, message.account_id, message.send_time, message.entry_seq, message.no
    )
