"""The archive of a user's computer as the first run leaves it, without its pages."""

from __future__ import annotations

from archiver.rounds.round import run_round
from archiver.setup.answers import FINISHED, note_answer
from archiver.setup.archive_setup import check_token, keep_token, prepare_archive
from archiver.setup.contracted_chats import NewJob, enter_contracts
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.web.console import build_context
from archiver.web.console_context import ConsoleContext
from tests.support.console.first_run_desk import FirstDayDesk
from tests.support.terminals.terminal import TOKEN


def set_up(desk: FirstDayDesk) -> None:
    """Make an archive of the group that has saved once."""
    context = build_context(desk.home, desk.environ)
    prepare_archive(context)
    check_token(context, TOKEN)
    keep_token(context, TOKEN)
    app = context.app()
    enter_contracts(app, [NewJob("", [desk.group])])
    save(context)
    note_answer(app.archive, FINISHED)


def save(context: ConsoleContext) -> None:
    """What the scheduler does: a round."""
    run_round(context.app(), Options(every_list=True), ProgressCallbacks())
