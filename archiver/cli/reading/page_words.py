"""The sentences that commands print and pages of the application show alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cli.evidence import preview, seal, verify
from archiver.cli.evidence.backup import compared_lines, copied_lines
from archiver.cli.saving.sync_report import sync_lines
from archiver.cli.terminal.file_manager import show_folder
from archiver.web.console_context import SharedWords
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.custody.backup import BackupOutcome
    from archiver.sync.report import SyncReport


def shared_words() -> SharedWords:
    """The words of the command line for the pages."""
    return SharedWords(
        round_lines=_round_lines,
        warning_lines=lambda names, files: [
            *(one.partition("] ")[2] for one in preview.warning_lines(names)),
            *map(str.strip, preview.metadata_lines(files)),
        ],
        verification_lines=lambda verification: list(verify.verification_lines(verification)),
        copy_lines=_copy_lines,
        sealing_lines=lambda sealing: [line.strip() for line in seal.sealing_lines(sealing)],
        open_folder=show_folder,
    )


def _round_lines(report: SyncReport) -> list[str]:
    """The lines of a round; on a page a button tries again, and in the first run nothing else does."""
    later = _("Saved, but not everything: see “archive status”. The next save tries again.")
    again = _("Saved, but not everything. Save again to try the rest; what was saved is kept.")
    return [again if line == later else line.strip() for line in sync_lines(report)]


def _copy_lines(outcome: BackupOutcome) -> list[str]:
    copied = [] if outcome.report is None else list(copied_lines(outcome.report))
    return [*copied, *compared_lines(outcome), *verify.verification_lines(outcome.verification)]
