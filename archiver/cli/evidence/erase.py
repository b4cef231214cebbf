"""The command `erase`: takes a contract or single messages out of the archive for good, with a certificate."""

from __future__ import annotations

import shlex
from pathlib import Path

from archiver import errors
from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.terminal.output import ProgressScreen, echo, echo_json, echo_lines
from archiver.cli.terminal.prompts import ask, ask_yes_no, is_asked, tell
from archiver.custody import erasures
from archiver.custody.erasures import ErasurePreview
from archiver.records.evidence import ErasureReason
from archiver.settings.model import exports_folder
from archiver.setup import erasing
from archiver.setup.erasing import ErasureOrder
from archiver.wording import gettext as _


def erase(
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
    app = obj.app(needs_archive=True)
    folder = Path(out).expanduser().absolute() if out else exports_folder(app.settings)
    echo_lines(
        [] if dry_run else erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to), err=True
    )
    if certificate is not None:
        path = erasing.make_certificate(app, certificate, folder)
        echo_json({"certificate": str(path)}) if as_json else _tell_certificate(path)
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
            echo_json(erasing.document(order, preview))
        return 0
    _ask(order, preview, confirm=confirm, despite_dispute=despite_dispute)
    return _erase(app, order, preview, ErasureReason(reason), folder, as_json=as_json)


def _tell_preview(preview: ErasurePreview) -> None:
    echo_lines(erasing.preview_lines(preview), err=True)
    if preview.read_rooms:
        echo(_("A chat of it is still being saved. First: archive job end JOB --now"), err=True)
    if preview.signs:
        echo(_("Signs of a dispute: {signs}"), err=True, signs="; ".join(preview.signs))


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
    with ProgressScreen(quiet=as_json) as screen:
        outcome, path, trouble = erasing.erase(app, order, reason, folder, tell=screen.show_part)
    if trouble is not None:
        echo(f"{trouble} {trouble.advice()}".rstrip(), err=True)
        again = _("The certificate can be made later: archive erase --certificate {number}")
        echo(again, err=True, number=outcome.number)
    if as_json:
        done = {"erasure": outcome.number, "complete": outcome.is_complete}
        document = erasing.document(order, preview) | done | {"certificate": None if path is None else str(path)}
        echo_json(document)
    else:
        echo(_("Erased (erasure {number})."), number=outcome.number)
        if path is not None:
            _tell_certificate(path)
    if not outcome.is_complete:
        echo(
            _("A program still reads an older state, so traces are left in the database. The next save removes them."),
            err=True,
        )
    return 0 if outcome.is_complete and path is not None else INCOMPLETE


def _tell_certificate(path: Path) -> None:
    """Print where it is, what an older copy still holds, and with what it can be erased there."""
    echo(_("Certificate: {path}"), path=path)
    if (note := erasing.note_beside(path)) is not None:
        sentence = _(
            "A backup made before, if there is one, still holds it. Where one is restored, erase again: "
            "archive erase --again {file}"
        )
        echo(sentence, file=shlex.quote(str(note)))
