"""`export --list` and `--handed`: the packages made so far, and to whom each was handed."""

from __future__ import annotations

from gettext import gettext as _

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo, echo_json
from archiver.cli.terminal.text import pad, visible
from archiver.cli.terminal.typed_command import command_line
from archiver.export.package.order import option_words
from archiver.records import ExportedPackage, JsonObject
from archiver.render.times import minute_text
from archiver.setup.written_values import EXAMPLE_DAY, read_day
from archiver.standing.deadline_lines import contract_names
from archiver.store import statements
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.store.queries.runs import exports
from archiver.store.time_text import to_text


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
        if options := option_words(package.making.get("order", {})):
            echo(f"     {command_line(options)}")
        for handover in package.handovers:
            line = _("handed to {to} on {day}").format(to=visible(handover.to), day=handover.on)
            echo("     " + line + (f" ({visible(handover.how)})" if handover.how else ""))
    if not packages:
        echo(_("No export has been made yet."))


def _document(package: ExportedPackage) -> JsonObject:
    handed = [{"to": one.to, "on": one.on, "how": one.how} for one in package.handovers]
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
        fresh = statements.state_handover(writing, package, to=to, on=on, how=how.strip(), at=utc_now())
    sentence = _("Entered: {name} was handed to {to} on {day}.")
    if not fresh:
        sentence = _("Already entered: {name} was handed to {to} on {day}.")
    echo(sentence, name=package.name, to=to, day=on)
