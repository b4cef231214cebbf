"""All alerts on a page; and sentences that name commands, as pages show them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.working import alerts
from archiver.web.app import linked_pieces
from tests.support.archives.maker import ROOM, at, story
from tests.support.cases import cases_of
from tests.support.console.application import SITE, open_application


@pytest.mark.parametrize(("sentence", "shown"), cases_of(__file__, "a_command_becomes_the_link_to_its_page"))
def test_a_command_becomes_the_link_to_its_page(tmp_path: Path, sentence: str, shown: str) -> None:
    """The words around it stay; a command that no page can do stays too."""
    story(tmp_path / "home").archive.close()
    with (
        open_application(tmp_path / "home") as browser,
        browser.client.application.test_request_context("/home", base_url=SITE),
    ):
        html = str(linked_pieces(sentence))

    assert shown == re.sub("<[^>]*>", "", html)


def test_many_alerts_are_turned_page_by_page(tmp_path: Path) -> None:
    """Each stands on one of the pages, the newest on the first, and each page says which it shows."""
    maker = story(tmp_path / "home")
    with maker.archive.writing() as writing:
        for number in range(120):
            alerts.keep(writing, Alert(AlertRule.A6, Level.MEDIUM, at(number), ROOM, message_id="1"))
    maker.archive.close()
    with open_application(tmp_path / "home") as browser:
        pages = [browser.get(f"/settings/notices{place}") for place in ("", "?after=50", "?after=100")]
        far, odd = browser.get("/settings/notices?after=1000"), browser.get("/settings/notices?after=x")

    found = [re.findall('id="alert-([0-9]+)"', page) for page in pages]
    assert [*range(120, 0, -1)] == [int(number) for numbers in found for number in numbers]
    assert ["after=50", "after=100"] == [
        page.partition('rel="next" href="/settings/notices?')[2].partition("#")[0] for page in pages[:2]
    ]
    assert 'rel="next"' not in pages[2]
    assert [] == re.findall('id="alert-', far)
    assert odd.count('id="alert-') == 50
