"""Prints the page of `archive status` on a screen of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from archiver.claims.changes import DELETIONS, EDITS, changed_count
from archiver.claims.words import change_lines
from archiver.cli.status.alert_lines import FIRST_SCREEN_LIMIT, group_equal, more_sentence
from archiver.cli.status.emergency_block import emergencies as find_emergencies
from archiver.cli.status.emergency_block import tell_emergency
from archiver.cli.status.gap_line import gap_line
from archiver.cli.status.reread_and_backfill_lines import tell_progress
from archiver.cli.status.saving_status import Standing, last_failure, next_step, saving_line
from archiver.cli.status.stamp_lines import class_line, seals_line
from archiver.cli.terminal.language import current_language
from archiver.cli.terminal.output import WIDTH, echo
from archiver.cli.terminal.progress import shorten
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.cli.terminal.times import RULE, jst_time
from archiver.health.rooms_and_runs import unseen_sentence
from archiver.records import Contract
from archiver.records.alerts import Level
from archiver.records.grades import Grade, grade_word
from archiver.render.times import full_time
from archiver.store.ledger_copy.kept_by_team import KeptByTeam, kept_by_team
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.cli.status.alert_lines import AlertLine
    from archiver.cli.status.emergency_block import Emergency
    from archiver.records.alerts import Alert
    from archiver.store.archive import Reading
    from archiver.store.queries.reread_and_backfill_progress import SlowWork
    from archiver.store.queries.status import RoomStatus, Status
    from archiver.store.working.remembered_values import LastBackup

_COUNT_WIDTHS = (8, 8, 8, 9)
"""Columns of the numbers of messages, edits, deletions and files."""


def tell_status(
    status: Status,
    standing: Standing,
    emergencies: Sequence[Emergency],
    *,
    progress: SlowWork,
    dues: Sequence[str] = (),
    alerts: Sequence[AlertLine] = (),
    quoted: Mapping[str, Sequence[str]],
) -> None:
    """Print the status page of reference/voice.md, emergencies first; `alerts`, `quoted`: of those in no emergency."""
    situation, settings, attention = standing.situation, standing.situation.settings, grade_word(Grade.ATTENTION)
    state = grade_word(standing.grade)
    line = _head(status, full_time(situation.now)[: -len(":33")], _("State: {state}").format(state=state))
    echo("\n    ".join(wrap(line, WIDTH)))
    echo(RULE)
    for emergency in emergencies:
        tell_emergency(emergency)
        echo(RULE)
    for sentence in standing.graded_sentences:
        echo("\n    ".join(wrap(sentence, 76)))
    _tell_alerts(alerts, len(status.alerts))
    echo(saving_line(situation, failed_at=last_failure(situation)))
    if (unseen := standing.unseen) is not None:
        echo("\n    ".join(wrap(unseen_sentence(unseen), 76)))
    last = jst_time(status.last_sync) if status.last_sync else _("never")
    label = _("Last save")
    echo(_beside_or_below(f"{label}   {last}", visible(str(settings.home))))
    head = [_("Messages"), _("Edited"), _("Deleted"), _("Files")]
    heads = "".join(map(_align_right, head, _COUNT_WIDTHS))
    echo(pad(_("Job"), 28) + heads + "  " + _("complete since"))
    for contract in status.contracts:
        _tell_contract(contract, [room for room in status.rooms if contract.id in room.contracts])
        for line in quoted.get(contract.id, ()):
            echo("  " + "\n    ".join(wrap(line, 76)))
    tell_progress(progress, days=settings.sync.reread_days)
    echo(seals_line(status))
    echo(class_line(settings))
    _tell_backup(status.backup, attention, settings.home)
    for line in dues:
        echo(line)
    echo(RULE)
    if emergencies:
        echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))
    step = next_step(standing, emergencies)
    echo("\n    ".join(wrap(_("Next: {step}").format(step=step), 76)))
    commands = _("Look: archive app   Make an export: archive export")
    echo(commands if columns(commands) <= WIDTH else "\n".join(commands.split("   ")))


def other_alerts(alerts: Iterable[Alert], emergencies: Sequence[Emergency]) -> list[Alert]:
    """The alerts that are part of no emergency."""
    shown_numbers = {one.number for alarm in emergencies for one in alarm.alerts}
    return [one for one in alerts if one.number not in shown_numbers]


def urgent_count(reading: Reading, alerts: Sequence[Alert]) -> int:
    """How many emergencies and lines of alerts the page marks as needing something now."""
    from archiver.cli.contracts.contract_names import contract_names
    from archiver.store.queries.contracts import contracts

    all_contracts = contracts(reading)
    found = find_emergencies(reading, all_contracts, alerts)
    urgent = [one for one in other_alerts(alerts, found) if one.level is Level.HIGH]
    return len(found) + len(group_equal(urgent, contract_names(all_contracts)))


def backup_words(last: LastBackup | None, attention: str, kept: KeptByTeam) -> tuple[str, str, str]:
    """Time, place and condition of the last backup, or that there is none; `kept`: what is with a team too."""
    if last is None:
        return "", "", _words_without_backup(attention, kept)
    state = copy_state(last) if last.verified else f"[{attention}] " + _("has findings")
    return jst_time(last.at), shorten(last.path, 34), state


def copy_state(last: LastBackup) -> str:
    """How a good copy was verified: as a whole, or where it was new; `archive status --full` says when as a whole."""
    return _("checked") if last.whole_at is None else _("new part checked")


def _words_without_backup(attention: str, kept: KeptByTeam) -> str:
    if kept is KeptByTeam.ALL:
        return _("records and files go to the team's ledger and store of files first")
    if kept is KeptByTeam.RECORDS:
        return f"[{attention}] " + _("records in the team's ledger, files only here   archive backup DEST")
    return f"[{attention}] " + _("only on this computer   archive backup DEST")


def _tell_backup(last: LastBackup | None, attention: str, home: Path) -> None:
    """Print the line about the last backup."""
    label = _("Backup")
    words = "  ".join(filter(None, backup_words(last, attention, kept_by_team(home))))
    echo("\n    ".join(wrap(f"{label}   {words}", WIDTH)))


def _tell_alerts(lines: Sequence[AlertLine], count: int) -> None:
    """Print the first lines with their messages, and the number of all alerts."""
    for line in lines[:FIRST_SCREEN_LIMIT]:
        for text in line.lines:
            echo(("" if text == line.sentence else "    ") + "\n    ".join(wrap(text, 76)))
    if len(lines) > FIRST_SCREEN_LIMIT:
        echo(more_sentence(len(lines) - FIRST_SCREEN_LIMIT))
    elif count:
        text = ngettext("{n} alert: archive status --alerts", "{n} alerts: archive status --alerts", count)
        echo(text.format(n=count))


def _tell_contract(contract: Contract, rooms: Sequence[RoomStatus]) -> None:
    title = visible(contract.title or contract.client or "")
    label = visible(contract.label)
    echo(f" {label} {shorten(title, max(8, 78 - columns(label)))}".rstrip())
    for room in rooms:
        files = f"{room.files.saved}/{room.files.known}"
        changed = room.changed[contract.id]
        counts = (room.messages, changed_count(changed, EDITS), changed_count(changed, DELETIONS))
        cells = [*map(str, counts), files]
        since = jst_time(room.covered[-1][0]) if room.covered else "-"
        name = shorten(room.name, 16) if room.name else ""
        first_cell = pad(f"  {room.room_id} {name}", 28)
        echo(first_cell + "".join(map(_align_right, cells, _COUNT_WIDTHS)) + "  " + since)
        for _kind, line in change_lines(changed, current_language()):
            echo("     " + "\n       ".join(wrap(line, 73)))
        if room.emptied:
            text = _("Its last list came empty, though messages are saved; nothing is taken as deleted.")
            echo("     " + "\n       ".join(wrap(text, 73)))
        for gap in room.gaps:
            echo("     " + "\n       ".join(wrap(gap_line(gap), 73)))


def _head(status: Status, today: str, condition: str) -> str:
    """The head line: title, account, time and condition; a long account name is shortened."""
    title = _("Chatwork archive (practice)") if status.is_practice else _("Chatwork archive")
    if not status.account_id:
        nobody = _("no account yet")
        return f"{title}   {nobody}   {today}   {condition}"
    left = 80 - columns(f"{title}   (ID {status.account_id})   {today}   {condition}")
    return f"{title}   {shorten(status.account_name, max(6, left))}(ID {status.account_id})   {today}   {condition}"


def _beside_or_below(left: str, path: str) -> str:
    """A path on the same line if it fits, else on the next; never wrapped, so that it can be copied."""
    return f"{left}   {path}" if columns(f"{left}   {path}") <= 80 else f"{left}\n  {path}"


def _align_right(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
