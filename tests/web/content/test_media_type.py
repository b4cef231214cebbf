"""What is played or shown is judged by the first bytes; everything else is only saved."""

from __future__ import annotations

import pytest

from archiver.web.talk.message_context import is_picture, playable_type


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0", "video/mp4"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/mp4"),
        (b"\0\0\0\x1cftypM4A ", "audio/mp4"),
        (b"\0\0\0\x1cftypheic", None),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x88matroska", None),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xd8\xff\xe0", None),
        (b"OggS\0\2", "audio/ogg"),
        (b"OggS\0\2" + b"\0" * 22 + b"\x80theora", "video/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST", None),
        (b"<!DOCTYPE html><script>", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_what_is_played(head: bytes, expected: str | None) -> None:
    """Films and sounds that browsers know, and nothing that could hold a script."""
    assert expected == playable_type(head)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0", True),
        (b"\xff\xd8\xff\xe0", True),
        (b"GIF89a", True),
        (b"RIFF\n\0\n\0WEBPVP8 ", True),
        (b"<svg xmlns=", False),
        (b"BM", False),
        (b"", False),
    ],
)
def test_what_is_a_picture(head: bytes, expected: bool) -> None:
    """The four formats that are drawn anew; a drawing that may hold a script is none."""
    assert expected is is_picture(head)
