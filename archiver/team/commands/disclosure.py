"""The commands of disclosure: a worker's `team grant`, `revoke` and `audit`, and the recipient's `team export`."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from datetime import date
from pathlib import Path

import click

from archiver import errors
from archiver.app import utc_now
from archiver.cli.commands import folders, profiles
from archiver.cli.context import CliContext
from archiver.cli.evidence.commands import command_export
from archiver.cli.language_and_help import translate_command
from archiver.cli.output import echo, visible
from archiver.errors import N_
from archiver.records import JST
from archiver.render.times import time_of_year
from archiver.settings.home import without_token
from archiver.setup.answers import EXAMPLE_DAY, read_day
from archiver.store.archive import Archive
from archiver.store.queries.contracts import named_or_only_contract
from archiver.team.adopt_and_take_home import place_of
from archiver.team.disclosure import disclosed_copy, grants, state_grant, withdraw_grants
from archiver.team.ledger.database import LedgerPlace, read_ledger_file
from archiver.team.ledger.service_tables import AccessRecord, accesses, missing_numbers, record_access, row_writers
from archiver.wording import gettext as _
from archiver.wording import typed

_RECIPIENT = N_("NAME")
_REFUSED = "refused: "
_OWNER, _TAKE_HOME = "owner", "take-home"
_KINDS = {
    "export": N_("export of"),
    "grant": N_("grant of"),
    "revoke": N_("withdrawal of"),
    "drill": N_("restore drill"),
    _TAKE_HOME: N_("all of it taken home"),
    "put-back": N_("the ledger was put back to an earlier time; lines before this one may be missing"),
}
"""How the rows of the record of accesses begin, and what is shown of that."""


@click.command(
    "grant",
    short_help=N_("Let somebody get exports of one job out of your archive until a day."),
    help=N_(
        "Let somebody get exports of one job out of your archive until a day, such as: archive team "
        "grant job1 法務 --until 2027-01-31"
    ),
)
@click.argument("contract_id", metavar="JOB")
@click.argument("recipient", metavar=_RECIPIENT)
@click.option("--until", required=True, metavar=N_("DAY"), help=N_("The last day on which they may."))
@click.pass_obj
def team_grant(obj: CliContext, contract_id: str, recipient: str, until: str) -> None:
    """Append the grant to the archive, then a row to the record of accesses."""
    place, who, last = _own_place(obj), _plain(recipient), _last_day(until)
    with closing(Archive(obj.home)) as archive:
        contract = archive.read(named_or_only_contract, contract_id)
        grant = state_grant(archive, contract.id, who, last, at=utc_now())
    record_access(place, who=_OWNER, what=f"grant {grant.contract} {grant.until}", reason=who)
    sentence = _("Granted: {who} may get exports of {contract} until {day}. Withdraw it with: {command}")
    command = typed(f"archive team revoke {_word(contract.id)} {_word(who)}")
    values = {"who": who, "contract": contract.label, "day": grant.until.isoformat(), "command": command}
    echo(sentence.format(**{name: visible(value) for name, value in values.items()}))


@click.command("revoke", help=N_("Withdraw what you granted somebody for one job; what they have stays theirs."))
@click.argument("contract_id", metavar="JOB")
@click.argument("recipient", metavar=_RECIPIENT)
@click.pass_obj
def team_revoke(obj: CliContext, contract_id: str, recipient: str) -> None:
    """Append the withdrawal to the archive, then a row to the record of accesses."""
    place, who = _own_place(obj), _plain(recipient)
    with closing(Archive(obj.home)) as archive:
        contract = archive.read(named_or_only_contract, contract_id)
        number = withdraw_grants(archive, contract.id, who, at=utc_now())
    if not number:
        raise errors.NothingGranted(contract=contract.id, recipient=who)
    record_access(place, who=_OWNER, what=f"revoke {contract.id}", reason=who)
    sentence = _("Withdrawn: {who} gets no more exports of {contract}. What they have is theirs.")
    echo(sentence, who=who, contract=contract.label)


@click.command(
    "audit", help=N_("Who read your archive besides you and wrote to it, and what you granted; nothing can be removed.")
)
@click.pass_obj
def team_audit(obj: CliContext) -> None:
    """Print every row of the record of accesses, oldest first, who took it home, who wrote, and the grants."""
    place = _own_place(obj)
    records = accesses(place)
    for record in records:
        echo(_access_line(record))
    if missing := missing_numbers(records):
        numbers = ", ".join(map(str, missing))
        echo(_("Missing: line {numbers}. Only the owner of the database can have removed it."), numbers=numbers)
    if taken := [str(one.number) for one in records if one.what == _TAKE_HOME and not one.is_bound]:
        sentence = _("All of it was taken home, for which nobody needs your grant: line {numbers}.")
        echo(sentence, numbers=", ".join(taken))
    for login, count, *times in row_writers(place):
        sentence = _("Records and replies written by the database's user {login}: {n} ({first} – {last})")
        first, last = map(time_of_year, times)
        echo(sentence.format(login=visible(login), n=count, first=first, last=last))
    with closing(Archive(obj.home)) as archive, archive.reading() as reading:
        known = grants(reading)
    for grant in known:
        sentence = _("Granted: {who}, {contract}, until {day}")
        if not grant.is_live(_today()):
            sentence = _("Ended: {who}, {contract}, until {day}")
        echo(sentence, who=grant.recipient, contract=grant.contract, day=grant.until)


@click.command(
    "export",
    short_help=N_("Make an export of a member's job under their grant."),
    help=N_(
        "Make an export of a member's job under their grant, such as: archive team export 1234567 job1 "
        "--as 法務 --reason 相談\n\nEach call is a row that the member sees."
    ),
)
@click.argument("account", type=click.IntRange(1), metavar=N_("ACCOUNT"))
@click.argument("contract_id", metavar="JOB")
@click.option("--as", "recipient", required=True, metavar=_RECIPIENT, help=N_("Who you are, as the grant names you."))
@click.option("--reason", required=True, metavar=N_("TEXT"), help=N_("What it is for; the member sees it."))
@click.option("--ledger", "address", metavar=N_("ADDRESS"), help=N_("The address of the database."))
@click.option("--files", metavar=N_("DIR"), help=N_("The store of files."))
@click.option(
    "--for",
    "profile",
    default="lawyer",
    show_default=True,
    metavar=N_("WHO"),
    shell_complete=profiles,
    help=N_("For whom the export is: support, lawyer, court or consult."),
)
@click.option(
    "--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Where to put it; left out: the present folder.")
)
@click.pass_obj
def team_export(
    obj: CliContext,
    account: int,
    contract_id: str,
    recipient: str,
    reason: str,
    address: str | None,
    files: str | None,
    profile: str,
    out: str | None,
) -> int:
    """Make a copy that is thrown away, and call `export` in it; without a grant nothing is made."""
    place, who = place_of(obj.home, address, account, files), _plain(recipient)
    with disclosed_copy(place, contract_id, who, reason=_plain(reason), today=_today()) as home:
        words = [contract_id, "--no-recheck", "--for", profile, "--out", str(Path(out or ".").expanduser().absolute())]
        # Without a token: the messages are not read once more for somebody else.
        inner = CliContext(home, obj.verbose, without_token(obj.environ))
        code = translate_command(command_export).main(words, "archive export", standalone_mode=False, obj=inner)
        return int(code or 0)


def _access_line(record: AccessRecord) -> str:
    what = record.what.removeprefix(_REFUSED)
    kind, _space, rest = what.partition(" ")
    if kind in _KINDS:
        name = _(_KINDS[kind])
        what = f"{name} {rest}".rstrip()
    if record.what.startswith(_REFUSED):
        what = _("refused: {what}").format(what=what)
    who = record.who
    if record.is_bound and kind in ("grant", "revoke", _TAKE_HOME):
        who = _("the owner")
    elif kind in ("grant", "revoke") and who == _OWNER:  # others may call themselves so
        who = _("somebody who says to be the owner")
    words = (who, what, record.reason, record.login)
    return f"{record.number}  {time_of_year(record.at)}  " + "  ".join(visible(one) or "-" for one in words)


def _word(text: str) -> str:
    """A word of a printed command; a name of letters alone, in whatever script, needs no quotation marks."""
    return text if re.fullmatch(r"[\w.@-]+", text) else shlex.quote(text)


def _own_place(obj: CliContext) -> LedgerPlace:

    place = read_ledger_file(obj.home)
    if place is None:
        raise errors.UsageError(detail=_("This archive is in no team's ledger; nobody else can get exports of it."))
    return place


def _plain(text: str) -> str:
    """Words of one line. Raises UsageError for none, or for words that nobody could read on a screen."""
    words = " ".join(text.split())
    if not words or len(words) > 200 or not words.isprintable():
        raise errors.UsageError(detail=_("Say in a few words who or what is meant."))
    return words


def _last_day(text: str) -> date:
    last = date.fromisoformat(read_day(text, "--until", EXAMPLE_DAY, now=None))
    if last < _today():
        raise errors.UsageError(detail=_("The last day is in the past."))
    return last


def _today() -> date:

    return utc_now().astimezone(JST).date()
