"""What `export` says of packages: what would leave, what was made and to whom it was handed, what it lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import FINDINGS, CliContext, command_line
from archiver.cli.output import echo, echo_json, echo_lines, pad, paged_output, visible
from archiver.errors import N_
from archiver.export.court_check import check_folder
from archiver.export.package.make_package import ExportReport
from archiver.export.package.order import option_words
from archiver.export.package.recipe import PackagePreview
from archiver.records import ContractRoom, ExportedPackage, JsonObject, RoomId, contract_facts
from archiver.render.times import minute_text
from archiver.rounds.export_recheck import Recheck
from archiver.setup.answers import EXAMPLE_DAY, read_day
from archiver.setup.contract_rooms import first_day, last_day
from archiver.setup.menu_entry import show_folder
from archiver.standing.alert_lines import contract_names
from archiver.standing.outcome_words import handover_sentence, metadata_lines, warning_lines
from archiver.store import user_statements
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import exports
from archiver.store.time_text import to_text
from archiver.wording import gettext as _
from archiver.wording import ngettext

_NAMED_LIMIT = 20
"""So many things that a package lacks are named on the screen; the package names them all."""

_WITHOUT_FILES = ("support", "consult", "court")
"""Profiles whose packages give the names and sizes of files at most."""


def tell_document(report: ExportReport, recheck: Recheck | None, options: Sequence[str]) -> None:
    """Print what was made as one JSON document."""
    checked = {"recheck": None if recheck is None else recheck._asdict()}
    echo_json(report.document() | checked)
    _tell_incomplete(report, options)


def tell_export(report: ExportReport, options: Sequence[str], *, to_stderr: bool) -> None:
    """Print where the package is, how much it holds, what it lacks, and what is to be done before it is sent."""
    echo(_("The export is ready. It was sent to nobody."), err=to_stderr)
    echo(f"  {visible(str(report.path))}")
    if report.zip:
        echo(f"  {visible(str(report.zip))}")
    echo("  " + report.contents(), err=to_stderr)
    if report.unsealed:
        sentence = ngettext(
            "{n} record in it is not sealed yet, as this archive is only read; the export says so.",
            "{n} records in it are not sealed yet, as this archive is only read; the export says so.",
            report.unsealed,
        )
        echo("  " + sentence.format(n=report.unsealed), err=to_stderr)
    if report.stamped:
        echo("  " + _("It is time-stamped by every company in the settings."), err=to_stderr)
    _tell_incomplete(report, options)
    if report.blank:
        labels = [_(fact.label) for fact in contract_facts.FACTS if fact.name in report.blank]
        echo(_("Not entered yet (printed as blank): {facts}"), err=True, facts=_(", ").join(labels))
        echo("  " + _("Add them with: archive job set {contract}").format(contract=report.contract), err=True)
    if report.advice:
        echo(_("Before you send it: {advice}"), err=True, advice=report.advice)
    if sys.stdout.isatty() and sys.stdin.isatty():
        show_folder(Path(report.path))


def _tell_incomplete(report: ExportReport, options: Sequence[str]) -> None:
    """Print that no record of it is kept, if so, and why the exit code is 4: what it lacks, whether it is too large.

    `options`: those of the command that made it.
    """
    if report.record_note:
        echo("  " + report.record_note, err=True)
    for sentences, explanation in (
        (
            (*report.missing, *report.unheld),
            _("Not everything that belongs in it could be included; the export says so too."),
        ),
        (
            report.unstamped,
            _(
                "The export itself does not say so, as its own time stamps are added last. The next export asks "
                "for them again."
            ),
        ),
        (
            report.unread_sentences(),
            _(
                "To read them, on a terminal: archive export {words}  (a script: --preview --json, then --read FILE)"
            ).format(words=command_line([report.contract, *options])),
        ),
        (report.too_large, _("Nothing was left out because of that. To choose fewer messages: --from, --to")),
    ):
        for sentence in sentences[:_NAMED_LIMIT]:
            echo("  " + visible(sentence), err=True)
        if len(sentences) > _NAMED_LIMIT:
            echo("  " + _("and {n} more").format(n=len(sentences) - _NAMED_LIMIT), err=True)
        if sentences:
            echo(explanation, err=True)


def tell_preview(preview: PackagePreview, profile: str, *, err: bool) -> None:
    """Print the names and numbers, one a line, then the warnings."""
    echo(_("What this export would contain:"), err=err)
    for line in number_lines(preview, profile):
        echo(f"  {line}", err=err)
    echo_lines(metadata_lines(preview.metadata), err=err)
    tell_warnings(preview, err=err)


def number_lines(preview: PackagePreview, profile: str) -> Iterator[str]:
    """What the package would hand over: the names of its chats and of whom it names, then numbers, none of them 0."""
    yield _("Chats: {names}").format(names=_names(preview.chats))
    yield _("People who are shown by their name: {names}").format(names=_names(preview.named))
    if preview.hidden_people:
        yield _("People whose names are hidden: {n}").format(n=preview.hidden_people)
    number, files = preview.messages, preview.files
    messages = ngettext("{n} message", "{n} messages", number)
    if profile == "consult":
        messages = ngettext(
            "A summary of {n} message; of its text at most what page 1 quotes",
            "A summary of {n} messages; of their texts at most what page 1 quotes",
            number,
        )
    elif profile == "support" and "nda" in preview.warnings:
        messages = ngettext("An excerpt of {n} message", "An excerpt of {n} messages", number)
    yield messages.format(n=number)
    if profile in _WITHOUT_FILES:
        yield _("No file from Chatwork; names and sizes at most")
    elif files:
        yield ngettext("{n} file from Chatwork", "{n} files from Chatwork", files).format(n=files)
    if added := preview.enclosures:
        yield ngettext("{n} file that you added", "{n} files that you added", added).format(n=added)
    if preview.opened:
        read = sum(one.state == "read" for one in preview.opened)
        sentence = _("Texts that were read and leave: {read} of {opened} that are opened; no other text leaves")
        yield sentence.format(read=read, opened=len(preview.opened))
    if covered := preview.masked:
        yield ngettext("{n} hidden place", "{n} hidden places", covered).format(n=covered)
    yield _("{size} MB before it is zipped").format(size=f"{preview.size / 1_000_000:.1f}")


def _names(names: Sequence[str]) -> str:
    return _(", ").join(visible(" ".join(name.split())) for name in names) or _("none")


def tell_warnings(preview: PackagePreview, *, err: bool) -> None:
    """Print what to consider before the package leaves, one warning a line."""
    echo_lines(warning_lines(preview.warnings), err=err)


def list_exports(obj: CliContext, *, as_json: bool) -> None:
    """Print the packages that the archive has on record."""
    with Archive(obj.home).reading() as reading:
        packages = exports(reading)
        names = contract_names(contracts(reading))
    if as_json:
        echo_json({"exports": [_document(one) for one in packages]})
        return
    for package in packages:
        name = names.get(package.contract, visible(package.contract))
        echo(f"{package.number:>3}  {minute_text(package.at)}  {pad(package.profile, 8)} {package.lang}  {name}")
        echo(f"     {visible(package.name)}")
        echo(f"     SHA-256 {package.sha256}")
        order = package.making.get("order", {})
        since, until = (datetime.fromisoformat(order[one]) if one in order else None for one in ("since", "until"))
        period = ContractRoom(RoomId(0), since, until)
        if options := option_words({**order, "since": first_day(period), "until": last_day(period)}):
            echo(f"     {command_line(options)}")
        for handover in package.handovers:
            echo("     " + handover_sentence(handover))
    if not packages:
        echo(_("No export has been made yet."))


def _document(package: ExportedPackage) -> JsonObject:
    handed = [one._asdict() for one in package.handovers]
    facts = {"number": package.number, "at": to_text(package.at), "job": package.contract, "profile": package.profile}
    return facts | {"lang": package.lang, "name": package.name, "sha256": package.sha256, "handed": handed}


def note_handover(obj: CliContext, number: int, *, whom: str | None, day: str | None, how: str) -> None:
    """Record to whom a package was handed. Raises UnknownExport, and UsageError for an empty name or a wrong day."""
    to = (whom or "").strip()
    if not to or not day:
        raise errors.UsageError(detail=_("Say to whom it was handed, and when: --whom TEXT --on DAY"))
    on = read_day(day, "--on", EXAMPLE_DAY, now=utc_now())
    with Archive(obj.home).writing() as writing:
        package = next((one for one in exports(writing) if one.number == number), None)
        if package is None:
            raise errors.UnknownExport(number=number)
        fresh = user_statements.state_handover(writing, package, to=to, on=on, how=how.strip(), at=utc_now())
    sentence = _("Entered: {name} was handed to {to} on {day}.")
    if not fresh:
        sentence = _("Already entered: {name} was handed to {to} on {day}.")
    echo(sentence, name=package.name, to=to, day=on)


_SENTENCES = {
    "name_length": N_("The name has {detail} characters; a court's system takes 50."),
    "name_form": N_("Exhibits are numbered with three digits, such as 甲001.pdf or 甲001の2.pdf."),
    "size": N_("{detail} MB: larger than the limit."),
    "unreadable": N_("It cannot be read as a PDF."),
    "unseen": N_("It is above 50 MB: what is inside was not looked at."),
    "password": N_("It is protected by a password."),
    "pages": N_("It has no pages."),
    "paper": N_("Page {page} is neither A4 nor A3: {detail}"),
    "font": N_("A font is not embedded (page {page}): {detail}"),
    "bookmarks": N_("It has bookmarks."),
    "metadata": N_("It says beside its pages: {detail}"),
    "attachment": N_("Another file is attached."),
    "script": N_("It has JavaScript or another action."),
    "note": N_("It has a comment or a mark (page {page}): {detail}"),
}


def check_court_files(folder: Path, limit: int | None, *, as_json: bool) -> int:
    """Look at the files of a folder and print what was found; nothing is changed."""
    count, findings, others = check_folder(folder, limit)
    if as_json:
        echo_json({"checked": count, "findings": findings, "not_checked": others})
        return FINDINGS if findings else 0
    with paged_output():
        for name in dict.fromkeys(one["file"] for one in findings):
            echo("{name}", name=name)
            for one in findings:
                if one["file"] == name:
                    echo("  " + _(_SENTENCES[one["check"]]), detail=one["detail"], page=one["page"])
        if others:
            echo(_("Not looked at, as a court's record takes no such files: {names}"), names=", ".join(others))
        echo(_("Files looked at: {count}; things to look at before filing: {n}"), count=count, n=len(findings))
        echo(_("Whether a court takes a file is for the court to say."))
    return FINDINGS if findings else 0
