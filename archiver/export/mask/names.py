"""Finds third persons, gives them labels, and finds their names in typed text.

A name is found as it was shown, with or without the space inside. So are its parts, unless they name an office, and
a beginning or end of it before さん, 様 and the like. Names of the parties stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from archiver.evidence.history import EntryObject, number, text
from archiver.export.mask.folding import folded_text, folded_word
from archiver.export.mask.kinds import MaskHit, MaskKind, replacement
from archiver.export.mask.name_data import ordinary_words

_MAX_SPACED_LENGTH = 8
"""Characters of a name up to which spaces between them are accepted."""

_TITLE_WORDS = frozenset(
    map(folded_word, ["さん", "さま", "様", "氏", "くん", "君", "ちゃん", "殿", "先生", "씨", "님"])
)
_TITLES = "(?:" + "|".join(sorted(_TITLE_WORDS, key=len, reverse=True)) + ")"
_OFFICE_WORDS = re.compile(
    "|".join(
        folded_word(
            "部 課 係 室 局 会 社 店 担当 事務 チーム サポート 管理 株式 有限 代表 編集 制作 運営 スタッフ アカウント "
            "解約済 退職"
        ).split()
    )
)
_SPLIT = re.compile(r"(?:[^\w']|_)+")
"""Everything between the parts of a name, emoji too."""
_BETWEEN = "[ \n・*.]"
"""What somebody may write between the characters of a longer name."""
_HANGUL = re.compile("[가-힣]{3,4}")
_CJK = re.compile("[ぁ-ゖァ-ヶ一-鿿々]+")
_LATIN = re.compile("[a-z0-9]")
_LETTER = re.compile(r"[^\W\d_]")


def people_in(entries: Iterable[EntryObject]) -> tuple[dict[int, list[str]], dict[int, set[int]]]:
    """Everybody seen in the entries with every name and Chatwork ID, as first seen; and the accounts of each room.

    Only `account` and `member` entries are read: every author, uploader and assignee has one.
    """
    people: dict[int, list[str]] = {}
    rooms: dict[int, set[int]] = {}
    for entry in entries:
        if entry["kind"] in ("account", "member"):
            account = number(entry["key"].rpartition("/")[2])
            person = entry["payload"]["object"]
            rooms.setdefault(entry["room_id"], set()).add(account)
            names = people.setdefault(account, [])
            names += [
                name for name in (text(person.get("name")), text(person.get("chatwork_id"))) if name not in ("", *names)
            ]
    return people, rooms


def third_persons(
    rooms: Iterable[Collection[int]], *, owner: int, counterparts: Collection[int] | None
) -> frozenset[int]:
    """The accounts in these rooms (all ever seen in each) that are no party.

    If `counterparts` is None (nobody mapped yet), the other account in a room of two is the counterpart, and in larger
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
    """The labels 「参加者A」, 「参加者B」 … for accounts in this order."""
    return {account: f"参加者{_letter(index)}" for index, account in enumerate(dict.fromkeys(accounts))}


def _letter(index: int) -> str:
    """The letters for an index from 0: A, B … Z, AA, AB …."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class NameMatcher:
    """Finds the names to be masked with one pattern over folded text."""

    def __init__(
        self, names_to_mask: Mapping[int, Sequence[str]], open_names: Iterable[str], labels: Mapping[int, str]
    ) -> None:
        """Take every name to be masked by account, every name that stays, and the labels of the accounts."""
        staying = list(open_names)
        self._stays = {_strip_spaces(name) for name in staying}
        self._whole: dict[str, str] = {}
        self._short: dict[str, str] = {}
        others = {term for name in staying for term in (*_terms(name), *_short_terms(name))}
        for account, names in names_to_mask.items():
            for name in names:
                _add_terms(self._whole, _terms(name), labels[account], others)
                _add_terms(self._short, _short_terms(name), labels[account], others)
        self._pattern = self._build() if self._whole or self._short else None

    def hits(self, text: str) -> Iterator[MaskHit]:
        """Every name to be masked in a folded text."""
        if self._pattern is None:
            return
        for match in self._pattern.finditer(text):
            bare = match[0].replace(" ", "")
            closed = re.sub(_BETWEEN, "", match[0])
            found = (self._whole.get(one) or self._short.get(one) for one in (bare, closed) if one not in self._stays)
            label = next(filter(None, found), None)
            if label is not None and bare not in self._stays:
                yield MaskHit(match.start(), match.end(), MaskKind.NAME, label)

    def _build(self) -> re.Pattern[str]:
        """The pattern, longer names first; names that stay are in it, so that nothing inside them is found."""
        stays = {term for term in self._stays if _is_searchable(term)}
        whole = {term: _spaced_pattern(term) for term in (*self._whole, *stays)}
        short = {term: f"{_spaced_pattern(term)}(?= ?{_TITLES})" for term in self._short if term not in whole}
        ordered = sorted((whole | short).items(), key=lambda one: (-len(one[0]), one[0]))
        firsts = "".join(sorted({re.escape(term[0]) for term, _ in ordered}))
        return re.compile(f"(?=[{firsts}])(?:{'|'.join(pattern for _, pattern in ordered)})")


def _add_terms(labels: dict[str, str], terms: Iterable[str], label: str, others: Collection[str]) -> None:
    """Add terms with their label, a neutral one where it may mean two people; no term that may mean a party."""
    for term in terms:
        if term not in others:
            labels[term] = replacement(MaskKind.NAME) if labels.get(term, label) != label else label


def _spaced_pattern(term: str) -> str:
    """The pattern for a term, with or without spaces; no Latin letter may precede or follow a Latin one."""
    before = "(?<![a-z0-9])" if _LATIN.match(term[0]) else ""
    before = before or (r"(?<!\w)" if len(term) == 1 else "")
    behind = "(?![a-z0-9])" if _LATIN.match(term[-1]) else ""
    between = " ?" if len(term) <= _MAX_SPACED_LENGTH or term.isascii() else ""
    if between and len(term) > 2 and _CJK.fullmatch(term):
        between = f"{_BETWEEN}?"
    return before + between.join(map(re.escape, term)) + behind


def _strip_spaces(name: str) -> str:
    return folded_text(name).replace(" ", "").replace("\n", "")


def _terms(name: str) -> list[str]:
    """A name and its parts, folded and without spaces, as far as they are distinctive enough; no word beside it."""
    parts = [part for part in _SPLIT.split(folded_text(name)) if not _OFFICE_WORDS.search(part)]
    parts = [part for part in parts if part not in _TITLE_WORDS]
    found = [term for term in dict.fromkeys([_strip_spaces(name), "".join(parts), *parts]) if _is_searchable(term)]
    found += [folded_text(one[1:]) for one in _HANGUL.findall(name)]
    ordinary = ordinary_words().kanji
    return [term for term in found if term not in ordinary] or found


def _short_terms(name: str) -> list[str]:
    """What is masked before a title only: beginnings and ends of a name without a space, names of one character."""
    found = []
    for part in _terms(name):
        if _CJK.fullmatch(part) and 3 <= len(part) <= 6:
            found += [cut for length in range(2, len(part)) for cut in (part[:length], part[-length:])]
    whole = _strip_spaces(name)
    return found if _is_searchable(whole) or not whole or whole.isdigit() else [*found, whole]


def _is_searchable(term: str) -> bool:
    """Whether a term is distinctive enough to search for: two characters with a letter, three if Latin."""
    return len(term) >= (3 if term.isascii() else 2) and _LETTER.search(term) is not None
