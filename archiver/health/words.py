"""Says each condition in one sentence, the same wherever it is shown, and shorter where no chat may be named.

No sentence holds a name of a person or a chat, or a text of a message. What alerts are about is said elsewhere, as that
needs the archive: by the emergency block on the user's own screens, by `notices.sentences_departure` in notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from archiver.errors import N_
from archiver.health import error_reasons
from archiver.health.conditions import Condition, ConditionKind
from archiver.records.grades import grade_word
from archiver.render.times import interval_words, minute_text
from archiver.sync.wrong_clock import doubtful_sentence
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

OF_ROOMS = frozenset(
    {
        ConditionKind.UNREAD,
        ConditionKind.BEHIND,
        ConditionKind.FAILING,
        ConditionKind.SHUT,
        ConditionKind.PACE,
        ConditionKind.CUT,
    }
)
"""Conditions that name rooms, by their numbers."""

NAMED_ROOMS_LIMIT = 6
"""So many rooms are named; the others are counted."""

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000


PLAIN = {
    ConditionKind.SETUP: N_("The setup is not finished. Go on with: archive init"),
    ConditionKind.NO_CONTRACT: N_(
        "No contract has been entered yet: nothing is saved. See: archive contract add --help"
    ),
    ConditionKind.ENDED: N_(
        "Every contract has ended: no chat is saved any more. To save one again: archive contract reopen ID"
    ),
    ConditionKind.ALERT: N_("There was a big change on the other side. Do not leave the chat; run: archive"),
    ConditionKind.HINT: N_("Something needs your decision. See: archive alerts"),
    ConditionKind.REMOTE: N_(
        "Notices cannot be sent to the addresses of [notify] urls: a part of this program is missing. "
        "How to add it: archive guide alerts"
    ),
    ConditionKind.UNREAD_DROPPED: N_(
        "While saving, your unread messages became fewer, perhaps because you read in Chatwork yourself. "
        "If you did not, please tell us: saving should mark nothing as read."
    ),
}
"""The sentences of conditions that need no number."""


def sentence(condition: Condition) -> str:
    """The condition in one sentence for the user's own screen, where rooms are called by their numbers."""
    return _(PLAIN[condition.kind]) if condition.kind in PLAIN else SENTENCES[condition.kind](condition)


def short_sentence(condition: Condition) -> str:
    """The condition in one sentence for notices, which name no chat."""
    return SHORT_SENTENCES.get(condition.kind, sentence)(condition)


def page_sentence(condition: Condition, room_labels: Mapping[int, str]) -> str:
    """The condition for a page: what only a terminal can do is told in words, and rooms go by their names."""
    named = _with_room_names(condition, {str(room): label for room, label in room_labels.items()})
    return PAGE_SENTENCES.get(condition.kind, sentence)(named)


def _with_room_names(condition: Condition, labels: Mapping[str, str]) -> Condition:
    if condition.kind not in OF_ROOMS:
        return condition

    def name(which: str) -> str:
        room, slash, of_list = which.partition("/")
        return labels.get(room, room) + slash + of_list

    facts = dict(condition.facts)
    if isinstance(at := facts.get("at"), Mapping):
        facts["at"] = {name(room): time for room, time in at.items()}
    return replace(condition, which=tuple(map(name, condition.which)), facts=facts)


def graded(condition: Condition, text: str) -> str:
    """The sentence with the word for its grade before it: “[Act now] …”."""
    return f"[{grade_word(condition.grade)}] {text}"


# --- saving as a whole -----------------------------------------------------------------------------


def _first_save(condition: Condition) -> str:
    if condition.facts["is_begun"]:
        return _(
            "No save into this folder has ended yet; what is there is kept. To begin, or to go on with one that was "
            "interrupted: archive sync"
        )
    return _("Nothing has been saved yet. Run: archive sync")


def _stale(condition: Condition) -> str:
    hours, error_name = condition.facts["hours"], condition.facts["error"]
    words = {"n": hours, "reason": error_reasons.reason(error_name), "command": typed(condition.command)}
    if words["reason"] is None:
        return ngettext(
            "Nothing was saved for {n} hour. Texts that change meanwhile are lost. Run: {command}",
            "Nothing was saved for {n} hours. Texts that change meanwhile are lost. Run: {command}",
            hours,
        ).format(**words)
    return ngettext(
        "Nothing was saved for {n} hour. Reason: {reason}. Texts that change meanwhile are lost. Run: {command}",
        "Nothing was saved for {n} hours. Reason: {reason}. Texts that change meanwhile are lost. Run: {command}",
        hours,
    ).format(**words)


def _fault(condition: Condition) -> str:
    reason, advice = error_reasons.reason(condition.facts["error"]), _advice(condition)
    if reason is None:
        return _("The last save failed.") + " " + advice
    return _("The last save failed. Reason: {reason}. {advice}").format(reason=reason, advice=advice)


def _ledger(condition: Condition) -> str:
    reason = error_reasons.reason(condition.facts["error"])
    return _("Nothing can be saved now: {reason}. More: archive check").format(reason=reason)


def _advice(condition: Condition) -> str:
    if condition.facts.get("is_by_hand"):
        return _("What is saved stays saved. Nothing here starts another save by itself: start one with: archive sync")
    return error_reasons.advice(condition.facts["error"], is_sealed=condition.facts["is_sealed"])


def _job_fault(condition: Condition) -> str:
    error_name, time = condition.facts["error"], minute_text(condition.facts["at"])
    words = {"time": time, "reason": error_reasons.reason(error_name), "advice": _advice(condition)}
    if words["reason"] is None:
        return _("The last run by itself failed ({time}), although a typed one went through. {advice}").format(**words)
    text = _("The last run by itself failed ({time}), although a typed one went through. Reason: {reason}. {advice}")
    return text.format(**words)


def _idle(condition: Condition) -> str:
    text = _(
        "Registered with {scheduler}, but no program of that name runs on this computer, so nothing is started. "
        "Start it (a restart of the computer may do; on WSL: sudo service cron start). Another way: archive daemon"
    )
    return text.format(scheduler=condition.facts["scheduler"])


def _page_idle(condition: Condition) -> str:
    return f"{idle_sentence()} {idle_advice()}".format(scheduler=condition.facts["scheduler"])


def idle_sentence() -> str:
    """What is so where {scheduler} is set up and does not run."""
    return _(
        "Registered with {scheduler}, but {scheduler} does not run on this computer, so nothing is saved by itself."
    )


def idle_advice() -> str:
    """What somebody who never typed a command does then."""
    return _(
        "Restart this computer: that usually starts it too. Until then, save by hand now and then: archive sync   "
        "If it still does not run after a restart, somebody who knows this computer has to start {scheduler}."
    )


def _unscheduled(condition: Condition) -> str:
    if condition.facts["is_fresh"]:
        return _(
            "Automatic saving is not set up here: unless something else starts it, nothing saves from now on. "
            "To set it up: archive schedule install"
        )
    return _("Automatic saving is not set up. To set it up: archive schedule install")


def _silent(condition: Condition) -> str:
    text = _(
        "Registered with {scheduler}, but nothing was saved for three times its interval. If this computer was "
        "on all that time, the job does not run: archive schedule show"
    )
    return text.format(scheduler=condition.facts["scheduler"])


def _clock(condition: Condition) -> str:
    offset_ms = condition.facts["offset_ms"]
    if offset_ms > 0:
        text = _("This computer's clock is {seconds} seconds behind Chatwork's. Set it right.")
    else:
        text = _("This computer's clock is {seconds} seconds ahead of Chatwork's. Set it right.")
    return text.format(seconds=abs(round(offset_ms / 1000)))


def _doubt(condition: Condition) -> str:
    return doubtful_sentence(condition.facts["hours"])


def _future(condition: Condition) -> str:
    text = _("The last save is in the future ({time}): this computer's clock was changed. Set it right.")
    return text.format(time=minute_text(condition.facts["at"]))


def _disk_full(condition: Condition) -> str:
    text = _("Only {free} MB are free, and the records need {floor} MB: soon nothing can be saved. Make space.")
    return text.format(free=condition.facts["free"] // MEGABYTE, floor=condition.facts["required"] // MEGABYTE)


def _no_space(condition: Condition) -> str:
    text = _(
        "Only {free} GB are free, and {keep} GB must stay free: texts are still saved, but no more files are fetched. "
        "Make space, move the archive, or change [files] stop_when_free_gb."
    )
    free, keep = condition.facts["free"] / GIGABYTE, condition.facts["keep_free"] / GIGABYTE
    return text.format(free=f"{free:.1f}", keep=f"{keep:g}")


def _findings(condition: Condition) -> str:
    text = ngettext(
        "{n} thing did not match on {time}. Change nothing and see: archive verify --deep",
        "{n} things did not match on {time}. Change nothing and see: archive verify --deep",
        condition.facts["n"],
    )
    return text.format(n=condition.facts["n"], time=minute_text(condition.facts["at"]))


def _copy(condition: Condition) -> str:
    at = condition.facts["at"]
    last = _("never") if at is None else minute_text(at)
    return _(COPY_FAULTS.get(condition.facts["fault"], COPY_NOT_MADE)).format(last=last)


COPY_NOT_MADE = N_(
    "The regular copy could not be made (last one: {last}). Is its disk connected? Make one now: archive backup"
)
COPY_FAULTS = {
    None: N_("The regular copy is late (last one: {last}). Make one now: archive backup"),
    "BadCopyPlace": N_(
        "The regular copy could not be made (last one: {last}): its folder is not suitable. See why: archive backup"
    ),
    "CopyIsNewer": N_(
        "The regular copy could not be made (last one: {last}): the copy there holds records that this archive does "
        "not have. See what to do: archive backup"
    ),
    "findings": N_("The regular copy has findings. Change nothing in it, and run: archive backup"),
    "incomplete": N_(
        "The regular copy was made ({last}), but your own program could not save all of it. See: archive check"
    ),
    "failed": N_("The regular copy was made ({last}), but your own program failed to save it. See: archive check"),
}
"""The sentences by what went wrong; any other fault is the name of an error."""


def _due(condition: Condition) -> str:
    number = len(condition.which)
    text = ngettext(
        "{n} deadline is today or tomorrow. See: archive alerts",
        "{n} deadlines are today or tomorrow. See: archive alerts",
        number,
    )
    return text.format(n=number)


# --- chats, files, gaps ----------------------------------------------------------------------------


def _unread(condition: Condition) -> str:
    text = ngettext(
        "Nothing of room {rooms} was read for {hours} hours. Texts that change meanwhile are lost. Run: archive sync",
        "Nothing of rooms {rooms} was read for up to {hours} hours. Texts that change meanwhile are lost. "
        "Run: archive sync",
        len(condition.which),
    )
    return text.format(rooms=_join_named(condition.which), hours=condition.facts["hours"])


def _short_unread(condition: Condition) -> str:
    number = len(condition.which)
    text = ngettext(
        "{n} chat has not been read for a long time; what changes there meanwhile is lost. See: archive status",
        "{n} chats have not been read for a long time; what changes there meanwhile is lost. See: archive status",
        number,
    )
    return text.format(n=number)


def _behind(condition: Condition) -> str:
    text = ngettext(
        "This chat was not read last time: {rooms}. Run: archive sync",
        "These chats were not read last time: {rooms}. Run: archive sync",
        len(condition.which),
    )
    return text.format(rooms=_join_named(_read_at(room, condition.facts["at"][room]) for room in condition.which))


def _failing(condition: Condition) -> str:
    text = ngettext(
        "This chat could not be read: {rooms}. What was saved of it before is kept.",
        "These chats could not be read: {rooms}. What was saved of them before is kept.",
        len(condition.which),
    )
    return text.format(rooms=_join_with_since(condition))


def _shut(condition: Condition) -> str:
    text = ngettext(
        "This chat cannot be opened (reason unknown): {rooms}. What was saved is kept.",
        "These chats cannot be opened (reason unknown): {rooms}. What was saved is kept.",
        len(condition.which),
    )
    return text.format(rooms=_join_with_since(condition))


def _pending(condition: Condition) -> str:
    number = condition.facts["n"]
    return ngettext("{n} file is still to be fetched.", "{n} files are still to be fetched.", number).format(n=number)


def _lost(condition: Condition) -> str:
    number = len(condition.which)
    return ngettext("{n} file could not be downloaded.", "{n} files could not be downloaded.", number).format(n=number)


def _gap(condition: Condition) -> str:
    number = len(condition.which)
    return ngettext("There is {n} gap.", "There are {n} gaps.", number).format(n=number)


def _cut(condition: Condition) -> str:
    words = {"files": _("files"), "open": _("open tasks"), "done": _("finished tasks")}
    rooms = (one.rpartition("/") for one in condition.which)
    text = _("Chatwork lists at most 100 of these per person; there may be more that are not kept: {lists}.")
    return text.format(lists=_join_named(f"{room} {words[kind]}" for room, _slash, kind in rooms))


def _pace(condition: Condition) -> str:
    shorter = interval_setting(condition.facts["shorter"])
    advice = _('Keep this computer on and set [sync] every = "{shorter}".').format(shorter=shorter)
    return f"{_pace_alone(condition)} {advice}"


def _page_pace(condition: Condition) -> str:
    """No page changes the interval, but a button saves between two runs."""
    advice = _("Keep this computer on, and while much is written save by hand now and then, too: archive sync")
    return f"{_pace_alone(condition)} {advice}"


def _pace_alone(condition: Condition) -> str:
    text = ngettext(
        "In room {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form.",
        "In rooms {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form.",
        len(condition.which),
    )
    words = {"rooms": _join_named(condition.which), "most": condition.facts["most"]}
    return text.format(every=interval_words(condition.facts["every"]), **words)


def _short_pace(condition: Condition) -> str:
    number = len(condition.which)
    text = ngettext(
        "In {n} chat so much is written that a gap may form between two saves (every {every}). Keep this "
        "computer on, or see: archive check",
        "In {n} chats so much is written that a gap may form between two saves (every {every}). Keep this "
        "computer on, or see: archive check",
        number,
    )
    return text.format(n=number, every=interval_words(condition.facts["every"]))


def interval_setting(every: timedelta) -> str:
    """An interval as the settings write it: `90s`, `5m`."""
    seconds = int(every.total_seconds())
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _join_with_since(condition: Condition) -> str:
    since = _("{room} (since {time})")
    at: Mapping[str, datetime] = condition.facts["at"]
    return _join_named(since.format(room=room, time=minute_text(at[room])) for room in condition.which)


def _read_at(room: str, at: datetime | None) -> str:
    if at is None:
        return _("{room} (never yet)").format(room=room)
    return _("{room} (last read {time})").format(room=room, time=minute_text(at))


def _join_named(rooms: Iterable[str]) -> str:
    names = list(rooms)
    more = len(names) - NAMED_ROOMS_LIMIT
    text = _(", ").join(names[:NAMED_ROOMS_LIMIT])
    return text if more <= 0 else text + _(" and {n} more").format(n=more)


# --- how the user is told --------------------------------------------------------------------------


def way_words(way: str) -> str:
    """A way by which notices come, as part of a sentence."""
    words = {"desktop": _("on this desktop"), "mail": _("by mail"), "urls": _("at the addresses of [notify] urls")}
    return words.get(way, _("the heartbeat"))


def _unheard(condition: Condition) -> str:
    text = _(
        "A test notice did not come or was not seen ({day}): {ways}. You may not hear of trouble. "
        "Set it right, or turn that way off: archive notices"
    )
    ways = _(", ").join(map(way_words, condition.which))
    return text.format(day=minute_text(condition.facts["at"]), ways=ways)


def _ping(condition: Condition) -> str:
    text = _(
        "The heartbeat ([notify] ping) has reached nobody since {time}; saving itself works. "
        "Look whether its address is still right: archive notices"
    )
    return text.format(time=minute_text(condition.facts["at"]))


SENTENCES: Mapping[ConditionKind, Callable[[Condition], str]] = {
    ConditionKind.STALE: _stale,
    ConditionKind.FAULT: _fault,
    ConditionKind.DISK_FULL: _disk_full,
    ConditionKind.LEDGER: _ledger,
    ConditionKind.NO_SPACE: _no_space,
    ConditionKind.FIRST_SAVE: _first_save,
    ConditionKind.JOB_FAULT: _job_fault,
    ConditionKind.IDLE: _idle,
    ConditionKind.UNSCHEDULED: _unscheduled,
    ConditionKind.SILENT: _silent,
    ConditionKind.FINDINGS: _findings,
    ConditionKind.COPY: _copy,
    ConditionKind.UNREAD: _unread,
    ConditionKind.BEHIND: _behind,
    ConditionKind.FAILING: _failing,
    ConditionKind.SHUT: _shut,
    ConditionKind.CLOCK: _clock,
    ConditionKind.DOUBT: _doubt,
    ConditionKind.FUTURE: _future,
    ConditionKind.PENDING: _pending,
    ConditionKind.LOST: _lost,
    ConditionKind.CUT: _cut,
    ConditionKind.GAP: _gap,
    ConditionKind.PACE: _pace,
    ConditionKind.DUE: _due,
    ConditionKind.UNHEARD: _unheard,
    ConditionKind.PING: _ping,
}
"""The sentences of all others."""

PAGE_SENTENCES: Mapping[ConditionKind, Callable[[Condition], str]] = {
    ConditionKind.IDLE: _page_idle,
    ConditionKind.PACE: _page_pace,
}
"""Those whose sentence for a terminal says what only a terminal can do."""

SHORT_SENTENCES: Mapping[ConditionKind, Callable[[Condition], str]] = {
    ConditionKind.UNREAD: _short_unread,
    ConditionKind.PACE: _short_pace,
    ConditionKind.GAP: lambda condition: _gap(condition) + " " + _("See: archive status"),
    ConditionKind.LOST: lambda condition: _lost(condition) + " " + _("See: archive status"),
}
"""Those whose sentence would name a chat in a notice, or send nobody to where more is said."""
