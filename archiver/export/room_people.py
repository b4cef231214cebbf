"""The entries of a room → the persons in it, with every name and what the member lists said of them. Pure functions.

An entry for somebody who is no longer on a member list repeats the object last seen there. Its texts are old, so it
only tells when the person left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from archiver.evidence.history import EntryObject, text
from archiver.records import AccountId, Membership, MembershipPeriod, Person, PersonName


def room_people(
    entries: Iterable[EntryObject],
    authors: Mapping[int, str],
    everything: Iterable[EntryObject] = (),
    *,
    start: str = "",
) -> dict[int, Person]:
    """Everybody seen in a room of a package; `everything` (entries outside it too) dates authors' names.

    `start`: the beginning of the package's period; entries before it say how things stood then.
    """
    entries_of: dict[int, list[EntryObject]] = {account: [] for account in authors}
    for entry in entries:
        if entry["kind"] in ("account", "member"):
            entries_of.setdefault(_account(entry), []).append(entry)
    names = {account: _dated_values(account_entries, _name) for account, account_entries in entries_of.items()}
    lacking = {account: name for account, name in authors.items() if name not in {one.text for one in names[account]}}
    for account, at in _first_seen(everything, lacking).items():
        index = len(names[account]) if at is None else sum(one.at is None or one.at <= at for one in names[account])
        names[account].insert(index, PersonName(lacking[account], at))
    return {account: _person(account, names[account], entries_of[account], start) for account in sorted(entries_of)}


def _person(account: int, names: Sequence[PersonName], entries: Sequence[EntryObject], start: str) -> Person:
    listed = [entry for entry in entries if entry["kind"] == "member"]
    return Person(
        account_id=AccountId(account),
        names=tuple(one.text for one in names),
        named_at=tuple(one.at for one in names),
        is_from_before=any(entry["observed_at"] < start for entry in entries),
        membership=Membership(
            chatwork_ids=tuple(_dated_values(listed, _chatwork_id)),
            organisations=tuple(_dated_values(listed, _organisation)),
            stays=tuple(_stays(listed, start)),
        ),
    )


def _dated_values(entries: Iterable[EntryObject], value_of: Callable[[EntryObject], str]) -> list[PersonName]:
    """The values in order, each change with its time; if all are old, the last known one without a time."""
    values = [PersonName(value_of(entry), None if _is_gone(entry) else _observed_at(entry)) for entry in entries]
    found: list[PersonName] = []
    for value in values:
        if value.text and value.at is not None and (not found or value.text != found[-1].text):
            found.append(value)
    return found or [one for one in values if one.text][-1:]


def _is_gone(entry: EntryObject) -> bool:
    return str(entry["payload"].get("state", "present")) != "present"


def _stays(listed: Sequence[EntryObject], start: str) -> Iterator[MembershipPeriod]:
    since: datetime | None = None
    inside = False
    is_from_before = bool(listed) and listed[0]["observed_at"] < start
    for entry in listed:
        if not _is_gone(entry):
            since, inside = (since if inside else _observed_at(entry)), True
        elif inside or since is None:
            yield MembershipPeriod(since, _observed_at(entry), is_from_before)
            since, inside, is_from_before = _observed_at(entry), False, False
    if inside:
        yield MembershipPeriod(since, None, is_from_before)


def _first_seen(everything: Iterable[EntryObject], names: Mapping[int, str]) -> dict[int, datetime | None]:
    """When these accounts were first seen under these names."""
    times: dict[int, datetime | None] = dict.fromkeys(names)
    for entry in everything if names else ():
        if entry["kind"] in ("account", "member") and names.get(_account(entry)) == _name(entry):
            times[_account(entry)] = times[_account(entry)] or _observed_at(entry)
    return times


def _account(entry: EntryObject) -> int:
    return int(entry["key"].rpartition("/")[2])


def _name(entry: EntryObject) -> str:
    return text(entry["payload"]["object"].get("name"))


def _chatwork_id(entry: EntryObject) -> str:
    return text(entry["payload"]["object"].get("chatwork_id"))


def _organisation(entry: EntryObject) -> str:
    member = entry["payload"]["object"]
    return " ".join(filter(None, (text(member.get("organization_name")), text(member.get("department")))))


def _observed_at(entry: EntryObject) -> datetime:
    return datetime.fromisoformat(entry["observed_at"])
