"""Which saved room a word names."""

from __future__ import annotations

import pytest

from archiver.cli.terminal.prompts import matching, read_path
from archiver.setup.written_values import InvalidAnswer

ROOMS = {388277413: "動画編集_田中様", 388277414: "動画", 5: "ＡＢＣ商事 サイト制作", 6: "髙橋様"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("388277413", {388277413}),
        ("動画", {388277414}),
        ("編集", {388277413}),
        ("abc", {5}),
        ("", set(ROOMS)),
        ("田中様 ", {388277413}),
        ("ない", set()),
        ("高橋", {6}),
        ("9" * 5_000, set()),
    ],
)
def test_a_room_is_meant_by_number_name_or_part_of_its_name(wanted: str, found: set[int]) -> None:
    """A number wins, then the whole name, then every name with these characters in it."""
    assert found == set(matching(ROOMS, wanted))


@pytest.mark.parametrize(
    ("typed", "path"),
    [("'/tmp/a b.png'", "/tmp/a b.png"), (r"/tmp/a\ b.png", "/tmp/a b.png"), ("/tmp/a b.png", "/tmp/a b.png")],
)
def test_a_dragged_path_loses_its_quotes(typed: str, path: str) -> None:
    """Terminals put quotes or backslashes into the path of a file that is dragged into them."""
    assert read_path(typed) == path


def test_an_empty_path_is_asked_for_again() -> None:
    """Enter alone is no path."""
    with pytest.raises(InvalidAnswer):
        read_path("")
