"""What nobody read does not leave: not a word of it, wherever a package could show it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from archiver import errors
from archiver.chatwork.notation.parse import parse
from archiver.evidence.history import is_system_post
from archiver.export.mask.policy_and_covers import Covers, masking_policy
from archiver.export.package.make_package import ExportReport, export
from archiver.export.package.masking_review import (
    Decision,
    keep_reviews,
    members_to_ask,
    opened_messages,
    other_names,
    read_decisions,
    reviews_of,
)
from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import parse_choice
from archiver.records import MessageId, OpenedMessage, ReadState, StatedTerm
from archiver.render.message_body import plain_text
from archiver.render.snippet import one_line
from archiver.report_language import COVERED, COVERED_NAME, UNREAD
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, file_object, message_object
from tests.support.packages.exported_archives import FACTS, THIRD, add_enclosure, zip_files
from tests.support.packages.files_with_metadata import picture
from tests.support.reports import pdf_reader

SHARED = 998
"""A third person with the surname of the client."""


def word(number: int) -> str:
    """A string that stands in one text alone."""
    return f"zq{number:03}xw"


def room_of(home: Path, *, others: int, messages: int) -> ArchiveMaker:
    """A chat in which every text has a string of its own: messages, a file, a task, a description, metadata."""
    maker = ArchiveMaker(home)
    maker.me()
    terms = tuple(StatedTerm(item, MessageId(bound)) for item, bound in (("work", "6"), ("amount", "14")))
    maker.contract("job1", platform="crowdworks", platform_id="12345678", client="田中", terms=terms, **FACTS)
    maker.room("動画編集", description=f"資料 {word(900)}")
    maker.account(CLIENT, "田中 一郎")
    maker.account(1234567, "yamada")
    authors = [(CLIENT, "田中 一郎"), (1234567, "yamada")]
    for number in range(others):
        name = (SHARED, "田中 花子") if not number else (THIRD + number, f"参加 {chr(97 + number)}子")
        maker.account(*name)
        maker.member(*name)
        authors.append(name)
    listed = [
        message_object(one, f"田中さん {word(one)} です", sent=one, account=author, name=name)
        for one in range(1, messages + 1)
        for author, name in [authors[one % len(authors)]]
    ]
    maker.sync(listed[:100], minutes=messages + 5)
    sent = int(at(messages + 6).timestamp())
    edited = message_object(14, f"田中さん、やはり {word(901)} です", sent=14, update_time=sent, name="田中 一郎")
    now = [*listed[:13], edited, *listed[14:27], {**listed[27], "body": "[deleted]"}, *listed[28:]]
    maker.sync(now, changed={14: "edited", 28: "deleted"}, minutes=messages + 7)
    maker.file(file_object(31, f"{word(902)}.pdf", 9, sent=6, message_id=6), b"pdf bytes", minutes=messages + 8)
    maker.file(
        file_object(32, f"{word(903)}.pdf", 9, sent=9, message_id=9, account=CLIENT), b"pdf", minutes=messages + 8
    )
    maker.task(56, f"作業 {word(904)}", minutes=messages + 9)
    maker.task(56, f"作業 {word(906)}", minutes=messages + 10)
    add_enclosure(maker, 1, "photo.jpg", picture("JPEG", author=word(905)))
    return maker


def order(profile: str = "support", **options: object) -> ExportOrder:
    """An order for this chat."""
    return ExportOrder(
        contract="job1",
        profile=profile,
        policy=masking_policy(profile),
        counterparts={CLIENT},
        **options,  # type: ignore[arg-type]
    )


def opened(maker: ArchiveMaker, wanted: ExportOrder) -> dict[str, OpenedMessage]:
    """The messages that are read before, by id."""
    return {one.id: one for one in opened_messages(maker.archive, wanted, now=at(300))}


def made(maker: ArchiveMaker, out: Path, wanted: ExportOrder) -> ExportReport:
    """The package of an order."""
    return export(maker.archive, replace(wanted, out=out), now=lambda: at(300))


def found(out: Path) -> set[str]:
    """The strings that stand in any byte of what was made, in the words of its documents, and in its names."""
    texts = []
    for path in out.rglob("*"):
        texts.append(path.name.encode())
        if path.suffix == ".pdf":
            texts.append(pdf_reader.text(path.read_bytes()).encode())
        if path.is_file():
            texts.append(path.read_bytes())
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                texts += [*map(str.encode, packed.namelist()), *map(packed.read, packed.namelist())]
    every = b"\n".join(texts)
    return {word(one) for one in range(1000) if word(one).encode() in every}


def printed_words(report: ExportReport, name: str = "01_report.pdf") -> str:
    """The words of the report."""
    return pdf_reader.without_spaces(pdf_reader.text(zip_files(report)[name]))


@pytest.mark.drawn
@pytest.mark.parametrize("profile", ["support", "consult"])
@pytest.mark.parametrize(("others", "messages"), [(12, 40), (0, 100)])
def test_what_nobody_read_is_in_no_byte(tmp_path: Path, profile: str, others: int, messages: int) -> None:
    """Of messages, files, tasks, the description and metadata; rows stay, and nothing of it is quoted."""
    maker = room_of(tmp_path / "home", others=others, messages=messages)

    report = made(maker, tmp_path / "out", order(profile))

    assert set() == found(tmp_path / "out")
    assert (0, messages if profile == "support" else report.reading["opened"]) == (
        report.reading["read"],
        report.reading["covered"],
    )
    assert report.reading["unread"] == report.reading["opened"] > 0
    printed = printed_words(report, "01_report.pdf" if profile == "support" else "01_consult.pdf")
    assert f"タスク({COVERED})から({COVERED})への変更" in printed
    assert f"({UNREAD})(その後に編集)" in printed
    assert not re.search(rf"「\(?{COVERED[:2]}|「{re.escape(COVERED_NAME)}", printed)
    if profile == "support":
        rows = list(csv.DictReader(io.StringIO(zip_files(report)["02_messages.csv"].decode("utf-8-sig"))))
        assert messages == len(rows)
        assert 4 >= len({one["本文"] for one in rows})
        assert rows[13]["以前の文面"]


@pytest.mark.drawn
def test_only_what_was_read_leaves_as_it_was_shown(tmp_path: Path) -> None:
    """The parties' messages with what belongs to them; a third person's stay covered, also those with files."""
    maker = room_of(tmp_path / "home", others=12, messages=40)
    quoted = f"[qt][qtmeta aid={SHARED} time={int(at(16).timestamp())}]田中さん {word(16)} です[/qt]"
    for minutes, asked in enumerate(("直す", "直す、急ぎ"), 60):
        maker.task(57, f"{quoted} {asked}", minutes=minutes, message_id=14)
    wanted = order()
    shown = opened(maker, wanted)
    assert all(COVERED in one and word(16) not in one for one in shown["14"].files), shown["14"].files
    assert {"14", "15", "28"} <= shown.keys()
    assert not {"12", "16"} & shown.keys()  # the report prints one before and after each
    assert all(one.name in ("田中 一郎", "yamada") for one in shown.values())
    assert all(one.state is ReadState.UNREAD for one in shown.values())
    some = sorted(shown)[:2]

    reviews = reviews_of(shown.values(), [Decision(one, shown[one].digest) for one in some], at=at(300))
    report = made(maker, tmp_path / "out", replace(wanted, reviews=tuple(reviews)))

    texts = {text for one in some for text in (*shown[one].texts, *shown[one].files)} - {f"作業 {word(904)}"}
    assert {word(one) for one in range(1000) if any(word(one) in text for text in texts)} == found(tmp_path / "out")
    assert "[qt" not in printed_words(report) + zip_files(report)["03_inquiry_text.txt"].decode("utf-8-sig")
    assert (2, len(shown) - 2) == (report.reading["read"], report.reading["unread"])
    assert all("田中さん" in text for one in some for text in shown[one].texts)


@pytest.mark.drawn
def test_an_english_package_has_english_labels_of_what_was_read_once(tmp_path: Path) -> None:
    """The same letters stand for the same people, and what was read for a package in one was read for the other."""
    maker = room_of(tmp_path / "home", others=2, messages=30)
    said = "参加 b子さんと田中 花子さんの電話は090-1234-5678です"
    now = message_object(14, said, sent=14, update_time=int(at(60).timestamp()))
    maker.sync([now], changed={14: "edited"}, minutes=60)
    shown = opened(maker, order())
    reviews = tuple(reviews_of(shown.values(), [Decision("14", shown["14"].digest)], at=at(300)))

    texts = []
    for lang in ("ja", "en"):
        report = made(maker, tmp_path / lang, order(reviews=reviews, lang=lang))
        assert 1 == report.reading["read"]
        rows = list(csv.DictReader(io.StringIO(zip_files(report)["02_messages.csv"].decode("utf-8-sig"))))
        texts.append([*rows[13].values()])
        printed = printed_words(report)

    japanese, english = (next(text for text in one if "090" not in text and "です" in text) for one in texts)
    assert "参加者Bさんと参加者Aさんの電話は■■(電話番号)です" == japanese
    assert "Participant BさんとParticipant Aさんの電話は■■(telephone number)です" == english
    assert "ParticipantB" in printed
    assert not re.search("参加者[A-Z(]|■■\\([^)]*[ぁ-鿿]", printed + "".join(texts[1]))


@pytest.mark.drawn
def test_a_text_that_nobody_knows_is_not_hidden(tmp_path: Path) -> None:
    """Of a message that was first seen as deleted nothing can be shown on request."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    maker.sync([message_object(31, "[deleted]", sent=31)], changed={31: "deleted"}, minutes=40)

    report = made(maker, tmp_path / "out", order())

    assert (31, 30) == (report.messages, report.reading["covered"])
    assert "30件は文面を隠しています" in printed_words(report)


@pytest.mark.drawn
@pytest.mark.parametrize(("author", "is_shown"), [(CLIENT, True), (THIRD + 1, False)])
def test_a_quotation_of_what_was_deleted_before_it_was_seen_is_read(
    tmp_path: Path, author: int, *, is_shown: bool
) -> None:
    """As it has the only words that are left; not those of somebody who is no party."""
    maker = room_of(tmp_path / "home", others=2, messages=30)
    gone = message_object(31, "[deleted]", sent=31, account=author)
    body = f"[qt][qtmeta aid={author} time={int(at(31).timestamp())}]{word(931)}[/qt]ありがとうございます"
    own = message_object(32, body, sent=32, account=OWNER)
    maker.sync([gone, own], changed={31: "deleted", 32: "present"}, minutes=40)

    (text,) = opened(maker, order())["32"].texts

    assert is_shown == (word(931) in text)


@pytest.mark.drawn
def test_what_a_consultation_does_not_cite_is_not_hidden_from_it(tmp_path: Path) -> None:
    """Unlike a package with a table it has no rows of other messages: hidden is what it cites and nobody read."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    shown = opened(maker, order("consult"))
    assert 2 < len(shown) < 30
    first, *rest = [Decision(one, shown[one].digest) for one in sorted(shown, key=int)]

    reports = []
    for name, decisions in (("all", [first, *rest]), ("but one", rest)):
        reviews = reviews_of(shown.values(), decisions, at=at(300))
        reports.append(made(maker, tmp_path / name, order("consult", reviews=tuple(reviews))))

    assert [(len(shown), 0), (len(rest), 1)] == [(one.reading["read"], one.reading["covered"]) for one in reports]
    pages = [printed_words(one, "01_consult.pdf") for one in reports]
    assert "件は文面を隠しています" not in pages[0]
    assert "。1件は文面を隠しています" in pages[1]


@pytest.mark.drawn
def test_a_third_persons_message_is_opened_if_it_was_chosen(tmp_path: Path) -> None:
    """Or if every message is wanted; else it is no neighbour either."""
    maker = room_of(tmp_path / "home", others=2, messages=30)

    assert "2" not in opened(maker, order())
    assert "2" in opened(maker, order(choice=parse_choice("No.2")))
    assert 30 == sum(one.no > 0 for one in opened(maker, order(every_message=True)).values())


@pytest.mark.drawn
def test_a_task_whose_terms_changed_is_opened_with_its_post(tmp_path: Path) -> None:
    """Page 1 tells both texts; another task stays covered."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    said = ("LP 85,000円", "LP 65,000円")
    before = opened(maker, order("consult"))
    for minute, words in enumerate(said, 41):
        maker.task(57, words, message_id=2, minutes=minute)

    after = opened(maker, order("consult"))

    assert {"2"} == after.keys() - before.keys()
    assert said == after["2"].files


@pytest.mark.drawn
@pytest.mark.parametrize("written", ["単価は5,000円です", "会議のURL"])
def test_the_description_of_a_chat_is_read_where_the_report_may_quote_it(tmp_path: Path, written: str) -> None:
    """As it names an amount, or as it changed; unread, not a word of it leaves."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    maker.room("動画編集", description=f"{written} {word(950)}", minutes=45)
    shown = opened(maker, order())
    chat = f"chat{ROOM}"
    assert 2 == len(shown[chat].texts)

    made(maker, tmp_path / "covered", order())
    reviews = reviews_of(shown.values(), [Decision(chat, shown[chat].digest)], at=at(300))
    report = made(maker, tmp_path / "out", order(reviews=tuple(reviews)))

    assert set() == found(tmp_path / "covered")
    assert word(950) in found(tmp_path / "out")
    assert (0, 30) == (report.reading["read"], report.reading["covered"])  # a description is no message


@pytest.mark.drawn
def test_reviews_are_kept_and_a_changed_text_is_unread_again(tmp_path: Path) -> None:
    """A covered word is covered everywhere; one whose cover was taken away makes its other messages unread."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    shown = opened(maker, order())
    last, other = sorted(shown, key=int)[-2:]
    decisions = [Decision(one.id, one.digest) for one in shown.values()]
    keep_reviews(maker.archive, "job1", reviews_of(shown.values(), decisions, at=at(300)), at=at(300))
    assert {ReadState.READ} == {one.state for one in opened(maker, order()).values()}

    hidden = Decision(last, shown[last].digest, covered=(word(int(other)), "動画"))
    keep_reviews(maker.archive, "job1", reviews_of(shown.values(), [hidden], at=at(301)), at=at(301))
    report = made(maker, tmp_path / "out", order())
    assert word(int(other)) not in found(tmp_path / "out")
    assert word(int(last)) in found(tmp_path / "out")
    assert "■■(隠した語)編集" in printed_words(report)
    assert "読んだもののうち1件は一部を隠しているため、原文と照らし合わせられません。" in printed_words(report)

    keep_reviews(
        maker.archive,
        "job1",
        reviews_of(shown.values(), [Decision(last, "", ReadState.UNREAD, shown=("動画",))], at=at(302)),
        at=at(302),
    )
    again = message_object(int(other), "別の文", sent=int(other), update_time=int(at(310).timestamp()))
    maker.sync([again], changed={int(other): "edited"}, minutes=310)
    states = {one.id: one.state for one in opened(maker, order()).values()}
    assert (ReadState.UNREAD, ReadState.UNREAD) == (states[last], states[other])


@pytest.mark.drawn
@pytest.mark.parametrize("part", ["q", "中", "で", "さ ん"])
def test_a_word_that_somebody_covers_is_covered_within_other_words_too(tmp_path: Path, part: str) -> None:
    """Unlike what looks like a name by itself, which is left where it may be part of another word."""
    maker = room_of(tmp_path / "home", others=0, messages=30)
    shown = opened(maker, order())
    reviews = reviews_of(shown.values(), [Decision("30", "", ReadState.UNREAD, covered=(part,))], at=at(300))

    texts = [text for one in opened(maker, order(reviews=tuple(reviews))).values() for text in one.texts]

    assert len(shown) <= len(texts)
    assert not [one for one in texts if part.replace(" ", "") in one.replace("語", "")]


@pytest.mark.parametrize(
    ("body", "covered"),
    [
        ("[qt][qtmeta aid=5 time=100]秘密[/qt]はい", f"[qt][qtmeta aid=5 time=100]{COVERED}[/qt]はい"),
        ("[qt][qtmeta aid=7 time=200]公開[/qt]はい", "[qt][qtmeta aid=7 time=200]公開[/qt]はい"),
        (
            "[qt][qtmeta aid=7 time=200]公開[qt][qtmeta aid=5 time=100]秘密[/qt][/qt]",
            f"[qt][qtmeta aid=7 time=200]公開[qt][qtmeta aid=5 time=100]{COVERED}[/qt][/qt]",
        ),
        ("[引用 aid=5 time=100]秘密[/引用]", f"[引用 aid=5 time=100]{COVERED}[/引用]"),
        ("[qt][qtmeta aid=8 time=300]残る言葉[/qt]", "[qt][qtmeta aid=8 time=300]残る言葉[/qt]"),
        ("[qt]秘密[/qt]", f"[qt]{COVERED}[/qt]"),
        ("[引用 aid=5 time=100]だけ", "[引用 aid=5 time=100]だけ"),
    ],
)
def test_a_quotation_of_a_covered_message_is_covered(body: str, covered: str) -> None:
    """Also inside the quotation of one that is shown, and one that points nowhere; not of one without a text."""
    sent = {(5, 100): {(ROOM, "1")}, (7, 200): {(ROOM, "2")}, (8, 300): set[tuple[int, str]]()}

    assert covered == Covers({(ROOM, "2")}, (), sent).cover_quotes(body)


def test_a_post_of_the_system_keeps_its_kind_and_nothing_else() -> None:
    """Its tags say what it is; the names between them are covered visibly, as Chatwork never set an empty one."""
    named = "[info][title][dtext:chatroom_chatname_is]{}[dtext:chatroom_set][/title][piconname:1], [piconname:2]{}"
    bodies = [named.format("秘密", "[dtext:chatroom_added][/info]")] + [
        f"[info][title][dtext:file_uploaded][/title][preview id=1 ht={one}][download:1]{one}.txt[/download][/info]"
        for one in ("秘密", "もっと長い秘密")
    ]
    bodies.append("[info][title][dtext:task_added][/title][task aid=9 st=open lt=1793841273]秘密[/task][/info]")
    entries = [
        {"kind": "message", "room_id": ROOM, "key": f"message/{n}", "payload": {"object": {"body": body}}}
        for n, body in enumerate(bodies)
    ]

    covered = {Covers(()).cover(one)["payload"]["object"]["body"] for one in entries}

    assert covered == {
        named.format("■■", "[dtext:chatroom_added][/info]").replace(", ", ""),
        "[info][title][dtext:file_uploaded][/title][download:1]■■[/download][/info]",
        "[info][title][dtext:task_added][/title][task ■■]■■[/task][/info]",
    }
    assert all(map(is_system_post, covered))
    assert "【タスクを追加しました。】 [タスク(隠しています)] ■■" in {
        one_line(plain_text(parse(one))) for one in covered
    }


@pytest.mark.parametrize(
    ("document", "said"),
    [
        *((one, None) for one in ("", "{}", "[1]", '[{"id": 1, "digest": "x"}]', '[{"id": "1"}]')),
        ('[{"id": "1", "digest": "d"}, {"id": "2", "digest": "e", "cover": ["山"]}]', r": cover\b"),
    ],
)
def test_a_file_that_is_no_list_of_decisions_is_refused(tmp_path: Path, document: str, said: str | None) -> None:
    """With one sentence that names a key nobody knows, as a mistyped one would leave a word uncovered."""
    file = tmp_path / "read.json"
    file.write_text(document, encoding="utf-8")

    with pytest.raises(errors.UsageError, match=said):
        read_decisions(file)


def test_a_file_of_decisions_is_read(tmp_path: Path) -> None:
    """What the preview calls unread is no decision to show it; what else the preview says is of no account."""
    file = tmp_path / "read.json"
    listed = '[{"id": "1", "digest": "d", "covered": ["山"]}, {"id": "2", "digest": "e", "state": "unread", "no": 2}]'
    file.write_text(listed, encoding="utf-8")

    assert [Decision("1", "d", ReadState.READ, ("山",)), Decision("2", "e", ReadState.UNREAD)] == read_decisions(file)


@pytest.mark.drawn
def test_each_third_person_is_asked_about_once_and_unusual_words_are_marked(tmp_path: Path) -> None:
    """What else somebody is called is covered as the name is, in this package and the next; nobody is asked again."""
    maker = room_of(tmp_path / "home", others=2, messages=30)
    now = message_object(
        14, "はなちと tsuchida に確認します\u202eんさ郎太木鈴\u202c", sent=14, update_time=int(at(60).timestamp())
    )
    maker.sync([now], changed={14: "edited"}, minutes=60)
    assert {SHARED: "田中 花子", THIRD + 1: "参加 b子"} == members_to_ask(maker.archive, order())

    keep_reviews(maker.archive, "job1", [other_names(SHARED, ["はなち"], at=at(300))], at=at(300))

    assert [THIRD + 1] == list(members_to_ask(maker.archive, order()))
    shown = opened(maker, order())["14"]
    assert "参加者Aと tsuchida に確認します\u202eんさ■■(隠した語)\u202c" == shown.texts[-1]
    assert "tsuchida" in shown.marks
    seen = Decision("14", "", ReadState.UNREAD, shown=("tsuchida",))
    keep_reviews(maker.archive, "job1", reviews_of([shown], [seen], at=at(301)), at=at(301))
    assert "tsuchida" not in opened(maker, order())["14"].marks
    wish = replace(order(), policy=masking_policy("support", mask_people=[CLIENT]))
    keep_reviews(maker.archive, "job1", [other_names(CLIENT, ["確認"], at=at(302))], at=at(302))
    assert "確認" not in opened(maker, wish)["14"].texts[-1]


def test_what_page_1_quotes_is_decided_by_the_words_though_they_are_covered(tmp_path: Path) -> None:
    """An altered acceptance stands before a deletion, also where nobody read them; no placeholder is quoted."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", platform="crowdworks", client="田中")
    maker.room("動画編集")
    maker.account(CLIENT, "田中")
    said = {1: "検収OKです", 2: "50,000円です", 3: "はい", 4: "いいえ", 5: "どうも"}
    posts = [message_object(number, text, sent=number) for number, text in said.items()]
    own = message_object(6, "お返事ください", sent=6, account=OWNER, name="yamada")
    maker.sync([*posts, own], minutes=10)
    sent = int(at(12).timestamp())
    edited = [
        one | {"body": text, "update_time": sent}
        for one, text in zip(posts, ("検収はまだです", "3万円です"), strict=False)
    ]
    gone = [one | {"body": "[deleted]"} for one in posts[2:]]
    maker.sync(
        [*edited, *gone, own], changed={1: "edited", 2: "edited", **dict.fromkeys((3, 4, 5), "deleted")}, minutes=3000
    )

    export(maker.archive, order(out=tmp_path / "out"), now=lambda: at(3100))

    (report,) = (tmp_path / "out").glob("*/01_report.pdf")
    page = "".join(pdf_reader.text(report.read_bytes()).split())
    assert ["1", "2", "5"] == re.findall(r"田中のメッセージ\(No\.(\d)\)。", page)[:3]
    assert "検収" not in page.partition("起きたこと")[2].partition("この報告書の範囲")[0]
    assert "返信がありません" not in page, "who edits acts"
    assert "返信のないメッセージ:" not in page
    inquiry = next((tmp_path / "out").glob("*/03_inquiry_text.txt")).read_text("utf-8-sig")
    message = f"相手の2026年11月5日のメッセージ({COVERED})は、2026年11月7日には"
    assert [f"{message}削除されていました。", *[f"{message}編集されていました。"] * 2] == [
        line.partition(". ")[2] for line in inquiry.splitlines() if COVERED in line
    ]
