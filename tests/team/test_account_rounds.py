"""One round of one account by a worker: what its end means for the account, and for the others."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from archiver import errors
from archiver.cli.main import main
from archiver.notices.sentences import sentences, take_pending_notices
from archiver.records import Contract, ContractRoom, RoomId
from archiver.rounds.daemon import Stop, Stopped
from archiver.store import user_statements
from archiver.store.archive import Archive
from archiver.team import account_rounds, membership, sealed_tokens
from archiver.team.account_rounds import AccountRounds, CareEnd, RoundEnd, RoundFailed
from archiver.team.adopt_and_take_home import adopt
from archiver.team.ledger.service_tables import ACCOUNTS, SealedRow, TeamLedger
from archiver.team.round_queue import due_archives
from tests.support.teams.team import SETTINGS, round_in
from tests.support.teams.team_service import Service

pytestmark = pytest.mark.drawn

ASKED = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)")
"""A statement in the server's log, as far as its first line."""

MOST_STATEMENTS = 23
"""So many a round asks in which nothing is new, each `BEGIN`, `COMMIT` and turn for a request among them."""

MOST_WRITTEN = 1_500
"""Bytes of PostgreSQL's write-ahead log that such a round of six chats makes, its queue aside."""


class Worker:
    """A worker in this process, whose rounds a test begins."""

    def __init__(self, service: Service, computer: str = "shared") -> None:
        self.ends: list[RoundEnd] = []
        self.cares: list[CareEnd] = []
        self.ledger = TeamLedger(service.settings().ledger)
        self.secret = (service.folder / "key").read_text(encoding="utf-8")
        environ = {"CHATWORK_API_BASE_URL": service.chatworks.base_url("worker")}
        self.rounds = AccountRounds(
            replace(service.settings(), cache=service.folder / "cache" / computer),
            environ,
            self.ledger,
            lambda: self.secret,
            now=lambda: datetime.now(UTC),
            stop=Stop(),
            tell=self.ends.append,
            tell_care=self.cares.append,
        )

    def close(self) -> None:
        """Close what is open."""
        self.rounds.close()
        self.ledger.close()


@pytest.fixture
def service(installation: Service) -> Service:
    """Four new accounts with a room each; no other one is due, and Chatwork is in order."""
    installation.chatworks.is_down.clear()
    installation.postgres.execute(
        "DELETE FROM ledger.host_breaker", "UPDATE ledger.standing SET next_due = now() + interval '9 days'"
    )
    installation.standings.clear()
    for _account in range(ACCOUNTS + 1):
        installation.add_account(rooms=1)
    return installation


@pytest.fixture
def worker(service: Service) -> Iterator[Worker]:
    """A worker of it."""
    with closing(Worker(service)) as worker:
        yield worker


def test_a_round_saves_and_says_when_the_next_is_due(service: Service, worker: Worker) -> None:
    """Gaps and alerts are counted, the token was opened for this alone, and is forgotten after it."""

    assert worker.rounds.run(service.first.archive)

    standing = worker.ledger.standing(service.first.archive)
    assert (standing.outcome, standing.failures, standing.gaps, standing.alerts) == ("ok", 0, 0, 0)
    assert standing.last_round is not None
    assert standing.next_due is not None
    assert standing.opened_at < standing.next_due <= standing.last_round + timedelta(seconds=10)
    assert worker.ends[-1].error is None
    assert [app.chatwork.transport._token for app in worker.rounds._apps.values()] == [""]


PROBES = ("", "SELECT 1")
"""What a connection is asked before it is used again after a while: how often depends on the clock."""


def statements_of(service: Service, worker: Worker, archive: int) -> list[str]:
    """What the server was asked in a round, but for whether it still answers."""
    log = service.postgres.folder / "log"
    before = log.stat().st_size
    assert worker.rounds.run(archive)
    lines = log.read_bytes()[before:].decode(errors="replace").splitlines()
    found = [match[1] for line in lines if (match := ASKED.search(line))]
    return [statement for statement in found if statement not in PROBES]


def test_a_quiet_round_asks_the_ledger_little(service: Service) -> None:
    """No connection is opened, nothing is shipped but the counters, and what is asked does not grow by the round."""
    standing = service.add_account(rooms=6)
    archive, chatwork = standing.archive, service.chatworks.accounts[standing.account]
    for room in chatwork.rooms:
        chatwork.post(room, standing.account, "こんにちは。")
    service.postgres.execute("ALTER ROLE worker SET log_statement = 'all'")
    try:
        with closing(Worker(service)) as worker:
            for _again in range(2):
                worker.rounds.run(archive)
            quiet = [statements_of(service, worker, archive) for _again in range(3)]
            written = [service.postgres.written()]
            for _again in range(3):
                worker.rounds.run(archive)
                written.append(service.postgres.written())
    finally:
        service.postgres.execute("ALTER ROLE worker RESET log_statement")

    for asked in quiet:
        assert len(asked) <= MOST_STATEMENTS, asked
        assert not [one for one in asked if one.startswith(("SET ", "INSERT"))]
    assert min(after - before for before, after in pairwise(written)) <= MOST_WRITTEN


def test_a_refused_token_stops_its_account_alone(service: Service, worker: Worker) -> None:
    """It is tried again after an hour, then six, then a day; the owner is told, and the queue need not try again."""
    refused, other, *_rest = service.standings.items()
    service.chatworks.forget(refused[0])

    assert worker.rounds.run(refused[1].archive)
    worker.rounds.run(refused[1].archive)
    assert worker.rounds.run(other[1].archive)

    standing = worker.ledger.standing(refused[1].archive)
    assert standing.next_due is not None
    assert (standing.outcome, standing.failures) == ("TokenRefused", 2)
    assert standing.next_due - datetime.now(UTC) > timedelta(hours=5)
    assert [type(end.error).__name__ for end in worker.ends] == ["TokenRefused", "TokenRefused", "NoneType"]
    assert worker.ledger.standing(other[1].archive).outcome == "ok"


def test_who_is_told_of_a_refused_token_is_told_to_give_another_to_the_team(service: Service, worker: Worker) -> None:
    """`archive init token` would store it where no worker looks."""
    service.chatworks.forget(service.first.account)
    worker.rounds.run(service.first.archive)
    end = worker.ends[-1]

    with closing(Archive(worker.rounds.copies.home(service.first.archive))) as archive:
        pending = take_pending_notices(archive, end.settings, end.error, now=end.at, adapts=True, unwatched=True)

    [told] = [text for text in sentences(pending) if "API token is not accepted" in text]
    assert "archive team join" in told
    assert "init token" not in told


def test_a_machine_that_saves_may_give_a_token_and_read_none(service: Service, worker: Worker) -> None:
    """Where a token is given nobody can open one: a member of ledger_writer joins, again too, and reads no token."""
    settings = replace(service.settings(), ledger=service.postgres.address("machine"))
    membership.leave(service.first.account, settings)

    assert [service.join(service.first.account, settings).has_token for _again in range(2)] == [True, True]
    with closing(TeamLedger(settings.ledger)) as ledger, pytest.raises(errors.LedgerUnavailable, match="denied"):
        ledger.sealed_token(service.first.archive)
    assert worker.rounds.run(service.first.archive)
    assert worker.ends[-1].error is None


def test_an_account_without_a_contract_is_said_to_save_nothing(service: Service, worker: Worker) -> None:
    """It is no error; its owner enters an archive of their own that has one, and the next round saves messages."""
    account = service.chatworks.add(rooms=1)
    archive = service.join(account).archive
    room = next(room for room in service.chatworks.accounts[account].rooms.values() if room.type == "group")
    said = worker.ledger.has_contract(archive)
    worker.rounds.run(archive)
    without = worker.ledger.standing(archive)

    home = service.folder / f"home-{account}"
    home.mkdir()
    (home / "archive.toml").write_text(SETTINGS, encoding="utf-8")
    with closing(Archive(home)) as own:
        own.create()
        contract = Contract("job1", (ContractRoom(RoomId(room.room_id)),), "open")
        user_statements.state_contract(own, contract, at=datetime.now(UTC))
    token, address = service.chatworks.accounts[account].token, service.chatworks.base_url()
    round_in(home, {"CHATWORK_API_TOKEN": token, "CHATWORK_API_BASE_URL": address})
    assert adopt(home, service.postgres.address("machine"), str(service.folder / "store")).archive == archive
    service.chatworks.accounts[account].post(room.room_id, account, "納品しました")
    worker.rounds.run(archive)

    assert (said, without.outcome, without.failures) == (False, account_rounds.NOTHING_TO_SAVE, 0)
    assert worker.ledger.standing(archive).outcome == "ok"
    assert worker.ledger.has_contract(archive)
    assert service.postgres.rows(f"SELECT FROM ledger.entry WHERE archive = {archive} AND kind = 'message'")


def test_a_copy_is_verified_and_kept_up_when_that_is_due(service: Service, worker: Worker) -> None:
    """Everything once a month by whichever worker comes first, as the ledger tells the others; upkeep of each copy."""
    with closing(Worker(service, "another")) as other:
        for one in (worker, other):
            for _round in range(2):
                one.rounds.run(service.first.archive)
                one.rounds._looked.clear()
        logs = [
            (one.rounds.copies.home(service.first.archive) / "logs/archive.log").read_text(encoding="utf-8")
            for one in (worker, other)
        ]

    assert [log.count("verified=whole findings=0") for log in logs] == [1, 0]
    assert [log.count("upkeep=not_needed") for log in logs] == [1, 1]
    assert worker.cares == []


def test_what_a_verification_finds_is_said_by_the_number_of_the_archive(service: Service, worker: Worker) -> None:
    """To whoever looks after the worker; the owner gets the notice that every archive gives of it."""
    worker.rounds.run(service.first.archive)
    with closing(Archive(worker.rounds.copies.home(service.first.archive))) as copy, copy.writing() as writing:
        writing.sql.exec_driver_sql("DROP TRIGGER entry_no_update")
        writing.sql.exec_driver_sql("UPDATE entry SET line = replace(line, '案件', '事件')")
        writing.sql.exec_driver_sql("DELETE FROM memory WHERE key = 'daemon-checked'")
    worker.rounds._looked.clear()
    worker.rounds.run(service.first.archive)

    [end] = worker.cares
    assert (end.archive, end.error) == (service.first.archive, None)
    assert end.findings > 0


def test_an_outage_is_found_out_by_three_accounts_and_ended_by_one(service: Service, worker: Worker) -> None:
    """The fourth account's round is not even begun; one probe tries again, and then everybody may."""
    archives = [standing.archive for standing in service.standings.values()]
    service.chatworks.is_down.set()
    worker.rounds.run(archives[0])
    worker.rounds.run(archives[1])
    worker.rounds.run(archives[2])
    before = service.chatworks.asked

    held = worker.rounds.run(archives[3])
    nobody = due_archives(worker.ledger)
    service.chatworks.is_down.clear()
    over(service)
    probe = due_archives(worker.ledger)
    probed = worker.rounds.run(probe[0])

    assert (held, nobody, service.chatworks.asked - before > 0) == (False, [], True)
    assert (len(probe), probed) == (1, True)
    assert worker.rounds.run(archives[3])
    assert {worker.ledger.standing(archive).outcome for archive in archives} <= {"ok", "ServerFailed"}


def test_a_probe_asks_once(service: Service, worker: Worker) -> None:
    """While the host is out of order a probe costs one request, and the pause grows."""
    archives = [standing.archive for standing in service.standings.values()]
    service.chatworks.is_down.set()
    for archive in archives[:3]:
        worker.rounds.run(archive)
    first, _at = worker.ledger.host()
    over(service)
    before = service.chatworks.asked
    worker.rounds.run(archives[3])
    second, _at = worker.ledger.host()

    assert service.chatworks.asked - before == 1
    assert (first.openings, second.openings) == (1, 2)


def over(service: Service) -> None:
    """The pause is over."""
    service.postgres.execute("UPDATE ledger.host_breaker SET opened_until = now()")


def test_an_error_is_tried_again_by_the_queue_without_its_text(service: Service, worker: Worker) -> None:
    """Such as a token that was sealed for another key; the name is all that leaves the round."""
    worker.secret = sealed_tokens.new_secret_key()

    with pytest.raises(RoundFailed) as raised:
        worker.rounds.run(service.first.archive)

    assert raised.value.args == ("SealedWithAnotherKey",)
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert worker.ledger.standing(service.first.archive).outcome == "SealedWithAnotherKey"


def test_the_token_of_another_account_ends_with_an_error(service: Service, worker: Worker) -> None:
    """One that was given for this account and is another's, as it is when somebody is confused: nothing is saved."""
    (account, standing), (other, _standing), *_rest = service.standings.items()
    worker.rounds.run(standing.archive)
    token = service.chatworks.accounts[other].token
    row = sealed_tokens.seal_token(token, account, service.settings().public_key)
    worker.ledger.keep_token(standing.archive, row, first_due=datetime.now(UTC))
    worker.rounds.close()

    worker.rounds.run(standing.archive)

    assert worker.ledger.standing(standing.archive).outcome == "WrongAccount"


def test_who_leaves_has_no_token_and_no_round_at_once(service: Service, worker: Worker) -> None:
    """The archive stays; who comes back goes on in it."""
    worker.rounds.run(service.first.archive)
    left, had_token = membership.leave(service.first.account, service.settings())
    asked = service.chatworks.asked

    assert (had_token, left.has_token, left.closed_at is None) == (True, False, False)
    assert service.first.archive not in due_archives(worker.ledger)
    assert not worker.rounds.run(service.first.archive)
    assert service.chatworks.asked == asked
    assert service.join(service.first.account).archive == service.first.archive
    assert worker.rounds.run(service.first.archive)


def test_who_leaves_twice_is_told_that_nothing_was_destroyed(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time there is no token any more, and the sentence does not say that one was destroyed."""
    monkeypatch.setenv("ARCHIVE_LANG", "ja")
    leave = ["team", "leave", str(service.first.account), "--settings", str(service.team_file)]

    assert (0, 0) == (main(leave), main(leave))

    first, second = capsys.readouterr().out.replace("\n", "").split(f"アカウント{service.first.account}の")[1:]
    assert first.startswith("APIトークンを破棄し")
    assert second.startswith("APIトークンは台帳になく、何も破棄していません。")
    assert f"保管庫{service.first.archive}は閉じています" in second
    service.join(service.first.account)


def test_an_account_that_nobody_knows_is_not_told_to_enter_an_archive(service: Service) -> None:
    """Who leaves is told that nothing was destroyed, and where the team's accounts are listed."""
    with pytest.raises(errors.NoAccountToLeave) as left:
        membership.leave(77, service.settings())

    assert "archive team status" in left.value.advice()
    assert "adopt" not in left.value.advice()


def test_who_leaves_while_their_round_runs_is_asked_about_no_more(service: Service, worker: Worker) -> None:
    """The round ends before its next request, and the worker forgets the token; what was saved until then stays."""
    asked_after: list[int] = []

    def leave_at_once() -> None:
        if not asked_after:
            membership.leave(service.first.account, service.settings())
            asked_after.append(service.chatworks.asked)

    assert not worker.rounds.run(service.first.archive, leave_at_once)

    assert service.chatworks.asked == asked_after[0] > 0
    assert service.first.archive not in worker.rounds._apps
    assert worker.ledger.standing(service.first.archive).outcome is None
    assert service.join(service.first.account).archive == service.first.archive
    assert worker.rounds.run(service.first.archive)


def test_nothing_of_a_token_stays_in_memory_after_its_round(
    service: Service, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who leaves between two rounds is told to nobody, so each round overwrites what it opened, not only frees it."""
    opened: list[str] = []

    def watch(row: SealedRow, account: int, secret_key: str) -> str:
        opened.append(open_token(row, account, secret_key))
        return opened[-1]

    open_token = sealed_tokens.open_token
    monkeypatch.setattr(sealed_tokens, "open_token", watch)
    for _again in range(2):
        assert worker.rounds.run(service.first.archive)

    assert [set(token) for token in opened] == [{"\0"}] * 2


def test_with_a_new_key_nobody_gives_a_token_again(
    service: Service, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tokens stay sealed as they are; a call that was cut short is made again; one for neither key is named."""
    (account, standing), (other, second), *_rest = service.standings.items()
    before = worker.ledger.sealed_token(standing.archive)
    stranger = sealed_tokens.public_half(sealed_tokens.new_secret_key())
    alien = sealed_tokens.seal_token("0" * 32, other, stranger)
    worker.ledger.keep_token(second.archive, alien, first_due=datetime.now(UTC))
    new_key = ["team", "new-key", str(service.folder / f"key-{account}"), "--settings", str(service.team_file)]

    codes = [main(new_key) for _again in range(2)]

    said = capsys.readouterr()
    secret = (service.folder / f"key-{account}").read_text(encoding="utf-8")
    after = worker.ledger.sealed_token(standing.archive)
    assert before is not None
    assert after is not None
    assert ([0, 0], before.sealed) == (codes, after.sealed)
    assert [f'public_key = "{sealed_tokens.public_half(secret)}"'] * 2 == said.out.splitlines()
    assert str(other) in said.err
    assert str(account) not in said.err.replace(str(service.folder / f"key-{account}"), "")
    assert service.chatworks.accounts[account].token == sealed_tokens.open_token(after, account, secret)
    with pytest.raises(sealed_tokens.NotOpened):
        sealed_tokens.open_token(after, account, worker.secret)


def test_a_refused_token_is_not_kept(service: Service) -> None:
    """Joining asks Chatwork whose token it is before anything is written."""
    account = next(iter(service.standings))
    membership.leave(account, service.settings())
    service.chatworks.forget(account)

    with pytest.raises(errors.TokenRefused) as raised:
        service.join(account)
    assert "archive team join" in raised.value.advice()
    assert "init token" not in raised.value.advice()
    assert not service.overview()[account].has_token


def test_a_stopped_round_leaves_its_account_free(service: Service, worker: Worker) -> None:
    """Between two steps; the next round can begin at once."""

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        worker.rounds.run(service.first.archive, stop)
    assert worker.rounds.run(service.first.archive)


def test_one_process_makes_no_two_rounds_of_an_account_at_once(service: Service, worker: Worker) -> None:
    """Should the queue ever give it one twice."""
    inside, go_on, second = threading.Event(), threading.Event(), list[BaseException]()

    def hold() -> None:
        inside.set()
        go_on.wait(30)

    first = threading.Thread(target=worker.rounds.run, args=(service.first.archive, hold))
    first.start()
    inside.wait(30)
    try:
        worker.rounds.run(service.first.archive)
    except RoundFailed as error:
        second.append(error)
    go_on.set()
    first.join()

    assert [error.args for error in second] == [("ArchiveInUse",)]
    assert worker.ledger.standing(service.first.archive).outcome == "ok"


def test_turns_are_spread_over_the_seconds(service: Service) -> None:
    """All requests of all workers together: five a second, whoever takes the turns."""
    ledgers, begun = [TeamLedger(service.settings().ledger) for _ in range(2)], time.monotonic()
    turns = [ledger.take_turn(service.first.archive, 5.0) for _ in range(5) for ledger in ledgers]
    waits = [turn.total_seconds() for turn in turns if turn is not None]
    for ledger in ledgers:
        ledger.close()

    assert waits[0] == 0
    assert 1.75 < waits[-1] + time.monotonic() - begun
    assert waits[-1] <= 1.8


def test_new_accounts_begin_one_after_the_other(service: Service) -> None:
    """Their first rounds read everything; at five requests a second each takes its time."""
    settings = replace(service.settings(), max_requests_per_second=5.0)
    accounts = list(service.standings)
    for account in accounts:
        membership.leave(account, settings)
    service.postgres.execute("UPDATE ledger.standing SET next_due = NULL")
    for account in accounts:
        service.join(account, settings)

    due = [standing.next_due for account, standing in service.overview().items() if account in accounts]

    assert None not in due
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(filter(None, due)))


def test_copies_go_least_recently_used_first_and_come_back(service: Service) -> None:
    """When all take more than they may; what was saved is in the ledger, and the next round makes the copy again."""
    with closing(Worker(service)) as worker:
        archives = [standing.archive for standing in service.standings.values()]
        for archive in archives:
            worker.rounds.run(archive)
        small = replace(service.settings(), cache_gb=1e-9)
        worker.rounds.copies._settings = small
        gone = worker.rounds.copies.make_room()
        worker.rounds.run(archives[0])

    assert gone[-len(archives) :] == archives
    assert (service.folder / "cache/shared" / str(archives[0]) / "archive.sqlite3").is_file()
    assert not (service.folder / "cache/shared" / str(archives[1])).exists()


def test_a_copy_with_a_lost_database_stays(service: Service, worker: Worker) -> None:
    """What was set aside after a restore of the ledger is nowhere else."""
    worker.rounds.run(service.first.archive)
    (worker.rounds.copies.home(service.first.archive) / "archive.sqlite3.lost-1").write_bytes(b"x")
    worker.rounds.copies._settings = replace(service.settings(), cache_gb=1e-9)

    assert service.first.archive not in worker.rounds.copies.make_room()


def test_an_account_has_its_own_settings(service: Service, worker: Worker) -> None:
    """`ACCOUNT.toml` in the folder of the team, else its default; a change counts from the next round on."""
    worker.rounds.run(service.first.archive)
    (service.folder / "archives" / f"{service.first.account}.toml").write_text(
        '[sync]\nevery = "7m"\n', encoding="utf-8"
    )

    worker.rounds.run(service.first.archive)

    assert worker.ends[0].settings.sync.every == timedelta(seconds=10)
    assert worker.ends[1].settings.sync.every == timedelta(minutes=7)
