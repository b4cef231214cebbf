"""What a file says beside its content is read, and is gone from a copy whose content is the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from PIL import Image, ImageOps
from pypdf import PdfReader

from archiver.export.exhibit_names import FileMetadata, MetadataField, MetadataState
from archiver.export.metadata_removal import NotRemovable, read_metadata, without_metadata
from tests.support.packages.files_with_metadata import AUTHOR, COMPANY, POSITION, document, office_file, picture


def read(folder: Path, body: bytes) -> FileMetadata:
    """The metadata of these bytes."""
    path = folder / "file"
    path.write_bytes(body)
    return read_metadata("S-001", path)


def clean(folder: Path, body: bytes) -> bytes:
    """These bytes without metadata."""
    path = folder / "file"
    path.write_bytes(body)
    return without_metadata(path)


def values(metadata: FileMetadata, field: MetadataField) -> set[str]:
    """The values of one field."""
    return {item.value for item in metadata.items if item.field is field}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_keeps_its_pixels_and_how_it_is_turned(tmp_path: Path, form: str) -> None:
    """Author, position, comments, small pictures and what lies behind the end are gone."""
    body = picture(form)

    metadata, copy = read(tmp_path, body), clean(tmp_path, body)

    assert AUTHOR in values(metadata, MetadataField.AUTHOR)
    assert {POSITION} == values(metadata, MetadataField.POSITION)
    before, after = (ImageOps.exif_transpose(Image.open(io.BytesIO(one))) for one in (body, copy))
    assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
    assert AUTHOR.encode() not in copy
    assert () == read(tmp_path, copy).items
    assert copy == clean(tmp_path, copy)


@pytest.mark.parametrize(("form", "field"), [("WEBP", MetadataField.AUTHOR), ("GIF", MetadataField.TEXT)])
def test_a_picture_of_another_format_is_told_and_not_rewritten(tmp_path: Path, form: str, field: MetadataField) -> None:
    """As an Office file: where its metadata may not leave, the picture stays out."""
    body = picture(form)

    assert AUTHOR in values(read(tmp_path, body), field)
    with pytest.raises(NotRemovable):
        clean(tmp_path, body)


@pytest.mark.drawn
def test_a_pdf_keeps_its_pages_and_nothing_beside_them(tmp_path: Path) -> None:
    """Facts, names in notes, attached files and the metadata of its pictures are gone; the same each time."""
    body = document()

    metadata, copy = read(tmp_path, body), clean(tmp_path, body)

    assert {AUTHOR, "栗本"} <= values(metadata, MetadataField.AUTHOR)
    assert {COMPANY} == values(metadata, MetadataField.COMPANY)
    reader = PdfReader(io.BytesIO(copy))
    assert 1 == len(reader.pages)
    assert "ここを直す" == reader.pages[0]["/Annots"][0].get_object()["/Contents"]  # type: ignore[index]
    assert not reader.metadata
    assert {} == dict(reader.attachments)
    assert () == read(tmp_path, copy).items
    assert copy == clean(tmp_path, body)


def test_an_office_file_is_told_and_not_rewritten(tmp_path: Path) -> None:
    """Authors, company, who commented and the metadata of photos; where they may not leave, the file stays out."""
    metadata = read(tmp_path, office_file())

    assert {AUTHOR, "栗本"} <= values(metadata, MetadataField.AUTHOR)
    assert {"栗本"} == values(metadata, MetadataField.MODIFIED_BY)
    assert {COMPANY} == values(metadata, MetadataField.COMPANY)
    assert {POSITION} == values(metadata, MetadataField.POSITION)
    with pytest.raises(NotRemovable):
        clean(tmp_path, office_file())


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"", MetadataState.PLAIN),
        ("納品しました".encode("cp932"), MetadataState.PLAIN),
        (b"BM" + b"\0" * 60, MetadataState.PLAIN),
        (b"\0\0\0\x18ftypheic\0\0", MetadataState.UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, MetadataState.UNKNOWN),
        (b"\xff\xd8\xff\xe1\0\x10", MetadataState.DAMAGED),
        (b"%PDF-1.7\n" + b"[" * 200_000, MetadataState.DAMAGED),
        (lambda: office_file(**{"word/comments.xml": "0" * 200_000_001}), MetadataState.DAMAGED),
        (lambda: office_file()[:-30], MetadataState.UNKNOWN),
    ],
    ids=["empty", "text", "bitmap", "heic", "doc", "picture", "pdf", "bomb", "half a zip"],
)
def test_how_far_a_file_was_looked_at_is_said(
    tmp_path: Path, body: bytes | Callable[[], bytes], state: MetadataState
) -> None:
    """What cannot be read is never said to have none, and leaves in no copy."""
    body = body if isinstance(body, bytes) else body()
    metadata = read(tmp_path, body)

    assert (state, ()) == (metadata.state, metadata.items)
    if state is MetadataState.PLAIN:
        assert body == clean(tmp_path, body)
    else:
        with pytest.raises(NotRemovable):
            clean(tmp_path, body)


def test_xml_that_could_grow_is_not_read(tmp_path: Path) -> None:
    """Entities are refused unread."""
    body = office_file(**{"docProps/core.xml": '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'})

    assert MetadataState.DAMAGED is read(tmp_path, body).state


_SAMPLES: tuple[Callable[[], bytes], ...] = (
    lambda: picture("JPEG"),
    lambda: picture("PNG"),
    lambda: picture("WEBP"),
    lambda: picture("GIF"),
    office_file,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=strategies.sampled_from(_SAMPLES), cut=strategies.floats(0, 1), noise=strategies.binary(max_size=8))
def test_a_broken_file_ends_nothing(tmp_path: Path, sample: Callable[[], bytes], cut: float, noise: bytes) -> None:
    """Cut anywhere, or with other bytes in the middle: read as far as it goes, or said to be unreadable."""
    whole = sample()
    place = int(len(whole) * cut)
    for body in (whole[:place], whole[:place] + noise + whole[place + len(noise) :]):
        assert read(tmp_path, body).state in MetadataState
        try:
            copy = clean(tmp_path, body)
        except NotRemovable:
            continue
        assert () == read(tmp_path, copy).items
