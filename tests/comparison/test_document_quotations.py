"""A document's quotations are held against saved messages, and what two hold of one message is compared."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from archiver.comparison.comparison_report import outcome_text
from archiver.comparison.document_quotations import CheckedPassage, QuoteStanding, SavedMessages, passages
from archiver.comparison.message_comparison import (
    Absence,
    ComparedMessage,
    HeldMessage,
    Outcome,
    RoomReach,
    compare_message,
)
from archiver.comparison.quoted_document import standing_words
from archiver.evidence.history import DELETED_BODY, Span
from tests.support.cases import cases_of
from tests.support.harmless_messages import messages as story

BEGIN = int(datetime(2026, 11, 5, 1, tzinfo=UTC).timestamp())
SWAPPED = (
    *(("ました", "ませんでした"), ("ます", "ません"), ("です", "ではありません"), ("ください", "ないでください")),
    *(("できません", "できます"), ("ありません", "あります"), ("ましょう", "ますまい"), ("ありがとう", "ごめん")),
)


def message(number: int, *texts: str) -> HeldMessage:
    """A message that showed these texts one after another, a minute after the one before it."""
    versions = tuple(Span(body, 0, "", "", 0) for body in texts)
    sent = BEGIN + 60 * number
    return HeldMessage(
        1, 1_800_000_000_000_000_000 + number, number, 7, "田中", sent, "", (), "", None, None, versions=versions
    )


def check(document: str, *messages: HeldMessage, has_numbers: bool = True) -> list[CheckedPassage]:
    """Every passage of a document, checked."""
    saved = SavedMessages(messages, has_numbers=has_numbers)
    return [saved.check(one) for one in passages(document)]


SAVED = (
    message(1, "[To:7]田中さん\n報酬は15万円です。検収は１１月３０日までに行います。"),
    message(2, "金曜までに払います", "月曜までに払います"),
    message(3, "修正は不要です。", DELETED_BODY),
    message(4, "納品を確認しました\nただし、検収済みですか？"),
    message(5, "Please pay 1 000 yen. We agree."),
    message(6, "First line\nSecond line"),
)


@pytest.mark.parametrize(
    ("document", "standing", "number"),
    cases_of(__file__, "standings"),
)
def test_each_passage_has_its_standing(document: str, standing: str, number: int | None) -> None:
    """With the message in which it stands, or that is most like it."""
    (checked,) = check(document, *SAVED)

    assert (QuoteStanding[standing], number) == (checked.standing, checked.message and checked.message.no)


def test_what_differs_is_marked_on_both_sides() -> None:
    """The nearest is shown, and of a part the line that it was cut from; a line number says where."""
    altered, cut = check("一\n「報酬は16万円です」\n「納品を確認」", *SAVED)

    assert (2, "報酬は1【6】万円です", "報酬は1【5】万円です") == (altered.passage.line, altered.given, altered.saved)
    assert (3, "納品を確認【しました】") == (cut.passage.line, cut.saved)
    (omitted,) = check("「納品…検収済みですか？」", *SAVED)
    assert "納品【を確認しました\nただし、】検収済みですか?" == omitted.saved


def test_of_several_places_the_first_is_shown_and_the_others_are_counted() -> None:
    """Also where it was deleted since; a whole sentence that still stands there is as quoted."""
    deleted = message(1, "LP 45,000円(税込)", DELETED_BODY)._replace(state="deleted")
    part, whole = check("「45,000円」「LP 45,000円(税込)」", deleted, message(2, "LP 45,000円(税込)"))

    assert (QuoteStanding.PART, 1, 1) == (part.standing, part.message and part.message.no, part.others)
    assert standing_words(part).endswith("The message was deleted since. 1 more message has these words.")
    assert (QuoteStanding.AS_QUOTED, 2, 1) == (whole.standing, whole.message and whole.message.no, whole.others)


def test_of_a_long_quotation_the_first_difference_is_shown() -> None:
    """Whatever is long or repeats itself is compared in a moment."""
    texts = [f"{number}件目の動画を確認しました。" for number in range(200)]
    altered = [*texts[:150], "150件目の動画を確認していません。", *texts[151:]]

    (checked,) = check(f"「{''.join(altered)}」", message(1, "".join(texts)), message(2, "報酬は15万円です" * 3_000))

    assert (QuoteStanding.OTHERWISE, 1) == (checked.standing, checked.message and checked.message.no)
    assert "150件目の動画を確認し【てい】ま【せん】" in checked.given


def test_a_hostile_document_takes_no_long_time() -> None:
    """Very many passages or omissions, brackets that nothing closes, and numbers without an end."""
    saved = SavedMessages([message(number, "あ" * 100) for number in range(1_000)], has_numbers=True)
    omitted = "「" + "あ…" * 3_000 + "い」"
    document = "「" * 100_000 + omitted + "「a」" * 50_000 + "No. " + "1" * 5_000 + "円" + "1億" * 50_000
    begun = time.process_time()

    checked = [saved.check(one) for one in passages(document)]

    assert (2_000, QuoteStanding.NOT_FOUND) == (len(checked), checked[0].standing)
    assert time.process_time() - begun < 5


def _alterations(text: str, luck: random.Random) -> list[str]:
    """A text with another digit, another sense, another day or name, or without some of its words."""
    made = []
    digits = [match.start() for match in re.finditer("[0-9]", text)]
    if digits:
        at = luck.choice(digits)
        made.append(text[:at] + str((int(text[at]) + luck.randrange(1, 10)) % 10) + text[at + 1 :])
        made.append(text[:at] + text[at + 1 :])
    made += [text.replace(old, new, 1) for old, new in SWAPPED if old in text]
    made += [
        text.replace(day, "先週木曜", 1) for day in ("金曜", "月曜", "週明け", "月末", "明日", "本日") if day in text
    ]
    made += [
        text.replace(name, "佐藤", 1) for name in ("動画", "記事", "ロゴ", "バナー", "字幕", "台本") if name in text
    ]
    start, end = sorted(luck.sample(range(len(text)), 2))
    made += [text[:start] + text[end:], text[: len(text) * 2 // 3], text[len(text) // 3 :]]
    return made


def test_a_thousand_altered_quotations_are_found_and_a_thousand_faithful_ones_are_not_accused() -> None:
    """Those put together of the story's messages; what an alteration makes by chance of another true text is none."""
    luck = random.Random(44)
    texts = list(dict.fromkeys(story()))
    saved = SavedMessages((message(number, text) for number, text in enumerate(texts)), has_numbers=False)
    sentences = {one.strip().rstrip("。") for text in texts for one in re.findall("[^。!?！？\n]+[。!?！？]?", text)}
    whole = {*texts, *sentences, *(text.rstrip("。") for text in texts)}
    made = [one for text in texts * 3 for one in _alterations(text, luck)]
    altered = [
        one for one in dict.fromkeys(made) if len(one) > 1 and one.rstrip("。") not in whole and one.strip("。 ")
    ]
    spaced = [re.sub("(?<=[ぁ-ん])(?=[ぁ-ん])", "\n", one, count=1) for one in texts]
    wide = [one.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}) for one in texts]
    faithful = [*sorted(sentences), *spaced, *wide]

    def standings(quoted: list[str]) -> Counter[QuoteStanding]:
        read = passages("\n\n".join(f"「{one}」" for one in quoted))
        assert len(read) == len(quoted)
        return Counter(saved.check(one).standing for one in read)

    assert len(altered) >= 1_000 <= len(faithful)
    assert QuoteStanding.AS_QUOTED not in standings(luck.sample(altered, 1_000))
    assert {QuoteStanding.AS_QUOTED: 1_000} == standings(luck.sample(faithful, 1_000))


ROOM = 7


def held(position: int, *texts: str, account: int = 1, is_masked: bool = False) -> HeldMessage:
    return HeldMessage(
        ROOM, position, position, account, "田中", 1_000 + position, "present", texts, "2026", None, None, is_masked
    )


def test_texts_of_other_times_are_told_from_texts_that_differ() -> None:
    """One text that only one side holds beside a common one is more; no common text at all is a difference."""
    assert compare_message(held(1, "前", "後"), held(1, "前", "後")) is Outcome.SAME
    assert compare_message(held(1, "前", "後"), held(1, "後")) is Outcome.A_HOLDS_MORE
    assert compare_message(held(1), held(1, "前")) is Outcome.B_HOLDS_MORE
    assert compare_message(held(1, "一", "三"), held(1, "二", "三")) is Outcome.EACH_HOLDS_MORE
    assert compare_message(held(1, "前"), held(1, "後")) is Outcome.TEXTS_DIFFER


def test_another_author_is_a_difference_whatever_the_texts() -> None:
    """Author and time of sending cannot change on Chatwork, so they come before texts and masks."""
    assert compare_message(held(1, "前"), held(1, "前", account=2, is_masked=True)) is Outcome.FACTS_DIFFER


def test_masked_texts_are_not_compared() -> None:
    """A covered text says nothing about the other side's."""
    assert compare_message(held(1, "[伏せ字]", is_masked=True), held(1, "前")) is Outcome.MASKED


@pytest.mark.parametrize(("end", "outcome"), [("10", Outcome.UPDATES_DIFFER), ("03", Outcome.SAME)])
def test_one_text_of_one_time_has_one_time_of_its_edit(end: str, outcome: Outcome) -> None:
    """After its edit to the same text again, or by a clock that is a little off, another time is no contradiction."""
    one = Span("前", 5, "2026-11-01T00:00:00.000Z", f"2026-11-01T00:{end}:00.000Z", 0)
    other = Span("前", 9, "2026-11-01T00:02:00.000Z", "2026-11-01T00:30:00.000Z", 0)

    pair = [held(1, "前")._replace(versions=(version,)) for version in (one, other)]

    assert outcome is compare_message(*pair)
    assert Outcome.SAME is compare_message(pair[0], pair[0])


def test_why_a_side_lacks_a_message() -> None:
    """Before and after what it holds, shown by no list that reached over it, or in a stretch that it never read."""
    reach = RoomReach()
    for position in (10, 20, 30):
        reach.add_message(position)
    reach.add_list(8, 20)
    assert [reach.absence(position) for position in (9, 15, 25, 31)] == [
        Absence.EARLIER,
        Absence.NOT_LISTED,
        Absence.NOT_READ,
        Absence.LATER,
    ]


def test_a_side_that_holds_nothing_gives_no_reason_but_that() -> None:
    """Nothing can be said of a room of which a side holds no message."""
    assert RoomReach().absence(5) is Absence.EARLIER


def test_a_package_of_a_period_lacks_what_is_outside_it() -> None:
    """It is not said that its owner did not see it."""
    reach = RoomReach()
    reach.add_message(10)
    reach.is_of_period = True

    assert [Absence.OUTSIDE_PERIOD] * 2 == [reach.absence(position) for position in (9, 11)]


def test_who_saw_a_deletion_is_said() -> None:
    """Both, or the one that did."""
    gone, there = held(1, "前")._replace(state="deleted"), held(1, "前")

    assert "削除されたことは両方が保存" in outcome_text(ComparedMessage(gone, gone, Outcome.SAME))
    assert "削除されたことは甲だけが保存" in outcome_text(ComparedMessage(gone, there, Outcome.SAME))
    assert "削除" not in outcome_text(ComparedMessage(there, there, Outcome.SAME))
