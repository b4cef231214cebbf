"""Who is a third person, what each is called instead, and where their names stand in typed text.

A name is found as it was shown, with or without the space inside; its parts, unless they name an office; and a
beginning or end of it before さん, 様 and the like. Names of the parties are left as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from archiver.evidence.history import EntryObject, number, text
from archiver.export.mask.folding import folded_text
from archiver.export.mask.kinds import MaskHit, MaskKind, replacement

_MAX_SPACED_LENGTH = 8
"""Signs of a name between which a space is looked for."""

_TITLES = "(?:" + "|".join(folded_text("さん さま 様 氏 くん 君 ちゃん 殿 先生").split()) + ")"
_OFFICE_WORDS = re.compile(
    "|".join(
        folded_text(
            "部 課 係 室 局 会 社 店 担当 事務 チーム サポート 管理 株式 有限 代表 編集 制作 運営 スタッフ アカウント "
            "解約済 退職"
        ).split()
    )
)
_SPLIT = re.compile(r"[\s/_.・|()\[\]【】（）<>「」@:,-]+")
_CJK = re.compile("[ぁ-ゖァ-ヶ一-鿿々]+")
_LATIN = re.compile("[a-z0-9]")
_LETTER = re.compile(r"[^\W\d_]")


def people_in(entries: Iterable[EntryObject]) -> tuple[dict[int, list[str]], dict[int, set[int]]]:
    """Everybody seen in some rooms with every name shown, in the order in which they were first seen; and by room.

    Of the entries, `account` and `member` are looked at: every author, uploader and assignee has one.
    """
    people: dict[int, list[str]] = {}
    rooms: dict[int, set[int]] = {}
    for entry in entries:
        if entry["kind"] in ("account", "member"):
            account = number(entry["key"].rpartition("/")[2])
            name = text(entry["payload"]["object"].get("name"))
            rooms.setdefault(entry["room_id"], set()).add(account)
            names = people.setdefault(account, [])
            if name and name not in names:
                names.append(name)
    return people, rooms


def third_persons(
    rooms: Iterable[Collection[int]], *, owner: int, counterparts: Collection[int] | None
) -> frozenset[int]:
    """Everybody in these rooms (the accounts ever seen in each) who is no party.

    None: nobody has been mapped yet; then the other one in a room of two is the counterpart, and in larger
    rooms nobody is.
    """
    listed = [frozenset(room) for room in rooms]
    parties = {owner}
    if counterparts is not None:
        parties |= set(counterparts)
    else:
        for room in listed:
            if len(room - {owner}) == 1:
                parties |= room
    return frozenset(account for room in listed for account in room) - parties


def letter_names(accounts: Iterable[int]) -> dict[int, str]:
    """「参加者A」, 「参加者B」 … for accounts in the order in which they are to be named."""
    return {account: f"参加者{_letter(index)}" for index, account in enumerate(dict.fromkeys(accounts))}


def _letter(index: int) -> str:
    """A, B … Z, AA, AB …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class NameMatcher:
    """The names to be covered, as one pattern over folded text."""

    def __init__(
        self, covered: Mapping[int, Sequence[str]], open_names: Iterable[str], labels: Mapping[int, str]
    ) -> None:
        """Take every name of those to be covered, every name that stays, and what the former are called."""
        staying = list(open_names)
        self._stays = {_strip_spaces(name) for name in staying}
        self._whole: dict[str, str] = {}
        self._short: dict[str, str] = {}
        others = {term for name in staying for term in (*_terms(name), *_short_terms(name))}
        for account, names in covered.items():
            for name in names:
                _add_terms(self._whole, _terms(name), labels[account], others)
                _add_terms(self._short, _short_terms(name), labels[account], others)
        self._pattern = self._build() if self._whole else None

    def hits(self, text: str) -> Iterator[MaskHit]:
        """Every name in a folded text."""
        if self._pattern is None:
            return
        for match in self._pattern.finditer(text):
            bare = match[0].replace(" ", "")
            label = self._whole.get(bare) or self._short.get(bare)
            if label is not None and bare not in self._stays:
                yield MaskHit(match.start(), match.end(), MaskKind.NAME, label)

    def _build(self) -> re.Pattern[str]:
        """One pattern, longer names first; those that stay are in it, so that nothing inside them is found."""
        stays = {term for term in self._stays if _is_searchable(term)}
        whole = {term: _spaced_pattern(term) for term in (*self._whole, *stays)}
        short = {term: f"{_spaced_pattern(term)}(?= ?{_TITLES})" for term in self._short if term not in whole}
        ordered = sorted((whole | short).items(), key=lambda one: (-len(one[0]), one[0]))
        firsts = "".join(sorted({re.escape(term[0]) for term, _ in ordered}))
        return re.compile(f"(?=[{firsts}])(?:{'|'.join(pattern for _, pattern in ordered)})")


def _add_terms(labels: dict[str, str], terms: Iterable[str], label: str, others: Collection[str]) -> None:
    """A word that may mean two people is covered, but says of neither that it is meant."""
    for term in terms:
        unsure = term in others or labels.get(term, label) != label
        labels[term] = replacement(MaskKind.NAME) if unsure else label


def _spaced_pattern(term: str) -> str:
    """The word with or without spaces between its signs; Latin letters must not go on before or behind it."""
    before = "(?<![a-z0-9])" if _LATIN.match(term[0]) else ""
    behind = "(?![a-z0-9])" if _LATIN.match(term[-1]) else ""
    between = " ?" if len(term) <= _MAX_SPACED_LENGTH or term.isascii() else ""
    return before + between.join(map(re.escape, term)) + behind


def _strip_spaces(name: str) -> str:
    return folded_text(name).replace(" ", "").replace("\n", "")


def _terms(name: str) -> list[str]:
    """A name and its parts, folded and without spaces, as far as they are enough of a name."""
    parts = [part for part in _SPLIT.split(folded_text(name)) if not _OFFICE_WORDS.search(part)]
    return [term for term in dict.fromkeys([_strip_spaces(name), "".join(parts), *parts]) if _is_searchable(term)]


def _short_terms(name: str) -> list[str]:
    """Beginnings and ends of a name written without a space; they only count before a title."""
    found = []
    for part in _terms(name):
        if _CJK.fullmatch(part) and 3 <= len(part) <= 6:
            found += [cut for length in range(2, len(part)) for cut in (part[:length], part[-length:])]
    return found


def _is_searchable(term: str) -> bool:
    """Whether a word is enough of a name to be looked for: two signs, a letter among them, three if Latin."""
    return len(term) >= (3 if term.isascii() else 2) and _LETTER.search(term) is not None
