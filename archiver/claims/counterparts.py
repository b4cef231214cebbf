"""Who the other side of a job is: the accounts that were named, whose name matches, or who alone is there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from archiver.records import Basis, Sides, closed_mark

_HONORIFICS = re.compile(r"(?:さん|様|さま|氏)+$")


def judge_counterparts(
    sides: Sides, named: Sequence[Collection[int]], rooms: Mapping[int, Collection[int]]
) -> tuple[frozenset[int], dict[int, frozenset[int]]]:
    """Judge each room: who was named there; where nobody is named anywhere, the only other person of all rooms.

    The accounts of the other side in all rooms that are decided; and room → the accounts among whom nobody was named.
    `named`: accounts named as the other side, the statement that wins first. `rooms`: room → everybody ever seen in it.
    The owner and those mapped as the user or a third person are no choice.
    """
    found: set[int] = set()
    undecided: dict[int, frozenset[int]] = {}
    no_choice = sides.mine | sides.thirds | {sides.owner}
    is_alone = not any(named) and len({one for accounts in rooms.values() for one in accounts} - no_choice) == 1
    for room, accounts in rooms.items():
        others = frozenset(accounts) - no_choice
        named_here = next(filter(None, (frozenset(accounts).intersection(one) for one in named)), frozenset())
        if named_here or is_alone:
            found |= named_here or others
        elif others:
            undecided[room] = others
    return frozenset(found), undecided


def counterpart_bases(
    sides: Sides,
    client: str | None,
    rooms: Mapping[int, Mapping[int, Sequence[str]]],
    *,
    chosen: Collection[int] = (),
) -> tuple[dict[int, Basis], dict[int, frozenset[int]]]:
    """The accounts known as the other side and whose statement that is; room → those among whom nobody was named.

    `rooms`: room → everybody ever seen in it, with all the names they had in any; `chosen`: accounts named for this
    package. Where the rooms have several people and nobody is named in one of them, nobody of it is the other side.
    Whoever took a name later that another one of them had alone till then does not count as a second one of that name.
    """
    names = {account: listed for people in rooms.values() for account, listed in people.items()}
    choice = names.keys() - sides.thirds - (sides.mine - {sides.owner})
    later = {account for account, (known, _since) in sides.twins.items() if known in choice}
    matching = counterparts(client, {one: names[one] for one in choice - later}, owner=sides.owner)
    entered = frozenset(chosen) | sides.clients
    judged, undecided = judge_counterparts(sides, (chosen, sides.clients, matching), rooms)
    bases = {Basis.ENTERED: entered, Basis.NAME: matching, Basis.ONLY_TWO: judged}
    return {
        account: next(basis for basis, accounts in bases.items() if account in accounts)
        for account in sorted(judged | (frozenset(chosen) or sides.clients))
    }, undecided


def twins_of(sides: Sides, people: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """The accounts that took the name of one of these people, or one like it, later than that one: id, since when."""
    later = ((one, since) for one, (known, since) in sides.twins.items() if known in people and one not in people)
    return {one: (f"ID {one}", since) for one, since in later}


def counterparts(client: str | None, people: Mapping[int, Sequence[str]], *, owner: int) -> frozenset[int]:
    """The account of `people` (with all their names, the first one first) that has the name of the stated client.

    Only the name counts that somebody had when first seen, as anybody can take another one later; a name that two
    had, or the owner, names nobody. Width, case, spaces and an added さん or 様 make no difference.
    """
    client_name = _normalize_name(client or "")
    bearers = {one: names for one, names in people.items() if client_name in map(_normalize_name, names)}
    first_names = [_normalize_name(next(filter(None, names), "")) for names in bearers.values()]
    return frozenset(bearers) - {owner} if client_name and first_names == [client_name] else frozenset()


def _normalize_name(name: str) -> str:
    shown = name.strip()
    kept = shown.removesuffix(closed_mark(shown))
    folded = "".join(unicodedata.normalize("NFKC", kept).casefold().split())
    return _HONORIFICS.sub("", folded)
