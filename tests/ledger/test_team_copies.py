"""Archives entered in a ledger and taken home: what comes out is what went in, an archive as any other."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.custody.put_back_databases import overview_lines
from archiver.store import schema
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.keeper import LEDGER_FILE
from archiver.store.queries.entries import last_record
from archiver.store.working import last_lists, remembered_values
from archiver.team import adopt_and_take_home
from archiver.team.adopt_and_take_home import adopt, place_of, take_home
from archiver.team.ledger.service_tables import TeamLedger
from archiver.team.ledger_copy import exchange
from archiver.team.ledger_copy.shared_files import put_beside_seals
from archiver.team.s3_store import make_store
from tests.ledger.teams import Team, note, unpacked
from tests.support.chatwork.simulator import Chatwork
from tests.support.synced_paths import note_syncs
from tests.support.teams.postgres import Postgres, running_postgres
from tests.support.teams.team import evidence, ledger_digests, new_copy, new_place
from tests.support.terminals.terminal import TOKEN, Terminal

pytestmark = pytest.mark.slow


@pytest.mark.drawn
def test_what_is_adopted_comes_home_as_it_was(postgres: Postgres, home: Path, tmp_path: Path) -> None:
    """Evidence, readable tables and the files beside the seals are the same, and the archive is one of its own.

    Of an older database that was put back before, it says no more that a newer one is to be put in its place.
    """
    before, tables, names = evidence(home), readable_tables(home), file_names(home)
    make_store(str(tmp_path / "shared"))
    place = adopt(home, postgres.address("machine"), str(tmp_path / "shared"))

    verification = take_home(place_of(home, None, None), tmp_path / "taken", home)

    assert [] == verification.findings
    assert "seals/" not in [one.subject for one in verification.unchecked]
    assert before == evidence(home) == evidence(tmp_path / "taken")
    assert tables == readable_tables(tmp_path / "taken")
    assert names == file_names(tmp_path / "taken")
    assert not (tmp_path / "taken" / LEDGER_FILE).exists()
    with closing(Archive(tmp_path / "taken")) as archive, archive.reading() as reading:
        said = " ".join(overview_lines(reading))
    assert ("put it back now" in said, "archive.sqlite3.lost-1" in said) == (False, True)
    with pytest.raises(errors.PlaceTaken):
        take_home(place, tmp_path / "taken", home)


@pytest.mark.skipif(sys.platform != "linux", reason="which file a number stands for is read from /proc")
def test_what_is_taken_home_is_on_the_disk_before_it_has_its_name(
    postgres: Postgres, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever leaves a team deletes nothing elsewhere before: the folder that has its name is whole."""
    place = adopt(home, postgres.address("machine"), None)
    synced = note_syncs(monkeypatch)

    take_home(place, tmp_path / "taken", home)

    taken = tmp_path / "taken"
    begun = next(path for path in synced if path.name.startswith("taken.partial-"))
    names = {path.relative_to(begun) for path in synced if path.is_relative_to(begun)}
    assert {path.relative_to(taken) for path in taken.rglob("*") if not path.name.endswith(("-wal", "-shm"))} <= names
    assert tmp_path in synced[max(number for number, path in enumerate(synced) if path.is_relative_to(begun)) :]


@pytest.mark.drawn
def test_seals_that_only_the_store_has_are_told(postgres: Postgres, home: Path, tmp_path: Path) -> None:
    """Whoever deletes seals in the ledger leaves them in the store: taking home does not end with “No change” alone."""
    make_store(str(tmp_path / "shared"))
    place = adopt(home, postgres.address("machine"), str(tmp_path / "shared"))
    with closing(Archive(home)) as archive, archive.reading() as reading:
        for name, sha256, _is_there in exchange._sealed_files(reading, place):
            put_beside_seals(home, place, name, sha256)

    whole = take_home(place, tmp_path / "whole", tmp_path / "nothing")
    replica, delete = "SET session_replication_role = replica", "DELETE FROM ledger.seal WHERE archive = "
    postgres.execute(replica, f"{delete}{place.archive}")
    robbed = take_home(place, tmp_path / "robbed", tmp_path / "nothing")

    told = [[one.text for one in found.unchecked if one.subject == "seals/"] for found in (whole, robbed)]
    assert [] == told[0]
    assert ["seals were deleted from the ledger" in text for text in told[1]] == [True]


@pytest.mark.drawn
def test_what_comes_before_a_row_that_no_copy_wrote_is_taken_home(
    postgres: Postgres, home: Path, tmp_path: Path
) -> None:
    """A file's name leads nowhere outside of the seals; a hole or a broken line ends what is brought.

    The finding says which row it is. Without any good record there is no archive, and nothing of the attempt stays.
    """
    place = adopt(home, postgres.address("machine"), None)
    of_one = f"WHERE archive = {place.archive}"
    names = ["../../outside", str(tmp_path / "outside"), "orphaned/../../../outside", "..", "ledger.toml"]
    rows = f"SELECT {place.archive}, (SELECT max(seq) FROM ledger.entry {of_one})"
    entry, seal = (f"UPDATE ledger.{table} SET" for table in ("entry", "seal"))
    deep = "repeat('[', 100000)"
    changes = [
        *(("no file", f"INSERT INTO ledger.file {rows}, '{name}', 'x'", _undo_file(name)) for name in names),
        (
            "record 1 is not as",
            f"{entry} line = '!' || line {of_one}",
            f"{entry} line = substr(line, 2) {of_one}",
        ),
        (
            "record 4 is not as",
            f"{entry} line = {deep} || line {of_one} AND seq = 4",
            f"{entry} line = ltrim(line, '[') {of_one} AND seq = 4",
        ),
        (
            "record 5 is missing",
            f"{entry} seq = 999999 {of_one} AND seq = 5",
            f"{entry} seq = 5 {of_one} AND seq = 999999",
        ),
        (
            "record 3 is not as",
            f"{entry} line = '[' || line || ']' {of_one} AND seq = 3",
            f"{entry} line = substr(line, 2, length(line) - 2) {of_one} AND seq = 3",
        ),
        *(
            (
                r"record \d+ is not as this program writes it",
                f"""{entry} line = replace(line, '"payload":', '"payload":{{}},"was":') {of_one} {of_kind(kind)}""",
                f"""{entry} line = replace(line, '"payload":{{}},"was":', '"payload":') {of_one} {of_kind(kind)}""",
            )
            for kind in ("rollback", "erasure")
        ),
        ("seal 1 is not", f"{seal} day = '../' || day {of_one}", f"{seal} day = substr(day, 4) {of_one}"),
    ]
    whole = len(evidence(home)["entry"])

    for number, (words, change, undo) in enumerate(changes):
        postgres.execute("SET session_replication_role = replica", change)
        target, last = tmp_path / f"taken-{number}", re.search(r"record (\d+)", words)
        if words.startswith("record 1 "):
            with pytest.raises(errors.BadLedger, match=words):
                take_home(place, target, home)
            assert not target.exists()
        else:
            found = [one.text for one in take_home(place, target, home).findings if one.check == "ledger-row"]
            assert re.search(words, "".join(found))
            assert len(evidence(target)["entry"]) == (int(last[1]) - 1 if last else whole) or "\\d" in words
        assert not list(tmp_path.glob("*.partial*"))
        postgres.execute("SET session_replication_role = replica", undo)

    assert [] == list(tmp_path.rglob("*outside*"))
    assert [] == take_home(place, tmp_path / "taken", home).findings


@pytest.mark.drawn
def test_a_copy_goes_up_to_the_last_good_row_and_saves_on_when_the_bad_one_is_gone(
    postgres: Postgres, home: Path, tmp_path: Path
) -> None:
    """Another copy is brought up to there, says so, and appends nothing meanwhile."""
    place = adopt(home, postgres.address("machine"), None)
    last = len(evidence(home)["entry"])
    change = f"UPDATE ledger.entry SET line = %s WHERE archive = {place.archive} AND seq = {last}"
    replica = "SET session_replication_role = replica"
    postgres.execute(replica, change.replace("%s", "'!' || line"))
    copy = new_copy(tmp_path / "second", place)

    with closing(Archive(copy)) as archive, archive.reading() as reading:
        told, held = reading.ledger_error, last_held(reading)
    with closing(Archive(copy)) as archive, pytest.raises(errors.BadLedger), archive.writing() as writing:
        note(writing, "x")
    postgres.execute(replica, change.replace("%s", "substr(line, 2)"))
    with closing(Archive(copy)) as archive, archive.writing() as writing:
        note(writing, "x")

    assert ("BadLedger", last - 1) == (told, held)
    assert last + 1 == len(ledger_digests(postgres, place))


def last_held(reading: Reading) -> int:
    """The number of the last record of a copy."""
    number, _digest = last_record(reading) or (0, "")
    return number


@pytest.mark.drawn
def test_values_that_no_column_takes_count_for_nothing_or_end_what_is_brought(
    postgres: Postgres, home: Path, tmp_path: Path
) -> None:
    """Objects where texts belong, in counters or in a record, are no fault of the program: no trace shows texts."""
    place = adopt(home, postgres.address("machine"), None)
    of_one = f"WHERE archive = {place.archive}"
    looks = {"same": "bytes", "first": "2026-01-01T00:00:00.000Z", "last": "2026-01-01T00:00:00.000Z"}
    row = {"room_id": 1, "seq": 1, "body": "", "objects": "", "count": 0, "limited": False}
    counted = row | looks | {"times": 1, "longest_s": 0, "looks": "[]"}
    strange: list[dict[str, Any]] = [
        {"memory": {"budget": {}}},
        *({"last_list": [row | {name: {}}]} for name in row),
        {"last_list": [row | looks]},
        *({"last_list": [counted | {name: "never"}]} for name in ("first", "last", "times", "longest_s", "looks")),
    ]

    for number, running in enumerate(strange):
        _state_running(postgres, place.archive, running)
        target = tmp_path / f"taken-{number}"
        assert "ledger-row" not in take_home(place, target, tmp_path / "nothing").counts
        with closing(Archive(target)) as archive, archive.reading() as reading:
            assert [] == list(last_lists.running_looks(reading))
    _state_running(postgres, place.archive, {"last_list": [counted], "memory": {"erasures_settled": "[1]"}})
    take_home(place, tmp_path / "counted", tmp_path / "nothing")
    replica, of_others = (
        "SET session_replication_role = replica",
        f"{of_one} AND NOT (TRUE {of_kind('export')}) AND NOT (TRUE {of_kind('me')})",
    )
    name, wrapped = r"""'"name":("[^"]*")', '"name":[\1]'""", r"""'"name":\[("[^"]*")\]', '"name":\1'"""
    postgres.execute(replica, f"UPDATE ledger.entry SET line = regexp_replace(line, {name}) {of_others}")
    found = [one.text for one in take_home(place, tmp_path / "taken", tmp_path / "nothing").findings]
    assert any(re.search(r"record \d+ is not as this program writes it", text) for text in found)
    postgres.execute(replica, f"UPDATE ledger.entry SET line = regexp_replace(line, {wrapped}) {of_others}")
    _state_running(postgres, place.archive, {})

    with closing(Archive(tmp_path / "counted")) as archive, archive.reading() as reading:
        assert [1] == list(last_lists.running_looks(reading))
        assert [] == remembered_values.ERASURES_SETTLED.recall(reading)


def of_kind(kind: str) -> str:
    """The condition of a statement on the entries of one kind."""
    return f"""AND line LIKE '%"kind":"{kind}"%'"""


def _state_running(postgres: Postgres, archive: int, running: dict[str, Any]) -> None:
    rows, names = running.get("last_list", []), tuple(last_lists.NO_LOOKS)
    lists = json.dumps([{name: one for name, one in row.items() if name not in names} for row in rows])
    looks = [{name: row[name] for name in names if name in row} for row in rows]
    packed = zlib.compress(json.dumps(running | {"last_list": looks}).encode()).hex()
    changes = f"lists = '{lists}', running = '\\x{packed}'"
    postgres.execute(f"UPDATE ledger.standing SET {changes} WHERE archive = {archive}")


@pytest.mark.drawn
def test_the_archive_of_another_account_is_not_taken_home(postgres: Postgres, home: Path, tmp_path: Path) -> None:
    """Also where somebody has given its number in the ledger to the account that was asked for."""
    place = adopt(home, postgres.address("machine"), None)

    with pytest.raises(errors.BadLedger):
        take_home(place, tmp_path / "taken", home, account=99)

    assert not (tmp_path / "taken").exists()
    assert not list(tmp_path.glob("taken.partial*")), "it would be somebody else's"


@pytest.mark.drawn
def test_a_drill_goes_on_where_the_ledger_holds_what_makes_no_archive(
    postgres: Postgres, home: Path, tmp_path: Path
) -> None:
    """It says which row is wrong, takes the other archives home, and ends as with a finding."""
    broken = new_place(postgres)
    with closing(Archive(new_copy(tmp_path / "broken", broken))) as archive, archive.writing() as writing:
        note(writing, "x")
    postgres.execute(
        "SET session_replication_role = replica",
        f"UPDATE ledger.entry SET line = '!' || line WHERE archive = {broken.archive}",
    )
    adopt(home, postgres.address("machine"), None)

    with Chatwork(token=TOKEN) as chatwork:
        said = Terminal(home, chatwork).run("team", "verify", "--sample", 100, code=3)

    assert "記録 1 が、このプログラムの書く形になっていません" in said
    assert "変わったところはありません" in said
    assert "1件の保管庫は取り出せませんでした" in said


def _undo_file(name: str) -> str:
    return f"DELETE FROM ledger.file WHERE name = '{name}'"


@pytest.mark.drawn
def test_of_two_that_take_home_to_one_folder_the_first_to_end_has_it(
    postgres: Postgres, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither touches what the other one is making; nothing of the one that is refused stays, nor of a killed one."""
    place, move = adopt(home, postgres.address("machine"), None), adopt_and_take_home._move
    killed = tmp_path / "taken.partial-0a1b2c3d"
    (killed / "files").mkdir(parents=True)
    killed.with_name(f"{killed.name}.lock").touch()

    def move_second(fresh: Path, target: Path) -> None:
        with monkeypatch.context() as inner:
            inner.setattr(adopt_and_take_home, "_move", move)
            take_home(place, target, home)
        assert fresh.is_dir()
        move(fresh, target)

    monkeypatch.setattr(adopt_and_take_home, "_move", move_second)
    with pytest.raises(errors.HomeNotWritable):
        take_home(place, tmp_path / "taken", home)

    assert evidence(home) == evidence(tmp_path / "taken")
    assert [] == list(tmp_path.glob("taken.partial*"))


@pytest.mark.drawn
def test_a_home_of_the_same_archive_becomes_a_copy_and_another_one_is_refused(
    postgres: Postgres, home: Path, tmp_path: Path
) -> None:
    """After the first machine is lost, what was taken home can go on saving; a second archive of the account cannot."""
    address = postgres.address("machine")
    make_store(str(tmp_path / "shared"))
    place = adopt(home, address, str(tmp_path / "shared"))
    take_home(place, tmp_path / "taken", home)
    other = unpacked(tmp_path / "other")

    again = adopt(tmp_path / "taken", address, str(tmp_path / "shared"))
    for folder in (tmp_path / "taken", other):
        with closing(Archive(folder)) as archive, archive.writing() as writing:
            note(writing, folder.name)

    assert place == again
    with pytest.raises(errors.AnotherArchive):
        adopt(other, address, None)
    assert not (other / LEDGER_FILE).exists()


@pytest.mark.drawn
def test_after_leaving_nothing_is_saved_and_status_says_so(team: Team) -> None:
    """A save by hand is refused before Chatwork is asked; what is saved can be read, and entries be made."""
    machine = Terminal(team.first, team.chatwork)
    before, number = machine.run("status"), team.place.archive
    TeamLedger(team.place.address).close_archive(number)
    team.chatwork.requests.clear()
    kept = ledger_digests(team.postgres, team.place)

    _out, refused = machine.both("save", code=1)
    asked = team.chatwork.requests.copy()
    status, checks = machine.run("status"), machine.run("status", "--full", code=4)

    assert "団体が行います" in before
    assert f"保管庫{number}は閉じています" in refused.replace("\n", "")
    assert "archive team take-home" in refused
    assert ([], kept) == (asked, ledger_digests(team.postgres, team.place))
    assert "いまは何も保存できません(団体でのこの保管庫は閉じています)" in status
    assert "団体が行います" not in status
    assert f"保管庫{number}は閉じています" in checks.replace("\n", "")
    assert "はじめ" in machine.run("search", "はじめ")
    with closing(Archive(team.first)) as archive, archive.writing() as writing:
        note(writing, "出る前の控え")


def test_the_commands_of_a_team_from_an_empty_database_to_an_archive_at_home(tmp_path: Path) -> None:
    """init, adopt, sync into the ledger, take-home by the account's number; what goes wrong is one sentence.

    On a new computer, where no copy names the team's store of files, the commands name it; then saving goes on there.
    """
    with running_postgres() as postgres, Chatwork(token="0123456789abcdef" * 2, limit=1_000_000) as chatwork:
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")])
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.run("init", "--yes")
        assert "台帳" in terminal.run("team", "take-home", tmp_path / "taken", code=2)
        terminal.run("job", "add", "job1", "--chat", room)
        terminal.run("sync")
        terminal.run("team", "init", "--ledger", postgres.address())
        ledger, files = ("--ledger", postgres.address()), ("--files", tmp_path / "shared")
        entered = ("team", "adopt", terminal.home, *ledger, *files)
        unmounted = terminal.run(*entered, code=1)
        terminal.run("team", "init", *files)
        terminal.run(*entered)
        assert "台帳" in terminal.run("status")
        assert "このパソコンの中だけ" not in terminal.run("status") + terminal.run("status", "--full")
        chatwork.post(room, chatwork.owner, "台帳へ")
        chatwork.upload(room, chatwork.owner, "納品.bin", data=b"delivered")
        terminal.run("sync")

        elsewhere = ("--ledger", postgres.address(), "--files", tmp_path / "shared")
        said = terminal.run("team", "take-home", chatwork.owner, tmp_path / "taken", *elsewhere)
        missing = terminal.run("team", "take-home", 1, tmp_path / "other", code=2)
        new = Terminal(tmp_path / "new", chatwork)
        without = new.run("team", "take-home", chatwork.owner, tmp_path / "unnamed", *ledger, code=3)
        new.run("team", "take-home", chatwork.owner, new.home, *ledger, *files)
        new.run("team", "adopt", new.home, *ledger, *files)
        new.run("sync")

    assert "--files" in without
    assert "archive team init --files DIR" in unmounted
    assert "変わったところはありません" in said
    assert "アカウント 1 の保管庫はありません" in missing
    assert evidence(terminal.home) == evidence(tmp_path / "taken")


def readable_tables(home: Path) -> dict[str, list[object]]:
    """Every row of every readable table."""
    with closing(sqlite3.connect(home / DATABASE)) as database:
        return {
            table.name: sorted(database.execute(f'SELECT * FROM "{table.name}"').fetchall(), key=repr)
            for table in schema.READABLE
        }


def file_names(home: Path) -> set[str]:
    """The names of the files beside the seals, and of bytes; no replies of authorities that were no stamps."""
    folders = (home / "seals", home / "files")
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(home)) for path in paths if "unusable" not in path.name}
