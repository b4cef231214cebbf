"""The tasks as last seen, the open ones first, with what they said before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archiver.records import Observation
from archiver.web.talk import tasks
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, story
from tests.support.viewer.client import Browser, open_viewer, spoken


def see(maker: ArchiveMaker, number: int, body: str, *, minutes: float, state: str = "present", **facts: Any) -> None:
    """See a task, of which anything may be said."""
    listed = {
        "task_id": number,
        "account": {"account_id": OWNER, "name": "yamada"},
        "assigned_by_account": {"account_id": CLIENT, "name": "田中"},
        "message_id": "2",
        "body": body,
        "limit_time": 1793923200,
        "limit_type": "date",
        "status": "open",
    }
    payload = {"object": listed | facts, "state": state, "source": "list"}
    maker.append([Observation("task", f"task/{number}", payload, ROOM)], minutes=minutes)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("tasks") / "home")
    see(maker, 60, "[info]字幕 <b>直す</b>[/info]", minutes=300, limit_time=1793836800)
    see(maker, 60, "字幕は[code]30fps[/code]で", minutes=320)
    see(maker, 61, "済んだもの", minutes=321, status="done", limit_time=10**30)
    see(maker, 62, "消えたもの", minutes=322, state="gone")
    see(maker, 63, "知らない状態", minutes=323, status="paused", limit_type="none")
    maker.archive.close()
    return maker.home


def task_texts(page: str) -> list[str]:
    """Each task as a reader sees it, in the order of the page."""
    found = re.findall(r'<th scope="row" class="task".*?</tr>', page, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


def test_the_open_ones_stand_first_and_none_is_left_out(browser: Browser) -> None:
    """Then the others, those of an unknown state too."""
    found = task_texts(browser.get(f"/room/{ROOM}/tasks"))

    assert ["字幕は", "字幕の修正", "知らない状態", "消えたもの", "済んだもの"] == [one.split(" ")[0] for one in found]
    assert "paused" in found[2]
    assert "not listed by Chatwork any more" in found[3]
    assert found[4].endswith("not usable")


def test_what_it_said_before_stands_below_it(browser: Browser) -> None:
    """The replaced text and limit, and when the change was seen; untrusted markup is escaped."""
    page = browser.get("/tasks")
    (first, *_others) = task_texts(page)

    assert "30fps" in first
    seen, day = spoken("2026-11-05 15:20"), spoken("2026-11-05 00:00").removesuffix(" 0:00")
    assert f"Before the change seen at {seen} Time limit: {day} 字幕 &lt;b&gt;直す&lt;/b&gt;" in first
    assert "<pre>30fps</pre>" in page
    assert "<b>直す" not in page
    assert first.endswith("not done yet yamada 田中 " + spoken("2026-11-06 00:00").removesuffix(" 0:00"))
    assert f'href="/room/{ROOM}?at=2#m2"' in page


@pytest.mark.parametrize(("tasks_limit", "bytes_limit"), [(1, 9999), (2, 9999), (50, 1), (50, 12)])
def test_page_after_page_shows_each_task_once(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tasks_limit: int, bytes_limit: int
) -> None:
    """In the same order as on one page, wherever a page ends."""
    whole = task_texts(browser.get("/tasks"))
    monkeypatch.setattr(tasks, "TASKS_LIMIT", tasks_limit)
    monkeypatch.setattr(tasks, "BYTES_LIMIT", bytes_limit)

    assert whole == [text for page in browser.pages("/tasks") for text in task_texts(page)]


@pytest.mark.parametrize("older", ["x", "9.1.1", "-1.0.0", f"0.{2**63 - 2}.{2**63 - 2}", f"1.{2**63}.1"])
def test_a_wrong_place_is_no_fault(browser: Browser, older: str) -> None:
    """The nearest sensible page."""
    assert "<h1>" in browser.get(f"/tasks?older={older}")


def test_a_chat_without_tasks_says_so(browser: Browser) -> None:
    """And one that does not exist is no page."""
    assert "No task is known yet." in browser.get("/room/987654321/tasks")
    browser.get("/room/1/tasks", status=404)


def test_a_page_of_long_tasks_of_signs_that_need_many_bytes_stays_small(tmp_path: Path) -> None:
    """Below 0.4 MB, and every task is on one of the pages."""
    maker = story(tmp_path / "home")
    for number in range(100, 160):
        see(maker, number, "<" * 10_000, minutes=300)
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        pages = [*browser.pages(f"/room/{ROOM}/tasks")]

    assert max(len(page.encode()) for page in pages) < 400_000
    assert [f"{number}" for number in range(159, 99, -1)] == re.findall(r'id="task(1\d\d)"', "".join(pages))
