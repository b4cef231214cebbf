"""The guides inside the program: every one opens, leads to the others, and is found by its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.web.settings.guides import TOPICS, Guide, guide_html, guides
from tests.support.console.application import open_application


@pytest.mark.parametrize(("lang", "title"), [("ja", "困ったとき"), ("en", "When in trouble")])
def test_every_guide_opens_in_the_readers_language_and_its_links_lead_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, title: str
) -> None:
    """Also before there is an archive; what is no guide is no link, and each page has one title."""
    monkeypatch.setenv("LANGUAGE", lang)
    with open_application(tmp_path / "home") as browser:
        pages = {topic: browser.get(f"/help/{topic}") for topic in TOPICS}
        listed = browser.get("/help")
        browser.get("/help/nothing", status=404)
        japanese = browser.get("/help/advice?lang=ja")

    linked = {topic for page in pages.values() for topic in re.findall(r'href="/help/([\w-]+)', page)}
    assert linked <= pages.keys()
    assert not any(".md" in address for page in pages.values() for address in re.findall(r'href="([^"]*)"', page))
    assert [] == [topic for topic, page in pages.items() if page.count("<h1") != 1]
    assert (True, True) == (title in listed, f"<h1>{title}</h1>" in pages["trouble"])
    assert "相談先と返信の文例" in japanese


def test_both_languages_have_every_guide() -> None:
    """And no others; each title is in its own language."""
    japanese, english = guides("ja"), guides("en")

    assert TOPICS == tuple(one.topic for one in japanese) == tuple(one.topic for one in english)
    assert [] == [one.topic for one in japanese if not re.search("[ぁ-んァ-ヶ一-龠]", one.title)]
    assert [] == [one.topic for one in english if re.search("[ぁ-んァ-ヶ一-龠]", one.title)]
    docs = Path(__file__).parents[3] / "docs"
    assert [sorted(TOPICS)] * 2 == [sorted(path.stem for path in (docs / lang).iterdir()) for lang in ("ja", "en")]


def test_a_guide_is_found_by_its_words() -> None:
    """All of them must stand in it."""
    assert ["trouble"] == [one.topic for one in guides("ja", "退席 コンタクト")]
    assert [] == guides("ja", "退席 このことばはどこにもない")


def test_nothing_of_a_text_becomes_markup() -> None:
    """Not even of a guide."""
    text = "<script>alert(1)</script> [a](javascript:alert(1)) [b](../secret.md)"
    html = guide_html(Guide("x", "x", text), lambda name, _lang: name, lambda _text: [])

    assert "<script" not in html
    assert "javascript:" not in html.replace("[a](javascript:alert(1))", "")
    assert "secret" not in html
