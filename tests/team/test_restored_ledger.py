"""A ledger put back to an earlier time: every copy that is ahead is brought to it before anything new is saved."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver import errors
from archiver.cli.main import main
from archiver.store.archive import Archive
from archiver.team import membership
from archiver.team.copies import Gathering, Waiting
from archiver.team.ledger.service_tables import ArchiveStanding, accesses
from archiver.team.round_queue import due_archives
from tests.ledger.teams import note
from tests.support.teams.team import wait_until
from tests.support.teams.team_hardship import findings_at_home
from tests.support.teams.team_service import Service, running_service
from tests.team.test_account_rounds import Worker

ARCHIVES = 20


LOST = "消える前の文"
"""What was saved after the point in time."""


FORGED = (
    *("junk", "[" * 100_000),
    *(
        json.dumps([1, 0, None]) + f"\n{json.dumps(['entry', [*range(1, 7), *row]])}"
        for row in (["note/job1", "not json", hashlib.sha256(b"not json").hexdigest()], [{}, "", ""], ["\0"] * 3)
    ),
)
"""What somebody put among the segments of an archive, under names that its bytes have."""


class Saver(Worker):
    """A saver of its own computer, in this process."""

    def __init__(self, service: Service, computer: str) -> None:
        super().__init__(service, computer)
        self.told: list[Waiting] = []
        self.attend = Gathering(self.rounds.copies, self.ledger, self.told.append).attend


@pytest.fixture
def service(installation: Service) -> Service:
    """The installation without the savers of other cases."""
    installation.postgres.execute("DELETE FROM ledger.saver", "UPDATE ledger.standing SET next_due = now() + '9 days'")
    installation.standings.clear()
    return installation


@pytest.fixture
def standing(service: Service) -> ArchiveStanding:
    """A new account with a job."""
    return service.add_account(rooms=1)


@pytest.fixture
def savers(service: Service) -> Iterator[tuple[Saver, Saver]]:
    """Two savers that the ledger knows, each with copies of its own."""
    with closing(Saver(service, f"a{time.time()}")) as first, closing(Saver(service, f"b{time.time()}")) as second:
        first.attend()
        second.attend()
        yield first, second


@pytest.mark.drawn
def test_nothing_is_saved_until_every_known_saver_has_brought_its_copies(
    service: Service, standing: ArchiveStanding, savers: tuple[Saver, Saver]
) -> None:
    """Neither a saver nor a member's own machine takes the numbers meanwhile; then all goes on as before."""
    first, second = savers
    before = saved_and_put_back(service, standing, first)

    second.attend()
    own = Archive(service.folder / "owners" / str(standing.account))
    with closing(own), pytest.raises(errors.LedgerAwaitsSavers), own.writing() as writing:
        note(writing, "覚え")
    held = (second.rounds.run(standing.archive), due_archives(second.ledger))
    missing = [[saver.cache == first.rounds.copies.identity() for saver in waiting.awaited] for waiting in second.told]
    first.attend()
    after = of(standing, digests(service))

    assert ((False, []), [[True]]) == (held, missing)
    assert before == after
    assert second.rounds.run(standing.archive)
    assert due_archives(second.ledger) == []


@pytest.mark.drawn
def test_after_the_operators_word_it_goes_on_and_what_lay_aside_is_taken_in(
    service: Service, standing: ArchiveStanding, savers: tuple[Saver, Saver], capsys: pytest.CaptureFixture[str]
) -> None:
    """A saver that comes later finds its numbers taken: its copy is kept, told by `team status`, and brought in."""
    first, second = savers
    saved_and_put_back(service, standing, first)
    second.attend()
    settings = service.folder / "first.toml"
    cache = str(first.rounds.copies.home(standing.archive).parent)
    text = service.team_file.read_text(encoding="utf-8").replace(str(service.settings().cache), cache)
    settings.write_text(text, encoding="utf-8")

    second.ledger.wait_no_longer()
    post(service, standing.account, "復元の後の文")
    assert second.rounds.run(standing.archive)
    assert 0 == texts(service, LOST, standing.archive)
    first.attend()
    assert "archive team restore" in run("status", settings, capsys)
    restored = run("restore", settings, capsys)

    assert 1 == texts(service, LOST, standing.archive)
    assert str(standing.archive) in restored
    assert "archive team restore" not in run("status", settings, capsys)
    assert list(first.rounds.copies.home(standing.archive).glob("*.lost-1"))


@pytest.mark.drawn
def test_an_archive_that_the_ledger_does_not_know_any_more_comes_back_from_its_copy(
    service: Service, standing: ArchiveStanding, savers: tuple[Saver, Saver]
) -> None:
    """It was opened after the point in time: it has its number again, and later accounts get others."""
    first, second = savers
    first.rounds.run(standing.archive)
    before = of(standing, digests(service))
    tables = ("entry", "reply", "seal", "file", "token", "access", "standing", "erasure")
    gone = [f"DELETE FROM ledger.{table} WHERE archive = {standing.archive}" for table in tables]
    as_if_never(service, *gone, f"DELETE FROM ledger.archive WHERE id = {standing.archive}")

    first.attend()
    second.attend()

    assert before == of(standing, digests(service))
    assert service.add_account(rooms=1).archive > standing.archive


@pytest.mark.drawn
def test_without_a_copy_what_was_lost_comes_back_from_the_store(
    service: Service, standing: ArchiveStanding, savers: tuple[Saver, Saver], capsys: pytest.CaptureFixture[str]
) -> None:
    """Batch by batch, what is no batch left out and said; also of an archive that the ledger does not know any more."""
    before = saved_and_put_back(service, standing, savers[0])
    shutil.rmtree(savers[0].rounds.copies.home(standing.archive))
    store = service.folder / f"store/{standing.archive}/segments"
    for number, forged in enumerate(FORGED):
        content = gzip.compress(forged.encode())
        (store / f"{1:012}-{900 + number:012}-{hashlib.sha256(content).hexdigest()}.gz").write_bytes(content)

    run("restore", service.team_file, capsys, "--no-wait")
    put_back = of(standing, digests(service))
    tables = ("entry", "reply", "seal", "file", "token", "access", "standing", "erasure")
    gone = [f"DELETE FROM ledger.{table} WHERE archive = {standing.archive}" for table in tables]
    as_if_never(service, *gone, f"DELETE FROM ledger.archive WHERE id = {standing.archive}")
    said = run("restore", service.team_file, capsys, "--no-wait")

    assert before == put_back == of(standing, digests(service))
    assert str(len([key for key in before if key[1] > 0])) in said
    assert str(900 + len(FORGED) - 1) in said
    service.join(standing.account)
    assert savers[1].rounds.run(standing.archive)
    assert (
        []
        == findings_at_home(service, [standing.account], service.folder / f"taken-{standing.archive}")[standing.account]
    )


@pytest.mark.drawn
def test_who_had_left_is_not_saved_again_and_missing_rows_of_the_record_are_told(
    service: Service, standing: ArchiveStanding, savers: tuple[Saver, Saver]
) -> None:
    """A restore opens the archive and brings the token back: both go again, until the member gives a token."""
    first, second = savers
    archive, account = standing.archive, standing.account
    membership.leave(account, service.settings())
    first.attend()
    as_if_never(service, f"UPDATE ledger.archive SET closed_at = NULL WHERE id = {archive}", token_of(archive))

    first.attend()
    second.attend()
    left = first.ledger.standing(archive)
    service.join(account)
    first.attend()

    assert (False, False) == (left.has_token, left.closed_at is None)
    assert (True, True) == (first.ledger.standing(archive).has_token, first.rounds.run(archive))
    assert ["put-back"] == [row.what for row in accesses(service.place(account))]


def token_of(archive: int) -> str:
    """The statement that gives an archive a token."""
    return f"INSERT INTO ledger.token VALUES ({archive}, 's', 'w', 'k')"


def run(command: str, settings: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What a command of the team prints."""
    main(["team", command, "--settings", str(settings), *options])
    return capsys.readouterr().out.replace("\n", "")


def saved_and_put_back(service: Service, standing: ArchiveStanding, saver: Saver) -> dict[tuple[int, int], str]:
    """Let a saver save, take that from the ledger again as a restore does, and say what there was."""
    saver.rounds.run(standing.archive)
    kept = of(standing, digests(service))
    query = f"SELECT mark, lists, running FROM ledger.standing WHERE archive = {standing.archive}"
    ((mark, lists, running),) = service.postgres.rows(query)
    message = post(service, standing.account, LOST)
    saver.rounds.run(standing.archive)
    service.chatworks.accounts[standing.account].edit(message, "直した文")
    saver.rounds.run(standing.archive)
    before = of(standing, digests(service))
    saver.rounds.run(standing.archive)  # after which the store has all of it
    as_if_never(
        service,
        f"DELETE FROM ledger.entry WHERE archive = {standing.archive} AND seq > {len(kept)}",
        f"DELETE FROM ledger.reply WHERE archive = {standing.archive} AND number > 1",
        f"UPDATE ledger.standing SET mark = '{mark}', lists = '{lists}', running = '\\x{running.hex()}' "
        f"WHERE archive = {standing.archive}",
    )
    return before


def as_if_never(service: Service, *statements: str) -> None:
    """Change the ledger as only a restore can, after which it has another life."""
    lives = "UPDATE ledger.saver SET life = ''"
    service.postgres.execute("SET session_replication_role = replica", *statements, lives)
    for path in (service.folder / "cache").glob("*/.closed"):
        path.write_text(path.read_text(encoding="utf-8").replace('["', '["another-', 1), encoding="utf-8")


def of(standing: ArchiveStanding, held: dict[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Those of one archive."""
    return {key: digest for key, digest in held.items() if key[0] == standing.archive}


@pytest.mark.slow
def test_three_savers_at_once_lose_nothing_of_twenty_archives_after_a_restore(folder: Path) -> None:
    """What was shipped after the point in time, an earlier text of a message among it, has its numbers again."""
    with running_service(folder, ARCHIVES, rooms=1, every="5s") as service:
        postgres, accounts = service.postgres, list(service.chatworks.accounts)
        for place in ("first", "second", "third"):
            service.start_worker(place)
        wait_until(lambda: all(one.last_round for one in service.overview().values()))
        postgres.back_up()
        posted = {account: post(service, account, "消える前の文") for account in accounts}
        wait_until(lambda: texts(service, "消える前の文") >= ARCHIVES)
        for account, message in posted.items():
            service.chatworks.accounts[account].edit(message, "直した文")
        wait_until(lambda: texts(service, "直した文") >= ARCHIVES)
        before = digests(service)

        postgres.restore()
        wait_until(lambda: digests(service).items() >= before.items())
        for account in accounts:
            post(service, account, "復元の後の文")
        wait_until(lambda: texts(service, "復元の後の文") >= ARCHIVES)
        service.stop_workers()

        after = digests(service)
        assert {key: after.get(key) for key in before} == before
        assert [] == list((folder / "cache").rglob("*.lost-*"))


def group(service: Service, account: int) -> int:
    """The room of an account's job."""
    chatwork = service.chatworks.accounts[account]
    return next(room.room_id for room in chatwork.rooms.values() if room.type == "group")


def post(service: Service, account: int, text: str) -> str:
    """A message of the client's."""
    chatwork, room = service.chatworks.accounts[account], group(service, account)
    client = next(member for member in chatwork.rooms[room].members if member != account)
    return chatwork.post(room, client, text)


def digests(service: Service) -> dict[tuple[int, int], str]:
    """The digest of every entry of the ledger."""
    rows = service.postgres.rows("SELECT archive, seq, digest FROM ledger.entry")
    return {(archive, seq): digest for archive, seq, digest in rows}


def texts(service: Service, text: str, archive: object = "archive") -> int:
    """How many archives of the ledger hold a text, or whether one does."""
    query = f"SELECT count(DISTINCT archive) FROM ledger.entry WHERE archive = {archive} AND line LIKE '%{text}%'"
    ((count,),) = service.postgres.rows(query)
    return int(count)
