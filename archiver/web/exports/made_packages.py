"""The packages that this archive has on record, and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from flask import abort

from archiver.records import ExportedPackage, Handover
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.settings.model import exports_folder
from archiver.store.queries.contracts import contracts
from archiver.store.queries.runs import exports
from archiver.web.console_context import ConsoleContext


@dataclass(frozen=True, slots=True)
class MadePackage:
    """A package on record."""

    number: int
    at: str
    name: str
    contract: str
    profile: str
    lang: str
    sha256: str
    is_there: bool
    documents: tuple[tuple[str, str], ...]
    """File and words of each of its documents, what is read first first."""
    inquiry: str
    """The text for the platform's form; empty if there is none."""
    handovers: tuple[str, ...]
    """To whom it was handed, when and how, a sentence each."""


def made_packages(context: ConsoleContext) -> list[MadePackage]:
    """The packages, the last one first."""
    with context.archive.reading() as reading:
        rows, labels = exports(reading), {one.id: one.called for one in contracts(reading)}
    folder = exports_folder(context.settings())
    return [_made_package(exported, folder, labels.get(exported.contract, exported.contract)) for exported in rows][
        ::-1
    ]


def package_path(context: ConsoleContext, number: str) -> Path:
    """Where a package on record lies in the folder of packages. Answers 404 if it is not there."""
    with context.archive.reading() as reading:
        rows = exports(reading)
    name = next((row.name for row in rows if str(row.number) == number), None)
    if name is None:
        abort(404)
    path = exports_folder(context.settings()) / Path(name).name
    if not path.exists():
        abort(404)
    return path


def file_in_package(context: ConsoleContext, number: str, name: str) -> Path | None:
    """A document of a package; the name is only compared with those that lie there."""
    path = package_path(context, number)
    return next((one for one in _documents(path) if one.name == name), None)


def _made_package(exported: ExportedPackage, folder: Path, contract: str) -> MadePackage:
    path = folder / Path(exported.name).name
    documents = _documents(path)
    inquiry = next((one for one in documents if one.name.endswith("inquiry_text.txt")), None)
    return MadePackage(
        exported.number,
        minute_text(exported.at),
        visible(exported.name),
        visible(contract),
        exported.profile,
        exported.lang,
        exported.sha256,
        path.exists(),
        _documents_in_words([one.name for one in documents if one.suffix == ".pdf"]),
        "" if inquiry is None else inquiry.read_text(encoding="utf-8-sig", errors="replace"),
        tuple(map(_handover_sentence, exported.handovers)),
    )


def _documents_in_words(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """A name that is no word of the language of the pages gets one; the report comes first, then the others by name."""
    words = {"report": _("Report"), "evidence_list": _("List of exhibits"), "report_all_messages": _("All messages")}
    found = []
    for name in sorted(names, key=lambda one: (not one.startswith("report."), one)):
        stem, _dash, volume = name.removesuffix(".pdf").partition("-")
        found.append((name, f"{words[stem]} {volume.lstrip('0')}".strip() if stem in words else visible(name)))
    return tuple(found)


def _handover_sentence(handover: Handover) -> str:
    line = _("handed to {to} on {day}").format(to=visible(handover.to), day=handover.on)
    return line + (f" ({visible(handover.how)})" if handover.how else "")


def _documents(path: Path) -> list[Path]:
    """What can be opened, at the top and in `data`, where a package with proofs has its reports."""
    places = [folder for folder in (path, path / "data") if folder.is_dir() and not folder.is_symlink()]
    found = [one for folder in places for one in folder.iterdir() if one.suffix in (".pdf", ".txt")]
    return sorted(one for one in found if one.is_file() and not one.is_symlink())
