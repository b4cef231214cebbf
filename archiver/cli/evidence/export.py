"""The command `export`: makes a package, or previews what would leave; lists those made, and notes who got one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext, tell_root_errors
from archiver.cli.contracts.entered_lines import find_person, people
from archiver.cli.evidence import export_outcome
from archiver.cli.evidence.export_outcome import (
    check_court_files,
    tell_document,
    tell_export,
    tell_preview,
    tell_warnings,
)
from archiver.cli.evidence.reading import make_with_counterparts, read_before
from archiver.cli.terminal.output import ProgressScreen, echo, echo_json, echo_lines
from archiver.cli.terminal.prompts import ask_yes_no, is_asked, parse_period
from archiver.custody import earlier_homes, erasures
from archiver.custody.export_stamps import stamp_service
from archiver.export.package import make_package
from archiver.export.package.make_package import ExportDeclined, ExportReport
from archiver.export.package.order import ExportOrder, option_words
from archiver.export.package.reading_step import keep_sides
from archiver.export.package.recipe import PackagePreview
from archiver.export.package_scope import parse_choice
from archiver.records import RequestKind
from archiver.rounds.export_recheck import Recheck, recheck_quoted
from archiver.settings.model import exports_folder
from archiver.store.queries.contracts import named_or_only_contract
from archiver.wording import gettext as _

_QUOTING = frozenset({"support", "lawyer", "court", "consult"})
"""Profiles that quote messages."""

_BAR_STEP = 250
"""Messages between two updates of the bar."""


def export(
    obj: CliContext,
    /,
    *,
    job: str | None,
    no_recheck: bool,
    preview: bool,
    check: Path | None,
    is_list: bool,
    handed: int | None,
    whom: str | None,
    day: str | None,
    how: str,
    read: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Seal, then build from the state at that seal; on a terminal, show what would leave and ask first."""
    if check is not None:
        if given["profile"] != "court":
            raise errors.UsageError(detail=_("--check goes with --for court."))
        limit = ExportOrder(profile="court", max_mb=given["max_mb"]).max_bytes
        return check_court_files(check, limit, as_json=as_json)
    if is_list:
        export_outcome.list_exports(obj, as_json=as_json)
        return 0
    if handed is not None:
        export_outcome.note_handover(obj, handed, whom=whom, day=day, how=how)
        return 0
    app, is_quiet = obj.app(), obj.verbose < 0
    order = _order(app, given | {"contract": job}, asks=not preview and is_asked())
    recheck = None if preview or no_recheck else _recheck(app, order, is_quiet=is_quiet or as_json)
    _finish_interrupted(app)
    previews: list[PackagePreview] | None = [] if preview else None
    try:
        report = _make(app, order, ProgressScreen(quiet=is_quiet), previews, read, as_json=as_json)
    except ExportDeclined:
        _tell_declined(previews or [], order.profile, as_json=as_json)
        return 0
    tell_root_errors(app.root_errors)
    options = option_words(given)
    if as_json:
        tell_document(report, recheck, options)
    else:
        tell_export(report, options, to_stderr=is_quiet)
    return INCOMPLETE if report.incomplete or report.unheld or report.unread else 0


def _order(app: App, given: dict[str, Any], *, asks: bool) -> ExportOrder:
    """What is ordered. Raises UsageError for what cannot be read."""
    begin, end = parse_period(given["since"], given["until"], now=app.now())
    read = {
        "since": begin,
        "until": end,
        "request": RequestKind(given["request"]) if given["request"] else None,
        "choice": parse_choice(given["choice"]),
        "out": Path(given["out"]).expanduser() if given["out"] else exports_folder(app.settings),
        **_people(app, given),
    }
    order = ExportOrder(**given | read, asks_who_wrote_last=asks, every=app.settings.sync.every)
    return order.with_policy()


def _people(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """The texts and people to mask and to show. Raises UnknownPerson."""
    masks, unmask = given["masks"], given["unmask_people"]
    if not masks and not unmask:
        return {}
    with app.archive.reading() as reading:
        contract = named_or_only_contract(reading, given["contract"])
        names = {account: {str(account), name} - {""} for account, name in people(reading, contract).items()}
        return {
            "masks": [one for one in masks if not any(one in words for words in names.values())],
            "mask_people": [account for account, words in names.items() if not words.isdisjoint(masks)],
            "unmask_people": [find_person(reading, contract, one) for one in unmask],
        }


def _recheck(app: App, order: ExportOrder, *, is_quiet: bool) -> Recheck | None:
    """Read what would be quoted once more, and say what came of it; None where nothing is to be read."""
    if order.profile not in _QUOTING:
        return None
    recheck = recheck_quoted(app, order)
    if recheck.sentence() and not is_quiet:
        echo(recheck.sentence(), err=True)
    return recheck


def _finish_interrupted(app: App) -> None:
    """Finish what an interrupted run left; from a home that cannot be written a package can be made all the same."""
    copies = app.settings.exports.also_to
    with suppress(errors.StorageError):
        earlier_homes.settle(app.archive, now=app.now(), copies=copies)
        echo_lines(erasures.go_on(app.archive, now=app.now, copies=copies), err=True)


def _make(
    app: App,
    order: ExportOrder,
    screen: ProgressScreen,
    previews: list[PackagePreview] | None,
    read: Path | None,
    *,
    as_json: bool,
) -> ExportReport:
    """Make the package once its messages were read, or only note what would leave. Raises ExportDeclined."""

    def confirm(preview: PackagePreview) -> bool:
        if previews is not None:
            previews.append(preview)
            return False
        screen.clear()
        if as_json or not is_asked():
            tell_warnings(preview, err=True)
            return True
        tell_preview(preview, order.profile, err=True)
        return ask_yes_no(_("Make this export?"), default=True, err=True)

    def progress(done: int, total: int) -> None:
        if done % _BAR_STEP == 1:
            screen.show_part(_("Making the export"), done, total)

    def make(order: ExportOrder) -> ExportReport:
        asks = previews is None and not as_json and is_asked()
        order = read_before(app.archive, order, read, asks=asks, now=app.now())
        with screen:
            return make_package.export(
                app.archive,
                order,
                now=app.now,
                stamping=None if previews is not None else stamp_service(app),
                progress=progress,
                confirm=confirm,
            )

    return make_with_counterparts(make, lambda order: keep_sides(app.archive, order, at=app.now()), order)


def _tell_declined(previews: list[PackagePreview], profile: str, *, as_json: bool) -> None:
    if previews and as_json:
        echo_json({"preview": asdict(previews[0])})
        return
    if previews:
        tell_preview(previews[0], profile, err=False)
    echo(_("No export was made."), err=True)
