"""`archive export` from folders and homes that cannot be written, and what is shown before anything leaves."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.evidence.export_outcome import tell_preview, tell_warnings
from archiver.custody.verify import verify_path
from archiver.export.package.recipe import PackagePreview
from tests.support.archives.maker import ROOM, message_object
from tests.support.chatwork.simulator import Chatwork
from tests.support.packages.exported_archives import FACTS, reopen_maker, story_with_secrets
from tests.support.packages.sample_package import load_script
from tests.support.terminals.ordinary_user import run_as_ordinary_user
from tests.support.terminals.pseudo_terminal import PseudoTerminal
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal over an archive with one contract; nothing is asked of Chatwork."""
    made = story_with_secrets(tmp_path / "home")
    made.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="編集", client="田中", **FACTS)
    made.archive.close()
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
        yield terminal
        assert [] == chatwork.requests


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing can be made."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    yield folder
    folder.chmod(0o755)


@pytest.fixture
def locked_home(terminal: Terminal) -> Iterator[Path]:
    """The home as read-only media hold it: nothing in it or below it can be written."""
    folders = [terminal.home, *(path for path in terminal.home.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield terminal.home
    for folder in folders:
        folder.chmod(0o755)


def export_from(terminal: Terminal, out: Path, profile: str) -> Any:
    """Export as an ordinary user from another folder; the JSON document of the export."""
    command = terminal.command("export", "job1", "--for", profile, "--out", out, "--json")
    process = run_as_ordinary_user(command, terminal.environ, out)
    document = json.loads(process.stdout)
    assert process.returncode in (0, 4), process.stderr
    assert document["recorded"] is ("it does not record this export" not in process.stderr)
    return document


@pytest.mark.drawn(but="support")
@pytest.mark.parametrize("profile", ["support", "lawyer", "court"])
def test_a_home_that_cannot_be_written_exports_too(
    terminal: Terminal, locked_home: Path, tmp_path: Path, profile: str
) -> None:
    """Without a seal and without a record of it; what is not sealed is in it, and every text says so."""
    out = tmp_path / "out"
    out.mkdir()
    before = sorted(locked_home.rglob("*"))

    document = export_from(terminal, out, profile)

    verification = verify_path(Path(document["path"]))
    assert (None, False, before) == (document["seal"], document["recorded"], sorted(locked_home.rglob("*")))
    assert (document["unsealed"] > 0, []) == (True, verification.findings)
    if (Path(document["path"]) / "bag-info.txt").is_file():
        assert "unsealed" in [one.subject for one in verification.unchecked]
    assert "確定前の記録" in readme_of(document)


def test_a_folder_of_the_archive_is_refused_before_anything_is_read(terminal: Terminal) -> None:
    """With a token too, with which the messages that are quoted would be read once more."""
    out = terminal.home / "files/mine"

    refused = terminal.run("export", "job1", "--for", "lawyer", "--out", out, code=2, CHATWORK_API_TOKEN=TOKEN)

    assert refused.startswith(f"Error: {out} belongs to the archive")


def readme_of(document: Any) -> str:
    """The readme of a package, from its folder or its zip."""
    folder = Path(document["path"])
    if (folder / "00_README.txt").is_file():
        return (folder / "00_README.txt").read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(document["zip"]) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith("00_README.txt")]
        return packed.read(name).decode("utf-8-sig")


@pytest.mark.drawn
def test_what_is_not_sealed_has_no_seal_and_its_own_script_takes_it(
    terminal: Terminal, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Beside sealed messages; a package that does not say so is found."""
    terminal.run("seal")
    reopened = reopen_maker(terminal.home)
    reopened.sync([message_object(91, "まだ確定していません", sent=9000)], minutes=9001)
    reopened.archive.close()
    request.getfixturevalue("locked_home")
    out = tmp_path / "out"
    out.mkdir()

    package = Path(export_from(terminal, out, "lawyer")["path"])

    lines = [json.loads(line) for line in (package / "data/messages.jsonl").read_text(encoding="utf-8").splitlines()]
    theirs = load_script(package / "verify.py").verify_package_at(package)
    info = package / "bag-info.txt"
    assert [None] == [line["seal"] for line in lines if line["message_id"] == "91"]
    assert {1} == {line["seal"] for line in lines if line["message_id"] != "91"}
    assert ([], []) == (theirs.findings, verify_path(package).findings)
    info.write_bytes(re.sub(rb"Unsealed-After: .*\n", b"", info.read_bytes()))
    assert "entry-unsealed" in {finding.check for finding in verify_path(package).findings}


@pytest.mark.drawn
def test_a_log_without_its_index_is_read_from_a_copy(
    terminal: Terminal, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What a kill left in the log is not passed over, and the copy is gone afterwards."""
    database = terminal.home / "archive.sqlite3"
    reopened = reopen_maker(terminal.home)
    reopened.sync([message_object(92, "ログにだけあります", sent=9000)], minutes=9001)
    for end in ("", "-wal"):
        shutil.copy(f"{database}{end}", tmp_path / f"kept{end}")
    reopened.archive.close()
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"kept{end}", f"{database}{end}")
    request.getfixturevalue("locked_home")
    out = tmp_path / "out"
    out.mkdir()

    document = export_from(terminal, out, "lawyer")

    assert not Path(f"{database}-shm").exists()
    assert [Path(document["path"]).name] == sorted({path.name.removesuffix(".zip") for path in out.iterdir()})
    assert "ログにだけあります" in (Path(document["path"]) / "data/messages.jsonl").read_text(encoding="utf-8")


@pytest.mark.drawn
@pytest.mark.parametrize("profile", ["support", "lawyer"])
def test_the_current_folder_does_not_matter(terminal: Terminal, locked_folder: Path, profile: str) -> None:
    """An export needs to write nowhere but to its target; a lawyer's lacks a file never held, an office's is unread."""
    command = terminal.command("export", "job1", "--for", profile)

    process = run_as_ordinary_user(command, terminal.environ, locked_folder)

    assert 4 == process.returncode, process.stderr
    assert 1 <= len(list((terminal.home / "exports").iterdir()))


@pytest.mark.drawn
def test_where_nobody_can_be_asked_it_says_that_nobody_was(terminal: Terminal) -> None:
    """What is piped in is no answer, and whoever typed it there is told so."""
    piped = f"echo n | {shlex.join(terminal.command('export', 'job1'))}"
    with PseudoTerminal(["sh", "-c", piped], terminal.environ) as screen:
        screen.see("Made without a question, as the input is no terminal.")
        screen.see("The export is ready.")
        screen.end()

    assert "Make this export?" not in screen.shown


WARNINGS = ("early_contact", "unsaved_beginning", "forbidden_contact", "nda", "no_messages")


def preview(**changed: int | tuple[str, ...]) -> PackagePreview:
    """A preview in which only what is named is not 1."""
    numbers = dict.fromkeys(("people", "hidden_people", "messages", "files", "enclosures", "masked"), 1)
    known: dict[str, object] = {
        **numbers,
        "size": 1_234_567,
        "opened": (),
        "reading": {},
        "metadata": (),
        "warnings": (),
        **changed,
    }
    return PackagePreview(chats=("動画編集",), named=("田中\u202e", "yamada"), **known)  # type: ignore[arg-type]


def test_it_is_names_then_numbers_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Chats and whom it names; then messages, people, files, own evidence, masked places, size; the plural is right."""
    tell_preview(preview(), "lawyer", err=False)
    tell_preview(preview(messages=342, hidden_people=0, files=0, enclosures=0, masked=0), "lawyer", err=False)

    output, many = capsys.readouterr().out.split("What this export would contain:\n")[1:]
    names = ["Chats: 動画編集", "People who are shown by their name: 田中[U+202E], yamada"]
    assert [*names, "People whose names are hidden: 1", "1 message", "1 file from Chatwork"] == _lines(output)[:5]
    assert ["1 file that you added", "1 hidden place", "1.2 MB before it is zipped"] == _lines(output)[5:]
    assert ["342 messages", "1.2 MB before it is zipped"] == _lines(many)[2:]


@pytest.mark.parametrize(
    ("profile", "warnings", "messages"),
    [
        ("consult", (), "A summary of 57 messages; of their texts at most what page 1 quotes"),
        ("support", ("nda",), "An excerpt of 57 messages"),
        ("support", (), "57 messages"),
        ("court", ("nda",), "57 messages"),
    ],
)
def test_it_says_what_of_them_leaves(
    profile: str, warnings: tuple[str, ...], messages: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that sums up, or tells of files only by name, does not let the things themselves leave."""
    tell_preview(preview(messages=57, files=0, warnings=warnings), profile, err=False)

    output = _lines(capsys.readouterr().out)
    assert [messages, "No file from Chatwork; names and sizes at most"] == output[4:6]


@pytest.mark.parametrize("name", WARNINGS)
def test_each_warning_is_one_sentence_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, where it does not get into a pipe."""
    tell_warnings(preview(warnings=(name,)), err=True)

    printed = capsys.readouterr()
    assert ("", 1) == (printed.out, len(printed.err.splitlines()))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]
