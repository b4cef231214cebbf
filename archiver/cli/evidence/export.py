"""The command `export`: makes a package, or previews what would leave with it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, folders, profiles
from archiver.cli.context import CliContext
from archiver.cli.evidence.counterpart_question import make_with_counterparts
from archiver.cli.evidence.export_outcome import tell_document, tell_export
from archiver.cli.evidence.leftover_question import make_with_leftovers
from archiver.cli.evidence.preview import tell_preview, tell_warnings
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.status.stamp_lines import tell_root_errors
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.prompts import ask_yes_no
from archiver.errors import N_
from archiver.records import RequestKind
from archiver.report_language import JAPANESE, LANGUAGES
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.export.mask.package_mask import Policy
    from archiver.export.package.make_package import ExportReport
    from archiver.export.package.order import ExportOrder, LeftoverWish
    from archiver.export.package.recipe import PackagePreview
    from archiver.rounds.export_recheck import Recheck

_WHO = N_("For whom: support (the platform's office), lawyer, court, consult (a telephone consultation) or daily.")
_MESSAGES = N_(
    "The messages for the excerpt: ids, addresses copied in Chatwork, or numbers like No.12, separated by commas."
)

_QUOTING = frozenset({"support", "lawyer", "court", "consult"})
"""Profiles that quote messages."""

_BAR_STEP = 250
"""Messages between two updates of the bar."""


def _require_finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value}")
    return value


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The options of `export` as they were given; each says in its help what it is for."""

    contract: str | None
    profile: str
    since: str | None
    until: str | None
    request: str | None
    report_lang: str
    messages: str | None
    counterparts: tuple[int, ...]
    leftovers: str
    strip_metadata: bool
    masks: tuple[str, ...]
    no_mask: bool
    mask_people: tuple[int, ...]
    unmask_people: tuple[int, ...]
    no_recheck: bool
    preview: bool
    max_mb: float | None
    packed: bool
    out: str | None
    as_json: bool


@click.command("export", help=N_("Make a package from what is kept. Works without token and network; sends nothing."))
@click.argument("contract", metavar=N_("CONTRACT"), required=False, shell_complete=contract_ids)
@click.option("--for", "--profile", "profile", metavar=N_("WHO"), default="support", shell_complete=profiles, help=_WHO)
@click.option("--from", "since", metavar=N_("DAY"), help=N_("Only messages sent from this day on."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Only messages sent up to this day."))
@click.option(
    "--request",
    type=click.Choice([kind.value for kind in RequestKind]),
    help=N_("What you ask for; left out: what the dates and amounts that you entered suggest."),
)
@click.option(
    "--report-lang",
    "report_lang",
    type=click.Choice(LANGUAGES),
    default=JAPANESE,
    help=N_("The language of the package's own texts: ja (left out: this), or en for a client or lawyer abroad."),
)
@click.option("--messages", metavar=N_("LIST"), help=_MESSAGES)
@click.option(
    "--counterpart", "counterparts", type=int, metavar="ID", multiple=True, help=N_("This person is the other side.")
)
@click.option(
    "--leftovers",
    type=click.Choice(["ask", "hide"]),
    default="ask",
    help=N_("What looks like a name and is not masked yet: ask about each (left out: this), or mask it all."),
)
@click.option(
    "--strip-metadata",
    is_flag=True,
    help=N_("Put your own evidence in as copies without metadata (author, position …)."),
)
@click.option("--mask", "masks", metavar=N_("PATTERN"), multiple=True, help=N_("Mask this text everywhere, too."))
@click.option("--no-mask", is_flag=True, help=N_("Mask only what is asked for here."))
@click.option(
    "--mask-person", "mask_people", type=int, metavar="ID", multiple=True, help=N_("Mask this person's name.")
)
@click.option("--unmask", "unmask_people", type=int, metavar="ID", multiple=True, help=N_("Show this person's name."))
@click.option("--no-recheck", is_flag=True, help=N_("Do not read the quoted messages once more before."))
@click.option(
    "--preview", is_flag=True, help=N_("Only say in names and numbers what would be handed over; nothing is made.")
)
@click.option(
    "--max-mb",
    type=click.FloatRange(min=0.1),
    callback=_require_finite,
    metavar="N",
    help=N_("The package's maximum size."),
)
@click.option("--zip", "packed", is_flag=True, help=N_("Make a zip file too, however large."))
@click.option(
    "--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Where to put the package; left out: the usual folder.")
)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_export(obj: CliContext, /, **given: Any) -> int:
    """Seal, then build from the state at that seal; on a terminal, show what would leave and ask first."""
    from archiver.app import build_app
    from archiver.export.package.make_package import ExportDeclined

    options = ExportOptions(**given)
    app = build_app(obj.settings(), obj.environ)
    order = _order(app, options)
    recheck = _recheck(app, order, options, is_quiet=obj.verbose < 0)
    _finish_interrupted(app)
    previews: list[PackagePreview] = []
    try:
        report = _make(app, order, options, ProgressScreen(quiet=obj.verbose < 0), previews)
    except ExportDeclined:
        _tell_declined(previews, options.profile, as_json=options.as_json)
        return 0
    tell_root_errors(app.root_errors)
    if options.as_json:
        tell_document(report, recheck)
    else:
        tell_export(report, to_stderr=obj.verbose < 0)
    return INCOMPLETE if report.incomplete or report.unheld else 0


def _order(app: App, options: ExportOptions) -> ExportOrder:
    """What is ordered by the options. Raises UsageError for what cannot be read."""
    from archiver.export.chosen_messages import parse_choice
    from archiver.export.package.order import ExportOrder
    from archiver.settings.model import exports_folder

    begin, end = parse_period(options.since, options.until, now=app.now())
    return ExportOrder(
        contract=options.contract,
        profile=options.profile,
        since=begin,
        until=end,
        out=Path(options.out).expanduser() if options.out else exports_folder(app.settings),
        zip=options.packed,
        policy=_policy(options),
        counterparts=options.counterparts or None,
        asks_who_wrote_last=not options.preview and sys.stdin.isatty() and sys.stderr.isatty(),
        leftovers=_leftover_wish(options),
        strip_metadata=options.strip_metadata,
        request=RequestKind(options.request) if options.request else None,
        choice=parse_choice(options.messages),
        max_mb=options.max_mb,
        lang=options.report_lang,
        every=app.settings.sync.every,
    )


def _policy(options: ExportOptions) -> Policy:
    from archiver.export.mask.package_mask import masking_policy

    return masking_policy(
        options.profile,
        masks=options.masks,
        no_mask=options.no_mask,
        mask_people=options.mask_people,
        unmask_people=options.unmask_people,
    )


def _leftover_wish(options: ExportOptions) -> LeftoverWish:
    """A preview asks nothing: it lists what would be asked."""
    from archiver.export.package.order import LeftoverWish

    return LeftoverWish.LIST if options.preview and options.leftovers == "ask" else LeftoverWish(options.leftovers)


def _recheck(app: App, order: ExportOrder, options: ExportOptions, *, is_quiet: bool) -> Recheck | None:
    """Read what would be quoted once more, and say what came of it; None where nothing is to be read."""
    from archiver.rounds.export_recheck import recheck_quoted

    if options.preview or options.no_recheck or options.profile not in _QUOTING:
        return None
    recheck = recheck_quoted(app, order)
    if recheck.sentence() and not is_quiet and not options.as_json:
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
    app: App, order: ExportOrder, options: ExportOptions, screen: ProgressScreen, previews: list[PackagePreview]
) -> ExportReport:
    """Make the package, or only note what would leave. Raises ExportDeclined."""
    from archiver.custody.export_stamps import stamp_service
    from archiver.export.package import make_package

    ask = _warn if options.as_json else _ask_without_bar(screen, options.profile)

    def make(order: ExportOrder) -> ExportReport:
        with screen:
            return make_package.export(
                app.archive,
                order,
                now=app.now,
                stamping=None if options.preview else stamp_service(app),
                progress=_progress_bar(screen),
                confirm=_record_preview(previews) if options.preview else ask,
            )

    return make_with_counterparts(lambda order: make_with_leftovers(make, order, app.archive), order)


def _progress_bar(screen: ProgressScreen) -> Callable[[int, int], None]:
    """A callback that shows progress in a bar, once every so many messages."""

    def tell(done: int, total: int) -> None:
        if done % _BAR_STEP == 1:
            screen.show_part(_("Making the package"), done, total)

    return tell


def _ask_without_bar(screen: ProgressScreen, profile: str) -> Callable[[PackagePreview], bool]:
    """A callback that removes the bar and asks."""

    def ask(preview: PackagePreview) -> bool:
        screen.clear()
        return _ask_or_warn(preview, profile)

    return ask


def _ask_or_warn(preview: PackagePreview, profile: str) -> bool:
    """Show what would leave and ask on a terminal; elsewhere only warn."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return _warn(preview)
    tell_preview(preview, profile, err=True)
    return ask_yes_no(_("Make this package?"), default=True, err=True)


def _warn(preview: PackagePreview) -> bool:
    tell_warnings(preview, err=True)
    return True


def _record_preview(previews: list[PackagePreview]) -> Callable[[PackagePreview], bool]:
    def record(preview: PackagePreview) -> bool:
        previews.append(preview)
        return False

    return record


def _tell_declined(previews: list[PackagePreview], profile: str, *, as_json: bool) -> None:
    if previews and as_json:
        from dataclasses import asdict

        click.echo(json.dumps({"preview": asdict(previews[0])}, ensure_ascii=False))
        return
    if previews:
        tell_preview(previews[0], profile, err=False)
    echo(_("No package was made."), err=True)
