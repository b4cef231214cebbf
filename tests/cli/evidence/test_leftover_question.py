"""On a terminal one answer says what may stay, however many pieces were found."""

from __future__ import annotations

import pytest

from archiver.cli.evidence import leftover_question
from archiver.records import Leftover, LeftoverKind

FOUND = [
    Leftover(piece, LeftoverKind.NAME, f"{piece}に確認", 1)
    for piece in ("高木", "栗本", "髙木さん", "小林", "松井", "井上")
]


def answered(monkeypatch: pytest.MonkeyPatch, *lines: str) -> dict[str, bool]:
    """What was decided by these lines typed in turn."""
    typed = iter(lines)
    monkeypatch.setattr("builtins.input", lambda *_: next(typed))
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda *_: next(typed))
    return leftover_question.ask_about(FOUND)


@pytest.mark.parametrize(
    ("answer", "stay"),
    [
        ("", set()),
        ("2", {"栗本"}),
        ("１", {"高木", "髙木さん"}),
        ("2 4-5", {"栗本", "松井", "井上"}),
        ("0", {"高木", "髙木さん", "栗本", "小林", "松井", "井上"}),
    ],
)
def test_the_numbers_typed_may_stay(monkeypatch: pytest.MonkeyPatch, answer: str, stay: set[str]) -> None:
    """Forms of one name have one number; Enter masks all, 0 leaves all."""
    answers = answered(monkeypatch, answer)

    assert stay == {piece for piece, is_hidden in answers.items() if not is_hidden}
    assert {one.piece for one in FOUND} == answers.keys()


@pytest.mark.parametrize("answer", ["x", "6", "3-1", "2 99"])
def test_what_is_no_number_of_the_list_is_asked_again(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Nothing is decided by it."""
    assert {"栗本"} == {piece for piece, hidden in answered(monkeypatch, answer, "2").items() if not hidden}
