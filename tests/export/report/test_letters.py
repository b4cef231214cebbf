"""The words for an inquiry form: never too long, and never asking for what the office cannot do at this stage."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.export.package.readme import encode_lines
from archiver.export.report.letters import MAX_LENGTH, inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import (
    AccountClosing,
    AccountId,
    Contract,
    Delivery,
    Invoice,
    Message,
    MessageKind,
    State,
    Version,
)
from archiver.report_language import ENGLISH, LANGUAGES, report_language
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import CLIENT, DAY, OWNER, STRANGER, at

PLATFORMS = tuple(name for name, one in platforms().items() if not one.elsewhere)


def inquiry_text_of(case: ReportInput) -> str:
    """The text for a case."""
    return inquiry_form_text(case)


def request_paragraph(case: ReportInput) -> str:
    """The one request."""
    return inquiry_text_of(case).partition("【お願い】\n")[2].partition("\n")[0]


def on(platform: str, **changed: Any) -> ReportInput:
    """The sample's case on a platform."""
    return report_inputs.case(contract=replace(report_inputs.CONTRACT, platform=platform), **changed)


def delivered(days: float) -> tuple[Delivery, ...]:
    """A delivery so many days before the sample's package is made."""
    made = report_inputs.case().created_at - timedelta(days=days)
    return (Delivery(1, made.strftime("%Y-%m-%d"), None, None, None),)


def closing(account: int) -> AccountClosing:
    """An account that was seen to be closed."""
    return AccountClosing(AccountId(account), datetime(2026, 11, 14, 18, 15, tzinfo=UTC), 9)


# --- length --------------------------------------------------------------------------------------

TEXTS = strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=400)
STATED = strategies.none() | TEXTS
CONTRACTS = strategies.builds(
    Contract,
    id=strategies.just("job1"),
    rooms=strategies.just(()),
    title=STATED,
    client=STATED,
    platform=strategies.sampled_from(PLATFORMS),
    platform_id=STATED,
    contracted_on=STATED,
    escrowed_at=STATED,
    contact_approved_on=STATED,
)
DELIVERIES = strategies.lists(
    strategies.builds(
        Delivery,
        number=strategies.integers(1, 99),
        at=TEXTS,
        name=STATED,
        size=strategies.none(),
        sha256=strategies.none(),
    ),
    max_size=3,
)


@given(
    contract=CONTRACTS,
    deliveries=DELIVERIES,
    days=strategies.integers(0, 9_000),
    deleted=strategies.booleans(),
    closed=strategies.booleans(),
    frozen=strategies.booleans(),
    language=strategies.sampled_from(LANGUAGES),
)
def test_it_always_fits_a_form(
    contract: Contract,
    deliveries: list[Delivery],
    days: int,
    *,
    deleted: bool,
    closed: bool,
    frozen: bool,
    language: str,
) -> None:
    """At most 800 characters with every line's end counted twice, whatever was stated; the request is never cut. The
    warning, which is not sent, does not count.
    """
    state = State.DELETED if deleted else State.PRESENT
    room = report_inputs.room_of_messages(
        [report_inputs.plain_message("[deleted]", 1, state=state)], inaccessible_since=at(5) if frozen else None
    )
    case = report_inputs.case(
        [room],
        contract=contract,
        deliveries=tuple(deliveries),
        closings=[closing(CLIENT)] if closed else [],
        created_at=at(days * DAY),
    )

    with report_language(language):
        text = inquiry_text_of(case)

    sent = text.partition("\n\n")[2] if text.startswith(("【送信前", "[Delete")) else text
    assert len(encode_lines(sent.split("\n")).decode("utf-8-sig")) <= MAX_LENGTH == 800
    *_facts, request, _blank, enclosed = text.splitlines()
    assert enclosed.startswith(("【資料】01_report.pdf(", "[Enclosed] 01_report.pdf ("))
    assert language == ENGLISH or request.endswith(("をお願いします。", "ご案内ください。"))
    assert {"\n"} == {character for character in text if ord(character) < 32}


def test_long_facts_are_cut_and_that_is_said() -> None:
    """On one line each."""
    contract = replace(report_inputs.CONTRACT, title="長い" * 100, client="改\n行")

    text = inquiry_text_of(report_inputs.case(contract=contract))

    assert f"仕事名: {'長い' * 25}(以下略)\n" in text
    assert "\n相手: 改[U+000A]行\n" in text


def test_what_is_blank_says_so() -> None:
    """Contract id, names and days."""
    text = inquiry_text_of(report_inputs.case(contract=report_inputs.BLANK_CONTRACT, deliveries=()))

    assert text.count("未入力") == 7


# --- what is asked for ---------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("days", [0, 30, 400])
def test_before_a_delivery_it_never_asks_for_a_review(platform: str, days: int) -> None:
    """Not in the request, not anywhere, however long the silence; the office could only point to the delivery."""
    case = on(platform, deliveries=(), created_at=at((20 + days) * DAY))

    text = inquiry_text_of(case)

    assert "検収" not in text
    assert "支払い確定" not in request_paragraph(case)


def test_before_a_delivery_it_tells_to_deliver_first_and_warns() -> None:
    """Above everything else, on a line that says that it is to be removed."""
    text = inquiry_text_of(on("crowdworks", deliveries=()))

    first = text.partition("\n")[0]
    assert first.startswith("【送信前の確認(この行は消してください)】")
    assert "先にクラウドワークスで納品してください" in first
    assert "契約途中終了リクエスト" in first


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "direct"])
def test_every_office_wants_the_delivery_first(platform: str) -> None:
    """And nothing of it stands there once it was delivered."""
    assert "先に" in inquiry_text_of(on(platform, deliveries=())).partition("\n")[0]
    assert "送信前の確認" not in inquiry_text_of(on(platform, deliveries=delivered(1)))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("days", [2, 3, 6, 7, 8, 21])
def test_once_the_usual_days_are_over_it_asks_for_the_review(platform: str, days: int) -> None:
    """Where there is an office for it; the day and the days that passed are named."""
    case = on(platform, deliveries=delivered(days))

    text = request_paragraph(case)

    late = "での検収の完了を確認できていないため"
    assert (days > platform_of(platform).review_days and platform != "direct") == (late in text)
    assert late not in text or f"翌日から数えて{days}日目の今も" in text
    if platform == "crowdworks" and days > 7:
        assert "利用規約に基づく検収手続きのご検討をお願いします。" in text


def test_the_last_delivery_counts_by_its_day() -> None:
    """Not by the order in which it was typed in; the earlier one is named before it, and by when the work was due."""
    late, early = replace(delivered(2)[0], number=1), replace(delivered(30)[0], number=2)

    contract = replace(report_inputs.CONTRACT, due_on="2026-11-20")
    text = inquiry_text_of(report_inputs.case(contract=contract, deliveries=(late, early)))

    first, day = (f"{datetime.fromisoformat(one.at):%Y年%-m月%-d日}" for one in (early, late))
    assert f"納期: 2026年11月20日\n納品: {first}、{day}\n" in text
    assert text.count(day) == 1
    assert "検収" not in request_paragraph(on("crowdworks", deliveries=(late, early)))


# --- what is told --------------------------------------------------------------------------------


def test_in_english_too_the_deletion_the_closed_account_and_the_scope_have_room() -> None:
    """What is least important is cut; the delivery stands once, and what was left out is counted."""
    contract = replace(report_inputs.CONTRACT, invoices=(Invoice(1, 50_000, "2026-11-07"),))
    sample = sample_conversation.sample()
    messages = [one for one in sample.messages() if one.state is not State.DELETED or len(one.versions) > 1]
    room = report_inputs.room_of_messages(messages, gaps=sample.gaps)
    case = report_inputs.case([room], contract=contract, closings=[closing(CLIENT)])

    with report_language(ENGLISH):
        text = inquiry_text_of(case)

    assert "1. “やっぱり今回の分は払えません” (the client, 5 Nov 2026) had been deleted by 12 Nov 2026." in text
    assert "the name of the client was seen with “(解約済)”" in text
    assert "messages saved" in text
    assert text.count("6 November 2026, 09:12 JST") == 1
    assert re.search("\n\\([1-9] more: see the report\\)\n", text)


@pytest.mark.parametrize("language", ["ja", ENGLISH])
def test_a_closed_account_has_room_beside_terms_that_changed(language: str) -> None:
    """It says why nobody answers; the terms that weigh most stand before it."""
    terms = "{}0,000円で、11月{}日までにお願いします。写真と原稿は、こちらで用意したものを使ってください。"
    told = [_edited(one, terms.format(one, one), terms.format(one - 1, one + 1)) for one in (5, 7, 9)]
    case = report_inputs.case([report_inputs.room_of_messages(told)], closings=[closing(CLIENT)])

    with report_language(language):
        text = inquiry_text_of(case)

    assert text.index("0,000円で") < text.index("「(解約済)」" if language == "ja" else "“(解約済)”")


def test_the_acceptance_that_was_written_last_finds_room_before_a_closed_account() -> None:
    """The request rests on it; English words leave room for two or three facts."""
    edited, last = _edited(5, "60,000円でお願いします。", "40,000円でお願いします。"), "確認しました。検収OKです。"
    room = report_inputs.room_of_messages([edited, report_inputs.plain_message(last, 9)])
    contract = replace(
        report_inputs.CONTRACT, title="Translation of the whole manual " * 4, client="Tanaka Movies " * 4
    )

    with report_language(ENGLISH):
        text = inquiry_text_of(report_inputs.case([room], contract=contract, closings=[closing(CLIENT)]))

    assert f"“{last}”" in text
    assert re.search("\n\\([1-9] more: see the report\\)\n", text)


@pytest.mark.parametrize(
    ("has_report", "said"), [(True, "(ほか8点は報告書にあります)"), (False, "(ほか7点は省きました)")]
)
def test_facts_that_do_not_fit_are_counted(said: str, *, has_report: bool) -> None:
    """In the text itself; a report is named only where there is one."""
    contract = replace(report_inputs.CONTRACT, title="長" * 50, client="長" * 50, platform_id="長" * 50)
    invoices = tuple(Invoice(number, 50_000, "2026-10-07", name="名" * 30) for number in range(1, 6))
    case = report_inputs.case(contract=replace(contract, invoices=invoices), closings=[closing(CLIENT)])

    text = inquiry_form_text(case, has_report=has_report)

    assert f"\n{said}\n\n【お願い】" in text
    assert "請求" not in text
    assert "「(解約済)」" in text


def test_whose_the_deleted_messages_are_is_said() -> None:
    """Those of the reporter alone come last, and are not told as the other side's doing."""
    both = [report_inputs.plain_message("[deleted]", number, state=State.DELETED) for number in (1, 2, 3)]
    own = [report_inputs.plain_message("本文", 1), report_inputs.plain_message("[deleted]", 2, state=State.DELETED)]

    mixed, alone = (
        inquiry_text_of(report_inputs.case([report_inputs.room_of_messages(messages)])) for messages in (both, own)
    )

    said = "は、保存した時点で削除されていました(文面は不明)"
    assert f"1. 相手のメッセージ2件、報告者のメッセージ1件{said}" in mixed
    assert f"3. 報告者自身のメッセージの変更: 1件{said}" in alone


def _edited(number: int, before: str, after: str) -> Message:
    sent = at(number)
    versions = tuple(Version(body, at, sent, sent + timedelta(hours=1)) for at, body in enumerate((before, after)))
    return report_inputs.plain_message(after, number, state=State.EDITED, versions=versions)


@pytest.mark.parametrize(
    ("language", "edited"), [("ja", "変更: 1件が編集されました"), ("en", "own messages: 1 edited")]
)
def test_money_and_silence_have_room_in_the_first_form_and_the_reporters_edits_are_told(
    language: str, edited: str
) -> None:
    """The warning takes none; of the quotations the one that names neither money nor days goes first."""
    priced = [_edited(one, f"お支払いは{one}0,000円です", "お支払いは30,000円です") for one in (5, 7)]
    messages = [*priced, _edited(8, "本文です", "別の本文です"), _edited(9, "雨ですね" * 9, "晴れですね" * 9)]
    room = report_inputs.room_of_messages([*messages, report_inputs.plain_message("いかがでしょうか", 10)])

    with report_language(language):
        text = inquiry_text_of(on("crowdworks", deliveries=(), rooms=[room]))

    assert [] == [one for one in ("50,000", "70,000", edited) if one not in text]
    assert language == "en" or text.index("返信がありません") < text.index("雨ですね")


def test_edits_that_are_not_all_quoted_are_counted_as_on_page_1() -> None:
    """Behind the deletions; where each is quoted the text counts none."""
    few = [_edited(number, f"{number}万円です", "1万円です") for number in (5, 7)]
    gone = report_inputs.plain_message("[deleted]", 3, state=State.DELETED)
    many = [gone, *few, _edited(8, "本文です", "別の本文です"), *(_edited(one, "雨", "晴れ") for one in (9, 11))]
    cases = [report_inputs.case([report_inputs.room_of_messages(messages)]) for messages in (few, many)]

    quoted, counted = map(inquiry_text_of, cases)

    line = "相手のメッセージ4件、報告者のメッセージ1件が編集されました"
    assert line in report_inputs.page_1(cases[1])["起きたこと"]
    assert "のメッセージ2件が編集" not in quoted
    assert counted.index("削除されていました(文面は不明)") < counted.index(line)


def test_where_there_is_room_a_message_is_quoted_whole() -> None:
    """What stands behind its price may be the promise to pay; it is cut at the price where that saves a fact."""
    asked = "データ入力1,000件、10,000円でお願いします。お支払いは11月10日までにクラウドワークスで行います。"
    room = report_inputs.room_of_messages([_edited(5, asked, asked.replace("10,000", "8,000"))])
    invoices = tuple(Invoice(n, 50_000, "2026-10-07") for n in range(2))
    contract = replace(report_inputs.CONTRACT, title="長" * 50, invoices=invoices)

    short, whole = (
        inquiry_text_of(report_inputs.case([room], contract=one)) for one in (contract, report_inputs.CONTRACT)
    )

    assert f"「{asked}」" in whole
    assert "10,000円でお願いします" in short
    assert asked not in short


def test_the_last_message_is_quoted_once() -> None:
    """With its day, and not again as one that page 1 quotes."""
    said = report_inputs.plain_message("受け取りました。あとで確認します。", 5)

    text = inquiry_text_of(report_inputs.case([report_inputs.room_of_messages([said])]))

    assert "相手の最後のメッセージは2026年11月5日の「受け取りました。あとで確認します。」です。" in text
    assert 1 == text.count(said.body)


def test_what_has_no_answer_is_quoted_and_that_the_other_side_never_wrote_is_told() -> None:
    """The number of a message alone says nothing to who has no report before them."""
    room = report_inputs.room_of_messages([report_inputs.plain_message("確認をお願いします。", 2)])

    text = inquiry_text_of(report_inputs.case([room]))

    assert "相手の最後のメッセージ: この範囲にありません。報告者のメッセージ(No.2、2026年11月5日)から" in text
    assert ". 返信のないメッセージ: 「確認をお願いします。」\n" in text


def test_what_a_quotation_tells_is_not_counted_beside_it() -> None:
    """A message that was edited and then deleted is one message, and its edit is told."""
    gone = _edited(5, "10,000円です", "8,000円です")
    versions = (*gone.versions, Version("[deleted]", 1, at(90), at(99)))
    gone = gone._replace(state=State.DELETED, body="[deleted]", versions=versions)

    text = inquiry_text_of(report_inputs.case([report_inputs.room_of_messages([gone])]))

    assert "「8,000円です」に変わり" in text
    assert "相手のメッセージ1件" not in text


def test_what_the_plan_hides_is_nobodys_change() -> None:
    """It is told once for both sides, and not as a change of the reporter's own messages."""
    hidden = [report_inputs.plain_message("本文", number, state=State.HIDDEN) for number in (1, 2)]
    both, own = (
        inquiry_text_of(report_inputs.case([report_inputs.room_of_messages(one)])) for one in (hidden, hidden[1:])
    )

    assert "相手のメッセージ1件、報告者のメッセージ1件が、プランの制限で見えなくなりました" in both
    assert "報告者のメッセージ1件が、プランの制限で見えなくなりました" in own
    assert "報告者自身" not in both + own


def test_the_time_of_a_last_message_whose_text_nobody_saw_is_told() -> None:
    """It is not said that there was none."""
    gone = report_inputs.plain_message("[deleted]", 3, state=State.DELETED, kind=MessageKind.UNKNOWN)
    case = report_inputs.case([report_inputs.room_of_messages([report_inputs.plain_message("本文", 2), gone])])

    told = "文面の分かるものはありません(2026年11月5日 10:17の「削除」表示で文面の分からないメッセージ)。"
    assert told in inquiry_text_of(case)
    assert told in report_inputs.page_1(case)["起きたこと"]


@pytest.mark.parametrize("account", [OWNER, STRANGER])
def test_the_closed_account_of_somebody_else_is_not_the_counterparts(account: int) -> None:
    """Neither one's own nor a third person's."""
    assert "(解約済)" not in inquiry_text_of(report_inputs.case(closings=[closing(account)]))


def test_an_empty_case_still_asks() -> None:
    """No message, no fact: contract and request stand alone."""
    text = inquiry_text_of(
        report_inputs.case([sample_conversation.empty()], contract=report_inputs.BLANK_CONTRACT, deliveries=())
    )

    assert "【経緯】\n\n【お願い】\nこの仕事について、お取りいただける手続き" in text


def test_an_acceptance_stands_before_who_left() -> None:
    """An office decides by what was said; that somebody left the list of members is left out first."""
    room = report_inputs.room_of_messages([report_inputs.plain_message("確認しました。検収OKです。", 5)])
    left = report_inputs.change("参加者の一覧に表示されなくなった", about=f"田中(ID {CLIENT})")
    case = replace(report_inputs.case([room]), events=(left,))

    text = inquiry_text_of(case)

    assert 0 < text.find("検収OKです") < text.find("(ID ")
