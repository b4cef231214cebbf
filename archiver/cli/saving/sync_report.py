"""Prints the results of `sync` on a screen of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archiver.cli.status.gap_line import gap_line
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import pad, visible
from archiver.health.conditions import ROWS, Condition, ConditionKind, conditions_beside
from archiver.health.snapshot import ComputerState, observe_disk
from archiver.health.words import sentence
from archiver.render.screen_text import shorten
from archiver.sync.files.download import NO_SPACE
from archiver.sync.report import RoomOutcome
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.settings.model import Settings
    from archiver.sync.plan import PlanStep
    from archiver.sync.report import RoomReport, SyncReport


def tell_sync(report: SyncReport) -> None:
    """Print the outcome of a run, one line for each room, and what is not complete."""
    for line in sync_lines(report):
        echo(line)


def sync_lines(report: SyncReport) -> Iterator[str]:
    """The outcome of a run, one line for each room with its details indented, and what is not complete."""
    for room in report.rooms:
        yield f"{shorten(room.name, 30) or room.room_id}  {_outcome_words(room)}"
        counts = _count_words(room)
        if counts:
            yield "  " + counts
        for gap in room.gaps:
            yield "  " + gap_line(gap)
        if room.error and not room.is_unreached:
            yield "  " + visible(room.error)
    if not report.rooms:
        yield sentence(Condition(ConditionKind.ENDED))
    elif report.complete and report.has_losses:
        yield _("Saved: all that Chatwork lists now. What is missing stands in “archive status”.")
        yield _("Older messages can be brought in while a chat is open: archive guide old")
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
    if not shut or any(room.outcome is RoomOutcome.FAILED or room.left_over or room.files_pending for room in others):
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
        "files_lost": _("files given up {n}"),
        "tasks_new": _("tasks {n}"),
        "tasks_changed": _("tasks changed {n}"),
    }
    return "  ".join(text.format(n=getattr(room, name)) for name, text in words.items() if getattr(room, name))


def notice_line(report: SyncReport) -> str:
    """One line for a mail from the scheduler: no name and no text of a message."""
    rooms = sum(room.outcome.value in ("failed", "inaccessible") for room in report.rooms)
    files = sum(room.files_pending + room.files_lost for room in report.rooms)
    gaps = sum(len(room.gaps) for room in report.rooms)
    sentence = _("Chatwork archive: not everything was saved (chats {rooms}, files {files}, gaps {gaps}).")
    line = sentence.format(rooms=rooms, files=files, gaps=gaps)
    if report.left_over:
        line = _only_left_over_sentence() if not rooms + files + gaps else f"{line} {_left_over_sentence()}"
    return line + " " + _("See: archive status")


def _only_left_over_sentence() -> str:
    return _("Chatwork archive: not everything was read in time; the next save reads the rest.")


def _left_over_sentence() -> str:
    return _("Some was left for the next save to read.")


def tell_plan(steps: Sequence[tuple[PlanStep, str]], *, requests: int) -> None:
    """Print what a run would read, why, and what it costs; `requests` is the least number of requests in all."""
    if not steps:
        echo(_("Nothing has changed and nothing is due: nothing would be read."))
        return
    kinds = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
    kinds |= {"backfill": _("Back-fill"), "reread": _("Checked again")}
    whys = {
        "first": _("first time"),
        "moved": _("something changed"),
        "due": _("regular turn"),
        "turn": _("regular turn"),
    }
    whys |= {"asked": _("asked for"), "named": _("mentioned"), "near": _("near a change")}
    for step, name in steps:
        echo(f"{pad(kinds[step.kind], 20)} {pad(shorten(name), 26)} {pad(whys[step.reason], 18)} {step.requests}")
    sentence = ngettext("Together at least {n} request.", "Together at least {n} requests.", requests)
    echo(sentence.format(n=requests))
    echo(_("Then files that are not saved yet. Nothing was saved."), err=True)


def tell_alerts(report: SyncReport) -> None:
    """Print one line on stderr about the alerts that a run opened; they never change an exit code."""
    if report.alerts:
        high = sum(alert["level"] == "high" for alert in report.alerts)
        sentence = _("Alerts: {n} new, {high} of them to act on now. See: archive status --alerts")
        echo(sentence.format(n=len(report.alerts), high=high), err=True)


def tell_run_conditions(report: SyncReport, settings: Settings) -> None:
    """Print on stderr what a run met that deserves attention; it changes no exit code."""
    disk = observe_disk(settings.home, settings.files.stop_when_free_bytes) if NO_SPACE in report.reported else None
    clock_ms = None if report.is_undecided else report.clock_offset_ms
    found = conditions_beside(clock_ms=clock_ms, computer=ComputerState(disk))
    found += [Condition(ConditionKind.UNREAD_DROPPED)] if report.unread_dropped else []
    for condition in found:
        echo(sentence(condition), err=True)
    if disk is not None and not any(
        ROWS[one.kind].check == "disk" for one in found
    ):  # a quota, or space that is free again
        echo(_("There was no space for a file, or your quota is used up: a later save tries it again."), err=True)
