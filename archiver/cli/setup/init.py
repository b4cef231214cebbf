"""`init`, `rooms` and `migrate`: everything before the first save."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.setup.token import VARIABLE, asked
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.settings.home import home_path

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room

SOURCES = N_("prompt | env:NAME | file:PATH | keyring")


# --- init --------------------------------------------------------------------------------------


@click.command("init", help=N_("Set everything up. It can be interrupted; call it again to go on."))
@click.option("--token-from", metavar=SOURCES, help=N_("Where the API token comes from; left out: it is asked for."))
@click.option(
    "--timestamps",
    type=click.Choice(["on", "off"]),
    help=N_("Have the time of each seal confirmed by two third parties; only fingerprints go to them."),
)
@click.option("--yes", is_flag=True, help=N_("Ask nothing; the token is taken from CHATWORK_API_TOKEN each time."))
@click.pass_obj
def command_init(obj: CliContext, token_from: str | None, timestamps: str | None, yes: bool) -> int:
    """Home, settings, token, database, account: each step is kept, so a second call goes on."""
    from archiver import app as application
    from archiver.settings import home as homes
    from archiver.store import migrate as revision

    if not yes and sys.stdin.isatty():
        from archiver.cli.setup import wizard

        return wizard.run(obj, token_from, timestamps)
    homes.check_home(obj.home, obj.environ)
    make_home(obj.home)
    _settings(obj, token_from, timestamps, yes=yes)
    app = application.build(obj.settings(), obj.environ)
    if not app.archive.exists():
        revision.create(app.archive.database)
    name, account = know_account(app)
    click.echo(_("Account: {name} (ID {account})").format(name=visible(name), account=account))
    click.echo(_("The archive is ready: {path}").format(path=visible(str(obj.home))))
    sentence = _("Next: {archive} rooms   then: {archive} contract add job1 --room NUMBER   then: {archive} sync")
    click.echo(sentence.format(archive=_called(obj)))
    return 0


def _called(obj: CliContext) -> str:
    """How the next commands find this archive: as they are, or by the home that was given to this one alone."""
    if obj.home == home_path(None, obj.environ):
        return "archive"
    return f"archive --home {shlex.quote(visible(str(obj.home)))}"


def make_home(home: Path) -> None:
    """Make the folder, for its owner only. Raises HomeNotWritable."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name != "nt":
            home.chmod(0o700)
        probe = home / ".write-test"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise errors.HomeNotWritable(path=home, detail=fault.strerror or str(fault)) from fault


def _settings(obj: CliContext, token_from: str | None, timestamps: str | None, *, yes: bool) -> None:
    """Write `archive.toml`, or change in it what was asked for, and store the token where the user wants it."""
    from archiver.settings import file

    source = token_from or (VARIABLE if yes else "prompt")
    exists = (obj.home / "archive.toml").exists()
    if exists:
        choose_authorities(obj.home, timestamps)
    if exists and token_from is None:
        return
    if source == "prompt":
        source = _prompt_and_store(obj.home)
    elif not file.is_source(source):
        raise errors.BadValue(value=source, option="--token-from", example="file:/run/secrets/chatwork")
    keep_settings(obj, source)
    if not exists:
        choose_authorities(obj.home, timestamps)


def keep_settings(obj: CliContext, source: str) -> None:
    """Write where the token lies into `archive.toml`; a new one gets the language of this call too."""
    from archiver.cli.terminal.language import choose, windows_language
    from archiver.settings import file

    if (obj.home / "archive.toml").exists():
        file.update(obj.home, {"token.source": source})
        return
    language = choose([], {**obj.environ, "ARCHIVE_LANG": _spoken(obj)}, system_language=windows_language)
    file.write(obj.home, language=language, token_source=source)


def choose_authorities(home: Path, timestamps: str | None) -> None:
    """Write the two that are offered, or none; whoever chose their own keeps them. None: nothing was said."""
    from archiver.settings import file
    from archiver.settings.tsa_offers import OFFERS

    there = file.load(home, {}).timestamp.authorities
    if timestamps == "off" and there:
        file.update(home, {"timestamp.authorities": ()})
        click.echo(_("Third-party time: off. The stamps that there are stay."))
    if timestamps == "on":
        if not there:
            file.update(home, {"timestamp.authorities": [offer.setting for offer in OFFERS]})
            there = tuple(offer.setting for offer in OFFERS)
        sentence = _("Third-party time: on. Only fingerprints of the seals go to {names}: no message, name or file.")
        click.echo(sentence.format(names=", ".join(visible(one.name) for one in there)))


def _spoken(obj: CliContext) -> str:
    """The language of this call, so that the next ones speak it too."""
    return os.environ.get("LANGUAGE", "") or obj.environ.get("ARCHIVE_LANG", "")


def _prompt_and_store(home: Path) -> str:
    """Ask for the token without showing it; keep it in the keyring, or in a file of the home where there is none."""
    from archiver.settings.token import store_token

    click.echo(_("The API token is the key to your Chatwork. Show it to nobody."))
    click.echo(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)."))
    value = asked(_("Paste it and press Enter (it will not be shown)"))
    for source in ("keyring", "file:token"):
        try:
            store_token(home, source, value)
        except errors.KeyringUnavailable:
            click.echo(_("There is no password store here; the token goes into a file that only you can read."))
            continue
        return source
    raise errors.TokenMissing(source="prompt")


def know_account(app: App) -> tuple[str, int]:
    """Ask whose token it is, and write it down in a new archive. Raises WrongAccount, TokenRefused, Unreachable."""
    from archiver.records import Observation
    from archiver.store import writer
    from archiver.store.queries import current_state as known
    from archiver.sync.run import check_account, owner_payload

    me = app.chatwork.me()
    with app.archive.reading() as reading:
        owner = known.owner(reading)
    check_account(me.model.account_id, owner, app.archive)
    told = owner_payload(me.model)
    if told != owner:
        with app.archive.writing() as writing:
            seen = Observation("me", "me", told, None, me.reply.digest)
            writer.append(writing, [seen], account_id=me.model.account_id, at=me.reply.received_at)
    return me.model.name, me.model.account_id


# --- rooms, migrate ------------------------------------------------------------------------------


@click.command("rooms", help=N_("Your rooms and their numbers, as Chatwork shows them now. Nothing is saved."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_rooms(obj: CliContext, as_json: bool) -> int:
    """Shows names of rooms without a contract too, and keeps none of them."""
    from archiver import app as application

    app = application.existing(application.build(obj.settings(), obj.environ))
    rooms = [one.model for one in app.chatwork.rooms().items]
    of = _contracts(app)
    if as_json:
        told = [_room_document(room, of.get(room.room_id, [])) for room in rooms]
        click.echo(json.dumps({"rooms": told}, ensure_ascii=False))
        return 0
    kinds = {"group": _("group"), "direct": _("direct"), "my": _("my chat")}
    width = max([10, *(len(str(room.room_id)) for room in rooms)]) + 2
    heads = pad(_("Number"), width) + pad(_("Kind"), 12) + pad(_("Messages"), 10) + pad(_("Files"), 10) + _("Name")
    click.echo(heads)
    for room in rooms:
        cells = pad(str(room.room_id), width) + pad(kinds.get(room.type, visible(room.type)), 12)
        contracted = f"  ({', '.join(of[room.room_id])})" if room.room_id in of else ""
        click.echo(f"{cells}{room.message_num:<9} {room.file_num:<9} {visible(room.name)}{contracted}")
    return 0


def _contracts(app: App) -> dict[int, list[str]]:
    from archiver.store.queries.contracts import contracts

    found: dict[int, list[str]] = {}
    with app.archive.reading() as reading:
        for contract in contracts(reading):
            for room in contract.rooms:
                found.setdefault(room.room_id, []).append(contract.id)
    return found


def _room_document(room: Room, contracts: list[str]) -> dict[str, object]:
    head = {"room_id": room.room_id, "name": room.name, "type": room.type}
    return {**head, "messages": room.message_num, "files": room.file_num, "contracts": contracts}


@click.command("migrate", help=N_("Bring an archive made by an older version to this one, after a verified copy."))
@click.pass_obj
def command_migrate(obj: CliContext) -> int:
    """Does nothing to an archive that is up to date."""
    from archiver.store import migrate as revision
    from archiver.store.archive import Archive

    archive = Archive(obj.home)
    if not archive.exists():
        raise errors.NoArchive(path=obj.home)
    with archive.round_lock() if revision.is_older(archive.database) else contextlib.nullcontext():
        copy = revision.migrate(archive.database)
    if copy is None:
        click.echo(_("The archive is up to date; nothing was changed."))
    else:
        click.echo(_("Done. The archive as it was before: {path}").format(path=visible(str(copy))))
    return 0
