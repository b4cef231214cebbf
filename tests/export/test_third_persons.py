"""A package for an office of a group room, or of people with odd names: of no third person is anything in any byte."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from archiver.export.mask.word_analyser import has_analyser
from archiver.letter_folding import folded_text
from tests.claims.test_played_disputes import DAY, THIRDS, group_room
from tests.support.archives.byte_search import inflated_streams
from tests.support.archives.maker import CLIENT, OWNER, ArchiveMaker, at, file_object, message_object
from tests.support.cases import cases_of
from tests.support.packages.exported_archives import FACTS, add_enclosure, export_package, state_delivery
from tests.support.packages.files_with_metadata import POSITION, document, office_file, picture
from tests.support.reports.pdf_reader import plain_objects

NAMES = (
    *("佐藤", "花子", "鈴木", "一郎", "髙橋", "高橋", "Maria", "渡邊", "渡辺", "ノムラ", "ユキ", "山﨑", "山崎"),
    *("Sato", "結衣", "ogawa", "中村", "さくら", "小川", "まつもと", "栗本", "クリモト"),
)  # fmt: skip
WAYS = (
    *("hanako_s", "hanako.sato", "sato_hanako", "suzuki_1_cw", "0312-34-5678", "0312345678"),
    *("090-1111-2222", "09011112222", "桜丘町", "渋谷区", "7654329", "ngawa_design", POSITION, "hunter2", "kEy123"),
)  # fmt: skip
"""Handles, numbers and addresses of third persons, and what opens doors."""
GROUP = (*map(str, THIRDS), *NAMES, *WAYS)

ODD_PEOPLE = dict(cases_of(__file__, "people"))
ODD_TEXTS = [
    (CLIENT, "[To:901]佐藤 花子さん\nこの件どうですか"),
    (901, "[rp aid=7654321 to=123456789-100]田中さん\n了解です。鈴木にも伝えます"),
    (CLIENT, "[qt][qtmeta aid=903 time=1793841273]鈴木 次郎です。[/qt]\nとのこと"),
    (CLIENT, "[info][title]Jose García さんが参加しました[/title]ケンジ歓迎[/info]"),
    (CLIENT, "[toall]\nさとはなさん、Alexさん、原さん、🐱さん、勅使河原へ"),
    (CLIENT, "経理の泉へ。K氏より。まーくんに頼んだ。辻が不在。LINEのID、yuuki-0921。ゼロ九ゼロの4567の8901"),
    (CLIENT, "田中華に確認。https://x.com/sato_hanako と https://example.com/u/jose_g"),
    (CLIENT, "[code]const author = '佐藤花子'; // suzuki_jiro[/code]"),
    (CLIENT, "佐・藤・花・子と佐藤\n花子"),
    (903, "連絡先は suzuki.jiro@example.com、080-1234-9999、口座名義 スズキ ジロウ"),
]
ODD = (
    *("佐藤", "花子", "さとはな", "鈴木", "次郎", "José", "Jose", "García", "Garcia", "KENJI", "ＫＥＮＪＩ", "ケンジ"),
    *("Alex", "Petrov", "原さん", "🐱", "勅使河原", "小鳥遊", "早乙女", "緊急時は千葉", "髙橋", "経理の泉", "榊原"),
    *("K氏", "まーくん", "辻が", "yuuki-0921", "4567の8901", "田中華", "田中 華", "jiro", "sato_hanako", "jose_g"),
    *("suzuki", "090-1111", "080-1234", "0312-34", "栗本", "冬木", "スズキ", "撮影者", "Hanako", "別会社商事"),
)


def rich_room(home: Path) -> ArchiveMaker:
    """Dispute (a), in which the third persons write, are written to, and stand in every place that a text can have."""
    maker = group_room(home)
    for account, name in THIRDS.items():
        maker.member(
            account, name, minutes=22 * DAY, chatwork_id=f"suzuki_{account % 10}_cw", organisation="小川デザイン"
        )
    maker.member(8_100_005, "渡邊", state="gone", minutes=23 * DAY)
    maker.account(8_100_007, "ノムラ ユキ(解約済)", minutes=23 * DAY)
    maker.room(
        "佐藤さんと小川さんの案件",
        description="窓口: 栗本 0312-34-5678、@hanako_s https://x.jp/?key=kEy123",
        minutes=23 * DAY,
    )
    bodies = (
        "[To:8100001]佐藤 花子さん\n鈴木さんにも伝えてください。https://twitter.com/hanako_s パスワード: hunter2",
        "[rp aid=8100003 to=123456789-10]髙橋 健さん\n高橋さんの口座は 普通 7654329 クリモト ハナコ です",
        "[qt][qtmeta aid=8100004 time=1762400000]Mariaです[/qt] Mr. Sato のメール hanako.sato@example.com",
        "[toall] 山崎さん(8100008)、k.ogawa、渡辺様、林さん、まつもとさんへ。ngawa_design は LINE: ngawa_design です",
        "[picon:8100010]さくらさんの住所は東京都渋谷区桜丘町1-2-3です。電話は090-1111-2222、(ノムラ)",
        "[info][title][dtext:chatroom_chat_edited][/title][dtext:chatroom_member_is][piconname:8100009][dtext:chatroom_added][/info]",
        "https://www.chatwork.com/8100002 の鈴木一郎です",
    )
    authors = (CLIENT, OWNER, 8_100_001, 8_100_002, 8_100_011, 8_100_003, 8_100_012)
    posts = [
        message_object(10 + index, body, sent=24 * DAY + index, account=author, name=THIRDS.get(author, "田中"))
        for index, (body, author) in enumerate(zip(bodies, authors, strict=True))
    ]
    maker.sync(posts, minutes=25 * DAY)
    edited = message_object(
        12,
        "Mariaさん、書き直しました",
        sent=24 * DAY + 2,
        account=8_100_001,
        name="佐藤 花子",
        update_time=int(at(26 * DAY).timestamp()),
    )
    maker.sync([*posts[:2], edited, *posts[3:]], changed={12: "edited"}, minutes=26 * DAY)
    sent = file_object(31, "佐藤花子_請求書_0312-34-5678.pdf", 9, sent=25 * DAY, account=8_100_001, message_id=12)
    maker.file(sent | {"account": {"account_id": 8_100_001, "name": "佐藤 花子"}}, b"pdf bytes", minutes=26 * DAY)
    maker.task(56, "[To:8100002]鈴木さんに電話 090-1111-2222", minutes=26 * DAY)
    for number, body in enumerate((picture("JPEG"), picture("PNG"), document(), office_file()), 1):
        name = ("佐藤の画面.jpg", "b.png", "栗本様_見積.pdf", "c.docx")[number - 1]
        add_enclosure(maker, number, name, body, kind="screenshot" if number < 3 else "notice")
    return maker


def odd_room(home: Path) -> ArchiveMaker:
    """Odd names in every place: chat, people, texts, earlier ones of both, files, tasks, evidence."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", platform="crowdworks", platform_id="12345678", title="髙橋さん紹介", client="田中", **FACTS)
    maker.room("動画編集_田中様／小鳥遊組", description="緊急時は千葉まで。admin: 早乙女 090-1111-2222")
    names = ODD_PEOPLE | {CLIENT: "田中"}
    for account, name in {**names, OWNER: "yamada"}.items():
        maker.account(account, name)
        maker.member(account, name, organisation="別会社商事" if account in ODD_PEOPLE else "")
    maker.account(902, "佐藤花子改め花", minutes=5)
    messages = [
        message_object(100 + index, text, sent=10 + index, account=account, name=names[account])
        for index, (account, text) in enumerate(ODD_TEXTS)
    ]
    maker.sync(messages, minutes=60)
    messages[5] = message_object(105, "経理の泉(旧姓:榊原)へ", sent=15, update_time=int(at(70).timestamp()))
    maker.sync(messages, changed={105: "edited"}, minutes=75)
    body = picture("JPEG", author="撮影者 佐藤花子")
    maker.file(file_object(41, "請求書_佐藤花子様_栗本.jpg", len(body), sent=30, message_id=104), body, minutes=80)
    maker.task(56, "佐藤さんに電話 0312-34-5678、冬木宛", minutes=82)
    add_enclosure(maker, 1, "screenshot_佐藤花子.jpg", body)
    state_delivery(maker, 1, "2026-11-05 12:00", name="movie_佐藤花子_jose.mp4")
    return maker


def every_text(name: str, body: bytes, depth: int = 0) -> Iterator[str]:
    """The name and every content of a file: as bytes, decompressed, as a zip, as a PDF; folded."""
    yield folded_text(name)
    for raw in (body, *(piece for _start, piece in inflated_streams(body))):
        yield from map(folded_text, _decoded(raw))
    if name.endswith(".pdf"):
        yield from _of_pdf(body)
    if not name.endswith((".pdf", ".zip")):
        yield from map(_joined, _decoded(body))
    if depth < 3 and zipfile.is_zipfile(BytesIO(body)):
        with zipfile.ZipFile(BytesIO(body)) as packed:
            yield packed.comment.decode("utf-8", "replace")
            for entry in packed.infolist():
                yield from every_text(entry.filename, packed.read(entry), depth + 1)


def _of_pdf(body: bytes) -> Iterator[str]:
    """The pages and facts without spaces, as a name may be broken by a line; the objects as they are."""
    for program in (["pdftotext", "-layout", "-", "-"], ["pdfinfo", "-"]):
        yield _joined(subprocess.run(program, input=body, capture_output=True, check=True).stdout.decode())
    yield from map(folded_text, _decoded(plain_objects(body)))


def _decoded(body: bytes) -> Iterator[str]:
    return (body.decode(encoding, "replace") for encoding in ("utf-8", "utf-16-be", "utf-16-le"))


def _joined(text: str) -> str:
    return "".join(folded_text(text).split())


def searched_texts(folder: Path) -> list[str]:
    """Every text in every file of a folder, names of files included."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [text for path in files for text in every_text(path.relative_to(folder).as_posix(), path.read_bytes())]


def found_in(texts: list[str], secrets: tuple[str, ...] = GROUP) -> list[str]:
    """What of the third persons stands in the texts: their ids, names, handles, numbers and addresses."""
    return [secret for secret in secrets if any(_joined(secret) in text for text in texts)]


@pytest.mark.drawn(but="support")
@pytest.mark.parametrize("profile", ["support", "consult"])
def test_no_third_person_is_in_any_byte(tmp_path: Path, profile: str) -> None:
    """In the dispute of fourteen people, all but the parties put apart, and what looks like a name hidden."""
    maker = rich_room(tmp_path / "home")

    report = export_package(
        maker, profile, tmp_path / "out", minutes=43 * DAY, counterparts={CLIENT}, thirds=set(THIRDS)
    )

    texts = searched_texts(tmp_path / "out")
    assert report.messages
    assert [] == found_in(texts)
    assert any(str(CLIENT) in text for text in texts)
    assert any("参加者a" in text for text in texts)


@pytest.mark.drawn
@pytest.mark.skipif(not has_analyser(), reason="SudachiPy is not there")
@pytest.mark.parametrize("profile", ["support", "consult"])
def test_no_odd_name_is_in_any_byte(tmp_path: Path, profile: str) -> None:
    """With leftovers hidden; in names of files, words and streams of PDFs, metadata and comments."""
    export_package(odd_room(tmp_path / "home"), profile, tmp_path / "out", counterparts={CLIENT})

    assert [] == found_in(searched_texts(tmp_path / "out"), ODD)


@pytest.mark.drawn
def test_the_search_would_find_them(tmp_path: Path) -> None:
    """In a package that hides nobody, every one of them stands somewhere."""
    maker = rich_room(tmp_path / "home")

    export_package(maker, "support", tmp_path / "out", minutes=43 * DAY, policy=None)

    found = found_in(searched_texts(tmp_path / "out"))
    assert {*map(str, THIRDS), "hunter2", "kEy123"} <= set(found)
    assert {"佐藤", "髙橋", "ogawa", "hanako_s", "090-1111-2222", "渋谷区", "7654329", "栗本"} <= set(found)
    assert POSITION not in found  # what the metadata of a file holds never leaves
