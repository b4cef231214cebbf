"""The emergency block of a contract: what changed, what is kept and what is not, what not to do, what to do now.

It names no cause that no reply of Chatwork names, and blames nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archiver.alerts import departure_rules
from archiver.claims.changes import DELETIONS, EDITS, changed_count
from archiver.claims.quotation_text import quotation_line
from archiver.claims.quotations import excerpts
from archiver.claims.words import change_lines
from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.status.alert_lines import NamedMessage, messages_by_id
from archiver.cli.status.gap_line import number_words
from archiver.cli.terminal.language import current_language
from archiver.cli.terminal.output import echo, fit_lines
from archiver.cli.terminal.progress import shorten
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.cli.terminal.times import jst_time
from archiver.gettext_mark import N_
from archiver.records import ChangedMessages, ChangeKind, Contract
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, DepartureObservations, Level
from archiver.render.file_reasons import unsaved_reason
from archiver.render.reference_labels import NOWHERE
from archiver.render.snippet import own_words
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.claims.quotations import Quotation
    from archiver.store.archive import Reading
    from archiver.store.queries.room_holdings import MissingFile, RoomHoldings
    from archiver.store.queries.viewing.message_summaries import MessageSummary

DO_NOT = N_(
    "Don't leave the chat, close your account or remove the contact: files and talk can disappear. "
    "Don't re-issue the API token: saving would stop."
)
"""The one list of what not to do; the guides have the same words."""

WIDTH = 80
NAMED_FILES_LIMIT = 8
"""So many files are named; the others are counted."""

NAMED_TEXTS_LIMIT, QUOTED_LENGTH = 4, 28
"""So many vanished messages are listed with their texts; the others are counted. Characters of an edited text."""

VANISHED_LINE_WIDTH = 62
"""Columns of the line of such a message, which fits beside the labels."""

NAMED_MESSAGES_LIMIT = 4
"""So many messages are named; the others are counted."""

PERSON_RULES = frozenset({AlertRule.ACCOUNT_CLOSED, AlertRule.CONTACT_GONE})
"""Rules whose alerts concern every room of a person, though an alert names one room at most."""

MEGABYTE, GIGABYTE = 10**6, 10**9


@dataclass(frozen=True, slots=True)
class Emergency:
    """The data of one contract's emergency block."""

    contract: Contract
    name: str
    """How commands name the contract."""
    title: str
    """What it is called in sentences."""
    holdings: RoomHoldings
    changed: ChangedMessages
    """The messages of its rooms that changed after they were sent."""
    alerts: tuple[Alert, ...]
    """Open alerts about its rooms and the people in them, perhaps none."""
    vanished: tuple[MessageSummary, ...] = ()
    """The newest of its messages that show as deleted or are not shown any more, with their last texts."""
    edits: tuple[str, ...] = ()
    """The edited messages that are quoted, in words."""
    vanished_count: int = 0
    """How many such messages there are."""
    screenshots: tuple[NamedMessage, ...] = ()
    """The messages of which a screenshot is worth having now."""
    failing: tuple[int, ...] = ()
    """Its rooms that could not be read, so that nobody knows what they lack."""
    lacks_older: bool = False
    """Whether older messages are missing of a chat that still opens, so that they can be fetched."""
    is_put_back: bool = False
    """Whether an older database was put back, so that what only the newer one held is not here."""

    @property
    def is_departure(self) -> bool:
        """Whether more than messages disappeared."""
        return any(one.level is Level.HIGH and one.rule is not AlertRule.DELETIONS for one in self.alerts)


def emergencies(
    reading: Reading, chosen_contracts: Iterable[Contract], alerts: Sequence[Alert], *, always: bool = False
) -> list[Emergency]:
    """The emergencies of those contracts that have an open high alert; `always`: of all of them."""
    from archiver.custody.earlier_homes import put_back_databases
    from archiver.shell_command import contract_name
    from archiver.store.queries.contract_activity import case_sides, changed_messages
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.gaps import unlisted_beginnings
    from archiver.store.queries.last_looks import room_looks
    from archiver.store.queries.new_texts_and_changes import messages_to_screenshot
    from archiver.store.queries.room_holdings import holdings_of
    from archiver.store.queries.viewing.message_summaries import count_vanished
    from archiver.store.queries.viewing.quotable_messages import quoted_messages

    all_contracts = contracts(reading)
    names = contract_names(all_contracts)
    found = []
    for contract in chosen_contracts:
        rooms = {int(room.room_id) for room in contract.rooms}
        concerning = tuple(_concerning_alerts(reading, rooms, alerts))
        if always or any(one.level is Level.HIGH for one in concerning):
            sides = case_sides(reading, contract)
            quoted = quoted_messages(reading, contract, sides)
            name, holdings = contract_name(contract, all_contracts), holdings_of(reading, rooms)
            found.append(
                Emergency(
                    contract,
                    name,
                    names[contract.id],
                    holdings,
                    changed_messages(reading, contract.rooms, sides),
                    concerning,
                    tuple(_readable_messages(reading, rooms, quoted)),
                    tuple(_quoted_lines(reading, (one for one in quoted if one.after is not None))),
                    count_vanished(reading, rooms),
                    messages_by_id(reading, rooms, messages_to_screenshot(reading, alerts, rooms)),
                    tuple(sorted(room_looks(reading, rooms).failing)),
                    bool(unlisted_beginnings(reading, rooms - set(holdings.shut)).rooms),
                    bool(put_back_databases(reading)),
                )
            )
    return found


def _readable_messages(reading: Reading, rooms: set[int], quoted: Iterable[Quotation]) -> Iterator[MessageSummary]:
    """The vanished messages that are quoted, then the newest, with their texts as Chatwork showed them, in one line."""
    from archiver.store.queries.transcript import names_in_room
    from archiver.store.queries.viewing.message_summaries import message_summaries, vanished_messages

    places = [(int(one.message.room_id), int(one.message.message_id)) for one in quoted if one.is_gone]
    first = message_summaries(reading, places)
    newest = [one for one in vanished_messages(reading, rooms, limit=NAMED_TEXTS_LIMIT) if one not in first]
    listed = [*first, *newest[max(0, len(newest) + len(first) - NAMED_TEXTS_LIMIT) :]] if first else newest
    for message in sorted(listed, key=lambda one: int(one.message_id)):
        references = replace(NOWHERE, name_of=names_in_room(reading, message.room_id).get)
        yield message._replace(text=own_words(message.text, references))


def calm_quotations(
    reading: Reading, contracts: Iterable[Contract], emergencies: Iterable[Emergency]
) -> dict[str, tuple[str, ...]]:
    """Contract → its changed messages in words, where no emergency block quotes them."""
    from archiver.store.queries.contract_activity import case_sides
    from archiver.store.queries.viewing.quotable_messages import quoted_messages

    told = {one.contract.id for one in emergencies}
    found = {one.id: quoted_messages(reading, one, case_sides(reading, one)) for one in contracts if one.id not in told}
    return {contract: tuple(_quoted_lines(reading, quoted)) for contract, quoted in found.items()}


def _quoted_lines(reading: Reading, quoted: Iterable[Quotation]) -> Iterator[str]:
    """The messages that are quoted, before and after, each with the name of its author."""
    from archiver.store.queries.transcript import names_in_room

    for one in quoted:
        references = replace(NOWHERE, name_of=names_in_room(reading, one.message.room_id).get)
        texts = excerpts([visible(own_words(text.body, references)) for text in one.shown], QUOTED_LENGTH)
        name = shorten(one.message.name, 16)
        yield quotation_line(one, texts, current_language(), time=jst_time, who=name)


def _concerning_alerts(reading: Reading, rooms: set[int], alerts: Iterable[Alert]) -> Iterator[Alert]:
    """Open alerts that concern these rooms: about them, or about a person who is in one of them.

    An alert about a person names one room; where nothing rests on that person it is only good to know.
    """
    from archiver.store.queries import departures

    for alert in alerts:
        if alert.dismissed or alert.rule not in DEPARTURES:
            continue
        if alert.room_id in rooms:
            yield alert
        elif alert.rule in PERSON_RULES and alert.account_id is not None:
            shared = departures.contracted_rooms_of(reading, {alert.account_id}) & rooms
            observed = DepartureObservations(rooms=departures.people_in(reading, shared))
            if any(departure_rules.carries_conversation(observed, room, alert.account_id) for room in shared):
                yield alert
            elif shared:
                yield replace(alert, level=Level.LOW)


@dataclass(frozen=True, slots=True)
class EmergencyStep:
    """One thing to do now."""

    line: str
    """As a terminal says it."""
    words: str
    """As a page says it, which links to `messages` below."""
    messages: tuple[NamedMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class EmergencyText:
    """An emergency in words, for the terminal and the viewer alike."""

    head: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    steps: tuple[EmergencyStep, ...]


def emergency_text(emergency: Emergency) -> EmergencyText:
    """The block in words: what changed and vanished, what is kept and what is not, what not to do, what to do now."""
    alerts = emergency.alerts
    rows: tuple[tuple[str, tuple[str, ...]], ...] = (
        (_("What changed"), (changes_sentence(emergency), *emergency.edits)),
        (_("What vanished"), tuple(_vanished_lines(emergency))),
        (_("Kept"), (_kept_counts(emergency),)),
        (_("Not kept"), tuple(_not_kept_lines(emergency))),
        (_("Do not"), (_(DO_NOT),)),
    )
    filled_rows = tuple((label, lines) for label, lines in rows if lines)
    return EmergencyText(_head(emergency.title, alerts), filled_rows, tuple(_next_steps(emergency)))


def general_text() -> EmergencyText:
    """What holds of every contract, for whoever cannot open the archive just now."""
    sentences = (
        _(
            "Open the chat on Chatwork and take screenshots of what matters, with its dates; save its pages in your "
            "browser too. They can be handed in here once the archive opens again."
        ),
        _("Check your delivery where the job was agreed; if it is not there, deliver there first."),
        _(
            "If the client asks to end the contract early (契約途中終了リクエスト on CrowdWorks), ask for "
            "advice before you agree."
        ),
        _("Restore a backup if there is one, then save everything: archive backup --restore"),
    )
    steps = tuple(EmergencyStep(one, one) for one in sentences)
    return EmergencyText(_("[Now] While the archive cannot be opened"), ((_("Do not"), (_(DO_NOT),)),), steps)


def tell_emergency(emergency: Emergency) -> None:
    """Print the whole block of one contract."""
    words = emergency_text(emergency)
    echo(fit_lines(words.head))
    margin = max(columns(label) for label, _texts in words.rows) + 4
    for label, texts in words.rows:
        lines = [line for text in texts for line in wrap(text, WIDTH - margin)]
        for number, line in enumerate(lines):
            echo(pad("  " + label if not number else "", margin) + line)
    echo("  " + _("What to do now"))
    for number, step in enumerate(words.steps, 1):
        for row, line in enumerate(wrap(step.line, WIDTH - 6)):
            echo((f"   {number}  " if not row else "      ") + line)


def _head(title: str, alerts: Sequence[Alert]) -> str:
    if not any(one.level is Level.HIGH for one in alerts):
        return _("[Now] Job {contract}").format(contract=title)
    at = max(one.at for one in alerts if one.level is Level.HIGH)
    sentence = _(
        "[Action needed] {time} Something big changed in the chat of “{contract}”. Chatwork does not tell why."
    )
    return sentence.format(time=jst_time(at), contract=title)


def changes_sentence(emergency: Emergency, *, messages: bool = True) -> str:
    """What happened to messages (unless they are told elsewhere), people and rooms, a part of it for each kind."""
    holdings, alerts = emergency.holdings, emergency.alerts
    people = {rule: len({one.account_id for one in alerts if one.rule is rule}) for rule in AlertRule}
    parts = []
    if holdings.shut:
        parts.append(ngettext("{n} chat cannot be opened", "{n} chats cannot be opened", len(holdings.shut)))
        parts[-1] = parts[-1].format(n=len(holdings.shut))
    parts += [
        line for kind, line in change_lines(emergency.changed, current_language()) if messages and kind not in EDITS
    ]
    for number, text in (
        (people[AlertRule.ACCOUNT_CLOSED], _("names that end with the mark of a closed account: {n}")),
        (people[AlertRule.MEMBER_GONE], _("people no longer listed as members: {n}")),
        (people[AlertRule.CONTACT_GONE], _("people no longer among your contacts: {n}")),
    ):
        if number:
            parts.append(text.format(n=number))
    return _(". ").join(parts) if parts else _("no big change so far")


def _vanished_lines(emergency: Emergency) -> Iterator[str]:
    """Time, author and last text of each of the newest vanished messages; the user's own screen may name them."""
    for message in emergency.vanished:
        time = jst_time(message.sent) if message.sent is not None else "?"
        head = f"{time} {shorten(message.name, 16)}: "
        space = VANISHED_LINE_WIDTH - columns(head)
        text = shorten(excerpts([message.text], space // 2)[0], space) or _("(text unknown)")
        yield head + text
    more = emergency.vanished_count - len(emergency.vanished)
    if more > 0:
        yield _("and {n} more (each with its text: archive app)").format(n=more)


def _kept_counts(emergency: Emergency) -> str:
    holdings, gone = emergency.holdings, changed_count(emergency.changed, DELETIONS)
    parts = [_("{n} messages").format(n=holdings.messages)]
    if gone:
        kept = gone - _unknown_texts(emergency)
        parts.append(_("texts before deletion {texts}/{gone}").format(texts=kept, gone=gone))
    theirs = _("files of the client {saved}/{known}")
    parts.append(theirs.format(saved=holdings.their_files_saved, known=holdings.their_files))
    own = holdings.files - holdings.their_files
    if own:
        parts.append(
            _("your files {saved}/{known}").format(saved=holdings.files_saved - holdings.their_files_saved, known=own)
        )
    if holdings.tasks:
        parts.append(_("{n} tasks").format(n=holdings.tasks))
    return "  ".join(parts)


def _unknown_texts(emergency: Emergency) -> int:
    return changed_count(emergency.changed, (ChangeKind.DELETED_BEFORE,))


def _not_kept_lines(emergency: Emergency) -> list[str]:
    """Rooms that could not be read, files that are not kept, with reasons, then texts and spans of messages that
    nobody can read any more."""
    holdings, failing, lines = emergency.holdings, emergency.failing, []
    if failing:
        text = ngettext(
            "what is new in a chat that could not be read: {rooms}",
            "what is new in chats that could not be read: {rooms}",
            len(failing),
        )
        lines.append(text.format(rooms=", ".join(map(str, failing))))
    if holdings.shut:
        lines.append(_unread_end_line(len(holdings.shut)))
    lines += [_file_line(one) for one in holdings.unheld[:NAMED_FILES_LIMIT]]
    if len(holdings.unheld) > NAMED_FILES_LIMIT:
        lines.append(_("and {n} more files").format(n=len(holdings.unheld) - NAMED_FILES_LIMIT))
    lacking = _unknown_texts(emergency)
    if lacking:
        lines.append(_("messages first seen as deleted, their text unknown: {n}").format(n=lacking))
    if holdings.gaps:
        lines.append(ngettext("{n} gap (see “archive status”)", "{n} gaps (see “archive status”)", holdings.gaps))
        lines[-1] = lines[-1].format(n=holdings.gaps)
    if holdings.beginnings.rooms:
        sentence = _("messages from before the first save, not listed by Chatwork: {number}")
        lines.append(sentence.format(number=number_words(holdings.beginnings.missing)))
    if emergency.is_put_back:
        lines.append(_("what only a newer database held: an older one was put back (see “archive status”)"))
    return lines or [_("everything seen so far is still here")]


def _unread_end_line(chats: int) -> str:
    """Nobody knows what happened in a chat between its last reading and the moment from which it did not open."""
    return ngettext(
        "what was written, changed or deleted in {n} chat between its last save and its closing: not known",
        "what was written, changed or deleted in {n} chats between the last save and their closing: not known",
        chats,
    ).format(n=chats)


def _file_line(file: MissingFile) -> str:
    name = f"{shorten(file.name, 28)} ({_size(file.size)})"
    state = visible(unsaved_reason(file.reason, given_up=file.given_up))
    if file.gone:
        state = _("not listed by Chatwork any more; {state}").format(state=state)
    return f"{name} {state}"


def screenshots_sentence(name: str, messages: Sequence[NamedMessage]) -> str:
    """Which messages deserve a screenshot, in their words, and the command that keeps it."""
    message_list = _(", ").join(one.words for one in messages[:NAMED_MESSAGES_LIMIT])
    if len(messages) > NAMED_MESSAGES_LIMIT:
        message_list += _(" and {n} more").format(n=len(messages) - NAMED_MESSAGES_LIMIT)
    sentence = ngettext(
        "Take a screenshot of this message: {messages}    archive job enter {contract} file --file PATH "
        "--message {first}",
        "Take screenshots of these messages: {messages}    archive job enter {contract} file --file PATH "
        "--message {first}",
        len(messages),
    )
    return sentence.format(messages=message_list, contract=visible(name), first=f"m{messages[0].message_id}")


def _screenshot_step(name: str, messages: Sequence[NamedMessage]) -> EmergencyStep:
    words = ngettext(
        "Take a screenshot of this message. To keep it, open the message:",
        "Take screenshots of these messages. To keep one, open its message:",
        len(messages),
    )
    return EmergencyStep(screenshots_sentence(name, messages), words, tuple(messages[:NAMED_MESSAGES_LIMIT]))


def _next_steps(emergency: Emergency) -> Iterator[EmergencyStep]:
    """What to do, the most urgent first: what can be fetched only while a chat is open."""
    contract, name = emergency.contract, visible(emergency.name)
    sentences = []
    if emergency.lacks_older:
        sentences.append(
            _("Bring in older messages while the chat is open: save its pages in your browser, then archive save FILE")
        )
    if contract.platform == "crowdworks":
        sentences.append(_("Check your delivery on CrowdWorks; if you have not delivered there, deliver there first."))
        end_request = _(
            "Don't agree to a 契約途中終了リクエスト (the client asks to end the contract early) before you "
            "get advice. If you disagree, refuse within a week: without an answer the whole escrow "
            "reportedly goes back. To be reminded: archive job enter {contract} end-request --on DAY"
        )
        sentences.append(end_request.format(contract=name))
    else:
        sentences.append(_("Check your delivery where the job was agreed; if it is not there, deliver there first."))
    yield from (EmergencyStep(one, one) for one in sentences)
    if emergency.screenshots:
        yield _screenshot_step(name, emergency.screenshots)
    package = _("archive export {contract}    create an export (it is sent to nobody)").format(contract=name)
    yield EmergencyStep(package, package)


def _size(size: int) -> str:
    if size >= GIGABYTE:
        return f"{size / GIGABYTE:.1f}GB"
    return f"{size / MEGABYTE:.1f}MB" if size >= MEGABYTE else f"{max(1, round(size / 1000))}KB"
