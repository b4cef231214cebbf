"""The command `export`: makes a package, or previews what would leave; lists those made, and notes who got one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.argument_completion import JOB, folders, profiles
from archiver.cli.context import CliContext
from archiver.cli.error_output import tell_root_errors
from archiver.cli.evidence.counterpart_question import make_with_counterparts
from archiver.cli.evidence.export_outcome import tell_document, tell_export
from archiver.cli.evidence.preview import tell_preview, tell_warnings
from archiver.cli.evidence.reading import read_before
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.prompts import ask_yes_no, is_asked
from archiver.errors import N_
from archiver.export.package.order import OPTIONS, ExportOrder, option_words
from archiver.records import RequestKind
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.export.package.make_package import ExportReport
    from archiver.export.package.recipe import PackagePreview
    from archiver.rounds.export_recheck import Recheck

_COMPLETIONS = {"profile": profiles, "out": folders}

_QUOTING = frozenset({"support", "lawyer", "court", "consult"})
"""Profiles that quote messages."""

_BAR_STEP = 250
"""Messages between two updates of the bar."""


def _require_finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value}")
    return value


def _order_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command an option for each wish of an order that has one."""
    for one in reversed(OPTIONS):
        given = {"default": one.default, "shell_complete": _COMPLETIONS.get(one.name), **one.metadata}
        given.pop("page", None)
        if "choices" in given:
            given["type"] = click.Choice(given.pop("choices"))
        if "least" in given:
            given |= {"type": click.FloatRange(min=given.pop("least")), "callback": _require_finite}
        command = click.option(*given.pop("names"), one.name, is_flag=one.default is False, **given)(command)
    return command


@click.command(
    "export", help=N_("Create an export from what is saved. Works without token and network; sends nothing.")
)
@JOB
@_order_options
@click.option("--no-recheck", is_flag=True, hidden=True, help=N_("Do not read the quoted messages once more before."))
@click.option(
    "--preview", is_flag=True, help=N_("Only say in names and numbers what an export would contain; nothing is made.")
)
@click.option("--list", "is_list", is_flag=True, help=N_("The exports made so far, and to whom each was handed."))
@click.option("--handed", type=click.IntRange(1), metavar="N", help=N_("Note to whom export N of the list was handed:"))
@click.option("--whom", metavar=N_("TEXT"), help=N_("To whom; later exports of the same job say so in chapter 10."))
@click.option("--on", "day", metavar=N_("DAY"), help=N_("On which day; today or earlier."))
@click.option("--how", default="", metavar=N_("TEXT"), help=N_("How, such as by mail or by hand."))
@click.option(
    "--read",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar=N_("FILE"),
    hidden=True,
    help=N_("What was read: the list of messages that --preview --json gives."),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_export(
    obj: CliContext,
    /,
    *,
    job: str | None,
    no_recheck: bool,
    preview: bool,
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
    from archiver.app import build_app
    from archiver.cli.evidence import exports
    from archiver.export.package.make_package import ExportDeclined

    if is_list:
        exports.list_exports(obj, as_json=as_json)
        return 0
    if handed is not None:
        exports.note_handover(obj, handed, whom=whom, day=day, how=how)
        return 0
    app, is_quiet = build_app(obj.settings(), obj.environ), obj.verbose < 0
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
    from archiver.export.chosen_messages import parse_choice
    from archiver.settings.model import exports_folder

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
    from archiver.cli.contracts.people import find_person, people
    from archiver.store.queries.contracts import named_or_only_contract

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
    from archiver.rounds.export_recheck import recheck_quoted

    if order.profile not in _QUOTING:
        return None
    recheck = recheck_quoted(app, order)
    if recheck.sentence() and not is_quiet:
        echo(recheck.sentence(), err=True)
    return recheck


def _finish_interrupted(app: App) -> None:
    """Finish what an interrupted run left; from a home that cannot be written a package can be made all the same."""
    from archiver.custody import earlier_homes, erasures

    copies = app.settings.exports.also_to
    with suppress(errors.StorageError):
        earlier_homes.settle(app.archive, now=app.now(), copies=copies)
        for line in erasures.go_on(app.archive, now=app.now, copies=copies):
            echo(line, err=True)


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
    from archiver.custody.export_stamps import stamp_service
    from archiver.export.package import make_package
    from archiver.export.package.reading_step import keep_sides

    def confirm(preview: PackagePreview) -> bool:
        if previews is not None:
            previews.append(preview)
            return False
        screen.clear()
        return _warn(preview) if as_json else _ask_or_warn(preview, order.profile)

    def make(order: ExportOrder) -> ExportReport:
        asks = previews is None and not as_json and is_asked()
        order = read_before(app.archive, order, read, asks=asks, now=app.now())
        with screen:
            return make_package.export(
                app.archive,
                order,
                now=app.now,
                stamping=None if previews is not None else stamp_service(app),
                progress=_progress_bar(screen),
                confirm=confirm,
            )

    return make_with_counterparts(make, lambda order: keep_sides(app.archive, order, at=app.now()), order)


def _progress_bar(screen: ProgressScreen) -> Callable[[int, int], None]:
    """A callback that shows progress in a bar, once every so many messages."""

    def tell(done: int, total: int) -> None:
        if done % _BAR_STEP == 1:
            screen.show_part(_("Making the export"), done, total)

    return tell


def _ask_or_warn(preview: PackagePreview, profile: str) -> bool:
    """Show what would leave and ask on a terminal; elsewhere only warn."""
    if not is_asked():
        return _warn(preview)
    tell_preview(preview, profile, err=True)
    return ask_yes_no(_("Make this export?"), default=True, err=True)


def _warn(preview: PackagePreview) -> bool:
    tell_warnings(preview, err=True)
    return True


def _tell_declined(previews: list[PackagePreview], profile: str, *, as_json: bool) -> None:
    if previews and as_json:
        from dataclasses import asdict

        click.echo(json.dumps({"preview": asdict(previews[0])}, ensure_ascii=False))
        return
    if previews:
        tell_preview(previews[0], profile, err=False)
    echo(_("No export was made."), err=True)
