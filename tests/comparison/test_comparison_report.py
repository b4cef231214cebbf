"""Two archives of one chat, and packages made of them, compared as a user would."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver import errors
from archiver.cli.evidence.verify import tell_comparison
from archiver.comparison.comparison_report import README, compare, limits, side_rows
from archiver.comparison.message_comparison import Absence, Outcome
from archiver.comparison.quoted_document import document_text
from archiver.comparison.summary import ComparisonSummary
from archiver.custody.verify import verify_path
from archiver.evidence.looks import CHATWORK
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.export.pdf.blocks import Paragraph
from archiver.report_language import ENGLISH, report_language
from archiver.store import seals
from tests.support.archives.tampering import changing_past_triggers
from tests.support.file_size_limit import file_size_limit
from tests.support.reports import pdf_reader
from tests.support.terminals.terminal import Terminal
from tests.support.world import World, running_world

_JAPANESE = re.compile("[぀-ヿ一-鿿]+")
AT = datetime(2026, 11, 26, tzinfo=UTC)


class TwoComputers:
    """A chat that one archive saw from the beginning, and another only after an edit and a deletion."""

    def __init__(self, world: World, folder: Path) -> None:
        self.first = world
        self.edited, self.deleted = world.post("報酬は10万円です"), world.post("金曜までに払います")
        world.sync()
        world.chatwork.edit(self.edited, "報酬は5万円です")
        world.chatwork.delete(self.deleted)
        self.second = World(folder, world.chatwork, world.clock)
        self.second.contract("job1", world.room)
        self.second.sync()
        world.sync(full=True)
        self.late = world.post("では失礼します")
        self.second.sync()

    def package(self, folder: Path, **options: Any) -> Path:
        """A lawyer's package of the first."""
        order = ExportOrder(contract="job1", profile="lawyer", out=folder / "out", **options)
        return Path(export(self.first.archive, order, now=self.first.clock).path)

    def compare(self, folder: Path | None = None) -> ComparisonSummary:
        """The first against the second."""
        return compare(self.first.home, self.second.home, folder=folder, at=AT)


@pytest.fixture
def computers(tmp_path: Path) -> Iterator[TwoComputers]:
    with running_world(tmp_path / "first") as world:
        computers = TwoComputers(world, tmp_path / "second")
        yield computers
        computers.second.close()


def test_a_package_is_compared_without_the_archive(computers: TwoComputers, tmp_path: Path) -> None:
    """A lawyer's package of one side gives the same result as its archive."""
    package = computers.package(tmp_path)

    of_package = compare(package, computers.second.home, folder=None, at=AT)
    of_archive = computers.compare()

    assert of_package.counts == of_archive.counts
    assert of_package.a.kind == "package"


@pytest.mark.drawn
def test_the_folder_holds_page_pdf_and_tables(computers: TwoComputers, tmp_path: Path) -> None:
    """All messages stand in the tables, the differences in page and PDF, and every file in the list of digests."""
    folder = tmp_path / "comparison"
    computers.compare(folder)

    names = {path.name for path in folder.iterdir()}
    tables = {"comparison.csv", "comparison.jsonl"}
    assert names == {README, "comparison.html", "comparison.pdf", *tables, "SHA256SUMS.txt"}
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS.txt"], cwd=folder, check=True)
    rows = list(csv.reader((folder / "comparison.csv").read_text("utf-8-sig").splitlines()))
    objects = [json.loads(line) for line in (folder / "comparison.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) - 1 == len(objects)
    text = subprocess.run(
        ["pdftotext", "-layout", folder / "comparison.pdf", "-"], capture_output=True, text=True
    ).stdout
    assert [str(number) for number in range(1, len(rows))] == [row[0] for row in rows[1:]]
    assert [] == [name for name in names if name not in (folder / README).read_text("utf-8") and name != README]
    for shown in (text, (folder / "comparison.html").read_text("utf-8")):
        assert "報酬は10万円です" in shown
        assert f"番号 {next(row[0] for row in rows if computers.edited in row[2])}" in shown
        assert "甲だけにある" in shown
    assert not folder.with_name("comparison.partial").exists()


def test_a_comparison_shows_what_was_written_and_nothing_else(computers: TwoComputers, tmp_path: Path) -> None:
    """Markup in a message stays text, Chatwork's notation is shown as Chatwork shows it, and raw in the tables.

    A chat that only one of the two has is in nothing that is written, and one account is not called two witnesses.
    """
    first, second, folder = computers.first, computers.second, tmp_path / "comparison"
    first.post("<script>alert(1)</script>")
    first.post(f"[To:{first.tanaka}]お世話になります\n[info][title][dtext:file_uploaded][/title]本文[/info]")
    other = second.chatwork.add_room("別の仕事", members=[second.tanaka])
    second.chatwork.post(other, second.tanaka, "秘密の話")
    second.contract("job2", other)
    second.sync()
    computers.compare(folder)
    page, table = ((folder / name).read_text("utf-8") for name in ("comparison.html", "comparison.csv"))
    written = b"".join(path.read_bytes() for path in folder.iterdir())

    there = ("<script>alert", "[dtext:", "ファイルをアップロードしました", "[To: 田中]", "同じアカウントで保存された")
    assert [False, False, True, True, True] == [one in page for one in there]
    assert "二つのアカウントに同じ文面が表示された" not in page
    assert "[dtext:file_uploaded]" in table
    assert [False, False] == [one.encode() in written for one in ("秘密の話", str(other))]


@pytest.mark.drawn
def test_a_comparison_in_english_has_english_words_around_the_quotes(computers: TwoComputers, tmp_path: Path) -> None:
    """Page, PDF, readme and heads of the table; what somebody wrote stays in its language."""
    folder = tmp_path / "comparison"
    with report_language(ENGLISH):
        computers.compare(folder)
    pdf = pdf_reader.text((folder / "comparison.pdf").read_bytes())
    page, readme, table = ((folder / name).read_text("utf-8") for name in ("comparison.html", README, "comparison.csv"))

    quoted = {"動画編集", "田中", "報酬は", "万円です", "万円", "です", "金曜までに払います", "では失礼します"}
    for text in (pdf, page, readme, table.splitlines()[0]):
        assert set() == set(_JAPANESE.findall(text)) - quoted
    assert "Comparison of two saved records" in page
    assert "in both; only A holds a text of another time as well" in page
    assert "A: text" in table
    assert 'lang="en"' in page


@pytest.mark.drawn
def test_a_package_of_a_period_lacks_nothing_outside_it(computers: TwoComputers, tmp_path: Path) -> None:
    """What lies before its period is told as outside, by what the package itself says."""
    since = computers.first.clock()
    computers.first.clock.pass_by(minutes=1)
    inside = computers.first.post("期間の中のメッセージ")
    computers.first.sync()
    computers.second.sync()

    summary = compare(computers.package(tmp_path, since=since), computers.second.home, folder=None, at=AT)

    absences = {str(one.either.position): one.absence for one in summary.listed}
    assert Absence.OUTSIDE_PERIOD is absences[computers.edited] is absences[computers.deleted]
    assert inside not in absences


def test_verify_with_two_paths_compares_them(computers: TwoComputers, tmp_path: Path) -> None:
    """As a document or in words; what goes with one path alone is wrong usage."""
    desk, sides = (
        Terminal(computers.first.home, computers.first.chatwork),
        (computers.first.home, computers.second.home),
    )

    document = desk.json("verify", *sides, "--out", tmp_path / "out")
    told = desk.run("verify", *sides, ARCHIVE_LANG="en")
    wrong = [desk.run("verify", *sides, word, code=2, ARCHIVE_LANG="en") for word in ("--deep", "third")]

    assert (str(tmp_path / "out"), 1) == (document["path"], len(document["rooms"]))
    assert "add: --out DIR" in told
    assert f"m{computers.edited}(ID {computers.first.tanaka})" in told
    assert re.search(r"  A  No\. 2, .+\n +→ 報酬は10万円です\n +→ edited [-0-9]+ [:0-9]+: 報酬は5万円です\n  B  ", told)
    assert [True, True] == ["or two to compare" in one for one in wrong]


def test_two_without_a_common_chat_are_refused(computers: TwoComputers, tmp_path: Path) -> None:
    """There is nothing to compare, and no folder is left."""
    stranger = World(tmp_path / "stranger", computers.first.chatwork, computers.first.clock)
    stranger.sync()
    with pytest.raises(errors.NoCommonRoom):
        compare(stranger.home, computers.second.home, folder=tmp_path / "comparison", at=AT)
    stranger.close()
    assert not list(tmp_path.glob("comparison*"))


@pytest.mark.drawn
def test_a_changed_package_is_told(computers: TwoComputers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A side that does not verify is still compared, its findings are counted, and where they are named is said."""
    package = computers.package(tmp_path)
    messages = package / "data/messages.jsonl"
    messages.chmod(0o600)
    messages.write_text(messages.read_text("utf-8").replace("10万円", "99万円"), "utf-8")

    summary = compare(package, computers.second.home, folder=None, at=AT)
    tell_comparison(str(package), str(computers.second.home), out=None, report_lang="ja", as_json=False)

    assert not summary.a.verification.ok
    told = capsys.readouterr().out
    assert f"What does not match is told by: archive verify {package}\n" in told
    assert f"archive verify {computers.second.home}" not in told


@pytest.mark.parametrize("kind", ["window", "message", "room"])
@pytest.mark.parametrize("line", ["{}", "[]", "x", '{"kind":"window"}'])
def test_a_record_of_another_form_is_told_not_a_bug(kind: str, line: str, computers: TwoComputers) -> None:
    """The records are altered, so the verification has findings; what cannot be read is not compared."""
    first = computers.first
    with changing_past_triggers(first.archive) as database:
        database.execute("UPDATE entry SET line = ? WHERE kind = ?", (line, kind))

    assert not verify_path(first.home, deep=True).ok
    with pytest.raises(errors.RecordsUnreadable):
        computers.compare()


@pytest.mark.drawn
@pytest.mark.parametrize("name", ["messages", "entries"])
def test_a_line_of_another_form_in_a_package_is_told(name: str, computers: TwoComputers, tmp_path: Path) -> None:
    """A line that somebody added, or the files of another program."""
    package = computers.package(tmp_path)
    lines = package / f"data/{name}.jsonl"
    lines.chmod(0o600)
    lines.write_text(lines.read_text("utf-8") + '{"kind":"window"}\n', "utf-8")

    assert not verify_path(package).ok
    with pytest.raises(errors.RecordsUnreadable):
        compare(computers.second.home, package, folder=None, at=AT)


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_records(computers: TwoComputers, tmp_path: Path) -> None:
    """A folder that was begun and left, for one, is named as what it is."""
    (tmp_path / "comparison.partial").mkdir()

    with pytest.raises(FileExistsError):
        computers.compare(tmp_path / "comparison")


def test_a_full_disk_is_named_with_the_folder(computers: TwoComputers, tmp_path: Path) -> None:
    """Nothing was to be backed up; what was begun is removed."""
    sides, out = (str(computers.first.home), str(computers.second.home)), tmp_path / "comparison"

    with pytest.raises(errors.DiskFull) as told, file_size_limit(40_000):
        tell_comparison(*sides, out=str(out), report_lang="ja", as_json=False)

    assert out == told.value.data["path"]
    assert not list(tmp_path.glob("comparison*"))


@pytest.mark.parametrize(("address", "is_shown"), [(CHATWORK, True), ("https://example.org/v2", False)])
def test_two_accounts_were_shown_a_text_only_by_chatwork(computers: TwoComputers, address: str, is_shown: bool) -> None:
    """The addresses are those of the records; the service of this test is on loopback, and the page says so."""
    summary = computers.compare()
    a = summary.a._replace(account_ids=frozenset({1}), addresses=frozenset({CHATWORK}))
    b = summary.b._replace(account_ids=frozenset({2}), addresses=frozenset({address}))

    assert is_shown is any("二つのアカウントに同じ文面が表示されたことを示します" in one for one in limits(a, b))
    assert {computers.first.chatwork.base_url} == summary.a.addresses == summary.b.addresses
    assert ("甲 取得元", f"Chatworkのものではないアドレスを含む: {computers.first.chatwork.base_url}") in list(
        side_rows(summary)
    )


def test_from_which_seal_on_two_copies_of_one_archive_differ_is_told(computers: TwoComputers, tmp_path: Path) -> None:
    """A home that was copied and then saved on both sides; archives of their own have no seal in common."""
    first = computers.first
    seals.close_seals(first.archive, now=first.clock())
    first.close()
    shutil.copytree(first.home, tmp_path / "copied")
    for number, world in enumerate((first, World(tmp_path / "copied", first.chatwork, first.clock))):
        world.contract(f"job{number + 2}", first.room)
        seals.close_seals(world.archive, now=world.clock())
        world.close()

    summary = compare(first.home, tmp_path / "copied", folder=None, at=AT)

    assert (2, None) == (summary.document(None)["seals_part_at"], computers.compare().parted_at)
    assert ("確定記録の分かれ目", "同じ保管庫のものですが、確定記録2から合わなくなります") in list(side_rows(summary))


@pytest.mark.drawn
def test_what_a_document_quotes_is_held_against_an_archive_and_a_package(
    computers: TwoComputers, tmp_path: Path
) -> None:
    """Markdown, Word or PDF, in words or as a document; only what stands there as quoted ends with 0."""
    home, desk = computers.first.home, Terminal(computers.first.home, computers.first.chatwork)
    package = computers.package(tmp_path)
    faithful, altered, scan = tmp_path / "a.docx", tmp_path / "b.md", tmp_path / "c.pdf"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(faithful, "w") as packed:
        packed.writestr("[Content_Types].xml", "<a/>")
        paragraph = "<w:p><w:r><w:t>「報酬は5</w:t></w:r><w:r><w:t>万円です」</w:t></w:r></w:p>"
        packed.writestr("word/document.xml", f'<w:document xmlns:w="{word}">{paragraph}</w:document>')
    altered.write_text("> 報酬は10万円です\n\n「報酬は、5万円でした」 9万円 No. 1", "utf-8")
    scan.write_bytes(b"%PDF-1.7\nno pages")

    document = desk.json("verify", "--quotes", altered, package, code=3)
    told = desk.run("verify", "--quotes", altered, code=3)
    wrong = [desk.run("verify", "--quotes", *words, code=2) for words in ((scan,), (altered, home, "--deep"))]

    assert "引用のとおりです" in desk.run("verify", "--quotes", faithful, "--job", "job1")
    standings = ["earlier_only", "otherwise", "not_found", "as_quoted"]
    assert standings == [one["standing"] for one in document["passages"]]
    assert "報酬は5万円で【す】" == document["passages"][1]["saved"]
    assert (True, computers.edited) == (document["verified"], document["passages"][0]["message"]["message_id"])
    told_of = ("以前の文面にだけあります", "この言葉のメッセージはありません", "見つかりません", "(No.)は資料ごと")
    assert [True] * 4 == [one in told for one in told_of]
    assert ["文字を読めません" in wrong[0], "--quotes" in wrong[1]] == [True, True]


def test_the_words_of_a_pdf_are_read() -> None:
    """In a process of its own; one without words, as a scan, is refused."""
    pdf = pdf_reader.pdf_bytes(pdf_reader.report(Paragraph('He wrote: "We agree."')))

    assert 'He wrote: "We agree."' in document_text(pdf)


ACTS = st.lists(st.sampled_from(["post", "post", "edit", "delete", "a", "b"]), min_size=3, max_size=16)
PICKS = st.lists(st.integers(0, 100), min_size=16, max_size=16)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Truth:
    """The chat as it is, and every text that each side was shown."""

    def __init__(self) -> None:
        self.present: dict[str, str | None] = {}
        """Message id → its text; None once it is deleted."""
        self.shown: dict[str, dict[str, list[str]]] = {"a": {}, "b": {}}
        """Side → message id → the texts it saw, oldest first; none where it saw only a deletion."""

    def look(self, side: str) -> None:
        """One side reads the whole list."""
        for message, text in self.present.items():
            seen = self.shown[side].setdefault(message, [])
            if text is not None and text not in seen:
                seen.append(text)

    def outcome(self, message: str) -> Outcome | None:
        """How the two compare; None if neither holds the message."""
        a, b = (self.shown[side].get(message) for side in "ab")
        if a is None or b is None:
            return Outcome.ONLY_A if a is not None else Outcome.ONLY_B if b is not None else None
        if sorted(a) == sorted(b):
            return Outcome.SAME
        if set(a).isdisjoint(b) and a and b:
            return Outcome.TEXTS_DIFFER
        if not set(b) - set(a):
            return Outcome.A_HOLDS_MORE
        return Outcome.EACH_HOLDS_MORE if set(a) - set(b) else Outcome.B_HOLDS_MORE


def play(world: World, second: World, acts: Iterable[str], picks: Iterable[int]) -> Truth:
    """Let both sides and the chat act in turn."""
    truth = Truth()
    for number, (act, pick) in enumerate(zip(acts, picks, strict=False)):
        alive = [message for message, text in truth.present.items() if text is not None]
        if act == "post":
            truth.present[world.post(f"メッセージ{number}")] = f"メッセージ{number}"
        elif act in "ab":
            (world if act == "a" else second).sync(full=True)
            truth.look(act)
        elif alive and act == "edit":
            world.chatwork.edit(alive[pick % len(alive)], f"編集{number}")
            truth.present[alive[pick % len(alive)]] = f"編集{number}"
        elif alive:
            world.chatwork.delete(alive[pick % len(alive)])
            truth.present[alive[pick % len(alive)]] = None
        world.clock.pass_by(minutes=1)
    return truth


def check_pair(acts: list[str], picks: list[int]) -> None:
    """Every agreement and every difference is the true one, and nothing else is told."""
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder) / "a") as world:
        second = World(Path(folder) / "b", world.chatwork, world.clock)
        second.contract("job1", world.room)
        for side in (world, second):
            side.sync(full=True)  # so that both know the chat and its own first posts
        begun = len(world.entries("message"))
        truth = play(world, second, acts, picks)
        summary = compare(world.home, second.home, folder=None, at=AT)
        second.close()

    assert summary.a.verification.ok
    assert summary.b.verification.ok
    expected = {message: truth.outcome(message) for message in truth.present}
    counts = Counter(one for one in expected.values() if one) + Counter({Outcome.SAME: begun})
    assert counts == Counter({one: summary.total([one]) for one in Outcome if summary.total([one])})
    listed = {str(one.either.position): one for one in summary.listed}
    unlike = {message: one for message, one in expected.items() if one not in (None, Outcome.SAME)}
    assert unlike == {message: one.outcome for message, one in listed.items()}
    for message, one in listed.items():
        is_of_both = one.outcome not in (Outcome.ONLY_A, Outcome.ONLY_B)
        assert one.absence is (None if is_of_both else Absence.LATER)  # each list reaches over all that was posted
        for name, held in (("a", one.a), ("b", one.b)):
            assert tuple(truth.shown[name].get(message, ())) == (() if held is None else held.texts)


@settings(UNHURRIED, max_examples=3)
@given(ACTS, PICKS)
def test_partial_archives_of_one_chat_compare_as_it_was(acts: list[str], picks: list[int]) -> None:
    """A few pairs in every run."""
    check_pair(acts, picks)


@pytest.mark.slow
@settings(UNHURRIED, max_examples=150)
@given(ACTS, PICKS)
def test_many_partial_archives_of_one_chat_compare_as_it_was(acts: list[str], picks: list[int]) -> None:
    """Many pairs where there is time."""
    check_pair(acts, picks)
