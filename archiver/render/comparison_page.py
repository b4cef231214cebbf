"""The page of a comparison; its template escapes whatever it is given."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.render.invisible_characters import visible
from archiver.render.page_templates import render_template


def comparison_html(
    *,
    title: str,
    made_at: str,
    facts: Sequence[tuple[str, str]],
    tables: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]],
    heads: Sequence[str],
    differences: Sequence[Sequence[str]],
    unlisted: str,
    limits: Sequence[str],
) -> str:
    """The page as HTML: what was compared, the counts as tables, each difference as four cells below `heads`, a
    sentence about those that are not listed, and the limits.
    """
    return render_template(
        "comparison.html",
        title=title,
        made_at=made_at,
        facts=[(label, visible(text)) for label, text in facts],
        tables=tables,
        heads=heads,
        differences=[[visible(cell, lines=True) for cell in row] for row in differences],
        unlisted=unlisted,
        limits=limits,
    )
