"""Files whose metadata names people and places, made by hand: a picture of each format, a PDF, an Office file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from PIL import ExifTags, Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, TextStringObject

from tests.support.reports.pdf_reader import written

AUTHOR, COMPANY, POSITION = "佐藤 花子", "小川デザイン", "35.6812, 139.7669"

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description><dc:creator><rdf:Seq><rdf:li>栗本</rdf:li></rdf:Seq>'
    "</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
).encode()


def picture(form: str, *, author: str = AUTHOR) -> bytes:
    """A picture that lies on its side, with an author, a position and bytes behind its end."""
    image, exif, made = Image.new("RGB", (40, 30), "red"), Image.Exif(), io.BytesIO()
    image.putpixel((3, 4), (0, 0, 255))
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = author.encode() if form == "PNG" else "a" * len(author.encode())
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (35.0, 40.0, 52.3), 3: "E", 4: (139.0, 46.0, 1.0)})
    options: dict[str, Any] = {"comment": author.encode()} if form == "GIF" else {"exif": exif}
    if form == "JPEG":
        options["xmp"] = _XMP
    image.save(made, form, **options)
    body = made.getvalue().replace(b"a" * len(author.encode()), author.encode())  # Pillow writes ASCII alone
    return body + author.encode()


def document() -> bytes:
    """A PDF of one page with facts, a note, a picture and an attached file."""
    writer, made = PdfWriter(), io.BytesIO()
    Image.open(io.BytesIO(picture("JPEG"))).save(made, "PDF")
    writer.append(io.BytesIO(made.getvalue()))
    writer.add_metadata({"/Author": AUTHOR, "/Company": COMPANY, "/Title": "見積書"})
    note = FreeText(text="ここを直す", rect=(1, 1, 30, 20))
    note[NameObject("/T")] = TextStringObject("栗本")
    writer.add_annotation(0, note)
    writer.add_attachment("控え.txt", b"0312-34-5678")
    return written(writer)


def office_file(**changes: str) -> bytes:
    """A text document with facts, a comment, a small picture of its first page, and a photo."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>{AUTHOR}</dc:creator>'
        "<cp:lastModifiedBy>栗本</cp:lastModifiedBy></cp:coreProperties>",
        "docProps/app.xml": f'<Properties xmlns="p"><Company>{COMPANY}</Company></Properties>',
        "docProps/thumbnail.jpeg": picture("JPEG"),
        "word/document.xml": "<w:document>本文</w:document>",
        "word/comments.xml": '<w:comment w:id="0" w:author="栗本" w:initials="栗">直す</w:comment>',
        "word/media/image1.jpeg": picture("JPEG"),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in {**parts, **changes}.items():
            packed.writestr(name, part)
    return made.getvalue()
