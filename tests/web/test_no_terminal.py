"""No page and no guide of the application leads to a terminal as the only way."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import archiver
from archiver import errors, health
from archiver.cli.commands import COMMANDS
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.working import alerts
from archiver.web.app import linked_pieces
from archiver.web.background_work import JobLink, JobOutcome
from archiver.web.settings.guides import guides
from tests.support.archives.maker import CLIENT, ROOM, at, story
from tests.support.console.application import SITE, FormBrowser, open_application
from tests.support.console.routes import addresses

FOLDED = re.compile('<details class="terminal">.*?</details>', re.DOTALL)
COMMAND = re.compile(rf"\barchive (?:-\S+ )*(?:--home \S+ )?(?:{'|'.join(COMMANDS)})\b[^<。)]{{0,40}}")
TYPED = re.compile(r"<code>(?:archive|pip|pipx|uv|python3?|sudo|cd|crontab|systemctl) [^<]*</code>")
STARTS = ("<code>archive app</code>", "<code>archive demo</code>")
"""What starts this program, or an example of it."""

TYPED_ALONE = ("archive upkeep", "archive team")
"""In sentences of what the application does not do. The daemon does the upkeep by itself, and a team's ledger
belongs to servers."""

FOR_TERMINALS = ("start", "team")
"""Guides to what lies outside the application: how it gets onto a computer, and servers."""


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FormBrowser]:
    """The application over an archive with an alert of every kind, the only one of this user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    maker = story(tmp_path / "home")
    with maker.archive.writing() as writing:
        for number, rule in enumerate(AlertRule):
            level = list(Level)[number % len(Level)]
            of_pause = rule is AlertRule.A14
            subject = "2026-11-30T03:00+00:00/25" if of_pause else "job1/crowdworks/x/2026-11-30"
            alerts.keep(writing, Alert(rule, level, at(number), ROOM, CLIENT, "1", subject=subject))
    maker.archive.close()
    with open_application(tmp_path / "home") as browser:
        yield browser


@pytest.mark.drawn
def test_no_page_names_a_command_in_place_of_a_way_by_clicking(browser: FormBrowser) -> None:
    """Each sentence that names one on the command line is a link here."""
    found = {}
    pages = (path for path in addresses(browser.client.application, "GET") if not path.startswith("/help/"))
    for path in pages:
        text = browser.client.get(path, base_url=SITE).get_data(as_text=True)
        found[path] = COMMAND.findall(FOLDED.sub("", text))

    assert {} == {path: commands for path, commands in found.items() if commands}


def test_no_result_names_a_command_in_place_of_a_way_by_clicking(browser: FormBrowser) -> None:
    """On the page of a job, and on the overview."""
    lines = ("Some are missing: archive save FILE",)
    outcome = JobOutcome("It stopped: archive status --full", lines, (JobLink("Make", "packages.index"),))
    browser.context.jobs.start("A job", lambda _job: outcome)
    browser.job()
    pages = [browser.get(path) for path in ("/home", "/job")]

    assert [True] * 2 == ["Some are missing" in page for page in pages]
    assert [] == [found for page in pages for found in COMMAND.findall(FOLDED.sub("", page))]


def test_no_sentence_of_how_things_stand_names_a_command(browser: FormBrowser) -> None:
    """Each condition, each reason of an error with its advice, and each text of the state, in both languages."""
    catalogue = gettext.translation("messages", Path(archiver.__file__).with_name("locale"), languages=["ja"])
    modules = [*Path(health.__file__).parent.glob("*.py"), *Path(errors.__file__).parent.glob("*.py")]
    reading = Path(archiver.__file__).with_name("cli") / "reading"
    modules += [reading / f"{name}.py" for name in ("first_screen", "full_status", "status")]
    texts = {text for module in modules for text in _texts(module) if COMMAND.search(text)}
    texts |= {catalogue.gettext(text) for text in texts}
    with browser.client.application.test_request_context("/somewhere", base_url=SITE):
        left = {text: COMMAND.findall(linked_pieces(text)) for text in texts}

    assert len(texts) > 80
    assert {} == {text: found for text, found in left.items() if found and not any(one in text for one in TYPED_ALONE)}


def test_a_link_does_not_repeat_the_words_that_follow_it(browser: FormBrowser) -> None:
    """Where they begin with its own words, they are the link; other words stay beside it."""
    with browser.client.application.test_request_context("/somewhere", base_url=SITE):
        once = str(linked_pieces("archive export 12345678    Make an export (it is sent to nobody)"))
        beside = str(linked_pieces("archive export 12345678    for an office"))
        alone = str(linked_pieces("Begin. archive export 12345678"))

    assert ">Make an export (it is sent to nobody)</a>" in once
    assert 1 == once.casefold().count("make an export")
    assert ">Make an export</a>" in beside
    assert "for an office" in beside
    assert ">Make an export</a>" in alone


def _texts(module: Path) -> list[str]:
    """The texts of a module, without its docstrings."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docs)
    return [node.value for node in found if isinstance(node.value, str)]


def test_no_guide_has_a_terminal_as_the_only_way(browser: FormBrowser) -> None:
    """Commands are links to pages; lines for a terminal are folded, for those who want them."""
    found = {}
    for guide in guides("ja"):
        text = FOLDED.sub("", browser.get(f"/help/{guide.topic}"))
        found[guide.topic] = set(TYPED.findall(text)) - set(STARTS)

    assert {} == {topic: typed for topic, typed in found.items() if typed and topic not in FOR_TERMINALS}
