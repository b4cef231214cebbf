"""The text for the client of a direct contract: short, polite, of facts alone, and asking one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.export.package.readme import encode_lines
from archiver.export.report.letters import MAX_LENGTH, demand_text
from archiver.records import (
    TERM_ITEMS,
    Contract,
    Delivery,
    Invoice,
    MessageId,
    RequestKind,
    SentReminder,
    State,
    StatedTerm,
    Version,
)
from archiver.report_language import ENGLISH, report_language
from tests.export.report.test_money import ARREARS, DIRECT
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import message_id


def text_of(contract: Contract = ARREARS, **changed: Any) -> str:
    """The text for a direct contract of the sample."""
    case = report_inputs.case(contract=contract, **changed)
    return demand_text(case)


@pytest.mark.parametrize("request_kind", [None, *RequestKind])
def test_it_draws_no_conclusion_and_names_no_law(request_kind: RequestKind | None) -> None:
    """Neither a breach nor a law nor a threat; a day that only the law would give is no day of payment."""
    unagreed = replace(ARREARS, invoices=(Invoice(1, 100, "2026-09-30"),), payments=())

    text = text_of(unagreed, request=request_kind)

    assert "納品: 2026年11月6日" in text
    assert [] == [
        word for word in ("フリーランス法", "法律", "違反", "義務", "遅延", "滞納", "訴", "支払期日 ") if word in text
    ]
    assert "お願いいたします。" in text


def test_without_an_overdue_invoice_nothing_is_demanded() -> None:
    """A general request; nothing of money is said where nothing is entered."""
    text = text_of(DIRECT, deliveries=())

    assert "内容をご確認のうえ、ご返信くださいますよう、お願いいたします。" in text
    assert [] == [word for word in ("請求", "未払い", "お振込先", "契約ID", "納品") if word in text]


def test_it_says_what_is_to_be_read_and_answered() -> None:
    """The reporter's message without an answer, and the edited reply, with what that answered; a demand for money too,
    as that is why it is owed.
    """
    asked = report_inputs.plain_message("料金は月2万5千円でよろしいでしょうか？", 2)
    versions = [
        Version(body, at, asked.send_time, asked.send_time)
        for at, body in enumerate(("はい。", "いいえ、月1万円です。"))
    ]
    reply = report_inputs.plain_message("いいえ、月1万円です。", 3, state=State.EDITED, versions=tuple(versions))
    room = report_inputs.room_of_messages([asked, reply, report_inputs.plain_message("検収をお願いします。", 4)])

    changed = "・2026年11月5日のご連絡「はい。」は、同日10:16には「いいえ、月1万円です。」になっていました"
    for contract in (DIRECT, ARREARS, replace(DIRECT, side="client")):
        text = text_of(contract, rooms=[room], deliveries=())
        assert "\n・返信のないメッセージ: 「検収をお願いします。」\n" in text
        assert f"{changed}(その前の、こちらのメッセージ: 「{asked.body}」)。\n" in text


def test_only_what_is_due_is_asked_for() -> None:
    """Of what is open the sums say how much is not due yet; who ordered the work is told of its own day."""
    coming = Invoice(9, 100, "2026-11-05", "2036-11-30")
    text = text_of(replace(ARREARS, invoices=(*ARREARS.invoices, coming)))

    assert "(うち支払期日を過ぎていないもの 55,100円)\n" in text
    assert "・請求1" in text
    assert "・請求2" not in text
    hirer = replace(DIRECT, side="client", due_on="2026-11-30")
    assert "\n納期: 2026年11月30日\n納品: 未確認\n" in text_of(hirer, deliveries=())
    assert "納期" not in text_of(replace(hirer, side="worker"), deliveries=())


def test_a_name_that_nobody_entered_is_not_written() -> None:
    """It is among what is to be checked before sending."""
    check, greeting = (line for line in text_of(replace(ARREARS, client=None)).splitlines()[:3] if line)

    assert "相手のお名前" in check
    assert greeting.startswith("お世話になっております。")


def test_what_nobody_entered_has_no_line() -> None:
    """A letter says nothing of a blank, and names nothing “below” where nothing stands below."""
    blank, half = (replace(DIRECT, title=None, contracted_on=None, amount=one) for one in (None, "30,000円"))

    assert "未入力" not in text_of(blank)
    empty = text_of(blank, deliveries=(), rooms=[sample_conversation.empty()])
    assert (True, False) == ("下記の件" in text_of(blank), "下記の件" in empty)
    assert "金額: 30,000円" in text_of(half).splitlines()
    assert "ご依頼の日: 2026年10月1日\n金額: 30,000円\n" in text_of(replace(half, contracted_on="2026-10-01"))


def test_what_is_not_named_is_counted() -> None:
    """The latest three deliveries and reminders are named, and three open invoices; how many more there are is said."""
    busy = replace(
        ARREARS,
        invoices=tuple(Invoice(number, 100, f"2026-0{number}-28") for number in range(1, 6)),
        payments=(),
        reminders=tuple(SentReminder(number, f"2026-11-0{number}", "電話") for number in range(1, 6)),
    )
    deliveries = tuple(Delivery(number, f"2026-0{number}-20 10:00") for number in range(1, 6))

    lines = text_of(busy, deliveries=deliveries).splitlines()

    assert "納品: 2026年3月20日、2026年4月20日、2026年5月20日(ほかに前のもの2回)" in lines
    assert "ほか2件の請求が未払いです。" in lines
    assert any(line.startswith("これまでのご連絡: ") and line.endswith("(ほかに前のもの2回)") for line in lines)
    assert "納品: 2026年1月20日、2026年2月20日" in text_of(busy, deliveries=deliveries[:2]).splitlines()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(
    title=st.none() | WORDS,
    client=st.none() | WORDS,
    amount=st.none() | WORDS,
    owner=WORDS,
    name=WORDS,
    request=st.none() | st.sampled_from(RequestKind),
)
def test_it_is_never_longer_than_800_characters(
    title: str | None, client: str | None, amount: str | None, owner: str, name: str, request: RequestKind | None
) -> None:
    """With every line's end counted twice; the request stays whole."""
    contract = replace(
        DIRECT,
        title=title,
        client=client,
        amount=amount,
        invoices=tuple(Invoice(n, 10**9, "2026-09-30", "2026-10-31", name, MessageId("9" * 19)) for n in range(1, 9)),
        terms=tuple(StatedTerm(item.name, message_id(1)) for item in TERM_ITEMS),
    )

    text = text_of(contract, owner_name=owner, request=request, deliveries=(Delivery(1, "2026-11-06"),))

    assert len(encode_lines(text.split("\n")).decode("utf-8-sig")) <= MAX_LENGTH
    assert text.endswith("ご容赦ください。")
    assert "お願いいたします。\n" in text


def test_in_english_the_messages_that_promised_are_not_left_out() -> None:
    """The same facts take more letters, and no form limits a letter to a client."""
    terms = tuple(StatedTerm(name, message_id(1)) for name in ("amount", "payment_day", "work"))
    contract = replace(ARREARS, terms=terms)

    with report_language(ENGLISH):
        text = text_of(contract)

    assert 1 == text.count(f"message (ID {message_id(1)})")
    assert "amount of the fee, day of payment, content of the work: " in text.lower()
