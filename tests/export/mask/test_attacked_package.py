"""A package for an office from a chat of people with odd names and texts full of others: none is in any byte of it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from archiver.export.mask.word_analyser import has_analyser
from tests.support.archives.maker import CLIENT, OWNER, ArchiveMaker, at, file_object, message_object
from tests.support.cases import cases_of
from tests.support.packages.exported_archives import FACTS, add_enclosure, export_package, state_delivery

PEOPLE = dict(cases_of(__file__, "people"))
TEXTS = [
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
SECRETS = (
    *("佐藤", "花子", "さとはな", "鈴木", "次郎", "José", "Jose", "García", "Garcia", "KENJI", "ＫＥＮＪＩ", "ケンジ"),
    *("Alex", "Petrov", "原さん", "🐱", "勅使河原", "小鳥遊", "早乙女", "緊急時は千葉", "髙橋", "経理の泉", "榊原"),
    *("K氏", "まーくん", "辻が", "yuuki-0921", "4567の8901", "田中華", "田中 華", "jiro", "sato_hanako", "jose_g"),
    *("suzuki", "090-1111", "080-1234", "0312-34", "栗本", "冬木", "スズキ", "撮影者", "Hanako", "別会社商事"),
)


def picture() -> bytes:
    """A picture that says who took it."""
    stream = io.BytesIO()
    image = Image.new("RGB", (60, 40), "red")
    exif = image.getexif()
    exif[315], exif[33432] = "撮影者 佐藤花子", "(c) Hanako Sato"
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> ArchiveMaker:
    """Names in every place: chat, people before and after a change, texts, earlier texts, files, tasks, evidence."""
    one = ArchiveMaker(tmp_path_factory.mktemp("attacked") / "home")
    one.me()
    one.contract(
        "job1", platform="crowdworks", platform_id="12345678", title="動画編集(髙橋さん紹介)", client="田中", **FACTS
    )
    one.room("動画編集_田中様／小鳥遊組", description="緊急時は千葉まで。admin: 早乙女 090-1111-2222")
    for account, name in {CLIENT: "田中", OWNER: "yamada", **PEOPLE}.items():
        one.account(account, name)
        one.member(account, name, organisation="別会社商事" if account in PEOPLE else "")
    one.account(902, "佐藤花子改め花", minutes=5)
    names = PEOPLE | {CLIENT: "田中"}
    messages = [
        message_object(100 + index, text, sent=10 + index, account=account, name=names[account])
        for index, (account, text) in enumerate(TEXTS)
    ]
    one.sync(messages, minutes=60)
    messages[5] = message_object(105, "経理の泉(旧姓:榊原)へ", sent=15, update_time=int(at(70).timestamp()))
    one.sync(messages, changed={105: "edited"}, minutes=75)
    body = picture()
    one.file(file_object(41, "請求書_佐藤花子様_栗本.jpg", len(body), sent=30, message_id=104), body, minutes=80)
    one.task(56, "佐藤さんに電話 0312-34-5678、冬木宛", minutes=82)
    add_enclosure(one, 1, "screenshot_佐藤花子.jpg", body)
    state_delivery(one, 1, "2026-11-05 12:00", name="movie_佐藤花子_jose.mp4")
    return one


def contents(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Every text of a file: its name, its bytes, of a PDF its words, metadata and streams, of a zip what is in it."""
    yield name, f"{name}\n{body.decode('utf-8', 'replace')}"
    if name.endswith(".pdf"):
        document = PdfReader(io.BytesIO(body))
        yield name, "".join(page.extract_text() for page in document.pages) + str(document.metadata)
        for stream in body.split(b"stream")[1:]:
            try:
                yield name, zlib.decompressobj().decompress(stream.lstrip(b"\r\n")).decode("utf-8", "replace")
            except zlib.error:
                continue
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            yield name, packed.comment.decode("utf-8", "replace")
            for member in packed.namelist():
                yield from contents(f"{name}!{member}", packed.read(member))


@pytest.mark.skipif(not has_analyser(), reason="SudachiPy is not there")
@pytest.mark.parametrize(
    "profile", [pytest.param("support", marks=pytest.mark.slow), pytest.param("consult", marks=pytest.mark.drawn)]
)
def test_no_name_is_in_any_byte(maker: ArchiveMaker, tmp_path: Path, profile: str) -> None:
    """With leftovers hidden; in names of files, words and streams of PDFs, metadata and comments."""
    export_package(maker, profile, tmp_path / "out", counterparts={CLIENT})

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    texts = [text for path in files for text in contents(path.name, path.read_bytes())]

    assert [] == [(secret, name) for name, text in texts for secret in SECRETS if secret in text]
    assert any("参加者A" in text for _name, text in texts) or profile == "consult"
