"""Builds the context of the viewer's pages: the archive, and the sentences that `status` prints about it."""

from __future__ import annotations

import re
from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.status import emergency_block, page
from archiver.cli.status.alert_lines import (
    FIRST_SCREEN_LIMIT,
    AlertLine,
    NamedMessage,
    alert_lines,
    more_sentence,
    room_labels,
)
from archiver.cli.status.saving_status import Standing, observe_standing
from archiver.cli.terminal.typed_command import command_words, complete_commands
from archiver.custody import earlier_homes
from archiver.health.conditions import OF_ALERTS, Condition, ConditionKind
from archiver.health.evidence import service_sentences
from archiver.health.rooms_and_runs import round_interval
from archiver.health.snapshot import known_time
from archiver.health.words import page_sentence
from archiver.render.times import interval_words
from archiver.store.ledger_copy.kept_by_team import kept_by_team
from archiver.web.context import AttentionAlert, Block, Step, ViewContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from archiver.cli.context import CliContext
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status


def build_view_context(obj: CliContext, *, are_settings_needed: bool = True) -> ViewContext:
    """The context of the archive that this command was called for.

    Raises BadSettings, but not where the settings are read later: the application has a page for settings that cannot
    be read.
    """
    from archiver.app import utc_now
    from archiver.cli.terminal.language import current_language
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.status import RememberedStatus

    remembered = RememberedStatus()
    if are_settings_needed:
        obj.settings()

    def authorities() -> list[str]:
        return [one.name for one in obj.settings().timestamp.authorities]

    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: remembered.status(reading, authorities=authorities()),
        standing=lambda reading, status: build_standing(
            reading, status, obj.settings(), obj.environ, now=known_time(reading, utc_now())
        ),
        patience=lambda reading: 3 * round_interval(len(rooms_to_read(reading, utc_now())), obj.settings()),
        command=command_words(obj.home),
        language=current_language(),
        record_language=current_language(),
    )


def build_standing(
    reading: Reading, status: Status, settings: Settings, environ: Mapping[str, str], *, now: datetime
) -> dict[str, Any]:
    """What needs the user; the schedulers of this computer are asked."""
    standing = observe_standing(reading, settings, environ, now=now, alerts=status.alerts)
    emergencies = emergency_block.emergencies(reading, status.contracts, status.alerts)
    program, labels = command_words(settings.home), room_labels(reading, ())
    alerts = alert_lines(reading, page.other_alerts(status.alerts, emergencies), contract_names(status.contracts))
    more = len(alerts) - FIRST_SCREEN_LIMIT
    shown = [attention_alert_of(one, program) for one in alerts[:FIRST_SCREEN_LIMIT]]
    beside = [*([] if status.is_practice else service_sentences(reading)), *earlier_homes.overview_lines(reading)]
    found = [one for one in standing.found if one.kind not in OF_ALERTS]
    if status.is_practice:  # nothing saves it by itself, and nothing should
        found = [one for one in found if one.kind not in {ConditionKind.UNSCHEDULED, ConditionKind.STALE}]
    said = [(one, complete_commands(page_sentence(one, labels), program)) for one in found]
    starters = standing.situation.starters
    return {
        "stopped": [(str(one.kind), text, one.facts.get("error")) for one, text in said if one.kind in STOPPING],
        "lines": [
            *(("", complete_commands(text, program)) for text in beside),
            *((str(one.kind), text) for one, text in said if one.kind not in STOPPING),
        ],
        "unsure": not status.is_practice and _is_unsure(standing.found, status, now - 3 * _every(standing)),
        "alert_count": len(alerts),
        "do_not": [one.strip() for one in re.split(r"(?<=[。.])\s*(?=\S)", _(emergency_block.DO_NOT)) if one.strip()],
        "alerts": shown + ([AttentionAlert(complete_commands(more_sentence(more), program))] if more > 0 else []),
        "changes": {
            one.contract.id: emergency_block.changes_sentence(one, messages=False) + _(". ").rstrip()
            for one in emergencies
            if one.is_departure
        },
        "every": interval_words(_every(standing)) if starters and starters.names and not starters.is_idle else "",
        "has_notices": bool(settings.notify.ways),
        "kept_by_team": kept_by_team(reading.home).value,
    }


STOPPING = frozenset(
    {
        *(ConditionKind.SETUP, ConditionKind.NO_CONTRACT, ConditionKind.ENDED, ConditionKind.STALE),
        *(ConditionKind.FAULT, ConditionKind.LEDGER, ConditionKind.DISK_FULL, ConditionKind.NO_SPACE),
        *(ConditionKind.FIRST_SAVE, ConditionKind.IDLE, ConditionKind.UNSCHEDULED, ConditionKind.UNREAD),
        ConditionKind.FINDINGS,
    }
)
"""Saving has stopped or will, or what is saved is in doubt: this stands first."""

_UNSURE = {ConditionKind.FAILING, ConditionKind.BEHIND, ConditionKind.SHUT, ConditionKind.FUTURE, ConditionKind.CLOCK}


def _every(standing: Standing) -> timedelta:
    return round_interval(len(standing.situation.archive.rooms), standing.situation.settings)


def _is_unsure(found: Iterable[Condition], status: Status, oldest: datetime) -> bool:
    """Whether “all good” would say too much: a chat was not read, or the last save is older than three intervals."""
    return status.last_sync is None or status.last_sync < oldest or any(one.kind in _UNSURE for one in found)


def emergency_block_of(alarm: emergency_block.Emergency, program: Sequence[str]) -> Block:
    """An emergency as the pages show it; its commands name this archive."""
    text = emergency_block.emergency_text(alarm)
    steps = (Step(complete_commands(step.words, program), tuple(map(_linked, step.messages))) for step in text.steps)
    return Block(text.head, text.rows, tuple(steps))


def _linked(message: NamedMessage) -> AttentionAlert:
    return AttentionAlert("", message.words, message.room_id, message.message_id)


def attention_alert_of(line: AlertLine, program: Sequence[str]) -> AttentionAlert:
    """A line of alerts as the pages show it, with the message that they link to."""
    sentence, message = complete_commands(line.sentence, program), line.message
    if message is None:
        return AttentionAlert(sentence)
    return AttentionAlert(sentence, message.words, message.room_id, message.message_id)
