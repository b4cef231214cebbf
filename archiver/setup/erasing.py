"""Erasing, as the command and the application do it: what is named, what warns, what is said, the certificate."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors
from archiver.custody import erasures, stamp_requests
from archiver.custody.erasures import Choose, ErasureOutcome, ErasurePreview
from archiver.errors import N_
from archiver.export.erasure_certificate import STATED_FIELDS, CertificateFacts, build_certificate
from archiver.export.pdf.typst_pdf import make_pdf
from archiver.folder_sync import disk_errors, free_name, sync_where_possible
from archiver.records import JST
from archiver.records.evidence import ErasureReason
from archiver.render.invisible_characters import visible
from archiver.setup.answers import message_number
from archiver.setup.archive_setup import call_language
from archiver.store.durable_files import sync_file
from archiver.store.erasure import records
from archiver.store.erasure.execution import databases_aside
from archiver.store.erasure.plan import select_contract, select_messages, select_noted, select_room
from archiver.store.keeper import keeper_of
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts, find_contract, is_read
from archiver.store.queries.entries import exports
from archiver.store.working import alerts, remembered_values
from archiver.store.working.stamp_queue import stamps_by_seal
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.custody.backup import BackupOutcome
    from archiver.store.archive import Reading

SHOWN_LIMIT = 20

_STEP_WORDS = {
    "sealed": N_("Recording what is to be erased …"),
    "recorded": N_("Sealing that record …"),
    "entry sealed": N_("Noting the numbers in the archive's folder …"),
    "noted": N_("Erasing the records; with many messages this takes minutes …"),
    "executed": N_("Removing files and copies …"),
    "files removed": N_("Rewriting the database, so that no byte stays in it …"),
}
"""What is done after each step of an erasure."""


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """What is to be erased: a contract, messages, a room that no contract holds, or what a note names."""

    choose: Choose
    """Chooses the entries in a reading."""
    contract: str | None = None
    room: int | None = None
    again: int | None = None
    """The number of the erasure whose note it is."""

    def phrase(self, preview: ErasurePreview) -> str:
        """What has to be typed to confirm: the contract's id, or the number of messages (of a note: of records)."""
        return self.contract or str(preview.plan.message_count if self.again is None else preview.plan.count)


def read_order(
    reading: Reading,
    contract: str | None,
    messages: Sequence[str],
    note: Path | None = None,
    *,
    room: int | None = None,
    field: str = "--message",
) -> ErasureOrder:
    """The order that was given. Raises UsageError, UnknownContract, BadValue, NoSavedMessage, NoErasureNote."""
    if [contract is None, not messages, note is None, room is None].count(False) != 1:
        detail = _("Say what is to be erased: --job JOB, --chat N, or --message LINK (repeatable).")
        raise errors.UsageError(detail=detail)
    if contract is not None:
        own_id = find_contract(reading, contract).id
        return ErasureOrder(lambda reading: select_contract(reading, find_contract(reading, own_id)), contract=own_id)
    if room is not None:
        if holders := [one.id for one in contracts(reading) if room in one.room_ids]:
            detail = _("Chat {room} belongs to {contract}. Take it out first: {command}")
            command = typed(f"archive job set {holders[0]} --without-chat {room}")
            raise errors.UsageError(detail=detail.format(room=room, contract=", ".join(holders), command=command))
        return ErasureOrder(partial(select_room, room=room), room=room)
    if note is not None:
        noted = records.read_note(note)  # nothing of it is believed but that these records were erased, by digest
        if noted is None:
            raise errors.NoErasureNote(path=note)
        return ErasureOrder(partial(select_noted, digests=noted.digests), again=noted.number)
    places = set()
    for number in (message_number(value, field) for value in messages):
        rooms = current_state.rooms_with_message(reading, int(number))
        if not rooms:
            raise errors.NoSavedMessage(message=number)
        places |= {(one, int(number)) for one in rooms}
    return ErasureOrder(partial(select_messages, places=places))


def preview_order(reading: Reading, order: ErasureOrder, *, now: datetime, to_erase: bool) -> ErasurePreview:
    """What the order would do, with the signs of a dispute; `to_erase` refuses what cannot be erased.

    Raises NothingToErase where nothing is left to erase, RoomStillRead where a room is still read.
    """
    preview = erasures.preview(reading, order.choose, now=now)
    if order.contract is None and order.again is None:  # a save keeps no message again that was erased
        preview = replace(preview, read_rooms=())
    if to_erase and not preview.plan.count:
        raise errors.NothingToErase
    if to_erase and preview.read_rooms:
        rooms = set(preview.read_rooms)
        readers = [one.id for one in contracts(reading) if is_read(one, now) and one.room_ids & rooms]
        raise errors.RoomStillRead(contract=readers[0], contracts=", ".join(readers))
    return replace(preview, signs=tuple(_dispute_signs(reading, preview)))


def _dispute_signs(reading: Reading, preview: ErasurePreview) -> Iterator[str]:
    """Signs that what is to be erased may be evidence in a dispute."""
    rooms = preview.plan.rooms
    opened = sum(one.room_id in rooms for one in alerts.open_alerts(reading))
    if opened:
        yield ngettext("{n} alert is open", "{n} alerts are open", opened).format(n=opened)
    for one in contracts(reading):
        if one.id in preview.plan.contracts or one.room_ids & rooms:
            if one.end_request_at:
                yield _("job {contract}: the client asked to end it early").format(contract=one.id)
            if one.cancelled_on:
                yield _("job {contract}: it ended early").format(contract=one.id)
    handed = sum(bool(one.handovers) for one in preview.packages)
    if handed:
        sentence = ngettext("{n} export was handed to somebody", "{n} exports were handed to somebody", handed)
        yield sentence.format(n=handed)


def preview_lines(preview: ErasurePreview) -> Iterator[str]:
    """What would go, what would stay, and what is out of reach, a sentence each."""
    plan = preview.plan
    messages, files, replies = plan.message_count, plan.file_count, len(plan.replies)
    numbers = _("To be erased: messages {messages}, files {files}, records {records}, replies of Chatwork {replies}.")
    yield numbers.format(messages=messages, files=files, records=plan.count, replies=replies)
    kept = ngettext(
        "{n} message of its chats stays, as another job holds it too.",
        "{n} messages of its chats stay, as another job holds them too.",
        plan.kept,
    )
    shared = ngettext(
        "The bytes of {n} file stay: the same file is kept elsewhere.",
        "The bytes of {n} files stay: the same files are kept elsewhere.",
        plan.shared_blobs,
    )
    quoting = ngettext(
        "{n} message that stays answers one of these. What it quotes stays with it.",
        "{n} messages that stay answer one of these. What they quote stays with them.",
        plan.quoting,
    )
    copies = _("Exports and daily copies in the archive's folder go with it: {n}.")
    counts = ((plan.kept, kept), (plan.shared_blobs, shared), (plan.quoting, quoting), (len(preview.copies), copies))
    yield from (sentence.format(n=count) for count, sentence in counts if count)
    gone = {path.name.partition(".")[0] for path in preview.copies}
    elsewhere = [one.name for one in preview.packages if one.name.partition(".")[0] not in gone]
    if elsewhere:
        names = ", ".join(map(visible, elsewhere[:SHOWN_LIMIT]))
        more = " …" if len(elsewhere) > SHOWN_LIMIT else ""
        yield _("Exports made of it before are not reached elsewhere: {names}").format(names=names + more)
    if preview.set_aside:
        names = ", ".join(visible(str(path)) for path in preview.set_aside)
        aside = _("Not reached: {names}, set aside before. Delete it yourself if nothing in it is needed.")
        yield aside.format(names=names)
    if preview.of_team:
        yield _("Not reached: backups and log (WAL) of the team's database, copies not used again, all in a bucket.")
    yield _(
        "Not reached: backups, snapshots of this computer, folders for daily copies, Chatwork itself, other people."
    )


def leftover_lines(outcome: BackupOutcome, folder: Path) -> Iterator[str]:
    """Which files of earlier copies hold something erased since, and with what they are removed."""
    if outcome.with_erased:
        count = len(outcome.with_erased)
        sentence = ngettext(
            "{n} file of an earlier backup in this folder holds or may hold something that the archive has "
            "erased since ({file}). To remove it: archive backup {folder} --remove-erased",
            "{n} files of earlier backups in this folder hold or may hold something that the archive has "
            "erased since ({file}, …). To remove them: archive backup {folder} --remove-erased",
            count,
        )
        name = visible(str(outcome.with_erased[0].relative_to(folder)))
        yield sentence.format(n=count, file=name, folder=shlex.quote(str(folder)))


def removed_lines(outcome: BackupOutcome) -> Iterator[str]:
    """How many files of earlier copies that held something erased since were removed."""
    if outcome.removed:
        sentence = ngettext(
            "{n} file of an earlier backup with something erased was removed here. Snapshots of this folder "
            "and freed blocks of the disk may still hold it.",
            "{n} files of earlier backups with something erased were removed here. Snapshots of this folder "
            "and freed blocks of the disk may still hold them.",
            outcome.removed,
        )
        yield sentence.format(n=outcome.removed)


def restored_line(outcome: BackupOutcome) -> str:
    """What a restored archive may hold again, and with what it is erased there."""
    if outcome.erased:
        return _(
            "If anything else was erased after this backup was made, the archive holds it again. Erase it "
            "again with the file beside its certificate: archive erase --again FILE"
        )
    return _(
        "If something was erased after this backup was made, the archive holds it again. Erase it again "
        "with the file beside its certificate: archive erase --again FILE"
    )


def erase(
    app: App, order: ErasureOrder, reason: ErasureReason, folder: Path, *, tell: Callable[[str, int, int], None]
) -> tuple[ErasureOutcome, Path | None, errors.ArchiverError | None]:
    """Erase, ask for stamps, and write the certificate into a folder; its path, or why it could not be written.

    `tell` is called with what is done, the number of that step, and how many there are. Raises NothingToErase, and
    what `custody.erasures.erase` raises.
    """
    names = list(_STEP_WORDS)

    def tell_step(name: str) -> None:
        if name in _STEP_WORDS:
            tell(_(_STEP_WORDS[name]), names.index(name) + 1, len(names) + 1)

    with app.archive.round_lock():
        outcome = erasures.erase(app.archive, order.choose, reason, again=order.again, now=app.now, step=tell_step)
    if outcome is None:
        raise errors.NothingToErase
    stamp_requests.request_stamps(app)
    try:
        return outcome, make_certificate(app, outcome.number, folder), None
    except (errors.PdfUnavailable, errors.PdfFailed, errors.StorageError) as error:
        return outcome, None, error


def make_certificate(app: App, number: int, folder: Path) -> Path:
    """Write the certificate of an erasure into a folder, as a new file, and beside it the note of the erasure.

    Raises UnknownErasure, PdfUnavailable, PdfFailed, StorageError.
    """
    with app.archive.reading() as reading:
        erasure = records.find_erasure(reading, number)
        if erasure is None or not erasure.payload.keys() >= STATED_FIELDS:
            raise errors.UnknownErasure(number=number)
        owner = current_state.owner(reading) or {}
        backup = remembered_values.LAST_BACKUP.recall(reading)
        facts = CertificateFacts(
            erasure=erasure,
            owner_name=str(owner.get("name", "")),
            owner_id=int(owner.get("account_id", 0)),
            stamps=sorted((one.authority, one.time) for one in stamps_by_seal(reading).get(erasure.seal or 0, ())),
            packages=[one for one in exports(reading) if one.number in erasure.payload["packages"]],
            folders=[str(path) for path in app.settings.exports.also_to],
            copied_at=backup.at if backup is not None else None,
            created_at=app.now(),
            set_aside=[path.name for path in databases_aside(app.archive.home)],
            team=keeper_of(app.archive.home).is_team,
        )
    certificate = replace(build_certificate(facts), lang=call_language())  # its texts are those of the screen
    body = make_pdf(certificate, at=facts.created_at)
    name = f"erasure-certificate-{number:04}_{facts.created_at.astimezone(JST):%Y%m%d-%H%M}"
    files = {".pdf": body, ".json": records.note_bytes(app.archive.home, number)}
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        name = free_name(folder, name, tuple(files))
        for ending, data in files.items():
            if data is not None:
                (folder / f"{name}{ending}").write_bytes(data)
                sync_file(folder / f"{name}{ending}")
        sync_where_possible(folder)
    return folder / f"{name}.pdf"


def document(order: ErasureOrder, preview: ErasurePreview) -> dict[str, object]:
    """The JSON document of `archive erase --json` as long as nothing is erased."""
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
