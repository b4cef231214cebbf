"""The sentences that commands print and pages of the application show alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archiver.alerts.sentences import alert_sentence, level_word
from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.evidence import preview, seal, verify
from archiver.cli.evidence.backup import compared_lines, copied_lines
from archiver.cli.reading.view_context import emergency_block_of
from archiver.cli.saving.sync_report import sync_lines
from archiver.cli.status import emergency_block, saving_status
from archiver.cli.status.alert_lines import named_messages, room_labels
from archiver.cli.terminal.file_manager import show_folder
from archiver.render.invisible_characters import visible
from archiver.web.console_context import AlertRow, SharedWords
from archiver.web.context import AttentionAlert, Block, Step
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.custody.backup import BackupOutcome
    from archiver.records.alerts import Alert
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.sync.report import SyncReport


def shared_words() -> SharedWords:
    """The words of the command line for the pages."""
    return SharedWords(
        emergency_blocks=_emergency_blocks,
        general_emergency=_general_emergency,
        round_lines=_round_lines,
        warning_lines=lambda names, files: [
            *(one.partition("] ")[2] for one in preview.warning_lines(names)),
            *map(str.strip, preview.metadata_lines(files)),
        ],
        verification_lines=lambda verification: list(verify.verification_lines(verification)),
        copy_lines=_copy_lines,
        sealing_lines=lambda sealing: [line.strip() for line in seal.sealing_lines(sealing)],
        saving_lines=_saving_lines,
        alert_rows=_alert_rows,
        open_folder=show_folder,
    )


def _emergency_blocks(reading: Reading) -> Sequence[Block]:
    from archiver.store.queries.contracts import contracts
    from archiver.store.working.alerts import alerts

    found = emergency_block.emergencies(reading, contracts(reading), alerts(reading), always=True)
    return [emergency_block_of(one, ("archive",)) for one in found]


def _round_lines(report: SyncReport) -> list[str]:
    """The lines of a round; on a page a button tries again, and in the first run nothing else does."""
    later = _("Saved, but not everything: see “archive status”. The next save tries again.")
    again = _("Saved, but not everything. Save again to try the rest; what was saved is kept.")
    return [again if line == later else line.strip() for line in sync_lines(report)]


def _general_emergency() -> Block:
    text = emergency_block.general_text()
    return Block(text.head, text.rows, tuple(Step(step.words) for step in text.steps))


def _alert_rows(reading: Reading, alerts: Sequence[Alert]) -> list[AlertRow]:
    from archiver.store.queries.contracts import contracts

    names, rooms = contract_names(contracts(reading)), room_labels(reading, alerts)
    return [
        AlertRow(
            alert.number,
            _("put aside") if alert.dismissed else level_word(alert.level),
            alert.at,
            alert_sentence(alert, names, rooms),
            None if message is None else AttentionAlert("", message.words, message.room_id, message.message_id),
            bool(alert.dismissed),
            visible(alert.reason or ""),
        )
        for alert, message in zip(alerts, named_messages(reading, alerts), strict=True)
    ]


def _saving_lines(reading: Reading, settings: Settings, environ: Mapping[str, str]) -> list[str]:
    situation = saving_status.observe_standing(reading, settings, environ).situation
    return saving_status.saving_words(situation, failed_at=saving_status.last_failure(situation))


def _copy_lines(outcome: BackupOutcome) -> list[str]:
    copied = [] if outcome.report is None else list(copied_lines(outcome.report))
    return [*copied, *compared_lines(outcome), *verify.verification_lines(outcome.verification)]
