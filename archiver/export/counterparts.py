"""Who in a contract's rooms is the other side, as far as what the user stated tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from archiver.records import Sides

_HONORIFICS = re.compile(r"(?:\(解約済\)|さん|様|さま|氏)+$")


def other_side(sides: Sides, client: str | None, people: Mapping[int, Sequence[str]]) -> frozenset[int]:
    """The accounts mapped as the client; else those whom the stated name fits; none where that is left open.

    Somebody mapped as a third person, or as the user, is never among them; where only such are mapped, the others
    of the rooms are.
    """
    if sides.clients:
        return sides.clients
    named = {one for one in counterparts(client, people, owner=sides.owner) if sides.is_other(one)}
    apart = {one for one in people if sides.is_other(one)} if sides.thirds or sides.mine - {sides.owner} else set()
    return frozenset(named or apart)


def counterparts(client: str | None, people: Mapping[int, Sequence[str]], *, owner: int) -> frozenset[int]:
    """The accounts (with every name shown) that the stated client's name fits; none if it fits nobody.

    A name fits if it is the same but for width, case, spaces, and さん or 様 behind it.
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
