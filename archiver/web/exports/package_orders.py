"""An order for a package from page to page: its form, the messages of the reading step as rows, and the work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from gettext import gettext as _
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from archiver import errors
from archiver.app import leaving_backup
from archiver.custody.stamp_requests import stamp_service
from archiver.export import READERS
from archiver.export.package import make_package
from archiver.export.package.order import ON_PAGE, ExportOrder, read_wish, ticked_value
from archiver.export.package_scope import parse_choice
from archiver.platforms.job_platform import STRANGER, Platform, platform_of
from archiver.records import JST, OpenedMessage, ReadState, RequestKind, State, last_shown
from archiver.render.invisible_characters import visible
from archiver.render.times import clock_words
from archiver.report_language import in_program_language
from archiver.rounds.export_recheck import finish_erasing, recheck_quoted
from archiver.settings.model import exports_folder
from archiver.setup.contract_rooms import read_bound
from archiver.store.archive import Reading
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import exports
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, not_listed
from archiver.web.context import Row
from archiver.wording import N_

PEOPLE = ("counterpart", "candidate", "hide", "name")
FIELDS = ("for", "contract", "from", "to", "request", "messages", "all", *(one.name for one in ON_PAGE), *PEOPLE)
"""The fields of an order; others are left out of addresses."""

Given = list[tuple[str, str]]


def read_order(context: ConsoleContext, fields: MultiDict[str, str]) -> ExportOrder:
    """The order as the form gives it. Raises UsageError for a day, a reader or a choice that cannot be."""
    for one in ON_PAGE:
        given, ticked = fields.get(one.name, ""), ticked_value(one)
        if ticked and given not in {"", *one.metadata.get("choices", [ticked])}:
            raise errors.UsageError(detail=not_listed(given))
    profile = fields.get("for", "support")
    if profile not in READERS:
        raise errors.UsageError(detail=_("Choose for whom the export is."))
    since, until = _period(fields.get("from", ""), fields.get("to", ""))
    settings = context.settings()
    return ExportOrder(
        contract=fields.get("contract") or None,
        profile=profile,
        since=since,
        until=until,
        out=exports_folder(settings),
        mask_people=_accounts(fields, "hide"),
        unmask_people=_accounts(fields, "name"),
        counterparts=frozenset(_accounts(fields, "counterpart")),
        thirds=frozenset(_accounts(fields, "candidate")) - frozenset(_accounts(fields, "counterpart")),
        asks_who_wrote_last=True,
        every_message=fields.get("all") == "yes",
        request=_request_kind(fields.get("request", "")),
        choice=parse_choice(fields.get("messages") or None),
        every=settings.sync.every,
        **{one.name: read_wish(one, fields.get(one.name, "")) for one in ON_PAGE},
    ).with_policy()


def given_fields(fields: MultiDict[str, str]) -> Given:
    """What of the form is part of an order."""
    return [(name, value) for name, value in fields.items(multi=True) if name in FIELDS and value]


def changed(given: Given, drop: Sequence[str] = (), **more: object) -> Given:
    """The same without some fields, and with others in their place."""
    left = [(name, value) for name, value in given if name not in drop and name not in more]
    return left + [(name, str(value)) for name, value in more.items() if value]


def order_address(endpoint: str, given: Given) -> str:
    """The address of a page with the order in it."""
    return f"{url_for(endpoint)}?{urlencode(given)}" if given else url_for(endpoint)


def wish_rows(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The wishes that are asked for as they are declared, each with what is given."""
    return [
        {
            "name": one.name,
            "label": label,
            "help": explanation,
            "short": short and _(short).format(n=len(given.split("\n"))),
            "choice": ticked_value(one),
            "options": {},
            "rows": 3,
            "given": given,
        }
        for one in ON_PAGE
        for given, (label, explanation, short) in [(values.get(one.name, "").strip(), one.metadata["page"])]
    ]


def request_words() -> list[tuple[str, str]]:
    """Each thing that can be asked for: its value and its words."""
    return [
        ("", _("What the dates and amounts that you entered suggest")),
        (RequestKind.PAYMENT.value, _("Payment")),
        (RequestKind.REVIEW.value, _("A review of what was delivered")),
        (RequestKind.REPLY.value, _("A reply")),
        (RequestKind.TERMS.value, _("That the terms of the work are stated")),
        (RequestKind.STOP_WORK.value, _("To pause the work")),
    ]


def who_words(platform: Platform) -> list[tuple[str, str, str, str]]:
    """Each reader: its value, its word, what such a package is, and its sign."""
    if platform == platform_of(STRANGER):
        who = _("Chatwork, the police, the consumer centre (188), a lawyer")
        return [("lawyer", who, _("The report, every message, the files, and a page to verify them"), "law")]
    service = in_program_language(platform.name)
    office = _("The client") if platform.elsewhere else _("The support of {platform}").format(platform=service)
    form = (
        _("One report (PDF), and a text to send") if platform.elsewhere else _("One report (PDF); page 1 says it all")
    )
    return [
        ("support", office, form, "office"),
        ("lawyer", _("A lawyer"), _("The report, every message, the files, and a page to verify them"), "law"),
        ("court", _("A court"), _("Numbered PDFs, and a draft of the list of evidence"), "print"),
        ("consult", _("A consultation by telephone"), _("Two pages of notes to read from"), "phone"),
    ]


def reader_word(profile: str, platform: Platform) -> str:
    """Who reads packages of a profile."""
    return next((word for value, word, *_rest in who_words(platform) if value == profile), profile)


def _request_kind(value: str) -> RequestKind | None:
    try:
        return RequestKind(value) if value else None
    except ValueError:
        raise errors.UsageError(detail=not_listed(value)) from None


def _accounts(fields: MultiDict[str, str], name: str) -> list[int]:
    given = fields.getlist(name)
    for wrong in (one for one in given if not re.fullmatch("[0-9]{1,18}", one)):
        raise errors.UsageError(detail=not_listed(wrong))
    return [*map(int, given)]


def _period(first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """The beginning, and the end of the last day. Raises UsageError where nothing can be between them."""
    begin, end = read_bound(first, _("the first day")), read_bound(last, _("the last day"), is_last=True)
    if begin is not None and end is not None and end <= begin:
        sentence = _("The last day {last} is before the first day {first}. Please check both days.")
        raise errors.UsageError(detail=sentence.format(last=last, first=first))
    return begin, end


SHOWN_LIMIT = 20
STEP = 250
"""Messages between two updates of the progress."""


def make_work(job: Job, context: ConsoleContext, wanted: ExportOrder) -> JobOutcome:
    """The work of making the package; its first link is the page of what was made."""
    app = leaving_backup(context.app(job))
    job.tell(_("Reading the quoted messages once more"))
    recheck = recheck_quoted(app, wanted).sentence()
    finish_erasing(app)
    report = make_package.export(app.archive, wanted, now=app.now, stamping=stamp_service(app), progress=progress(job))
    lacking = (*report.missing, *report.unheld, *report.unstamped, *report.too_large)
    lines = [
        report.contents(),
        *filter(None, (report.record_note, recheck)),
        *report.unread_sentences(),
        *(visible(line) for line in lacking[:SHOWN_LIMIT]),
    ]
    if report.advice:
        lines.append(_("Before you send it: {advice}").format(advice=report.advice))
    links: tuple[JobLink, ...] = ()
    if report.recorded:
        number = max(one.number for one in context.archive.read(exports))
        links = (JobLink(N_("Open the export"), "made.one", {"number": number}),)
    else:
        lines.insert(0, visible(str(report.path)))
    is_complete = not (report.incomplete or report.unheld or report.reading["unread"])
    return JobOutcome(_("The export is ready. It was sent to nobody."), tuple(lines), links, is_complete)


def progress(job: Job) -> Callable[[int, int], None]:
    """Tells a job how many messages were read."""

    def tell(done: int, total: int) -> None:
        if done % STEP == 1:
            job.tell(_("Reading the messages"), done, total)
        else:
            job.stop_if_left()

    return tell


PAGE = 50
"""Messages on a page."""

LEFT_OPEN = 2
"""Messages before the one to be read next that are not folded up."""

_TAGS = re.compile(
    r"\[/?(?:To|rp|返信|Reply|qt|qtmeta|引用|info|title|code|toall|picon|piconname|pname|dtext|preview|task|download|cc)"
    r"\b[^\[\]\n]{0,200}\]",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[一-鿿々]+[ぁ-ん]{0,2}|[ァ-ヶー]+|[ぁ-ん]+|[\w.@+-]+|\s+|.")
_LABEL = re.compile(r"■■\((.+)\)")


def read_rows(reading: Reading, opened: Sequence[OpenedMessage], at: str, words: str, page: str) -> Row:
    """A page of those to be read in order, the first of them folded.

    `at`: decided last, so that the page of the next one comes; `words`: whose words can be pressed.
    """
    unread = [one.id for one in opened if one.state is ReadState.UNREAD]
    order, last = {one.id: place for place, one in enumerate(opened)}, max(0, len(opened) - 1)
    now = next((one for one in unread if order[one] >= order.get(at, 0)), next(iter(unread), ""))
    next_at = order.get(now, last)
    asked = min(int(page[:9]) * PAGE, last) if page.isdecimal() else next_at
    begin = (next_at if at else order.get(words, asked)) // PAGE * PAGE
    listed = opened[begin : begin + PAGE]
    first = max(0, next_at - LEFT_OPEN - begin) if now in {one.id for one in listed} else 0 if now else len(listed)
    places = [(one.room, int(one.id)) for one in listed if one.no]
    known = {one.message_id: one for one in message_summaries(reading, places)}
    rows = [_row(one, known.get(one.id), has_words=one.id == words) | {"is_next": one.id == now} for one in listed]
    names = room_names(reading) if len({one.room for one in opened}) > 1 else {}
    for before, row in pairwise([{"day": None, "room": None}, *rows]):
        row["chat"] = visible(names.get(row["room"], "")) if row["room"] != before["room"] else ""
        row["is_new_day"] = row["day"] is not None and (row["room"], row["day"]) != (before["room"], before["day"])
    number = begin // PAGE
    return {
        "folded": rows[:first],
        "rows": rows[first:],
        "is_moved": bool(at),
        "earlier": f"{number - 1}" if begin else "",
        "later": f"{number + 1}" if begin + PAGE < len(opened) else "",
    }


def _row(one: OpenedMessage, known: Any, *, has_words: bool) -> Row:
    covers, texts = {word: number for number, word in enumerate(one.covers)}, len(one.texts)
    marks = _WORDS if has_words else re.compile("|".join(map(re.escape, sorted(one.marks, key=len, reverse=True))))
    parts = [_trimmed(_parts(part, covers, marks if has_words or one.marks else None)) for part in one.parts]
    fate = None if known is None else last_shown(known.state, was_deleted=known.was_deleted)
    sent = known.sent.astimezone(JST) if known is not None and known.sent else None
    return {
        "id": one.id,
        "no": one.no,
        "room": one.room,
        "day": sent.date() if sent else None,
        "clock": clock_words(sent) if sent else "",
        "name": visible(one.name),
        "account": known.account_id if known else 0,
        "state": one.state,
        "digest": one.digest,
        "fate": str(fate) if fate in (State.DELETED, State.EDITED, State.MISSING) or texts > 1 else "",
        "before": parts[: texts - 1],
        "words": parts[texts - 1] if texts else [],
        "files": parts[texts:],
        "has_words": has_words,
    }


def _trimmed(parts: Iterable[Row]) -> list[Row]:
    """Without the empty lines at the ends, where only tags stood."""
    kept = list(parts)
    if kept:
        kept[0]["text"] = kept[0]["text"].lstrip()
        kept[-1]["text"] = kept[-1]["text"].rstrip()
    return kept


def _parts(parts: Iterable[tuple[str, str]], covers: dict[str, int], pressed: re.Pattern[str] | None) -> Iterator[Row]:
    """What stands there, in parts: text, a word that can be covered, or a cover with its number in the message."""
    kind = "word" if pressed is _WORDS else "mark"
    for shown, word in parts:
        if word:
            label = _LABEL.fullmatch(shown)
            yield {"kind": "cover", "text": label[1] if label else shown, "number": covers[word]}
            continue
        text = _TAGS.sub("", shown.replace("[hr]", "\n"))
        last = 0
        for found in pressed.finditer(text) if pressed else ():
            if any(map(str.isalnum, found[0])):
                yield {"kind": "text", "text": visible(text[last : found.start()], lines=True)}
                yield {"kind": kind, "text": visible(found[0], lines=True), "word": found[0]}
                last = found.end()
        yield {"kind": "text", "text": visible(text[last:], lines=True)}
