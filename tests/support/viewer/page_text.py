"""The words of a page as somebody reads them, without its menu and footer."""

from __future__ import annotations

import html
import re


def words_of(page: str) -> str:
    """The text of the main part of a page, with single spaces."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0] or page
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main))).strip()
