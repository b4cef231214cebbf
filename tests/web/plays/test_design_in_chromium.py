"""What a script can judge of the design, on every page that the application has: docs/images/checks.md has the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from archiver.cli.language_and_help import set_language
from archiver.standing import home_document
from archiver.store.working.remembered_values import PRACTICE
from tests.support.archives.maker import ROOM, at, story
from tests.support.console.application import SITE, open_application, open_chromium, open_tab, serve_application
from tests.support.console.routes import addresses
from tests.support.viewer.chromium_tab import NEEDED
from tests.web.test_home import CALM

pytestmark = [NEEDED, pytest.mark.slow]

MORE = (
    *("/settings?change=token", "/settings?change=folders", "/settings?change=automatic", "/settings?change=stamps"),
    *("/settings/notices?change=mail", "/settings/notices?change=urls", "/settings/notices?asked=desktop"),
    "/settings/assistant?job=job1",
    *("/emergency?change=older", "/emergency?what=stranger", "/contracts/job1?part=terms", "/conversations?q=お願い"),
    *(f"/packages/{page}?contract=job1&for=support" for page in ("order", "read")),
    *("/packages/order?contract=job1&for=lawyer", f"/room/{ROOM}?pick=1", f"/room/{ROOM}/calendar?month=2026-11"),
)
"""Pages that show something else with what is asked for."""

FAULTS = """() => {
  const found = [], all = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility());
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const range = document.createRange();
  const words = new Intl.Segmenter(document.documentElement.lang, {granularity: "word"});
  if (document.documentElement.scrollWidth !== innerWidth) found.push(`${document.documentElement.scrollWidth} px`);
  if (all("main .btn.first").length > 1) found.push("more than one filled button");
  if (new Set(ids).size < ids.length) found.push(`twice: ${ids.filter((one, at) => ids.indexOf(one) !== at)}`);
  if (document.querySelector("[style], script:not([src])")) found.push("style or script in the page");
  if (all(".nav li").length !== 5 && !document.body.matches(".solo")) found.push("not five entries");
  for (const one of all("th, dt, label, .btn, .nav b, .pill, summary")) {
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) {
      if (node.parentElement.matches(".soft")) continue; // a sentence beside the label
      for (const {segment, index, isWordLike} of words.segment(node.data)) {
        range.setStart(node, index);
        range.setEnd(node, index + segment.length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        const isWord = isWordLike && innerWidth >= 360 && !/^[ぁ-ん]+$/.test(segment);
        if (isWord && lines.size > 1) found.push(`broken: ${segment}`);
      }
    }
  }
  return found;
}"""

BOTTOM = "one => one.getBoundingClientRect().bottom"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which a message was edited and one was deleted; of the demo, so that no page begins to save."""
    maker = story(tmp_path_factory.mktemp("design") / "home")
    with maker.archive.writing() as writing:
        PRACTICE.remember(writing, at(0))
    maker.archive.close()
    return maker.home


@pytest.fixture(params=[("ja", "light"), ("en", "dark")])
def look(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Language and colours."""
    set_language(request.param[0])
    yield request.param
    set_language("en")


def pages(home: Path) -> list[str]:
    """Every address that answers with a page, of the application's own map."""
    with open_application(home) as browser:
        found = [*addresses(browser.client.application, "GET"), *MORE]
        answers = {one: browser.client.get(one, base_url=SITE) for one in found if not one.startswith("/open")}
    return [one for one, answer in answers.items() if answer.status_code == 200 and b"<html lang" in answer.data[:99]]


def faults_of(page: Page, width: int) -> Iterator[str]:
    """What the script finds, and axe with all of its rules where a page is read: wide and narrow."""
    yield from page.evaluate(FAULTS)
    if width in {360, 1280}:
        for one in Axe().run(page).response["violations"]:
            yield f"{one['id']}: {one['nodes'][0]['html'][:120]}"


def test_every_page_is_as_it_was_designed(home: Path, look: tuple[str, str]) -> None:
    """One filled button, five entries, no word broken in a label, nothing too wide, nothing that axe finds."""
    every, found = pages(home), dict[str, list[str]]()
    with serve_application(home) as (gate, _context), open_chromium(look[0]) as browser:
        for width in (1280, 360, 320, 1440):
            with open_tab(browser, gate, width=width, scheme=look[1]) as tab:
                tab.page.set_viewport_size({"width": width, "height": 2400})
                for path in every:
                    if faults := [*faults_of(tab.go(path), width)]:
                        found[f"{width} {path}"] = faults
                assert ([], []) == (tab.complaints, tab.outside)

    assert {} == found
    assert 40 < len(every)


def test_the_decisive_thing_stands_on_the_first_screen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both quotations and the button, wide; the first one, narrow. Once they were seen: a short page that says so."""
    monkeypatch.setattr(home_document, "observed_facts", lambda *_given: CALM | {"every": "5分"})
    set_language("ja")
    with (
        serve_application(home) as (gate, _context),
        open_chromium("ja") as browser,
        open_tab(browser, gate) as tab,
        open_tab(browser, gate, width=360) as phone,
    ):
        page = tab.go("/home")
        wide = [page.locator(one).nth(at).evaluate(BOTTOM) for one, at in ((".diff", 1), ("main .btn.first", 0))]
        lengths = [len(tab.go(path).inner_text("main").replace("\n", "")) for path in ("/home", "/settings")]
        narrow = phone.go("/home").locator(".diff").first.evaluate(BOTTOM)
        page = tab.go("/home")
        page.locator("form[action='/home/seen'] button").click()
        expect(page.locator("h1")).to_contain_text("大丈夫です")
        lengths.append(len(page.inner_text("main").replace("\n", "")))
        wide.append(page.locator("main").evaluate("one => one.lastElementChild.getBoundingClientRect().bottom"))
    set_language("en")

    assert (True, True) == (max(wide) <= 800, narrow <= 740), (wide, narrow)
    assert [True] * 3 == [have <= most for have, most in zip(lengths, (850, 350, 450), strict=True)], lengths
