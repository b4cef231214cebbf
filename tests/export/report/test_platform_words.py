"""What the rows of changes are about, in the language of the report."""

from __future__ import annotations

import pytest

from archiver.evidence.tables.events import ChangeRow
from archiver.export.report.input import about_text
from archiver.report_language import report_language


@pytest.mark.parametrize(
    ("about", "english"),
    [
        ("m12からm34の間(1件)", "between m12 and m34 (1)"),
        ("チャットの始まりからm34の間(およそ265件)", "between beginning of the chat and m34 (about 265)"),
        (
            "期間外のメッセージから期間外のメッセージの間(件数不明)",
            "between a message outside the period and a message outside the period (unknown number)",
        ),
        ("田中からm34の間(1件)を見た人(ID 5)", "田中からm34の間(1件)を見た人(ID 5)"),
    ],
)
def test_a_gap_is_told_in_the_language_of_the_report(about: str, english: str) -> None:
    """Names stay as they are, whatever they look like."""
    row = ChangeRow("2026-11-05T01:14:33.000Z", 1, "", 1, None, about, "", "", None)

    assert about_text(row) == about
    with report_language("en"):
        assert about_text(row) == english
