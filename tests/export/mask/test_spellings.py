"""Members of a chat are covered in every spelling of a generated table; the parties never are, in any of theirs."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from archiver.export.mask.likely_names_and_contacts import NameFinder
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.mask.word_analyser import has_analyser

pytestmark = pytest.mark.skipif(not has_analyser(), reason="SudachiPy is not there")

OWNER, CLIENT, MEMBER = 1234567, 7654321, 8000001


class Person(NamedTuple):
    """A person with the ways in which the name is written."""

    shown: str
    kanji: tuple[str, str] | None
    kana: tuple[str, str]
    latin: tuple[tuple[str, ...], tuple[str, ...]]


PEOPLE = [
    Person("佐藤 花子", ("佐藤", "花子"), ("さとう", "はなこ"), (("sato", "satou", "satoh"), ("hanako",))),
    Person("鈴木太郎", ("鈴木", "太郎"), ("すずき", "たろう"), (("suzuki",), ("taro", "tarou"))),
    Person("長谷川美咲(退職)", ("長谷川", "美咲"), ("はせがわ", "みさき"), (("hasegawa",), ("misaki",))),
    Person("髙橋　健二", ("高橋", "健二"), ("たかはし", "けんじ"), (("takahashi",), ("kenji",))),
    Person("大野 翔太🌸", ("大野", "翔太"), ("おおの", "しょうた"), (("ono", "oono", "ohno"), ("shota", "syota"))),
    Person("わたなべ ゆみ", None, ("わたなべ", "ゆみ"), (("watanabe",), ("yumi",))),
    Person("Junko Kondo", None, ("こんどう", "じゅんこ"), (("kondo",), ("junko",))),
    Person("五十嵐美咲@ミドリ映像", ("五十嵐", "美咲"), ("いがらし", "みさき"), (("igarashi",), ("misaki",))),
    Person("【経理】中島由美子", ("中島", "由美子"), ("なかじま", "ゆみこ"), (("nakajima",), ("yumiko",))),
    Person("大塚 真司(ミドリ映像)", ("大塚", "真司"), ("おおつか", "しんじ"), (("otsuka", "ohtsuka"), ("shinji",))),
    Person("KIMURA_Daisuke", None, ("きむら", "だいすけ"), (("kimura",), ("daisuke",))),
]


def spellings(person: Person) -> Iterator[str]:
    """Every way to write the whole name, its surname and its given name."""
    kana = [person.kana, tuple(map(katakana, person.kana)), tuple(map(half_width, person.kana))]
    for surname, given in [*([person.kanji] if person.kanji else []), *kana]:
        yield from (surname, given, f"{surname}{given}", f"{surname} {given}", f"{surname}　{given}")
        yield from (f"{surname}・{given}",)
    for surname, given in itertools.product(*person.latin):
        for first, second in ((surname, given), (given, surname)):
            yield from (f"{first} {second}".title(), f"{first.upper()} {second.title()}", f"{first}.{second}")
            yield from (f"{first}_{second}", f"{first}-{second}", f"{first}{second}", f"{first}, {second}".title())
        yield from (f"{given[0]}.{surname}", f"{given[0].upper()}. {surname.title()}", f"{surname}_{given[0]}")
        yield from (surname, surname.upper(), given.title(), wide(surname.title()))


def katakana(kana: str) -> str:
    """Kana as katakana."""
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in kana)


def half_width(kana: str) -> str:
    """Kana as half-width katakana."""
    parts = unicodedata.normalize("NFKD", katakana(kana))
    return "".join(_HALF.get(one, one) for one in parts)


_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFFA0)}


def wide(latin: str) -> str:
    """Latin letters in full width."""
    return "".join(chr(ord(one) + 0xFEE0) for one in latin)


SENTENCES = (
    *("{}さんに確認します", "担当({})へ", "先ほど、{}から届きました", "file_{}_v2.pdf"),
    *("{}が対応しました", "{}に聞きました", "今日の{}の件"),
)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.shown)
def test_a_member_is_covered_in_every_spelling(person: Person) -> None:
    """Wherever it stands as a word; nothing of it is left."""
    mask = PackageMask(
        masking_policy("support"), {OWNER: ["yamada"], CLIENT: ["田中"], MEMBER: [person.shown]}, {MEMBER}
    )

    wrong = []
    for spelling, sentence in itertools.product(dict.fromkeys(spellings(person)), SENTENCES):
        masked = mask.mask_text(sentence.format(spelling))
        bare = re.sub(r"参加者A|[\s._,・　-]", "", masked)
        if bare != re.sub(r"[\s._,・-]", "", sentence.format("")):
            wrong.append((spelling, masked))
    assert [] == wrong


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.shown)
def test_a_party_is_covered_in_no_spelling(person: Person) -> None:
    """Neither as a member nor as a find, though a third person has the same surname."""
    other = "".join((*(person.kanji or person.kana)[:1], " 五郎丸"))
    people = {OWNER: ["受注者"], CLIENT: [person.shown], MEMBER: [other]}
    mask = PackageMask(masking_policy("support"), people, {MEMBER})
    finder = NameFinder(mask.open_names, mask.hidden_names)

    wrong = []
    for spelling in dict.fromkeys(spellings(person)):
        for sentence in ("{}さん、お世話になっております", "{}です。よろしくお願いします"):
            text = sentence.format(spelling)
            if mask.mask_text(text) != text or list(finder.pieces(text)) or list(finder.marks(text)):
                wrong.append((text, mask.mask_text(text), list(finder.pieces(text)), list(finder.marks(text))))
    assert [] == wrong


def test_another_name_is_covered_as_the_shown_one() -> None:
    """In its spellings too, within no other word."""
    people = {OWNER: ["yamada"], CLIENT: ["田中"], MEMBER: ["佐藤 花子", "はなち"]}
    mask = PackageMask(masking_policy("support"), people, {MEMBER})

    assert "参加者Aさん、参加者A、参加者Aに。はなちゃびん" == mask.mask_text(
        "はなちさん、ハナチ、hanachiに。はなちゃびん"
    )


def test_no_cover_ends_within_the_name_of_somebody_else() -> None:
    """Whose name holds the member's is covered whole, and is not said to be the member."""
    people = {OWNER: ["yamada"], CLIENT: ["田中"], MEMBER: ["三浦 由美"]}
    mask = PackageMask(masking_policy("support"), people, {MEMBER})

    assert "■■(氏名)と■■(氏名)、弊社参加者Aが" == mask.mask_text("真由美と三浦由美子、弊社三浦が")


ALONE = {
    "中村 翔": ("翔に聞いて", "翔が対応", "営業の翔さんへ", "しょうくんに渡しました", "しょうさんへ", "しょうに聞いて"),
    "伊藤 さくら": ("さくらに聞きました", "さくらが描いた", "さくらさんへ"),
    "吉田 葵": ("葵が対応", "葵くんも"),
    "長谷川 凛": ("凛です", "りんちゃんが"),
    "関 徹": ("徹に渡した", "とおるが確認", "とおるに聞いて"),
    "井上 仁": ("仁に確認",),
}
KANA_WORDS = {
    "中村 翔": ("お支払いはいつでしょうか", "確認しましょう", "しょうがない", "しょうもない", "しょうひ税"),
    "井上 真": ("しんぱいしています", "しんだいの件"),
    "関 徹": ("とおるか確認します", "すきとおる青", "とおるて"),
    "長谷川 凛": ("りんごの画像", "きりんの絵"),
    "伊藤 さくら": ("さくらの素材",),
}


@pytest.mark.parametrize(("shown", "text"), [(shown, text) for shown, texts in ALONE.items() for text in texts])
def test_a_given_name_alone_is_covered_or_marked(shown: str, text: str) -> None:
    """In kanji or kana, before a particle or a title; before a title it is always covered as the member."""
    people = {OWNER: ["yamada"], CLIENT: ["田中"], MEMBER: [shown]}
    mask = PackageMask(masking_policy("support"), people, {MEMBER})
    finder = NameFinder(mask.open_names, mask.hidden_names)

    masked = mask.mask_text(text)
    assert "参加者A" in masked or [*finder.pieces(masked), *finder.marks(masked)]
    assert "参加者A" in masked or not re.search("さん|くん|ちゃん", text)


@pytest.mark.parametrize("shown", ALONE)
def test_a_given_name_of_a_party_too_names_nobody(shown: str) -> None:
    """Neither covered nor marked, though a member has it as well."""
    people = {OWNER: ["yamada"], CLIENT: [shown], MEMBER: [f"佐藤 {shown.split()[1]}"]}
    mask = PackageMask(masking_policy("support"), people, {MEMBER})
    finder = NameFinder(mask.open_names, mask.hidden_names)

    for text in (f"{shown.split()[1]}{one}" for one in ("さんへ", "ちゃんに送った", "が対応")):
        assert (text, [], []) == (mask.mask_text(text), list(finder.pieces(text)), list(finder.marks(text)))


@pytest.mark.parametrize(("shown", "text"), [(shown, text) for shown, texts in KANA_WORDS.items() for text in texts])
def test_a_reading_within_kana_accuses_nobody(shown: str, text: str) -> None:
    """A word that only holds the reading of a member is not shown as the member."""
    people = {OWNER: ["yamada"], CLIENT: ["田中"], MEMBER: [shown]}

    assert text == PackageMask(masking_policy("support"), people, {MEMBER}).mask_text(text)
