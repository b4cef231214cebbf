"""The code of a page: an unaltered page is found again whatever was done to its file, an altered one never passes."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from archiver.export.pdf import page_code
from archiver.export.pdf.blocks import MessageBlock, MessageText, TableBlock
from archiver.export.pdf.drawn_pages import Item, Page, read_pages
from tests.support.html_file_in_chromium import printed_page
from tests.support.reports import pdf_reader
from tests.support.viewer.chromium_tab import NEEDED

LONG = 600
"""Messages of the long report; it has more than 60 pages."""


def _pdf(messages: int) -> bytes:
    table = TableBlock(("日", "額"), (0, 1), tuple((f"11月{day}日", f"{day * 1000:,}円") for day in range(1, 6)))
    text = "お世話になります。納品は{0}円、🎉 https://example.com/{0} です。\n承知しました。{1}"
    blocks = [
        MessageBlock(
            f"A-{n}", f"田中 2026-11-25 10:{n % 60:02}", (MessageText("", text.format(n, "本文" * (n % 150))),), ()
        )
        for n in range(1, messages + 1)
    ]
    return pdf_reader.pdf_bytes(
        pdf_reader.report(table, *blocks, is_bare=True, code_label="ページの符号", left_margin=30.0)
    )


def _own(pdf: bytes) -> dict[str, Page]:
    return {page_code.printed_codes(page)[0]: page for page in read_pages(pdf)}


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A report of two pages."""
    return _pdf(18)


# --- what is done to files -----------------------------------------------------------------------------


def _qpdf(*options: str) -> Callable[[bytes], bytes]:
    def run(pdf: bytes) -> bytes:
        path = Path(tempfile.mkdtemp(), "a.pdf")
        path.write_bytes(pdf)
        command = ["qpdf", str(path), *(one if one != "SELF" else str(path) for one in options), "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout

    return run


def _each(change: Callable[[PdfWriter, PageObject], None]) -> Callable[[bytes], bytes]:
    def run(pdf: bytes) -> bytes:
        writer = PdfWriter(clone_from=io.BytesIO(pdf))
        for page in writer.pages:
            change(writer, page)
        return pdf_reader.written(writer)

    return run


def _content(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """What a page draws is other."""

    def run(writer: PdfWriter, page: PageObject) -> None:
        content, stream = page.get_contents(), DecodedStreamObject()
        assert content is not None
        data = change(content.get_data())
        assert data != content.get_data()
        stream.set_data(data)
        page[NameObject("/Contents")] = writer._add_object(stream)

    return _each(run)


def _stamp(drawn: bytes) -> Callable[[bytes], bytes]:
    """Something else is drawn on each page, with letters of its own."""

    def run(_writer: PdfWriter, page: PageObject) -> None:
        writer = PdfWriter()
        stamp, stream = writer.add_blank_page(595.28, 841.89), DecodedStreamObject()
        stream.set_data(drawn)
        names = (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))
        font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names})
        fonts = DictionaryObject({NameObject("/F1"): font})
        stamp[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stamp[NameObject("/Contents")] = writer._add_object(stream)
        page.merge_page(PdfReader(io.BytesIO(pdf_reader.written(writer))).pages[0])

    return _each(run)


def _turned(pdf: bytes) -> bytes:
    """In another order, behind a page of somebody else's and moved on its paper."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for page in reversed(PdfReader(io.BytesIO(pdf)).pages):
        writer.add_page(page).add_transformation(Transformation().scale(0.95).translate(10, 20))
    return pdf_reader.written(writer)


def _rotated(pdf: bytes) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_blank_page(841.89, 595.28).merge_transformed_page(
            page, Transformation().rotate(90).translate(841.89, 0)
        )
    return pdf_reader.written(writer)


def _other_sign(found: re.Match[bytes]) -> bytes:
    """Its first sign that is no bracket is another one of it."""
    signs = re.findall(rb"\\000(\\\d{3}|[^\\()])", found[0])
    other = next(one for one in signs[1:4] if one != signs[0])
    return found[0].replace(b"\\000" + signs[0], b"\\000" + other, 1)


def _shifted(found: re.Match[bytes]) -> bytes:
    """Its signs are drawn further to the left."""
    return b"[900" + found[0][1:]


def _note(writer: PdfWriter, page: PageObject) -> None:
    number = page.page_number
    assert number is not None
    writer.add_annotation(number, FreeText(text="x", rect=(200, 300, 300, 400)))


_MESSAGE = re.compile(rb"(/f0 9.5 Tf 1 0 0 -1 )0 0(?= Tm)")
_WORDS = re.compile(rb"(?<=/f0 9.5 Tf 1 0 0 -1 0 0 Tm)\[(?:[^\]\\]|\\.){60,}?\]", re.DOTALL)
_CODE = re.compile(rb"(?<=/f0 7 Tf 1 0 0 -1 0 0 Tm)\[.*?\]", re.DOTALL)
_BLACK = re.compile(rb"cs 0 scn(?=\nBT 0 Tr/f0 9.5)")
_AWAY, _SMALL = Transformation().translate(0, 700), Transformation().scale(0.3)

SAME = {
    "linearised": _qpdf("--linearize"),
    "saved anew": _qpdf("--qdf", "--object-streams=disable"),
    "packed": _qpdf("--object-streams=generate", "--recompress-flate"),
    "turned": _turned,
    "rotated": _rotated,
    "stamped": _stamp(b"q 1 0 0 rg BT /F1 12 Tf 480 820 Td (KO 1) Tj ET 470 810 60 25 re S 20 400 10 10 re f Q"),
    "packed by pypdf": _each(lambda _writer, page: page.compress_content_streams()),
}


def _exchanged(pdf: bytes) -> bytes:
    """The letters of one font are drawn otherwise, and read as before."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for found in writer._objects:
        if isinstance(found, DictionaryObject) and "/FontFile3" in found:
            found["/FontFile3"].get_object().set_data(b"other")  # type: ignore[union-attr]
            break
    return pdf_reader.written(writer)


def _two_on_one(pdf: bytes) -> bytes:
    writer = PdfWriter()
    sheet = writer.add_blank_page(1190.55, 841.89)
    for number, page in enumerate(PdfReader(io.BytesIO(pdf)).pages):
        sheet.merge_transformed_page(page, Transformation().translate(595.28 * (number % 2), 0))
    return pdf_reader.written(writer)


ALTERED = {
    "one sign": (_content(lambda data: _WORDS.sub(_other_sign, data, 1)), ("differs", "text")),
    "a line is moved": (_content(lambda data: _MESSAGE.sub(rb"\g<1>3 -9", data, 1)), ("differs", "text")),
    "a line is white": (_content(lambda data: _BLACK.sub(b"cs 1 scn", data, 1)), ("differs", "text")),
    "a text is added": (_stamp(b"BT /F1 9 Tf 200 400 Td (and 9,999) Tj ET"), ("differs", "text")),
    "a sign of its code": (_content(lambda data: _CODE.sub(_other_sign, data, 1)), ("unknown", "sign")),
    "a size": (_content(lambda data: _MESSAGE.sub(rb"/f0 9.0 Tf 1 0 0 -1 0 0", data, 1)), ("differs", "text")),
    "a picture": (_stamp(b"q 200 0 0 50 90 400 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"), ("look", "drawn")),
    "a clip": (_content(lambda data: b"90 90 300 600 re W n\n" + data), ("look", "drawn")),
    "signs change places": (_content(lambda data: _WORDS.sub(_shifted, data, 1)), ("differs", "text")),
    "a text from the margin": (_stamp(b"BT /F1 9 Tf 10 400 Td (12345678901234567890) Tj ET"), ("differs", "text")),
    "a jump from the margin": (_stamp(b"BT /F1 9 Tf 10 400 Td [(1) -9000 (9)] TJ ET"), ("differs", "text")),
    "a white box": (_stamp(b"q 1 g 100 400 300 60 re f Q"), ("look", "drawn")),
    "a note": (_each(_note), ("look", "drawn")),
    "pushed off the paper": (_each(lambda _writer, page: page.add_transformation(_AWAY)), ("unreadable", "cut")),
    "very small": (_each(lambda _writer, page: page.add_transformation(_SMALL)), ("unreadable", "cut")),
}


def _judged(body: bytes, own: dict[str, Page]) -> list[tuple[str, page_code.Comparison]]:
    found = [page_code.judge_page(page, own) for page in read_pages(body)]
    return [one for one in found if one[1].reason != "no_text"]


def _check_same(pdf: bytes, names: list[str]) -> None:
    own = _own(pdf)
    for name in names:
        found = _judged(SAME[name](pdf), own)
        assert (set(own), {("same", "", ())}) == ({code for code, _one in found}, {one for _code, one in found}), name


def _check_altered(pdf: bytes, names: list[str]) -> None:
    own = _own(pdf)
    for name in names:
        alter, expected = ALTERED[name]
        found = _judged(alter(pdf), own)
        assert ({expected}, len(own)) == ({one[:2] for _code, one in found}, len(found)), name


@pytest.mark.parametrize("name", SAME)
def test_a_page_that_was_handled_reads_the_same(pdf: bytes, name: str) -> None:
    """Nobody is accused of what a lawyer or a court does to every file."""
    _check_same(pdf, [name])


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_page_is_named(pdf: bytes, name: str) -> None:
    """What a reader would see is other, or has something over it: it is never the same."""
    _check_altered(pdf, [name])


def test_it_says_where_a_page_differs(pdf: bytes) -> None:
    """The line as it was printed, and as it is."""
    ((_code, judged), *_) = _judged(ALTERED["one sign"][0](pdf), _own(pdf))

    ((printed, here),) = judged.lines
    assert printed != here
    assert 1 == sum(one != other for one, other in zip(printed, here, strict=True))


def test_a_new_code_for_an_altered_page_is_no_code_of_the_export(pdf: bytes) -> None:
    """Whoever makes the code anew has one that no export has; a code is of its text, its number and its export."""
    pages = [*_own(pdf).values()]
    blank = [one._replace(items=tuple(_blank(item) for item in one.items)) for one in pages]

    assert [*_own(pdf)] == page_code.page_codes(blank, "管理番号 CWA-1")
    other = {*page_code.page_codes(blank, "管理番号 CWA-2"), *page_code.page_codes(reversed(blank), "管理番号 CWA-1")}
    assert 4 == len(other - set(_own(pdf)))
    empty = Page((0, 0, 1, 1), ())
    assert page_code.is_whole(page_code.page_codes([empty], "x")[0])
    assert ("unreadable", "export", ()) == page_code.compare_pages(empty, pages[0], next(iter(_own(pdf))))
    assert {("unknown", "", ())} == {page_code.judge_page(page, dict.fromkeys(other, page))[1] for page in pages}


def _blank(item: Item) -> Item:
    return item._replace(text=page_code.PLACE) if page_code.typed_code(item.text) else item


def test_a_code_is_typed_in_from_paper(pdf: bytes) -> None:
    """In small or wide letters, with or without hyphens; each wrong sign, and each exchange of neighbours, is found."""
    code = next(iter(_own(pdf)))
    signs = code.replace("-", "")

    assert {code} == {page_code.typed_code(one) for one in (code.lower(), signs, code.replace("-", " "), _wide(code))}
    assert [None, None] == [page_code.typed_code(one) for one in (f"{code}2", "backup20261130")]
    assert (f"O{code[1:]}", False) == (page_code.typed_code(f"o{code[1:]}"), page_code.is_whole(f"O{code[1:]}"))
    wrong = {signs[:at] + sign + signs[at + 1 :] for at in range(14) for sign in page_code.SIGNS} - {signs}
    wrong |= {signs[:at] + signs[at + 1] + signs[at] + signs[at + 2 :] for at in range(13)} - {signs}
    wrong |= {f"0{signs[1:]}"}
    assert page_code.is_whole(code)
    assert [] == [one for one in wrong if page_code.is_whole(one)]


def _wide(code: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in code)


def test_letters_that_are_drawn_otherwise_are_no_same_page(pdf: bytes) -> None:
    """Nobody is shown something else than what is compared; of two pages on a sheet, and of a scan, nothing is said."""
    found = _judged(_exchanged(pdf), _own(pdf))

    assert {"differs"} == {one.status for _code, one in found}
    assert all(printed == here for printed, here in found[0][1].lines)
    assert [("", ("unreadable", "several", ()))] == _judged(_two_on_one(pdf), _own(pdf))
    assert [] == _judged(_content(lambda data: data.replace(b"0 Tr", b"3 Tr"))(pdf), _own(pdf))


# --- the same for a long report -------------------------------------------------------------------------


@pytest.mark.slow
def test_sixty_pages_stand_every_handling_and_no_alteration() -> None:
    """Every unaltered page is recognised, every altered one named, none accused wrongly."""
    pdf = _pdf(LONG)

    assert len(_own(pdf)) > 60
    _check_same(pdf, [*SAME])
    _check_altered(pdf, [*ALTERED])


@NEEDED
@pytest.mark.drawn
def test_a_page_that_was_printed_anew_is_never_said_to_differ(pdf: bytes, tmp_path: Path) -> None:
    """Chromium, and Cairo beside it, draw the same text with letters of their own: it is to be compared by eye."""
    own = _own(pdf)
    (tmp_path / "a.html").write_text(_as_html(own.values()), encoding="utf-8")
    (tmp_path / "a.pdf").write_bytes(pdf)
    subprocess.run(["pdftocairo", "-pdf", tmp_path / "a.pdf", tmp_path / "cairo.pdf"], check=True)

    printed = _judged(printed_page(tmp_path / "a.html", tmp_path / "profile"), own)
    again = _judged((tmp_path / "cairo.pdf").read_bytes(), own)

    for found in (printed, again):
        assert [(code, "look", "fonts") for code in own] == [(code, *one[:2]) for code, one in found]


def _as_html(pages: Iterable[Page]) -> str:
    """Each run of text in its place, as a browser shows it."""
    parts = ["<meta charset=utf-8><style>@page{size:596pt 842pt;margin:0}body{margin:0}span{position:absolute}"]
    parts.append("div{position:relative;height:841pt;break-after:page;white-space:pre}</style>")
    for page in pages:
        spans = [
            f'<span style="left:{at[4]}pt;top:{830 - at[5]}pt;font-size:{at[0]}pt">{text}</span>'
            for at, text, *_looks in page.items
            if text
        ]
        parts.append(f"<div>{''.join(spans)}</div>")
    return "".join(parts)
