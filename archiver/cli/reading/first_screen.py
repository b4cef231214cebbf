"""Prints the first screen, `archive` alone, in some 15 lines of 80 columns; with several jobs they are more."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from archiver.cli.output import WIDTH, beside, columns, echo, echo_lines, pad, side_by_side, wrap
from archiver.health.conditions import Condition, ConditionKind
from archiver.health.words import page_sentence
from archiver.render.invisible_characters import shorten
from archiver.render.times import dated_moment, day_words, moment_words, short_day
from archiver.standing.emergencies import Emergency
from archiver.standing.emergency_words import (
    changed_rows,
    emergency_text,
    kept_sentence,
    not_kept_row,
    reader_option,
    short_steps,
)
from archiver.standing.headlines import line_below, told_job
from archiver.store.keeper import KeptByTeam
from archiver.store.queries.status import Status
from archiver.store.working.remembered_values import LastBackup
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

_NAME_WIDTH, _NUMBER_WIDTH = 32, 10
"""Columns of a job's title and of each of its two numbers."""

_JOBS_LIMIT = 5
"""So many jobs stand on the screen."""

_OF_UNSAVED = (ConditionKind.LOST, ConditionKind.LARGE, ConditionKind.GAP)


def tell_home(
    document: dict[str, Any],
    status: Status,
    now: datetime,
    *,
    emergency: Emergency | None,
    kept: KeptByTeam,
    beside: Sequence[str],
) -> None:
    """Print it; `emergency`: of the job that `told_job` found; `beside`: what only a terminal tells."""
    told, near = document["told"], document["near"]
    first, quoted = told[0], told_job(told)
    is_urgent = quoted is not None and quoted["kind"] != "changed"
    _tell_wrapped(_headline(first, now), 0)
    if quoted is not None and quoted is not first:
        _tell_wrapped(_headline(quoted, now), 0)
    if emergency is not None and is_urgent:  # else the headline says what is kept
        echo(kept_sentence(emergency))
    echo()
    if emergency is not None:
        has_others = len(status.contracts) > 1
        is_news = not is_urgent and document["job"]["is_news"]
        _tell_block(emergency, now, near, is_urgent=is_urgent, is_news=is_news, has_others=has_others)
    if not is_urgent:
        echo_lines(_summary_lines(document, status, now, kept))
    job = None if quoted is None else quoted["job"]
    others = [
        line_below(one)
        for one in told
        if one is not first and (job is None or one["job"] != job or one["kind"] == "unpaid")
    ]
    seen = [job] if job is not None and not is_urgent else []
    seen += [f"{number}" for one in told if one["kind"] == "asked" for number in one["alerts"]]
    if seen:
        others.append(_("Seen it? archive status --done {job}").format(job=" --done ".join(seen)))
    others += [*beside, *([] if is_urgent else near)]
    above = () if emergency is None else emergency.contract.room_ids
    _tell_others([*others, *_lines_below(document, status, above)], document)
    one = document["job"] or next(iter(document["jobs"] + document["ended"]), None)
    _tell_foot(status, now, is_urgent=is_urgent, job=one["id"] if one and len(status.contracts) > 1 else "")


def _headline(told: dict[str, Any], now: datetime) -> str:
    """The headline, with what to do or where to look where no block below says it."""
    if told["kind"] == "departed":
        return str(told["head"])
    due = _("Promised for {day}.").format(day=day_words(told["due"], now)) if told["due"] else ""
    since = ""
    if told["since"]:
        sentence = _("Seen closed {time}, last seen open {last}. What was written later cannot be saved.")
        since = sentence.format(time=moment_words(told["since"], now), last=moment_words(told["last"], now))
    quote = told["quote"] if told["kind"] == "asked" else ""  # else a block below quotes it
    is_place_told = quote or not told["room_id"] or "archive " in told["text"]
    where = "" if is_place_told else typed(f"archive search --chat {told['room_id']}")
    head = [told["head"], quote, told["text"]]
    return " ".join(filter(None, [*(head[::-1] if told["kind"] == "changed" else head), since, due, where]))


def _tell_block(
    emergency: Emergency,
    now: datetime,
    deadlines: Sequence[str],
    *,
    is_urgent: bool,
    has_others: bool,
    is_news: bool = False,
) -> None:
    """What changed in its own words, what is not saved, what to do and what not, a line or two for each.

    `has_others`: whether there are other jobs, so that commands name this one.
    """
    rows = [*changed_rows(emergency, now, limit=1), not_kept_row(emergency, limit=1)]
    said = [(row.label, [*row.lines[:-1], f"{row.lines[-1]} {row.more}".rstrip()]) for row in rows if row.lines]
    if is_urgent:
        said.append((_("Do now"), [f"{n} {text}" for n, text in enumerate([*deadlines, *short_steps(emergency)], 1)]))
    if not is_news:
        do_not = _("leave, close your account, remove the contact or renew the API token")
        if emergency.is_refused:  # then a new one is just what is needed
            do_not = _("leave, close your account or remove the contact")
        said.append((_("Don't"), [do_not]))
    if is_urgent:
        advice = _("フリーランス・トラブル110番 (free)   ") if emergency.contract.does_work else ""
        command = _("Create an export: archive export") + (f" {emergency.name}" if has_others else "")
        said.append((_("Advice"), [advice + command + reader_option(emergency)]))
    _tell_labelled(said)


def tell_emergency(emergency: Emergency, now: datetime) -> None:
    """Print the whole block of one contract, as after `save --all`."""
    head, rows, todo = emergency_text(emergency, now)
    _tell_wrapped(head, 0)
    _tell_labelled((row.label, [*row.lines, row.more]) for row in rows)
    steps = [f"{n}  {step}" for n, step in enumerate(todo, 1)]
    _tell_labelled([(_("Do now"), steps)])


def _tell_labelled(rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Print texts beside their labels."""
    rows = list(rows)
    margin = max(columns(label) for label, _texts in rows) + 2
    for label, texts in rows:
        echo_lines(beside(pad(label, margin), texts))


def _summary_lines(document: dict[str, Any], status: Status, now: datetime, kept: KeptByTeam) -> Iterator[str]:
    """How saving goes, the backup, the jobs with what is saved of each, and one thing that would make it safer."""
    every, last = document["every"], status.last_read
    off = _("by the team") if document["is_saved_by_team"] else _("off")
    saving = _("on, every {every}").format(every=every) if every else off
    saved = _("last {time}").format(time=moment_words(last, now)) if last else _("nothing saved yet")
    backup = _backup_words(status.backup, kept, now)
    yield side_by_side([(_("Automatic saving"), f"{saving}  {saved}"), (_("Backup"), backup)])
    yield from _job_lines(document["jobs"] or document["ended"], now)
    step = document["step"]
    if step and step["kind"] != "backup":
        command = f": {typed(step['command'])}" if step["command"] else ""
        yield from beside("  ", [f"({step['text'].rstrip('.。')}{command})"])


def _job_lines(jobs: Sequence[dict[str, Any]], now: datetime) -> Iterator[str]:
    if not jobs:
        return
    heads = [_align(_(text), _NUMBER_WIDTH) for text in (_("Messages"), _("Files"))]
    yield pad(_("Job"), _NAME_WIDTH) + "".join(heads) + "  " + _("Saved without a gap since")
    for job in jobs[:_JOBS_LIMIT]:
        rooms = job["rooms"]
        saved, known = sum(one.files.saved for one in rooms), sum(one.files.known for one in rooms)
        starts = [one.covered[-1][0] if one.covered else None for one in rooms]
        since = short_day(max(filter(None, starts)), now) if starts and None not in starts else "-"
        cells = [f"{sum(one.messages for one in rooms):,}", f"{saved:,}" + (f"/{known:,}" if saved < known else "")]
        title = shorten(job["title"], _NAME_WIDTH - 2)
        yield pad(f"  {title}", _NAME_WIDTH) + "".join(_align(one, _NUMBER_WIDTH) for one in cells) + "  " + since
    if (more := len(jobs) - _JOBS_LIMIT) > 0:
        yield "  " + ngettext("{n} more job: archive job", "{n} more jobs: archive job", more).format(n=more)


def _backup_words(last: LastBackup | None, kept: KeptByTeam, now: datetime) -> str:
    if last is not None:
        words = f"{short_day(last.at, now)}  {shorten(last.path, 40)}"
        return words if last.verified else f"{words}  " + _("has findings: archive backup")
    if kept is KeptByTeam.ALL:
        return _("records and files go to the team's ledger and store of files first")
    if kept is KeptByTeam.RECORDS:
        return _("records in the team's ledger, files only here: archive backup DEST")
    return _("none yet: archive backup DEST")


def _lines_below(document: dict[str, Any], status: Status, above: Collection[int]) -> Iterator[str]:
    """What is not as it should be, without the files and gaps of the chats that the block above tells of."""
    are_above = all(one.room_id in above for one in status.rooms if one.files.pending)
    for line in document["lines"]:
        condition: Condition | None = line["condition"]
        if line["check"] or (line["kind"] == ConditionKind.PENDING and are_above):
            continue
        if condition is None or condition.kind not in _OF_UNSAVED:
            yield line["text"]
        elif left := [key for key in condition.keys if int(key.split("/")[1]) not in above]:
            yield page_sentence(condition.only(left), document["labels"])


def _tell_others(others: Sequence[str], document: dict[str, Any]) -> None:
    """What else is to be seen, a line for each; of the setup and of alerts, how many."""
    alerts = document["alert_count"]
    for text in others:
        _tell_wrapped(text, 2)
    if any(one["check"] for one in document["lines"]):
        _tell_wrapped(_("There are things to look at in the setup: archive status --full"), 2)
    if alerts > 0:
        text = ngettext(
            "{n} more thing to look at: archive status --alerts",
            "{n} more things to look at: archive status --alerts",
            alerts,
        )
        _tell_wrapped(text.format(n=alerts), 2)
        line = next((one for one in document["alerts"] if one.message is not None), None)
        if line is not None and document["head"]["kind"] == "lines":
            _tell_wrapped(f"  {line.sentence}", 4)
            echo(f"  {line.message.words}")


def _tell_foot(status: Status, now: datetime, *, is_urgent: bool, job: str) -> None:
    """What to call next, whose archive it is, and when this was printed; `job`: the one to be named, of several."""
    look = _("Look around: archive app")
    make = _("Create an export: archive export") + f" {job}".rstrip() if status.contracts else ""
    why = _("Chatwork does not tell why.") if is_urgent else ""
    if not is_urgent:
        echo()
        echo(f"{look}{' ' * 6}{make}".rstrip() if columns(look + make) <= WIDTH - 6 else f"{look}\n{make}")
    moment = dated_moment(now, now)
    foot = f"{_owner(status, WIDTH - columns(why + moment) - 4)}  {moment}"
    lines = [why, _align(foot, WIDTH)] if columns(why + foot) > WIDTH else [why + _align(foot, WIDTH - columns(why))]
    echo_lines(lines)


def _owner(status: Status, width: int) -> str:
    practice = _("(practice)") + "  " if status.is_practice else ""
    if not status.account_id:
        return practice + _("no account yet")
    number = _("(ID {id})").format(id=status.account_id)
    return practice + shorten(status.account_name, max(6, width - columns(practice + number))) + number


def _tell_wrapped(text: str, margin: int) -> None:
    """Print sentences, which Japanese joins without a space."""
    echo(("\n" + " " * margin).join(wrap(re.sub(r"。 (?=\S)", "。", text), WIDTH - margin)))


def _align(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
