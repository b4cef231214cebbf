"""What rounds, seals, checks, backups and exports came to, in lines that the terminal prints and pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.evidence.verify.findings import Verification, first_names
from archiver.health.conditions import Condition, ConditionKind
from archiver.health.evidence import reason_words
from archiver.health.words import sentence
from archiver.records import Gap, RoomId
from archiver.records.conversation import posted_at
from archiver.render.gap_breaks import gap_sentence
from archiver.render.invisible_characters import shorten, visible, visible_line
from archiver.render.times import interval_words, iso_date, local_time, minute_text
from archiver.store.queries.status import status
from archiver.store.time_text import time_or_none
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.custody.backup import BackupOutcome
    from archiver.custody.stamp_requests import StampOutcome
    from archiver.export.exhibit_names import FileMetadata
    from archiver.records import Handover
    from archiver.rounds.round import Sealing
    from archiver.store.archive import Archive
    from archiver.store.backup_copy import CopyReport
    from archiver.sync.found_ids import FoundIds, RecoveryResult

FINDINGS_LIMIT, FILES_LIMIT = 50, 20
"""So many findings, and files that were not copied, are named; the JSON document gives all."""


def sealing_lines(sealing: Sealing) -> Iterator[str]:
    """Each new seal with its digest, or that there was nothing to seal; then each stamp that came or waits."""
    for seal in sealing.new_seals:
        number = seal.last - seal.first + 1
        sentence = ngettext("Seal {number}: {n} record.", "Seal {number}: {n} records.", number)
        yield sentence.format(number=seal.number, n=number)
        yield f"  SHA-256 {seal.sha256}"
    if not sealing.new_seals:
        yield _("Everything is sealed already.")
    yield from stamp_lines(sealing.outcomes)


def stamp_lines(outcomes: Sequence[StampOutcome]) -> Iterator[str]:
    """One line for each seal and authority."""
    for outcome in outcomes:
        if outcome.time is not None:
            sentence = _("Seal {number}, {authority}: time stamp {time}")
            yield sentence.format(number=outcome.seal, authority=outcome.authority, time=local_time(outcome.time))
        else:
            sentence = _("Seal {number}, {authority}: waits; {reason}. The next saves ask again.")
            yield sentence.format(number=outcome.seal, authority=outcome.authority, reason=reason_words(outcome.reason))


def verification_lines(verification: Verification) -> Iterator[str]:
    """The result, what was checked, what does not match, the times that stamps state, and the notes."""
    yield verification.closing_sentence()
    yield verification.checked_sentence()
    yield from result_lines(verification)


def result_lines(verification: Verification) -> Iterator[str]:
    """What does not match, the times that stamps state, the notes, and what was not checked."""
    return map(visible_line, verification.result_lines(FINDINGS_LIMIT))


def copied_lines(copied: CopyReport) -> Iterator[str]:
    """How much was copied, and which files were not."""
    sentence = ngettext(
        "Newly copied: {n} file and the database, {size} MB.",
        "Newly copied: {n} files and the database, {size} MB.",
        copied.files,
    )
    yield sentence.format(n=copied.files, size=f"{copied.bytes / 1e6:.1f}")
    if copied.mended:
        sentence = ngettext(
            "Put right in the backup: {n} file there was damaged, and has the archive's own bytes again ({names}). "
            "Do not rely on that disk alone.",
            "Put right in the backup: {n} files there were damaged, and have the archive's own bytes again ({names}). "
            "Do not rely on that disk alone.",
            len(copied.mended),
        )
        yield sentence.format(n=len(copied.mended), names=first_names(copied.mended))
    for not_copied in copied.uncopied[:FILES_LIMIT]:
        sentence = _("Not copied: {name}. Another file is already there; it was left as it was.")
        if not_copied.is_damaged:
            sentence = _(
                "Not copied: {name}. The archive's own file is damaged: its bytes are not those that were saved. "
                "What lies in the backup was left as it was. To check the archive: archive verify"
            )
        if not_copied.detail is not None:
            sentence = _("Not copied: {name}. It cannot be read: {detail}")
        yield sentence.format(name=visible_line(not_copied.name), detail=visible_line(not_copied.detail or ""))
    more = len(copied.uncopied) - FILES_LIMIT
    if more > 0:
        yield ngettext("{n} more like these.", "{n} more like these.", more).format(n=more)


def compared_lines(outcome: BackupOutcome) -> Iterator[str]:
    """How many records were only compared, and with what, or that the earlier copy was not what it had been."""
    if outcome.differs_from is not None:
        sentence = _(
            "The backup that lay here was not the one of {time}, the last that this archive remembers making "
            "here: another one was put there, or it was changed, or its disk loses data. The new one has "
            "taken its place, and every record in it was checked. If you know of no change, make another "
            "backup on another disk."
        )
        yield sentence.format(time=minute_text(outcome.differs_from))
    if outcome.relied_on is None:
        return
    count = outcome.verification.compared.get("entries", 0)
    sentence = ngettext(
        "Only compared: {n} record is byte for byte that of the backup of {time}, which had no findings; "
        "it was not checked again. Every record was last checked on {whole}; 30 days after that a backup "
        "checks all of them again.",
        "Only compared: {n} records are byte for byte those of the backup of {time}, which had no "
        "findings; they were not checked again. Every record was last checked on {whole}; 30 days after "
        "that a backup checks all of them again.",
        count,
    )
    at, whole_at = minute_text(outcome.relied_on.at), minute_text(outcome.relied_on.whole_at)
    yield sentence.format(n=f"{count:,}", time=at, whole=whole_at)


def copy_lines(outcome: BackupOutcome) -> list[str]:
    """What was copied, what was only compared, and how the copy was verified."""
    copied = [] if outcome.report is None else copied_lines(outcome.report)
    return [*copied, *compared_lines(outcome), *verification_lines(outcome.verification)]


def copy_step_words() -> dict[str, str]:
    """The steps of a copy of the archive (`custody.backup`) and of a verification, by their names."""
    return {
        "copy": _("Backing up"),
        "zip": _("Checking the zip"),
        "replies": _("Checking the replies"),
        "entries": _("Checking the records"),
        "files": _("Checking the files"),
        "rows": _("Checking the tables"),
    }


def taken_in_words(count: int, path: str) -> str:
    """How many records of another database were taken in, by its path or name."""
    sentence = ngettext(
        "{n} record of messages was taken in late from {path}; the file itself stays as it is.",
        "{n} records of messages were taken in late from {path}; the file itself stays as it is.",
        count,
    )
    return sentence.format(n=count, path=visible(path))


def left_words(done: int, total: int, left: timedelta) -> str:
    """How many messages were read whose ids were found, and how long the others take."""
    sentence = _("{done} of {total} messages, about {time} left")
    return sentence.format(done=done, total=total, time=interval_words(left))


def recovery_counts(recovered: RecoveryResult) -> tuple[tuple[str, int], ...]:
    """What became of the messages whose ids were found, each count with its word."""
    return (
        (_("found"), recovered.found),
        (_("already kept"), recovered.saved_before),
        (_("brought in"), recovered.recovered),
        (_("hidden by the plan"), recovered.hidden_by_plan),
        (_("not readable"), recovered.not_readable),
        (_("left for later"), recovered.left),
    )


def cut_mail_text(found: FoundIds) -> str:
    """How many mails were searched in part only; empty if none was."""
    sentence = ngettext(
        "{n} mail is larger than 16 MB; only its first 16 MB were searched.",
        "{n} mails are larger than 16 MB; only the first 16 MB of each were searched.",
        found.cut_mails,
    )
    return sentence.format(n=found.cut_mails) if found.cut_mails else ""


class SavedCounts(NamedTuple):
    """How many messages and files the archive holds now."""

    messages: int
    left_out: int
    """Older messages that Chatwork's lists do not show, by its own counter."""
    files: int
    files_known: int


def count_saved(archive: Archive) -> SavedCounts:
    """Count the messages and files that the archive holds."""
    rooms = archive.read(status).rooms
    missing_counts = [gap["missing"] or 0 for room in rooms for gap in room.gaps if gap["after"] is None]
    return SavedCounts(
        sum(room.messages for room in rooms),
        sum(missing_counts),
        sum(room.files.saved for room in rooms),
        sum(room.files.known for room in rooms),
    )


def counts_line(counts: SavedCounts) -> str:
    """Messages and files in one line."""
    messages = _("Messages {n}")
    if counts.left_out:
        messages = _("Messages {n} (Chatwork counts {all})")
    line = messages.format(n=counts.messages, all=counts.messages + counts.left_out)
    files = _("files {saved}/{known}").format(saved=counts.files, known=counts.files_known)
    return f"{line}  {files}" if counts.files_known else line


def left_out_sentence(counts: SavedCounts) -> str:
    """That older messages are not in Chatwork's list, and how to get them; the command or the page follows."""
    sentence = ngettext(
        "Chatwork gives out the newest 100. {n} older message can often be brought in later:",
        "Chatwork gives out the newest 100. {n} older messages can often be brought in later:",
        counts.left_out,
    )
    return sentence.format(n=counts.left_out)


def handover_sentence(handover: Handover) -> str:
    """To whom an export was handed, when and how."""
    line = _("handed to {to} on {day}").format(to=visible(handover.to), day=handover.on)
    return line + (f" ({visible(handover.how)})" if handover.how else "")


def warning_lines(warnings: Iterable[str]) -> list[str]:
    """What to consider before the package leaves."""
    sentences = {
        "early_contact": _(
            "The first message is earlier than the approval, escrow or contract, and the report says "
            "so. Messages are never left out to hide it; think about whom you send it to."
        ),
        "no_messages": _(
            "This export holds no message: the archive has none of the period. Check its first and last day."
        ),
        "unsaved_beginning": _(
            "Messages before the first saved one are not in the archive (never saved, or erased by "
            "you), so the export does not say that the talk began after the approval. If some were never "
            "saved, save what you still can: archive save FILE"
        ),
        "forbidden_contact": _(
            "This platform allows no outside contact, and the export shows that there was some. "
            "Messages are never left out to hide it; think about whom you send it to."
        ),
        "english": _(
            "This export is in English, but courts and platforms in Japan read Japanese. Give them "
            "one made without --report-lang; this one is for a client or a lawyer abroad."
        ),
        "nda": _(
            "You entered a promise of secrecy (NDA). Such a promise usually has an exception for a "
            "lawyer, but not for a platform's support. So the whole table and the files you added stay out "
            "of this export. Consider: archive export --for lawyer"
        ),
        "no_platform": _(
            "Where the job was agreed is not entered, so this is a letter to the client. To make one for a platform's "
            "support, enter the address of the contract's page first: archive job set"
        ),
    }
    return [sentences[one] for one in warnings]


_TELLING = ("unknown", "damaged", "left_out")


def metadata_lines(files: Sequence[FileMetadata]) -> list[str]:
    """What the user's own evidence says beside its content, under a heading; nothing if it says nothing."""
    lines = [
        f"  {one.file}: {_metadata_words(one)}" for one in files if one.items or one.removed or one.state in _TELLING
    ]
    return [_("Metadata of the files you added (what stands in the file beside its content):"), *lines] if lines else []


def _metadata_words(metadata: FileMetadata) -> str:
    words = {
        "author": _("author"),
        "modified_by": _("last modified by"),
        "company": _("company"),
        "position": _("position"),
        "device": _("device"),
        "text": _("title or description"),
    }
    if metadata.removed:
        fields = ", ".join(dict.fromkeys(words[one.field] for one in metadata.items))
        return _("a copy without it ({fields})").format(fields=fields) if fields else _("a copy without it")
    if metadata.state == "unknown":
        return _("not looked at: this kind of file cannot be, or it is too large")
    if metadata.state == "left_out":
        return _("stays out, as no copy without its metadata can be made")
    if metadata.state == "damaged":
        return _("could not be looked at: the file cannot be read to its end")
    return visible_line(", ".join(f"{words[one.field]} {one.value}" for one in metadata.items))


def round_lines(report: SyncReport) -> Iterator[str]:
    """The outcome of a run, one line for each room with its details indented, and what is not complete."""
    for room in report.rooms:
        yield f"{shorten(room.name, 30) or room.room_id}  {_outcome_words(room)}"
        counts = _count_words(room)
        if counts:
            yield "  " + counts
        gaps = [_gap(one) for one in room.gaps if one["missing"] != 0]
        yield from ("  " + gap_sentence([gap], report.started_at) for gap in gaps)
        if room.error and not room.is_unreached:
            yield "  " + visible_line(room.error)
    if not report.rooms:
        yield sentence(Condition(ConditionKind.ENDED))
    elif report.complete and report.has_losses:
        yield _("Saved. What is missing stands in “archive status”.")
    elif report.complete and not all(room.has_read_list for room in report.rooms):
        yield _("Saved: all that was seen. Not every list was read this time.")
    elif report.complete:
        yield _("Saved. Nothing is missing.")
    else:
        yield from _incomplete_lines(report)


def _incomplete_lines(report: SyncReport) -> Iterator[str]:
    """Chats that are shut are counted; another try is named where it can bring more."""
    others = [room for room in report.rooms if room.outcome is not RoomOutcome.INACCESSIBLE]
    if shut := len(report.rooms) - len(others):
        told = ngettext(
            "{n} chat can no longer be opened. What was saved stays.",
            "{n} chats can no longer be opened. What was saved stays.",
            shut,
        )
        yield told.format(n=shut)
    if not shut and not report.has_rest:
        yield _("Saved. What is missing stands in “archive status”.")
    elif not shut or any(room.outcome is RoomOutcome.FAILED or room.left_over or room.files_pending for room in others):
        yield _("Saved, but not everything: see “archive status”. The next save tries again.")


def _outcome_words(room: RoomReport) -> str:
    """The outcome of a room; that nothing is new is said only of a list that was read."""
    if room.is_unreached:
        return _("not read this time")
    words = {
        "archived": _("saved"),
        "unchanged": _("nothing new"),
        "waiting": _("no sign of news (its list was not read this time)"),
        "emptied": _("its list came empty"),
        "inaccessible": _("cannot be opened any more (reason unknown); what was saved is kept"),
        "failed": _("could not be read this time"),
    }
    return words[room.outcome.value]


def _count_words(room: object) -> str:
    """The counts that are not zero, in words."""
    words = {
        "new": _("messages {n}"),
        "edited": _("edited {n}"),
        "deleted": _("deleted {n}"),
        "missing": _("not shown any more {n}"),
        "backfilled": _("of these back-filled {n}"),
        "hidden_by_plan": _("named but hidden by the plan {n}"),
        "not_readable": _("named but not readable {n}"),
        "files_saved": _("files saved {n}"),
        "files_pending": _("files still to be saved {n}"),
        "files_lost": _("files not saved {n}"),
        "tasks_new": _("tasks {n}"),
        "tasks_changed": _("tasks changed {n}"),
    }
    return "  ".join(text.format(n=getattr(room, name)) for name, text in words.items() if getattr(room, name))


def _gap(payload: Mapping[str, Any]) -> Gap:
    """A gap of which only the ends and the number of messages matter."""
    ends = time_or_none(payload["from"]), time_or_none(payload["to"])
    return Gap(RoomId(0), 0, payload["after"], payload["before"], *ends, payload["missing"], payload["reason"])


def about_time(number: int) -> str | None:
    """The time derived from an id, to the minute and marked as derived; None if the id gives none."""
    at = posted_at(number)
    return None if at is None else _("about {time} (derived from the id)").format(time=minute_text(at))


def derived_day(number: int) -> str:
    """The day derived from an id, without the mark; `?` if the id gives none."""
    at = posted_at(number)
    return "?" if at is None else iso_date(at)
