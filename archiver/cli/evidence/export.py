"""The command `export`: asks what must be known, makes or previews a package, lists those made, notes who got one."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archiver import errors
from archiver.app import App, leaving_backup
from archiver.chatwork.notation.parse import parse
from archiver.cli.context import INCOMPLETE, CliContext, tell_root_errors
from archiver.cli.contracts.entered_facts_and_people import find_person, people
from archiver.cli.evidence import export_outcome
from archiver.cli.evidence.export_outcome import (
    check_court_files,
    tell_document,
    tell_export,
    tell_preview,
    tell_warnings,
)
from archiver.cli.output import ProgressScreen, echo, echo_json, echo_lines, pad, visible
from archiver.cli.prompts import ask, ask_numbers, ask_yes_no, checked, is_asked, parse_period
from archiver.custody.stamp_requests import stamp_service
from archiver.export.mask.policy_and_covers import POLICIES
from archiver.export.mask.word_analyser import has_analyser
from archiver.export.package import make_package, masking_review
from archiver.export.package.make_package import ExportDeclined, ExportReport
from archiver.export.package.masking_review import keep_sides, words_nowhere
from archiver.export.package.order import ExportOrder, option_words
from archiver.export.package.recipe import PackagePreview
from archiver.export.package_scope import parse_choice
from archiver.letter_folding import folded_text
from archiver.records import CounterpartCandidate, OpenedMessage, ReadState, RequestKind, Review, UndecidedRoom
from archiver.render.invisible_characters import shorten
from archiver.render.message_body import plain_text
from archiver.render.times import iso_date
from archiver.rounds.export_recheck import finish_erasing, recheck_quoted
from archiver.settings.model import exports_folder
from archiver.store.archive import Archive
from archiver.store.queries.contracts import named_or_only_contract
from archiver.wording import gettext as _
from archiver.wording import ngettext

_BAR_STEP = 250
"""Messages between two updates of the bar."""


def export(
    obj: CliContext,
    /,
    *,
    job: str | None,
    no_recheck: bool,
    preview: bool,
    check: Path | None,
    is_list: bool,
    handed: int | None,
    whom: str | None,
    day: str | None,
    how: str,
    read: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Seal, then build from the state at that seal; on a terminal, show what would leave and ask first."""
    if check is not None:
        if given["profile"] != "court":
            raise errors.UsageError(detail=_("--check goes with --for court."))
        limit = ExportOrder(profile="court", max_mb=given["max_mb"]).max_bytes
        return check_court_files(check, limit, as_json=as_json)
    if is_list:
        export_outcome.list_exports(obj, as_json=as_json)
        return 0
    if handed is not None:
        export_outcome.note_handover(obj, handed, whom=whom, day=day, how=how)
        return 0
    app, is_quiet = leaving_backup(obj.app()), obj.verbose < 0
    order = _order(app, given | {"contract": job}, asks=not preview and is_asked())
    make_package.folder_of(app.archive, order)  # before anything is read for it
    recheck = None if preview or no_recheck else recheck_quoted(app, order)
    if recheck and recheck.sentence() and not (is_quiet or as_json):
        echo(recheck.sentence(), err=True)
    echo_lines(finish_erasing(app), err=True)
    previews: list[PackagePreview] | None = [] if preview else None
    try:
        report = _make(app, order, ProgressScreen(quiet=is_quiet), previews, read, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        echo("\n" + _("No export was made."), err=True)
        raise
    except ExportDeclined:
        for one in previews or ():
            echo_json(one.document()) if as_json else tell_preview(one, order.profile, err=False)
        if not (previews and as_json):
            echo(_("No export was made."), err=True)
        return 0
    tell_root_errors(app.root_errors)
    options = option_words(given)
    if as_json:
        tell_document(report, recheck, options)
    else:
        tell_export(report, options, to_stderr=is_quiet)
    return INCOMPLETE if report.incomplete or report.unheld or report.reading["unread"] else 0


def _order(app: App, given: dict[str, Any], *, asks: bool) -> ExportOrder:
    """What is ordered. Raises UsageError for what cannot be read."""
    begin, end = parse_period(given["since"], given["until"], now=app.now())
    read = {
        "since": begin,
        "until": end,
        "request": RequestKind(given["request"]) if given["request"] else None,
        "choice": parse_choice(given["choice"]),
        "out": Path(given["out"]).expanduser() if given["out"] else exports_folder(app.settings),
        **_people(app, given),
    }
    order = ExportOrder(**given | read, asks_who_wrote_last=asks, every=app.settings.sync.every)
    return order.with_policy()


def _people(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """The texts and people to mask and to show. Raises UnknownPerson."""
    masks, unmask = given["masks"], given["unmask_people"]
    if not masks and not unmask:
        return {}
    with app.archive.reading() as reading:
        contract = named_or_only_contract(reading, given["contract"])
        names = {account: {str(account), name} - {""} for account, name in people(reading, contract).items()}
        return {
            "masks": [one for one in masks if not any(one in words for words in names.values())],
            "mask_people": [account for account, words in names.items() if not words.isdisjoint(masks)],
            "unmask_people": [find_person(reading, contract, one) for one in unmask],
        }


def _make(
    app: App,
    order: ExportOrder,
    screen: ProgressScreen,
    previews: list[PackagePreview] | None,
    read: Path | None,
    *,
    as_json: bool,
) -> ExportReport:
    """Make the package once its messages were read, or only note what would leave. Raises ExportDeclined."""

    def confirm(preview: PackagePreview) -> bool:
        if previews is not None:
            previews.append(preview)
            return False
        screen.clear()
        if as_json or not is_asked():
            tell_warnings(preview, err=True)
            if not as_json and sys.stderr.isatty():  # what is piped in is no answer
                echo(
                    _("Made without a question, as the input is no terminal. To see before what goes in: --preview"),
                    err=True,
                )
            return True
        tell_preview(preview, order.profile, err=True)
        return ask_yes_no(_("Make this export?"), default=True, err=True)

    def progress(done: int, total: int) -> None:
        if done % _BAR_STEP == 1:
            screen.show_part(_("Making the export"), done, total)

    def make(order: ExportOrder) -> ExportReport:
        asks = previews is None and not as_json and is_asked()
        order = read_before(app.archive, order, read, asks=asks, now=app.now())
        with screen:
            return make_package.export(
                app.archive,
                order,
                now=app.now,
                stamping=None if previews is not None else stamp_service(app),
                progress=progress,
                confirm=confirm,
            )

    return make_with_counterparts(make, lambda order: keep_sides(app.archive, order, at=app.now()), order)


_NAME_WIDTH = 24


def read_before(archive: Archive, order: ExportOrder, file: Path | None, *, asks: bool, now: datetime) -> ExportOrder:
    """The order with what was read, from a file or on the terminal, which is kept. Raises UsageError."""

    def look() -> Sequence[OpenedMessage]:
        return masking_review.opened_messages(archive, order, now=now)

    def keep(*reviews: Review) -> None:
        nonlocal order
        if reviews and not masking_review.keep_reviews(archive, order.contract, reviews, at=now):
            order = replace(order, reviews=(*order.reviews, *reviews))

    if order.profile not in POLICIES:
        return order
    if not has_analyser():
        echo(_("SudachiPy is not installed, so fewer names are found. Read with care."), err=True)
    if file is not None:
        opened, decisions = look(), masking_review.read_decisions(file)
        ids = {one.id for one in opened}
        reviews = masking_review.reviews_of(opened, [one for one in decisions if one.message_id in ids], at=now)
        keep(*reviews)
        if unused := [one.message_id for one in decisions if one.message_id not in ids]:
            echo(_("Not used, as this export does not open them: {ids}"), err=True, ids=", ".join(unused))
        _tell_nowhere(look, [word for one in reviews for word in one.covered])
    elif asks and any(one.state is ReadState.UNREAD for one in look()):
        echo(_("Before this export is made, read each of its messages. Only what you read leaves."), err=True)
        for account, name in masking_review.members_to_ask(archive, order).items():
            question = _("What else is {name} called in these chats? (several with spaces, Enter: nothing else)")
            words = ask(question.format(name=visible(name)), str.split, err=True)
            keep(masking_review.other_names(account, words, at=now))
        _read_each(look, keep, now)
    return order


def _read_each(look: Callable[[], Sequence[OpenedMessage]], keep: Callable[[Review], None], now: datetime) -> None:
    """Ask about each message that is not read, and keep each answer at once, as the terminal may be closed."""
    unread = [one for one in look() if one.state is ReadState.UNREAD]
    while unread:
        message = unread[0]
        _tell_message(message, len(unread))
        key = ask(
            _("Enter: read   c: cover a word everywhere   s: show a cover   x: leave it covered   q: later"),
            checked(re.compile("(?i)[csxq]?").fullmatch, _("Please press Enter, or type c, s, x or q.")),
            err=True,
        ).casefold()
        if key == "q":
            return
        if key in ("", "x"):
            state = ReadState.COVERED if key else ReadState.READ
            keep(Review(message.id, message.digest, state, now, message.drawn))
            del unread[0]
            continue
        words = _ask_words(message, key)
        keep(Review(message.id, message.digest, ReadState.UNREAD, now, **words))
        _tell_nowhere(look, words.get("covered", ()))
        unread = [one for one in look() if one.state is ReadState.UNREAD]


def _tell_nowhere(look: Callable[[], Sequence[OpenedMessage]], words: Sequence[str]) -> None:
    """Tell which of the words to be covered nobody wrote, as they may be mistyped."""
    for word in words_nowhere(look(), words) if words else ():
        echo(_("“{word}” stands in none of the messages to be read."), err=True, word=word)


def _ask_words(message: OpenedMessage, key: str) -> dict[str, tuple[str, ...]]:
    """The word to be covered, or the one whose cover is taken away; nothing if there is none."""
    if key == "c":
        word = ask(_("Word:"), lambda answer: folded_text(answer).strip(), exact=True, err=True)
        return {"covered": (word,)} if word else {}
    numbers = ask_numbers(_("Number (several: 1 2):"), [*map(visible, message.covers)], none=_("none of them"))
    shown = tuple(folded_text(message.covers[number - 1]).strip() for number in numbers)
    return {"shown": shown} if shown else {}


def _tell_message(message: OpenedMessage, left: int) -> None:
    count = ngettext("{n} to read", "{n} to read", left).format(n=left)
    head = f"No.{message.no}  {message.sent}" if message.no else _("Description of the chat")
    echo(f"\n{head}  {visible(message.name)}  ({count})", err=True)
    texts = [plain_text(parse(one)) for one in message.texts]
    for text in texts[:-1]:
        echo(_("  earlier text: {text}"), err=True, text=text)
    for line in texts[-1].splitlines() if texts else ():
        echo(f"  {visible(line)}", err=True)
    for name in message.files:
        echo(_("  file or task: {name}"), err=True, name=name)
    if message.marks:
        echo(_("  perhaps names: {words}"), err=True, words=", ".join(message.marks))


def make_with_counterparts(
    make: Callable[[ExportOrder], ExportReport], keep: Callable[[ExportOrder], None], order: ExportOrder
) -> ExportReport:
    """Make the package; on a terminal ask for the other side first where nobody was named, and keep the answer.

    Raises CounterpartUnknown without a terminal, and whatever `make` raises.
    """
    try:
        return make(order)
    except errors.CounterpartUnknown as error:
        if not is_asked():
            raise
        answered = _with_answers(order, error.rooms)
        keep(answered)
        return make(answered)


def _with_answers(order: ExportOrder, rooms: Sequence[UndecidedRoom]) -> ExportOrder:
    """The order with an answer for each room; who was named in one room is not asked for again in another."""
    named, thirds = set(order.counterparts), set(order.thirds)
    for room in rooms:
        accounts = {one.account_id for one in room.candidates}
        if accounts & named or accounts <= thirds:
            continue
        chosen = _ask_room(room)
        named |= chosen
        thirds |= accounts - chosen
    return replace(order, counterparts=frozenset(named), thirds=frozenset(thirds - named))


def _ask_room(room: UndecidedRoom) -> set[int]:
    """The accounts that the user names in one room; none, if the other side is not among them."""
    echo(_("Who is the client in “{room}”? Everybody else's name is hidden."), err=True, room=shorten(room.name, 40))
    lines = [_candidate_line(candidate) for candidate in room.candidates]
    numbers = ask_numbers(_("Number (several: 1 2):"), lines, none=_("none of them"))
    return {int(room.candidates[number - 1].account_id) for number in numbers}


def _candidate_line(candidate: CounterpartCandidate) -> str:
    count = ngettext("{n} message", "{n} messages", candidate.messages).format(n=candidate.messages)
    days = ""
    if candidate.first_sent is not None and candidate.last_sent is not None:
        days = f"{iso_date(candidate.first_sent)} – {iso_date(candidate.last_sent)}"
    name = pad(shorten(candidate.name, _NAME_WIDTH), _NAME_WIDTH)
    known = _("(the client until now)") if candidate.is_known else ""
    return f"{name} {candidate.account_id:<10} {count}  {days} {known}".rstrip()
