"""What is owed stands on page 1, in the request and in the consultation, as the reporter's own statement."""

from __future__ import annotations

from dataclasses import replace

from archiver.export.pdf.blocks import Chapter, FactList
from archiver.export.report import chapters, consultation, people_and_dates, summary, timeline
from archiver.export.report.input import ReportInput
from archiver.export.report.message_block import quoted_text
from archiver.export.report.money import consultation_rows
from archiver.export.report.statistics import survey_messages
from archiver.export.texts.platform_inquiry_text import demand_text
from archiver.records import Contract, Delivery, Invoice, MessageId, Payment, SentReminder, StatedTerm
from tests.support.reports import pdf_reader, report_inputs, sample_conversation
from tests.support.reports.sample_conversation import message_id

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


def first_page(case: ReportInput) -> dict[str, str]:
    """The facts of page 1 by their labels."""
    return facts_of(summary.chapter(case, survey_messages(case)))


def facts_of(chapter: Chapter) -> dict[str, str]:
    """The one list of facts of a chapter, by their labels."""
    (facts,) = (one for one in chapter.blocks if isinstance(one, FactList))
    return dict(facts.rows)


def test_page_1_tells_what_is_owed_since_when_and_which_message_promised_it() -> None:
    """A direct contract has no number of a platform, no page and no escrow that could be blank."""
    page = first_page(direct_case())

    money = page["請求と入金(報告者入力)"].splitlines()
    assert "請求 165,000円 / 入金 60,000円 / 未払い 105,000円" == money[0]
    agreed = "翌営業日の入金でよいかは取り決めによります"
    place = "メッセージID 1876543210987654321(この資料には含まれません)"
    assert money[1].startswith("請求1「A-12」(2026-09-30) 未払い 50,000円、支払期日 2026-10-31、翌日から数えて")
    assert money[1].endswith(f"日目、{place}(期日は土曜日。{agreed})")
    assert f"請求2(2026-10-31) 未払い 55,000円、支払期日 2026-12-31(期日は年末年始。{agreed})" == money[2]
    assert [] == [label for label, text in page.items() if "契約ID" in text or "仮払い" in text or "契約ページ" in text]


def test_what_is_asked_is_the_payment_and_says_whose_statement_it_is() -> None:
    """Only what is past its day counts."""
    case = direct_case()
    days = (case.created_at.date() - case.created_at.date().replace(month=10, day=31)).days

    asked = first_page(case)["お願いしたいこと"]
    standing = first_page(direct_case(profile="lawyer"))["現在の状況"]

    assert asked.startswith("報告者の入力では、支払期日(2026-10-31)の翌日から数えて")
    assert "50,000円の入金がないため、お支払いについてご確認をお願いします。" in asked
    assert abs(days - int(asked.partition("数えて")[2].partition("日")[0])) <= 1
    assert standing.endswith("50,000円の入金がない状態です。")


def test_the_text_to_paste_and_the_consultation_have_the_sums() -> None:
    """Where nothing is entered, the consultation leaves a blank for the sums, and the text says nothing of them."""
    case, blank = direct_case(profile="consult"), direct_case(DIRECT, profile="consult")

    text, without = (demand_text(one, survey_messages(one)) for one in (case, blank))
    rows, left = (facts_of(consultation.money(one, survey_messages(one))) for one in (case, blank))

    assert "請求 165,000円 / 入金 60,000円 / 未払い 105,000円" in text
    assert "契約ID" not in text
    assert "請求" not in without
    assert ("165,000円", "60,000円") == (rows["請求した金額"], rows["受け取った金額"])
    assert rows["未払いの金額"].startswith("105,000円\n請求1")
    assert "未入力" in left["支払いを求める金額"]


@pdf_reader.needs_poppler
def test_reminders_are_listed_as_the_users_own_statement() -> None:
    """The latest three by day and way, the others counted: page 1, consultation, letter and timeline."""
    days = ("2026-11-12", "2026-11-01", "2026-11-09", "2026-11-05")
    sent = tuple(SentReminder(number, day, "メール") for number, day in enumerate(days, 1))
    told = message_id(1)
    case = direct_case(replace(ARREARS, reminders=(*sent[:3], replace(sent[3], how=None, message_id=told))))
    statistics = survey_messages(case)

    row = first_page(case)["催促(報告者入力)"]
    letter = demand_text(case, statistics)
    course = [line for block in timeline.blocks(case, statistics, limit=25) for line in getattr(block, "rows", ())]

    assert (
        row == f"4回: 2026-11-05(No.1 メッセージID {told})、2026-11-09(メール)、2026-11-12(メール)(ほかに前のもの1回)"
    )
    assert row == facts_of(consultation.money(case, statistics))["催促(報告者入力)"]
    assert f"これまでのご連絡: 2026-11-05 10:14 のメッセージ(ID {told})、2026-11-09(メール)" in letter
    assert [line[0] for line in course if line[1] == "催促を送信"] == sorted(days)


def test_page_1_stays_one_page_with_many_invoices() -> None:
    """The three that are late the longest are told, the others counted."""
    invoices = tuple(Invoice(number, 10_000, "2026-09-30", "2026-10-31", "請" * 80) for number in range(1, 30))
    case = direct_case(replace(DIRECT, invoices=invoices))
    report = chapters.build_report(case, survey_messages(case))
    first = replace(report, chapters=report.chapters[:1])

    assert 1 == len(pdf_reader.pages(pdf_reader.pdf_bytes(first)))
    assert "ほか26件の請求が未払いです。" in first_page(case)["請求と入金(報告者入力)"]


def test_a_day_that_nobody_stated_is_not_called_a_day_of_payment() -> None:
    """Without an agreed day the sentence counts from the delivery, and says that no day is entered."""
    unagreed = replace(ARREARS, invoices=(Invoice(1, 100, "2026-09-30"),), payments=())
    mixed = replace(unagreed, invoices=(*unagreed.invoices, Invoice(2, 7, "2026-09-30", "2026-11-10")))

    alone, beside = (first_page(direct_case(one, "lawyer"))["現在の状況"] for one in (unagreed, mixed))

    assert alone.startswith("報告者の入力では、納品(2026-11-06、支払期日の登録なし)の翌日から数えて")
    assert beside.startswith("報告者の入力では、支払期日(2026-11-10)の翌日から数えて")
    assert beside.endswith("今も7円の入金がない状態です。")


def test_where_the_days_do_not_tell_which_delivery_was_billed_the_words_say_so() -> None:
    """It counts from the last delivery, on page 1 as in the sentence of the situation and in chapter 4."""
    unclear = replace(ARREARS, invoices=(Invoice(1, 100, "2026-09-30"),), payments=())
    deliveries = (Delivery(1, "2026-10-01"), Delivery(2, "2026-10-30"))
    case = replace(direct_case(unclear, "lawyer"), deliveries=deliveries)
    chapter = people_and_dates.dates(case, survey_messages(case))
    rows = [row for block in chapter.blocks for row in getattr(block, "rows", ())]
    limits = [row for row in rows if row[0].startswith("期限: 支払期日")]

    page = first_page(case)

    assert "最後の納品の受領日 2026-10-30 から計算" in page["請求と入金(報告者入力)"]
    since = "最後の納品(2026-10-30、支払期日の登録なし。どの納品の請求かは日付から決まりません)の翌日"
    assert since in page["現在の状況"]
    assert limits
    assert [] == [row for row in limits if not row[2].endswith("最後の納品から数えています")]


def test_what_is_open_is_told_by_month_where_there_are_several() -> None:
    """By the month of the invoice, in which nothing has to be judged."""
    assert (
        "請求した月ごとの未払い: 2026-09 50,000円、2026-10 55,000円"
        in first_page(direct_case())["請求と入金(報告者入力)"]
    )


def test_page_1_quotes_the_messages_that_promised_work_pay_and_day() -> None:
    """As the reporter bound them, one line for a message; what the package does not hold is named by its id."""
    first, unknown = message_id(1), MessageId("1")
    terms = (StatedTerm("work", first), StatedTerm("amount", first), StatedTerm("payment_day", unknown))

    promised = first_page(direct_case(replace(ARREARS, terms=terms)))["条件を示したメッセージ(報告者入力)"].splitlines()

    assert promised[0].startswith("業務の内容、報酬の額: No.1(2026-11-05 10:14)「はじめまして。")
    assert "支払期日: メッセージID 1(この資料には含まれません)" == promised[1]
    assert [] == [label for label in first_page(direct_case()) if label.startswith("条件を示したメッセージ")]


def test_a_promise_that_was_taken_back_is_quoted_as_it_was() -> None:
    """The text that was saved first, and what became of it; a letter names a message once for all that it told."""
    edited = next(one for one in sample_conversation.sample().messages() if len({v.body for v in one.texts}) > 1)
    terms = (StatedTerm("amount", edited.message_id), StatedTerm("payment_day", edited.message_id))
    case = direct_case(replace(ARREARS, terms=terms), "lawyer")
    statistics = survey_messages(case)
    chapter = people_and_dates.dates(case, statistics)
    cells = [row[1] for block in chapter.blocks for row in getattr(block, "rows", ()) if row[0] == "支払期日"]

    promised = first_page(case)["条件を示したメッセージ(報告者入力)"]
    letter = [line for line in demand_text(case, statistics).splitlines() if line.startswith("・報酬の額")]

    first, last = (quoted_text(case, edited, first=first) for first in (True, False))
    assert first != last
    assert promised.endswith(f"「{first}」(その後「{last}」に編集)")
    assert [True] == [f"「{first}」(その後「{last}」に編集)" in cell for cell in cells]
    assert [True] == [line.startswith("・報酬の額、支払期日: ") for line in letter]


def test_what_is_bound_outside_the_period_is_told_as_not_in_the_package() -> None:
    """With the time of its sending: an invoice's, a reminder's and a term's message, wherever they are named."""
    absent, sent = MessageId("1876543210987654321"), sample_conversation.at(-60)
    bound = replace(
        ARREARS,
        terms=(StatedTerm("payment_day", absent),),
        reminders=(SentReminder(1, "2026-11-01", None, absent),),
    )
    case = replace(direct_case(bound), outside={absent: sent}, period="期間")
    statistics = survey_messages(case)
    place = f"メッセージID {absent}(2026-11-05 09:14。この資料の期間の外のメッセージで、この資料には含まれません)"

    page, rows = first_page(case), facts_of(consultation.money(case, statistics))
    letter = demand_text(case, statistics)

    assert page["条件を示したメッセージ(報告者入力)"] == f"支払期日: {place}"
    assert page["催促(報告者入力)"] == rows["催促(報告者入力)"] == f"1回: 2026-11-01({place})"
    assert [True, True] == [f"日目、{place}" in text for text in (page["請求と入金(報告者入力)"], rows["未払いの金額"])]
    assert 3 == letter.count(f"2026-11-05 09:14 のメッセージ(ID {absent}。今回の資料には含まれません)")


def test_a_direct_contract_has_no_usual_day_of_a_review() -> None:
    """No rule of a platform names one; on a platform the line stays."""
    direct, platform = direct_case(), report_inputs.case(profile="consult")

    assert "検収期限の目安" not in facts_of(consultation.terms(direct))
    assert "検収期限の目安" in facts_of(consultation.terms(platform))


def test_the_consultation_says_how_many_open_invoices_are_not_named() -> None:
    """It names those that are past their day; the sum holds the others too."""
    case = direct_case(profile="consult")

    rows = dict(consultation_rows(case, survey_messages(case)))

    lines = rows["未払いの金額"].splitlines()
    assert ["105,000円", "ほか1件の請求が未払いです。"] == [lines[0], lines[2]]
    assert lines[1].startswith("請求1")
