"""The kinds of what is masked, and how each is found in folded text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from archiver.export.mask import addresses, numbers


class MaskKind(Enum):
    """A kind of what is masked; the value is the word in its replacement."""

    NAME = "氏名"
    USER = "指定"
    POSSIBLE = "隠した語"
    SECRET = "パスワード"  # noqa: S105 - the word for it, not one
    URL_KEY = "URLの鍵"
    IDENTITY = "身分証の番号"
    CARD = "カード番号"
    BANK = "口座番号"
    MAIL = "メールアドレス"
    PHONE = "電話番号"
    ADDRESS = "住所"
    CONTACT = "連絡先のID"
    ACCOUNT = "アカウントID"
    TOKEN = "APIトークン"  # noqa: S105 - the word for it, not one


_REASONS = {
    MaskKind.NAME: "ほかの人の氏名",
    MaskKind.USER: "報告者の指定",
    MaskKind.POSSIBLE: "報告者が隠した語、氏名・連絡先などの可能性がある語",
    MaskKind.ACCOUNT: "ほかの人のアカウントID",
}


class MaskHit(NamedTuple):
    """A range of a folded text that is masked, and the `label` that replaces it."""

    start: int
    end: int
    kind: MaskKind
    label: str


def reason(kind: MaskKind) -> str:
    """The reason for masking this kind, as chapter 13 prints it."""
    return _REASONS.get(kind, kind.value)


def replacement(kind: MaskKind) -> str:
    """The text that replaces this kind: 「■■(電話番号)」."""
    return f"■■({kind.value})"


def pattern_hits(text: str, kinds: frozenset[MaskKind]) -> Iterator[MaskHit]:
    """Every hit of these kinds in a folded text; hits may overlap."""
    for kind in (one for one in _PATTERNS if one in kinds):
        if _hint(kind).search(text):
            yield from _hits(text, kind)
    if MaskKind.PHONE in kinds and _KANJI_ZERO.search(text):
        yield from _hits(text.translate(_KANJI_DIGITS), MaskKind.PHONE)


@functools.cache
def _hint(kind: MaskKind) -> re.Pattern[str]:
    return re.compile(_PATTERNS[kind][0])


@functools.cache
def _compiled(kind: MaskKind) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _PATTERNS[kind][1]))


def _hits(text: str, kind: MaskKind) -> Iterator[MaskHit]:
    for pattern in _compiled(kind):
        part = "value" if "value" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield MaskHit(match.start(part), match.end(part), kind, replacement(kind))


_KANJI_ZERO = re.compile("[〇零]")
_KANJI_DIGITS = {ord(digit): str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {ord("零"): "0"}


_DIGITS = "[0-9]{3}"
_PATTERNS: Mapping[MaskKind, tuple[str, tuple[str, ...]]] = {
    MaskKind.SECRET: (f"{numbers.SECRET_WORD}|{numbers.PASS_WORD}", numbers.PASSWORDS),
    MaskKind.URL_KEY: ("[=@]", numbers.URL_KEYS),
    MaskKind.IDENTITY: (_DIGITS, numbers.IDENTITIES),
    MaskKind.CARD: (_DIGITS, numbers.CARDS),
    MaskKind.BANK: (f"{_DIGITS}|{numbers.HOLDER_WORDS}", numbers.BANKS),
    MaskKind.MAIL: ("@|at[)}>\\]]", numbers.MAILS),
    MaskKind.PHONE: ("0.?[0-9]|[+]", numbers.PHONES),
    MaskKind.ADDRESS: (addresses.ADDRESS_HINT, addresses.ADDRESSES),
    MaskKind.CONTACT: (f"{numbers.MESSENGER}|{numbers.SKYPE_NAME}", numbers.CONTACTS),
}
"""Of each kind: a pattern that every hit contains, checked first, and the patterns, compiled when first needed."""

ALL_PATTERN_KINDS = frozenset(_PATTERNS)
"""The kinds that patterns find; the others are given by the caller."""
