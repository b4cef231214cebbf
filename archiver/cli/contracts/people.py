"""The people of a job: which account is the client, the user or somebody else, and why."""

from __future__ import annotations

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.saved_rooms import matching
from archiver.cli.terminal.text import visible
from archiver.records import Contract, Role
from archiver.store import statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import named_or_only_contract
from archiver.store.queries.departures import counterparts
from archiver.store.queries.transcript import names_in_room
from archiver.wording import gettext as _

_PEOPLE_LIMIT = 12
"""How many people the error names when nobody is meant."""
_PARTS = {"client": Role.CLIENT, "me": Role.ME, "other": Role.THIRD}


def say_who(obj: CliContext, job: str | None, person: str, part: str | None, reason: str, is_removed: bool) -> int:
    """Record who somebody is, or take that back. Raises UsageError, UnknownPerson."""
    if part is not None and (is_removed or not reason.strip()):
        raise errors.UsageError(detail=_("Say how you know: --reason TEXT"))
    with Archive(obj.home).writing() as writing:
        contract = named_or_only_contract(writing, job)
        account = find_person(writing, contract, person)
        if part is None:
            sentence = _("Taken back: who account {account} of job {job} is. The record that it was entered stays.")
            if not statements.withdraw_role(writing, contract.id, account, at=utc_now()):
                sentence = _("Nothing was entered about account {account} of job {job}.")
                raise errors.UsageError(detail=sentence.format(account=account, job=visible(contract.label)))
            words = ""
        else:
            words = role_words(_PARTS[part])
            sentence = _("Already entered: account {account} of job {job} is {part}.")
            if statements.state_role(writing, contract.id, account, _PARTS[part], reason.strip(), at=utc_now()):
                sentence = _("Entered: account {account} of job {job} is {part}.")
    echo(sentence, account=account, job=contract.label, part=words)
    return 0


def role_words(role: Role) -> str:
    """A role as the screen names it."""
    return {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("somebody else")}[role]


def people(reading: Reading, contract: Contract) -> dict[int, str]:
    """Everybody ever seen in the contract's rooms: account and last known name."""
    names_by_account = {
        account: name for room in contract.rooms for account, name in names_in_room(reading, room.room_id).items()
    }
    return dict.fromkeys(counterparts(reading, [room.room_id for room in contract.rooms]), "") | names_by_account


def find_person(reading: Reading, contract: Contract, word: str) -> int:
    """The account that a number or a part of a name means. Raises UnknownPerson for none and for several."""
    everybody = people(reading, contract)
    found = matching(everybody, word)
    if len(found) == 1:
        return next(iter(found))
    labels = [f"{number} {visible(name)}".strip() for number, name in sorted((found or everybody).items())]
    listing = ", ".join(labels[:_PEOPLE_LIMIT]) or _("nobody yet; run: archive save")
    raise errors.UnknownPerson(person=visible(word), contract=contract.id, people=listing)
