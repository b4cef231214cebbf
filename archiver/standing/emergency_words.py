"""The emergency of a contract in words: what changed, what is kept and what is not, what not to do, what to do now.

They name no cause that no reply of Chatwork names, and blame nobody. A screen of a few lines takes the short forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.claims.messages import DELETIONS, changed_count
from archiver.claims.quotations import Quotation, excerpts, seen_at
from archiver.claims.sentences import change_lines
from archiver.errors import N_
from archiver.health.words import file_words, number_words
from archiver.platforms.job_platform import first_reader, platform_of
from archiver.records import CLOSED_ENDING, CaseSide, ChangeKind, closed_mark
from archiver.records.alerts import AlertRule
from archiver.render.gap_breaks import gap_sentence
from archiver.render.invisible_characters import shorten, visible_line
from archiver.render.snippet import unsaved_reason
from archiver.render.times import interval_words, short_day
from archiver.report_language import in_program_language, screen_words
from archiver.standing.alert_lines import NamedMessage
from archiver.standing.emergencies import Emergency
from archiver.store.queries.room_holdings import MissingFile
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

DO_NOT = (
    N_("Don't leave the chat, close your account or remove the contact: files and talk can disappear."),
    N_("Don't re-issue the API token: saving would stop."),
)
"""What not to do, for terminal and guides; a page says what fits. The last is void once the token is refused."""

NAMED_FILES_LIMIT = 8
"""So many files are named; the others are counted."""

NAMED_MESSAGES_LIMIT = 4
"""So many messages are named; the others are counted."""

_QUOTED_LENGTH, _SHORT_LENGTH = 28, 14
"""Characters of a quoted text, and where a screen has room for one line."""

_OF_PEOPLE = {
    AlertRule.ACCOUNT_CLOSED: N_("name now ends in “{mark}”"),
    AlertRule.MEMBER_GONE: N_("no longer in the member list"),
    AlertRule.CONTACT_GONE: N_("no longer among your contacts"),
}
"""What is seen of people who went."""


class EmergencyRow(NamedTuple):
    """One thing that is told of an emergency."""

    label: str
    lines: tuple[str, ...]
    more: str = ""
    """What follows the last line, of which there may be many."""


def emergency_text(emergency: Emergency, now: datetime) -> tuple[str, list[EmergencyRow], list[str]]:
    """The whole of it: its head, what is told, and what to do."""
    with screen_words():
        changes = tuple(line for _kind, line in change_lines(emergency.changed))
    rows = (
        *changed_rows(emergency, now),
        EmergencyRow(_("In all"), changes),
        EmergencyRow(_("Kept"), (_kept_counts(emergency), kept_sentence(emergency))),
        not_kept_row(emergency),
        EmergencyRow(_("Don't"), tuple(map(_, DO_NOT[: -1 if emergency.is_refused else None]))),
    )
    head = departure_head(emergency.title) if emergency.is_departure else _("Job {job}").format(job=emergency.title)
    return head, [row for row in rows if row.lines], list(_next_steps(emergency))


def departure_head(title: str) -> str:
    """That more than messages disappeared; `title`: what the contract is called in sentences."""
    return _("Something big changed in the chat of {job}.").format(job=title)


def changed_rows(emergency: Emergency, now: datetime, *, limit: int = NAMED_MESSAGES_LIMIT) -> tuple[EmergencyRow, ...]:
    """What vanished, what was edited, in their order, and what is seen of the people; so many of each are told."""
    length, rows = _QUOTED_LENGTH if limit > 1 else _SHORT_LENGTH, []
    kinds = dict.fromkeys(one.is_gone for one, _texts in emergency.changes)
    for is_gone in kinds:
        told = [one for one in emergency.changes if one[0].is_gone is is_gone][:limit]
        if is_gone:
            lines = tuple(_gone_line(*one, now, length) for one in told)
            rows.append(EmergencyRow(_("Gone"), lines, _kept_texts(emergency, len(told))))
        else:
            lines, more = tuple(_edited_line(*one, now, length - 4) for one in told), emergency.edited_count - len(told)
            words = [_("and {n} more").format(n=more)] if more else []
            words += [] if True in kinds else filter(None, [unseen_words(_unknown_texts(emergency))])
            rows.append(EmergencyRow(_("Changed"), lines, _(". ").join(words)))
    people = people_sentence(emergency)
    gone = {emergency.changed.sides.side(one.account_id or 0) for one in emergency.alerts if one.rule in _OF_PEOPLE}
    is_client = emergency.contract.does_work and gone == {CaseSide.COUNTERPART}
    whose = _("Client") if is_client else _("People") if gone else _("Chat")
    is_news = gone or limit > 1  # a screen of a few lines has a headline about chats that do not open
    return (*rows, EmergencyRow(whose, (people,))) if people and is_news else tuple(rows)


def people_sentence(emergency: Emergency) -> str:
    """What is seen of chats that do not open and of people who left, a sentence for each who went the same ways."""
    shut, parts = len(emergency.holdings.shut), []
    if shut:
        text = ngettext("{n} chat can no longer be opened", "{n} chats can no longer be opened", shut)
        parts.append(text.format(n=shut))
    mark = next(filter(None, map(closed_mark, emergency.names.values())), CLOSED_ENDING)
    ways: dict[frozenset[int], list[str]] = {}
    for rule, way in _OF_PEOPLE.items():
        people = frozenset(one.account_id or 0 for one in emergency.alerts if one.rule is rule)
        ways.setdefault(people, []).append(_(way).format(mark=visible_line(mark)))
    for people in filter(None, ways):
        name = emergency.names.get(min(people), "") if len(people) == 1 else ""
        who = shorten(name.removesuffix(mark), 16)
        who = who or ngettext("{n} person", "{n} people", len(people)).format(n=len(people))
        parts.append(_("{who}: {ways}").format(who=who, ways=_(", ").join(ways[people])))
    return _(". ").join(parts) + _(". ").rstrip() if parts else ""


def _gone_line(change: Quotation, texts: Sequence[str], now: datetime, length: int) -> str:
    """Author, texts and day of a message that is gone, and when that was seen; the user's own screen may name them."""
    text, message = visible_line(" → ".join(excerpts(texts, length))), change.message
    sentence, seen = _("{name} “{text}” of {day} (seen {seen})"), short_day(seen_at(change), now)
    return sentence.format(day=short_day(message.send_time, now), name=shorten(message.name, 16), text=text, seen=seen)


def _edited_line(change: Quotation, texts: Sequence[str], now: datetime, length: int) -> str:
    before, *after = excerpts(texts, length)
    sentence = _("“{before}” now reads “{after}” (seen {day})")
    if not after:
        sentence = _("“{before}” was edited, and reads as first saved again (seen {day})")
    said = sentence.format(before=before, after="".join(after), day=short_day(seen_at(change), now))
    return " ".join(filter(None, [said, between_words(change.between)]))


def between_words(terms: Sequence[str]) -> str:
    """The amounts and days that only texts in between named; nothing for none."""
    return _("In between: {terms}").format(terms=_(", ").join(terms)) if terms else ""


def _kept_texts(emergency: Emergency, told: int) -> str:
    """How many more messages vanished, that the texts are saved, and how many were gone before they were seen."""
    more = emergency.gone_count - told
    words = _("and {n} more").format(n=more) + _(". ") if more > 0 else ""
    words += ngettext("Text saved.", "Texts saved.", emergency.gone_count)
    return " ".join(filter(None, [words, unseen_words(_unknown_texts(emergency))]))


def unseen_words(number: int) -> str:
    """That so many messages were gone before anybody could save their texts; nothing for none."""
    text = ngettext(
        "{n} message was already deleted when first seen, so its text is unknown.",
        "{n} messages were already deleted when first seen, so their texts are unknown.",
        number,
    )
    return text.format(n=number) if number else ""


def _kept_counts(emergency: Emergency) -> str:
    """Messages, texts before deletion and files that are kept."""
    holdings, gone = emergency.holdings, changed_count(emergency.changed, DELETIONS)
    parts = [ngettext("{n} message", "{n} messages", holdings.messages).format(n=f"{holdings.messages:,}")]
    if gone > _unknown_texts(emergency):
        parts.append(ngettext("the deleted text", "the deleted texts", gone))
    if holdings.files:
        files = ngettext("{n} file", "{n} files", holdings.files_saved).format(n=f"{holdings.files_saved:,}")
        if holdings.files_saved < holdings.files:
            files = _("{files} (of {n})").format(files=files, n=f"{holdings.files:,}")
        parts.append(files)
    if holdings.tasks:
        parts.append(ngettext("{n} task", "{n} tasks", holdings.tasks).format(n=f"{holdings.tasks:,}"))
    return _(", ").join(parts)


def _unknown_texts(emergency: Emergency) -> int:
    return changed_count(emergency.changed, (ChangeKind.DELETED_BEFORE,))


def kept_sentence(emergency: Emergency) -> str:
    """Whether all that was ever seen is kept; what is not stands in the row of what is not."""
    row, files = not_kept_row(emergency), len(emergency.holdings.unheld)
    if not row.lines:
        return _("Everything seen so far is saved.")
    if len(row.lines) > min(files, NAMED_FILES_LIMIT + 1):
        return _("Everything seen so far is saved, except for what “Unsaved” names.")
    text = ngettext(
        "Everything seen so far is saved, except for {n} file.",
        "Everything seen so far is saved, except for {n} files.",
        files,
    )
    return text.format(n=files)


def not_kept_row(emergency: Emergency, *, limit: int = NAMED_FILES_LIMIT) -> EmergencyRow:
    """Files that are not saved, with reasons, rooms that could not be read, and spans that nobody can read any more."""
    holdings = emergency.holdings
    lines = [_file_line(one) for one in holdings.unheld[:limit]]
    if more := len(holdings.unheld) - len(lines):
        lines.append(ngettext("and {n} more file", "and {n} more files", more).format(n=more))
    for rooms, text in (
        (emergency.failing, _("what is new where the last reading failed: {rooms}")),
        (emergency.unread, _("everything where nothing was ever read: {rooms}")),
    ):
        if rooms:
            lines.append(text.format(rooms=_(", ").join(map(str, rooms))))
    if holdings.shut:
        sentence = ngettext(
            "what was written, changed or deleted in {n} chat between its last save and its closing: not known",
            "what was written, changed or deleted in {n} chats between the last save and their closing: not known",
            len(holdings.shut),
        )
        lines.append(sentence.format(n=len(holdings.shut)))
    if holdings.gaps and holdings.last_seen:
        lines.append(gap_sentence(holdings.gaps, holdings.last_seen))
    if holdings.beginnings.rooms:
        sentence = _("messages from before the first save: {number}")
        lines.append(sentence.format(number=number_words(holdings.beginnings.missing)))
    if emergency.is_put_back:
        lines.append(_("records later than the state that was put back or restored, if there were any"))
    return EmergencyRow(_("Unsaved"), tuple(lines))


def _file_line(file: MissingFile) -> str:
    state = visible_line(unsaved_reason(file.reason, given_up=file.given_up))
    if file.gone:
        state = _("not listed by Chatwork any more; {state}").format(state=state)
    return f"{file_words(file)}: {state}"


def screenshots_sentence(name: str, messages: Sequence[NamedMessage]) -> str:
    """Which messages deserve a screenshot, in their words, and the command that keeps it."""
    message_list = _(", ").join(one.words for one in messages[:NAMED_MESSAGES_LIMIT])
    sentence = ngettext(
        "Take a screenshot of this message, or of its place if it was deleted: {messages}    archive job enter "
        "{contract} file --file PATH --message {first}",
        "Take screenshots of these messages, or of their places if they were deleted: {messages}    archive job enter "
        "{contract} file --file PATH --message {first}",
        len(messages),
    )
    return sentence.format(messages=message_list, contract=visible_line(name), first=f"m{messages[0].message_id}")


def short_steps(emergency: Emergency) -> tuple[str, ...]:
    """The first things to do where there is room for a few lines."""
    platform, save = platform_of(emergency.contract.platform), _("Save everything once more: archive save --all")
    if not emergency.contract.does_work:
        return (save,)
    asked = _("Agree to no early end of the contract before you get advice.")
    rule = None if emergency.contract.end_request_at else platform.end_request_rule  # its day is among the deadlines
    if rule:
        time = interval_words(timedelta(days=rule.days))
        if 0 < rule.hours < 48:  # a day would be read as up to the end of tomorrow
            time = ngettext("{n} hour", "{n} hours", rule.hours).format(n=rule.hours)
        sentence = _("On a {request}: get advice first; refuse within {time}")
        asked = sentence.format(request=platform.end_request, time=time)
    return *_delivery_step(emergency), save, asked


def _delivery_step(emergency: Emergency) -> Iterator[str]:
    platform = platform_of(emergency.contract.platform)
    if emergency.is_undelivered and platform.operator is None:
        yield _("Did you deliver where the job was agreed? If not, do that first.")
    elif emergency.is_undelivered:
        sentence = _("Did you deliver on {platform}? If not, do that first.")
        yield sentence.format(platform=in_program_language(platform.name))


def _next_steps(emergency: Emergency) -> Iterator[str]:
    """What to do, the most urgent first: what can be fetched only while a chat is open."""
    name = visible_line(emergency.name)
    if emergency.is_refused:
        yield _("Paste the API token again") + ": " + typed("archive init token")
    if emergency.lacks_older:
        yield _(
            "Bring in older messages while the chat is open: save its pages in your browser, then archive save FILE"
        )
    yield from _delivery_step(emergency)
    platform = platform_of(emergency.contract.platform)
    if emergency.contract.does_work and (rule := platform.end_request_rule):
        sentence = _("Don't agree to a {request} before you get advice. {advice}.")
        yield sentence.format(request=platform.end_request, advice=in_program_language(rule.advice))
    if emergency.screenshots:
        yield screenshots_sentence(name, emergency.screenshots)
    yield _("Create an export: archive export {contract}").format(contract=name) + reader_option(emergency)


def reader_option(emergency: Emergency) -> str:
    """The end of the command that makes an export, where it is not for the support of a platform."""
    reader = first_reader(emergency.contract.platform)
    return "" if reader == "support" else f" --for {reader}"
