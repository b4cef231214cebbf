"""`exports` and `exports note`: the packages made so far, and to whom each was handed."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.terminal.day_options import parse_day
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.render.times import iso_date, minute_text


@click.group(
    "exports",
    invoke_without_command=True,
    help=N_("The packages made so far: when, for whom, their fingerprint, and to whom they were handed."),
)
@click.pass_context
def command_exports(ctx: click.Context) -> int | None:
    """Print the packages that the archive has on record."""
    if ctx.invoked_subcommand is not None:
        return None
    from archiver.export.package.order import options_line
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.runs import exports

    with Archive(ctx.obj.home).reading() as reading:
        packages = exports(reading)
        names = contract_names(contracts(reading))
    for package in packages:
        name = names.get(package.contract, visible(package.contract))
        echo(f"{package.number:>3}  {minute_text(package.at)}  {pad(package.profile, 8)} {package.lang}  {name}")
        echo(f"     {visible(package.name)}")
        echo(f"     SHA-256 {package.sha256}")
        if options := options_line(package.making.get("order", {})):
            echo(f"     {visible(options)}")
        for handover in package.handovers:
            line = _("handed to {to} on {day}").format(to=visible(handover.to), day=handover.on)
            echo("     " + line + (f" ({visible(handover.how)})" if handover.how else ""))
    if not packages:
        echo(_("No package has been made yet."))
    return 0


@command_exports.command(
    "note",
    help=N_(
        "Write down to whom a package was handed: its number in the list, such as:"
        ' archive exports note 3 --to "CrowdWorks support" --on 2026-11-24 --how "inquiry form"\n\n'
        "Later packages of the same contract say so in chapter 10."
    ),
)
@click.argument("number", type=click.IntRange(1), metavar="N")
@click.option("--to", required=True, metavar=N_("TEXT"), help=N_("To whom."))
@click.option("--on", "day", required=True, metavar=N_("DAY"), help=N_("On which day; today or earlier."))
@click.option("--how", default="", metavar=N_("TEXT"), help=N_("How, such as by mail or by hand."))
@click.pass_obj
def exports_note(obj: CliContext, number: int, to: str, day: str, how: str) -> int:
    """Record to whom a package was handed. Raises UnknownExport, and UsageError for an empty name or a wrong day."""
    from archiver.app import utc_now
    from archiver.store import statements
    from archiver.store.archive import Archive
    from archiver.store.queries.runs import exports

    if not to.strip():
        raise errors.UsageError(detail=_("Say to whom it was handed: --to TEXT"))
    on = _past_day(day, utc_now())
    with Archive(obj.home).writing() as writing:
        package = next((one for one in exports(writing) if one.number == number), None)
        if package is None:
            raise errors.UnknownExport(number=number)
        fresh = statements.state_handover(writing, package, to=to.strip(), on=on, how=how.strip(), at=utc_now())
    sentence = _("Entered: {name} was handed to {to} on {day}.")
    if not fresh:
        sentence = _("Already entered: {name} was handed to {to} on {day}.")
    echo(sentence.format(name=visible(package.name), to=visible(to.strip()), day=on))
    return 0


def _past_day(value: str, now: datetime) -> str:
    """The day in Japan as `2026-11-24`. Raises BadValue, DayAhead."""
    at = parse_day(value, "--on", now=now)
    assert at is not None
    if at > now:
        raise errors.DayAhead(value=value, option="--on")
    return iso_date(at)
