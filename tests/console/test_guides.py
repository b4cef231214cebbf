"""The guides inside the program: every one opens, leads to the others, and is found by its words."""

from __future__ import annotations

import re
from pathlib import Path

from archiver.console.guides import Guide, guide_html, guides
from tests.support.console.application import open_application


def test_every_guide_opens_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    """Also before there is an archive; what is no guide is no link."""
    with open_application(tmp_path / "home", {"HOME": str(tmp_path)}) as browser:
        pages = {guide.topic: browser.get(f"/help/{guide.topic}") for guide in guides()}
        browser.get("/help/nothing", status=404)

    linked = {topic for page in pages.values() for topic in re.findall(r'href="/help/([\w-]+)"', page)}
    assert "worst-day" in pages
    assert linked <= pages.keys()
    assert not any(".md" in address for page in pages.values() for address in re.findall(r'href="([^"]*)"', page))


def test_a_guide_is_found_by_its_words() -> None:
    """All of them must stand in it."""
    assert "worst-day" in [one.topic for one in guides("退席 コンタクト")]
    assert [] == guides("退席 このことばはどこにもない")


def test_nothing_of_a_text_becomes_markup() -> None:
    """Not even of a guide."""
    html = guide_html(
        Guide("x", "x", "<script>alert(1)</script> [a](javascript:alert(1)) [b](../secret.md)"), str, lambda _text: []
    )

    assert "<script" not in html
    assert "javascript:" not in html.replace("[a](javascript:alert(1))", "")
    assert "secret" not in html


def test_every_guide_has_a_title_in_japanese() -> None:
    """The list of them is read by somebody who may read nothing else."""
    assert [] == [one.topic for one in guides() if not re.search("[ぁ-んァ-ヶ一-龠]", one.title)]


def test_a_guide_in_two_languages_has_one_title_on_its_page_and_its_english_one_in_the_list(tmp_path: Path) -> None:
    """The English half begins with a heading that the page leads to."""
    with open_application(tmp_path / "home", {"HOME": str(tmp_path)}) as browser:
        pages = {guide.topic: browser.get(f"/help/{guide.topic}") for guide in guides()}
        listed = browser.get("/help")

    assert [] == [topic for topic, page in pages.items() if page.count("<h1") != 1]
    assert "Be told when something needs you" in listed
    assert 'href="#english"' in pages["notices"]
    assert '<h2 id="english" lang="en">Be told when something needs you</h2>' in pages["notices"]
