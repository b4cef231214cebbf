"""Page 1 is enough, always fits, states blanks as blanks, never hides when contact began, and asks what was chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archiver.export.report import people_and_dates, report_and_consultation, timeline
from archiver.export.report.letters import inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import BLANK, ReviewedTexts
from archiver.export.report.request_to_office import request_sentence
from archiver.records import (
    TERM_ITEMS,
    AccountClosing,
    AccountId,
    Delivery,
    MappedAccount,
    RequestKind,
    Role,
    StatedTerm,
)
from tests.export.report.test_money import ARREARS
from tests.support.cases import cases_of
from tests.support.platform_offices import platforms_with_office
from tests.support.reports import pdf_reader, report_inputs
from tests.support.reports.overlong_case import LONG_TEXT, WIDE_TEXT, overlong_case
from tests.support.reports.report_inputs import page_1
from tests.support.reports.sample_conversation import CLIENT, at, message_id, sample


def with_contract(**changed: str | None) -> ReportInput:
    return report_inputs.case(contract=replace(report_inputs.CONTRACT, **changed))  # type: ignore[arg-type]


@pytest.mark.drawn
@pdf_reader.needs_poppler
@pytest.mark.parametrize("text", ["短い", LONG_TEXT, WIDE_TEXT, "改\n行\n" * 100, "あ\u00a0" * 300])
@pytest.mark.parametrize("platform", [*platforms_with_office(), None])
def test_it_is_one_page(text: str, platform: str | None) -> None:
    """However long what was typed, chapter 2 begins at the top of page 2 and page 1 has the whole of chapter 1."""
    case = overlong_case(text)
    case = replace(case, contract=replace(case.contract, platform=platform), other_service=f"https://{text}")
    report = report_and_consultation.build_report(case)
    second = replace(report.chapters[1], blocks=())

    pages = pdf_reader.pages(pdf_reader.pdf_bytes(replace(report, chapters=(report.chapters[0], second))))

    assert 2 == len(pages)
    assert "報告者の立場" in pages[0]
    assert pages[0].index("取得元") < pages[0].index("報告者の立場")
    assert "時刻はすべて日本時間です。" in pdf_reader.without_spaces(pages[0])
    assert pdf_reader.without_spaces(second.title) in pdf_reader.without_spaces(pages[1])


@pdf_reader.needs_poppler
def test_digests_of_pictures_stand_on_it_whole() -> None:
    """They are wider than the page; a reason that somebody typed is cut."""
    reason = (
        f"画像のSHA-256: このアカウント {'0123456789abcdef' * 4}、ID 8638512 {'fedcba9876543210' * 4}" + "長い" * 9000
    )
    case = report_inputs.case(mapped={CLIENT: MappedAccount(AccountId(CLIENT), Role.CLIENT, reason)})
    case = replace(case, contract=replace(case.contract, platform="stranger"))

    report = report_and_consultation.build_report(case)
    (first,) = map(
        pdf_reader.without_spaces, pdf_reader.pages(pdf_reader.pdf_bytes(replace(report, chapters=report.chapters[:1])))
    )

    assert f"このアカウント{'0123456789abcdef' * 4}、ID8638512{'fedcba9876543210' * 4}長い" in first


def test_blank_facts_are_said_to_be_blank() -> None:
    """In one line, never left out and never guessed; nowhere else on the page."""
    facts = page_1(report_inputs.case(contract=report_inputs.BLANK_CONTRACT, deliveries=(), bases={}))

    blank = facts.pop(BLANK)
    assert (
        "仕事名、相手の名前、Chatworkでの相手、契約日、契約金額、契約ID、契約ページのURL、"
        "相手のプロフィールのURL、報告者のプロフィールのURL、仮払い完了、サービス外連絡申請の提出、"
        "サービス外連絡申請の承認、納品"
    ) == blank
    assert BLANK not in "".join(facts.values()).replace("相手のアカウントが未入力", "")
    assert "クラウドワークス" == facts["仕事"]


def test_a_delivery_has_the_place_that_is_known() -> None:
    """The day is what the reporter entered; a file that they name on Chatwork was delivered there, not elsewhere."""
    file = sample().attachments[0]
    deliveries = (Delivery(1, "2026-11-06"), Delivery(2, "2026-11-07", file_id=file.file_id))

    told = page_1(report_inputs.case(deliveries=deliveries))

    sent = f"Chatwork上 2026年11月5日 10:23:33({file.number}。報告者が納品物とするファイル)"
    assert f"2026年11月6日\n2026年11月7日 / {sent}" == told["納品(報告者入力)"]


@pytest.mark.parametrize(("facts", "expected"), cases_of(__file__, "when_contact_began_is_set_against_the_permission"))
def test_when_contact_began_is_set_against_the_permission(facts: dict[str, str | None], expected: str) -> None:
    """The first message stands beside the approval or, without one, beside the escrow, before or after it."""
    whole = report_inputs.room_of_messages([report_inputs.plain_message("一", 1)])
    contract = replace(report_inputs.CONTRACT, **facts)  # type: ignore[arg-type]

    text = page_1(report_inputs.case([whole], contract=contract))["サービス外連絡申請"]

    assert text.endswith(expected)


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        ("2026-11-06", "(承認日の1日前。それ以前に保存できていないもの 約242件)"),
        ("2026-11-05", "(それ以前に保存できていないもの 約242件。実際の開始日は確認できません)"),
        ("2026-11-04", "(それ以前に保存できていないもの 約242件。実際の開始日は確認できません)"),
    ],
)
def test_with_a_gap_before_it_the_first_message_is_only_the_first_saved_one(approved: str, expected: str) -> None:
    """It is never said to be after the approval; early it is, whatever lies before it."""
    text = page_1(with_contract(contact_approved_on=approved))["サービス外連絡申請"]

    assert text.endswith(f"保存できた最初のメッセージ 2026年11月5日 10:14:33{expected}")


def test_how_many_texts_were_read_and_how_many_are_hidden_stands_on_it() -> None:
    """An office that reads this page alone knows that it does not see every text, and can ask for them."""
    told = page_1(report_inputs.case(reviewed=ReviewedTexts(11, 2, 101, at(0))))["この報告書の範囲"]

    assert "メッセージ11件を報告者が読んで確かめました(2026年11月5日)。氏名が残ることがあります。" in told
    assert "うち2件は一部を隠している" in told
    assert "101件は文面を隠しています。文面は報告者の保管庫にあり、求めに応じて示せます。" in told
    assert "隠して" not in page_1(report_inputs.case())["この報告書の範囲"]


def test_a_permission_that_was_not_entered_is_told_as_that() -> None:
    """Nobody declared that there was no request and no approval."""
    facts = page_1(with_contract(contact_approved_on=None, contact_requested_on=None))

    assert facts["サービス外連絡申請"].startswith("保存できた最初のメッセージ")
    assert "サービス外連絡申請の提出、サービス外連絡申請の承認" in facts[BLANK]


def test_a_delivery_without_a_platform_has_no_place() -> None:
    """The reporter entered a day, and not that the work went by mail or on paper."""
    case = report_inputs.case(contract=replace(report_inputs.CONTRACT, platform=None))
    chapters_of_days = [people_and_dates.chapters(case)[2], timeline.chapter(case)]
    terms = report_and_consultation.consultation_chapters(case)[0]

    assert "書面・メール等" not in str([page_1(case), terms, *chapters_of_days])


def test_a_platform_without_such_a_permission_has_no_such_row() -> None:
    """The row is the platform's own; where contact outside is not allowed at all, that is said with the day."""
    forbidden = page_1(with_contract(platform="coconala"))

    assert "連絡先公開申請" in page_1(with_contract(platform="lancers"))
    assert not any("申請" in label for label in forbidden)
    assert forbidden["サービス外での連絡"].endswith(
        "保存できた最初のメッセージ 2026年11月5日 10:14:33(それ以前に保存できていないもの 約242件)"
    )
    assert not any("外" in label for label in page_1(with_contract(platform="direct")))


def test_the_pages_of_both_sides_are_named() -> None:
    """Both profiles stand beside the names on the platform; a blank one is said to be blank."""
    facts = page_1(with_contract(client_url="https://crowdworks.jp/public/employers/1"))

    assert "プロフィール https://crowdworks.jp/public/employers/1" in facts["当事者"]
    assert "報告者のプロフィールのURL" in facts[BLANK]


@pytest.mark.parametrize(
    ("side", "client", "reporter"),
    [
        (None, "相手", "報告者"),
        ("worker", "クライアント", "報告者(ワーカー)"),
        ("client", "ワーカー", "報告者(クライアント)"),
        ("subcontractor", "クライアント", "報告者(ワーカー、再委託)"),
    ],
)
def test_a_role_stands_there_if_it_was_stated(side: str | None, client: str, reporter: str) -> None:
    """And who ordered the work is suggested no request for pay or a review."""
    case = report_inputs.case(contract=replace(report_inputs.CONTRACT, side=side))
    told = page_1(case)

    assert told["当事者"].startswith(f"{client}: クラウドワークスでの表示名")
    assert f"\n{reporter}: " in told["当事者"]
    assert ("検収" in told["お願いしたいこと"]) == (side != "client")


@pytest.mark.parametrize("kind", ["表示名が", "ファイル名が"])
def test_changes_have_their_day_in_japan(kind: str) -> None:
    """A change noticed in the evening by UTC is of the next day in Japan; of two chats it is told once."""
    changed = report_inputs.change(f"{kind}変わった", "田中(解約済)", before="田中")
    told = page_1(report_inputs.case(events=[changed] * 2))

    line = f"{kind}「田中」から「田中(解約済)」に変わりました(2026年11月15日に確認)。"
    assert 1 == told["起きたこと"].count(line)


@pytest.mark.parametrize("has_box", [False, True])
@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ({}, "中身は保存しています"),
        ({"stored_as": "files/F-0001.pdf"}, "中身は、この資料のdata/files/F-0001.pdfにあります"),
        ({"sha256": None}, "中身は保存できていません"),
    ],
)
def test_a_file_that_is_gone_is_told_once_with_whose_it_was_and_whether_it_is_kept(
    held: dict[str, Any], kept: str, has_box: bool
) -> None:
    """By its post, which tells when it was shown last, or by the list of files alone; in the text to paste too."""
    box = "[info][title][dtext:file_{}][/title]{}[/info]"
    before = box.format("uploaded", "[download:11]発注書.pdf (1 KB)[/download]")
    listed = report_inputs.change("ファイルが一覧に表示されなくなった", "", "", about="ファイルID 11 発注書.pdf", seq=9)
    posted = report_inputs.change(
        "ファイル・タスクが「削除」表示に変わった", box.format("deleted", "発注書.pdf"), before, no=3
    )
    posted = posted._replace(last_before="2026-11-14T15:00:00Z")
    (room,) = report_inputs.case().rooms
    file = room.attachments[0]._replace(name="発注書.pdf", stored_as=None)._replace(**held)
    posted = posted._replace(about=f"m{file.message_id}")
    rooms = [replace(room, attachments=(file,))]

    events = [posted, listed] if has_box else [listed]
    case = report_inputs.case(rooms, events=events, profile="lawyer" if held.get("stored_as") else "support")
    last = "(最後に見えたのは2026年11月15日 00:00)" if has_box else ""
    line = f"相手のファイル「発注書.pdf」(F-0001)は、2026年11月15日には表示されなくなっていました{last}。{kept}。"

    assert 1 == page_1(case)["起きたこと"].count("発注書.pdf")
    assert line in page_1(case)["起きたこと"]
    assert line in inquiry_form_text(case)


def test_a_file_that_is_listed_again_is_not_gone() -> None:
    """Its list shows it, whatever it did before."""
    (room,) = report_inputs.case().rooms
    listed = report_inputs.change("ファイルが一覧に表示されなくなった", "", "", about="ファイルID 11 画面.png")
    rooms = [replace(room, attachments=(room.attachments[0]._replace(gone_since=None),))]

    assert "画面.png" not in page_1(report_inputs.case(rooms, events=[listed]))["起きたこと"]


def test_a_description_that_names_money_or_days_stands_on_the_page_and_so_does_its_change() -> None:
    """As it was last seen, with the day; one of neither does not."""
    terms = "【条件】1記事 {}円 / 月末締め翌{}月末払い / 納期は依頼から7日"
    was, now = terms.format("5,000", ""), terms.format("3,000", "々")
    changed = report_inputs.change("チャットの概要が変わった", now, before=was)
    named, other = (
        report_inputs.room_of_messages([report_inputs.plain_message("一", 1)], description=text)
        for text in ("単価5,000円、締切は11月20日", "よろしくお願いします")
    )

    told = [page_1(report_inputs.case([room], events=[changed])) for room in (named, other)]

    assert "「単価5,000円、締切は11月20日」(2026年11月24日に確認)" == told[0]["チャットの概要"]
    assert "チャットの概要" not in told[1]
    line = f"チャットの概要が「{was}」から「{now}」に変わりました(2026年11月15日に確認)。"
    assert line in told[1]["起きたこと"]
    assert line in inquiry_form_text(report_inputs.case([other], events=[changed]))
    consulted = report_inputs.case([other], events=[changed], profile="consult")
    assert line in page_1(consulted)["現在の状況"]


def test_that_the_other_side_left_the_list_of_members_stands_in_the_text_to_paste_too() -> None:
    """Once, though they were in two chats; that somebody else left stands on page 1 alone."""
    gone, another = (
        report_inputs.change("参加者の一覧に表示されなくなった", "", "", about=f"{name}(ID {account})")
        for name, account in (("林 さくら", CLIENT), ("見学の人", 77))
    )
    said = report_inputs.room_of_messages([report_inputs.plain_message("本文", 1)])
    case = report_inputs.case([said], events=[gone, another, gone._replace(seq=2, room_id=9)])

    line = "{}が、参加者の一覧に表示されなくなりました(2026年11月15日に確認)"
    assert all(line.format(one.about) in page_1(case)["起きたこと"] for one in (gone, another))
    assert 1 == inquiry_form_text(case).count(f"{line.format(gone.about)}。")
    assert another.about not in inquiry_form_text(case)


def test_many_changes_are_counted() -> None:
    """Page 1 shows the latest changes and how many there are besides."""
    text = page_1(
        report_inputs.case(events=[report_inputs.change("表示名が変わった", f"名前{number}") for number in range(20)])
    )["起きたこと"]

    assert "名前19" in text
    assert "名前0" not in text
    assert "ほかの変更 19件。" in text


def test_where_nobody_is_named_as_the_other_side_it_is_not_said_that_there_is_none() -> None:
    """People are there; which of them is the client was not entered."""
    case = replace(report_inputs.case(), bases={})

    said = [str(page_1(case)), people_and_dates._counterpart_text(case)]

    assert [True, True] == ["、Chatworkでの相手" in said[0] or "'Chatworkでの相手" in said[0], said[1] == "未入力"]
    assert "相手 なし" not in said[0]


def test_nothing_from_the_other_side_is_said() -> None:
    """A room in which only the reporter wrote says that there is no reply."""
    facts = page_1(report_inputs.case([report_inputs.room_of_messages([report_inputs.plain_message("本文", 2)])]))

    assert "相手の最後のメッセージ: この範囲にありません。" in facts["起きたこと"]
    assert "保存したメッセージは1件です" in facts["保存した時期"]
    assert "保存した時期" not in page_1(report_inputs.case([report_inputs.room_of_messages([])]))


def test_the_last_message_was_not_saved_before_itself() -> None:
    """A program that writes at once saves it in the second in which it was sent."""
    rooms = [report_inputs.room_of_messages([report_inputs.plain_message("本文", 1, first_seen=at(1))])]

    assert "どれも相手の最後のメッセージより後に" in page_1(report_inputs.case(rooms))["保存した時期"]


ASKED = {
    RequestKind.PAYMENT: "お支払いについてご確認をお願いします。",
    RequestKind.REVIEW: "利用規約に基づく検収手続きのご検討をお願いします。",
    RequestKind.REPLY: "相手への連絡催促をお願いします。",
    RequestKind.TERMS: "を相手が書面などで示すよう、ご案内をお願いします。",
    RequestKind.STOP_WORK: "お取りいただける手続きのご案内をお願いします。",
}
LABELS = {"lawyer": "相談したいこと", "consult": "相談したいこと", "court": "報告者の求めること"}


def asking(request: RequestKind | None, profile: str = "support") -> ReportInput:
    """The sample's case, with a choice."""
    return report_inputs.case(request=request, profile=profile)


@pytest.mark.parametrize("request_kind", RequestKind)
def test_an_office_is_asked_for_what_was_chosen(request_kind: RequestKind) -> None:
    """In the place of what the dates suggest, on page 1 as in the text to paste."""
    case = asking(request_kind)

    assert request_sentence(case).endswith(ASKED[request_kind])
    assert f"{request_sentence(case)}なお、相手のメッセージ1件" in page_1(case)["お願いしたいこと"]


@pytest.mark.parametrize("profile", LABELS)
def test_other_readers_have_a_row_of_their_own(profile: str) -> None:
    """Beside how things stand; each reader has other words, and nothing chosen means no row."""
    wishes = {kind: page_1(asking(kind, profile))[LABELS[profile]] for kind in RequestKind}

    assert len(RequestKind) == len(set(wishes.values()))
    assert all("現在の状況" in page_1(asking(kind, profile)) for kind in RequestKind)
    assert LABELS[profile] not in page_1(asking(None, profile))


def test_a_court_reads_what_is_open_as_the_reporters_own_entry() -> None:
    """And the terms asked for are those that were bound to nothing."""
    arrears = report_inputs.case(request=RequestKind.PAYMENT, profile="court", contract=ARREARS)
    bound = tuple(StatedTerm(item.name, message_id(1)) for item in TERM_ITEMS if item.name != "payment_day")
    terms = report_inputs.case(request=RequestKind.TERMS, contract=replace(report_inputs.CONTRACT, terms=bound))

    assert "報酬の支払い。報告者の入力による未払いは105,000円。" == page_1(arrears)["報告者の求めること"]
    assert page_1(terms)["お願いしたいこと"].startswith("取引条件(支払期日)を")


@pdf_reader.needs_poppler
def test_an_office_reads_what_it_is_asked_for_first() -> None:
    """Below a title that names the contract; where the data came from another address, that stands with the record."""
    report = report_and_consultation.build_report(report_inputs.case(other_service="https://example.test"))

    page = pdf_reader.pages(pdf_reader.pdf_bytes(report))[0]
    first = pdf_reader.without_spaces(page)

    assert [] == [
        one for one in ("サービス外連絡申請", "納品(報告者入力)", "この報告書の範囲") if one not in page
    ]  # on one line
    order = ("契約12345678についてのご相談", "お願いしたいこと", "仕事クラウドワークス/契約ID", "起きたこと", "取得元")
    assert sorted(order, key=first.index) == [*order]


@pdf_reader.needs_poppler
def test_page_1_stays_one_page_with_the_longest_choice() -> None:
    """The terms that were bound to nothing are all nine; a consultation stays at two pages."""
    lawyer, consult = (
        report_inputs.case(request=RequestKind.TERMS, profile=profile, contract=ARREARS)
        for profile in ("lawyer", "consult")
    )
    report = report_and_consultation.build_report(lawyer)

    assert 1 == len(pdf_reader.pages(pdf_reader.pdf_bytes(replace(report, chapters=report.chapters[:1]))))
    two = report_and_consultation.build_consultation(consult)
    assert 2 == len(pdf_reader.pages(pdf_reader.pdf_bytes(two)))


def test_a_consultation_begins_with_a_closed_account() -> None:
    """It is what a listener must hear first."""
    closed = AccountClosing(AccountId(CLIENT), at(60), 9)
    page = page_1(report_inputs.case(profile="consult", closings=[closed]))

    assert "「(解約済)」が付いていることを確認。" in page["現在の状況"]
