"""Prints how things stand, or gives it as a document; erasures and accesses of others are told beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from archiver.alerts.sentences import alert_sentence, level_word
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.status import page
from archiver.cli.terminal.output import beside, columns, echo, echo_json, pad, paged_output, visible
from archiver.cli.terminal.prompts import tell
from archiver.health.snapshot import known_time
from archiver.records.alerts import Alert
from archiver.render.times import time_of_year
from archiver.rounds.alerting import alert_document
from archiver.shell_command import contract_name
from archiver.standing.alert_lines import (
    NamedMessage,
    contract_names,
    messages_by_id,
    named_messages,
    named_text,
    near_lines,
    room_labels,
)
from archiver.standing.emergencies import emergencies
from archiver.standing.emergency_words import screenshots_sentence
from archiver.standing.home_document import home_document
from archiver.standing.status_document import whole_document
from archiver.store.archive import Archive
from archiver.store.fingerprints import readable_text
from archiver.store.keeper import keeper_of
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.queries.new_texts_and_changes import messages_to_screenshot
from archiver.store.queries.status import status
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.store.working.alerts import alerts, dismiss
from archiver.store.working.remembered_values import SEEN_CHANGES, SeenChanges
from archiver.wording import gettext as _
from archiver.wording import ngettext


def show_status(obj: CliContext, *, as_json: bool) -> int:
    """Print the first screen, or give its document with what stands behind it."""
    settings = obj.settings()
    with Archive(obj.home).reading() as reading:
        now = known_time(reading, utc_now())
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        document = home_document(reading, archive_status, settings, obj.environ, now)
        if as_json:
            payload = whole_document(reading, archive_status, settings, document, now)
        else:
            quoted, contracts, alerts = page.told_job(document["told"]), archive_status.contracts, archive_status.alerts
            told = [one for one in contracts if quoted is not None and one.id == quoted["job"]]
            urgent = emergencies(reading, told, alerts, always=True)
            deadlines = near_lines(reading, contracts, now=now)
            unfinished = remembered_values.ERASURE.recall(reading)
    keeper = keeper_of(obj.home)
    accesses = keeper.accesses()
    if as_json:
        last = to_text(accesses[-1][0]) if accesses else None
        payload["accesses"] = None if accesses is None else {"count": len(accesses), "last": last}
        echo_json(payload)
        return 0
    beside = _access_lines(accesses)
    if unfinished is not None:
        begun = _("Erasure {number} was begun and is not finished; the next save goes on with it, or: archive seal")
        beside.insert(0, begun.format(number=unfinished.number))
    emergency, kept = next(iter(urgent), None), keeper.kept
    with paged_output():
        page.tell_home(
            document, archive_status, now, emergency=emergency, kept=kept, beside=beside, deadlines=deadlines
        )
    return 0


def _access_lines(accesses: Sequence[tuple[datetime, str]] | None) -> list[str]:
    """How many accesses of others there were, when the last one was and whose; nothing without one."""
    if not accesses:
        return []
    sentence = ngettext(
        "{n} reading of this archive, last {time} ({who}); see: archive team audit",
        "{n} readings of this archive, last {time} ({who}); see: archive team audit",
        len(accesses),
    )
    at, who = accesses[-1]
    return [sentence.format(n=len(accesses), time=time_of_year(at), who=visible(who))]


def list_alerts(obj: CliContext, *, as_json: bool) -> None:
    """Print every alert."""
    with Archive(obj.home).reading() as reading:
        all_alerts = alerts(reading)
        rooms = {one: {int(room.room_id) for room in one.rooms} for one in contracts(reading)}
        names = contract_names(rooms)
        messages = dict(zip((one.number for one in all_alerts), named_messages(reading, all_alerts), strict=True))
        rooms_on_screen = room_labels(reading, all_alerts)
        screenshots = [
            (one, messages_by_id(reading, its, messages_to_screenshot(reading, all_alerts, its)))
            for one, its in rooms.items()
        ]
    if as_json:
        echo_json({"alerts": [alert_document(one) for one in all_alerts]})
    else:
        with paged_output():
            _tell_alerts(equal_alerts(all_alerts), names, rooms_on_screen, messages)
            for contract, found in screenshots:
                if found:
                    name = contract_name(contract, list(rooms))
                    tell(screenshots_sentence(name, found), indent=0)


def dismiss_alerts(obj: CliContext, names: Sequence[str], reason: str | None) -> None:
    """Mark alerts as put aside, of one that is put aside already only the reason, and what changed in jobs as seen."""
    numbers = [int(one) for one in names if one.isdecimal()]
    with Archive(obj.home).writing() as writing:
        mark = SeenChanges(last_seq(writing), utc_now())
        seen = {find_contract(writing, one).id: mark for one in names if not one.isdecimal()}
        if seen:
            SEEN_CHANGES.remember(writing, {**SEEN_CHANGES.recall(writing), **seen})
        for number in numbers:
            dismiss(writing, number, at=utc_now(), reason=None if reason is None else readable_text(reason))
    for number in numbers:
        echo(_("Put aside: alert {number}."), number=number)
    for job in seen:
        echo(_("Put aside: the changes of {job}."), job=job)


def equal_alerts(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """The alerts in groups that say the same of the same message, in the order of the newest of each."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for alert in reversed(alerts):
        groups.setdefault(
            (alert_sentence(alert), alert.level, alert.message_id, alert.dismissed, alert.reason), []
        ).append(alert)
    return list(groups.values())[::-1]


def _tell_alerts(
    groups: Sequence[Sequence[Alert]],
    names: Mapping[str, str],
    rooms: Mapping[int, str],
    messages: Mapping[int, NamedMessage | None],
) -> None:
    """Print equal alerts once with their numbers, the message that they are about, and why they were put aside."""
    states = [_("put aside") if one[0].dismissed else level_word(one[0].level) for one in groups]
    width = max(map(columns, states), default=0) + len("[]")
    for state, (newest, *others) in zip(states, groups, strict=True):
        head = f"{newest.number:>3} {pad('[' + state + ']', width)} {time_of_year(newest.at)}  "
        paragraphs = [alert_sentence(newest, names, rooms)]
        if others:
            numbers = _(", ").join(str(one.number) for one in others)
            paragraphs.append(_("The same earlier: {numbers}").format(numbers=numbers))
        if (message := messages[newest.number]) is not None:
            paragraphs.append(named_text(message))
        if newest.reason:
            paragraphs.append(_("Reason: {reason}").format(reason=visible(newest.reason)))
        echo("\n".join(beside(head, paragraphs)))
    if not groups:
        echo(_("No alert so far."))
    elif not all(one[0].dismissed for one in groups):
        echo(_("Put one aside: archive status --done NUMBER"), err=True)
