"""`save --all` and `save FILE`: everything shared with the counterparts at once, and messages older than the newest."""

from __future__ import annotations

from pathlib import Path

from archiver import errors
from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext, tell_error
from archiver.cli.output import RULE, ProgressScreen, echo, echo_json, paged_output
from archiver.cli.prompts import find_room, tell
from archiver.cli.reading.first_screen import tell_emergency
from archiver.cli.saving import save
from archiver.errors import UnknownRoom
from archiver.records import Contract
from archiver.render.invisible_characters import shorten
from archiver.render.times import interval_words
from archiver.rounds.recovery import recover_round, take_in_round, time_left
from archiver.rounds.round import rescue_round, upgrade_if_older
from archiver.standing.emergencies import emergencies
from archiver.standing.outcome_words import cut_mail_text, left_words, recovery_counts, taken_in_words
from archiver.store.database_comparison import is_database
from archiver.store.queries.contracts import contracted_rooms_of, contracts, find_contract, required_rooms
from archiver.store.queries.people import counterparts
from archiver.store.working.alerts import alerts
from archiver.sync.found_ids import FoundIds, RecoveryResult
from archiver.sync.id_files import take_files
from archiver.wording import gettext as _
from archiver.wording import ngettext


def rescue(obj: CliContext, jobs: tuple[str, ...], *, as_json: bool) -> int:
    """Read all rooms shared with the counterparts, without pacing; without JSON print what is kept, whatever fails."""
    app = obj.app(needs_archive=True)
    upgrade_if_older(app, save.tell_upgraded)
    with app.archive.reading() as reading:
        named = [find_contract(reading, name) for name in jobs] or contracts(reading)
    if not named:
        raise errors.NoContract
    try:
        with ProgressScreen(quiet=obj.verbose < 0) as progress:
            app.chatwork.transport.on_wait = progress.wait
            rooms = [room.room_id for one in named for room in one.rooms]
            report = rescue_round(app, rooms, progress.callbacks())
    except errors.ArchiverError as error:
        save.tell_after_round(
            app.settings, obj.environ, error, now=app.now(), unwatched=False, already_said=("fault/",)
        )
        if as_json:
            raise
        tell_error(error)
        sentence = _("Not everything could be saved again just now. What was saved before is kept; it is listed below.")
        tell(sentence, indent=0)
        _tell_kept(app, named)
        return error.code
    if as_json:
        echo_json(report.document())
    else:
        with paged_output():
            save.tell_sync(report)
            if unread := [room for room in report.rooms if room.failed is not None or room.left_over]:
                sentence = ngettext(
                    "This chat could not be read, or not all of it: {rooms}. Run again: archive save --all",
                    "These chats could not be read, or not all of them: {rooms}. Run again: archive save --all",
                    len(unread),
                )
                rooms_words = _(", ").join(f"{room.room_id} {shorten(room.name)}".strip() for room in unread)
                tell(sentence, indent=0, rooms=rooms_words)
            _tell_kept(app, named)
    save.tell_beside(app, report)
    return 0 if report.complete and not report.complaints else INCOMPLETE


def _tell_kept(app: App, contracts_named: list[Contract]) -> None:
    """Print a block for each of these contracts, then for every other one that is shared with the same people."""
    with app.archive.reading() as reading:
        rooms = {room.room_id for one in contracts_named for room in one.rooms}
        shared = contracted_rooms_of(reading, counterparts(reading, rooms))
        named_ids = {one.id for one in contracts_named}
        also = [one for one in contracts(reading) if one.id not in named_ids and not shared.isdisjoint(one.room_ids)]
        blocks = emergencies(reading, [*contracts_named, *also], alerts(reading), always=True)
    for block in blocks:
        echo(RULE)
        tell_emergency(block, app.now())
    echo(RULE)
    if not blocks or any(one.contract.does_work for one in blocks):
        echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))


def recover(obj: CliContext, files: tuple[Path, ...], chats: tuple[str, ...], *, as_json: bool) -> int:
    """Take in other databases of the archive and ids from files, read those messages, and print the result."""
    app = obj.app(needs_archive=True)
    upgrade_if_older(app, save.tell_upgraded)
    quiet = obj.verbose < 0
    # A copy beside the database is told by its name alone.
    files = tuple(obj.home / one if (obj.home / one).exists() and not one.exists() else one for one in files)
    others = {path: take_in_round(app, path) for path in files if is_database(path)}
    if not quiet and not as_json:
        for path, number in others.items():
            echo(taken_in_words(number, str(path)))
    taken_in = {"taken_in": sum(others.values())}
    if len(others) == len(set(files)):
        if as_json:
            echo_json(taken_in)
        return 0
    found_ids = _read_files(app, tuple(path for path in files if path not in others), chats)
    number = len(found_ids.places)
    if number and not quiet:
        sentence = ngettext(
            "{n} message id was found. Those not yet kept are read one by one: at most {time} (Chatwork "
            "allows 300 calls in 5 minutes). You may stop at any time and run it again.",
            "{n} message ids were found. Those not yet kept are read one by one: at most {time} (Chatwork "
            "allows 300 calls in 5 minutes). You may stop at any time and run it again.",
            number,
        )
        echo(sentence, err=True, n=number, time=interval_words(time_left(app, number)))
    with ProgressScreen(quiet=quiet) as progress:
        app.chatwork.transport.on_wait = progress.wait

        def tell_progress(done: int, total: int) -> None:
            progress.show_part(left_words(done, total, time_left(app, total - done)), done, total)

        recovered = recover_round(app, found_ids.places, tell_progress)
    if as_json:
        echo_json(recovered.document(found_ids) | taken_in)
    elif not quiet:
        _tell(recovered, found_ids)
    return 0 if recovered.is_whole(found_ids) else INCOMPLETE


def _read_files(app: App, files: tuple[Path, ...], chats: tuple[str, ...]) -> FoundIds:
    """The ids in the files. Raises NoContract, UnknownRoom, NothingThere, FileTooLarge, NotAllowed."""
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


def _tell(recovered: RecoveryResult, found_ids: FoundIds) -> None:
    """Print what is kept, what is not, and what to do next."""
    echo("  ".join(f"{word} {number}" for word, number in recovery_counts(recovered)))
    if found_ids.elsewhere:
        echo(_("Of chats without a job, not used: {n}"), n=len(found_ids.elsewhere))
    if found_ids.implausible:
        echo(_("Numbers that no message can have, not used: {n}"), n=len(found_ids.implausible))
    if recovered.erased:
        echo(_("Erased by you, not asked for: {n}"), n=recovered.erased)
    if found_ids.roomless:
        echo(_("Without a chat: {n}. Name the chat with --chat CHAT."), n=len(found_ids.roomless))
    if found_ids.is_cut:
        echo(_("There were more ids than can be read at once. Run the same command again later."))
    if found_ids.cut_mails:
        echo(cut_mail_text(found_ids))
    if recovered.left:
        echo(_("The next saves go on with what is left; or run the same command again."))
    if not recovered.found and not found_ids.roomless:
        echo(_("It contains no message id from your work chats."))
