"""What `job enter` does: each kind of entry is checked, kept, and told with what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.contracts.entered_facts_and_people import (
    check_file,
    match_sentence,
    money_lines,
    name_and_size,
    outside_lines,
    reminder_lines,
)
from archiver.cli.output import echo, echo_lines
from archiver.cli.prompts import asked, asked_path
from archiver.records import ENCLOSURE_KINDS, Contract, Delivery, Enclosure, Invoice, MessageId, Payment
from archiver.report_language import screen_words
from archiver.settings.file import load_settings
from archiver.settings.token import token_file
from archiver.setup import contract_rooms
from archiver.setup.answers import EXAMPLE_DAY, EXAMPLE_TIME, find_message, read_day, read_yen
from archiver.setup.contracted_chats import keep_contract
from archiver.setup.fact_questions import check_order
from archiver.store import blobs, user_statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import (
    deliveries,
    enclosures,
    named_or_only_contract,
    same_bytes,
    sent_file,
    sides,
)
from archiver.store.queries.room_holdings import file_counts
from archiver.wording import gettext as _
from archiver.wording import ngettext

_KIND_BY_ENDING = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp"), "screenshot"),
    **dict.fromkeys((".eml", ".msg"), "mail"),
}
_SMALLEST_PICTURE = 26
"""Bytes of the smallest picture in any of these formats, a GIF of one pixel."""
_Stated = TypeVar("_Stated", bound=Delivery | Enclosure)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What was typed about a job."""

    obj: CliContext
    archive: Archive
    contract: Contract
    given: Mapping[str, Any]
    message: MessageId | None
    now: datetime

    def day(self, question: str, example: str = EXAMPLE_DAY) -> str:
        """The day or time, asked for where it was left out. Raises UsageError where nobody can be asked."""

        def read(text: str) -> str:
            return read_day(text, "--on", example, now=self.now)

        otherwise = _("Say on which day: --on DAY")
        return read(self.given["on"]) if "on" in self.given else asked(question, read, otherwise=otherwise)

    def yen(self, question: str) -> int:
        """The amount, asked for where it was left out. Raises UsageError where nobody can be asked."""
        read, otherwise = partial(read_yen, option="--amount"), _("Say how much: --amount YEN")
        return read(self.given["amount"]) if "amount" in self.given else asked(question, read, otherwise=otherwise)

    def keep_file(self, path: str, kind: str, day: str | None, note: str | None = None) -> tuple[Enclosure, bool]:
        """Keep a copy of a file with the job, and say whether it is new. The bytes are there before a record is."""
        source = file_to_read(self.obj, path)
        size, sha256 = blobs.copy_in(self.obj.home, source, limit=self.obj.settings().files.max_bytes)
        draft = Enclosure(0, kind, source.name, size, sha256, self.now, day, self.message, note)
        return self.archive.write(user_statements.add_enclosure, self.contract.id, draft, at=self.now)

    def money_lines(self, contract: Contract) -> list[str]:
        """How the money of the job stands, as it is now."""
        with self.archive.reading() as reading, screen_words(hires=not contract.does_work):
            return list(money_lines(contract, deliveries(reading, contract.id), self.now))

    def tell(self, sentence: str, **words: Any) -> None:
        """Print a sentence about the job."""
        echo(sentence, job=self.contract.id, **words)

    def tell_change(self, after: Contract, lines: list[str]) -> None:
        """Print that the job has it, or had it, and how its list stands."""
        self.tell(_("Already entered.") if after == self.contract else _("Saved: {job}."))
        echo_lines(lines)


def file_to_read(obj: CliContext, value: str) -> Path:
    """The path of a file to be read. Raises OwnFile for the archive's own files and for the file with the token."""
    path = Path(value).expanduser()
    token = token_file(load_settings(obj.home, {}))  # as the file says, even while a variable stands in its place
    try:
        is_own = path.resolve().is_relative_to(obj.home.resolve())
        is_token = token is not None and token.exists() and path.exists() and path.samefile(token)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a folder that may not be entered
        raise errors.NothingThere(path=path) from error
    if is_own or is_token:
        raise errors.OwnFile(path=path)
    return path


def enter(obj: CliContext, job: str | None, what: str, given: Mapping[str, Any]) -> None:
    """Enter, correct or take back. Raises UsageError and its subclasses for what does not fit."""
    enter_it, options = _KINDS[what]
    for name in given:
        if name not in {*options.split(), "remove"}:
            sentence = _("{option} does not go with {what}. That takes: {options}")
            known = " ".join(map(_option, options.split()))
            raise errors.UsageError(detail=sentence.format(option=_option(name), what=what, options=known))
    archive = Archive(obj.home)
    with archive.reading() as reading:
        contract = named_or_only_contract(reading, job)
        message = find_message(reading, contract, given["message"]) if "message" in given else None
    entry = _Entry(obj, archive, contract, given, message, utc_now())
    if "remove" not in given:
        enter_it(entry)
    elif len(given) > 1:
        raise errors.UsageError(detail=_("With --remove, give only the job."))
    else:
        _take_back(entry, what, given["remove"])
    with archive.reading() as reading:
        bound = None if what in _LISTS else [message] if message else []
        echo_lines(outside_lines(reading, named_or_only_contract(reading, contract.id), bound))


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _enter_delivery(entry: _Entry) -> None:
    """Enter a delivery, or correct one; its file is measured and compared, not kept."""
    given, contract, before = entry.given, entry.contract, Delivery(0, "")
    if "file" in given and "file_id" in given:
        raise errors.UsageError(detail=_("Give either --file or --file-id, not both."))
    if "replace" in given:
        if len(given) == 1:
            raise errors.UsageError(detail=_("Say what to change: --on, --file, --file-id or --note"))
        before = _numbered(contract, entry.archive.read(deliveries, contract.id), given["replace"])
    delivery = replace(before, note=given.get("note", before.note) or None)
    if "on" in given or not before.at:
        question = _("When was it delivered, as the platform's page says (such as 2026-11-03 09:12):")
        delivery = replace(delivery, at=entry.day(question, EXAMPLE_TIME))
    if "file" in given:
        source = file_to_read(entry.obj, given["file"])
        size, sha256 = blobs.measure(source, limit=entry.obj.settings().files.max_bytes)
        delivery = replace(delivery, name=source.name, size=size, sha256=sha256, file_id=None)
    if "file_id" in given:
        entry.archive.read(check_file, contract, given["file_id"])
        # Name, size and digest would be those of Chatwork's file: nobody has compared the delivered one with it.
        delivery = replace(delivery, name=None, size=None, sha256=None, file_id=given["file_id"])
    sentence = _("Saved: delivery {number} of job {job}.")
    with entry.archive.writing() as writing:
        if before.at:
            user_statements.restate_delivery(writing, contract.id, delivery, at=entry.now)
        else:
            delivery, is_new = user_statements.add_delivery(writing, contract.id, delivery, at=entry.now)
            sentence = _("Already entered: delivery {number} of job {job}, {at}.")
            sentence = _("Entered: delivery {number} of job {job}, {at}.") if is_new else sentence
    entry.tell(sentence, number=delivery.number, at=delivery.at)
    with entry.archive.reading() as reading:
        if "file_id" in given:
            _warn_of_sender(reading, contract, delivery)
        if "file" in given:
            _tell_match(reading, contract, delivery)


def _warn_of_sender(reading: Reading, contract: Contract, delivery: Delivery) -> None:
    """Print a warning if somebody else sent the file: a delivery is the user's own work."""
    assert delivery.file_id is not None
    sent = sent_file(reading, {*contract.room_ids}, delivery.file_id)
    if sent is not None and sent.account_id not in sides(reading, contract.id).mine:
        sentence = _(
            "File {file} was sent on Chatwork by account {account}, not by you. "
            "If it is not what you delivered: archive job enter {job} delivery --remove {number}"
        )
        echo(
            sentence, err=True, file=delivery.file_id, account=sent.account_id, job=contract.id, number=delivery.number
        )


def _tell_match(reading: Reading, contract: Contract, delivery: Delivery) -> None:
    """Print whether the delivered file was sent on Chatwork, and how many unsaved files could not be compared."""
    assert delivery.sha256 is not None
    rooms = {*contract.room_ids}
    sent = same_bytes(reading, rooms, delivery.sha256)
    echo(match_sentence(sent))
    if sent:
        return
    unsaved = sum(one.known - one.saved for room, one in file_counts(reading).items() if room in rooms)
    if unsaved:
        sentence = ngettext(
            "{count} file of these chats is not saved and could not be compared.",
            "{count} files of these chats are not saved and could not be compared.",
            unsaved,
        )
        echo(sentence, count=unsaved)


def _enter_invoice(entry: _Entry) -> None:
    given, again = entry.given, "again" in entry.given
    yen = entry.yen(_("Amount of the invoice (yen):"))
    day = entry.day(_("Day of the invoice (such as 2026-11-30):"))
    due_on = read_day(given["due_on"], "--due-on", EXAMPLE_DAY, now=None) if given.get("due_on") else None
    draft = Invoice(0, yen, day, due_on, given.get("number") or None, entry.message, None)
    contract_rooms.check_invoice(entry.contract, draft, again=again)  # before its file is kept
    if "file" in given:
        draft = replace(draft, enclosure=entry.keep_file(given["file"], "invoice", day)[0].number)
    after = contract_rooms.add_invoice(entry.archive, entry.contract.id, draft, at=entry.now, again=again)
    entry.tell_change(after, entry.money_lines(after))


def _enter_payment(entry: _Entry) -> None:
    yen = entry.yen(_("Amount received (yen):"))
    day = entry.day(_("Day on which it came in (such as 2026-12-28):"))
    kept, again = entry.given.get("withheld"), "again" in entry.given
    draft = Payment(0, yen, day, entry.given.get("invoice"), read_yen(kept, "--withheld") if kept else 0)
    after = contract_rooms.add_payment(entry.archive, entry.contract.id, draft, at=entry.now, again=again)
    entry.tell_change(after, entry.money_lines(after))


def _enter_reminder(entry: _Entry) -> None:
    if (entry.message is None) == ("on" not in entry.given):
        raise errors.UsageError(
            detail=_("Say either which message it was (--message ID) or on which day (--on DAY), not both.")
        )
    day, way = None if entry.message else entry.day(""), entry.given.get("how", "").strip() or None
    after = contract_rooms.enter_reminder(entry.archive, entry.contract, entry.message, day, way, at=entry.now)
    entry.tell_change(after, reminder_lines(after))


def _enter_end_request(entry: _Entry) -> None:
    question = _("When did the client ask to end it, as the platform's page says (such as 2026-11-20 18:00):")
    after = replace(entry.contract, end_request_at=entry.day(question, EXAMPLE_TIME))
    check_order(after)
    keep_contract(entry.archive, entry.contract, after, at=entry.now)
    entry.tell_change(after, [])


def _enter_file(entry: _Entry) -> None:
    given = entry.given
    otherwise = _("Say which file: archive job enter {job} file --file PATH").format(job=entry.contract.id)
    path = given.get("file") or asked_path(_("Which file (drag it into this window):"), otherwise=otherwise)
    kind = given.get("kind") or _KIND_BY_ENDING.get(Path(path).suffix.lower(), "other")
    limit = None if kind in ("invoice", "other") else entry.now  # what was received cannot bear a day to come
    day = read_day(given["on"], "--on", EXAMPLE_DAY, now=limit) if "on" in given else None
    kept, is_new = entry.keep_file(path, kind, day, given.get("note") or None)
    sentence = _("Already kept with job {job} as number {number}: {file}, {kind}.")
    sentence = _("Kept with job {job} as number {number}: {file}, {kind}.") if is_new else sentence
    file = name_and_size(kept.name, kept.size)
    entry.tell(sentence, number=kept.number, file=file, kind=_(ENCLOSURE_KINDS[kept.kind]))
    echo(_("Hash (SHA-256): {sha256}"), sha256=kept.sha256)
    if kind == "screenshot" and kept.size < _SMALLEST_PICTURE:
        sentence = _(
            "That is too small for a picture. If it is the wrong file: archive job enter {job} file --remove {number}"
        )
        entry.tell(sentence, number=kept.number)


def _take_back(entry: _Entry, what: str, number: int) -> None:
    """Take an entry back; the record that it was entered stays, and its number is not used again."""
    contract, after = entry.contract, entry.contract
    if what in _LISTS:
        after = contract_rooms.take_back(entry.archive, contract.id, f"{what}s", number, at=entry.now)
    elif what == "end-request":
        keep_contract(entry.archive, contract, replace(contract, end_request_at=None), at=entry.now)
    else:
        with entry.archive.writing() as writing:
            listed = deliveries if what == "delivery" else enclosures
            taken = _numbered(contract, listed(writing, contract.id), number)
            user_statements.withdraw_statement(writing, contract.id, taken, at=entry.now)
    entry.tell(_("Taken back: number {number} of job {job}. The record that it was entered stays."), number=number)
    echo_lines(reminder_lines(after) if what == "reminder" else entry.money_lines(after))


def _numbered(contract: Contract, listed: Sequence[_Stated], number: int) -> _Stated:
    """The delivery or file of this number. Raises UsageError if there is none."""
    found = next((one for one in listed if one.number == number), None)
    if found is None:
        raise contract_rooms.unknown_number(contract, number)
    return found


_LISTS = ("invoice", "payment", "reminder")
"""What a contract holds as lists, whose messages may lie outside its period."""

_KINDS: Mapping[str, tuple[Callable[[_Entry], None], str]] = {
    "delivery": (_enter_delivery, "on file file_id note replace"),
    "invoice": (_enter_invoice, "amount on due_on number message file again"),
    "payment": (_enter_payment, "amount on invoice withheld again"),
    "reminder": (_enter_reminder, "message on how"),
    "end-request": (_enter_end_request, "on"),
    "file": (_enter_file, "file message kind on note"),
}
"""How each kind is entered, and the options that it takes."""
