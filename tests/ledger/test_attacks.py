"""What each gets who could be curious or worse (docs/en/team.md, row by row); another version, and lacking rights."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from archiver import errors
from archiver.export.package.daily_copy import write_daily_copy
from archiver.store.archive import Archive
from archiver.team import sealed_tokens
from archiver.team.adopt_and_take_home import adopt, place_of, take_home
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import LedgerPlace, install_ledger, open_archive, write_ledger_file
from archiver.team.ledger.service_tables import TeamLedger
from archiver.team.round_queue import check_queue, install_queue
from tests.ledger.teams import Team, account_of, new_team, note, unpacked
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import round_in
from tests.support.terminals.terminal import TOKEN, Terminal

pytestmark = pytest.mark.drawn

TEXT = "はじめ"
"""A message of every worker's archive here."""

FILE = b"delivered bytes that lie in the store alone"

OVERVIEW = {
    *("archive", "account_id", "opened_at", "closed_at", "last_round", "outcome"),
    *("gaps", "alerts", "failures", "next_due", "has_token"),
}
"""What the organisation sees of an archive."""

TABLES = ("entry", "reply", "seal", "file", "access", "token", "standing", "archive")


@pytest.fixture(scope="module")
def teams(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Team, Team]]:
    """Two workers' archives; the first has a file and a sealed token, and a user of the database for itself alone."""
    with (
        new_team(postgres, tmp_path_factory.mktemp("sato")) as sato,
        new_team(postgres, tmp_path_factory.mktemp("suzuki")) as suzuki,
    ):
        sato.chatwork.upload(sato.room, sato.client, "納品.bin", data=FILE)
        round_in(sato.first, sato.environ)
        with closing(TeamLedger(postgres.address("worker"))) as ledger:
            public = sealed_tokens.public_half(sealed_tokens.new_secret_key())
            row = sealed_tokens.seal_token(TOKEN, 1, public)
            due = ledger.standing(sato.place.archive).opened_at
            ledger.keep_token(sato.place.archive, row, first_due=due)
        postgres.execute(
            "CREATE ROLE tenant LOGIN IN ROLE ledger_reader",
            "CREATE ROLE member LOGIN IN ROLE ledger_writer",
            "CREATE ROLE newcomer LOGIN IN ROLE ledger_writer",
            *(
                f"SELECT ledger.bind_login('{login}', account_id) FROM ledger.archive WHERE id = {sato.place.archive}"
                for login in ("tenant", "member")
            ),
        )
        yield sato, suzuki


def counts(postgres: Postgres, user: str, archive: int, table: str) -> int | None:
    """How many rows of a table a user sees who names an archive; None: the table is refused."""
    with psycopg.connect(postgres.address(user)) as connection:
        connection.execute("SELECT set_config('archiver.archive', %s, true)", (str(archive),))
        try:
            row = connection.execute(f"SELECT count(*) FROM ledger.{table}".encode()).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            return None
    assert row is not None
    return int(row[0])


def test_a_user_of_one_archive_sees_that_one_whatever_it_names(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """It takes its own archive home; under another's number it finds its own again, and it can change neither."""
    sato, suzuki = teams
    seen = {
        archive: counts(postgres, "tenant", archive, "entry") for archive in (sato.place.archive, suzuki.place.archive)
    }

    assert 1 == len(set(seen.values()))
    assert counts(postgres, "machine", sato.place.archive, "entry") == seen[suzuki.place.archive]
    with psycopg.connect(postgres.address("tenant")) as connection:
        rows = connection.execute("SELECT DISTINCT archive FROM ledger.entry").fetchall()
    assert [(sato.place.archive,)] == rows
    for statement in (
        "UPDATE ledger.tenant SET archive = 2",
        "DELETE FROM ledger.tenant",
        "SELECT * FROM ledger.tenant",
        "SELECT * FROM ledger.token",
        "SELECT * FROM ledger.overview",
    ):
        with (
            psycopg.connect(postgres.address("tenant")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


def test_a_user_that_is_held_to_none_sees_nothing_and_opens_none(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """As after a restore to a time before it was held to its archive: it fails closed."""
    archive = teams[0].place.archive
    address = postgres.address("newcomer")

    assert {0} == {counts(postgres, "newcomer", archive, table) for table in (*TABLES, "overview")}
    with closing(Ledger(LedgerPlace(address, archive))) as ledger, pytest.raises(errors.NotInLedger):
        ledger.may_append()
    for account in (account_of(postgres, archive), 99):
        with pytest.raises(errors.LedgerForbids):
            open_archive(address, account)


def test_a_member_s_machine_reaches_its_own_archive_alone(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """It opens no other one, sees how none other stands, and cannot keep the savers from asking Chatwork."""
    own, other = (account_of(postgres, team.place.archive) for team in teams)
    address = postgres.address("member")

    assert teams[0].place.archive == open_archive(address, own)
    for account in (other, 99):
        with pytest.raises(errors.LedgerForbids):
            open_archive(address, account)
    assert 1 == counts(postgres, "member", teams[1].place.archive, "overview")
    for table in ("host_breaker", "saver", "tenant"):
        assert counts(postgres, "member", teams[0].place.archive, table) is None


def test_it_takes_its_archive_home(teams: tuple[Team, Team], postgres: Postgres, tmp_path: Path) -> None:
    """By its own user, without any machine of the organisation but database and store."""
    place = LedgerPlace(postgres.address("tenant"), teams[0].place.archive, teams[0].place.files)

    assert [] == take_home(place, tmp_path / "taken", tmp_path / "none").findings


def test_another_accounts_archive_is_refused_and_not_replaced_by_its_own(
    teams: tuple[Team, Team], postgres: Postgres, tmp_path: Path
) -> None:
    """Whoever names another account does not get their own archive under that account's name."""
    accounts = {team.place.archive: account_of(postgres, team.place.archive) for team in teams}
    address, (own, other) = postgres.address("tenant"), accounts.values()

    assert teams[0].place.archive == place_of(tmp_path, address, own).archive
    with pytest.raises(errors.ArchiveForbidden):
        place_of(tmp_path, address, other)


def test_a_curious_administrator_sees_numbers_and_times_alone(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """Of each archive the columns of the overview; no table of what is in it, whatever archive is named."""
    with psycopg.connect(postgres.address("overseer")) as connection:
        cursor = connection.execute("SELECT * FROM ledger.overview")
        columns, rows = {column.name for column in cursor.description or ()}, cursor.fetchall()
    everything = repr(rows)

    assert (OVERVIEW, 2) == (columns, len(rows))
    assert all(word not in everything for word in (TEXT, "田中", "動画編集", str(teams[0].room)))
    assert [None] * len(TABLES) == [counts(postgres, "overseer", teams[0].place.archive, table) for table in TABLES]


def test_machines_read_the_archive_they_name_and_no_token(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """So their users belong on machines of the service alone; a reader adds nothing but rows about itself."""
    for team in teams:
        for user in ("machine", "reader"):
            assert counts(postgres, user, team.place.archive, "entry")
    statement = b"SELECT sealed FROM ledger.token"
    for user in ("machine", "reader"):
        with psycopg.connect(postgres.address(user)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_machines_can_stop_the_saving_and_take_nothing_away_that_was_saved(
    teams: tuple[Team, Team], postgres: Postgres
) -> None:
    """Tokens can be destroyed by whoever may give them, archives closed; the guide says so."""
    archive = str(teams[0].place.archive)
    tries = ("DELETE FROM ledger.token", "SELECT ledger.close_archive()", "DELETE FROM ledger.entry")
    done: list[str] = []
    for statement in tries:
        with psycopg.connect(postgres.address("machine")) as connection:
            connection.execute("SELECT set_config('archiver.archive', %s, true)", (archive,))
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
                done.append(statement)
            connection.rollback()

    assert list(tries[:2]) == done


def test_a_stolen_dump_holds_texts_but_neither_tokens_nor_files(teams: tuple[Team, Team], postgres: Postgres) -> None:
    """The key of the installation is not in the database, and bytes are in the store: the guide says so."""
    dump = postgres.dump()

    assert TEXT.encode() in dump
    assert b"COPY ledger.token" in dump
    assert all(secret not in dump for secret in (TOKEN.encode(), TOKEN.encode().hex().encode()))
    assert all(piece not in dump for piece in (FILE, FILE.hex().encode()))


def test_a_worker_s_disk_holds_copies_and_no_token(teams: tuple[Team, Team]) -> None:
    """Texts and files of the archives it saved lie there; the token came by the environment and is nowhere."""
    bodies = [path.read_bytes() for path in teams[0].first.rglob("*") if path.is_file()]

    assert any(TEXT.encode() in body for body in bodies)
    assert FILE in bodies
    assert not [body for body in bodies if TOKEN.encode() in body]


def test_whoever_reads_a_store_reads_files_and_in_the_segments_all_texts_and_no_token(
    teams: tuple[Team, Team],
) -> None:
    """The other archive's equal bytes lie under its own keys."""
    sato = teams[0]
    with closing(Archive(sato.first)) as archive, archive.writing() as writing:
        note(writing, "a private note")
    assert sato.place.files is not None
    store = Path(sato.place.files) / str(sato.place.archive)
    files = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    segments = b"".join(gzip.decompress(body) for path, body in files.items() if path.suffix == ".gz").decode()

    assert FILE in files.values()
    assert all(word in segments or json.dumps(word)[1:-1] in segments for word in (TEXT, "田中", "動画編集"))
    assert not [body for body in [*files.values(), segments.encode()] if TOKEN.encode() in body]


def test_whoever_reads_a_store_with_daily_copies_reads_texts(teams: tuple[Team, Team]) -> None:
    """In the zip of a contract, whose name is in the key; the token is in none."""
    suzuki = teams[1]
    with closing(Archive(suzuki.first)) as archive:
        made = write_daily_copy(archive, "job1", now=lambda: datetime.now(UTC), file_limit_bytes=0, at_once=True)
    assert made is not None
    assert suzuki.place.files is not None
    stored = Path(suzuki.place.files) / str(suzuki.place.archive) / "daily" / "job1" / made.name
    with zipfile.ZipFile(stored) as copy:
        bodies = [copy.read(name) for name in copy.namelist()]

    assert all(any(word.encode() in body for body in bodies) for word in (TEXT, "田中", "動画編集"))
    assert not [body for body in bodies if TOKEN.encode() in body]


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Postgres]:
    """Another database of the cluster, with nothing in it."""
    other = Postgres(postgres.folder, name="other")
    postgres.execute("CREATE DATABASE other")
    yield other
    postgres.execute("DROP DATABASE other WITH (FORCE)")


def move_to(home: Path, database: Postgres, user: str = "machine") -> Path:
    """Let a copy look for its archive in another database, or as another user."""
    write_ledger_file(home, LedgerPlace(database.address(user), 1))
    return home


def test_beside_an_older_ledger_a_round_names_the_command_before_it_asks_chatwork(
    team: Team, database: Postgres
) -> None:
    """The sentence says what to run, with exit code 1; what is saved can be read, and after the update it goes on."""
    terminal = Terminal(move_to(team.first, database), team.chatwork)
    team.chatwork.requests.clear()

    said = terminal.run("sync", code=1)

    assert "archive team init --ledger" in said
    assert "別の版" in said
    assert [] == team.chatwork.requests
    assert "はじめ" in terminal.run("search", "--chat", str(team.room))
    install_ledger(database.address())
    open_archive(database.address("machine"), team.chatwork.owner)
    terminal.run("sync")


def test_beside_an_older_ledger_the_service_names_the_command(database: Postgres) -> None:
    """The standings and the queue, too."""
    with closing(TeamLedger(database.address("worker"))) as ledger, pytest.raises(errors.LedgerOutdated):
        ledger.overview()
    with pytest.raises(errors.QueueUnavailable):
        check_queue(database.address("worker"))


def test_an_older_program_leaves_a_newer_ledger_as_it_is(database: Postgres) -> None:
    """Its version is one that the program does not know."""
    install_ledger(database.address())
    with psycopg.connect(database.address()) as connection:
        connection.execute("UPDATE ledger.alembic_version SET version_num = '9999'")

    with pytest.raises(errors.LedgerNewer):
        install_ledger(database.address())


def test_who_may_not_create_roles_is_told_so(database: Postgres) -> None:
    """A machine's user makes no ledger; the sentence names the user and what kind of user can."""
    with pytest.raises(errors.LedgerNotMade, match="“machine”") as refused:
        install_ledger(database.address("machine"))
    with pytest.raises(errors.LedgerNotMade):
        install_queue(database.address("machine"))

    assert "archive team init --ledger" in refused.value.advice()


def test_a_user_whom_the_database_does_not_let_in_is_named(database: Postgres) -> None:
    """One that there is not; whoever makes the ledger is not told to look at the network."""
    with pytest.raises(errors.LedgerRefusesUser, match="“nobody-here”") as refused:
        install_ledger(database.address("nobody-here"))

    assert "~/.pgpass" in refused.value.advice()


def test_a_user_in_no_role_is_told_so_and_not_that_the_ledger_is_missing(team: Team, postgres: Postgres) -> None:
    """Its schema is closed to them, so its tables seem not to be there; reading goes on from the copy."""
    postgres.execute("CREATE ROLE stranger LOGIN")
    home = move_to(team.first, postgres, "stranger")

    with pytest.raises(errors.LedgerForbids):
        round_in(home, team.environ)
    said = Terminal(home, team.chatwork).run("sync", code=1)

    assert "archive guide team" in said
    with closing(Archive(home)) as archive, archive.reading():
        pass


def test_a_reader_can_neither_save_nor_enter_an_archive(team: Team, postgres: Postgres, tmp_path: Path) -> None:
    """Both end with the sentence, and nothing is changed."""
    write_ledger_file(team.first, LedgerPlace(postgres.address("reader"), team.place.archive))
    unpacked(tmp_path / "own")
    team.post("届かない連絡")
    with pytest.raises(errors.LedgerForbids):
        round_in(team.first, team.environ)
    with pytest.raises(errors.LedgerForbids):
        adopt(tmp_path / "own", postgres.address("reader"), None)
    assert not (tmp_path / "own" / "ledger.toml").exists()
