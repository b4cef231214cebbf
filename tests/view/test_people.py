"""Everybody who was seen in a chat, with every name they had and since when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.records import Part
from archiver.store import mapping
from archiver.view import people
from tests.support.archive import BEGIN, CLIENT, OWNER, ROOM, story
from tests.support.viewer import Browser, looking


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("people") / "home")
    maker.account(77, "<b>鈴木</b>\u202e", minutes=300)
    mapping_told(maker.archive)
    maker.archive.close()
    return maker.home


def mapping_told(archive: object) -> None:
    """State that 田中 is the client."""
    mapping.put(archive, "job1", CLIENT, Part.CLIENT, "契約画面の氏名", at=BEGIN + timedelta(hours=6))  # type: ignore[attr-defined]


@pytest.fixture
def browser(home: Path) -> Iterator[Browser]:
    with looking(home) as made:
        yield made


def shown(page: str) -> dict[int, str]:
    """What stands about each person, by account, in the order of the page."""
    found = re.findall(r'<li id="p(\d+)">(.*?)</li>', page, re.DOTALL)
    return {int(number): re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for number, row in found}
