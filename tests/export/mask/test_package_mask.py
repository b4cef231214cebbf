"""What is covered, what is not, and that nothing of it can be got past or made slow."""

from __future__ import annotations

import time
import tomllib
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.errors import UsageError
from archiver.evidence.history import is_system_post
from archiver.export.mask.names import letter_names
from archiver.export.mask.package_mask import MaskedPlace, PackageMask
from archiver.export.mask.policy_and_covers import masking_policy, user_pattern
from archiver.letter_folding import folded_text
from archiver.records import Contract
from archiver.report_language import COVERED, COVERED_NAME, UNREAD, VARIANT, report_language, say
from tests.support.cases import cases_of
from tests.support.reports.sample_conversation import CLIENT, OWNER, ROOM

WRITTEN = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))

PEOPLE = {OWNER: ["yamada"], CLIENT: ["田中"], 5: ["佐藤 花子"], 6: ["鈴木太郎", "Ken Suzuki(退職)"], 8: ["編集部"]}


def cover(profile: str = "support", people: dict[int, list[str]] | None = None, **choices: object) -> PackageMask:
    """A cover for a room of the owner, the counterpart and three others."""
    return PackageMask(masking_policy(profile, **choices), people or PEOPLE, {5, 6, 8})  # type: ignore[arg-type]


# --- what is covered ---------------------------------------------------------------------------


@pytest.mark.parametrize(("original", "expected"), WRITTEN["places"])
def test_a_place_is_covered_and_nothing_beside_it(original: str, expected: str) -> None:
    """Only the place itself is replaced, and by what it was."""
    actual = cover().mask_text(original)

    assert expected == actual


@pytest.mark.parametrize("original", WRITTEN["plain"])
def test_ids_dates_and_amounts_stay(original: str) -> None:
    """What only looks like a number to call is evidence."""
    assert original == cover().mask_text(original)


def written(at: datetime) -> list[str]:
    """A time as people write it."""
    forms = ("%Y-%m-%d", "%Y/%m/%d %H:%M", "%m/%d", "%Y年%m月%d日", "%H:%M:%S", "%Y%m%d")
    later = at + timedelta(days=3)
    return [*map(at.strftime, forms), f"{at.month}/{at.day} {at.hour}時", f"{at:%Y-%m-%d}から{later:%m-%d}"]


IDS = strategies.integers(1, 2**63 - 1).map(str)
TIMES = strategies.integers(0, 15 * 365 * 86400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
DATES = TIMES.flatmap(lambda at: strategies.sampled_from(written(at)))
AMOUNTS = strategies.integers(0, 10**9).flatmap(
    lambda sum_: strategies.sampled_from([f"{sum_:,}円", f"¥{sum_}", f"{sum_}円", f"{sum_}万円"])
)
FILLERS = strategies.sampled_from(
    ["、", "です。", " ", "\n", "納品は", "お支払いは", "振込日", "期限 ", "(", ")", "の件、"]
)


@given(
    strategies.lists(strategies.one_of(IDS, DATES, AMOUNTS), min_size=1, max_size=6),
    strategies.lists(FILLERS, min_size=6, max_size=6),
)
def test_no_id_date_or_amount_is_ever_covered(values: list[str], between: list[str]) -> None:
    """Whatever stands around them in a sentence; two numbers are never one."""
    original = "".join(value + filler for value, filler in zip(values, between, strict=False))
    alone = original.replace(")", "。").replace(" ", "、")

    assert alone == cover().mask_text(alone)


ZERO_WIDTH = strategies.text(
    strategies.sampled_from("\u200b\u200d\u2060\ufeff\u00ad\u034f\u202e\u3164\u0301"), max_size=2
)
WIDE = {ord(character): ord(character) + 0xFEE0 for character in "0123456789-@.abcdefghijklmnopqrstuvwxyz"}


@given(
    strategies.sampled_from(["090-1234-5678", "03-9876-5432", "foo@example.com", "+819012345678"]),
    strategies.data(),
    strategies.text("あ漢a、 \n", max_size=10),
)
def test_nothing_unseen_keeps_a_place_from_being_found(secret: str, data: strategies.DataObject, around: str) -> None:
    """Width, zero-width marks and accents between the characters change nothing."""
    written = "".join(
        data.draw(strategies.sampled_from([character, character.translate(WIDE)])) + data.draw(ZERO_WIDTH)
        for character in secret
    )

    actual = cover().mask_text(f"{around}。{written}。{around}")

    assert secret not in folded_text(actual)
    assert "5678" not in folded_text(actual)
    assert "■■(" in actual
    assert actual.startswith(f"{around}。") or "@" in secret


@given(strategies.text())
def test_a_text_without_anything_to_cover_is_unchanged(original: str) -> None:
    """Either something is covered and listed, or every character stays; what is covered is not covered again."""
    masking = cover()

    actual = masking.mask_text(original, None)

    if "■■" not in actual and "参加者" not in actual:
        assert original == actual
    assert actual == cover().mask_text(actual)


HOSTILE = cases_of(__file__, "hostile")


@pytest.mark.drawn(but="?token")
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_body_takes_linear_time(piece: str) -> None:
    """200,000 characters take a second, whatever they repeat: with quadratic time it would be an hour."""
    masking = cover(masks=["aab12", "秘密"])
    body = piece * (200_000 // len(piece))

    begun = time.process_time()
    masking.mask_text(body)

    assert time.process_time() - begun < 4


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("original", "expected"), cases_of(__file__, "names_of_third_persons_become_letters_also"))
def test_names_of_third_persons_become_letters_also_where_they_were_typed(original: str, expected: str) -> None:
    """The parties keep their names."""
    assert expected == cover().mask_text(original)


@pytest.mark.parametrize("turned", ["佐藤花子", "佐藤 花子さん", "090-1234-5678", "秘密"])
@pytest.mark.parametrize("end", ["\u202c", "\n", ""])
def test_what_is_written_backwards_is_covered(turned: str, end: str) -> None:
    """Between direction marks a reader sees it the right way round."""
    text = f"明日 \u202e{turned[::-1]}{end}"

    actual = cover(masks=["秘密"]).mask_text(text)

    assert actual.startswith("明日 \u202e")
    assert actual.endswith(end)
    assert not {*turned} & {*actual} - {*" さん"}


def test_a_sign_of_direction_within_what_is_written_backwards_ends_it_not() -> None:
    """The first sign that ends a direction may end one within; what names nobody beside a name stays."""
    text = "\u202eす子花\u202aa\u202c藤佐は\u202c"

    assert "\u202eす参加者A\u202aa\u202c参加者Aは\u202c" == cover().mask_text(text)


def test_what_names_nobody_backwards_stays() -> None:
    """Nothing is covered but what is to be covered, and file names of another kind are no names."""
    text = "\u202egnp.exe\u202c と 田中"

    assert text == cover().mask_text(text)


def test_a_name_that_two_people_bear_says_of_neither_that_it_is_meant() -> None:
    """A letter at the wrong place would be a false statement."""
    masking = PackageMask(
        masking_policy("support"),
        {1: ["yamada"], 2: ["田中太郎"], 3: ["田中"], 4: ["高橋 花"], 5: ["高橋 実"]},
        {3, 4, 5},
    )

    actual = masking.mask_text("田中太郎と田中、高橋")

    assert "田中太郎と田中、■■(氏名)" == actual


@given(
    strategies.text(max_size=30),
    strategies.text(max_size=30),
    strategies.sampled_from(["佐藤 花子", "佐藤花子", "鈴木太郎", "鈴 木 太 郎"]),
)
def test_no_full_name_of_a_third_person_is_left(before: str, after: str, name: str) -> None:
    """Wherever it stands, but for a character before or behind it that would make it another word."""
    actual = cover().mask_text(f"{before}、{unicodedata.normalize('NFD', name)}、{after}")

    assert folded_text(name).replace(" ", "") not in folded_text(actual).replace(" ", "")


def test_letters_go_on_after_z() -> None:
    """In the order in which people were first seen, so that newcomers move nobody."""
    called = letter_names(range(60))

    assert ["参加者A", "参加者Z", "参加者AA", "参加者AZ", "参加者BA"] == [called[one] for one in (0, 25, 26, 51, 52)]


# --- what the user chooses ---------------------------------------------------------------------


def test_a_person_can_be_shown_or_hidden_and_letters_stay() -> None:
    """`--unmask` and `--mask` concern one person each."""
    masking = cover(unmask_people=[5], mask_people=[CLIENT])

    assert "佐藤 花子と参加者C" == masking.mask_text("佐藤 花子と鈴木太郎")
    assert ["佐藤 花子", "参加者A", "yamada"] == [
        masking.shown_name(5, "佐藤 花子"),
        masking.shown_name(CLIENT, "田中"),
        masking.shown_name(OWNER, "yamada"),
    ]


def test_what_is_covered_is_covered_in_the_names_of_parties_too() -> None:
    """A display name is a text like any other."""
    masking = cover(people={**PEOPLE, CLIENT: ["田中 090-1234-5678"]}, masks=["yamada"])

    assert "田中 ■■(電話番号)" == masking.shown_name(CLIENT, "田中 090-1234-5678")
    assert "■■(指定)" == masking.shown_name(OWNER, "yamada")


def test_a_text_of_the_user_is_covered_however_it_is_written() -> None:
    """In another width or case; ids in tags stay."""
    masking = cover("lawyer", masks=["Secret案件", "x-12", "123"])

    actual = masking.mask_text("ＳＥＣＲＥＴ案件のX-１２ [To:123] 123")

    assert "■■(指定)の■■(指定) [To:123] ■■(指定)" == actual


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_stands_for_a_covered_text_is_never_covered_itself(lang: str) -> None:
    """Not by a text of the user that stands in it, nor where a message quotes one; the same words elsewhere are."""
    with report_language(lang):
        placeholders = [*map(say, (COVERED, UNREAD, COVERED_NAME)), f"{say(UNREAD)}{say(VARIANT)}2)"]
        masking = cover("lawyer", masks=["す", "文面", "text", "2"])

        assert placeholders == list(map(masking.mask_text, placeholders))
        assert f"[qt]{say(COVERED)}[/qt] ■■({say('指定')})" == masking.mask_text(f"[qt]{say(COVERED)}[/qt] す")
        masking.show_words(["text"])
        assert f"{say(COVERED)} text ■■({say('指定')})" == masking.mask_text(f"{say(COVERED)} text す")


def test_an_empty_text_to_mask_is_one_sentence() -> None:
    """And no trace."""
    with pytest.raises(UsageError) as raised:
        user_pattern("　 ")

    assert 2 == raised.value.code


# --- a room ------------------------------------------------------------------------------------


def test_what_was_covered_is_listed_once() -> None:
    """However often it is masked."""
    masking = cover()

    for _ in range(3):
        masking.mask_text("090-1234-5678と090-1234-9999", MaskedPlace("本文", ROOM, 7))
        masking.shown_name(5, "佐藤 花子")

    assert [("参加者Aの表示名", "ほかの人の氏名", 1), ("本文", "電話番号", 2)] == masking.masked_lines


def test_a_text_in_which_nothing_was_found_is_looked_at_anew_once_more_is_to_be_hidden() -> None:
    """Whatever is asked to be hidden, or shown, later."""
    masking = cover()
    assert "納期は水曜" == masking.mask_text("納期は水曜") == masking.mask_text("納期は水曜")

    masking.cover_pieces(["水曜"])
    assert "納期は■■(隠した語)" == masking.mask_text("納期は水曜")
    masking.show_words(["水曜"])
    assert "納期は水曜" == masking.mask_text("納期は水曜")


def test_the_account_ids_of_third_persons_become_numbers_of_the_package() -> None:
    """In tags and where they were typed; the parties keep theirs, also one who is masked by wish."""
    policy = masking_policy("support", mask_people=[CLIENT])
    masking = PackageMask(policy, PEOPLE | {6543210: ["別の人"]}, {5, 6, 8, 6543210})

    assert [2, 3, 7, CLIENT, OWNER, 0] == [masking.shown_account(one) for one in (5, 6, 6543210, CLIENT, OWNER, 77)]
    assert "https://x.jp/参加者E?u=1、16543210" == masking.mask_text("https://x.jp/6543210?u=1、16543210")
    assert f"[To:{CLIENT}][To:7]" == masking.mask_text(f"[To:{CLIENT}][To:6543210]")


@pytest.mark.parametrize(
    ("lang", "label", "note"),
    [("ja", "電話番号", "(隠した部分が異なる文面2)"), ("en", "telephone number", " (another covered text, 2)")],
)
def test_an_edit_of_a_covered_place_alone_is_still_seen(lang: str, label: str, note: str) -> None:
    """Two texts must not become one; a post of the system stays one."""
    masking, post = cover(), "[info][title][dtext:file_uploaded][/title][download:1]{}[/download][/info]"
    with report_language(lang):
        texts = [
            masking.mask_with_kinds(post.format(one), None, "m1").text
            for one in ("090-1234-5678", "090-1234-9999", "090-1234-5678")
        ]

    covered = post.format(f"■■({label})")
    assert [covered, covered + note, covered] == texts
    assert all(map(is_system_post, texts))


def test_facts_of_the_contract_are_covered_too() -> None:
    """The user may have typed a number into the title."""
    actual = cover().contract(Contract("job1", (), title="佐藤さんの件 090-1234-5678", url="https://x.jp/?key=abc"))

    assert ("参加者Aさんの件 ■■(電話番号)", "https://x.jp/?key=■■(URLの鍵)") == (actual.title, actual.url)


# --- odd names and addresses ----------------------------------------------------------------------


ODD_TEXTS = strategies.text(alphabet="ミーコみハバナ佐藤O'c-・. _\n", min_size=1, max_size=8)


def masked(text: str, *names: str) -> str:
    """A text as a package for an office shows it, in a chat with a third person who had these names in turn."""
    people = {OWNER: ["山田 太郎"], CLIENT: ["田中 一郎"], 11: list(names)}
    return PackageMask(masking_policy("support"), people, {11}).mask_text(text)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("さとはな💐", "さとはなさんと、さとはな", "参加者Aさんと、参加者A"),
        ("さくら🌸さん", "さくらさん", "参加者Aさん"),
        ("Mr.🐶Wanwan", "wanwanさん", "参加者Aさん"),
        ("🐱", "🐱さん、🐱", "参加者Aさん、🐱"),
        ("原", "原さんの原稿、野原", "参加者Aさんの原稿、野原"),
        ("山", "山さんと山の写真", "参加者Aさんと山の写真"),
        ("Ed", "Edさんがedit", "参加者Aさんがedit"),
        ("\u0410lex Petrov", "AlexとPetrov", "参加者Aと参加者A"),
        ("佐藤 花子", "佐・藤・花・子、佐*藤*花*子、佐藤\n花子", "参加者A、参加者A、参加者A"),
        ("三浦 由美", "三・浦、三_浦、m i u r a、M.I.U.R.A さん", "参加者A、参加者A、参加者A、参加者A さん"),
        ("上田 一", "以上 田中さん、上 田さん", "以上 田中さん、参加者Aさん"),
        ("佐藤 花子", "佐藤hanako_edit、my_sato_88に、佐藤_works99で", "参加者A、参加者Aに、参加者Aで"),
        ("佐藤 花子", "sato_logo_v2.psd、20261105_佐藤様_案.zip", "参加者A_logo_v2.psd、20261105_参加者A様_案.zip"),
        ("佐藤 花子", "sato_hanako ito_kenなど", "参加者A ito_kenなど"),
        ("ハナ", "バナー修正、ハナさん、ﾊﾅ-v2.psd", "バナー修正、参加者Aさん、参加者A-v2.psd"),
        ("ミーコ", "ミーコさんとみーこさん、ミコ", "参加者Aさんと参加者Aさん、ミコ"),
        ("佐々木（経理）", "佐々木さん、経理に確認", "参加者Aさん、経理に確認"),
        ("佐藤花子", "[To:11] 資料を田村さんに", "[To:1] 資料を田村さんに"),
        ("佐藤花子", "[To:11] はなちゃんさん", "[To:1] 参加者Aさん"),
        ("佐藤花子", "[To:11]営業の花さん", "[To:1]参加者Aさん"),
    ],
)
def test_a_name_is_covered_however_odd(name: str, text: str, expected: str) -> None:
    """Without its emoji, of one character before a title, in letters that look alike; words beside it stay."""
    assert expected == masked(text, name)


@given(strategies.lists(ODD_TEXTS, min_size=1, max_size=2), ODD_TEXTS)
def test_no_name_is_too_odd_to_be_looked_for(names: list[str], around: str) -> None:
    """With the marks of long vowels, signs and single letters in it: a package is made all the same."""
    text = f"{around}{names[0]}さん、{names[-1]}{around}"

    assert isinstance(masked(text, *names), str)


def test_a_name_changed_midway_is_covered_before_and_after() -> None:
    """Every name that was ever shown."""
    assert "参加者A、参加者A" == masked("佐藤花子、さとはな", "佐藤 花子", "さとはな💐")


@pytest.mark.parametrize("name", ["田中 花子", "山田 次郎"])
def test_a_surname_of_a_party_too_names_nobody(name: str) -> None:
    """It stays, as a party's own name is never covered; the third person's whole name is covered."""
    party = {"田中 花子": "田中 一郎", "山田 次郎": "山田 太郎"}[name]

    assert f"{name[:2]}さん、{party}、参加者A" == masked(f"{name[:2]}さん、{party}、{name}", name)


PLACE = "■■(住所)"


@pytest.mark.parametrize("original", WRITTEN["addresses"])
def test_the_whole_of_an_address_is_covered_and_nothing_beside_it(original: str) -> None:
    """Alone and in the midst of a sentence."""
    assert PLACE == cover().mask_text(original)
    assert f"住所は{PLACE}です" == cover().mask_text(f"住所は{original}です")
    assert f"「{PLACE}」に送ってください" == cover().mask_text(f"「{original}」に送ってください")


@pytest.mark.parametrize("between", [" ", "\n", "", "　"])
def test_a_post_code_is_covered_with_the_line_behind_it(between: str) -> None:
    """Of any width."""
    assert PLACE == cover().mask_text(f"〒100-0005{between}東京都千代田区丸の内1-2-3")
    assert f"住所{PLACE}。" == cover().mask_text(f"住所〒１００－０００５{between}東京都千代田区丸の内1-2-3。")


def test_a_post_code_without_its_sign_is_covered_too() -> None:
    """It is known by what follows, or by its name."""
    assert f"{PLACE} {PLACE}" == cover().mask_text("100-0005 東京都千代田区丸の内1-2-3")
    assert f"{PLACE}です" == cover().mask_text("郵便番号は100-0005です")


@pytest.mark.parametrize("original", WRITTEN["talk_of_places"])
def test_ordinary_talk_of_places_and_numbers_stays(original: str) -> None:
    """Dates, times, amounts, counts and lists are evidence, also beside the name of a town."""
    assert original == cover().mask_text(original)
