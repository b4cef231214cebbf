"""The pages that carry their own style: it is that of the application, cut to what they use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.export.html import write
from archiver.export.verify_page import verify_page
from archiver.render.page_templates import SHEET, style_sheet
from tests.support.reports.sample_conversation import link, sample


@pytest.mark.parametrize("name", ["R123456789-0001.html", "index.html", "verify.html"])
def test_a_page_looks_as_the_application_does(name: str, tmp_path: Path) -> None:
    """Its colours are the tokens and nothing else names one; no rule is without its use, no class without a rule."""
    write(sample(), tmp_path, link)
    (tmp_path / "verify.html").write_bytes(verify_page())
    page = (tmp_path / name).read_text(encoding="utf-8")
    style, body = page.partition("<style>")[2].partition("</style>")[0], page.partition("<body")[2]

    assert style.startswith(style_sheet(("1",), ()).strip())
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", style)) <= set(re.findall(r"#[0-9a-f]{3,6}\b", SHEET.read_text("utf-8")))
    used = {one for found in re.findall(r'class="([^"]*)"', body) for one in found.split()}
    assert used - {"solo"} <= set(re.findall(r"\.([a-z][\w-]*)", style))
    assert "url(" not in style
    assert "@import" not in style


def test_only_rules_for_what_a_page_has_are_taken() -> None:
    """Of a rule one selector is enough; within a condition too, and what is denied is not needed."""
    assert ".pill" in style_sheet(("4",), ("pill",))
    assert ".banner" not in style_sheet(("4",), ("pill",))
    assert ":root{color-scheme" in style_sheet(("1",), ())
