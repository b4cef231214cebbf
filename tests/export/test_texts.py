"""The words of a package for people."""

from __future__ import annotations

from typing import Any

import pytest

from archiver.export.texts import DAILY_FIRST_LINE, Facts, readme, verify
from archiver.records import Contract
from tests.support.archive import at

FORBIDDEN = ("改ざん不可能", "証拠能力", "法的に有効", "ガイドライン準拠", "詐欺", "違法")
"""What no text of ours may claim (evidence.md §8)."""


def facts(**changes: Any) -> Facts:
    """A package of nothing much."""
    told: dict[str, Any] = {
        "name": "CW1_20261105-1014_lawyer",
        "daily": False,
        "contract": Contract("job1", (), title="動画<編集>\u202e"),
        "rooms": [(1, "室\u202e")],
        "period": "",
        "messages": 1,
        "entries": 2,
        "files": 0,
        "packed": 0,
        "gaps": (),
        "raw": 0,
        "raw_left_out": 0,
        "seal": None,
        "unheld": (),
        "left_out": (),
        "incomplete": (),
        "software": "chatwork-archiver 1",
        "created_at": at(0),
    }
    return Facts(**(told | changes))


@pytest.mark.parametrize("daily", [True, False])
def test_texts_open_everywhere_and_claim_nothing(daily: bool) -> None:
    """A byte order mark, CRLF throughout, no forbidden word, nothing unseen."""
    for body in (readme(facts(daily=daily)), verify(tables=not daily, raw=not daily)):
        text = body.decode("utf-8")
        assert "\ufeff" == text[0]
        assert text.count("\n") == text.count("\r\n")
        assert not [word for word in FORBIDDEN if word in text]
        assert "\u202e" not in text


def test_a_daily_says_first_what_it_is_not_for() -> None:
    """Nobody hands it in by mistake."""
    assert DAILY_FIRST_LINE == readme(facts(daily=True)).decode("utf-8-sig").split("\r\n")[0]


def test_what_is_missing_is_said() -> None:
    """Each file and each loss on a line of its own."""
    text = readme(facts(unheld=["F-0001: 404"], left_out=["F-0002: 大"], incomplete=["F-0003: 壊"], raw_left_out=7))

    lines = text.decode("utf-8-sig").split("\r\n")
    assert {
        "・未取得のファイル F-0001: 404",
        "・一覧だけのファイル F-0002: 大",
        "・この資料に入れられなかったもの F-0003: 壊",
    } <= set(lines)
    assert "7件" in text.decode("utf-8")


def test_the_time_of_making_can_be_left_out() -> None:
    """So that a copy made again is the same."""
    assert "作成: " in readme(facts()).decode("utf-8")
    assert "作成: " not in readme(facts(created_at=None)).decode("utf-8")
