"""困ったとき: what is saved again by itself, what happened, what not to do, and steps that stay ticked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.records import Observation
from archiver.store.working.remembered_values import RESCUED
from archiver.web.background_work import Job
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object, story
from tests.support.console.application import NO_TOKEN, SITE, FormBrowser, offline, open_application
from tests.support.schedules.rounds import next_round
from tests.support.world import running_world

OWN_POST = {"HX-Request": "true", "Origin": SITE, "Sec-Fetch-Site": "same-origin"}
"""What htmx says of a form that posts itself."""


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FormBrowser]:
    """The application over a job in whose chat a message was deleted; Chatwork is away, and that takes no time."""
    monkeypatch.setattr(Job, "sleep", lambda job, _seconds: job.stop_if_left())
    maker = story(tmp_path / "home")
    maker.contract("job1", platform="crowdworks", client="田中", title="動画", url="https://crowdworks.jp/contracts/1")
    maker.sync([message_object(30, "検収OKです", sent=200)], minutes=202)
    with open_application(maker.home, offline(maker.home, CHATWORK_API_TOKEN=NO_TOKEN)) as opened:
        yield opened
    maker.archive.close()


def test_opening_writes_nothing_and_saves_by_itself_at_most_every_ten_minutes(browser: FormBrowser) -> None:
    """The page posts itself once; a second one within ten minutes starts nothing, but the button does."""
    first = browser.get("/emergency")
    untouched = browser.kept(RESCUED.recall)
    posted = browser.post("/emergency/rescue", headers=OWN_POST)
    number = browser.job().number
    second = browser.get("/emergency")
    browser.post("/emergency/rescue", headers=OWN_POST)
    again = browser.job().number
    pressed = browser.post("/emergency/rescue")

    assert [True, False] == ['hx-trigger="load"' in page for page in (first, second)]  # it begins to save by itself
    assert (None, "true") == (untouched, posted.headers["HX-Refresh"])
    assert "could not be reached" in second
    assert number == again
    assert "/emergency" == pressed.headers["Location"]
    assert browser.job().number == again + 1


def test_older_messages_are_asked_for_of_the_chat_whose_gap_was_pressed(tmp_path: Path) -> None:
    """The page belongs to the conversations, names the chat, and says from before which day what is missing."""
    maker = story(tmp_path / "home")
    maker.gap(1, after=None, before="10", minutes=300)
    maker.archive.close()
    with open_application(maker.home) as browser:
        (link,) = set(re.findall(r"/emergency\?change=older[^\"]*", browser.get(f"/room/{ROOM}")))
        page = browser.get(link.replace("&amp;", "&"))

    assert link.endswith(f"room={ROOM}")
    assert re.search(r"essages from before [\w ]+ are not saved yet\.", page)
    assert f'href="/room/{ROOM}#newest"' in page
    assert f'href="https://www.chatwork.com/#!rid{ROOM}"' in page
    assert re.search(r'href="/conversations" aria-current="page"', page)


def test_what_a_file_holds_is_shown_before_it_is_brought_in(browser: FormBrowser) -> None:
    """How many are not saved yet, and of which days; one that is saved is none of them. Then a press fetches them."""
    new = f"#!rid{ROOM}-1400000000000000000 #!rid{ROOM}-1500000000000000000 #!rid{ROOM}-30"
    page = browser.post("/emergency/recover", files=(io.BytesIO(new.encode()), "links.txt")).get_data(as_text=True)
    before = browser.context.jobs.last
    browser.post("/emergency/recover", go="yes")

    assert "2 messages in it are not saved yet" in page
    assert re.search(r"<p>[^<]+ 2021 [0-9:]+ to [^<]+ 2021 [0-9:]+</p>", page)
    assert before is None
    assert "Bringing in older messages" == browser.job().title


def test_no_screenshot_is_asked_for_of_a_chat_that_does_not_open(browser: FormBrowser) -> None:
    """While it opens, it is."""
    before = browser.get("/emergency?job=job1")
    shut = Observation("room.inaccessible", f"room/{ROOM}", {"reason": "not_listed", "status": 404}, ROOM)
    ArchiveMaker(browser.context.home).append([shut], minutes=300)

    assert [True, False] == ["Take screenshots" in page for page in (before, browser.get("/emergency?job=job1"))]


def test_the_client_of_a_direct_job_is_reached_without_a_platform(browser: FormBrowser) -> None:
    """There is none whose messages could be used; only where it is known that there is none."""
    platform = browser.get("/emergency?what=gone&job=job1")
    ArchiveMaker(browser.context.home).contract("job2", platform="direct", client="佐藤", title="記事")
    direct = browser.get("/emergency?what=gone&job=job2")

    assert [True, False] == ["Write to the client where" in page for page in (platform, direct)]
    assert "Reach the client outside Chatwork" in direct
    assert [True, False] == ["for=support" in page for page in (platform, direct)]
    assert all(f"for={one}" in direct for one in ("lawyer", "consult"))


def test_who_asks_for_papers_is_made_sure_without_a_platform_where_there_is_none(browser: FormBrowser) -> None:
    """On the platform where there is one; else by another way."""
    maker = ArchiveMaker(browser.context.home)
    for job, platform in (("job2", "direct"), ("job3", None)):
        maker.contract(job, platform=platform, client="佐藤", title=job)

    pages = [browser.get(f"/emergency?what=asked&job=job{number}") for number in (1, 2, 3)]

    assert [True, False, False] == ["Make sure who asks" in page for page in pages]
    assert [False, True, True] == ["by another way that you know" in page for page in pages]


def test_a_person_is_removed_from_the_contacts_only_once_the_direct_chat_is_held(tmp_path: Path) -> None:
    """Removing deletes the direct chat on Chatwork: not while something of it is missing, nor for a group."""
    maker = story(tmp_path / "home")
    maker.contract("direct", [77], platform="stranger")
    maker.room("佐藤", room=77, is_direct=True)
    maker.sync([message_object(910, "口座番号を教えてください", sent=3, name="佐藤")], room=77, minutes=7)
    with open_application(tmp_path / "home") as browser:
        held, group = (browser.get(f"/emergency?what=stranger&job={one}") for one in ("direct", "job2"))
        usual = browser.get("/emergency?what=changed&job=direct")
        maker.gap(1, after=None, before="910", room=77, minutes=8)
        lacking = browser.get("/emergency?what=stranger&job=direct")
    maker.archive.close()

    shown = ["disappears from Chatwork" in page for page in (held, group, usual, lacking)]
    assert [True, False, False, False] == shown


def test_an_account_with_a_known_name_becomes_a_job_of_its_own(tmp_path: Path) -> None:
    """Its chats are saved, its export hides nothing and names both ids; then, and not before, it may be removed."""
    with running_world(tmp_path / "home") as world:
        world.sync()
        world.clock.pass_by(days=2)
        twin = world.chatwork.add_account("田中 公式")
        world.chatwork.accounts[twin].picture = "face-1"
        direct = world.chatwork.add_room("", members=[twin], type="direct")
        world.chatwork.post(direct, twin, "振込先が変わりました。みずほ銀行 普通 1234567")
        world.chatwork.add_room("", members=[world.chatwork.add_account("田中\n" + "公式 " * 3000)], type="direct")
        next_round(world, full=True)
        environ = {"CHATWORK_API_BASE_URL": world.chatwork.base_url, "CHATWORK_API_TOKEN": world.chatwork.token}
        with open_application(world.home, {"HOME": str(tmp_path), "PATH": "", **environ}) as browser:
            before = browser.get("/emergency")
            browser.post("/emergency/stranger", account=str(twin))
            browser.outcome()
            after, job = browser.get(f"/emergency?job=id{twin}"), browser.get(f"/contracts/id{twin}")
            talk = browser.get(f"/room/{direct}")
            order = browser.get(f"/packages/order?for=lawyer&contract=id{twin}")
            refused = browser.get(f"/packages/order?for=support&contract=id{twin}", status=422)
        roles = world.entries("mapping")

    assert f"(ID {twin})" in before
    assert f"The known account: ID {world.tanaka}, since" in before
    assert "Save what was said" in before
    assert [False, True] == ["disappears from Chatwork" in page for page in (before, after)]
    assert "from your contacts" not in before
    assert "Nothing is covered: this reader gets everything." in order
    assert "hides nothing" in refused
    assert [1, 30] >= [before.count("田中 公式 公式"), before.count("公式 公式")]
    assert [1, 0] == [re.sub("<[^>]+>", "", page).count(f"田中 公式 ID {twin}") for page in (talk, before)]
    assert "Terms of the job" not in job
    assert [(twin, "client")] == [(one["payload"]["account_id"], one["payload"]["state"]) for one in roles]
    assert (
        f"ID {world.tanaka}(2026-07-01から)と同じ名前の別のアカウント(2026-07-03から)" in roles[0]["payload"]["reason"]
    )
