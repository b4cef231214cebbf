"""The page of `archive status` on a screen of 80 columns (voice: docs/explanation, glossary)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.alerts import sentences
from archiver.cli.status import completeness
from archiver.cli.status.emergency import tell_alarm
from archiver.cli.status.gaps import gap_line
from archiver.cli.status.slow_work import tell_progress
from archiver.cli.status.stamp_lines import seals_line
from archiver.cli.terminal.progress import short
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.cli.terminal.times import RULE, jst
from archiver.records import JST, Contract
from archiver.records.alerts import Level

if TYPE_CHECKING:
    from archiver.cli.status.emergency import Emergency
    from archiver.settings.model import Settings
    from archiver.store.backup.copy import LastBackup
    from archiver.store.queries.slow_work import SlowWork
    from archiver.store.queries.status import RoomStatus, Status

WEEKDAYS = "月火水木金土日"


def warnings(told: Status, settings: Settings, *, now: datetime, stopped: Sequence[str] = ()) -> list[str]:
    """What deserves attention, one sentence each, the most urgent first; `stopped`: what keeps it from saving."""
    found = [*stopped]
    for room in told.rooms:
        if room.inaccessible_since is not None:
            text = _("Room {room} cannot be opened since {time} (reason unknown). What was saved is kept.")
            found.append(text.format(room=room.room_id, time=jst(room.inaccessible_since)))
    found += completeness.sentences(told, stale=timedelta(hours=settings.notify.stale_hours), now=now)
    pending, lost = (sum(getattr(room.files, name) for room in told.rooms) for name in ("pending", "lost"))
    if pending:
        sentence = ngettext("{n} file is still to be fetched.", "{n} files are still to be fetched.", pending)
        found.append(sentence.format(n=pending))
    if lost:
        sentence = ngettext("{n} file could not be had.", "{n} files could not be had.", lost)
        found.append(sentence.format(n=lost))
    found += completeness.cut_lists(told.cut)
    gaps = sum(gap["after"] is not None for room in told.rooms for gap in room.gaps)
    if gaps:
        found.append(ngettext("There is {n} gap.", "There are {n} gaps.", gaps).format(n=gaps))
    return found


def tell_status(
    told: Status,
    found: Sequence[str],
    alarms: Sequence[Emergency],
    settings: Settings,
    *,
    progress: SlowWork,
    now: datetime,
    dues: Sequence[str] = (),
    saving: str = "",
    step: str = "",
) -> None:
    """The status page of reference/voice.md; where something is going, that comes first."""
    here = now.astimezone(JST)
    today = f"{here:%Y-%m-%d}({WEEKDAYS[here.weekday()]}) {here:%H:%M}"
    attention, level = _("Attention"), condition(told, found, alarms)
    state = _("Good") if level is None else attention if level is Level.MEDIUM else sentences.urgency(Level.HIGH)
    click.echo(_head(told, today, _("State: {state}").format(state=state)))
    click.echo(RULE)
    for alarm in alarms:
        tell_alarm(alarm)
        click.echo(RULE)
    for sentence in found:
        click.echo("\n    ".join(wrap(f"[{attention}] {sentence}", 76)))
    _tell_other_alerts(told, alarms)
    if saving:
        click.echo(saving)
    last = jst(told.last_sync) if told.last_sync else _("never")
    label = _("Last save")
    click.echo(_beside(f"{label}   {last}", visible(str(settings.home))))
    head = [_("Messages"), _("Edited"), _("Deleted"), _("Files")]
    heads = "".join(_right(word, 9) for word in head)
    click.echo(pad(_("Contract"), 28) + heads + "  " + _("complete since"))
    for contract in told.contracts:
        _tell_contract(contract, [room for room in told.rooms if contract.id in room.contracts])
    tell_progress(progress, days=settings.sync.reread_days)
    click.echo(seals_line(told))
    if not settings.timestamp.authorities:
        click.echo(_("Third-party time   off (the seals show no time that a stranger vouches for)"))
    _tell_backup(told.backup, attention)
    for line in dues:
        click.echo(line)
    click.echo(RULE)
    if alarms:
        click.echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))
    if step:
        click.echo("\n    ".join(wrap(_("Next: {step}").format(step=step), 76)))
    click.echo(_("Look: archive view   Make a package: archive export"))


def condition(told: Status, found: Sequence[str], alarms: Sequence[Emergency]) -> Level | None:
    """How the archive stands: something to act on, something to look at, or (None) good."""
    if alarms or any(one.level is Level.HIGH for one in told.alerts):
        return Level.HIGH
    return Level.MEDIUM if found or any(one.level is Level.MEDIUM for one in told.alerts) else None


def other_alerts(told: Status, alarms: Sequence[Emergency]) -> list[str]:
    """Alerts that ask for a look and stand in no alarm, one sentence each."""
    shown = {one.number for alarm in alarms for one in alarm.alerts}
    called = labels(told.contracts)
    return [
        f"[{sentences.urgency(one.level)}] {jst(one.at)} {sentences.sentence(one, called)}"
        for one in told.alerts
        if one.level is not Level.LOW and one.number not in shown
    ]


def labels(contracts: Iterable[Contract]) -> dict[str, str]:
    """What the screen calls contracts, by their own ids."""
    return {one.id: visible(one.label) for one in contracts}


def backup_words(last: LastBackup | None, attention: str) -> tuple[str, str, str]:
    """When, where and how: a copy elsewhere, or that everything hangs on this one disk."""
    if last is None:
        return "", "", f"[{attention}] " + _("only on this computer   archive backup DEST")
    state = _("checked") if last.verified else f"[{attention}] " + _("has findings")
    return jst(last.at), short(last.path, 34), state


def _tell_backup(last: LastBackup | None, attention: str) -> None:
    """When and where there is a copy, or that everything hangs on this one disk."""
    label = _("Other copy")
    click.echo(f"{label}   " + "  ".join(filter(None, backup_words(last, attention))))


def _tell_other_alerts(told: Status, alarms: Sequence[Emergency]) -> None:
    """Alerts that ask for a look and stand in no alarm; those that are only good to know are counted."""
    for sentence in other_alerts(told, alarms):
        click.echo("\n    ".join(wrap(sentence, 76)))
    if told.alerts:
        text = ngettext("{n} alert: archive alerts", "{n} alerts: archive alerts", len(told.alerts))
        click.echo(text.format(n=len(told.alerts)))


def _tell_contract(contract: Contract, rooms: Sequence[RoomStatus]) -> None:
    title = visible(contract.title or contract.client or "")
    label = visible(contract.label)
    click.echo(f" {label} {short(title, max(8, 78 - columns(label)))}".rstrip())
    for room in rooms:
        files = f"{room.files.saved}/{room.files.known}"
        cells = [str(room.messages), str(room.edited), str(room.deleted), files]
        since = jst(room.covered[-1][0]) if room.covered else "-"
        name = short(room.name, 16) if room.name else ""
        left = pad(f"  {room.room_id} {name}", 28)
        click.echo(left + "".join(_right(cell, 9) for cell in cells) + "  " + since)
        if room.missing or room.hidden:
            sentence = _("not shown any more {missing}, hidden by the plan {hidden}")
            told = sentence.format(missing=room.missing, hidden=room.hidden) + _before_hiding(room)
            click.echo("     " + "\n       ".join(wrap(told, 73)))
        for gap in room.gaps:
            click.echo("     " + "\n       ".join(wrap(gap_line(gap), 73)))


def _before_hiding(room: RoomStatus) -> str:
    """What had become of the hidden ones while they were still shown."""
    told = (
        (room.hidden_deleted, _("shown as deleted {n}")),
        (room.hidden_edited, _("had been edited {n}")),
    )
    words = _(", ").join(text.format(n=number) for number, text in told if number)
    return _(" (of these: {words})").format(words=words) if words else ""


def _head(told: Status, today: str, condition: str) -> str:
    """Whose archive it is, now, and how it stands; a long name gives way."""
    title = _("Chatwork archive")
    if not told.account_id:
        nobody = _("no account yet")
        return f"{title}   {nobody}   {today}   {condition}"
    left = 80 - columns(f"{title}   (ID {told.account_id})   {today}   {condition}")
    return f"{title}   {short(told.account_name, max(6, left))}(ID {told.account_id})   {today}   {condition}"


def _beside(left: str, path: str) -> str:
    """A path on the same line if it fits, else below: it is never broken, so that it can be copied."""
    return f"{left}   {path}" if columns(f"{left}   {path}") <= 80 else f"{left}\n  {path}"


def _right(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
