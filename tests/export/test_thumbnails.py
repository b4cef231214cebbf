"""The pages of a package show small pictures (`render.thumbnail`) of the pictures in it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PIL import Image

from archiver.export.html import write
from archiver.render.thumbnail import thumbnail
from tests.support.html_safety import read_html
from tests.support.reports.sample_conversation import link, sample


def picture(path: Path) -> Path:
    Image.new("RGB", (1000, 500)).save(path)
    return path


def test_the_page_shows_the_small_picture_and_leads_to_the_file(tmp_path: Path) -> None:
    """Its size is known before it is loaded, and its file is the same each time."""
    (tmp_path / "files").mkdir()
    (tmp_path / "transcript").mkdir()
    picture(tmp_path / "files/F-0001.png")

    write(sample(), tmp_path / "transcript", link)

    page = (tmp_path / "transcript/R123456789-0001.html").read_text("utf-8")
    assert ["thumbnails/F-0001.webp"] == read_html(page).sources
    assert 'width="320" height="160" alt="F-0001 の画像"' in page
    first = (tmp_path / "transcript/thumbnails/F-0001.webp").read_bytes()
    assert thumbnail(tmp_path / "files/F-0001.png") == (first, 320, 160)


def test_a_picture_without_a_preview_stands_with_the_files(tmp_path: Path) -> None:
    """Once in either case."""
    (tmp_path / "files").mkdir()
    (tmp_path / "transcript").mkdir()
    picture(tmp_path / "files/F-0001.png")
    messages = [
        dataclasses.replace(
            message, body="参考です", versions=(dataclasses.replace(message.versions[-1], body="参考です"),)
        )
        for message in sample().messages()
        if message.no == 3
    ]

    write(dataclasses.replace(sample(), messages=lambda: iter(messages)), tmp_path / "transcript", link)

    page = (tmp_path / "transcript/R123456789-0001.html").read_text("utf-8")
    assert ["thumbnails/F-0001.webp"] == read_html(page).sources
