"""Builds the context of the viewer's pages: the archive, and the sentences that `status` prints about it."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.cli.contracts import deadline_lines as deadlines
from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.status import (
    emergency_block,
    page,
    reread_and_backfill_lines,
    stamp_lines,
)
from archiver.cli.status.alert_lines import (
    FIRST_SCREEN_LIMIT,
    AlertLine,
    NamedMessage,
    alert_lines,
    more_sentence,
    room_labels,
)
from archiver.cli.status.saving_status import last_failure, observe_standing, saving_words
from archiver.cli.terminal import times
from archiver.cli.terminal.typed_command import command_words, complete_commands
from archiver.custody import put_back_databases
from archiver.health.conditions import ConditionKind
from archiver.health.evidence import service_sentences
from archiver.health.snapshot import known_time
from archiver.records.grades import Grade, grade_word
from archiver.store.ledger_copy.kept_by_team import kept_by_team
from archiver.store.working import backfill_queue
from archiver.web.context import Attention, AttentionAlert, Block, Step, ViewContext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
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
    from archiver.health.rooms_and_runs import round_interval
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.viewing.remembered_status import RememberedStatus

    remembered = RememberedStatus()
    if are_settings_needed:
        obj.settings()

    def authorities() -> list[str]:
        return [one.name for one in obj.settings().timestamp.authorities]

    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: remembered.status(reading, authorities=authorities()),
        attention=lambda reading, status: build_attention(
            reading, status, obj.settings(), obj.environ, now=known_time(reading, utc_now())
        ),
        patience=lambda reading: 3 * round_interval(len(rooms_to_read(reading, utc_now())), obj.settings()),
        command=command_words(obj.home),
        language=current_language(),
        record_language=current_language(),
    )


def build_attention(
    reading: Reading, status: Status, settings: Settings, environ: Mapping[str, str], *, now: datetime
) -> Attention:
    """What needs the user, and the facts about what is kept; the schedulers of this computer are asked."""
    standing = observe_standing(reading, settings, environ, now=now, alerts=status.alerts)
    emergencies = emergency_block.emergencies(reading, status.contracts, status.alerts)
    program = command_words(settings.home)
    names = contract_names(status.contracts)
    alerts = alert_lines(reading, page.other_alerts(status.alerts, emergencies), names)
    more = len(alerts) - FIRST_SCREEN_LIMIT
    shown = [attention_alert_of(one, program) for one in alerts[:FIRST_SCREEN_LIMIT]]
    shown += [AttentionAlert(complete_commands(more_sentence(more), program))] if more > 0 else []
    told = [*service_sentences(reading), *put_back_databases.overview_lines(reading)]
    told += standing.page_sentences(room_labels(reading, ()))
    facts = _facts(reading, status, settings, standing.situation.archive.rooms, now=now)
    return Attention(
        grade=standing.grade,
        blocks=tuple(emergency_block_of(one, program) for one in emergencies),
        quoted=emergency_block.calm_quotations(reading, status.contracts, emergencies),
        alerts=tuple(shown),
        sentences=tuple(complete_commands(one, program) for one in told),
        saving=tuple(saving_words(standing.situation, failed_at=last_failure(standing.situation))),
        is_unscheduled=any(one.kind is ConditionKind.UNSCHEDULED for one in standing.found),
        facts=tuple((label, complete_commands(fact, program, is_alone=True)) for label, fact in facts),
    )


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


def _facts(
    reading: Reading, status: Status, settings: Settings, rooms: Collection[int], *, now: datetime
) -> Iterator[tuple[str, str]]:
    """The facts of `status` without the re-reading, whose counting would delay the page in a large archive."""
    yield _("Last save"), times.jst_time(status.last_sync) if status.last_sync else _("never")
    for label, texts in reread_and_backfill_lines.backfill_words(backfill_queue.count_items(reading, rooms)):
        yield from ((label, text) for text in texts)
    yield _("Daily seals"), "  ".join(stamp_lines.seal_words(status))
    if not settings.timestamp.authorities:
        yield _("Time stamps"), _("off (nobody outside vouches for the time of the seals)")
    else:
        yield _("Time stamps"), "  ".join(stamp_lines.authority_words(settings))
    kept = kept_by_team(reading.home)
    yield _("Backup"), "  ".join(filter(None, page.backup_words(status.backup, grade_word(Grade.ATTENTION), kept)))
    missing, deadline_lines = deadlines.blank_and_near_sentences(reading, status.contracts, now=now)
    yield from ((_("Not entered"), line) for line in missing)
    yield from ((_("Deadline"), line) for line in deadline_lines)
