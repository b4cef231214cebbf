"""What is owed stands on page 1, in the request and in the consultation, as the reporter's own statement."""

from __future__ import annotations

from dataclasses import replace

from archiver.export.report import people_and_dates, report_and_consultation
from archiver.export.report.letters import demand_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.money import consultation_rows, money_rows
from archiver.records import Contract, Delivery, Invoice, MessageId, Payment, SentReminder, State, StatedTerm
from tests.support.reports import pdf_reader, report_inputs, sample_conversation
from tests.support.reports.report_inputs import facts, page_1

DIRECT = replace(report_inputs.CONTRACT, platform="direct", platform_id=None, url=None, escrowed_at=None)
ARREARS = replace(
    DIRECT,
    invoices=(
        Invoice(1, 110_000, "2026-09-30", "2026-10-31", "A-12", MessageId("1876543210987654321")),
        Invoice(2, 55_000, "2026-10-31", "2026-12-31"),
    ),
    payments=(Payment(1, 60_000, "2026-11-02", invoice=1),),
)


def direct_case(contract: Contract = ARREARS, profile: str = "support") -> ReportInput:
    """A case of a direct client."""
    return report_inputs.case(contract=contract, profile=profile)


def test_page_1_stays_one_page_with_many_invoices() -> None:
    """The three that are late the longest are told, the others counted."""
    invoices = tuple(Invoice(number, 10_000, "2026-09-30", "2026-10-31", "請" * 80) for number in range(1, 30))
    case = direct_case(replace(DIRECT, invoices=invoices))
    report = report_and_consultation.build_report(case)
    first = replace(report, chapters=report.chapters[:1])

    assert 1 == len(pdf_reader.pages(pdf_reader.pdf_bytes(first)))
    assert "ほか26件の請求が未払いです。" in page_1(case)["請求と入金(報告者入力)"]


def test_a_day_that_nobody_stated_is_not_called_a_day_of_payment() -> None:
    """Without an agreed day the sentence counts from the delivery, and says that no day is entered."""
    unagreed = replace(ARREARS, invoices=(Invoice(1, 100, "2026-09-30"),), payments=())
    mixed = replace(unagreed, invoices=(*unagreed.invoices, Invoice(2, 7, "2026-09-30", "2026-11-10")))

    alone, beside = (page_1(direct_case(one, "lawyer"))["現在の状況"] for one in (unagreed, mixed))

    assert alone.startswith("報告者の入力では、納品(2026年11月6日、支払期日の登録なし)の翌日から数えて")
    assert beside.startswith("報告者の入力では、支払期日(2026年11月10日)の翌日から数えて")
    assert beside.endswith("今も7円の入金がない状態です。")


def test_each_sum_is_overdue_since_its_own_day() -> None:
    """Payments in parts: nothing is said to be late since the day of an older invoice; many days end in one sum."""
    days = ["2026-10-15", "2026-11-15", "2026-10-15", "2026-11-23", "2026-11-24", "2026-12-31"]
    invoices = tuple(Invoice(number, 100_000, "2026-10-10", day) for number, day in enumerate(days, 1))
    parts, many = (
        replace(ARREARS, invoices=invoices[:n], payments=(Payment(1, 50_000, "2026-10-20"),)) for n in (2, 6)
    )

    two, three = (page_1(direct_case(one, "lawyer"))["現在の状況"] for one in (parts, many))

    first = "報告者の入力では、支払期日(2026年10月15日)の翌日から数えて41日目の今も"
    then = "支払期日(2026年11月15日)の翌日から数えて10日目の今も100,000円"
    assert f"{first}50,000円、{then}の入金がない状態です。" == two
    third = "支払期日(2026年11月23日)の翌日から数えて2日目の今も100,000円"
    assert f"{first}150,000円、{then}、{third}、それより後の期日の100,000円の入金がない状態です。" == three


def test_where_the_days_do_not_tell_which_delivery_was_billed_the_words_say_so() -> None:
    """It counts from the last delivery, on page 1 as in the sentence of the situation and in chapter 4."""
    unclear = replace(ARREARS, invoices=(Invoice(1, 100, "2026-09-30"),), payments=())
    deliveries = (Delivery(1, "2026-10-01"), Delivery(2, "2026-10-30"))
    case = replace(direct_case(unclear, "lawyer"), deliveries=deliveries)
    chapter = people_and_dates.chapters(case)[2]
    rows = [row for block in chapter.blocks for row in getattr(block, "rows", ())]
    limits = [row for row in rows if row[0].startswith("期限: 支払期日")]

    page = page_1(case)

    assert "最後の納品の受領日 2026年10月30日 から計算" in page["請求と入金(報告者入力)"]
    since = "最後の納品(2026年10月30日、支払期日の登録なし。どの納品の請求かは日付から決まりません)の翌日"
    assert since in page["現在の状況"]
    assert limits
    assert [] == [row for row in limits if not row[2].endswith("最後の納品から数えています")]


def test_a_payment_without_an_invoice_is_told_alone() -> None:
    """Nobody reads that nothing was billed, nor that more was paid than was billed."""
    paid = replace(ARREARS, invoices=(), payments=(Payment(1, 50_000, "2026-11-20"),))
    case = report_inputs.case(contract=paid)

    assert ["入金 50,000円"] == [text for _label, text in money_rows(case)]
    assert [("受け取った金額", "50,000円")] == list(consultation_rows(case))


def test_what_is_bound_outside_the_period_is_told_as_not_in_the_package() -> None:
    """With the time of its sending: an invoice's, a reminder's and a term's message, wherever they are named."""
    absent, sent = MessageId("1876543210987654321"), sample_conversation.at(-60)
    bound = replace(
        ARREARS, terms=(StatedTerm("payment_day", absent),), reminders=(SentReminder(1, "2026-11-01", None, absent),)
    )
    case = replace(direct_case(bound), outside={absent: sent}, period="期間")
    place = f"メッセージID {absent}({{day}} 09:14。この資料の期間の外のメッセージで、この資料には含まれません)"

    told = place.format(day="2026年11月5日")
    page, rows = page_1(case), facts(report_and_consultation.consultation_chapters(case)[1])
    letter = demand_text(case)

    assert page["条件を示したメッセージ(報告者入力)"] == f"支払期日: {told}"
    assert page["催促(報告者入力)"] == f"1回: 2026年11月1日({told})"
    assert rows["催促(報告者入力)"] == f"1回: 2026年11月1日({told})"
    assert f"日目、{told}" in page["請求と入金(報告者入力)"]
    assert f"日目、{told}" in rows["未払いの金額"]
    assert 3 == letter.count(f"2026年11月5日 09:14 のメッセージ(ID {absent}。今回の資料には含まれません)")


def test_a_letter_says_of_a_message_that_it_names_what_became_of_it() -> None:
    """Its reader finds something else there; of one that stands as it was it says nothing."""
    told = [report_inputs.plain_message("報酬は5万円です", number) for number in (1, 3, 5)]
    told[1] = told[1]._replace(body="[deleted]", state=State.DELETED)
    now = told[2].versions[0]._replace(body="報酬は3万円です")
    told[2] = told[2]._replace(body=now.body, state=State.EDITED, versions=(*told[2].versions, now))
    items = ("amount", "payment_day", "work")
    terms = tuple(StatedTerm(item, one.message_id) for item, one in zip(items, told, strict=True))
    contract = replace(DIRECT, terms=terms)

    letter = demand_text(report_inputs.case([report_inputs.room_of_messages(told)], contract=contract))

    assert f"のメッセージ(ID {told[0].message_id})" in letter
    assert f"のメッセージ(ID {told[1].message_id}。その後に削除。削除前の文面は保存しています)" in letter
    assert f"のメッセージ(ID {told[2].message_id}。その後に編集。編集前の文面も保存しています)" in letter
