"""What is asked for is something that the office can really do at this stage, on every platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from archiver.evidence.acts_seen_in_lists import ListedStep
from archiver.export.pdf.blocks import FactList
from archiver.export.report import summary
from archiver.export.report.letters import demand_text, inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import build_consultation
from archiver.export.report.request_to_office import advice, opening_rows, request_sentence
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import ActKind, Basis, Delivery, Invoice, Message, MessageKind, Payment, RequestKind, State, Watch
from archiver.report_language import UNREAD, report_language
from tests.support.platform_offices import platforms_with_office
from tests.support.reports import report_inputs
from tests.support.reports.report_inputs import page_1
from tests.support.reports.sample_conversation import DAY, ROOM, at, message_id

SAID = [report_inputs.plain_message("本文", 1), report_inputs.plain_message("本文", 2)]


UNREASONED = "この仕事(契約ID 12345678、契約日 2026年10月1日)について、お取りいただける手続きをご案内ください。"
"""What is asked for where nothing was chosen and nothing is known that would be a reason."""


def request_of(case: ReportInput) -> str:
    return request_sentence(case)


def on(platform: str | None, *, delivered: str | None, silent_days: float) -> ReportInput:
    """A case on a platform whose counterpart wrote last so many days ago."""
    now = at(1) + timedelta(days=silent_days)
    return report_inputs.case(
        [report_inputs.room_of_messages(SAID, watch=Watch(at(-60), now, 100))],
        contract=replace(report_inputs.CONTRACT, platform=platform),
        deliveries=() if delivered is None else (Delivery(1, delivered),),
        created_at=now,
    )


@pytest.mark.parametrize(
    ("platform", "silent"), list(product([*platforms_with_office(), None, "other"], [0, 1, 2.9, 3, 30, 365]))
)
def test_before_a_delivery_no_review_is_asked_for(platform: str | None, silent: float) -> None:
    """However long the silence, nobody is asked to accept what was not delivered on the platform."""
    sentence = request_of(on(platform, delivered=None, silent_days=silent))

    assert "検収" not in sentence
    assert "支払い確定" not in sentence


@pytest.mark.parametrize("platform", platforms_with_office())
def test_after_the_usual_time_a_review_is_asked_for(platform: str) -> None:
    """Once the last day of the platform's usual time is over, its own way of ending that is asked for.

    The day of the delivery does not count, and the last day, named in chapter 4, ends at midnight (民法 140条, 141条).
    """
    words = platform_of(platform)
    early = on(platform, delivered="2026-11-05 12:00", silent_days=words.review_days)
    due = on(platform, delivered="2026-11-05 12:00", silent_days=words.review_days + 1)

    assert words.review is not None
    assert "日目の今も" not in request_of(early)
    assert f"納品(2026年11月5日)の翌日から数えて{words.review_days + 1}日目の今も" in request_of(due)
    assert request_of(due).endswith(f"{words.review}をお願いします。")


@pytest.mark.parametrize(("platform", "days"), [("crowdworks", 3), ("lancers", 7), ("coconala", 7)])
def test_after_the_days_of_the_platform_a_reply_is_asked_for(platform: str, days: int) -> None:
    """Counted from the reporter's first message after the other side's last act, on page 1 and in the request."""
    late, early = (on(platform, delivered=None, silent_days=of) for of in (days + 0.01, days - 0.1))

    assert f"相手からの返信がないため、{platform_of(platform).nudge}をお願いします。" == request_of(late)
    assert UNREASONED == request_of(early)
    assert f"報告者のメッセージ(No.2、2026年11月5日)から{days}日、返信がありません" in page_1(late)["起きたこと"]


def test_no_reply_is_asked_for_while_the_other_side_waits() -> None:
    """Where they wrote last, the reporter is the one who is silent, and the situation says so."""
    case = replace(on("lancers", delivered=None, silent_days=30), profile="lawyer")
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter(SAID[::-1][1:][start:]))])

    assert ("現在の状況", "最後のメッセージは相手(No.1、2026年11月5日)の「本文」。") == opening_rows(case)[0]
    assert UNREASONED == request_of(replace(case, profile="support"))


@pytest.mark.parametrize("delivered", ["2026-11-05 09:00", None])
def test_what_the_other_side_wrote_last_is_quoted(delivered: str | None) -> None:
    """From its beginning where its time is told, delivered or not, and answered too: it may take an acceptance back."""
    accepted, said = (
        "検収OKです",
        "写真の件ですが、社長がもう一枚ほしいと言っています。どれにするか決まったら、またご連絡しますね。",
    )
    case = replace(on("crowdworks", delivered=delivered, silent_days=30), profile="support")
    told = [report_inputs.plain_message(text, number) for number, text in ((1, accepted), (3, said))]
    rooms = [report_inputs.room_of_messages(told, watch=case.rooms[0].watch)]
    answered = replace(
        rooms[0], messages=lambda start=0: iter([*told, report_inputs.plain_message("承知しました。", 4)][start:])
    )
    alone = replace(rooms[0], messages=lambda start=0: iter(told[:1][start:]))

    for room in (rooms[0], answered):
        last = replace(case, rooms=[room])
        box = opening_rows(replace(last, profile="consult"))[0][1]
        for text in (page_1(last)["起きたこと"], inquiry_form_text(last), box):
            assert f"の「{said}」" in text, text
    assert accepted not in page_1(replace(case, rooms=[alone]))["起きたこと"]  # it is quoted above that


@pytest.mark.parametrize("reply", ["", f"[rp aid=1 to={ROOM}-{message_id(2)}]田中さん\n"])
def test_a_yes_is_quoted_with_what_it_answers(reply: str) -> None:
    """A text that names no amount and no day says nothing alone: with what it replies to, or the one before it."""
    case = replace(on("crowdworks", delivered=None, silent_days=1), profile="support")
    said = {1: "お願いします", 2: "ロゴ1点、45,000円、納期は10月25日です。", 5: f"{reply}それでお願いします。"}
    if reply:
        said[4] = "ほかの件です。"
    told = [report_inputs.plain_message(text, number) for number, text in sorted(said.items())]
    told[-1] = told[-1]._replace(state=State.DELETED, body="[deleted]")
    case = replace(case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)])

    answered = "この前の報告者のメッセージ(No.2): 「ロゴ1点、45,000円、納期は10月25日です。」"
    (page, _note) = summary.chapter(case, "").blocks
    assert isinstance(page, FactList)
    assert answered in page.quoted[0].head
    assert answered in inquiry_form_text(case)


def test_an_agreed_price_is_quoted_with_the_offer_of_the_same_sum() -> None:
    """The offer may say more of it, for example without tax; a message of another sum says nothing of this one."""
    case = on("crowdworks", delivered=None, silent_days=1)
    for offer, is_told in (("お見積もりは１２，０００円（税抜）です。", True), ("前回は8,000円でした。", False)):
        told = [
            report_inputs.plain_message(text, number)
            for number, text in ((2, offer), (3, "承知いたしました。12,000円でお願いいたします。"))
        ]
        asked = replace(case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)])

        (page, _note) = summary.chapter(asked, "").blocks

        assert isinstance(page, FactList)
        assert is_told is (f"この前の報告者のメッセージ(No.2): 「{offer}」" in page.quoted[0].head)


@pytest.mark.parametrize(
    ("offer", "yes"),
    [
        ("中止します。半額の4万円はお支払いします。", "半額でキャンセルに同意します。"),
        ("手数料が高いので、次から直接払います。", "サービス外でのお取引はできません。"),
        ("業績が悪いので3万円にしてください。", "お約束どおり5万円でお願いいたします。"),
    ],
)
@pytest.mark.parametrize("reply", ["", f"[rp aid=1 to={ROOM}-{message_id(1)}]田中さん\n"])
def test_the_reporters_yes_or_no_to_terms_is_quoted_beside_them(reply: str, offer: str, yes: str) -> None:
    """It is the other half of what was agreed, or clears the reporter; not where it answers something else."""
    case, thanks = (
        replace(on("crowdworks", delivered=None, silent_days=1), profile="support"),
        "ありがとうございます。",
    )
    told = [
        report_inputs.plain_message(text, number) for number, text in enumerate((offer, f"{reply}{yes}", thanks), 1)
    ]
    told[1] = told[1]._replace(account_id=case.owner_id)
    told[0] = told[0]._replace(state=State.DELETED, body="[deleted]")
    now = told[1].versions[0]._replace(body="6万円でお願いします。", update_time=2**31)
    changed = [told[0], told[1]._replace(versions=(told[1].versions[0], now), state=State.EDITED)]
    other = [told[0], told[1]._replace(versions=(told[1].versions[0]._replace(body=f"[rp aid=1 to={ROOM}-9]\n{yes}"),))]
    agreed = f"これに続く報告者のメッセージ(No.2、2026年11月5日): 「{yes}」"

    def quoted(messages: list[Message]) -> tuple[str, str]:
        of = replace(case, rooms=[report_inputs.room_of_messages(messages, watch=case.rooms[0].watch)])
        (page, _note) = summary.chapter(of, "").blocks
        assert isinstance(page, FactList)
        return page.quoted[0].head, inquiry_form_text(of)

    assert [True, True] == [agreed in text for text in quoted(told)]
    marked = f"{agreed}(その後「6万円でお願いします。」に編集)"
    assert [True, True] == [marked in text for text in quoted(changed)]
    assert [False, False] == [yes in text for text in quoted(other)]


@pytest.mark.parametrize("quoted", ["修正は何回でも無料です。", "11月5日までに納品します。", "修正は1回まで無料です。"])
def test_words_that_are_quoted_as_nobody_wrote_them_are_told_with_the_saved_ones(quoted: str) -> None:
    """The tag names whose message it was, and its second; parts of that are quoted rightly, in any order."""
    case = replace(on("crowdworks", delivered=None, silent_days=1), profile="support")
    own = report_inputs.plain_message("11月5日までに納品します。修正は1回まで無料です。", 2)
    source = f"[qtmeta aid={own.account_id} time={int(own.send_time.timestamp())}]"
    said = report_inputs.plain_message(f"[qt]{source}{quoted}[/qt]\n遅れたので報酬は2万円にします。", 3)
    case = replace(case, rooms=[report_inputs.room_of_messages([own, said], watch=case.rooms[0].watch)])

    (page, _note) = summary.chapter(case, "").blocks

    assert isinstance(page, FactList)
    differs = f"この中の引用「{quoted}」は、引用元とされる報告者のメッセージ(No.2)の保存した文にありません。"
    for text in (page.quoted[0].head, inquiry_form_text(case)):
        assert ("何回でも" in quoted) is (f"{differs}保存した文: 「{own.body}」" in text)
    assert "(引用) 遅れたので報酬は2万円にします。" in inquiry_form_text(case)


def test_a_denial_that_stands_last_is_told_with_what_it_denies() -> None:
    """Though its own words decide nothing: the claim of a sum before it; not what names none."""
    case = replace(on("crowdworks", delivered=None, silent_days=1), profile="support")
    for own, is_told in (("ボーナス1万円の件、よろしくお願いします。", True), ("いかがでしょうか。", False)):
        told = [report_inputs.plain_message(own, 2), report_inputs.plain_message("そんな約束はしていません。", 3)]
        denied = replace(case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)])
        beside = f"この前の報告者のメッセージ(No.2): 「{own}」"
        line = "の「そんな約束はしていません。」です。" + f"{beside}。" * is_told

        (page, _note) = summary.chapter(denied, "").blocks

        assert isinstance(page, FactList)
        assert f"{line}\n" in f"{inquiry_form_text(denied)}\n"
        assert [beside] * is_told == [one.head.partition("\n")[2] for one in page.quoted]


def test_what_was_said_of_accepting_and_of_a_fault_is_quoted_beside_the_terms() -> None:
    """Announced though not given, and the complaint behind it: both sides are told, in the order of their time."""
    case = replace(on("crowdworks", delivered="2026-11-05 09:00", silent_days=30), profile="support")
    said = (
        "アプリ開発、20万円でお願いします。",
        "確認しました。検収します。",
        "バグがありました。",
        "続きをお願いします。",
    )
    told = [report_inputs.plain_message(text, number) for number, text in zip((1, 3, 5, 7), said, strict=True)]
    case = replace(case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)])

    (page, _note) = summary.chapter(case, "").blocks

    assert isinstance(page, FactList)
    assert [*said[:3]] == [one.parts[0].text for one in page.quoted]
    text = inquiry_form_text(case)
    assert [1, 2, 3, 0] == sorted(range(4), key=lambda one: text.index(said[one]))


def test_a_task_of_the_other_side_that_names_terms_is_quoted() -> None:
    """Its post too holds what was agreed, though its form is Chatwork's; another task is a notice as others are."""
    case = on("crowdworks", delivered=None, silent_days=1)
    box = "[info][title][dtext:task_added][/title][task aid=1234 st=open lt=1794100000]{}[/task][/info]"
    for body, is_told in (("LPコーディング 45,000円(税込)", True), ("LPコーディング", False)):
        task = report_inputs.plain_message(box.format(body), 1)
        task = task._replace(state=State.DELETED, body="[deleted]", kind=MessageKind.NOTICE)
        gone = replace(case, rooms=[report_inputs.room_of_messages([task], watch=case.rooms[0].watch)])

        (page, _note) = summary.chapter(gone, "").blocks

        assert isinstance(page, FactList)
        assert [is_told] == [len(page.quoted) == 1]
        assert is_told is (f"の「タスク「{body}」(期限 " in inquiry_form_text(gone))


def test_a_quotation_names_its_author_where_the_other_side_has_several_people() -> None:
    """In the text to paste too, whose head names one client alone."""
    case = on("crowdworks", delivered=None, silent_days=1)
    said = [report_inputs.plain_message("納品ありがとうございます。検収完了です。", 1)]
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter(said[start:]))])
    several = replace(case, bases={**case.bases, 77: Basis.ENTERED})

    assert "相手の最後のメッセージは2026年11月5日の「納品ありがとう" in inquiry_form_text(case)
    assert f"相手({said[0].name})の「納品ありがとう" in inquiry_form_text(several)


def test_a_cover_is_not_quoted_as_the_words_after_an_edit() -> None:
    """Nobody read them yet: only that there was an edit is told."""
    case, plain = on("crowdworks", delivered=None, silent_days=1), report_inputs.plain_message("1本2万円です。", 1)
    before, at_edit = plain.versions[0], int(at(60).timestamp())
    after = before._replace(body=UNREAD, update_time=at_edit, first_seen=at(70), last_seen=at(80))
    edited = plain._replace(state=State.EDITED, body=UNREAD, update_time=at_edit, versions=(before, after))
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter([edited][start:]))])

    text = inquiry_form_text(case)

    assert "相手の2026年11月5日のメッセージ(文面は隠しています)は、同日11:24には編集されていました。" in text
    assert UNREAD not in text


def test_an_answer_that_the_reporter_deleted_is_told() -> None:
    """Nobody reads that the other side wrote last where a later message of the reporter was deleted."""
    messages = [SAID[0], SAID[1]._replace(state=State.DELETED)]
    case = replace(on("lancers", delivered=None, silent_days=30), profile="lawyer")
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter(messages[start:]))])
    deleted = "相手の最後のメッセージ(No.1、2026年11月5日)の後に報告者が送ったメッセージは、削除されています。"

    assert deleted == opening_rows(case)[0][1]
    heard = "相手の最後のメッセージは2026年11月5日の「本文」です(No.1)。"
    assert f"{deleted}\n{heard}" == opening_rows(replace(case, profile="consult"))[0][1]


def test_a_closed_chat_counts_to_the_day_of_the_export_and_says_what_it_knows() -> None:
    """Nothing can be known since the last list; the words say until when there was no reply."""
    case = on("lancers", delivered=None, silent_days=2)
    case = replace(case, rooms=[replace(case.rooms[0], inaccessible_since=at(3 * DAY))], created_at=at(20 * DAY))
    until = "2026年11月7日 10:15までの記録では"

    assert f"{until}相手からの返信がなく、その後はチャット1つを開けないため、" in request_of(case)
    assert f"{until}返信がありません。その後はチャット1つを開けません。" in page_1(case)["起きたこと"]
    assert "保存できた相手の最後のメッセージ" in page_1(case)["起きたこと"]
    early = replace(case, created_at=at(5 * DAY))
    assert request_of(early).startswith("チャットが開けなくなったことを2026年11月8日に確認したため、この仕事")


@pytest.mark.parametrize("platform", [None, "direct"])
@pytest.mark.parametrize("request_kind", [None, *RequestKind])
def test_a_client_is_asked_for_nothing_that_only_an_office_can_do(
    platform: str | None, request_kind: RequestKind | None
) -> None:
    """Page 1 of a job without a platform asks them for what the letter asks, with what was seen as the reason."""
    deleted = [SAID[0], SAID[1], report_inputs.plain_message("[deleted]", 3, state=State.DELETED)]
    case = on(platform, delivered=None, silent_days=30)
    case = replace(case, request=request_kind, rooms=[report_inputs.room_of_messages(deleted)])

    asked = page_1(case)["お願いしたいこと"]

    assert [] == [word for word in ("ご案内", "相手へのご連絡", "相手が書面など") if word in asked]
    assert asked in demand_text(case).replace("\n", "") or request_kind is None
    if request_kind is None:
        assert asked.endswith("ため、内容をご確認くださいますよう、お願いいたします。")


@pytest.mark.parametrize(("silent_days", "wish"), [(6.9, "ご確認"), (7.1, "ご確認のうえ、ご返信")])
def test_a_client_is_asked_for_a_reply_once_the_days_are_over(silent_days: float, wish: str) -> None:
    """Not before, and never where they wrote last: then the reporter is the one who is silent."""
    case = on("direct", delivered=None, silent_days=silent_days)
    theirs = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter(SAID[::-1][1:][start:]))])

    asked, unasked = (page_1(one)["お願いしたいこと"] + demand_text(one) for one in (case, theirs))

    assert 2 == asked.count(f"内容を{wish}くださいますよう")
    assert "返信" not in unasked


def test_what_is_overdue_is_asked_for_before_all_else() -> None:
    """An invoice that is due and not paid, on a platform too, and however long the review takes."""
    case = on("crowdworks", delivered="2026-11-05 12:00", silent_days=30)
    invoice = Invoice(1, 50_000, "2026-11-06", due_on="2026-11-20")

    asked = request_of(replace(case, contract=replace(case.contract, invoices=(invoice,))))

    assert asked.endswith("お支払いについてご確認をお願いします。")


@pytest.mark.parametrize("profile", ["support", "consult"])
def test_paid_work_awaits_no_review(profile: str) -> None:
    """Once the invoice is paid no reader hears that the review was not seen, nor when it was due."""
    case = replace(on("crowdworks", delivered="2026-11-05 12:00", silent_days=30), profile=profile)
    invoices, payments = (Invoice(1, 50_000, "2026-11-06"),), (Payment(1, 50_000, "2026-11-20"),)
    case = replace(case, contract=replace(case.contract, invoices=invoices, payments=payments))

    told = f"{request_of(case)}{opening_rows(case)}{build_consultation(case)}"

    assert "検収" not in told


def test_silence_counts_up_to_when_somebody_looked() -> None:
    """A report made long after the last look, or of a chat never read, knows of no silence; a part of the time too."""
    case = on("crowdworks", delivered=None, silent_days=30)
    (room,) = case.rooms
    read_case, never = (
        replace(case, rooms=[replace(room, watch=watch)]) for watch in (Watch(at(-60), at(2), 100), Watch())
    )
    over = replace(case, period="最初 から 最後 まで", ends_at=at(2 * DAY))

    assert [UNREASONED] * 3 == [request_of(read_case), request_of(never), request_of(over)]
    assert "日目の今も" not in request_of(on("crowdworks", delivered="2099-01-01", silent_days=30))


def test_a_job_that_is_paid_in_full_asks_for_no_reply() -> None:
    """Nothing is open, whatever was written last."""
    silent = on("crowdworks", delivered=None, silent_days=30)
    paid = replace(silent.contract, payments=(Payment(1, 50_000, "2026-11-20"),))

    assert "連絡催促" in request_of(silent)
    assert UNREASONED == request_of(replace(silent, contract=paid))


def test_without_an_office_there_is_only_a_question() -> None:
    """The client of a contract without a platform is asked what became of the delivery."""
    asked = request_of(on(None, delivered="2026-11-05", silent_days=40))

    assert "納品物のご確認の結果をお知らせくださいますよう、お願いいたします。" == asked
    assert platforms()["direct"] == platform_of("unknown")


@pytest.mark.parametrize("platform", platforms_with_office())
def test_the_user_is_told_to_deliver_there_first(platform: str) -> None:
    """Without a delivery on the platform there is a warning, on CrowdWorks of the request that gives the money back."""
    told = advice(on(platform, delivered=None, silent_days=30)) or ""

    assert platform_of(platform).name in told
    assert ("契約途中終了リクエスト" in told) == (platform == "crowdworks")
    assert advice(on(platform, delivered="2026-11-05", silent_days=30)) is None


def test_who_ordered_the_work_is_not_told_to_deliver() -> None:
    """The day on which it was due is a part of the reason, once it has passed."""
    case = on("crowdworks", delivered=None, silent_days=30)
    days = ("2026-11-05", "2036-11-05")
    late, early = (replace(case, contract=replace(case.contract, side="client", due_on=day)) for day in days)

    assert advice(late) is None
    deliveries = on("crowdworks", delivered="2026-11-05", silent_days=30).deliveries
    assert "検収の完了" not in str(opening_rows(replace(late, deliveries=deliveries, profile="consult")))
    assert request_of(late).startswith("納期(2026年11月5日)を過ぎ、相手からの返信がないため、")
    assert request_of(early).startswith("相手からの返信がないため、")
    direct = replace(late, contract=replace(late.contract, platform="direct"))
    assert request_of(direct).startswith("納期(2026年11月5日)を過ぎ、相手からの返信がないため、")


def test_one_request_in_one_sentence() -> None:
    """Whatever the case, exactly one sentence is asked; in English it begins with a capital."""
    for platform, delivered, silent in product([*platforms_with_office(), None], [None, "2026-11-05"], [0, 5, 20]):
        case = on(platform, delivered=delivered, silent_days=silent)
        assert 1 == request_of(case).count("。")
        with report_language("en"):
            assert request_of(case)[0].isupper()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_changed_message_is_named_beside_an_overdue_review(language: str) -> None:
    """In a second sentence, and once: where nothing is overdue it is the reason."""
    deleted = [*SAID, report_inputs.plain_message("[deleted]", 3, state=State.DELETED)]
    told = {"ja": "なお、相手のメッセージ1件が、", "en": " Besides, 1 message of the client showed as deleted"}
    late, calm = (
        replace(on("crowdworks", delivered=day, silent_days=9), rooms=[report_inputs.room_of_messages(deleted)])
        for day in ("2026-11-05", None)
    )

    with report_language(language):
        (_label, of_late), *_rows = opening_rows(late)
        (_label, of_calm), *_rows = opening_rows(calm)
        asked = request_of(late)

    assert of_late.startswith(f"{asked}{told[language]}")
    assert told[language] not in of_calm
    assert 1 == of_calm.count({"ja": "相手のメッセージ1件が、", "en": "1 message of the client"}[language])


@pytest.mark.parametrize(("again", "is_reason"), [("写真は明日送ります。", False), ("今日は寒いですね。", True)])
def test_a_typo_that_was_sent_again_is_no_reason_to_ask_an_office(again: str, *, is_reason: bool) -> None:
    """Another message after a deletion explains nothing."""
    gone, other = (
        report_inputs.plain_message(text, number) for number, text in enumerate(("写真は明日送りまs。", again), 1)
    )
    deleted = gone.versions[0]._replace(body="[deleted]", first_seen=at(70), last_seen=at(80))
    gone = gone._replace(state=State.DELETED, body="[deleted]", versions=(gone.versions[0], deleted))
    other = other._replace(account_id=gone.account_id)
    case = on("crowdworks", delivered=None, silent_days=0)
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter([gone, other][start:]))])

    assert is_reason is ("「削除」表示" in request_of(case))


@pytest.mark.parametrize(
    ("deleted", "told"),
    [(True, "保存した後に「削除」表示に変わった"), (False, "保存した時点ですでに「削除」表示だった")],
)
def test_a_deletion_is_named_beside_an_edit(deleted: bool, told: str) -> None:
    """In the request, and a text that nobody knows in the present state of a consultation too."""
    edited, gone = (
        report_inputs.plain_message(text, number) for text, number in (("2万円です。", 1), ("急ぎです。", 2))
    )
    after = edited.versions[0]._replace(body="1万円です。", first_seen=at(70), last_seen=at(80))
    edited = edited._replace(state=State.EDITED, body=after.body, versions=(edited.versions[0], after))
    gone = gone._replace(account_id=edited.account_id, state=State.DELETED, body="[deleted]")
    gone = gone if deleted else gone._replace(versions=(gone.versions[0]._replace(body="[deleted]"),))
    case = on("crowdworks", delivered=None, silent_days=0)
    case = replace(case, rooms=[replace(case.rooms[0], messages=lambda start=0: iter([edited, gone][start:]))])

    assert f"相手のメッセージ1件が編集され、相手のメッセージ1件が、{told}ため、この仕事" in request_of(case)
    (_label, present), *_rows = opening_rows(replace(case, profile="consult"))
    page = page_1(replace(case, profile="consult"))["現在の状況"]
    assert ("相手のメッセージ1件は、保存した時点で削除されていました(文面は不明)。" in page) is not deleted, present


@pytest.mark.parametrize("is_deleted", [False, True])
@pytest.mark.parametrize(
    ("said", "is_accepted"),  # None: they answered, and neither accept it nor keep silent
    [
        (["検収OKです。今週お支払いします。"], True),
        (["These look great, approved! I'll send the payment this week."], True),
        (["検収OKです。", "ありがとうございました！"], True),
        (["These are not approved."], False),
        (["検収OKです。", "やっぱり色を直してください。"], None),
        (["10月分は業績が悪いので3万円にしてください。"], None),
        (["納品物を受け取りました。納品を確認しました。"], False),
        (["検収します。"], False),
        (["3点目を直してください。"], None),
        (["I have not approved it. The quality is bad."], None),
    ],
)
def test_a_direct_client_who_accepted_is_asked_for_the_payment(
    said: list[str], is_accepted: bool | None, is_deleted: bool
) -> None:
    """Not for the result of an inspection that page 1 quotes; words before the last delivery accept another one.

    An acceptance that was deleted was given, whatever came behind it; the letter quotes it.
    """
    case = on("direct", delivered="2026-11-05 09:00", silent_days=30)
    is_accepted = True if is_deleted and said[0] == "検収OKです。" else is_accepted
    told = [report_inputs.plain_message(text, number) for number, text in zip((1, 3), said, strict=False)]
    told[0] = told[0]._replace(state=State.DELETED, body="[deleted]") if is_deleted else told[0]
    case = replace(case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)])
    again = replace(case, deliveries=(*case.deliveries, Delivery(2, "2026-11-08 09:00")))

    asked: dict[bool | None, str] = {None: "内容をご確認ください", True: "お支払いの予定日をお知らせください"}
    asked[False] = "納品物のご確認の結果をお知らせください"
    assert f"{asked[is_accepted]}ますよう、お願いいたします。" in request_of(case)
    assert f"{asked[False]}ますよう" in request_of(again)
    assert is_deleted is ("「削除」表示に変わったため、" in request_of(case))
    (_label, present), *_rows = opening_rows(replace(case, profile="consult"))
    assert ("検収の完了を確認できていない" in present) is (is_accepted is False)
    assert is_deleted or f"「{told[-1].body}」" in present
    if is_accepted is None or (is_deleted and is_accepted):
        assert told[0].texts[0].body in demand_text(case).replace("\n", "")


def test_days_are_those_of_the_calendar_in_japan() -> None:
    """A delivery late in the evening of one day is overdue once the seventh day after it has ended."""
    case = on("crowdworks", delivered="2026-11-05 23:59", silent_days=8)

    assert "日目の今も" not in request_of(replace(case, created_at=at(7 * DAY)))
    assert "納品(2026年11月5日)の翌日から数えて8日目の今も" in request_of(replace(case, created_at=at(8 * DAY)))


def test_what_is_asked_ends_at_the_last_look_where_that_was_long_ago() -> None:
    """The client may have answered since: no count is of all, no reply the last, and no wait goes on until today."""
    case = on("crowdworks", delivered="2026-11-05 23:59", silent_days=8)
    late = replace(case, created_at=case.created_at + timedelta(days=20))
    until = "2026年11月13日 10:15までの記録"

    assert (
        f"納品(2026年11月5日)の翌日から数えて8日目の{until}ではクラウドワークスでの検収の完了を確認できていない"
        in request_of(late)
    )
    silent = replace(late, deliveries=(), request=RequestKind.REPLY)
    assert f"{until}では相手からの返信がないため" in request_of(silent)
    for text in (report_inputs.page_1(late)["この報告書の範囲"], inquiry_form_text(late)):
        assert f"、2件({until})" in text
    assert f"」です({until})。" in inquiry_form_text(late)
    assert "確認していない時間が1回(最長およそ20日)" in report_inputs.page_1(late)["この報告書の範囲"]


@pytest.mark.parametrize("profile", ["lawyer", "court", "consult"])
def test_only_an_office_is_asked_for_something(profile: str) -> None:
    """Every other reader is told how things stand, in a sentence that asks nobody."""
    late = replace(on("crowdworks", delivered="2026-11-05 12:00", silent_days=9), profile=profile)
    calm = replace(on("crowdworks", delivered=None, silent_days=0), profile=profile)

    (_label, present), *_rows = opening_rows(late)
    overdue = "納品(2026年11月5日)の翌日から数えて9日目の今もクラウドワークスでの検収の完了を確認できていない状態です。"
    assert present.startswith(overdue)
    assert ("の「本文」です(No.1)。" in present) is (profile == "consult")
    assert ("現在の状況", "相手の最後のメッセージは2026年11月5日の「本文」です(No.1)。") == opening_rows(calm)[0]


def test_a_task_with_other_terms_is_told_once_with_both_texts() -> None:
    """Though it is still shown; and not by Chatwork's posts about it."""
    was, now = "LP 85,000円 検収後7日以内", "LP 65,000円 検収後60日以内"
    posts = [
        f"[info][title][dtext:task_{key}][/title][task aid=1 st=open lt=0]{words}[/task][/info]"
        for key, words in (("added", was), ("edited", now))
    ]
    told = [
        report_inputs.plain_message(body, number)._replace(kind=MessageKind.NOTICE)
        for number, body in zip((1, 3), posts, strict=True)
    ]
    case, at = replace(on("crowdworks", delivered=None, silent_days=1), profile="support"), told[1].first_seen
    given = ListedStep(ActKind.TASK_GIVEN, ROOM, told[0].message_id, told[0].account_id, was, None, at, 1)
    changed = given._replace(kind=ActKind.TASK_CHANGED, account=0, what=now, since=at, before=was)
    yes = "タスクの条件で承知しました。"
    told.insert(1, report_inputs.plain_message(yes, 2))
    case = replace(
        case, rooms=[report_inputs.room_of_messages(told, watch=case.rooms[0].watch)], listed_steps=[given, changed]
    )

    page, form = page_1(case)["起きたこと"], inquiry_form_text(case)
    agreed = f"(これに続く報告者のメッセージ(No.2、2026年11月5日): 「{yes}」)"
    for text in (page, form):
        assert text.count(f"相手のタスク「{was}」は、2026年11月5日には「{now}」になっていました{agreed}。") == 1
        assert "編集しました" not in text
    agreed = f"(それに続く、こちらの2026年11月5日のメッセージ: 「{yes}」)"
    assert f"・2026年11月5日のご連絡「{was}」は、同日" in demand_text(case)
    assert f"には「{now}」になっていました{agreed}。" in demand_text(case)
