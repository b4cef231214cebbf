"""The messages that a first page quotes: the most telling of the other side's, as the archive saw them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.claims.acceptance_and_terms import amounts_and_days, is_courtesy, terms_weight
from archiver.claims.quotations import (
    QUOTED,
    Quotation,
    excerpt,
    excerpts,
    quotation,
    quotation_head,
    quotation_line,
    quotation_parts,
    rank,
    seen_at,
)
from archiver.export.mask.policy_and_covers import Covers, masking_policy
from archiver.export.pdf.blocks import FactList
from archiver.export.report import summary
from archiver.export.report.letters import MAX_LENGTH, inquiry_form_text
from archiver.export.report.report_and_consultation import build_consultation, build_report
from archiver.records import AccountId, ContractRoom, Message, MessageId, ObservedBy, RoomId, State, Version
from archiver.render.message_body import References
from archiver.render.snippet import own_words
from archiver.render.times import date_text
from archiver.report_language import report_language
from archiver.store import seals
from archiver.store.queries import contracts
from archiver.store.queries.authors_and_changes import changed_places, quoted_messages
from archiver.store.queries.contract_activity import case_sides
from tests.claims.artifacts import page_lines_of
from tests.claims.dispute import NAMES, THIRD, report_of
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, message_object
from tests.support.cases import cases_of

PAID, ACCEPTED = "お支払いは11月末に、50,000円をお振り込みします。", "10本すべて確認しました。検収OKです。"
OTHER_JOB = "この仕事の報酬は99,000円です"
TEXTS = {
    1: OTHER_JOB,
    2: "今日は雨ですね",
    3: ACCEPTED,
    4: PAID,
    5: "支払いは検収後に考えます",
    6: "私の見積もりは70,000円です",
    7: "はい",
}


def _post(number: int, **changed: object) -> dict[str, object]:
    who = {"account": OWNER, "name": "yamada"} if number == 6 else {}
    return message_object(number, TEXTS[number], sent=number, **who) | changed  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveMaker]:
    """Everything is edited or deleted: a price four times, then deleted; the first message is of another job's time."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("quoted") / "home")
    maker.me()
    maker.room("案件のチャット")
    maker.contract(rooms=[ContractRoom(RoomId(ROOM), start=at(1.5))], platform="crowdworks", client="田中")
    maker.account(CLIENT, "田中")
    posts = {number: _post(number) for number in TEXTS}
    maker.sync(list(posts.values()), minutes=10)
    for step, price in enumerate(("40,000", "30,000", "20,000", "10,000"), 1):
        body = PAID.replace("50,000", price)
        posts[4] = _post(4, body=body, update_time=int(at(10 + step).timestamp()))
        maker.sync(list(posts.values()), changed={4: "edited"}, minutes=10 + 2 * step)
    gone = {number: _post(number, body="[deleted]") for number in (1, 2, 3, 4, 6, 7)}
    maker.sync(list((posts | gone).values()), changed=dict.fromkeys(gone, "deleted"), minutes=30)
    seals.close_seals(maker.archive, now=at(40))
    yield maker
    maker.archive.close()


def _folded(archive: ArchiveMaker, *chosen: str) -> tuple[list[Quotation], str, str]:
    """The quotations of a package, its first page and its text to paste."""
    with archive.archive.reading() as reading:
        case = report_of(reading)
    case = replace(case, chosen=chosen, reviewed=None)
    (facts,) = (one for one in summary.chapter(case, "").blocks if isinstance(one, FactList))
    page = "\n".join(f"{one.head}\n" + "\n".join(map(str, one.parts)) for one in facts.quoted)
    page += "\n" + "\n".join(text for _label, text in facts.rows)
    return list(case.statistics.quotations.value), page, inquiry_form_text(case)


def _told(quoted: Quotation) -> tuple[object, ...]:
    """What a quotation says, without the number that a package gives to the message."""
    message = quoted.message
    return (message.message_id, quoted.before, quoted.after, quoted.edits, quoted.became, message.changed_at)


def test_three_are_quoted_and_acceptance_money_and_dates_come_first(archive: ArchiveMaker) -> None:
    """Of the other side, of the job's own time; in the order in which they were sent."""
    quoted, _page, _inquiry = _folded(archive)

    assert [3, 4, 7] == [int(one.message.message_id) for one in quoted]


def test_words_are_told_as_shown_until_and_since_they_were_though_only_the_time_of_an_edit_changed() -> None:
    """The same words before and behind such a change are one text of a quotation."""
    edits = [(PAID, 0, 1), (PAID, 5, 2), (ACCEPTED, 6, 3), (ACCEPTED, 7, 4)]
    versions = tuple(Version(body, edited, at(minute), at(minute + 0.5)) for body, edited, minute in edits)
    quoted = quotation(_message(versions))

    assert quoted is not None
    assert quoted.after is not None
    assert (PAID, 0, at(2.5)) == (quoted.before.body, quoted.before.update_time, quoted.before.last_seen)
    assert (ACCEPTED, 7, at(3)) == (quoted.after.body, quoted.after.update_time, seen_at(quoted))


def _message(versions: tuple[Version, ...]) -> Message:
    return Message(
        no=1,
        room_id=RoomId(ROOM),
        message_id=MessageId("1"),
        account_id=AccountId(CLIENT),
        name="田中",
        send_time=at(0),
        update_time=7,
        state=State.EDITED,
        body=versions[-1].body,
        versions=versions,
        first_seen=at(1),
        changed_at=at(4),
        entry_seq=1,
        source=ObservedBy.LIST,
    )


def _edited(*bodies: str) -> Quotation | None:
    return quotation(_message(tuple(Version(body, no, at(no), at(no + 0.5)) for no, body in enumerate(bodies))))


def test_a_screen_quotes_what_a_package_quotes(archive: ArchiveMaker) -> None:
    """By the query as by the fold."""
    with archive.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        places = changed_places(reading, contract, case_sides(reading, contract))
        queried = list(quoted_messages(reading, places[:QUOTED]))

    assert list(map(_told, queried)) == list(map(_told, _folded(archive)[0]))


def test_page_1_quotes_the_words_and_no_chapter(archive: ArchiveMaker) -> None:
    """Before and after, with Chatwork's own time of the edit and the reporter's own changes beside them."""
    _quoted, page, _inquiry = _folded(archive)

    assert "2026年11月5日 10:03 田中のメッセージ(No.2)。2026年11月5日 10:30には削除されていました。" in page
    assert f"保存した文(2026年11月5日 10:18まで表示)', text='{ACCEPTED}'" in page
    assert "いまの表示(2026年11月5日 10:30に確認)', text='(削除の表示だけ)'" in page
    assert (
        "編集されました(Chatworkの更新時刻 2026年11月5日 10:14)。確認できた編集は4回です"
        "(途中の金額・日付: 40,000円、30,000円、20,000円)。"
    ) in page
    assert f"text='{PAID}'" in page
    assert f"text='{PAID.replace('50,000', '10,000')}'" in page
    assert "報告者自身のメッセージの変更: 1件が、保存した後に削除されました。" in page
    assert "第8章" not in page
    assert OTHER_JOB not in page


def test_that_a_text_stood_there_when_it_was_sent_is_not_said() -> None:
    """Only a later look says something: on page 1 of another minute, in one sentence of another day."""
    said = _message((Version(ACCEPTED, 0, at(0), at(0)),))._replace(state=State.PRESENT)
    quoted = quotation(said, is_chosen=True)

    assert quoted is not None
    assert quotation_head(quoted, "田中").endswith("田中のメッセージ(No.1)。")
    assert "同じ文" not in quotation_line(quoted, [ACCEPTED], time=date_text)


def test_spaces_are_no_change_that_is_quoted() -> None:
    """A text that comes back with another space is the same again, and what it was in between is named."""
    bodies = [
        "料金は80,000円です",
        "料金は70,000円です",
        "料金は60,000円です",
        "料金は80,000円です",
        "料金は 80,000円です",
    ]
    quoted = _edited(*bodies)

    assert quoted is not None
    assert (bodies[:1], ["70,000円", "60,000円"]) == ([one.body for one in quoted.shown], quoted.between)
    assert (at(4), at(4), at(4.5)) == (seen_at(quoted), quoted.before.first_seen, quoted.before.last_seen)
    assert _edited("メモ\n二行目", "メモ\r\n 二行目") is None


def test_an_amount_that_was_edited_there_and_back_is_told_as_back() -> None:
    """With the amounts in between, and behind every price that did change, whose newest edit may be older."""
    prices = [f"料金は{amount},000円です" for amount in (80, 70, 60, 80)]
    quoted = _edited(*prices)

    assert quoted is not None
    between = "(途中の金額・日付: 70,000円、60,000円)"
    head = f"確認できた編集は3回です{between}。最後に確認した文は、最初に保存した文と同じです。"
    assert head in quotation_head(quoted, "田中")
    assert [("変わった後の文(2026-11-05 10:03に確認)", prices[0])] == [*quotation_parts(quoted, prices[:1])]
    line = quotation_line(quoted, prices[:1], time=date_text)
    assert (
        f"相手の「{prices[0]}」(2026-11-05)は編集され、同日10:03には最初に保存した文に戻っていました{between}" == line
    )
    assert rank(State.EDITED, prices, at(9), 9) < rank(State.EDITED, prices[:2], at(1), 1)


def test_the_text_to_paste_has_the_same_within_its_length(archive: ArchiveMaker) -> None:
    """What was deleted stands first."""
    inquiry = _folded(archive)[2]

    assert f"相手の「{ACCEPTED}」(2026年11月5日)は、同日10:30には削除されていました。" in inquiry
    sent = inquiry.partition("\n\n")[2]  # without the warning
    assert len(sent) + sent.count("\n") < MAX_LENGTH


def test_a_chosen_message_is_quoted_unchanged(archive: ArchiveMaker) -> None:
    """With the time at which it was last seen the same."""
    quoted, page, _inquiry = _folded(archive, "5")

    assert [3, 4, 5] == [int(one.message.message_id) for one in quoted]
    assert "2026年11月5日 10:05 田中のメッセージ(No.4)。2026年11月5日 10:30にも同じ文でした。" in page


@pytest.mark.parametrize("text", cases_of(__file__, "acceptances"))
def test_a_deleted_acceptance_stands_before_a_deleted_price(text: str) -> None:
    """Whichever of them is the newer."""
    price = rank(State.DELETED, ["50,000円をお支払いします"], at(2), 2)

    assert price < rank(State.DELETED, [text], at(1), 1)


@pytest.mark.parametrize("text", cases_of(__file__, "no_acceptances"))
def test_a_question_a_refusal_or_a_condition_is_no_acceptance(text: str) -> None:
    """Nor is a refusal, or what another said: what is asked for, or is to come first, was not said."""
    acceptance = rank(State.EDITED, ["検収OKです", "検収はまだです"], at(1), 1)

    assert acceptance > rank(State.DELETED, [text], at(2), 2)
    assert acceptance > rank(State.EDITED, [text, "ほかの話です"], at(2), 2)


@pytest.mark.parametrize("text", cases_of(__file__, "prices"))
def test_a_deleted_price_stands_before_what_names_none(text: str) -> None:
    """In every usual form."""
    other = max(rank(State.DELETED, [one], at(2), 2) for one in cases_of(__file__, "no_prices"))

    assert other < rank(State.DELETED, [text], at(1), 1)


def test_an_altered_acceptance_is_one_by_what_it_became() -> None:
    """Also where the word itself stayed; a thank-you behind it decides nothing."""
    said = "納品を確認しました。検収OKです、ありがとう"
    price = rank(State.EDITED, ["50,000円です", "30,000円です"], at(3), 3)

    for after in ("納品を確認しました。検収はまだです、ありがとう", "検収OKですか？", "見直します"):
        assert rank(State.EDITED, [said, after], at(1), 1) > price
    assert rank(State.EDITED, ["検収OK", "検収はまだ"], at(1), 1) > price
    assert rank(State.EDITED, ["払います", "払えません"], at(1), 1) > rank(State.DELETED, ["はい"], at(2), 2)
    assert rank(State.EDITED, ["お支払いします", "お支払いできません"], at(1), 1)[0] == price[0]
    assert rank(State.EDITED, [said, f"{said}ございます"], at(4), 4) < price
    faults = [f"3点目を直してください、{end}" for end in ("お願いします", "よろしくお願いします")]
    assert not rank(State.EDITED, faults, at(4), 4)[0]
    assert rank(State.EDITED, ["品質が悪いです", "品質はよいです"], at(4), 4)[0]


@pytest.mark.parametrize("stated", ["80,000円", "８万円(税込)", "1本80000円×5本"])
@pytest.mark.parametrize("said", ["80,000円", "８万円", "80000円"])
def test_an_edit_of_the_agreed_amount_stands_before_other_prices(stated: str, said: str) -> None:
    """However new the others are, and though they change a day besides; not before an acceptance."""
    agreed = rank(State.EDITED, [f"料金は{said}です", "料金は60,000円です"], at(1), 1, stated)
    others = [
        rank(State.EDITED, ["料金は30,000円、12月1日です", "料金は20,000円、12月9日です"], at(2), 2, stated),
        rank(State.EDITED, [f"料金は{said}です", f"料金は{said}で、経費は別に5,000円です"], at(3), 3, stated),
        rank(State.EDITED, ["料金は180,000円です", "料金は80,000,000円です"], at(4), 4, stated),
    ]

    assert agreed > max(others)
    assert agreed < rank(State.EDITED, ["検収OKです", "検収はまだです"], at(1), 1, stated)


def test_what_decides_a_dispute_stands_in_one_order() -> None:
    """Acceptance, price, delivery, then the rest; deleted before edited; then the newest day."""
    at_day = [
        (State.EDITED, ["検収OKです", "検収はまだです"], 1),
        (State.EDITED, ["50,000円です", "30,000円です"], 3),
        (State.DELETED, ["報酬は別途です"], 2),
        (State.DELETED, ["納品は来週で大丈夫です"], 4),
        (State.DELETED, ["はい"], 6),
        (State.DELETED, ["いいえ"], 5),
        (State.EDITED, ["あ", "い"], 7),
    ]

    ranks = [rank(state, bodies, at(day), day) for state, bodies, day in at_day]

    assert [1, 2, 3, 4, 6, 5, 7] == [one[-1] for one in sorted(ranks, reverse=True)]


def test_what_was_agreed_has_a_place_beside_three_edits_of_nothing(tmp_path: Path) -> None:
    """Also where it was edited before it was first seen, or the plan hides it."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("案件のチャット")
    maker.contract(platform="crowdworks", client="田中")
    maker.account(CLIENT, "田中")
    agreed = message_object(1, PAID, sent=1, update_time=int(at(2).timestamp()))
    trifles = [message_object(number, "今日は雨", sent=number) for number in (3, 4, 5)]
    told = [agreed, message_object(2, ACCEPTED, sent=2), *trifles]
    maker.sync(told, changed={1: "edited", **dict.fromkeys((2, 3, 4, 5), "present")}, minutes=6)
    maker.hide(told[1:2], minutes=9)
    seals.close_seals(maker.archive, now=at(10))
    first, page, _inquiry = _folded(maker)
    edited = [one | {"body": "今日は雨です", "update_time": int(at(15).timestamp())} for one in trifles]
    maker.sync(edited, changed=dict.fromkeys((3, 4, 5), "edited"), minutes=20)
    seals.close_seals(maker.archive, now=at(30))
    later, *_texts = _folded(maker)
    maker.archive.close()

    assert [1, 2] == [int(one.message.message_id) for one in first]
    assert f"保存した文(2026年11月5日 10:06まで表示)', text='{ACCEPTED}'" in page
    assert [2, 5, 4] == [int(one.message.message_id) for one in later]


def test_a_long_text_is_cut_around_what_matters() -> None:
    """Around the amounts that differ, or the words of an acceptance."""
    before, after = (f"{'あ' * 60}報酬は{amount}円で、{'い' * 60}" for amount in ("50,000", "30,000"))

    assert ["…" in one and one.count("円") for one in excerpts([before, after], 30)] == [1, 1]
    assert "検収OKです" in excerpts([f"{'あ' * 60}検収OKです{'い' * 60}"], 30)[0]
    assert ["短い"] == excerpts(["短い"], 30)
    promise = "御社へはその30日後までにお支払いします。"
    passed_on = f"再委託です。記事、50,000円です。{'み' * 16}から当社へのお支払いは10月31日です。{promise}"
    assert [True, False] == [promise[-9:] in excerpts([passed_on], limit)[0] for limit in (76, 36)]


def test_the_words_that_an_edit_took_away_stand_in_the_shortest_text() -> None:
    """The amount that is in the one text alone, wherever the two begin to differ; else from the difference on."""
    before, after = excerpts([PAID, "お支払いは検討中です。詳しくは後ほどお知らせします。"], 10)
    plain = excerpts(["その件は来週お知らせしますので", "その件は再来週お知らせしますので"], 10)

    assert ("50,000円" in before, "検討中" in after) == (True, True)
    assert [("来週" in one) for one in plain] == [True, True]


def test_two_changed_days_are_shown_by_their_place() -> None:
    """The day of delivery beside that day as it is now, though it was the day of payment before."""
    form = f"納品は11月{{}}日です。{'よろしくお願いします。' * 6}お支払いは11月{{}}日です。{'い' * 60}"

    shown = excerpts([form.format(5, 10), form.format(10, 12)], 30)

    assert ["納品は11月5日です", "納品は11月10日です"] == [one.partition("。")[0] for one in shown]


@pytest.mark.parametrize(
    "edit",
    [
        ("7本は検収します。残りは修正です。", "10本とも検収できません。残りは修正です。"),
        ("5本は検収します。", "3本は検収します。"),
        ("これで大丈夫です。", "これでは大丈夫ではありません。"),
        ("了承しました。", "了承していません。"),
        ("We accept the work. Payment follows.", "We cannot accept the work. Payment follows."),
        ("サムネイルは別料金で、必要なときにお願いします。", "サムネイルもお願いします。"),
        ("修正は2回まで無料です。", "修正は2回までです。"),
    ],
)
def test_an_edit_that_changes_no_sum_may_decide(edit: tuple[str, str]) -> None:
    """How much is accepted, whether it is at all, and what costs extra."""
    assert terms_weight(edit, is_edit=True) > 0


@pytest.mark.parametrize("changed", ["50,000", "12日", "17941"])
def test_no_notation_is_cut(changed: str) -> None:
    """The head of a task's box stands whole or not at all, whatever differs: its day, or words of the task."""
    box = "[info][title][dtext:task_added][/title][task aid=1234 st=open lt=1794100000]{}[/task][/info]"
    before = box.format("サムネイルの差し替えを11月12日までにお願いします。報酬は合わせて50,000円のままです")

    people = References({AccountId(1234): "田中 一郎"}.get, lambda _room, _message: None, lambda _file: None)

    texts = [own_words(one, people) for one in (before, before.replace(changed, "3"))]
    shown = [one for limit in range(14, 100) for one in excerpts(texts, limit)]

    assert [] == [one for one in shown if not re.fullmatch(r"[^\[\]]*(?:\[タスク[^\[\]]*\][^\[\]]*)?", one)]


def test_no_title_in_brackets_is_cut() -> None:
    """That of a file's box, which ends with a full stop, stands whole or not at all."""
    text = "素材です。100枚20,000円でお願いします。 【ファイルをアップロードしました。】 [ファイル: F-0001 素材.zip]"

    shown = [one for limit in range(14, 60) for one in excerpts([text], limit)]

    assert [] == [one for one in shown if one.count("【") != one.count("】")]


@pytest.mark.parametrize("limit", [14, 20, 36, 60, 76])
@pytest.mark.parametrize("text", cases_of(__file__, "denials"))
def test_a_cut_text_has_the_end_of_its_sentence(text: str, limit: int) -> None:
    """A denial may stand there, and what is cut never says the contrary."""
    denial = text.rpartition("|")[2]
    whole = text.replace("|", "")

    (short,) = excerpts([f"{whole} 次の件はまた来週お知らせします。よろしくお願いいたします。"], limit)

    assert (limit * 2 if text.isascii() else limit) + 14 >= len(short)  # letters are half as wide
    assert denial[-(limit // 3) :] in short


_SENTENCES = st.lists(
    st.sampled_from(("納品ありがとうございます!", "クオリティも高く満足しています。", "はい ")), max_size=6
)


@given(
    _SENTENCES, st.sampled_from(("検収OKです。", "50,000円です。", "12月3日まで。")), _SENTENCES, st.integers(24, 120)
)
@example(["納品ありがとうございます!10本見ました。", "満足しています。クオリティも。"], "検収OKです。", [], 28)
def test_the_words_for_which_a_text_is_cut_stand_in_it(
    front: list[str], words: str, end: list[str], limit: int
) -> None:
    """Wherever they stand in a text, what is shown of it does not end before them."""
    shown = excerpt("".join([*front, words, *end]), len("".join(front)), limit)

    assert words in shown
    assert len(shown) <= limit + 14


def test_no_number_is_cut() -> None:
    """Half of one is another amount; what is no longer than its marks stays whole."""
    text = "お約束の通り、今月分としてまず50,000円を、来月分として120,000円を、合わせて170,000円です"
    for limit in range(10, 40):
        (short,) = excerpts([text], limit)
        assert {"50,000円", "120,000円", "170,000円"} >= {*re.findall("[0-9,]+円?", short)}

    assert ["お支払いは50,000円です"] == excerpts(["お支払いは50,000円です"], 12)


@pytest.mark.parametrize(
    "text", ["1" * 300, "お支払いは1" + ",000" * 100, "あ" * 100 + "1" * 200, "1" * 210 + "あ" * 100]
)
def test_digits_longer_than_any_number_are_cut(text: str) -> None:
    """The key of a file or a string of zeros is no amount, and what is shown of it is no longer than of other texts."""
    for limit in (40, 100, 200):
        (short,) = excerpts([text], limit)
        assert limit // 4 < len(short) < limit + 36


@pytest.mark.parametrize("piece", ["[code]", "[/code][code]", "[qt]", "一", "1億", "1億円", ">", "承知しましたが"])
def test_a_text_of_the_greatest_length_is_judged_at_once(piece: str) -> None:
    """Chatwork takes 65,535 characters; a counterpart may fill them with anything."""
    body, begun = (piece * 65_535)[:65_535], process_time()

    rank(State.DELETED, [body], at(1), 1)
    Covers({(ROOM, "1")}).cover_quotes(body)

    assert process_time() - begun < 3


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("I need it by 20 October, for 30,000 yen.", ["30,000 yen", "20 October"]),
        ("Due Oct 20. I'll pay within 14 days of delivery.", ["Oct 20", "within 14 days"]),
        ("It took 14 days. May I send 3 more? 20 pages in March", []),
    ],
)
def test_terms_of_an_english_message_are_terms(text: str, named: list[str]) -> None:
    """Days, and times within which somebody pays; no other numbers."""
    assert named == [*amounts_and_days(text)]


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("動画見ました！全部OK、検収します。来週振り込みますね。", 14, "…検収します。来週振り込みますね。"),
        ("60時間までしかお支払いできません。時給も1,300円だったはずです。", 20, "60時間までしかお支払いできません。…"),
        ("[To: 全員] 1本5,000円でお願いします。担当は鈴木です。", 20, "[To: 全員] 1本5,000円でお願いします。…"),
        ("いいえ、月1万円の予定です。", 10, "…月1万円の予定です。"),
        (
            "Hi Misaki, six illustrations at USD 150 each, 900 in total, due Oct 20. Payment within 14 days.",
            14,
            "…at USD 150 each, …due Oct 20.…",
        ),
        (
            "150 dollars for the corrected illustrations that I delivered in the evening",
            18,
            "150 dollars for the corrected …the evening",
        ),
    ],
)
def test_a_text_is_cut_where_a_clause_or_a_word_begins(text: str, limit: int, shown: str) -> None:
    """With the clauses before it where there is room; never within a number, a bracket or a word."""
    at = next(text.index(one) for one in ("振り込", "お支払", "5,000", "1万", "150") if one in text)

    assert shown == excerpt(text, at, limit)


def test_a_cut_text_begins_with_its_sentence_where_there_is_room() -> None:
    """A denial of English stands there."""
    said = "Thanks for the files. We never promised to pay 50,000 JPY for all of them by the end of this month."

    (short,) = excerpts([said], 48)

    assert "…We never promised to pay 50,000 JPY for all of them by the end of this month." == short


def test_a_quotation_in_english_is_one_sentence(archive: ArchiveMaker) -> None:
    """As in a package for a lawyer abroad."""
    quoted = _folded(archive)[0][1]

    with report_language("en"):
        line = quotation_line(quoted, ["50", "10"], time=date_text, who="client (田中)")

    assert "“50” (the client (田中), 5 November 2026) became “10” and had been deleted by 10:30 that day" == line


def test_what_is_covered_stays_covered_in_a_quotation(tmp_path: Path) -> None:
    """On page 1, in the text to paste and in the consultation: the name of a third person in a deleted message."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("案件のチャット")
    maker.contract(platform="crowdworks", client="田中")
    for account, name in ((CLIENT, "田中"), (THIRD, NAMES[THIRD])):
        maker.account(account, name)
        maker.member(account, name)
    post = message_object(1, f"{NAMES[THIRD]}さんに50,000円をお支払いします", sent=1)
    maker.sync([post], minutes=5)
    maker.sync([post | {"body": "[deleted]"}], changed={1: "deleted"}, minutes=10)
    seals.close_seals(maker.archive, now=at(20))
    with maker.archive.reading() as reading:
        policy = masking_policy("support")
        case = report_of(reading, policy=policy, counterparts={CLIENT})
        chapters = (*build_report(case).chapters, *build_consultation(case).chapters)
        texts = [*page_lines_of(chapters), inquiry_form_text(case)]
    maker.archive.close()

    assert 3 <= sum("50,000円をお支払いします" in one for one in texts)
    assert [] == [one for one in texts if NAMES[THIRD][:2] in one]


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("承知しました。", True),
        ("[To:12]田中 一郎さん\nお疲れさまです。入金を確認しました", True),
        ("着手金のご入金を確認しました。", True),
        ("ありがとうございます！頑張ります。", True),
        ("おはようございます。素材、受け取りました。楽しみにしております！", True),
        ("入金を確認しましたが、5,000円足りません", False),
        ("納品物を確認しました。", False),
        ("[rp aid=12 to=3-4]田中さん\nお振込ありがとうございました！引き続きよろしくお願いいたします(bow)", True),
        ("[qt]いつまでですか？[/qt]かしこまりました", True),
        ("はい", True),
        ("はい、お待ちしています。", True),
        ("三点とも承知しました。", True),
        ("すべて承知しました。", True),
        ("ありがとうございます！またぜひお願いします。", True),
        ("いってらっしゃいませ✈️", True),
        ("ご返信はお戻りになってからで大丈夫です。", True),
        ("いえいえ😄", True),
        ("その日程でお願いします", True),
        ("かしこまりました。確認いたします。", True),
        ("確認をお願いします。", False),
        ("その件の返信をお願いします", False),
        ("お支払いをお待ちしています", False),
        ("ご返信をお待ちしています", False),
        ("OK, thank you!", True),
        ("Sure, thank you!", True),
        *((one, True) for one in ("ぜひ！", "My pleasure!", "Perfect, thanks!", "今年もよろしくお願いします。")),
        *((one, True) for one in ("概要の条件で承知しました。", "ありがとうございます。着手します。")),
        ("納品の条件で3万円です", False),
        ("ご確認よろしくお願いします", False),
        ("ありがとうございました。修正はありますか？", False),
        ("承知しました。いつお支払いいただけますか", False),
        ("はい" * 200, False),
    ],
)
def test_thanks_and_a_yes_wait_for_no_answer(text: str, is_it: bool) -> None:
    """Whoever asks for something, or sends something, does."""
    assert is_it == is_courtesy(text)
