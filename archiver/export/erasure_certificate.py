"""The certificate of an erasure: what, how many, when, by whom, where it does not reach; nothing of what it said.

It is made of the record of the erasure, and of the packages, copies and stamps that are known when it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from archiver.errors import N_
from archiver.export.pdf.blocks import Block, Bullets, Chapter, FactList, Paragraph, Report, TableBlock
from archiver.records import ExportedPackage
from archiver.records.evidence import Erasure
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time

MAX_RANGES = 120
"""Ranges of numbers that are printed; the others stand in the note in the home, and in the record itself."""

KIND_NAMES = {
    "message": N_("messages (each text that they had)"),
    "task": N_("tasks"),
    "file": N_("entries about files"),
    "blob": N_("bytes of files that were saved, or why not"),
    "account": N_("names of people in lists"),
    "member": N_("members"),
    "contact": N_("contacts (numbers only)"),
    "twin": N_("accounts with the name of a known person"),
    "room": N_("names and descriptions of chats"),
    "window": N_("readings of lists"),
    "steady": N_("readings that showed the same"),
    "reading": N_("readings of single messages"),
    "contract": N_("statements of the job"),
    "delivery": N_("deliveries"),
    "attachment": N_("files you added"),
    "mapping": N_("who is who"),
    "note": N_("private notes"),
    "review": N_("what was read before it left"),
}
"""Kinds of records in words; every other kind is “other records”."""

REASONS = {
    "agreement": N_("A contract or a promise of secrecy asks for it."),
    "request": N_("A person asked for it."),
    "own": N_("The owner's own decision."),
}


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says beside the record of the erasure."""

    erasure: Erasure
    owner_name: str
    owner_id: int
    stamps: Sequence[tuple[str, datetime]]
    """Authorities and the times that their stamps over that seal state."""
    packages: Sequence[ExportedPackage]
    """Packages made before, which may hold some of it."""
    folders: Sequence[str]
    """Folders that got daily copies and seals."""
    copied_at: datetime | None
    """When the archive was last copied as a whole, before the erasure."""
    created_at: datetime
    set_aside: Sequence[str] = ()
    """Names of databases in the archive's folder that were set aside before, and are not changed."""
    team: bool = False
    """Whether the archive is a copy of one in a team's ledger."""


def build_certificate(facts: CertificateFacts) -> Report:
    """The certificate as a report of one or two pages."""
    title = _("Certificate of erasure")
    return Report(
        title=title,
        author=facts.owner_name,
        header=title,
        reference=_("erasure {number}").format(number=facts.erasure.number),
        exhibit=None,
        footer=_("Made {time} (Japan time)").format(time=local_time(facts.created_at)),
        left_margin=20.0,
        chapters=(
            Chapter(_("1  What was erased"), tuple(_what(facts))),
            Chapter(_("2  Where it is recorded"), tuple(_record(facts.erasure, facts.stamps))),
            Chapter(_("3  Places that the erasure does not reach"), tuple(_places(facts))),
            Chapter(_("4  What this certificate says, and what not"), tuple(_limits())),
        ),
    )


STATED_FIELDS = frozenset(("what", "kinds", "messages", "files", "blobs", "replies", "packages", "numbers", "again"))
"""What the record of an erasure must say for a certificate."""


def _what(facts: CertificateFacts) -> Iterator[Block]:
    erasure, payload = facts.erasure, facts.erasure.payload
    owner = _("{name} (account {number})").format(name=visible(facts.owner_name), number=facts.owner_id)
    whole = _("all that only one job held: its chats or their times, its statements and files")
    chosen = _("single messages that were chosen, with their tasks and files")
    said = {"contract": whole, "room": _("all of a chat that no job held")}
    rows = (
        (_("Erased on"), _("{time} (Japan time)").format(time=local_time(erasure.at))),
        (_("By"), owner),
        (_("Chosen"), said.get(str(payload["what"]), chosen)),
        (_("Reason"), _(REASONS.get(payload["reason"], REASONS["own"]))),
        (_("Messages"), f"{payload['messages']:,}"),
        (_("Files"), f"{payload['files']:,}"),
        (_("Contents removed"), _("{n:,} (of files and files you added)").format(n=payload["blobs"])),
        (_("Records"), f"{sum(payload['kinds'].values()):,}"),
        (_("Kept replies"), f"{len(payload['replies']):,}"),
    )
    yield FactList(rows)
    if payload["again"] is not None:
        again = _("It repeats erasure {number}, as an older database was put back.")
        yield Paragraph(again.format(number=payload["again"]), "small")
    yield TableBlock((_("Kind of record"), _("How many")), (1.0, 0), tuple(_kind_rows(payload["kinds"])))


def _kind_rows(kinds: dict[str, int]) -> Iterator[tuple[str, str]]:
    for kind, name in KIND_NAMES.items():
        if kind in kinds:
            yield _(name), f"{kinds[kind]:,}"
    others = sum(count for kind, count in kinds.items() if kind not in KIND_NAMES)
    if others:
        yield _("other records"), f"{others:,}"


def _record(erasure: Erasure, stamps: Sequence[tuple[str, datetime]]) -> Iterator[Block]:
    times = [_("{time} by the authority {name}").format(time=local_time(at), name=name) for name, at in stamps]
    seal = _("not sealed yet") if erasure.seal is None else f"{erasure.seal}"
    rows = (
        (_("Record"), _("No. {seq}").format(seq=erasure.seq)),
        (_("Its SHA-256"), erasure.digest),
        (_("Closed by seal"), seal),
        *([(_("Seal's SHA-256"), erasure.seal_sha256)] if erasure.seal_sha256 else []),
        (_("Time stamps"), "\n".join(times) or _("none so far")),
        (_("Erased numbers"), _ranges_text(erasure.payload["numbers"])),
    )
    yield FactList(rows)
    yield Paragraph(
        _(
            "In the place of each erased record stands nothing but the SHA-256 under which it was sealed and the "
            "number of this erasure. Each record held 16 random bytes, so its text cannot be guessed back from that. "
            "The chain of the seals goes on to verify."
        ),
        "small",
    )


def _ranges_text(ranges: Sequence[Sequence[int]]) -> str:
    shown = [f"{first}" if first == last else f"{first}-{last}" for first, last in ranges[:MAX_RANGES]]
    rest = len(ranges) - len(shown)
    more = ngettext("and {n} more range", "and {n} more ranges", rest).format(n=rest)
    return ", ".join(shown) + (f" … {more}" if rest > 0 else "")


def _places(facts: CertificateFacts) -> Iterator[Block]:
    yield Paragraph(_("The program erased in this archive alone. It did not change, and cannot see, these:"))
    yield Bullets(tuple(_place_lines(facts)))


def _place_lines(facts: CertificateFacts) -> Iterator[str]:
    for package in facts.packages:
        sentence = _("Export {name}, made {time}, wherever it lies outside the archive's folder")
        made = sentence.format(name=visible(package.name), time=local_time(package.at))
        handed = [_("handed to {to} on {day}").format(to=visible(one.to), day=one.on) for one in package.handovers]
        yield f"{made}: {', '.join(handed)}" if handed else made
    for folder in facts.folders:
        yield _("Daily copies in the folder {folder}").format(folder=visible(folder))
    for name in facts.set_aside:
        aside = _("{file} in the archive's folder, a database set aside before: delete it if nothing in it is needed")
        yield aside.format(file=visible(name))
    if facts.team:
        yield _(
            "Backups and the write-ahead log of the database that holds the team's ledger, and rows of it that are "
            "freed but not overwritten"
        )
        yield _("Copies of the archive on other computers of the team until they are used again, and all in a bucket")
    if facts.copied_at is None:
        copies = _("Backups, if there are any (it knows of none).")
    else:
        copies = _("Backups; the last one was made {time}.").format(time=local_time(facts.copied_at))
    again = _(
        "One from before brings everything back when it is restored; with the file beside this certificate it can "
        "be erased there once more."
    )
    yield f"{copies} {again}"
    yield _("Snapshots and backups of the computer, and blocks of the disk that it has freed but not overwritten")
    yield _("Chatwork itself, where the messages stay until they are deleted there, and what other people saved")
    yield _("What other messages quote of it, and texts that were copied elsewhere by hand")


def _limits() -> Iterator[Block]:
    yield Paragraph(
        _(
            "The program wrote this from the record that it made when it erased. It says what was erased in this "
            "archive and when it was recorded; it does not show that no other copy exists. Nothing of the erased "
            "content is printed here."
        )
    )
