"""A PostgreSQL of the tests' own: Debian's, in a folder that is thrown away, reached over a socket in it alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS = sorted(Path(os.environ.get("POSTGRES_VERSIONS", "/usr/lib/postgresql")).glob("*/bin"))
"""The folders of the installed versions, of which the newest is taken; Debian has none of them on PATH."""

_PATIENCE_SECONDS = 600
"""For each of its programs: `pg_ctl` alone gives up after 60 s, less than a restore took beside other work."""

_SETTINGS = """
listen_addresses = ''
fsync = off
wal_level = replica
archive_mode = on
archive_command = 'cp %p {folder}/wal/%f'
max_connections = 200
"""


class Postgres:
    """A cluster with its files in one folder."""

    def __init__(self, folder: Path, *, name: str = "postgres") -> None:
        self.folder, self.data, self.name = folder, folder / "data", name
        self.patience = float(_PATIENCE_SECONDS)

    def address(self, user: str = "postgres") -> str:
        """The address of the database as a user, without a password."""
        return f"host={self.folder} dbname={self.name} user={user}"

    def create(self) -> None:
        """Make the cluster."""
        (self.folder / "wal").mkdir(mode=0o777)
        if os.geteuid() == 0:
            for path in (self.folder, self.folder / "wal"):
                shutil.chown(path, "postgres", "postgres")
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_SETTINGS.format(folder=self.folder))
            file.write(f"unix_socket_directories = '{self.folder}'\n")

    def start(self) -> None:
        """Start the server and wait until it can be written to, a restore included."""
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "start")
        with psycopg.connect(self.address(), autocommit=True) as connection:
            while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server at once; open connections are cut."""
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def crash(self) -> None:
        """Stop the server as a power cut does."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def back_up(self) -> None:
        """Make a base backup, and a point behind it to which the cluster can be restored."""
        self._run("pg_basebackup", "-h", self.folder, "-U", "postgres", "-D", self.folder / "base", "-c", "fast")
        self.execute("SELECT pg_create_restore_point('before')")

    def restore(self) -> None:
        """Restore the base backup and the write-ahead log up to that point."""
        self.execute("SELECT pg_switch_wal()")
        self.stop()
        shutil.rmtree(self.data)
        self._run("cp", "-a", self.folder / "base", self.data)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"restore_command = 'cp {self.folder}/wal/%f %p'\n")
            file.write("recovery_target_name = 'before'\nrecovery_target_action = 'promote'\n")
        self._run("touch", self.data / "recovery.signal")
        self.start()

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query of the superuser's finds."""
        with psycopg.connect(self.address()) as connection:
            return connection.execute(query.encode()).fetchall()

    def dump(self, *options: str) -> bytes:
        """All rows of the database as its owner copies them."""
        command = [str(PROGRAMS[-1] / "pg_dump"), *options, "-h", str(self.folder), "-U", "postgres", "postgres"]
        return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout

    def written(self) -> int:
        """How many bytes of write-ahead log there are by now."""
        return int(self.rows("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")[0][0])

    def _run(self, program: str, *arguments: str | Path) -> None:
        assert PROGRAMS, "PostgreSQL is missing: apt-get install postgresql"
        path = PROGRAMS[-1] / program
        command = [str(path) if path.exists() else program, *map(str, arguments)]
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        with subprocess.Popen(
            command,
            cwd="/",
            env=os.environ | {"PGCTLTIMEOUT": str(_PATIENCE_SECONDS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        ) as process:
            try:
                output, _nothing = process.communicate(timeout=self.patience)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # with what it has started, which would go on writing
                raise
        assert process.returncode == 0, output


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster that runs; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    postgres = Postgres(folder)
    try:
        postgres.create()
        postgres.start()
        yield postgres
    finally:
        if (postgres.data / "postmaster.pid").exists():
            postgres.crash()
        shutil.rmtree(folder)
