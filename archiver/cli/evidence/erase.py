"""The command `erase`: takes a contract or single messages out of the archive for good, with a certificate."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, folders, room_numbers
from archiver.cli.context import CliContext
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.prompts import ask, ask_yes_no, is_asked, tell
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records.erasure import ErasureReason
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.custody.erasures import ErasurePreview
    from archiver.setup.erasing import ErasureOrder


@click.command(
    "erase",
    help=N_(
        "Take a job or single messages out of the archive for good, such as: archive erase --job job1\n\n"
        "It shows first what goes and what stays, and asks you to type a word. What another job holds "
        "stays. Nothing is ever erased on Chatwork. In the place of each record its hash stays, so the "
        "archive goes on to verify, and a certificate (PDF) is written. It cannot be undone."
    ),
)
@click.option("--job", metavar=N_("JOB"), shell_complete=contract_ids, help=N_("All that only this job holds."))
@click.option("--message", "messages", multiple=True, metavar=N_("LINK_OR_ID"), help=N_("A message; repeatable."))
@click.option(
    "--chat",
    type=click.IntRange(1, 2**63 - 1),
    metavar="N",
    hidden=True,
    shell_complete=room_numbers,
    help=N_("All that is saved of a chat that no job has."),
)
@click.option(
    "--again",
    "note",
    metavar=N_("FILE"),
    type=click.Path(dir_okay=False),
    hidden=True,
    help=N_("What an earlier erasure took and an older backup brought back: the .json file beside its certificate."),
)
@click.option(
    "--reason",
    type=click.Choice([one.value for one in ErasureReason]),
    default=ErasureReason.OWN.value,
    help=N_("Why: agreement (a contract or promise asks for it), request (a person asked), own."),
)
@click.option("--dry-run", is_flag=True, help=N_("Only show what would go and what would stay."))
@click.option(
    "--confirm", metavar=N_("WORD"), hidden=True, help=N_("What would be typed: the job's id, or how many messages.")
)
@click.option(
    "--despite-dispute",
    is_flag=True,
    hidden=True,
    help=N_("Erase although there are signs that it may be evidence in a dispute."),
)
@click.option("--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Write the certificate into this folder."))
@click.option(
    "--certificate",
    type=click.IntRange(1),
    metavar="N",
    hidden=True,
    help=N_("Only make the certificate of erasure N once more."),
)
@click.option("--json", "as_json", is_flag=True, hidden=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_erase(
    obj: CliContext,
    job: str | None,
    messages: tuple[str, ...],
    chat: int | None,
    note: str | None,
    reason: str,
    dry_run: bool,
    confirm: str | None,
    despite_dispute: bool,
    out: str | None,
    certificate: int | None,
    as_json: bool,
) -> int:
    """Show, ask, erase; needs no token and no network. Raises UsageError and its kind for what cannot be erased."""
    from archiver.app import build_app, require_archive
    from archiver.custody import erasures
    from archiver.settings.model import exports_folder
    from archiver.setup import erasing

    app = require_archive(build_app(obj.settings(), obj.environ))
    folder = Path(out).expanduser().absolute() if out else exports_folder(app.settings)
    for line in [] if dry_run else erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to):
        echo(line, err=True)
    if certificate is not None:
        path = erasing.make_certificate(app, certificate, folder)
        echo(json.dumps({"certificate": str(path)}) if as_json else _certificate_line(path))
        if not as_json:
            _tell_note(path)
        return 0
    if not dry_run:
        erasures.check_allowed(app.archive)
    with app.archive.reading() as reading:
        noted = None if note is None else Path(note).expanduser()
        order = erasing.read_order(reading, job, messages, noted, room=chat)
        preview = erasing.preview_order(reading, order, now=app.now(), to_erase=not dry_run)
    if not as_json or not dry_run:
        _tell_preview(preview)
    if dry_run:
        if as_json:
            click.echo(json.dumps(_document(order, preview), ensure_ascii=False))
        return 0
    _ask(order, preview, confirm=confirm, despite_dispute=despite_dispute)
    return _erase(app, order, preview, ErasureReason(reason), folder, as_json=as_json)


def _tell_preview(preview: ErasurePreview) -> None:
    from archiver.setup import erasing

    for line in erasing.preview_lines(preview):
        echo(line, err=True)
    if preview.read_rooms:
        echo(_("A chat of it is still being saved. First: archive job end JOB --now"), err=True)
    if preview.signs:
        echo(_("Signs of a dispute: {signs}").format(signs="; ".join(preview.signs)), err=True)


def _ask(order: ErasureOrder, preview: ErasurePreview, *, confirm: str | None, despite_dispute: bool) -> None:
    """Let the user answer the warning and type the word. Raises NotConfirmed."""
    if preview.signs and not despite_dispute:
        if not is_asked():
            raise errors.NotConfirmed(option="--despite-dispute")
        tell(
            _(
                "Whoever erases what may be evidence in a dispute can be blamed for destroying evidence, and loses "
                "what supports their own side. Ask a lawyer before you go on."
            ),
            indent=0,
        )
        if not ask_yes_no(_("Erase it all the same?"), default=False, err=True):
            raise errors.ErasureDeclined
    phrase = order.phrase(preview)
    if confirm is None:
        if not is_asked():
            raise errors.NotConfirmed(option=f"--confirm {phrase}")
        confirm = ask(_("It cannot be undone. To erase, type {word}:").format(word=phrase), str, err=True)
    if confirm.strip() != phrase:
        raise errors.ErasureDeclined


def _erase(
    app: App, order: ErasureOrder, preview: ErasurePreview, reason: ErasureReason, folder: Path, *, as_json: bool
) -> int:
    from archiver.setup import erasing

    with ProgressScreen(quiet=as_json) as screen:
        outcome, path, trouble = erasing.erase(app, order, reason, folder, tell=screen.show_part)
    if trouble is not None:
        echo(f"{trouble} {trouble.advice()}".rstrip(), err=True)
        again = _("The certificate can be made later: archive erase --certificate {number}")
        echo(again.format(number=outcome.number), err=True)
    if as_json:
        done = {"erasure": outcome.number, "complete": outcome.is_complete}
        document = _document(order, preview) | done | {"certificate": None if path is None else str(path)}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        echo(_("Erased (erasure {number}).").format(number=outcome.number))
        if path is not None:
            echo(_certificate_line(path))
            _tell_note(path)
    if not outcome.is_complete:
        echo(
            _("A program still reads an older state, so traces are left in the database. The next save removes them."),
            err=True,
        )
    return 0 if outcome.is_complete and path is not None else INCOMPLETE


def _certificate_line(path: Path) -> str:
    return _("Certificate: {path}").format(path=visible(str(path)))


def _tell_note(certificate: Path) -> None:
    """Say what an older copy still holds, and with what it can be erased there."""
    from archiver.setup.erasing import note_beside

    note = note_beside(certificate)
    if note is not None:
        sentence = _(
            "A backup made before, if there is one, still holds it. Where one is restored, erase again: "
            "archive erase --again {file}"
        )
        echo(sentence.format(file=shlex.quote(str(note))))


def _document(order: ErasureOrder, preview: ErasurePreview) -> dict[str, object]:
    plan = preview.plan
    return {
        "job": order.contract,
        "messages": plan.message_count,
        "files": plan.file_count,
        "records": plan.count,
        "replies": len(plan.replies),
        "kinds": dict(plan.kinds),
        "kept_messages": plan.kept,
        "shared_files": plan.shared_blobs,
        "quoting_messages": plan.quoting,
        "packages": [
            {"number": one.number, "name": one.name, "handed_to": [handed.to for handed in one.handovers]}
            for one in preview.packages
        ],
        "copies": [str(path) for path in preview.copies],
        "rooms_still_read": list(preview.read_rooms),
        "dispute_signs": list(preview.signs),
        "erasure": None,
        "complete": False,
        "certificate": None,
    }
