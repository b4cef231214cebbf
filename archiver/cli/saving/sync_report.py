"""Prints the results of `sync` on a screen of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archiver.app import App
from archiver.cli.error_output import tell_root_errors
from archiver.cli.terminal.output import echo, echo_lines
from archiver.cli.terminal.text import pad
from archiver.errors import ArchiverError
from archiver.health.rooms_and_runs import run_sentences
from archiver.notices.round_notices import give_notice
from archiver.render.screen_text import shorten
from archiver.settings.model import Settings
from archiver.standing.waiting_state import note_state
from archiver.sync.plan import PlanStep
from archiver.sync.report import SyncReport
from archiver.wording import gettext as _
from archiver.wording import ngettext


def tell_upgraded(copy: Path) -> None:
    """Print that the archive was upgraded, also with `-q`: it happens once a version, and the copy takes space."""
    sentence = _("The archive was updated to this version of the program. A copy of it as it was before: {path}")
    echo(sentence, err=True, path=copy)


def tell_after_round(settings: Settings, environ: Mapping[str, str], error: ArchiverError | None, **how: Any) -> bool:
    """Give notice of the troubles of a round (`how`: as `give_notice` takes it); whether the error is to be printed."""
    said, is_to_say = give_notice(settings, environ, error, **how)
    note_state(settings, how["now"])
    echo_lines(said, err=True)
    return is_to_say


def tell_sync(report: SyncReport) -> None:
    """Print the outcome of a run, one line for each room, and what is not complete."""
    from archiver.setup.round_words import round_lines

    echo_lines(round_lines(report))


def notice_line(report: SyncReport) -> str:
    """One line for a mail from the scheduler: no name and no text of a message."""
    rooms = sum(room.outcome.value in ("failed", "inaccessible") for room in report.rooms)
    files = sum(room.files_pending + room.files_lost for room in report.rooms)
    gaps = sum(len(room.gaps) for room in report.rooms)
    sentence = _("Chatwork archive: not everything was saved (chats {rooms}, files {files}, gaps {gaps}).")
    line = sentence.format(rooms=rooms, files=files, gaps=gaps)
    only = _("Chatwork archive: not everything was read in time; the next save reads the rest.")
    some = _("Some was left for the next save to read.")
    if report.left_over:
        line = f"{line} {some}" if rooms + files + gaps else only
    return line + " " + _("See: archive status")


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
    echo(ngettext("Together at least {n} request.", "Together at least {n} requests.", requests), n=requests)
    echo(_("Then files that are not saved yet. Nothing was saved."), err=True)


def tell_alerts(report: SyncReport) -> None:
    """Print one line on stderr about the alerts that a run opened; they never change an exit code."""
    if report.alerts:
        high = sum(alert["level"] == "high" for alert in report.alerts)
        sentence = _("Alerts: {n} new, {high} of them to act on now. See: archive status --alerts")
        echo(sentence, err=True, n=len(report.alerts), high=high)


def tell_beside(app: App, report: SyncReport, *, quiet: bool = False) -> None:
    """Print on stderr what a run met that deserves attention; it changes no exit code."""
    if not quiet:
        echo_lines(run_sentences(report, app.settings), err=True)
        tell_root_errors(app.root_errors)
    echo_lines(report.complaints, err=True)
    tell_alerts(report)
