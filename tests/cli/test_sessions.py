"""What users type and what must stand on their screen: each file of `sessions` is played from top to bottom.

A file begins with a sentence about it and the stage that it needs (`stage:`, a key of `STAGES`), and perhaps `drawn`.
    $ archive …     is run; the expected exit code stands before the sign unless it is 0. Variables may stand before it,
                    and behind `<` what is typed into it
    > WORDS         is done by a function of `Stage`; `> NAME = WORDS` keeps what it gives, for `{NAME}` in later lines
    t$ archive …    is run on a terminal of its own, where `? QUESTION | ANSWER` waits for a question and types (`^C`,
                    `^D`, `#NAME` for the number of a chat), a text is waited for, `= text` stands there in the end
      text          stands in what the last command printed; blanks and line ends do not count
      ! text        does not
      /pattern/     is found in it; what its group holds is kept where a name stands before: `name = /pattern/`
      .a.0.b value  is that value of the last command's document
Of every command: no trace, no sign that a terminal obeys, pages of 80 columns, and after exit code 2 no new entry.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from archiver.cli.main import main
from archiver.evidence.chain import digest_file
from archiver.render.invisible_characters import columns
from archiver.settings import file
from archiver.settings.model import AuthoritySetting
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from tests.custody.test_erasures import GONE, copy_of_before, make_archive
from tests.support import recovery_files
from tests.support.archives.byte_search import files_with, package_files_with
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, hidden_story, message_object, story
from tests.support.archives.tampering import flip_bit
from tests.support.archives.unused_pages import story_with_unused_pages
from tests.support.chatwork.faults import Fault
from tests.support.chatwork.simulator import Chatwork
from tests.support.console.first_run_desk import FirstDayDesk
from tests.support.packages.exported_archives import (
    FACTS,
    THIRD,
    export_package,
    keep_all_read,
    reopen_maker,
    story_with_secrets,
)
from tests.support.receivers.mail_server import PASSWORD, USER, running_mail_server
from tests.support.receivers.notice_receiver import running_receiver
from tests.support.receivers.ping_receiver import CHECK, running_ping_receiver
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal
from tests.support.terminals.terminal import TOKEN, Terminal

FOLDER = Path(__file__).with_name("sessions")
PAGES = {"show", "status", "verify"}
"""Commands whose whole pages fit into 80 columns."""


STORE = """
from pathlib import Path
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    place = Path(__file__).with_name("kept")

    def get_password(self, service, username):
        return self.place.read_text() if self.place.exists() else None

    def set_password(self, service, username, password):
        self.place.write_text(password)

    def delete_password(self, service, username):
        self.place.unlink()
"""


class Stage(Terminal):
    """A terminal, the simulated Chatwork behind it, and what the lines of a session have kept."""

    def __init__(self, folder: Path, chatwork: Chatwork, open_servers: ExitStack) -> None:
        super().__init__(folder / "home", chatwork)
        self.open = open_servers
        self.chatwork, self.values = (
            chatwork,
            dict[str, object](tmp=folder, home=folder / "home", ESC="\x1b", TOKEN=TOKEN, owner=chatwork.owner),
        )
        self.output, self.is_here = "", False
        self.tty: PseudoTerminal | None = None
        self.tty_code, self.tty_end, self.tty_fits = 0, list[str](), False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def play(self, line: str) -> None:
        """One line of a session."""
        if self.tty is not None and line.startswith("  "):
            self.talk(self.tty, line.strip().format_map(self.values))
            return
        self.hang_up()
        if line.startswith("  "):
            self.expect(line.strip().format_map(self.values) if "/" != line.strip()[0] else line.strip())
            return
        code, kind, words = re.fullmatch(r"([0-9]*)([$>]|t[$]) (.*)", line).groups()  # type: ignore[union-attr]
        words = words.format_map(self.values)
        if kind == "$":
            self.type_in(shlex.split(words), int(code or 0))
        elif kind == "t$":
            given = shlex.split(words)
            place, own = given.index("archive"), Path(str(self["tmp"])) / "bin" / "archive"
            environ = self.environ | dict(word.split("=", 1) for word in given[:place])
            command = [str(own), *given[place + 1 :]] if own.exists() else self.command(*given[place + 1 :])
            self.tty = self.open.enter_context(PseudoTerminal(command, environ))
            self.tty_code, self.tty_end, self.tty_fits = int(code or 0), [], "init" in given
        else:
            name, step = re.fullmatch(r"(?:(\w+) = )?(.*)", words).groups()  # type: ignore[union-attr]
            verb, *given = shlex.split(step)
            self.values[name] = getattr(self, verb)(*given)

    def talk(self, tty: PseudoTerminal, words: str) -> None:
        """One line of a dialogue."""
        if found := re.fullmatch(r"\? ?(.*?) ?\| ?(.*)", words):
            tty.see(found[1])
            keys = {"^C": CTRL_C, "^D": CTRL_D}.get(found[2], found[2])
            tty.answer("", re.sub("#([^ ]+)", lambda chat: _number_of(tty.shown, chat[1]), keys))
        elif words.startswith("> "):
            verb, *given = shlex.split(words[2:])
            getattr(self, verb)(*given)
        elif words.startswith(("= ", "! ")):
            self.tty_end.append(words.removeprefix("= "))
        else:
            tty.see(words)

    def hang_up(self) -> None:
        """A dialogue has to end as expected, with what has to stand there or not."""
        if self.tty is None:
            return
        code, self.output = self.tty.end(), self.tty.shown
        assert (self.tty_code, False) == (code, "Traceback" in self.output), self.output
        lines = [line for line in self.output.splitlines() if columns(line) > 80 and str(self["tmp"]) not in line]
        assert not self.tty_fits or [] == [line for line in lines if not line.startswith("\r")]
        self.tty = None
        for words in self.tty_end:
            self.expect(words)

    def type_in(self, words: list[str], code: int) -> None:
        """Run one command."""
        place = words.index("archive")
        environ = dict(word.split("=", 1) for word in words[:place])
        before = self.entries() if code == 2 else 0
        if self.is_here:
            stdout, stderr = self.called(*words[place + 1 :], code=code)
        elif "<" in words:
            stdout, stderr = self.pasted(words[-1], *words[place + 1 : -2], code=code, **environ)
        else:
            stdout, stderr = self.both(*words[place + 1 :], code=code, **environ)
        self.output = stdout + stderr
        assert "\x1b" not in self.output
        assert code != 2 or before == self.entries(), words  # what cannot be meant is not entered
        if PAGES & {*words} and "--json" not in words:
            wide = [line for line in stdout.splitlines() if columns(line) > 80 and str(self["tmp"]) not in line]
            assert [] == wide, words

    def called(self, *arguments: str, code: int) -> tuple[str, str]:
        """What a command prints that is called in this process, as a session of many quick ones has it."""
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            assert code == main(["--home", str(self.home), "--lang", "en", *arguments]), err.getvalue()
        return out.getvalue(), err.getvalue()

    def pasted(self, text: str, *arguments: str, code: int, **environ: str) -> tuple[str, str]:
        """What a command prints that gets a line on standard input."""
        streams: dict[str, Any] = {"capture_output": True, "text": True, "encoding": "utf-8"}
        process = subprocess.run(
            self.command(*arguments), env=self.environ | environ, input=f"{text}\n", check=False, **streams
        )
        assert (code, False) == (process.returncode, "Traceback" in process.stderr), process.stdout + process.stderr
        return process.stdout, process.stderr

    def expect(self, words: str) -> None:
        """Look at what the last command printed."""
        if found := re.fullmatch(r"\.([\w.]+) (.*)", words):
            value = json.loads(self.output.splitlines()[0])
            for name in found[1].split("."):
                value = value[int(name) if name.isdigit() else name]
            assert json.loads(found[2]) == value, words
        elif found := re.fullmatch(r"(?:(\w+) = )?/(.*)/", words):
            seen = re.search(found[2], self.output, re.MULTILINE)
            assert seen, (words, self.output)
            if found[1]:
                self.values[found[1]] = seen[1]
        else:
            is_there = _joined(words.removeprefix("! ")) in _joined(self.output)
            assert is_there != words.startswith("! "), (words, self.output)

    def entries(self) -> int:
        """How many entries the archive holds."""
        if not (self.home / DATABASE).exists():
            return 0
        with closing(sqlite3.connect(self.home / DATABASE)) as database:
            (count,) = database.execute("SELECT count(*) FROM entry").fetchone()
            return int(count)

    # --- what a line with > does -----------------------------------------------------------------

    def chat(self, name: str, *members: str) -> int:
        """A chat with people who are known to Chatwork already, or new ones."""
        for member in members:
            if member not in self.values:
                self.values[member] = self.chatwork.add_account(member)
        return self.chatwork.add_room(name, members=[self[member] for member in members], announce=False)

    def post(self, room: str, author: str, text: str) -> str:
        """A message in a chat; the author is a person's name, or `me`."""
        by = self.chatwork.owner if author == "me" else self[author]
        return self.chatwork.post(int(room), by, text)

    def upload(self, room: str, author: str, name: str, content: str) -> int:
        """A file in a chat."""
        by = self.chatwork.owner if author == "me" else self[author]
        return int(self.chatwork.upload(int(room), by, name, data=content.encode()))

    def upload_large(self, room: str, author: str, name: str, size: str) -> None:
        """A file of so many bytes, whatever they are."""
        self.chatwork.upload(int(room), self[author], name, size=int(size))

    def delete(self, *messages: str) -> None:
        """Messages that their author deletes."""
        for message in messages:
            self.chatwork.delete(message, moves_room=True)

    def fail(self, fault: str, pattern: str) -> None:
        """From now on Chatwork fails where an address has this pattern."""
        self.chatwork.fail(Fault[fault], pattern, times=None)

    def fail_with(self, status: str, pattern: str) -> None:
        """The same, with an answer of this status."""
        self.chatwork.fail(Fault.REPLY, pattern, times=None, status=int(status), body=b'{"errors":["x"]}')

    def another_account(self) -> str:
        """The address of Chatwork as another account sees it, with the token `{another}`."""
        self.values["another"] = "e" * len(TOKEN)
        other = self.open.enter_context(Chatwork(token="e" * len(TOKEN)))
        while other.owner == self.chatwork.owner:
            other.owner = other.add_account("別人")
        return other.base_url

    def authority(self, what: str) -> None:
        """Stop or start the time-stamp authority."""
        getattr(self["tsa"], what)()

    def another_root(self) -> None:
        """The certificate of another authority stands in the place of the user's."""
        (self.home / "a.pem").write_text(SimulatedAuthority().root_pem, encoding="ascii")

    def chatwork_does(self, name: str, *given: str) -> None:
        """Whatever else the simulated Chatwork can do: `stop`, `remove_owner` …"""
        getattr(self.chatwork, name)(*(int(one) if one.isdigit() and len(one) < 12 else one for one in given))

    def write(self, path: str, text: str) -> None:
        """A file on this computer."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text.replace("\\n", "\n"), encoding="utf-8")
        Path(path).chmod(0o600)

    def forged_page(self, path: str, *messages: str) -> None:
        """A page of a chat as a browser saves it, with other texts than Chatwork's."""
        page = recovery_files.mhtml([(self["room"], message) for message in messages])
        Path(path).write_bytes(page.replace(b"=E6=9C=AC=E6=96=87", b"=E5=81=BD"))

    def copy(self, path: str, target: str) -> None:
        """A copy of a file or folder."""
        shutil.copytree(path, target) if Path(path).is_dir() else shutil.copy(path, target)

    def move(self, path: str, target: str) -> None:
        """A file goes elsewhere."""
        Path(path).rename(target)

    def setting(self, old: str, new: str) -> None:
        """Another text in `archive.toml`."""
        self.replace(f"{self.home}/archive.toml", old, new)

    def replace(self, path: str, old: str, new: str) -> None:
        """Another text in a file, in the place of the first of these."""
        text = Path(path).read_text(encoding="utf-8")
        assert old in text
        Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def found(self, pattern: str) -> Path:
        """The one file or folder of that pattern below the folder of the test."""
        (path,) = Path(str(self["tmp"])).glob(pattern)
        return path

    def remove(self, pattern: str) -> None:
        """Take a file or a folder away."""
        path = self.found(pattern)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def damage(self, pattern: str) -> None:
        """Flip a bit of a file."""
        flip_bit(self.found(pattern), 5)

    def sql(self, statement: str) -> None:
        """Change the database past the program."""
        with closing(sqlite3.connect(self.home / DATABASE)) as database, database:
            database.executescript(statement)

    def there(self, *paths: str) -> None:
        """These files or folders are there."""
        assert [] == [path for path in paths if not Path(path).exists()]

    def gone(self, *paths: str) -> None:
        """These are not."""
        assert [] == [path for path in paths if Path(path).exists()]

    def read(self, path: str) -> None:
        """What a file holds is what the next lines look at; of a PDF its words."""
        if path.endswith(".pdf"):
            self.output = "".join(page.extract_text() for page in PdfReader(path).pages)
        else:
            self.output = Path(path).read_text(encoding="utf-8-sig")

    def sha256(self, path: str) -> str:
        """The digest of a file."""
        return digest_file(Path(path))

    def unzip(self, path: str, name: str) -> None:
        """The same of a file in a zip, whose folder is not named."""
        with zipfile.ZipFile(path) as packed:
            self.output = packed.read(f"{Path(path).stem}/{name}").decode("utf-8-sig")

    def decide(self, path: str) -> None:
        """The file of a script that has read every message of the preview that was printed last."""
        opened = json.loads(self.output.splitlines()[0])["preview"]["opened"]
        self.write(path, json.dumps([{"id": one["id"], "digest": one["digest"]} for one in opened]))

    def keys(self, place: str, *names: str) -> None:
        """The last document, or (with a name in the place of `.`) a part of it, has these keys and no others."""
        document = json.loads(self.output.splitlines()[0])
        assert {*names} == (document if place == "." else document[place]).keys()

    def holds(self, path: str, text: str) -> None:
        """A file holds this and nothing else."""
        assert text == Path(path).read_text(encoding="utf-8").strip()

    def organization(self, name: str) -> None:
        """The organisation of the archive's owner."""
        owner = self.chatwork.accounts[self.chatwork.owner]
        owner.organization, owner.organization_id = name, 7

    def mailed(self, *words: str) -> None:
        """So many mails came, each with its words."""
        mails = [mail.get_content() for mail in self["mail"].mails]
        assert [] == [mail for mail, word in zip(mails, words, strict=True) if word not in mail]

    def noticed(self, *words: str) -> None:
        """So many notices came elsewhere since the last look, each with its words."""
        notices = self["notices"].texts[len(self["seen"]) :]
        self["seen"].extend(notices)
        assert [] == [notice for notice, word in zip(notices, words, strict=True) if word not in notice]

    def pinged(self, *states: str) -> None:
        """These signs of life came."""
        assert [*states] == self["pings"].states

    def lock(self, home: str) -> None:
        """Another run works on an archive from now on."""
        Path(home).mkdir(exist_ok=True)
        self.values["round"] = self.open.enter_context(ExitStack())
        self["round"].enter_context(Archive(Path(home)).round_lock())

    def unlock(self) -> None:
        """It has ended."""
        self["round"].close()

    def nowhere(self, place: str, *texts: str) -> None:
        """No file below a folder holds one of these texts, packed or not."""
        search = package_files_with if shutil.which("pdftotext") else files_with
        assert set() == search(Path(place), *texts)


def _number_of(screen: str, name: str) -> str:
    """The number of a chat whose list is on the screen."""
    lines = [line for line in screen.splitlines() if f" {name} " in line and "messages" in line]
    return lines[0].split()[0]


def _joined(text: str) -> str:
    return "".join(text.split())


# --- stages --------------------------------------------------------------------------------------


def job(stage: Stage) -> None:
    """One job on CrowdWorks, saved: a chat with 田中 in it, one message, one file that has a hostile name."""
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    stage.values["message"] = stage.post(str(room), "田中", "仮払いは来週です")
    stage.values["file"] = stage.upload(str(room), "田中", "\x1b[31m納品.zip", "zip bytes")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room, "--url", "https://crowdworks.jp/contracts/12345678")
    stage.run("sync")


def direct_job(stage: Stage) -> None:
    """A direct client who promised the pay by message."""
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    stage.post(str(room), "田中", "動画10本の編集をお願いします。")
    stage.values["promise"] = stage.post(str(room), "田中", "報酬は11万円、お支払いは翌月末です。")
    stage.values["asked"] = stage.post(str(room), "me", "お支払いはいつになりますか。")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room, "--platform", "direct", "--title", "動画編集")
    stage.run("sync")


def long_chat(stage: Stage) -> None:
    """Four messages that no list shows any more, as a hundred newer ones stand before them."""
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    for number in range(4):
        stage.values[f"old{number}"] = stage.post(str(room), "田中", f"前の約束 {number}")
    for number in range(100):
        stage.post(str(room), "田中", f"あとの {number}")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room)
    stage.run("sync")


def sealing(stage: Stage) -> None:
    """A job whose seals an authority stamps; nothing is saved yet."""
    stage.environ["ARCHIVE_LANG"] = "en"
    stage.values["tsa"] = authority = stage.open.enter_context(SimulatedAuthority())
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room)
    stage.write(f"{stage.home}/a.pem", authority.root_pem)
    file.update_settings(stage.home, {"timestamp.authorities": [AuthoritySetting("a", authority.url, "a.pem")]})


def two_exports(stage: Stage) -> None:
    """The story, of which two exports were made."""
    stage.environ["ARCHIVE_LANG"] = "en"
    made = story(stage.home)
    for minutes in (300, 360):
        export_package(made, "consult", stage.home.parent / "out", minutes=minutes)
    made.archive.close()


def searched(stage: Stage) -> None:
    """The story, with 120 messages more, one in markup and one that a terminal would obey."""
    stage.is_here = True
    stage.values |= {"CLIENT": CLIENT, "ROOM": ROOM, "OTHER_ROOM": OTHER_ROOM}
    made = story(stage.home)
    messages = [message_object(number, f"第{number}話の納品です") for number in range(1000, 1120)]
    messages.append(message_object(1999, f"[To:{CLIENT}]髙橋さん[info][title]見積[/title]単価は5,000円[/info]"))
    messages.append(message_object(2000, "\x1b[31m赤い\u202e文字\n二行目"))
    made.sync(messages, minutes=300)
    made.archive.close()


def hidden_by_the_plan(stage: Stage) -> None:
    """The story after the free plan has hidden an edited, a deleted and an unchanged message."""
    stage.is_here = True
    stage.values |= {"CLIENT": CLIENT, "ROOM": ROOM}
    hidden_story(stage.home).archive.close()


def unread_case(stage: Stage) -> None:
    """A job with a third person in it, and something to cover."""
    stage.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    stage.values |= {"CLIENT": CLIENT, "THIRD": THIRD, "ROOM": ROOM, "OTHER_ROOM": OTHER_ROOM}
    made = story_with_secrets(stage.home)
    made.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="編集", client="田中", **FACTS)
    midnight = message_object(40, "日が変わった", sent=14 * 60, account=OWNER, name="yamada")
    made.sync([midnight], minutes=14 * 60 + 1)
    made.archive.close()


def case(stage: Stage) -> None:
    """The same, of which every message was read."""
    unread_case(stage)
    made = reopen_maker(stage.home)
    keep_all_read(made.archive, minutes=15 * 60)
    made.archive.close()


def servers_of_alerts(stage: Stage) -> None:
    """A saved job on a computer without a desktop; servers of mails, of signs of life, and of notices."""
    job(stage)
    stage.environ |= {"ARCHIVE_LANG": "en", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    stage.environ["PATH"] = str(stage["tmp"])
    stage.values["mail"] = mail = stage.open.enter_context(running_mail_server())
    stage.values["pings"] = pings = stage.open.enter_context(running_ping_receiver())
    stage.values["notices"] = notices = stage.open.enter_context(running_receiver())
    stage.values |= {"mail_port": mail.port, "ping": pings.address(), "receiver": f"json://{notices.place}", "seen": []}
    stage.values |= {"USER": USER, "PASSWORD": PASSWORD, "CHECK": CHECK}


def two_ended_jobs(stage: Stage) -> None:
    """Two stopped jobs that share a chat and a file; what the first alone holds is `gone` once it is erased."""
    stage.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    stage.values["gone"] = " ".join(GONE)
    make_archive(stage.home).archive.close()


def erased_since_the_copy(stage: Stage) -> None:
    """A backup of before an erasure, and the note of the erasure in a folder that its settings name."""
    stage.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    copy_of_before(stage.home.parent)


def unused_pages(stage: Stage) -> None:
    """The story, two megabytes of whose database are pages that hold nothing."""
    stage.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    story_with_unused_pages(stage.home)


def crontab(stage: Stage) -> None:
    """A job on a computer that has a crontab and no other scheduler."""
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", stage.chat("動画", "田中"))
    program = Path(str(stage["tmp"])) / "bin" / "crontab"
    stage.write(str(program), CRONTAB.format(state=stage["tmp"]).replace("\n", "\nPATH=/usr/bin:/bin\n", 1))
    program.chmod(0o755)
    stage.environ |= {"PATH": str(program.parent), "HOME": str(stage["tmp"])}


def first_run(stage: Stage) -> None:
    """A computer with a crontab, no password store and no archive yet; a client in an organisation has three chats."""
    desk = FirstDayDesk(Path(str(stage["tmp"])), stage.chatwork)
    stage.values |= {"group": desk.group, "direct": desk.direct, "other": desk.other}
    stage.values |= {"田中": desk.tanaka, "佐藤": desk.sato}
    stage.environ |= desk.environ | {"ARCHIVE_LANG": "en"}
    stage.environ.pop("CHATWORK_API_TOKEN")


def paper_store(stage: Stage) -> None:
    """The same, with a store of passwords that a job of the scheduler cannot open."""
    first_run(stage)
    stage.write(f"{stage['tmp']}/paper_store.py", STORE)
    stage.environ |= {"PYTHON_KEYRING_BACKEND": "paper_store.Keyring", "PYTHONPATH": str(stage["tmp"])}


def token_in_a_file(stage: Stage) -> None:
    """An archive whose token lies in a file, and a session without a variable."""
    stage.environ |= {"ARCHIVE_LANG": "en", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    stage.run("init", "--yes")
    stage.environ["CHATWORK_API_TOKEN"] = ""
    stage.write(f"{stage.home}/token", TOKEN)
    stage.setting("env:CHATWORK_API_TOKEN", "file:token")


STAGES: dict[str, Callable[[Stage], None]] = {
    "job": job,
    "direct job": direct_job,
    "long chat": long_chat,
    "sealing": sealing,
    "two exports": two_exports,
    "searched": searched,
    "hidden by the plan": hidden_by_the_plan,
    "case": case,
    "unread case": unread_case,
    "servers of alerts": servers_of_alerts,
    "two ended jobs": two_ended_jobs,
    "erased since the copy": erased_since_the_copy,
    "unused pages": unused_pages,
    "crontab": crontab,
    "first run": first_run,
    "paper store": paper_store,
    "token in a file": token_in_a_file,
    "nothing": lambda _stage: None,
}


def session(path: Path) -> Any:
    """A session as a case: the name of its stage and its lines."""
    _sentence, stage, *lines = path.read_text(encoding="utf-8").splitlines()
    marks = [pytest.mark.drawn] if "drawn" in lines else []
    played = [line for line in lines if line.strip() and not line.startswith(("#", "drawn"))]
    return pytest.param(stage.removeprefix("stage: "), played, id=path.stem, marks=marks)


@pytest.mark.parametrize(("stage", "lines"), [session(path) for path in sorted(FOLDER.glob("*.txt"))])
def test_a_session_is_as_it_was_written(tmp_path: Path, stage: str, lines: list[str]) -> None:
    """Every command ends as expected and says what it must."""
    with ExitStack() as servers:
        chatwork = servers.enter_context(Chatwork(token=TOKEN, limit=100_000))
        terminal = Stage(tmp_path, chatwork, servers)
        STAGES[stage](terminal)
        for line in lines:
            terminal.play(line)
        terminal.hang_up()
