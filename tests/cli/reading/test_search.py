"""`archive search`, as a user sees it: marks, states, ids for an excerpt, filters, bad words, and the document."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from archiver.cli.main import main
from archiver.cli.reading.search import snippet_line
from archiver.cli.terminal.output import columns
from archiver.letter_folding import fold
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, hidden_story, message_object, story
from tests.support.cases import cases_of
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the story, with 120 messages more and one that a terminal would obey."""
    maker: ArchiveMaker = story(tmp_path_factory.mktemp("search") / "home")
    messages = [message_object(number, f"第{number}話の納品です") for number in range(1000, 1120)]
    messages.append(message_object(1999, f"[To:{CLIENT}]髙橋さん[info][title]見積[/title]単価は5,000円[/info]"))
    messages.append(message_object(2000, "\x1b[31m赤い\u202e文字\n二行目"))
    maker.sync(messages, minutes=300)
    maker.archive.close()
    return maker.home


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Calls `archive search` in this process."""
    return Runner(home, capsys)


class Runner:
    """Runs one search; what it printed is given, its exit code checked."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def __call__(self, *words: str, code: int = 0) -> tuple[str, str]:
        """stdout and stderr."""
        actual = main(["--home", str(self.home), "--lang", "en", "search", *words])
        printed = self.capsys.readouterr()
        assert code == actual, printed.err
        return printed.out, printed.err


def test_a_hit_shows_time_author_state_text_with_marks_and_id(run: Runner) -> None:
    """The marks are characters, so they are seen without colours and in a file."""
    out, err = run("払え")

    assert out.splitlines()[:2] == [
        f"2026-11-05 10:02  田中(ID {CLIENT})  [shown as deleted]  動画編集_田中様  m3",
        "  やっぱり今回の分は【払え】ません",
    ]
    assert f"archive --home {run.home} export 12345678 --messages m3\n" in err


@pytest.mark.drawn
def test_the_line_that_hands_messages_in_works_as_printed(run: Runner, tmp_path: Path) -> None:
    """There are two contracts: a line for each of those that have some of the messages, which makes its package."""
    _out, err = run("第1000話")

    (line,) = [one for one in err.splitlines() if "export" in one]
    words = shlex.split(line.partition("archive ")[2])
    assert 4 == main([*words, "--out", str(tmp_path / "out"), "--no-recheck"])  # nobody has read its messages


def test_a_hit_shows_words_and_no_markup(run: Runner) -> None:
    """Unless the markup is what was looked for; whichever variant of a kanji and form of a number was typed."""
    found, _err = run("高橋", "5000円")
    by_markup, _err = run("[info]")

    assert "  [To: 田中(解約済)] 【髙橋】さん 【見積】 単価は【5,000円】" in found
    assert "[title]見積[/title]" in by_markup


def test_days_are_taken_as_people_write_them(run: Runner) -> None:
    """What is no day is told with examples."""
    found, _err = run("払え", "--from", "2026年11月5日", "--to", "2026/11/5")
    _out, refused = run("払え", "--from", "いつか", code=2)

    assert "【払え】" in found
    assert "昨日" in refused


def test_an_earlier_text_is_marked_so(run: Runner) -> None:
    """An edit hides nothing."""
    out, _err = run("残り", "お願い")

    assert "[edited]  [earlier text]" in out
    assert "  【残り】3本も【お願い】します。" in out


def test_fifty_are_shown_and_the_others_counted(run: Runner) -> None:
    """The newest first; the document has them all."""
    out, err = run("納品")
    document = json.loads(run("納品", "--json")[0])

    assert 50 == out.count("【納品】")
    assert "and 70 more, older" in out
    assert "--messages m1119,m1118," in err
    assert (120, 120) == (document["total"], len(document["hits"]))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["どこにもない"], "Nothing was found.\n"),
        (["一昨日"], "archive --home {home} search --from 一昨日 --to 一昨日"),
        *((["--", word], "Nothing was found.") for word in ("--", "---", "--json")),
    ],
)
def test_nothing_found_is_no_error(run: Runner, words: list[str], told: str) -> None:
    """A day that no text has leads to what was written then; what follows two dashes is no option."""
    out, err = run(*words)

    assert ("", True) == (out, told.format(home=run.home) in err)


def test_words_that_must_not_be_there_and_filters_come_through_the_command_line(run: Runner) -> None:
    """A word that begins with a minus sign is no option; options narrow as filters do."""
    assert "m3" not in run("-払え", "--chat", str(ROOM), "--to", "2026-11-05")[0]
    assert run("has:delete", "from:田中")[0] == run("has:delete", "--author", "田中")[0]
    assert run("after:2026-11-06", "は")[0] == run("は", "--from", "2026-11-06")[0] == ""
    assert "900" not in run("の", "--job", "job1")[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        *cases_of(__file__, "what_cannot_be_meant_ends_with_2_and_a_sentence"),
        (["after:2026-11-02", "before:2026-11-01"], "Error"),
        (["after:2026-11-02", "--to", "2026-11-01"], "Error"),
        (["お願い", "--author", ""], "Error"),
        (["--nonsense"], "Error"),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_a_sentence(run: Runner, words: list[str], sentence: str) -> None:
    """No trace, nothing on stdout, neither an empty nor a full list."""
    out, err = run(*words, code=2)

    assert "" == out
    assert sentence in err


def test_what_a_terminal_would_obey_is_shown_as_its_number(run: Runner) -> None:
    """On the screen; a document has the text as it is."""
    out, _err = run("赤い")
    document = json.loads(run("赤い", "--json")[0])

    assert "[U+001B][31m【赤い】[U+202E]文字 二行目" in out
    assert "\x1b[31m赤い\u202e文字\n二行目" == document["hits"][0]["text"]


def test_the_document_has_hits_and_others(run: Runner) -> None:
    """Its fields are those of the reference."""
    actual = json.loads(run("秘密", "--json")[0])

    hit = {"room_id": 987654321, "message_id": "900", "time": "2026-11-05T01:03:00Z", "state": "present"}
    hit |= {"author": {"account_id": CLIENT, "name": "佐藤"}, "text": "他のチャットの秘密", "earlier": False}
    hit |= {"was_edited": False, "was_deleted": False}
    file = {"kind": "file", "room_id": 987654321, "job": None, "id": "99", "time": "2026-11-05T01:03:00Z"}
    assert {"query": "秘密", "total": 1, "hits": [hit], "others": [file | {"text": "秘密.pdf"}]} == actual


def test_files_and_tasks_are_listed_below_the_messages(run: Runner) -> None:
    """In lines of their own."""
    out, _err = run("字幕")

    assert ["Besides messages:", "  task        2026-11-05 10:06  【字幕】の修正"] == out.splitlines()[:2]


@pytest.mark.drawn
def test_it_needs_no_token_and_no_network(tmp_path: Path, home: Path) -> None:
    """Not even a place where a token could be: with a broken one nothing changes."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(home, chatwork)
        output = terminal.run("search", "払え", CHATWORK_API_TOKEN="broken", PYTHON_KEYRING_BACKEND="nowhere.Keyring")
        count_before = len(chatwork.requests)

    assert ("【払え】" in output, 0) == (True, count_before)


# --- snippets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "word", "expected"), cases_of(__file__, "marks_stand_around_what_the_text_itself"))
def test_marks_stand_around_what_the_text_itself_has(text: str, word: str, expected: str) -> None:
    """However it is written there."""
    assert expected == snippet_line(text, [fold(word)], 78).replace("\x1b[1m", "").replace("\x1b[0m", "")


def test_a_long_text_is_cut_to_one_line_around_the_first_mark() -> None:
    """With dots where it goes on, and never wider than asked for."""
    text = "前" * 300 + "ここ" + "後" * 300

    actual = snippet_line(text, ["ここ"], 78).replace("\x1b[1m", "").replace("\x1b[0m", "")

    assert actual.startswith("...前")
    assert actual.endswith("後...")
    assert "【ここ】" in actual
    assert columns(actual) <= 78


@pytest.mark.parametrize("command", [("search", "払え"), ("search", "--chat", str(ROOM)), ("export", "job1")])
def test_a_period_that_ends_before_it_begins_is_said(run: Runner, command: tuple[str, ...]) -> None:
    """Nothing could lie in it, so nothing is found, shown or packed in silence."""
    actual = main(["--home", str(run.home), "--lang", "en", *command, "--from", "2026-11-06", "--to", "2026-11-05"])
    printed = run.capsys.readouterr()

    assert 2 == actual
    assert "--from 2026-11-06 is after --to 2026-11-05" in printed.err
    assert "" == printed.out


def test_after_the_plan_hid_a_message_its_deletion_and_its_edit_are_still_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the hits, in the document and in `show`; no text of before a deletion is taken for one of before an edit."""
    maker = hidden_story(tmp_path / "home")
    maker.archive.close()
    run = Runner(maker.home, capsys)

    gone, edited, document = run("has:delete")[0], run("残り お願い")[0], json.loads(run("払え", "--json")[0])
    main(["--home", str(maker.home), "--lang", "en", "search", "--chat", str(ROOM)])
    output = capsys.readouterr().out

    deleted = "[shown as deleted]  [hidden by the plan]"
    assert f"{deleted}  [text before the change to “deleted”]" in gone
    assert "[edited]  [hidden by the plan]  [earlier text]" in edited
    (hit,) = document["hits"]
    assert ("hidden", True, False) == (hit["state"], hit["was_deleted"], hit["was_edited"])
    assert f"{deleted}  m3" in output
    assert "[edited]  [hidden by the plan]  m2" in output
    assert f"(ID {CLIENT})  [hidden by the plan]  m1" in output
