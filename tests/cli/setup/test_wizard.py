"""The first run on a pseudo-terminal, led through and left at each step; `init` twice at once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.cli.contracts.chat_choice import find_names, read_room_wish
from archiver.cli.terminal.output import columns
from archiver.records import Contract
from archiver.setup.archive_setup import clean_token
from archiver.setup.fact_questions import read_page
from archiver.setup.written_values import InvalidAnswer
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contract_payload, contracts
from tests.support.archives.byte_search import package_files_with, places_of
from tests.support.chatwork.simulator import Chatwork
from tests.support.console.first_run_desk import PROGRAM, ROOT, FirstDayDesk
from tests.support.reports.pdf_reader import needs_poppler
from tests.support.terminals.pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal
from tests.support.terminals.terminal import TOKEN, Terminal


class Desk(Terminal):
    """A user's computer with a crontab, no password store and no archive yet."""

    def __init__(self, folder: Path, chatwork: Chatwork) -> None:
        super().__init__(folder / "home", chatwork)
        first = FirstDayDesk(folder, chatwork)
        self.folder, self.chatwork, self.tanaka, self.sato = folder, chatwork, first.tanaka, first.sato
        self.group, self.direct, self.other = first.group, first.direct, first.other
        self.environ |= first.environ | {"ARCHIVE_LANG": "en"}
        del self.environ["CHATWORK_API_TOKEN"]

    def init(self, *options: str, **environ: str) -> PseudoTerminal:
        """`archive init` on a terminal."""
        return PseudoTerminal([str(self.folder / "bin" / "archive"), "init", *options], self.environ | environ)

    def contract(self) -> dict[str, Any]:
        """The first contract, as the archive stores it."""
        (contract,) = self.contracts()
        return contract

    def contracts(self) -> list[dict[str, Any]]:
        """The contracts, as the archive stores them."""
        return [contract_payload(contract) for contract in self.kept(contracts)]


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """A user's computer and a Chatwork that answers."""
    return Desk(tmp_path, chatwork)


def choose(tty: PseudoTerminal, *names: str) -> None:
    """Choose chats by their names."""
    tty.answer("", " ".join(number_of(tty, name) for name in names))


def number_of(tty: PseudoTerminal, name: str) -> str:
    """The number of a chat whose list is on the screen."""
    lines = [line for line in tty.shown.splitlines() if f" {name} " in line and "messages" in line]
    return lines[0].split()[0]


@pytest.mark.drawn
def test_the_whole_first_run(desk: Desk) -> None:
    """Wrong answers are asked again; in the end the job saves by itself, and all that was said is kept."""
    with desk.init(DISPLAY=":9", XDG_DATA_HOME=str(desk.folder / "data")) as tty:
        tty.answer("not be shown):", "wrong token")
        tty.answer("not be shown):", "f" * 32)
        tty.see("API token doesn't work")
        tty.answer("not be shown):", TOKEN)
        tty.see("Account: yamada")
        tty.see("Numbers:")
        tty.answer("", "9")
        tty.see("from 1 to 3")
        tty.see("Numbers:")
        choose(tty, "動画編集_田中様")
        tty.see("direct chat")
        tty.answer("[yes]:", "perhaps")
        tty.answer("[yes]:", "")
        tty.answer("such as 2 1:", "")
        tty.see("Messages 100 (Chatwork counts 103)")
        tty.see("archive guide old")
        tty.answer("or number:", "https://crowdworks.jp/public/jobs")
        tty.answer("or number:", "https://crowdworks.jp/contracts/12345678")
        tty.answer("2026-10-02 14:05):", "2099-01-01")
        tty.answer("2026-10-02 14:05):", "2026/7/1 9:05")
        tty.see("サービス外連絡申請")
        tty.answer("2026-10-03):", "")
        tty.answer("[no/yes/unknown]:", "あり")
        tty.answer("computer runs? [yes]:", "")
        tty.answer("time stamps? [yes]:", "no")
        tty.see("cron")
        tty.see("It was run once the way cron runs a job, and it saved.")
        leave_notices(tty)
        tty.answer("on the desktop? [yes]:", "")
        code = tty.end()

    (entry,) = (desk.folder / "data/applications").iterdir()
    assert f"--home {desk.home} app" in entry.read_text(encoding="utf-8")
    assert (0, True) == (code, "Done. Exports are put into:" in tty.shown)
    assert [] == [
        line for line in tty.shown.splitlines() if columns(line) > 80 and line[0] != "\r" and "/home/" not in line
    ]
    assert TOKEN not in tty.shown
    assert TOKEN == (desk.home / "token").read_text(encoding="utf-8").strip()
    assert 0 == (desk.home / "token").stat().st_mode & 0o077
    assert f"--home {desk.home}" in (desk.folder / "table").read_text(encoding="utf-8")
    contract = desk.contract()
    assert {desk.group, desk.direct} == {room["room_id"] for room in contract["rooms"]}
    facts = {
        name: contract.get(name) for name in ("platform", "platform_id", "escrowed_at", "nda", "contact_approved_on")
    }
    expected = {"platform": "crowdworks", "platform_id": "12345678", "escrowed_at": "2026-07-01 09:05", "nda": True}
    assert expected | {"contact_approved_on": None} == facts
    with desk.init() as tty:
        code = tty.end()
    assert (0, True, True) == (code, "Everything is set up" in tty.shown, "12345678" in tty.shown)


@pytest.mark.drawn
@needs_poppler
def test_two_clients_are_two_jobs_and_neither_is_in_the_others_package(desk: Desk) -> None:
    """Proposed by people, changed and accepted; nothing is saved before; each job's facts are asked for."""
    facts = (("or number:", "48151623"), ("platform):", "1"), ("14:05):", ""), ("10-03):", ""), ("unknown]:", "no"))
    desk.chatwork.post(desk.other, desk.sato, "ウグイス色でお願いします")
    with desk.init() as tty:
        tty.answer("not be shown):", TOKEN)
        tty.see("Numbers:")
        choose(tty, "動画編集_田中様", "記事作成チーム", "田中")
        tty.see("Job 2")
        tty.answer("such as 2 1:", "3 1")
        tty.answer("such as 2 1:", "3 2")
        tty.answer("such as 2 1:", "2 9")
        assert (set(), []) == (places_of(desk.home, "メッセージ 102", "ウグイス"), desk.contracts())
        tty.answer("such as 2 1:", "")
        tty.answer("[動画編集_田中様]:", "動画編集")
        tty.answer("[記事作成チーム]:", "")
        for question, answer in [*facts, ("or number:", "42108642"), *facts[1:]]:
            tty.answer(question, answer)
        tty.answer("computer runs? [yes]:", CTRL_C)
        tty.end()

    jobs = {one["title"]: [room["room_id"] for room in one["rooms"]] for one in desk.contracts()}
    assert {"動画編集": [desk.group, desk.direct], "記事作成チーム": [desk.other]} == jobs
    secrets = {
        "job1": ("動画編集", "メッセージ 102", desk.group, desk.direct, desk.tanaka, "田中", "48151623", "job1"),
        "job2": ("記事作成", "ウグイス", desk.other, desk.sato, "佐藤", "42108642", "job2"),
    }
    for job, other in (("job1", "job2"), ("job2", "job1")):
        package = Path(desk.json("export", job, "--for", "lawyer")["path"])
        assert [True] * 3 == [bool(package_files_with(package, str(word))) for word in secrets[job][:3]]
        assert set() == package_files_with(package, *map(str, secrets[other]))


STEPS = (
    ("not be shown):", TOKEN),
    ("Numbers:", None),
    ("Save it too? [yes]:", "no"),
    ("or number:", "12345678"),
    ("without a platform):", "1"),
    ("2026-10-02 14:05):", ""),
    ("2026-10-03):", ""),
    ("[no/yes/unknown]:", "no"),
    ("computer runs? [yes]:", "no"),
    ("time stamps? [yes]:", "no"),
    ("no mail):", ""),
    ("way off (on this desktop)? [no]:", "no"),
)
"""Every question and a good answer; None: the number of the group."""

PROMISES_EN = ("only reads", "stays", "newest 100", "only on this computer", "platform's record decides")
PROMISES_JA = ("読み取り専用", "そのまま残ります", "最新100件", "このパソコンの中", "仕事を受けたサービスの記録")
"""A word of each sentence that stands before the first question."""

AGAIN = {"Save it too? [yes]:": "Numbers:", "way off (on this desktop)? [no]:": "no mail):"}
"""Questions whose step is kept only as a whole: it begins there again."""


def is_told_to_go_on(tty: PseudoTerminal, desk: Desk) -> bool:
    """Whether the last words say how to go on, and with which home."""
    return "".join(tty.shown.split()).endswith(f"Togoon:archive--home{desk.home}init")


@pytest.mark.drawn
def test_left_at_each_question_it_goes_on_there(desk: Desk) -> None:
    """By Ctrl-C or the end of input: what was answered is never asked again, and it is said how to go on."""
    begin = 0
    for position, (question, _answer) in enumerate(STEPS):
        with desk.init() as tty:
            for before, answer in STEPS[begin:position]:
                reply(tty, before, answer)
            tty.answer(question, (CTRL_C, CTRL_D)[position % 2])
            code = tty.end()
        assert (130, True) == (code, is_told_to_go_on(tty, desk)), tty.shown
        assert "Traceback" not in tty.shown
        questions = [one for one, _ in STEPS if one in tty.shown]
        assert [one for one, _ in STEPS[begin : position + 1]] == questions
        begin = position - 1 if question in AGAIN else position

    with desk.init() as tty:
        for step in STEPS[begin:]:
            reply(tty, *step)
        code = tty.end()
    assert (0, True) == (code, "Done." in tty.shown)
    assert ("12345678", False) == (desk.contract()["platform_id"], desk.contract()["nda"])


def leave_notices(tty: PseudoTerminal) -> None:
    """Answer the last questions: no mail, and the desktop, which is not there, stays as it is."""
    for question, answer in STEPS[-2:]:
        tty.answer(question, answer)


def reply(tty: PseudoTerminal, question: str, answer: str | None) -> None:
    """Answer one question of `STEPS`."""
    tty.see(question)
    tty.answer("", number_of(tty, "動画編集_田中様") if answer is None else answer)


@pytest.mark.drawn(but="ja")
@pytest.mark.parametrize(
    ("lang", "mark", "words"), [("en", "  - ", PROMISES_EN), ("ja", "  ・", PROMISES_JA)], ids=["en", "ja"]
)
def test_what_it_does_and_does_not_is_said_before_the_token_is_asked_for(
    desk: Desk, lang: str, mark: str, words: tuple[str, ...]
) -> None:
    """Five sentences of one line each; whoever goes on later reads one."""
    with desk.init(ARCHIVE_LANG=lang) as tty:
        tty.see("[1/5]")
        tty.answer(":", CTRL_C)
        tty.end()
    head = tty.shown.partition("[1/5]")[0].splitlines()

    promises = [line for line in head if line.startswith("  ")]
    assert [True] * 5 == [line.startswith(mark) and columns(line) <= 80 for line in promises]
    assert [True] * 5 == [word in line for line, word in zip(promises, words, strict=True)]

    with desk.init(ARCHIVE_LANG=lang) as tty:
        tty.see("[1/5]")
        tty.answer(":", CTRL_C)
        tty.end()
    assert 1 == len(tty.shown.partition("[1/5]")[0].strip().splitlines())


@pytest.mark.drawn
def test_another_accounts_token_never_takes_the_place_of_the_first(desk: Desk) -> None:
    """Neither the first run nor `init token` stores it."""
    with desk.init() as tty:
        tty.answer("not be shown):", TOKEN)
        tty.answer("Numbers:", CTRL_C)
        tty.end()
    with Chatwork(token="e" * 32) as elsewhere:
        for _ in range(3):
            elsewhere.add_account("else")
        elsewhere.owner = elsewhere.add_account("sato")
        archive = str(desk.folder / "bin" / "archive")
        (desk.folder / "bin" / "archive").write_text(
            PROGRAM.format(python=sys.executable, address=elsewhere.base_url, root=str(ROOT)), encoding="utf-8"
        )
        with PseudoTerminal([archive, "init", "token"], desk.environ) as tty:
            tty.answer("not be shown)", "e" * 32)
            code = tty.end()

    assert (5, True) == (code, "belongs to account" in tty.shown), tty.shown
    assert TOKEN == (desk.home / "token").read_text(encoding="utf-8").strip()


@pytest.mark.drawn
def test_where_nobody_types_a_token_is_not_waited_for(desk: Desk) -> None:
    """One sentence and exit 2, without a warning of Python's about an echo."""
    for command in ("init", "init token"):
        process = subprocess.run(
            desk.command(*command.split()), env=desk.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert (2, False) == (process.returncode, "GetPassWarning" in process.stderr), process.stderr
        assert "nobody can answer here" in process.stderr


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("1", (1,)), ("3、1 3", (3, 1)), ("2,1", (2, 1)), ("", ()), ("田中", ())],
)
def test_numbers_are_understood_however_they_are_parted(answer: str, expected: tuple[int, ...]) -> None:
    """By blanks, commas and 、, each once; no number asks for more of the list."""
    assert expected == read_room_wish(answer, 3, more=True).numbers


@given(strategies.text(), strategies.integers(1, 500), strategies.booleans())
def test_no_answer_gives_a_chat_that_is_not_there(answer: str, count: int, more: bool) -> None:
    """Whatever is typed: numbers of the list, words to look for, the next page, or the question again."""
    with suppress(InvalidAnswer):
        wish = read_room_wish(answer, count, more=more)
        assert all(1 <= number <= count for number in wish.numbers)
        assert wish.numbers or more


@given(strategies.text())
def test_any_page_or_number_is_read_or_asked_again(answer: str) -> None:
    """Nothing that is typed ends the first run."""
    with suppress(InvalidAnswer):
        assert read_page(answer, Contract("job1", ())).keys() <= {"platform", "platform_id", "url"}


def test_names_are_found_whatever_their_width() -> None:
    """Full-width letters of a Japanese keyboard find half-width names."""
    assert [0, 2] == find_names(["abc動画", "記事", "ＡＢＣ"], "Abc")


def test_full_width_characters_are_folded() -> None:
    """They come from Japanese keyboards."""
    full_width = TOKEN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789abcdef"})
    assert TOKEN == clean_token(f"  {full_width}\u3000")
    with pytest.raises(InvalidAnswer):
        clean_token(" ")


def test_a_second_init_says_that_another_one_is_at_work(tmp_path: Path) -> None:
    """It touches nothing, as a half made database must not become the archive."""
    home = tmp_path / "home"
    home.mkdir()
    with Chatwork(token=TOKEN) as chatwork, Archive(home).round_lock():
        terminal = Terminal(home, chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"

        told = terminal.run("init", "--yes", code=11)

    assert "is being set up by another archive init at the moment" in told
    assert ["sync.lock"] == [path.name for path in home.iterdir()]


@pytest.mark.drawn
def test_inits_at_once_make_one_archive(tmp_path: Path) -> None:
    """Each ends well or says that another one is at work; the archive can be used."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        command = terminal.command("init", "--yes")

        running = [subprocess.Popen(command, env=terminal.environ, stderr=subprocess.PIPE) for _ in range(3)]
        ends = [(process.communicate()[1], process.returncode) for process in running]

    assert 0 in [code for _errors, code in ends]
    assert {code for _errors, code in ends} <= {0, 11}, ends
    assert "job1" not in terminal.run("job")
    assert [] == list(terminal.home.glob("*.new*"))
