"""Says each condition in one sentence, the same wherever it is shown, and shorter where no chat may be named.

No sentence holds a name of a person or a chat, or a text of a message. What alerts are about is said elsewhere, as that
needs the archive: by the emergency block on the user's own screens, by `notices.sentences` in notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from archiver.errors import N_, ArchiverError
from archiver.health import error_reasons
from archiver.health.conditions import Condition, ConditionKind, condition_of
from archiver.health.folders import GIGABYTE, MEGABYTE
from archiver.health.judgements import fault
from archiver.records import JST
from archiver.render.gap_breaks import gap_sentence
from archiver.render.invisible_characters import shorten, visible_line
from archiver.render.times import interval_words, iso_date, minute_text
from archiver.store.queries.room_holdings import MissingFile
from archiver.sync.report import doubtful_sentence
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

Text = str | Callable[[Mapping[str, Any]], "Text"] | tuple["Text", ...]
"""A sentence with placeholders: marked for translation, or chosen by what was found; or several, one after the other.
`_words` names what stands in for the placeholders."""


def P_(one: str, many: str) -> Text:  # noqa: N802 - as N_, for a sentence that counts
    """Mark a sentence for translation whose form goes by the number of things."""
    return lambda words: ngettext(one, many, words["n"])


def _either(fact: str, with_it: Text, without: Text) -> Text:
    return lambda words: with_it if words[fact] else without


NAMED_ROOMS_LIMIT = 6
"""So many rooms are named; the others are counted."""
_FILE_COLUMNS = 28
"""Columns of a file's name."""


def sentence(condition: Condition) -> str:
    """The condition in one sentence for the user's own screen, where rooms are called by their numbers."""
    return _say(SENTENCES[condition.kind], condition)


def short_sentence(condition: Condition) -> str:
    """The condition in one sentence for notices, which name no chat."""
    return _say(SHORT_SENTENCES.get(condition.kind, SENTENCES[condition.kind]), condition)


def page_sentence(condition: Condition, room_labels: Mapping[int, str]) -> str:
    """The condition for a page: what only a terminal can do is told in words, and rooms go by their names."""
    text = PAGE_SENTENCES.get(condition.kind, SENTENCES[condition.kind])
    return _say(text, condition, {str(room): label for room, label in room_labels.items()})


def number_words(missing: object) -> str:
    """The estimated number of missing messages; None: unknown."""
    return _("number unknown") if missing is None else _("about {n}").format(n=missing)


def file_words(file: MissingFile) -> str:
    """A file by its name, with its size and the day on which it was sent, as far as they are known."""
    day = iso_date(datetime.fromtimestamp(file.sent, JST)) if file.sent else ""
    known = _(", ").join(filter(None, [_size_words(file.size), day]))
    return shorten(file.name, _FILE_COLUMNS) + (f" ({known})" if known else "")


def _size_words(size: int) -> str:
    for unit, name in ((GIGABYTE, "GB"), (MEGABYTE, "MB")):
        if size >= unit:
            return f"{size / unit:.1f}{name}"
    return f"{max(1, round(size / 1000))}KB" if size else ""


def trouble_lines(error: ArchiverError) -> list[str]:
    """An error that keeps rounds from going through: its condition in words, and its details if it has any."""
    condition = condition_of(ConditionKind.FAULT, fault(type(error).__name__))
    line = sentence(condition)
    has_reason = error_reasons.reason(type(error).__name__) is not None
    return [line] if has_reason and not error.data else [line, visible_line(str(error))]


def findings_line(number: int, at: datetime) -> str:
    """What a verification found, in the words of the condition that follows from it."""
    return sentence(condition_of(ConditionKind.FINDINGS, {"n": number, "at": at}))


def way_words(way: str) -> str:
    """A way by which notices come, as part of a sentence."""
    words = {"desktop": _("on this desktop"), "mail": _("by mail"), "urls": _("at the addresses of [notify] urls")}
    return words.get(way, _("the monitoring service"))


def _say(text: Text, condition: Condition, labels: Mapping[str, str] | None = None) -> str:
    """The text in the language of the process, with what was found in place of the placeholders."""
    if isinstance(text, tuple):
        return " ".join(_say(part, condition, labels) for part in text)
    words = _words(condition, labels or {})
    return _(text).format(**words) if isinstance(text, str) else _say(text(words), condition, labels)


def _words(condition: Condition, labels: Mapping[str, str]) -> dict[str, Any]:
    """What was found as words, with the number of things, the rooms, the reason of an error and what to do."""
    facts, at = condition.facts, condition.facts.get("at")
    words = {name: interval_words(one) if isinstance(one, timedelta) else one for name, one in facts.items()}
    return {
        "n": len(condition.which),
        "job": "",
        **words,
        "time": minute_text(at) if isinstance(at, datetime) else _("never"),
        "rooms": _join_named(_room_words(condition, one, labels) for one in condition.which),
        "files": _join_named(
            _("{file} in {room}").format(file=file_words(one), room=labels.get(room := str(one.room_id), room))
            for one in (facts["files"][which] for which in condition.which if "files" in facts)
        ),
        "gap": gap_sentence([facts["gaps"][one] for one in condition.which], facts["now"]) if "gaps" in facts else "",
        "ways": _(", ").join(map(way_words, condition.which)),
        "reason": error_reasons.reason(facts.get("error")),
        "advice": _advice(facts) if "is_sealed" in facts else "",
        "command": typed(condition.command),
    }


def _advice(facts: Mapping[str, Any]) -> str:
    if facts["is_by_hand"]:
        return _("What is saved stays saved. Nothing here starts the next save: archive save")
    return error_reasons.advice(facts["error"], is_sealed=facts["is_sealed"])


def _room_words(condition: Condition, which: str, labels: Mapping[str, str]) -> str:
    """A room by its label or number; with it what its list holds, or the time that is known of it."""
    lists = {"files": _("files"), "open": _("open tasks"), "done": _("finished tasks")}
    room, _slash, kind = which.partition("/")
    times = condition.facts.get("at")
    if kind in lists or not isinstance(times, Mapping):
        return f"{labels.get(room, room)} {lists.get(kind, '')}".rstrip()
    text = _("{room} (last read {time})") if condition.kind is ConditionKind.BEHIND else _("{room} (since {time})")
    if times[room] is None:
        return _("{room} (never yet)").format(room=labels.get(room, room))
    return text.format(room=labels.get(room, room), time=minute_text(times[room]))


def _join_named(rooms: Iterable[str]) -> str:
    names = list(rooms)
    more = len(names) - NAMED_ROOMS_LIMIT
    text = _(", ").join(names[:NAMED_ROOMS_LIMIT])
    return text if more <= 0 else text + _(" and {n} more").format(n=more)


# --- the sentences ---------------------------------------------------------------------------------

IDLE_SENTENCE = N_(
    "Registered with {scheduler}, but {scheduler} does not run on this computer, so nothing is saved automatically."
)
IDLE_ADVICE = N_(
    "Restart this computer: that usually starts it too. Until then, save by hand now and then: archive save   "
    "If it still does not run after a restart, somebody who knows this computer has to start {scheduler}."
)
"""What somebody who never typed a command does then."""

COPY_NOT_MADE = N_(
    "The regular backup could not be made (last one: {time}). Is its disk connected? Make one now: archive backup"
)
COPY_FAULTS = {
    None: N_("The regular backup is late (last one: {time}). Make one now: archive backup"),
    "BadCopyPlace": N_(
        "The regular backup could not be made (last one: {time}): its folder is not suitable. See why: archive backup"
    ),
    "CopyIsNewer": N_(
        "The regular backup could not be made (last one: {time}): the backup there holds records that "
        "this archive does not have. See what to do: archive backup"
    ),
    "findings": N_("The regular backup has findings. Change nothing in it, and run: archive backup"),
    "incomplete": N_(
        "The regular backup was made ({time}), but your own program could not save all of it. See: "
        "archive status --full"
    ),
    "failed": N_(
        "The regular backup was made ({time}), but your own program failed to save it. See: archive status --full"
    ),
}
"""The sentences by what went wrong; any other fault is the name of an error."""


_STALE = _either(
    "reason",
    P_("Nothing was saved for {n} hour. Last try: {reason}.", "Nothing was saved for {n} hours. Last try: {reason}."),
    P_("Nothing was saved for {n} hour.", "Nothing was saved for {n} hours."),
)
_LOST = P_("{n} file could not be downloaded.", "{n} files could not be downloaded.")
_LARGE = P_(
    "{n} file is larger than the limit, so it is not saved.",
    "{n} files are larger than the limit, so they are not saved.",
)
_RAISE = N_("To save what is larger, raise max_gb in archive.toml, then: archive save")
_DETAILS = N_("Details: archive app")
_PACE = P_(
    "In chat {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form.",
    "In chats {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form.",
)

SENTENCES: Mapping[ConditionKind, Text] = {
    ConditionKind.SETUP: N_("The setup is not finished. Go on with: archive init"),
    ConditionKind.ALERT: N_("Something big changed in the chat. Don't leave the chat; see: archive"),
    ConditionKind.NO_CONTRACT: N_("No job has been entered yet: nothing is saved. See: archive job add --help"),
    ConditionKind.ENDED: (
        N_("Every job has ended: no chat is saved any more."),
        _either("job", N_("To save one again: archive job end {job} --undo"), N_("See: archive status")),
    ),
    ConditionKind.STALE: (_STALE, N_("What is written and changed meanwhile is lost. Run: {command}")),
    ConditionKind.FAULT: _either(
        "reason",
        N_("The last save failed. Reason: {reason}. {advice}"),
        (N_("The last save failed."), "{advice}"),
    ),
    ConditionKind.LEDGER: N_("Nothing can be saved now: {reason}. More: archive status --full"),
    ConditionKind.DISK_FULL: _either(
        "has_failed",
        N_("The last save failed: only {free} MB are free, and the records need {floor} MB. Make space."),
        N_("Only {free} MB are free, and the records need {floor} MB: a save may fail. Make space."),
    ),
    ConditionKind.NO_SPACE: N_(
        "Only {free} GB are free, and {keep} GB must stay free: texts are still saved, but no more files "
        "are saved. Make space, move the archive, or change [files] stop_when_free_gb."
    ),
    ConditionKind.FIRST_SAVE: _either(
        "is_begun",
        N_(
            "No save into this folder has ended yet; what is there is kept. To begin, or to go on with one that was "
            "interrupted: archive save"
        ),
        N_("Nothing has been saved yet. Run: archive save"),
    ),
    ConditionKind.IDLE: N_(
        "Automatic saving isn't running yet: start {scheduler} (a restart of the computer may do; on WSL: sudo "
        "service cron start). Another way: archive daemon"
    ),
    ConditionKind.UNSCHEDULED: N_("Automatic saving is off on this computer. Turn it on: archive init schedule"),
    ConditionKind.SILENT: N_(
        "Registered with {scheduler}, but nothing was saved for three times its interval. If this computer was "
        "on all that time, the job does not run: archive init schedule --show"
    ),
    ConditionKind.FINDINGS: P_(
        "{n} thing did not match on {time}. Change nothing and see: archive verify --deep",
        "{n} things did not match on {time}. Change nothing and see: archive verify --deep",
    ),
    ConditionKind.COPY: lambda words: _(COPY_FAULTS.get(words["fault"], COPY_NOT_MADE)),
    ConditionKind.HINT: N_("You have an alert: archive status --alerts"),
    ConditionKind.UNREAD: P_(
        "Nothing of chat {rooms} was read for {hours} hours. "
        "What is written and changed meanwhile is lost. Run: archive save",
        "Nothing of chats {rooms} was read for up to {hours} hours. What is written and changed "
        "meanwhile is lost. Run: archive save",
    ),
    ConditionKind.BEHIND: P_(
        "This chat was not read last time: {rooms}. Run: archive save",
        "These chats were not read last time: {rooms}. Run: archive save",
    ),
    ConditionKind.FAILING: P_(
        "This chat could not be read: {rooms}. What was saved of it before is kept.",
        "These chats could not be read: {rooms}. What was saved of them before is kept.",
    ),
    ConditionKind.SHUT: P_(
        "This chat cannot be opened (reason unknown): {rooms}. What was saved is kept.",
        "These chats cannot be opened (reason unknown): {rooms}. What was saved is kept.",
    ),
    ConditionKind.CLOCK: _either(
        "is_behind",
        N_("This computer's clock is {span} behind Chatwork's. Set it right."),
        N_("This computer's clock is {span} ahead of Chatwork's. Set it right."),
    ),
    ConditionKind.DOUBT: lambda words: doubtful_sentence(words["hours"]),
    ConditionKind.FUTURE: N_(
        "The last save is in the future ({time}): this computer's clock was changed. Set it right."
    ),
    ConditionKind.PENDING: P_("{n} file is still to be saved.", "{n} files are still to be saved."),
    ConditionKind.LOST: (_LOST, _DETAILS),
    ConditionKind.LARGE: (_LARGE, _RAISE),
    ConditionKind.CUT: N_(
        "Chatwork lists at most 100 of these per person; there may be more that are not kept: {rooms}."
    ),
    ConditionKind.GAP: ("{gap}", N_("Bring them in: archive guide old")),
    ConditionKind.PACE: (_PACE, N_('Keep this computer on and set [sync] every = "{shorter}".')),
    ConditionKind.DUE: P_(
        "{n} deadline is today or tomorrow. See: archive status --alerts",
        "{n} deadlines are today or tomorrow. See: archive status --alerts",
    ),
    ConditionKind.REMOTE: N_(
        "Alerts cannot be sent to the addresses of [notify] urls: a part of this program is missing. How "
        "to add it: archive guide alerts"
    ),
    ConditionKind.UNHEARD: N_(
        "The test alert did not come or was not seen ({time}): {ways}. You may not hear of trouble. Set "
        "it right, or turn that way off: archive init alerts"
    ),
    ConditionKind.PING: N_(
        "The monitoring service ([notify] ping) has not been reached since {time}; saving itself works. "
        "Check whether its address is still right: archive init alerts"
    ),
    ConditionKind.UNREAD_DROPPED: N_(
        "While saving, your unread messages became fewer, perhaps because you read in Chatwork yourself. "
        "If you did not, please tell us: saving should mark nothing as read."
    ),
    ConditionKind.JOB_FAULT: _either(
        "reason",
        N_("The last automatic save failed ({time}), although one by hand worked. Reason: {reason}. {advice}"),
        N_("The last automatic save failed ({time}), although one by hand worked. {advice}"),
    ),
}

SHORT_SENTENCES: Mapping[ConditionKind, Text] = {
    ConditionKind.STALE: (_STALE, N_("Run: {command}")),
    ConditionKind.UNREAD: P_(
        "{n} chat has not been read for a long time. See: archive status",
        "{n} chats have not been read for a long time. See: archive status",
    ),
    ConditionKind.LOST: (_LOST, N_("See: archive status")),
    ConditionKind.LARGE: (_LARGE, N_("See: archive status")),
    ConditionKind.PACE: P_(
        "{n} chat is so busy that saving every {every} may miss messages: archive status --full",
        "{n} chats are so busy that saving every {every} may miss messages: archive status --full",
    ),
}
"""Those whose sentence would name a chat in a notice, or send nobody to where more is said."""

PAGE_SENTENCES: Mapping[ConditionKind, Text] = {
    ConditionKind.LOST: P_("{n} file could not be downloaded: {files}.", "{n} files could not be downloaded: {files}."),
    ConditionKind.LARGE: (
        P_(
            "{n} file is larger than the limit, so it is not saved: {files}.",
            "{n} files are larger than the limit, so they are not saved: {files}.",
        ),
        _RAISE,
    ),
    ConditionKind.IDLE: (IDLE_SENTENCE, IDLE_ADVICE),
    ConditionKind.PACE: (
        _PACE,
        N_("Keep this computer on, and while much is written save by hand now and then, too: archive save"),
    ),
}
"""Those whose sentence says elsewhere what only a terminal can do, or names no file."""
