"""設定 > アシスタント: the consent of `archive mcp --allow` by a click, the lines for a client, and what was asked."""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path

from archiver.cli.main import main
from archiver.setup.assistant_consent import note_call
from archiver.store.working.remembered_values import ASSISTANTS
from tests.support.archives.maker import story
from tests.support.console.application import SITE, open_application
from tests.support.viewer.page_text import words_of


def test_an_assistant_is_allowed_a_job_told_how_to_connect_and_seen(tmp_path: Path) -> None:
    """Each way is kept as the command keeps it; the log shows ids; a job that there is not gets a sentence."""
    maker = story(tmp_path / "home")
    page, log = "/settings/assistant?job=job1", maker.home / "logs" / "assistant.log"
    kept = []
    with open_application(maker.home) as browser:
        before = words_of(browser.get(page))
        for how in ("covered", "unmasked", "off", "covered"):
            browser.post("/settings/assistant", job="job1", how=how)
            kept.append(browser.kept(ASSISTANTS.recall))
        note_call(maker.home, "search", ["2", "3"])
        with log.open("a") as file:
            file.write("2026-11-")  # cut short
        after, every = browser.get(page), words_of(browser.get("/settings/assistant"))
        unknown = browser.post("/settings/assistant", job="no", how="covered").status_code
        unknown_page = browser.client.get("/settings/assistant?job=no", base_url=SITE).status_code

    lines = [json.loads(html.unescape(one)) for one in re.findall("<pre[^>]*>([^<]+)</pre>", after)]
    (desktop, code) = (one["chatwork"] for given in lines for one in given.values())
    is_taken_back = main([*desktop["args"][2:], "--forbid"]) == 0
    assert "goes to whoever runs it" in before
    assert [{"job1": False}, {"job1": True}, {}, {"job1": False}] == kept
    assert ({"mcpServers"}, {"servers"}, {"type": "stdio"} | desktop) == (set(lines[0]), set(lines[1]), code)
    assert (sys.executable, ["-m", "archiver"], True) == (desktop["command"], desktop["args"][:2], is_taken_back)
    assert "search ・ 2 messages 2 3" in every
    assert (404, 404) == (unknown, unknown_page)
