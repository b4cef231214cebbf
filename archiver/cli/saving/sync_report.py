"""Prints the results of `sync` on a screen of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import pad
from archiver.health.conditions import ROWS, Condition, ConditionKind, conditions_beside
from archiver.health.snapshot import ComputerState, observe_disk
from archiver.health.words import sentence
from archiver.render.screen_text import shorten
from archiver.sync.files.download import NO_SPACE
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.settings.model import Settings
    from archiver.sync.plan import PlanStep
    from archiver.sync.report import SyncReport


def tell_sync(report: SyncReport) -> None:
    """Print the outcome of a run, one line for each room, and what is not complete."""
    from archiver.setup.round_words import round_lines

    for line in round_lines(report):
        echo(line)


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
