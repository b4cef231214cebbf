"""`save FILE`: fetches messages older than the newest 100, by ids from pages, mails and lists of the user."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.terminal.output import echo
from archiver.errors import UnknownRoom
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.sync.recover.found_ids import FoundIds
    from archiver.sync.recover.read_ids import RecoveryResult


def recover(obj: CliContext, files: tuple[Path, ...], chats: tuple[str, ...], *, as_json: bool) -> int:
    """Take ids from the files, read those messages one by one, and print the result."""
    from archiver.app import build_app, require_archive
    from archiver.cli.saving import after_run
    from archiver.cli.terminal.progress import ProgressScreen
    from archiver.rounds.recovery import minutes_left, recover_round, take_in_round
    from archiver.rounds.round import upgrade_if_older
    from archiver.setup.work_words import taken_in_words
    from archiver.store.working.other_databases import is_database

    app = require_archive(build_app(obj.settings(), obj.environ))
    upgrade_if_older(app, after_run.tell_upgraded)
    quiet = obj.verbose < 0
    # A copy beside the database is told by its name alone.
    files = tuple(obj.home / one if (obj.home / one).exists() and not one.exists() else one for one in files)
    others = tuple(filter(is_database, files))
    for path in others:
        taken = take_in_round(app, path)
        if not quiet:
            echo(taken_in_words(taken, str(path)))
    if others == files:
        return 0
    found_ids = _read_files(app, tuple(path for path in files if path not in others), chats)
    if found_ids.places and not quiet:
        _announce(len(found_ids.places), minutes_left(app, len(found_ids.places)))
    with ProgressScreen(quiet=quiet) as progress:
        app.chatwork.transport.on_wait = progress.wait

        def tell_progress(done: int, total: int) -> None:
            progress.show_single_reads(done, total, minutes_left(app, total - done))

        recovered = recover_round(app, found_ids.places, tell_progress)
    result = _RecoverResult(found_ids, recovered)
    if as_json:
        click.echo(json.dumps(result.document(), ensure_ascii=False))
    elif not quiet:
        result.tell()
    return INCOMPLETE if result.is_incomplete() else 0


def _read_files(app: App, files: tuple[Path, ...], chats: tuple[str, ...]) -> FoundIds:
    """The ids in the files. Raises NoContract, UnknownRoom, NothingThere, FileTooLarge, NotAllowed."""
    from archiver.cli.terminal.saved_rooms import find_room
    from archiver.store.queries.contracts import required_rooms
    from archiver.sync.recover.files import take_files
    from archiver.sync.recover.found_ids import FoundIds

    now = app.now()
    with app.archive.reading() as reading:
        rooms = required_rooms(reading, now)
        room = find_room(reading, chats[0]) if chats else None
    if room is not None and room not in rooms:
        raise UnknownRoom(room=room)
    fallback = room if room is not None else rooms[0] if len(rooms) == 1 else None
    found_ids = FoundIds(frozenset(rooms), fallback, now)
    take_files(files, found_ids)
    return found_ids


def _announce(number: int, minutes: int) -> None:
    """Print before the reading begins how long it takes at most."""
    sentence = ngettext(
        "{n} message id was found. Those not yet kept are read one by one: at most {minutes} minutes (Chatwork "
        "allows 300 calls in 5 minutes). You may stop at any time and run it again.",
        "{n} message ids were found. Those not yet kept are read one by one: at most {minutes} minutes (Chatwork "
        "allows 300 calls in 5 minutes). You may stop at any time and run it again.",
        number,
    )
    echo(sentence.format(n=number, minutes=minutes), err=True)


@dataclass(frozen=True, slots=True)
class _RecoverResult:
    """The ids found in the files, and the result of reading them."""

    found_ids: FoundIds
    recovered: RecoveryResult

    def is_incomplete(self) -> bool:
        """Whether any possible id was left unread."""
        return bool(self.recovered.left or self.found_ids.roomless or self.found_ids.is_cut)

    def document(self) -> dict[str, object]:
        """The JSON document of `archive save FILE --json`."""
        return {
            "found": self.recovered.found,
            "held": self.recovered.saved_before,
            "recovered": self.recovered.recovered,
            "hidden_by_plan": self.recovered.hidden_by_plan,
            "not_readable": self.recovered.not_readable,
            "left": self.recovered.left,
            "other_rooms": len(self.found_ids.elsewhere),
            "without_room": len(self.found_ids.roomless),
            "implausible": len(self.found_ids.implausible),
            "erased": self.recovered.erased,
            "requests": self.recovered.report.requests,
        }

    def tell(self) -> None:
        """Print on the screen what is kept, what is not, and what to do next."""
        from archiver.setup.work_words import recovery_counts

        recovered, found_ids = self.recovered, self.found_ids
        echo("  ".join(f"{word} {number}" for word, number in recovery_counts(recovered)))
        if found_ids.elsewhere:
            echo(_("Of chats without a job, not used: {n}").format(n=len(found_ids.elsewhere)))
        if found_ids.implausible:
            echo(_("Numbers that no message can have, not used: {n}").format(n=len(found_ids.implausible)))
        if recovered.erased:
            echo(_("Erased by you, not asked for: {n}").format(n=recovered.erased))
        if found_ids.roomless:
            echo(_("Without a chat: {n}. Name the chat with --chat CHAT.").format(n=len(found_ids.roomless)))
        if found_ids.is_cut:
            echo(_("There were more ids than can be read at once. Run the same command again later."))
        if recovered.left:
            echo(_("The next saves go on with what is left; or run the same command again."))
        if not recovered.found and not found_ids.roomless:
            echo(_("It contains no message id from your work chats."))
