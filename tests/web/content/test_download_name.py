"""An untrusted file name becomes one that is safe on every system and breaks no header."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies
from werkzeug.http import parse_options_header

from archiver.render.invisible_characters import visible
from archiver.web.talk.files import LONGEST, content_disposition, safe_file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("納品_本編.mp4", "納品_本編.mp4"),
        ("../../etc/passwd", "__.._etc_passwd"),
        ("..\\..\\autorun.inf", "__.._autorun.inf"),
        ('a"b\r\nSet-Cookie: x=1.txt', "a_b__Set-Cookie_ x=1.txt"),
        ("evil\u202egpj.exe", "evil_gpj.exe"),
        (".htaccess", "_htaccess"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("COM\u00b9.txt", "_COM\u00b9.txt"),
        ("console.txt", "console.txt"),
        ("trailing. . ", "trailing"),
        ("\ud83d half.txt", "_ half.txt"),
        ("", "file-7"),
        (" .. ", "file-7"),
        ("\u200b\u200b", "file-7"),
        ("/", "file-7"),
    ],
)
def test_names(name: str, expected: str) -> None:
    """Paths, control and hidden characters, devices of Windows, leading dots, and empty names."""
    assert expected == safe_file_name(name, "file-7")


def test_a_long_name_keeps_its_ending() -> None:
    """A long name is cut at the end of a character."""
    file_name = safe_file_name("素材" * 300 + ".mp4", "file-7")

    assert file_name.startswith("素材素材")
    assert file_name.endswith(".mp4")
    assert LONGEST - 3 < len(file_name.encode()) <= LONGEST


@given(strategies.text(strategies.characters(codec=None, categories=None), max_size=300))
def test_any_name_can_be_saved_under_and_sent(name: str) -> None:
    """One header line of ASCII whose two names are no path, not hidden and not too long."""
    file_name = safe_file_name(name, "file-7")
    header = content_disposition(name, "file-7")

    assert file_name
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', file_name)
    assert not file_name.startswith((".", " "))
    assert not file_name.endswith((".", " "))
    assert len(file_name.encode()) <= LONGEST
    assert header.isascii()
    assert header.isprintable()
    kind, options = parse_options_header(header)
    assert ("attachment", file_name) == (kind, options["filename"])
    assert file_name == unquote(header.partition("filename*=UTF-8''")[2])
    assert all(visible(character) == character for character in file_name)
