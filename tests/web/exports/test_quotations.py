"""資料 > 引用を確かめる: a file or text is held against a job; a hostile file gets a sentence, and nothing is kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
from werkzeug.datastructures import FileStorage

from archiver.comparison.quoted_document import LARGEST
from tests.support.archives.maker import story
from tests.support.console.application import FormBrowser, open_application
from tests.support.viewer.page_text import words_of


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FormBrowser]:
    """The application over two jobs."""
    maker = story(tmp_path_factory.mktemp("quotations") / "home")
    with open_application(maker.home) as opened:
        yield opened


def _docx(body: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        packed.writestr("word/document.xml", body)
    return made.getvalue()


def test_what_is_not_as_quoted_stands_first(browser: FormBrowser) -> None:
    """With what is saved and the way to the message; of the job that was chosen alone; the text is nowhere after."""
    quoted = "「残り3本は無しで」\r\n「残り3本もお願いします」\r\n「残り5本は無しで」「他のチャットの秘密」"
    text = f"{quoted} No. 3 「承知しました」"
    page = browser.post("/quotations", contract="job1", document=text).get_data(as_text=True)
    file = FileStorage(io.BytesIO("「承知しました」".encode("utf-16")), "a.txt")
    faithful = browser.post("/quotations", contract="job1", file=file).get_data(as_text=True)
    nothing = browser.post("/quotations", contract="job1", document="あ").get_data(as_text=True)

    words = words_of(page)
    assert "4 passages are not there just as quoted." in words
    places = [
        words.index(one) for one in ("Only in an earlier text", "残り【5】本は無しで", "Not found", "2 passages are")
    ]
    assert places == sorted(places)
    assert "No. 3 belong to an export" in words
    assert "at=2" in page
    assert "Every passage is there as quoted." in faithful
    assert "No quotation, amount" in nothing
    kept = [path.read_bytes() for path in browser.context.home.rglob("*") if path.is_file()]
    assert [] == [one for one in kept if "残り5本".encode() in one]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x81",
        b"a" * (LARGEST + 1),
        "あ".encode() * 3_000_000,
        b"PK\x03\x04 no zip",
        pytest.param(lambda: _docx("<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>"), marks=pytest.mark.drawn),
        pytest.param(lambda: _docx("<a>" * 1_000_000), marks=pytest.mark.drawn),
        pytest.param(lambda: _docx(" " * 60_000_000), marks=pytest.mark.drawn),
        pytest.param(lambda: _docx("<a/>", zipfile.ZIP_LZMA), marks=pytest.mark.drawn),
        pytest.param(b"%PDF-1.7\n" + b"[" * 100_000, marks=pytest.mark.drawn),
    ],
    ids=["empty", "bytes", "large", "long", "no zip", "entities", "deep", "bomb", "method", "pdf"],
)
def test_what_cannot_be_read_gets_one_sentence(browser: FormBrowser, body: bytes | Callable[[], bytes]) -> None:
    """Whatever it is, without a fault and without waiting for long."""
    file = FileStorage(io.BytesIO(body() if callable(body) else body), "a.docx")
    answer = browser.post("/quotations", contract="job1", file=file)

    assert (422, True) == (answer.status_code, "No words could be read" in answer.get_data(as_text=True))
