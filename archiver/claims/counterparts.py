"""The accounts of the other side in a contract's rooms, as far as the user's statements tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from archiver.claims.claim import Basis
from archiver.records import Sides

_HONORIFICS = re.compile(r"(?:\(解約済\)|さん|様|さま|氏)+$")


def other_side(sides: Sides, client: str | None, people: Mapping[int, Sequence[str]]) -> frozenset[int]:
    """The accounts mapped as the client, or else those whose name matches the stated client; none if neither tells.

    Accounts mapped as a third person, or as the user, are never among them. Where only such are mapped, all other
    accounts of the rooms are the other side.
    """
    if sides.clients:
        return sides.clients
    matching = {one for one in counterparts(client, people, owner=sides.owner) if sides.is_other(one)}
    others = {one for one in people if sides.is_other(one)} if sides.thirds or sides.mine - {sides.owner} else set()
    return frozenset(matching or others)


def counterpart_bases(
    sides: Sides,
    client: str | None,
    rooms: Mapping[int, Mapping[int, Sequence[str]]],
    *,
    chosen: Collection[int] = (),
) -> dict[int, Basis]:
    """The accounts known as the other side and whose statement that is, each room judged by itself.

    `rooms`: room → everybody ever seen in it, with all their names; `chosen`: accounts named for this package. In a
    room of several people among whom nobody is named, nobody is the other side.
    """
    entered = frozenset(chosen) or sides.clients
    found = dict.fromkeys(sorted(entered), Basis.ENTERED)
    for people in rooms.values():
        others = people.keys() - sides.mine - sides.thirds - {sides.owner}
        named = counterparts(client, people, owner=sides.owner) & others
        if not entered & people.keys():
            found |= dict.fromkeys(sorted(named), Basis.NAME)
            if not named and len(others) == 1:
                found |= dict.fromkeys(others, Basis.ONLY_TWO)
    return found


def counterparts(client: str | None, people: Mapping[int, Sequence[str]], *, owner: int) -> frozenset[int]:
    """The accounts of `people` (with all their names) that have the name of the stated client.

    Width, case, spaces and an added さん or 様 make no difference.
    """
    client_name = _normalize_name(client or "")
    if not client_name:
        return frozenset()
    return frozenset(
        account
        for account, names in people.items()
        if account != owner and client_name in {_normalize_name(name) for name in names}
    )


def _normalize_name(name: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return _HONORIFICS.sub("", folded)
