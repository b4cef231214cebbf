"""A number in a list is masked though the number of its item stands directly before it."""

from __future__ import annotations

import pytest

from tests.benchmarks.finder import drawn


@pytest.mark.parametrize("sign", ["①", "⑫", "⑴", "⒈", "❶"])
def test_the_number_of_an_item_is_no_digit_of_a_phone_number(sign: str) -> None:
    """Behind ① a phone number is masked as behind a space."""
    assert "1154" not in drawn(f"{sign}090-8372-1154 予約変更").text
    assert "2017" not in drawn(f"{sign}03-5843-2017 営業電話").text


def test_circled_digits_of_a_number_stay_digits() -> None:
    """A number that is written in such signs is found."""
    assert "⑧" not in drawn("連絡は⓪⑨⓪-⑧③⑦②-①①⑤④です").text
