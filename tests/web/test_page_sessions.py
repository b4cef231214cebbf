"""What users click and what must stand on the page: each file of `sessions` is played from top to bottom.

A file begins with a sentence about it and the stage that it needs (`stage:`, a key of `STAGES`).
    GET /page            is asked for; the expected status stands before it unless it is 200
    POST /page a=b       is a form; 302 unless another status stands before it; `a@NAME` hands in a file of this name
    HX /page a=b         is a form that posts itself; 200
    > WORDS              is done by a function of `Clicks`
      text               stands on the page or in its address to go on to; `! text` does not; `/pattern/` is found
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from html import unescape
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from archiver.cli.language_and_help import set_language
from archiver.settings.other_archives import state_folder
from archiver.store import seals
from archiver.web.background_work import JobState
from tests.custody.test_erasures import make_archive
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, at, message_object, story
from tests.support.chatwork.faults import Fault
from tests.support.console.application import (
    NO_TOKEN,
    OWN,
    SITE,
    FormBrowser,
    offline,
    open_application,
    open_job_with_day_of_payment,
)
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.saved_archive import set_up
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.client import HOST, Browser, open_viewer
from tests.support.viewer.page_text import words_of
from tests.web.exports.test_package_making import make_archive_of_others
from tests.web.talk.test_files import make_files
from tests.web.test_lost_and_damaged import DAMAGES, ENGLISH, damage

FOLDER = Path(__file__).with_name("sessions")
STATUSES = {"GET": 200, "POST": 302, "HX": 200}
FOLD = re.compile('<details class="fold">.*?</details>', re.DOTALL)


class Clicks:
    """A browser before the application, and the page that it shows."""

    def __init__(self, folder: Path, browser: FormBrowser | Browser, desk: FirstDayDesk | None = None) -> None:
        self._browser, self.desk, self.opened = browser, desk, ExitStack()
        self.page = self.location = self.place = ""
        self.values: dict[str, object] = {"tmp": folder, "home": folder / "home", "TOKEN": TOKEN}
        self.values |= {"ROOM": ROOM, "OTHER_ROOM": OTHER_ROOM, "CLIENT": CLIENT}
        if desk is not None:
            self.values |= {name: getattr(desk, name) for name in ("group", "other", "direct", "tanaka")}

    @property
    def browser(self) -> FormBrowser:
        """The browser, where it can send forms."""
        assert isinstance(self._browser, FormBrowser)
        return self._browser

    def play(self, line: str) -> None:
        """One line of a session."""
        if line.startswith("  "):
            self.expect(line.strip())
            return
        status, verb, words = re.fullmatch(r"([0-9]*) ?(GET|POST|HX|>) (.*)", line.format_map(self.values)).groups()  # type: ignore[union-attr]
        place, *fields = shlex.split(words)
        if verb == ">":
            getattr(self, place)(*fields)
        else:
            answer = self.answer(verb, place, fields)
            self.location = str(answer.headers.get("Location", ""))
            self.page = answer.get_data(as_text=True) + self.location
            assert int(status or STATUSES[verb]) == answer.status_code, (line, self.page)

    def answer(self, verb: str, place: str, fields: list[str]) -> TestResponse:
        """The answer to a request."""
        if verb == "GET":
            self.place = place
            site = SITE if isinstance(self._browser, FormBrowser) else f"http://{HOST}"
            return self._browser.client.get(place, base_url=site)
        given: dict[str, list[object]] = {}
        for field in fields:
            name, sign, value = re.fullmatch(r"([a-z_0-9]+)([=@])(.*)", field, re.DOTALL).groups()  # type: ignore[union-attr]
            given.setdefault(name, []).append(value if sign == "=" else FileStorage(io.BytesIO(b"x"), value))
        return self.browser.post(place, given, headers=OWN if verb == "POST" else {**OWN, "HX-Request": "true"})

    def expect(self, words: str) -> None:
        """Look at the page."""
        if words[0] == words[-1] == "/":
            assert re.search(words[1:-1].format_map(self.values), self.page), (words, self.page)
            return
        if words.startswith("! "):
            assert words[2:].format_map(self.values) not in self.page, (words, words_of(self.page))
            return
        wanted = words.format_map(self.values)
        assert any(wanted in text for text in (self.page, unescape(self.page), words_of(self.page))), (
            words,
            words_of(self.page),
        )

    # --- what a line with > does -----------------------------------------------------------------

    def done(self) -> None:
        """The work in the background has ended well; its page is shown."""
        self._ended(is_good=True)

    def failed(self) -> None:
        """It has ended otherwise."""
        self._ended(is_good=False)

    def _ended(self, *, is_good: bool) -> None:
        job = self.browser.job()
        told = [] if job.outcome is None else [job.outcome.head, *job.outcome.lines]
        assert is_good == (job.state is JobState.DONE and job.outcome is not None and job.outcome.is_complete), told
        self.page = "\n".join([*told, self.browser.get("/job")])
        assert "Traceback" not in self.page

    def chatwork(self, name: str, *given: str) -> None:
        """Something that the simulated Chatwork can do."""
        assert self.desk is not None
        getattr(self.desk.chatwork, name)(*(int(one) if one.isdigit() else one for one in given))

    def fail(self, fault: str, pattern: str = "") -> None:
        """From now on Chatwork fails where an address has this pattern."""
        assert self.desk is not None
        self.desk.chatwork.fail(Fault[fault], pattern, times=None)

    def press(self, name: str, value: str) -> None:
        """Press a button of the page on which messages are read, which hands in what was shown of each."""
        digests = dict(re.findall(r'name="(digest_\w+)" value="([0-9a-f]{64})"', self.page))
        answer = self.browser.post(self.place, {**digests, name: value})
        assert answer.status_code == 302, self.page
        self.page = self.browser.get(str(answer.location))

    def follow(self) -> None:
        """Go to where the answer leads."""
        self.page = self.browser.get(self.location)

    def post_messages(self, number: str) -> None:
        """New messages in the group."""
        assert self.desk is not None
        for index in range(int(number)):
            self.desk.chatwork.post(self.desk.group, self.desk.tanaka, f"納品の相談 {index}")

    def write(self, path: str, text: str) -> None:
        """A file on this computer."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")

    def move(self, path: str, target: str) -> None:
        """A file or folder goes elsewhere."""
        Path(path).rename(target)

    def there(self, *patterns: str) -> None:
        """These are on this computer."""
        assert [] == [one for one in patterns if not list(Path(str(self.values["tmp"])).glob(one))]

    def gone(self, *patterns: str) -> None:
        """These are not."""
        assert [] == [one for one in patterns if list(Path(str(self.values["tmp"])).glob(one))]

    def lacks(self, path: str, *texts: str) -> None:
        """A file holds none of these texts."""
        body = Path(path).read_text(encoding="utf-8")
        assert [] == [text for text in texts if text in body]

    def holds(self, pattern: str, text: str) -> None:
        """The one file of this pattern holds this text."""
        (path,) = Path(str(self.values["tmp"])).glob(pattern)
        assert text.encode() in path.read_bytes()

    def damage(self, path: str, how: str) -> None:
        """Damage a database as `DAMAGES` says; its log is gone."""
        damage(Path(path), DAMAGES[how])

    def remove(self, path: str) -> None:
        """Take a file or a folder away."""
        shutil.rmtree(path) if Path(path).is_dir() else Path(path).unlink()

    def replace(self, pattern: str, old: str, new: str) -> None:
        """The one file of this pattern says something else wherever it said this."""
        (path,) = Path(str(self.values["tmp"])).glob(pattern)
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))

    def append(self, path: str, code: str) -> None:
        """More bytes at the end of a file, in hexadecimal digits."""
        with Path(path).open("ab") as file:
            file.write(bytes.fromhex(code))

    def reopen(self) -> None:
        """The application is closed and opened again."""
        assert self.desk is not None
        self._browser = self.opened.enter_context(open_application(self.desk.home, self.desk.environ))

    def forget(self) -> None:
        """This computer has no note of an archive any more."""
        shutil.rmtree(state_folder())

    def recorded(self, kind: str, number: str) -> None:
        """The archive has so many records of this kind."""
        with closing(sqlite3.connect(self.browser.context.archive.database)) as database:
            found = database.execute("SELECT count(*) FROM entry WHERE kind = ?", (kind,)).fetchone()
        assert (int(number),) == found

    def plain(self) -> None:
        """No word of another program stands on the page, but where it is folded for whoever mends it."""
        shown = words_of(FOLD.sub("", self.page.partition("<main")[2]))
        assert not ENGLISH.search(shown), shown

    def menu(self, *addresses: str) -> None:
        """The menu leads there and nowhere else."""
        nav = self.page.partition('<nav class="nav"')[2].partition("</nav>")[0]
        assert [*addresses] == re.findall(r'<li><a href="([^"]+)"', nav)

    def nowhere(self, *texts: str) -> None:
        """No file of the archive holds one of these texts."""
        files = [path for path in self.browser.context.home.rglob("*") if path.is_file()]
        assert [] == [(path, text) for path in files for text in texts if text.encode() in path.read_bytes()]


# --- stages --------------------------------------------------------------------------------------


@contextmanager
def job(folder: Path) -> Iterator[Clicks]:
    """The application over the story; Chatwork cannot be reached."""
    story(folder / "home").archive.close()
    with open_application(folder / "home", offline(folder / "home", CHATWORK_API_TOKEN=NO_TOKEN)) as browser:
        yield Clicks(folder, browser)


@contextmanager
def crowdworks(folder: Path) -> Iterator[Clicks]:
    """The same with a job on CrowdWorks, records that no seal holds yet, and no token at all."""
    maker = story(folder / "home")
    maker.contract("job1", platform="crowdworks", client="田中", title="動画", url="https://crowdworks.jp/contracts/1")
    maker.sync([message_object(30, "検収OKです", sent=200)], minutes=202)
    maker.archive.close()
    (folder / "home" / "archive.toml").write_text('[token]\nsource = "file:token"\n')
    with open_application(maker.home) as browser:
        yield Clicks(folder, browser)


@contextmanager
def pay(folder: Path) -> Iterator[Clicks]:
    """A job in whose chat the day of payment was told."""
    with open_job_with_day_of_payment(folder / "home") as browser:
        yield Clicks(folder, browser)


@contextmanager
def others_named(folder: Path) -> Iterator[Clicks]:
    """The application over two people who speak of others, beside another job; there is no token."""
    make_archive_of_others(folder / "home")
    with open_application(folder / "home") as browser:
        yield Clicks(folder, browser)


@contextmanager
def two_jobs(folder: Path) -> Iterator[Clicks]:
    """Two jobs that share a chat, the first of which is saved again."""
    maker = make_archive(folder / "home")
    maker.contract("job1", [OTHER_ROOM])
    maker.archive.close()
    with open_application(maker.home, offline(maker.home, CHATWORK_API_TOKEN=NO_TOKEN)) as browser:
        yield Clicks(folder, browser)


@contextmanager
def first_day(folder: Path) -> Iterator[Clicks]:
    """A computer on the first day, with a Chatwork that answers."""
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(folder, chatwork, messages=3)
        with open_application(desk.home, desk.environ) as browser:
            yield Clicks(folder, browser, desk)


@contextmanager
def talk(folder: Path) -> Iterator[Clicks]:
    """The viewer over the story, sealed, and a hundred messages more, one of them hostile."""
    maker = story(folder / "home")
    seals.close_seals(maker.archive, now=at(300))
    more = [message_object(number, f"第{number}話の納品です") for number in range(1000, 1100)]
    more.append(message_object(2000, "<script>赤い</script>\u202e文字 C++で100%: 完了\n二行目"))
    maker.sync(more, minutes=310)
    maker.account(77, "<b>鈴木</b>\u202e", minutes=320)
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        yield Clicks(folder, browser)


@contextmanager
def saved(folder: Path) -> Iterator[Clicks]:
    """The same after the first run."""
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(folder, chatwork, messages=3)
        set_up(desk)
        with open_application(desk.home, desk.environ) as browser:
            clicks = Clicks(folder, browser, desk)
            with clicks.opened:
                yield clicks


@contextmanager
def files(folder: Path) -> Iterator[Clicks]:
    """The viewer over files of every kind and state."""
    make_files(folder / "home")
    with open_viewer(folder / "home") as browser:
        yield Clicks(folder, browser)


@contextmanager
def in_japanese(folder: Path) -> Iterator[Clicks]:
    """The same in Japanese."""
    set_language("ja")
    with saved(folder) as clicks:
        yield clicks


STAGES: dict[str, Callable[[Path], object]] = {
    "job": job,
    "CrowdWorks": crowdworks,
    "pay": pay,
    "others named": others_named,
    "two jobs": two_jobs,
    "first day": first_day,
    "saved": saved,
    "saved, in Japanese": in_japanese,
    "talk": talk,
    "files": files,
}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.txt"))])
def test_a_session_is_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Every page and every form answers as expected."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)  # asked anew, whatever a case before it has used
    _sentence, stage, *lines = path.read_text(encoding="utf-8").splitlines()
    with STAGES[stage.removeprefix("stage: ")](tmp_path) as clicks:  # type: ignore[attr-defined]
        for line in lines:
            if line.strip() and not line.startswith("#"):
                clicks.play(line)
