"""How `status` and `sync` look on a screen of 80 columns (voice: docs/explanation, glossary)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.alerts import texts
from archiver.cli import freshness
from archiver.cli.alarm import tell_alarm
from archiver.cli.derived import about
from archiver.cli.progress import short
from archiver.cli.progress_lines import tell_progress
from archiver.cli.stamps import seals_line
from archiver.cli.text import columns, pad, visible, wrap
from archiver.records import JST, Contract
from archiver.signs import Level

if TYPE_CHECKING:
    from archiver.cli.alarm import Alarm
    from archiver.settings.model import Settings
    from archiver.store.backup import LastBackup
    from archiver.store.queries.progress import Progress
    from archiver.store.queries.status import RoomStatus, Status
    from archiver.sync.plan import Step
    from archiver.sync.report import SyncReport

RULE = "-" * 80
WEEKDAYS = "月火水木金土日"


def jst(at: datetime, *, year: bool = False) -> str:
    """A time as people in Japan read it."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M" if year else "%m-%d %H:%M")


# --- sync --------------------------------------------------------------------------------------


def tell_sync(report: SyncReport) -> None:
    """What a run came to, one line a room, and what is not complete."""
    for room in report.rooms:
        outcome = _("not read this time") if room.is_unreached else _outcome(room.outcome.value)
        click.echo(f"{short(room.name, 30) or room.room_id}  {outcome}")
        counts = _counts(room)
        if counts:
            click.echo("  " + counts)
        for gap in room.gaps:
            click.echo("  " + gap_line(gap))
        if room.error and not room.is_unreached:
            click.echo("  " + visible(room.error))
    if not report.rooms:
        click.echo(freshness.nothing_read())
    elif report.complete:
        click.echo(_("Saved. Nothing is missing."))
    else:
        click.echo(_("Saved, but not everything: see “archive status”. The next run tries again; nothing is lost."))


def _outcome(outcome: str) -> str:
    words = {
        "archived": _("saved"),
        "unchanged": _("nothing new"),
        "inaccessible": _("cannot be opened any more (reason unknown); what was saved is kept"),
        "failed": _("could not be read this time"),
    }
    return words[outcome]


def _counts(room: object) -> str:
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
        "files_pending": _("files still to fetch {n}"),
        "files_lost": _("files given up {n}"),
        "tasks_new": _("tasks {n}"),
        "tasks_changed": _("tasks changed {n}"),
    }
    return "  ".join(text.format(n=getattr(room, name)) for name, text in words.items() if getattr(room, name))


def gap_line(gap: dict[str, object]) -> str:
    """A gap in one line: which stretch, how many, why."""
    missing = gap["missing"]
    number = _("number unknown") if missing is None else _("about {n} messages").format(n=missing)
    if gap["after"] is None and gap["reason"] in ("first_sync", "plan"):
        return _("Before the first save: not listed by Chatwork ({number}).").format(number=number)
    if missing == 0:
        number = _("probably nothing is missing (estimate 0)")
    period = f"{_border(gap['from'], gap['after'])} - {_border(gap['to'], gap['before'])}"
    if gap["reason"] == "inaccessible":
        return _("Gap {period}: the chat could not be opened for a time; {number}.").format(
            period=period, number=number
        )
    return _("Gap {period}: not seen without a hole; {number}.").format(period=period, number=number)


def _border(at: object, message: object) -> str:
    """One end of a gap: its time, or else the one that the message's id tells."""
    if at:
        return jst(datetime.fromisoformat(str(at)))
    return (about(int(str(message))) if message is not None else None) or "?"


def notice(report: SyncReport) -> str:
    """One line for a mail from the scheduler: no name and no text of a message."""
    rooms = sum(room.outcome.value in ("failed", "inaccessible") for room in report.rooms)
    files = sum(room.files_pending + room.files_lost for room in report.rooms)
    gaps = sum(len(room.gaps) for room in report.rooms)
    sentence = _("Chatwork archive: not everything was saved (rooms {rooms}, files {files}, gaps {gaps}).")
    told = sentence.format(rooms=rooms, files=files, gaps=gaps)
    if report.left_over:
        told = _only_left_over() if not rooms + files + gaps else f"{told} {_left_over()}"
    return told + " " + _("See: archive status")


def _only_left_over() -> str:
    return _("Chatwork archive: not everything was read in the time; the rest is read by the next run.")


def _left_over() -> str:
    return _("Some was left to be read by the next run.")


def tell_plan(steps: Sequence[tuple[Step, str]], *, requests: int) -> None:
    """What a run would read, why, and what it costs; `requests` is the least number of them all together."""
    if not steps:
        click.echo(_("Nothing has moved and nothing is due: nothing would be read."))
        return
    kinds = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
    kinds |= {"backfill": _("Back-fill"), "reread": _("Re-reading")}
    whys = {"first": _("first time"), "moved": _("something moved"), "due": _("it is its turn")}
    whys |= {"asked": _("asked for"), "named": _("named somewhere"), "near": _("near a change")}
    for step, name in steps:
        click.echo(f"{pad(kinds[step.kind], 20)} {pad(short(name), 26)} {pad(whys[step.why], 18)} {step.cost}")
    sentence = ngettext("Together at least {n} request.", "Together at least {n} requests.", requests)
    click.echo(sentence.format(n=requests))
    click.echo(_("Then files that are not held yet. Nothing was saved."), err=True)


def tell_alerts(report: SyncReport) -> None:
    """One line on stderr about the alerts that a run opened; they never change an exit code."""
    if report.alerts:
        high = sum(alert["level"] == "high" for alert in report.alerts)
        sentence = _("Alerts: {n} new, {high} of them to act on now. See: archive alerts")
        click.echo(sentence.format(n=len(report.alerts), high=high), err=True)


# --- status --------------------------------------------------------------------------------------


def warnings(told: Status, settings: Settings, *, now: datetime, stopped: Sequence[str] = ()) -> list[str]:
    """What deserves attention, one sentence each, the most urgent first; `stopped`: what keeps it from saving."""
    found = [*stopped]
    for room in told.rooms:
        if room.inaccessible_since is not None:
            text = _("Room {room} cannot be opened since {time} (reason unknown). What was saved is kept.")
            found.append(text.format(room=room.room_id, time=jst(room.inaccessible_since)))
    found += freshness.sentences(told, stale=timedelta(hours=settings.notify.stale_hours), now=now)
    pending, lost = (sum(getattr(room.files, name) for room in told.rooms) for name in ("pending", "lost"))
    if pending:
        sentence = ngettext("{n} file is still to be fetched.", "{n} files are still to be fetched.", pending)
        found.append(sentence.format(n=pending))
    if lost:
        sentence = ngettext("{n} file could not be had.", "{n} files could not be had.", lost)
        found.append(sentence.format(n=lost))
    found += freshness.cut_lists(told.cut)
    gaps = sum(gap["after"] is not None for room in told.rooms for gap in room.gaps)
    if gaps:
        found.append(ngettext("There is {n} gap.", "There are {n} gaps.", gaps).format(n=gaps))
    return found


def tell_status(
    told: Status,
    found: Sequence[str],
    alarms: Sequence[Alarm],
    settings: Settings,
    *,
    progress: Progress,
    now: datetime,
    dues: Sequence[str] = (),
    saving: str = "",
    step: str = "",
) -> None:
    """The status page of reference/voice.md; where something is going, that comes first."""
    here = now.astimezone(JST)
    today = f"{here:%Y-%m-%d}({WEEKDAYS[here.weekday()]}) {here:%H:%M}"
    attention, level = _("Attention"), condition(told, found, alarms)
    state = _("Good") if level is None else attention if level is Level.MEDIUM else texts.urgency(Level.HIGH)
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


def condition(told: Status, found: Sequence[str], alarms: Sequence[Alarm]) -> Level | None:
    """How the archive stands: something to act on, something to look at, or (None) good."""
    if alarms or any(one.level is Level.HIGH for one in told.alerts):
        return Level.HIGH
    return Level.MEDIUM if found or any(one.level is Level.MEDIUM for one in told.alerts) else None


def other_alerts(told: Status, alarms: Sequence[Alarm]) -> list[str]:
    """Alerts that ask for a look and stand in no alarm, one sentence each."""
    shown = {one.number for alarm in alarms for one in alarm.alerts}
    called = labels(told.contracts)
    return [
        f"[{texts.urgency(one.level)}] {jst(one.at)} {texts.sentence(one, called)}"
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


def _tell_other_alerts(told: Status, alarms: Sequence[Alarm]) -> None:
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
