"""Who in a contract's rooms is the other side, as far as what the user stated tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

_AFTER = re.compile(r"(?:\(解約済\)|さん|様|さま|氏)+$")


def counterparts(client: str | None, people: Mapping[int, Sequence[str]], *, owner: int) -> frozenset[int]:
    """The accounts (with every name shown) that the stated client's name fits; none if it fits nobody.

    A name fits if it is the same but for width, case, spaces, and さん or 様 behind it.
    """
    wanted = _plain(client or "")
    if not wanted:
        return frozenset()
    return frozenset(
        account for account, names in people.items() if account != owner and wanted in {_plain(name) for name in names}
    )


def _plain(name: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return _AFTER.sub("", folded)
