"""`status --alerts` lists what the user should look at; `status --done N` puts one aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archiver.alerts.sentences import alert_sentence, level_word
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo, echo_json, paged_output
from archiver.cli.terminal.prompts import tell
from archiver.cli.terminal.text import beside, columns, pad, visible
from archiver.records.alerts import Alert
from archiver.render.times import time_of_year
from archiver.rounds.alerting import alert_document
from archiver.shell_command import contract_name
from archiver.standing.alert_lines import NamedMessage, messages_by_id, named_messages, named_text, room_labels
from archiver.standing.deadline_lines import contract_names
from archiver.standing.emergency_words import screenshots_sentence
from archiver.store.archive import Archive
from archiver.store.fingerprints import readable_text
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.queries.new_texts_and_changes import messages_to_screenshot
from archiver.store.working.alerts import alerts, dismiss
from archiver.store.working.remembered_values import SEEN_CHANGES, SeenChanges
from archiver.wording import gettext as _


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
