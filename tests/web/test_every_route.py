"""What is tried against every form and every page of the application, whichever they are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from archiver.store import schema
from tests.support.archives.maker import story
from tests.support.console.application import OWN, PORT, SITE, FormBrowser, open_application
from tests.support.console.routes import EXAMPLES, addresses, field_names

SECRET = "5" * 31 + "a"
"""An API token that nobody may see again."""

WRONG = "Something in this program is wrong"
"""What a job says that ended by a fault."""

ANEW = "/lost/anew"
"""The one form that may make an archive where the last one was: it is the answer to the question on its page."""

HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {"Origin": SITE},
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": SITE, "Sec-Fetch-Site": "same-site"},
    {"Origin": SITE, "Sec-Fetch-Site": "none"},
    {"Origin": f"http://localhost:{PORT}", "Sec-Fetch-Site": "same-origin"},
    {"Origin": f"http://127.0.0.1:{PORT + 1}", "Sec-Fetch-Site": "same-site"},
)
"""Where a form may say that it was sent from, or say nothing, and it is not our own page."""

HOSTS = ("evil.example", f"evil.example:{PORT}", f"127.0.0.1:{PORT + 1}", "127.0.0.1", f"127.0.0.1.evil.example:{PORT}")

INLINE = ("<style", " style=", " onclick=", "javascript:")

ODD = ("", "0", "-1", "x", "9" * 5000, "..", "\0", "'\"<>%", "田\u202e", "../../etc/passwd")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over an archive whose stored token is `SECRET`; neither Chatwork nor a scheduler is there."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    (tmp_path / "home" / "token").write_text(SECRET, encoding="ascii")
    (tmp_path / "home" / "token").chmod(0o600)
    with open_application(tmp_path / "home") as browser:
        (tmp_path / "home" / "archive.toml").write_text('[token]\nsource = "file:token"\n', encoding="utf-8")
        yield browser


def forms(browser: FormBrowser, values: Mapping[str, str] = EXAMPLES) -> list[str]:
    """The address of every form; the one that ends the application, and shuts this browser out, is the last."""
    return sorted(addresses(browser.client.application, "POST", values), key=lambda path: path == "/settings/end")


def state_of(browser: FormBrowser) -> tuple[object, ...]:
    """What a form could have changed: entries, settings, a job, the end."""
    with browser.context.archive.reading() as reading:
        last = reading.sql.execute(select(func.max(schema.entry.c.seq))).scalar()
    settings = (browser.context.home / "archive.toml").read_bytes()
    return last, settings, browser.context.jobs.last, browser.context.ended.is_set()


def test_no_form_is_taken_from_elsewhere(browser: FormBrowser) -> None:
    """Another site, another port, or a browser that does not say: refused even with cookie and token.

    Each form meets a third of them, and each of them a third of the forms: one gate stands before all.
    """
    before, token = state_of(browser), browser.token()

    answers = {
        (path, tuple(headers.items())): browser.post(path, csrf=token, headers=headers).status_code
        for number, path in enumerate(forms(browser))
        for headers in HEADERS[number % 3 :: 3]
    }
    assert len(answers) > 10 * len(HEADERS)
    assert {403} == set(answers.values())
    assert before == state_of(browser)


def test_no_form_is_taken_without_its_token(browser: FormBrowser) -> None:
    """Nor with one that somebody made up, nor with that of another browser."""
    before = state_of(browser)
    with open_application(browser.context.home, browser.context.environ) as other:
        foreign = other.token()

    answers = {
        (path, token): browser.post(path, csrf=token).status_code
        for path in forms(browser)
        for token in ("", "IjEi.aGVsbG8.x", foreign)
    }

    assert {403} == set(answers.values())
    assert before == state_of(browser)


def test_no_form_is_taken_without_the_cookie(browser: FormBrowser) -> None:
    """Another program of this computer that knows the port and even a token can do nothing; a used key is none."""
    before, token, spent = state_of(browser), browser.token(), browser.gate.key
    browser.let_in()
    stranger = browser.client.application.test_client()

    late = stranger.get("/open", query_string={"key": spent}, base_url=SITE).status_code
    answers = {
        path: stranger.post(path, data={"csrf_token": token}, base_url=SITE, headers=OWN).status_code
        for path in forms(browser)
    }

    assert 403 == late
    assert {403} == set(answers.values())
    assert before == state_of(browser)


def test_no_address_answers_to_another_name(browser: FormBrowser) -> None:
    """A name of the web that was made to lead here (DNS rebinding) reads nothing and does nothing."""
    before, token, app = state_of(browser), browser.token(), browser.client.application
    answers = {}
    for host in HOSTS:
        headers = {**OWN, "Origin": f"http://{host}", "Host": host}
        for path in addresses(app, "GET"):
            answers[host, path] = browser.client.get(path, base_url=SITE, headers=headers).status_code
        for path in forms(browser):
            data = {"csrf_token": token}
            answers[host, path] = browser.client.post(path, data=data, base_url=SITE, headers=headers).status_code

    assert {421} == set(answers.values())
    assert before == state_of(browser)


def test_no_page_and_no_answer_shows_the_token(browser: FormBrowser) -> None:
    """Neither the stored one nor one that was just typed, whatever came of it.

    Nor has a page a script, a style or a handler within it: every answer carries the policy.
    """
    app, typed, form, shown = browser.client.application, "7" * 31 + "b", browser.token(), list[str]()
    inline, bare = list[str](), list[str]()
    for path in addresses(app, "GET"):
        answer = browser.client.get(path, base_url=SITE)
        text, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
        shown += [path for token in (SECRET, typed) if token in text]
        if answer.mimetype == "text/html":
            inline += [path for word in INLINE if word in text]
        is_whole = "default-src 'none'" in policy and "connect-src 'self'" in policy and "unsafe" not in policy
        bare += [] if is_whole or answer.mimetype != "text/html" else [path]
        bare += [] if "default-src 'none'" in policy else [path]
    for path in forms(browser):
        if path != "/settings/end":
            answer = browser.post(path, csrf=form, token=typed)
            everything = answer.get_data(as_text=True) + str(answer.headers) + browser.get("/job")
            shown += [path for token in (SECRET, typed) if token in everything]

    assert ([], [], []) == (shown, inline, bare)


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in range(1, len(ODD)))])
def test_odd_words_get_a_sentence_and_no_fault(browser: FormBrowser, turn: int) -> None:
    """In every part of every address and in every field of every form, each time another one."""
    odd = [*ODD[turn:], *ODD[:turn]]
    values = {**dict(zip(EXAMPLES, cycle(odd), strict=False)), "room": EXAMPLES["room"]}
    fields, token = dict(zip(sorted(field_names()), cycle(odd), strict=False)), browser.token()
    faults: list[tuple[str, object]] = []
    for parts in (values, EXAMPLES):
        for path in addresses(browser.client.application, "GET", parts):
            answer = browser.client.get(path, query_string=fields, base_url=SITE)
            faults += [(path, answer.status_code)] if answer.status_code == 500 else []
        for path in forms(browser, parts):
            answer = browser.post(path, fields, csrf=token)
            faults += [(path, answer.status_code)] if answer.status_code == 500 else []
            faults += [(path, WRONG)] if _is_faulty(browser) else []
        browser.let_in()

    assert [] == faults


def _is_faulty(browser: FormBrowser) -> bool:
    """Whether the last job ended by a fault of ours; it is not waited for long."""
    browser.context.jobs.leave(20)
    job = browser.context.jobs.last
    return job is not None and job.outcome is not None and job.outcome.head.startswith(WRONG)


def test_a_home_removed_underneath_is_said_everywhere(browser: FormBrowser) -> None:
    """Every page and every form gets a sentence and no trace; nothing is made where the archive was."""
    app, token, home = browser.client.application, browser.token(), browser.context.home
    home.rename(home.with_name("elsewhere"))
    faults: list[tuple[str, object]] = []
    for path in addresses(app, "GET"):
        answer = browser.client.get(path, base_url=SITE)
        text = answer.get_data(as_text=True)
        faults += [(path, answer.status_code)] if answer.status_code == 500 or "Traceback" in text else []
    for path in forms(browser):
        if not path.startswith(("/start", ANEW)):
            answer = browser.post(
                path, csrf=token, folder=str(home.with_name("usb")), to="x@example.com", address="https://a.example"
            )
            text = answer.get_data(as_text=True)
            faults += [(path, answer.status_code)] if answer.status_code == 500 or "Traceback" in text else []
            faults += [(path, WRONG)] if _is_faulty(browser) else []
            faults += [(path, "made")] if home.exists() else []

    browser.let_in()
    assert [] == faults
    assert "<form" in browser.get(ANEW)
    assert not home.exists()
    browser.post(ANEW, csrf=token)
    assert "<form" in browser.get("/start/token")


def test_a_key_pressed_in_two_tabs_of_one_browser_does_both(browser: FormBrowser) -> None:
    """Each tab's form is taken: the token is the browser's, not the tab's."""
    first, second = browser.token(), browser.token()

    answers = [browser.post("/contracts/job1", csrf=token, title=f"題{token[-2:]}") for token in (first, second, first)]

    assert [302, 302, 302] == [answer.status_code for answer in answers]


@pytest.mark.drawn
def test_names_of_files_are_never_paths(browser: FormBrowser) -> None:
    """Whatever separators, ends and hidden characters stand in it, nothing is written outside the archive."""
    token = browser.token()
    before = {path for path in browser.context.home.parent.rglob("*") if browser.context.home not in path.parents}
    for name in ("../../evil.png", "C:\\evil.exe", "a\0b", "x" * 5000):
        for path in forms(browser):
            if path != "/settings/end":
                browser.post(
                    path,
                    csrf=token,
                    given={"file": FileStorage(io.BytesIO(b"x"), name), "day": "2026-07-02", "kind": "other"},
                )

    after = {path for path in browser.context.home.parent.rglob("*") if browser.context.home not in path.parents}
    assert before == after
    assert not re.search("<bdi>[^<]*/etc", browser.get("/contracts/job1"))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["", "x", "..", "file", "loose"])
def test_no_form_takes_the_archive_itself_or_what_is_no_folder(browser: FormBrowser, place: str) -> None:
    """Nor a link that leads into it, a file, or a link to nowhere: nothing is written and nothing is set."""
    home, token = browser.context.home, browser.token()
    link = home.parent / "link"
    link.symlink_to(home, target_is_directory=True)
    (home.parent / "loose").symlink_to(home.parent / "nowhere")
    (home.parent / "file").touch()
    folders = [home / place, link / place] if place in {"", "x", ".."} else [home.parent / place]
    before = sorted(home.parent.iterdir())
    for folder in folders:
        for path in forms(browser):
            if path != "/settings/end":
                named = {name: str(folder) for name in ("folder", "packages", "also_to")}
                browser.post(path, {**named, "every": "1d"}, csrf=token)
                assert not _is_faulty(browser), path

    settings = browser.context.settings()
    assert (None, None, ()) == (settings.backup.to, settings.exports.folder, settings.exports.also_to)
    assert before == sorted(home.parent.iterdir())
    assert not (home / "x").exists()
