"""The first run by clicking: each step is kept at once, wrong answers are said, and it goes on where it was left."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.notices import delivery
from archiver.notices.delivery import NoticeTrial
from archiver.setup import unattended
from archiver.setup.archive_setup import FirstRunStep, first_open_step
from archiver.store.queries.contracts import contracts
from archiver.store.working import remembered_values
from archiver.sync.report import SyncReport
from archiver.web.background_work import Job, JobOutcome, JobState
from archiver.web.home import home, start
from tests.support.archives.byte_search import files_with
from tests.support.chatwork.faults import Fault
from tests.support.console.application import OWN, SITE, FormBrowser, open_application
from tests.support.console.first_run_desk import FirstDayDesk
from tests.support.terminals.terminal import TOKEN


def hand_in_token(browser: FormBrowser) -> None:
    """Hand the token in, which makes the archive."""
    assert "/start" == browser.post("/start/token", token=TOKEN).headers["Location"]


def choose_group(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Choose the group and no direct chat, and wait for the first save."""
    answer = browser.post("/start/chats", {f"job_{desk.group}": "1"}, room=desk.group)
    assert "/start/automatic" == answer.headers["Location"]
    assert JobState.DONE is browser.job().state


def test_without_a_network_the_token_is_not_kept_and_the_page_says_so(desk: FirstDayDesk) -> None:
    """What cannot be checked is not stored."""
    environ = {**desk.environ, "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    with open_application(desk.home, environ) as browser:
        answer = browser.post("/start/token", token=TOKEN)
        nothing = browser.post("/start/token", token="").get_data(as_text=True)

    assert "Nothing was pasted." in nothing
    assert "Ctrl-C" not in nothing
    page = answer.get_data(as_text=True)
    assert 502 == answer.status_code
    assert not (desk.home / "token").exists()
    assert "Chatwork could not be reached" in page
    assert "paste the token again and press “Connect”" in page
    assert "next save" not in page


def test_a_direct_chat_with_the_same_person_is_shown_and_not_saved_unless_it_is_chosen(
    browser: FormBrowser, desk: FirstDayDesk
) -> None:
    """It stands beside the chat that was chosen, as no job; nothing is entered before the user has answered."""
    desk.chatwork.post(desk.direct, desk.tanaka, "ウグイス色でお願いします")
    hand_in_token(browser)

    page = browser.post("/start/chats", room=desk.group).get_data(as_text=True)
    before = first_open_step(browser.context), browser.context.jobs.last
    rooms = [desk.group, desk.direct]
    browser.post("/start/chats", dict(zip(job_fields(rooms), ("1", "none"), strict=True)), room=rooms)
    browser.job()
    (job,) = browser.kept(contracts)

    assert "you have not chosen it" in page
    assert ["1", "none"] == re.findall(r'value="(\w+)" selected', page)
    assert (FirstRunStep.CHATS, None) == before
    assert {desk.group} == job.room_ids
    assert set() == files_with(desk.home, "ウグイス色")


def test_two_clients_are_two_jobs(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Proposed by people and shown; nothing is kept before the answer; each has a name and an address."""
    hand_in_token(browser)
    rooms = [desk.group, desk.direct, desk.other]

    shown = browser.post("/start/chats", room=rooms).get_data(as_text=True)
    back = browser.post("/start/chats", back="yes", room=rooms).get_data(as_text=True)
    wrong = {f"job_{desk.group}": "1", "url_1": "no address", "title_1": "typed"}
    refused = browser.post("/start/chats", wrong, room=desk.group)
    nothing = browser.post("/start/chats", dict.fromkeys(job_fields(rooms), "none"), room=rooms)
    before = (first_open_step(browser.context), browser.context.jobs.last)
    set_up_two_jobs(browser, desk)
    jobs = {(one.title, one.platform_id): sorted(one.room_ids) for one in browser.kept(contracts)}

    assert sorted(map(str, rooms)) == sorted(
        re.findall(r'<div class="line"><input type="hidden" name="room" value="(\d+)"', shown)
    )
    assert ["1", "1", "2"] == re.findall(r'value="(\d)" selected', shown)
    assert 3 == len(re.findall(r'name="room" value="\d+" checked', back))
    assert (422, 422) == (refused.status_code, nothing.status_code)
    assert [True] * 2 == [f'value="{typed}"' in refused.get_data(as_text=True) for typed in ("no address", "typed")]
    assert (FirstRunStep.CHATS, None) == before
    assert FirstRunStep.AUTOMATIC is first_open_step(browser.context)
    assert {("動画", "48151623"): sorted(rooms[:2]), ("記事", "42108642"): [desk.other]} == jobs


def set_up_two_jobs(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Choose the chats and give them to two jobs, each with its name and address."""
    jobs = {desk.group: "1", desk.direct: "1", desk.other: "2"}
    given = {f"job_{room}": job for room, job in jobs.items()} | {"title_1": "動画", "title_2": "記事"}
    given |= {f"url_{job}": f"crowdworks.jp/contracts/{n}" for job, n in (("1", "48151623"), ("2", "42108642"))}
    browser.post("/start/chats", given, room=list(jobs))
    assert JobState.DONE is browser.job().state


def job_fields(rooms: list[int]) -> list[str]:
    """The fields in which the job of each chat is chosen."""
    return [f"job_{room}" for room in rooms]


def test_the_whole_first_run(
    browser: FormBrowser, desk: FirstDayDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is resumed where it was left, the last one once; then the first page with what was saved."""

    def at() -> str:
        return str(browser.client.get("/start", base_url=SITE).headers["Location"])

    stops = [at()]
    asking = browser.get("/start/token")
    hand_in_token(browser)
    stops.append(at())
    choose_group(browser, desk)
    stops.append(at())
    page = browser.get("/start/automatic")
    later = browser.client.get("/start/chats", base_url=SITE).headers["Location"]
    done = browser.post("/start/automatic", notices="on").headers["Location"]
    shown = browser.get(done)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    browser.post("/start/automatic", icon="on")
    placed = browser.get(done)
    (entry,) = (tmp_path / "data" / "applications").iterdir()
    browser.post("/settings/icon", icon="off")

    (contract,) = browser.kept(contracts)
    assert ["/start/token", "/start/chats", "/start/automatic"] == stops
    assert 4 == page.count('role="switch"') == page.count(" checked>")
    assert ("/start", "/start/done") == (later, done)
    assert ('type="password"' in asking, 'class="secret"' in asking) == (False, True), "browsers keep passwords"
    assert "All is set up. 3 messages and 0 files are on this computer." in re.sub(r"\s+", " ", shown)
    assert 'class="btn first" href="/home"' in shown
    assert [False, True, False] == ["computer&#39;s menu" in shown, "computer&#39;s menu" in placed, entry.exists()]
    assert [desk.group] == [room.room_id for room in contract.rooms]
    assert first_open_step(browser.context) is None
    assert "動画編集_田中様" in browser.get("/home")


def test_a_save_that_left_out_a_chat_does_not_begin_with_saved(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """The first words are what a frightened reader takes away: they say that something is missing."""
    hand_in_token(browser)
    choose_group(browser, desk)
    desk.chatwork.fail(Fault.FORBIDDEN, f"/rooms/{desk.group}/messages", times=None)
    browser.post("/home/save")
    partly = browser.outcome()
    desk.chatwork.heal()
    browser.post("/home/save")
    wholly = browser.outcome()

    assert partly.head.startswith("Not everything could be saved. Kept so far: "), partly
    assert wholly.head.startswith("Saved. "), wholly


def test_the_notice_is_tried_on_the_spot(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for it by itself, once; what came of it is kept, also that none could be shown."""
    hand_in_token(browser)
    choose_group(browser, desk)
    before = browser.get("/start/automatic")
    failed = browser.post("/start/notices/test").get_data(as_text=True)
    trial = browser.kept(remembered_values.NOTICE_TRIAL.recall)
    monkeypatch.setattr(delivery, "send_test_notice", lambda *_words: NoticeTrial(True, 0, ()))
    sent = browser.post("/start/notices/test", headers={**OWN, "HX-Request": "true"}).get_data(as_text=True)
    seen = browser.post("/start/notices/seen", seen="yes").get_data(as_text=True)
    browser.post("/start/automatic", notices="on")

    assert ['hx-trigger="load, submit"' in page for page in (before, failed)] == [True, False]
    assert "No alert came on this desktop" in failed
    assert trial is not None
    assert ((), ("desktop",)) == (trial.seen, trial.unseen)
    assert ("Did you see it?" in sent, "<html" in sent) == (True, False)
    assert "You saw the test alert." in seen
    assert "an alert on this computer tells you" in browser.get("/start/done")


@pytest.mark.drawn
def test_a_contract_is_added_and_its_saving_ended_and_begun_by_clicking(
    browser: FormBrowser, desk: FirstDayDesk
) -> None:
    """A second job needs no typed command; what was saved stays, and ending it asks for no erasing."""
    hand_in_token(browser)
    choose_group(browser, desk)

    nothing = browser.post("/add-contract")
    answer = browser.post("/add-contract", room=desk.other)
    added = browser.get(answer.headers["Location"])
    browser.post("/contracts/job2", state="stopped")
    states = {one.id: one.state for one in browser.kept(contracts)}
    browser.post("/contracts/job2", state="open")
    begun = {one.id: one.state for one in browser.kept(contracts)}

    assert (422, 302) == (nothing.status_code, answer.status_code)
    assert "The job is added." in added
    assert {"job1": "open", "job2": "stopped"} == states
    assert {"job1": "open", "job2": "open"} == begun
    assert 'href="/add-contract"' in browser.get("/contracts/job1")


def test_a_chat_of_another_job_is_not_left_in_both_without_a_word(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """It moves, or is parted by a day; the last chat of a job stays with it."""
    hand_in_token(browser)
    rooms = [desk.group, desk.direct]
    browser.post("/start/chats", dict.fromkeys(job_fields(rooms), "1"), room=rooms)
    browser.job()

    asked = browser.post("/add-contract", room=desk.direct).get_data(as_text=True)
    browser.post("/add-contract", {f"job_{desk.direct}": "1"}, room=desk.direct)
    last = browser.post("/add-contract", {f"job_{desk.group}": "1"}, room=desk.group)
    days = {f"job_{desk.group}": "1", f"from_{desk.group}": "2026-11-01"}
    browser.post("/add-contract", days, room=desk.group)
    periods = [(one.id, room.room_id, room.start, room.end) for one in browser.kept(contracts) for room in one.rooms]

    day = datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert "It belongs to 動画編集_田中様 now" in asked
    assert (422, True) == (last.status_code, "no other chat" in last.get_data(as_text=True))
    moved = ("job2", desk.direct, None, None)
    assert [("job1", desk.group, None, day), moved, ("job3", desk.group, day, None)] == periods


@pytest.mark.drawn
def test_a_chat_is_moved_taken_out_and_erased_by_clicking(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Of what leaves a job it is said what stays saved; packages are named; the last chat of a job stays."""
    hand_in_token(browser)
    rooms = [desk.group, desk.direct, desk.other]
    browser.post("/start/chats", dict(zip(job_fields(rooms), "112", strict=True)), room=rooms)
    browser.job()

    tab = browser.get("/contracts/job1")
    last = browser.post("/contracts/job2", {f"job_{desk.other}": "none"})
    told = browser.post("/contracts/job1", {f"job_{desk.direct}": "job2"}).get_data(as_text=True)
    target = browser.get("/contracts/job2")
    moved = {one.id: sorted(one.room_ids) for one in browser.kept(contracts)}
    again = browser.post("/contracts/job1", {f"job_{desk.group}": "job1"}).get_data(as_text=True)
    out = browser.post("/contracts/job2", {f"job_{desk.other}": "none"}).get_data(as_text=True)
    page = browser.get(f"/contracts/job1/erase?room={desk.other}")
    back = browser.post("/contracts/job1", {f"job_{desk.other}": "job1"}).get_data(as_text=True)
    held = browser.get(f"/contracts/job1/erase?room={desk.other}")
    erased = browser.post("/contracts/job1", {f"job_{desk.other}": "erase"})

    assert f'<input type="hidden" name="job_{desk.direct}" value="job1">' in told  # to undo it
    assert f"/contracts/job1/erase?room={desk.other}" == erased.location
    assert f'name="job_{desk.direct}" value="job2"' in tab
    assert 422 == last.status_code
    assert {"job1": [desk.group], "job2": sorted([desk.direct, desk.other])} == moved
    assert f"田中” ({desk.direct}) is moved from “動画編集_田中様” to “記事作成チーム”" in told
    assert [True, True, False] == ["common: 田中 / 記事作成チーム" in one for one in (told, target, again)]
    assert f"記事作成チーム” ({desk.other}) is taken out of “記事作成チーム”" in out
    assert "Kept of it: 0 messages, 0 files" in out
    assert f"記事作成チーム” ({desk.other}) is put into “動画編集_田中様”." in back
    assert "Erase: 記事作成チーム" in page
    assert f'name="room" value="{desk.other}"' in page
    assert "belongs to job1" in held


def test_without_a_network_the_page_of_chats_says_what_to_press(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """There is no next run yet that would try again; the token need not be entered once more."""
    hand_in_token(browser)
    csrf, reachable = browser.token(), desk.environ["CHATWORK_API_BASE_URL"]
    desk.environ["CHATWORK_API_BASE_URL"] = "http://127.0.0.1:9"
    page = browser.get("/start/chats", status=503)
    chosen = browser.post("/start/chats", csrf=csrf, room=desk.group)
    desk.environ["CHATWORK_API_BASE_URL"] = reachable

    for text in (page, chosen.get_data(as_text=True)):
        assert "Chatwork could not be reached" in text
        assert 'href="/start/chats">Show the chats' in text
        assert "next save" not in text
    assert "動画編集_田中様" in browser.get("/start/chats")


@pytest.mark.drawn
def test_a_trouble_of_chatworks_own_is_not_laid_on_the_users_network(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """It answered, so this computer is online: wait a little, then the same button."""
    desk.chatwork.fail(Fault.MAINTENANCE, times=None)
    refused = browser.post("/start/token", token=TOKEN).get_data(as_text=True)
    desk.chatwork.heal()
    browser.post("/start/token", token=TOKEN)
    desk.chatwork.fail(Fault.MAINTENANCE, times=None)
    unanswered = browser.get("/start/chats", status=503)

    for page in (refused, unanswered):
        assert "Chatwork gave no usable answer" in page
        assert "Wait a little" in page
        assert "online" not in page


def test_a_first_save_that_fails_says_what_to_press(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called saved, and the button beside it begins anew."""

    def fail(*_words: object, **_named: object) -> SyncReport:
        raise errors.Unreachable(path="/rooms", detail="no connection")

    hand_in_token(browser)
    with monkeypatch.context() as patch:
        patch.setattr(home, "run_round", fail)
        browser.post("/start/chats", {f"job_{desk.group}": "1"}, room=desk.group)
        failed = browser.outcome()
        page = browser.get("/start/automatic")
    again = browser.post("/start/save").headers["Location"]
    saved = browser.outcome()

    assert "Nothing could be saved yet." == failed.head
    assert "next save" not in page
    assert 'action="/start/save"' in page
    assert "/start/automatic" == again
    assert saved.is_complete, saved


def test_a_chat_is_told_by_its_people_and_its_last_message(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """They are asked for when the chat comes into sight, and nothing of it is kept."""
    hand_in_token(browser)
    page, people = browser.get("/start/chats"), browser.get(f"/start/people/{desk.group}")
    unknown = browser.get("/start/people/999")

    assert f'hx-get="/start/people/{desk.group}"' in page
    assert f'hx-get="/start/people/{desk.direct}?direct=True"' in page
    assert "nothing is saved yet" in page
    assert ("田中" in people, "メッセージ 2" in people, "山田" in people) == (True, True, False)
    assert "" == unknown.strip()
    assert set() == files_with(desk.home, "メッセージ 2")


def test_automatic_saving_that_is_chosen_while_the_first_save_runs_is_set_up_after_it(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same job, so that nothing is pressed twice; the last page tells what came of it."""
    go_on = threading.Event()

    def save(_job: Job, _context: object, *, is_first: bool) -> JobOutcome:
        go_on.wait(30)
        return JobOutcome("saved", is_complete=is_first)

    tried = unattended.JobTrial(has_saved=True, error_name=None, is_saving=False)
    monkeypatch.setattr(unattended, "try_job", lambda *_given, **_named: tried)
    monkeypatch.setattr(unattended, "is_idle", lambda _kind: False)
    monkeypatch.setattr(start, "save_now", save)
    hand_in_token(browser)
    browser.post("/start/chats", room=desk.other)
    browser.post("/start/automatic", automatic="on", notices="on")
    while_it_runs = browser.get("/start/done")
    go_on.set()
    outcome = browser.outcome()

    assert "It is saving. You may close this page." in while_it_runs
    assert outcome.head.startswith("Registered with ")
    assert [True] * 2 == [text in browser.get("/start/done") for text in ("All is set up.", outcome.head)]
