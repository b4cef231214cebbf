"""`archive export` and `exports`, as a frightened user types them."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.export.package.order import ExportOrder, option_words
from archiver.export.package_scope import MessageChoice
from archiver.records import JST, RequestKind, Role
from archiver.store.queries import exported_packages
from archiver.store.queries.contracts import kept_reviews, mapped_accounts
from tests.support.archives.maker import CLIENT, ROOM, message_object
from tests.support.chatwork.simulator import Chatwork
from tests.support.packages.exported_archives import (
    FACTS,
    THIRD,
    add_enclosure,
    keep_all_read,
    reopen_maker,
    story_with_secrets,
    zip_files,
)
from tests.support.terminals.pseudo_terminal import PseudoTerminal
from tests.support.terminals.terminal import TOKEN, Terminal

EARLY = {"contact_approved_on": "2026-11-06"}


class Desk(Terminal):
    """A terminal in English over an archive with one case: a third person, and something to cover."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        super().__init__(home, chatwork)
        self.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}

    def exported(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """The document of an export into `out`."""
        document: dict[str, Any] = json.loads(self.both("export", "job1", "--json", *arguments, code=code)[0])
        return document

    def all_read(self, *arguments: object) -> dict[str, Any]:
        """The document of an export whose messages a script read before, every one of them."""
        preview, _err = self.both("export", "job1", "--all", "--preview", "--json", *arguments)
        opened = json.loads(preview)["preview"]["opened"]
        file = self.home / "read.json"
        file.write_text(json.dumps([{"id": one["id"], "digest": one["digest"]} for one in opened]))
        return self.exported("--all", "--read", file, *arguments)

    def before_a_screen(self, answer: str) -> str:
        """Export before a screen, answer when it asks whether to make it; what was shown."""
        with PseudoTerminal(self.command("export", "job1"), self.environ) as screen:
            screen.answer("Number (several: 1 2):", "1")
            screen.answer("Make this export? [yes]:", answer)
            assert 0 == screen.end()
        return screen.shown

    @property
    def out(self) -> Path:
        """Where packages come when nothing else is said: no documents folder here, so within the home."""
        return self.home / "exports"

    def handed_out(self) -> int:
        """How many packages were written down."""
        return len(self.kept(exported_packages.exports))


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """Never asked anything."""
    with Chatwork(token=TOKEN) as chatwork:
        yield chatwork
        assert [] == chatwork.requests


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """The case, without settings, token or network."""
    made = story_with_secrets(tmp_path / "home")
    made.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="編集", client="田中", **FACTS)
    keep_all_read(made.archive)
    made.archive.close()
    return Desk(tmp_path / "home", chatwork)


@pytest.fixture
def unread(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """The same, of which nobody has read a message."""
    made = story_with_secrets(tmp_path / "home")
    made.contract("job1", [ROOM], platform="crowdworks", client="田中", **FACTS)
    made.archive.close()
    return Desk(tmp_path / "home", chatwork)


def test_it_just_works(desk: Desk) -> None:
    """For the office of the platform, with where it lies, what is in it and what to do before sending it."""
    output, err = desk.both("export", "job1")

    (folder,) = desk.out.iterdir()
    assert "It was sent to nobody." in output
    assert str(folder) in output
    assert re.search("7 messages, 1 period not saved. 3 files are only listed\n", output)
    assert "Before you send it: No delivery on CrowdWorks is recorded yet" in err
    assert ["01_report.pdf", "03_inquiry_text.txt", f"{folder.name}.zip"] == sorted(
        path.name for path in folder.iterdir()
    )
    assert folder.name.endswith("_support")


@pytest.mark.drawn
def test_a_machine_is_told_warnings_and_what_is_missing(desk: Desk) -> None:
    """In the document, and in words on stderr, so that a code 4 never comes without its reason."""
    made = reopen_maker(desk.home)
    made.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", client="田中", nda=False, **EARLY)
    add_enclosure(made, 1, "画面.png", b"png").unlink()
    made.archive.close()

    out, err = desk.both("export", "job1", "--json", code=4)

    payload = json.loads(out)
    assert ["early_contact"] == payload["warnings"]
    assert (["S-001"], []) == ([one.partition(":")[0] for one in payload["incomplete"]], payload["unheld"])
    assert (3, 0) == (payload["files"], payload["files_packed"])
    assert "The first message is earlier" in err
    assert payload["incomplete"][0] in err
    assert "Not everything that belongs in it could be included; the export says so too." in err


@pytest.mark.drawn
def test_a_day_ends_before_the_next_midnight(desk: Desk) -> None:
    """What was sent at 00:00:00 belongs to the day that begins then, as `show` has it."""
    made = reopen_maker(desk.home)
    made.sync([message_object(40, "日が変わった", sent=14 * 60)], minutes=14 * 60 + 1)
    keep_all_read(made.archive, minutes=15 * 60)
    made.archive.close()

    counts = [desk.exported("--for", "consult", "--to", day)["messages"] for day in ("2026-11-05", "2026-11-06")]

    assert [7, 8] == counts


@pytest.mark.drawn(but="daily")
@pytest.mark.parametrize("profile", ["support", "lawyer", "daily"])
def test_preview_is_one_document_too(desk: Desk, profile: str) -> None:
    """With every number, also of profiles that are not asked about."""
    out, err = desk.both("export", "job1", "--for", profile, "--preview", "--json")

    payload = json.loads(out)["preview"]
    fields = {"people", "hidden_people", "messages", "files", "enclosures", "masked", "size", "opened", "warnings"}
    fields |= {"metadata", "chats", "named"}
    assert fields == payload.keys()
    assert (7, 3, ["unsaved_beginning"]) == (payload["messages"], payload["people"], payload["warnings"])
    assert "" == err
    assert not desk.out.exists()


@pytest.mark.drawn
def test_json_is_exactly_one_document(desk: Desk) -> None:
    """Nothing else on stdout; the warning stands on stderr."""
    out, err = desk.both("export", "job1", "--json")

    payload = json.loads(out)
    known = {"path", "zip", "profile", "messages", "files", "gaps", "seal", "sha256", "stamped"}
    assert (
        known
        | {"files_packed", "warnings", "incomplete", "unheld", "unsealed", "recorded", "recheck"}
        | {"opened", "read", "unread", "covered"}
        == payload.keys()
    )
    assert [["unsaved_beginning"], [], []] == [payload[name] for name in ("warnings", "incomplete", "unheld")]
    assert ["no_messages"] == desk.exported("--from", "2099-12-05")["warnings"]
    assert ("support", 1) == (payload["profile"], out.count("\n"))
    assert err.startswith("[Note] Messages before the first saved one")
    assert 1 == err.count("\n")
    assert Path(payload["zip"]).parent == Path(payload["path"])


def test_before_a_screen_it_shows_and_asks(desk: Desk) -> None:
    """Who wrote last and is not entered; then the numbers; yes in Japanese makes the package, as everywhere."""
    output = desk.before_a_screen("はい")

    assert (
        output.index("(the client until now)")
        < output.index("What this export would contain")
        < output.index("Make this export?")
        < output.index("The export is ready.")
    )
    assert 1 == len(list(desk.out.iterdir())) == desk.handed_out()


@pytest.mark.drawn
def test_where_nobody_can_be_asked_it_says_that_nobody_was(desk: Desk) -> None:
    """What is piped in is no answer, and whoever typed it there is told so."""
    piped = f"echo n | {shlex.join(desk.command('export', 'job1'))}"
    with PseudoTerminal(["sh", "-c", piped], desk.environ) as screen:
        screen.end()
    output = screen.shown

    assert "Make this export?" not in output
    assert "Made without a question, as the input is no terminal." in output
    assert "The export is ready." in output


@pytest.mark.drawn
def test_no_leaves_nothing(desk: Desk) -> None:
    """Neither files nor a note of them; it is no error."""
    output = desk.before_a_screen("いいえ")

    assert "No export was made." in output
    assert not desk.out.exists()
    assert 0 == desk.handed_out()


def bodies(exported: dict[str, Any]) -> str:
    """What the table of an office's package shows."""

    class Report:
        zip = exported["zip"]

    table = zip_files(Report())["02_messages.csv"].decode("utf-8-sig")  # type: ignore[arg-type]
    return "\n".join(" ".join(row) for row in csv.reader(io.StringIO(table)))


@pytest.mark.drawn
def test_a_script_reads_before_and_what_changed_since_is_not_taken(tmp_path: Path, unread: Desk) -> None:
    """Without it the package is made with its texts covered, exit 4 and one sentence that says what to do."""
    desk = unread
    out, err = desk.both("export", "job1", "--json", code=4)
    assert "6 messages are not read yet, so their texts are covered." in err
    assert "archive export job1  (a script" in err.replace(f" --home {desk.home}", "")
    assert (6, 0, 6) == tuple(json.loads(out)[name] for name in ("opened", "read", "unread"))
    wishes = ("--from", "2026-11-05", "--messages", "No.2", "--mask", "suzuki", "--mask", "x", "--all")
    err = desk.both("export", "job1", *wishes, "--json", code=4)[1]
    typed = "export job1 --from 2026-11-05 --messages No.2 --mask suzuki --mask x --all  (a script"
    assert typed in err
    opened = json.loads(desk.both("export", "job1", "--preview", "--json")[0])["preview"]["opened"]
    stale, word, *rest = [{"id": one["id"], "digest": one["digest"]} for one in opened]
    file = tmp_path / "read.json"
    gone = {"id": "4711", "digest": "0"}
    words = {**word, "covered": ["払えません", "払いません"]}
    file.write_text(json.dumps([gone, {**stale, "digest": "0"}, words, *rest]))
    (tmp_path / "sudachipy.py").write_text("raise ImportError")
    desk.environ["PYTHONPATH"] = str(tmp_path)

    out, err = desk.both("export", "job1", "--read", file, "--json", code=4)

    assert "Not used, as this export does not open them: 4711" in err
    assert "SudachiPy is not installed, so fewer names are found." in err
    assert "1 message is not read yet, so its text is covered." in err
    assert "“払いません” stands in none of the messages to be read." in err
    assert "“払えません”" not in err
    document = json.loads(out)
    assert (5, 1) == (document["read"], document["unread"])
    table = bodies(document)
    assert "文面は隠しています(まだ読んでいません)" in table
    assert "払えません" not in table
    again = json.loads(desk.both("export", "job1", "--json", code=4)[0])
    assert 5 == again["read"]


@pytest.mark.drawn
def test_before_a_screen_each_message_is_read_in_one_key(unread: Desk) -> None:
    """Enter, a word to cover, a cover to take away, left covered, and later; what was decided is kept."""
    keys = "q: later"
    with PseudoTerminal(unread.command("export", "job1", "--no-recheck"), unread.environ) as screen:
        screen.answer("Number (several: 1 2):", "1")
        screen.answer("What else is 佐藤 花子 called in these chats?", "はなち")
        screen.see("(6 to read)")
        screen.answer(keys, "")
        screen.see("(5 to read)")
        screen.answer(keys, "c")
        screen.answer("Word:", "承知")
        for key in ("x", "", "", ""):
            screen.answer(keys, key)
        screen.see("[To: ID 1]")
        screen.answer(keys, "q")
        screen.answer("Make this export?", "y")
        assert 4 == screen.end()

    states = [one.state.value for one in unread.kept(kept_reviews, "job1")]
    assert ["read", "read", "unread", "covered", "read", "read", "read"] == states


@pytest.mark.drawn
def test_masking_is_chosen(desk: Desk) -> None:
    """By profile, none at all, more texts, more people, fewer people."""
    usual = bodies(desk.exported())
    none = bodies(desk.all_read("--no-mask"))
    more = bodies(desk.all_read("--mask", "払えません", "--mask", "3本も"))
    person = bodies(desk.all_read("--no-mask", "--mask", THIRD))
    texts = bodies(desk.all_read("--unmask", THIRD))

    assert ("佐藤" in usual, "090-1234-5678" in usual, "払えません" in usual) == (False, False, True)
    assert ("佐藤" in none, "090-1234-5678" in none) == (True, True)
    assert ("払えません" in more, "3本も" in more, "佐藤" in more) == (False, False, False)
    assert ("佐藤" in person, "090-1234-5678" in person) == (False, True)
    assert ("佐藤" in texts, "090-1234-5678" in texts) == (True, False)


@pytest.mark.drawn
def test_what_the_size_leaves_out_is_said_with_4(desk: Desk) -> None:
    """The package is there and says so too."""
    made = reopen_maker(desk.home)
    add_enclosure(made, 1, "a.png", bytes(range(250)) * 2_000)  # most of a small package
    made.archive.close()

    out, err = desk.both("export", "job1", "--max-mb", "0.5", code=4)

    assert "The export is ready." in out
    assert "S-001: 大きさの上限を超えるため" in err


@pytest.mark.drawn
def test_before_a_screen_the_counterpart_is_chosen_from_a_list(desk: Desk) -> None:
    """With names, numbers of messages and days; a wrong number is asked for again, everybody else is a letter."""
    made = reopen_maker(desk.home)
    made.contract("job1", [ROOM], platform="crowdworks", client="株式会社△△ 田中", **FACTS)
    made.archive.close()

    with PseudoTerminal(desk.command("export", "job1"), desk.environ) as screen:
        screen.see("Who is the client in “佐藤さんとの打ち合わせ”?")
        screen.see("1 田中(解約済)")
        screen.see("5 messages  2026-11-05 – 2026-11-05")
        screen.see("2 佐藤 花子")
        screen.answer("Number (several: 1 2):", "3")
        screen.answer("Number (several: 1 2):", "1")
        screen.see("People whose names are hidden: 1")
        screen.answer("Make this export?", "y")
        assert 0 == screen.end()
    kept = {one.account_id: (one.role, one.reason) for one in desk.kept(mapped_accounts, "job1")}

    reason = "chosen when an export was made"
    assert {CLIENT: (Role.CLIENT, reason), THIRD: (Role.THIRD, reason)} == kept


@pytest.mark.drawn
def test_before_a_screen_none_of_them_hides_them_all(desk: Desk) -> None:
    """0 is an answer too."""
    made = reopen_maker(desk.home)
    made.contract("job1", [ROOM], platform="crowdworks", client=None, **FACTS)
    made.archive.close()

    with PseudoTerminal(desk.command("export", "job1"), desk.environ) as screen:
        screen.answer("Number (several: 1 2):", "0")
        screen.see("People whose names are hidden: 2")
        screen.answer("Make this export?", "n")
        assert 0 == screen.end()


def test_what_was_ordered_is_recorded_as_options_without_the_texts_to_mask() -> None:
    """Every option that was given, but for what the record says elsewhere; an entry stays where a person is erased."""
    order = ExportOrder(
        contract="job1",
        profile="lawyer",
        since=datetime(2026, 11, 1, tzinfo=JST),
        request=RequestKind.REVIEW,
        lang="en",
        choice=MessageChoice(frozenset({"12345678"}), frozenset({12})),
        counterparts={22, 3},
        every_message=True,
        masks=("佐藤",),
        max_mb=0.5,
        out=Path("/mnt/usb"),
        thirds=frozenset({5}),
    )

    recorded = json.loads(json.dumps(order.record()))

    assert ({}, [5], False) == (ExportOrder().record(), recorded["thirds"], "佐藤" in str(recorded))
    assert (
        "--from 2026-11-01T00:00:00+09:00 --request review --messages 12345678,No.12 --mask 1 --max-mb 0.5 --all"
    ) == " ".join(option_words(recorded))


def test_the_limit_of_an_order_is_the_profiles_unless_given() -> None:
    """In bytes; a lawyer's has none."""
    limits = [ExportOrder(profile=profile).max_bytes for profile in ("support", "lawyer")]

    assert [5_000_000, None] == limits
    assert 500_000 == ExportOrder(profile="support", max_mb=0.5).max_bytes
