"""Reads an amount of yen as people in Japan write it."""

from __future__ import annotations

import re
import unicodedata

from archiver import errors

_MOST = 10**12
_AMOUNT = re.compile(r"[¥\\]?(\d{1,3}(?:,\d{3})+|\d{1,13})(?:円|yen|jpy)?(?:\(税込\)|税込)?", re.IGNORECASE)


def read_yen(value: str, option: str) -> int:
    """The amount in yen: `55000`, `55,000円`, `¥55,000`, full-width digits too. Raises BadValue."""
    text = unicodedata.normalize("NFKC", value).replace(" ", "")
    match = _AMOUNT.fullmatch(text)
    amount = int(match[1].replace(",", "")) if match else 0
    if not 0 < amount <= _MOST:
        raise errors.BadValue(value=value, option=option, example="55000")
    return amount


def yen_text(amount: int) -> str:
    """An amount for people: `55,000円`."""
    return f"{amount:,}円"
