"""The sentence about records that were not sealed when a package was made, as its texts and its report print it."""

from __future__ import annotations

from archiver.report_language import say


def unsealed_sentence(count: int) -> str:
    """That so many records are 確定前, why, and what covers them."""
    return say(
        "確定前の記録 {count:,}件: 保管庫に書き込めない状態で作成したため、"
        "確定記録がまだありません。これらには、この資料そのものに付いたタイムスタンプ(あれば)"
        "だけが及びます。",
        count=count,
    )
