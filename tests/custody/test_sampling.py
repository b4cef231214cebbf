"""The daily look at a part of the archive: within a month every part has its turn, and what was changed is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from archiver.custody.sampling import PARTS, part_of, verify_sample
from archiver.store import seals
from archiver.store.engine import DATABASE
from tests.support.archives.maker import ArchiveMaker, at, story


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ArchiveMaker]:
    """An archive with a seal."""
    made = story(tmp_path / "home")
    seals.close_seals(made.archive, now=at(300))
    yield made
    made.archive.close()


def found(made: ArchiveMaker) -> list[str]:
    """The checks that find something, over a month."""
    return [one.check for part in range(PARTS) for one in verify_sample(made.archive, part).findings]


def test_a_month_of_samples_looks_at_everything_once(made: ArchiveMaker) -> None:
    """The parts together are the whole, and an intact archive has no finding."""
    parts = {part_of(date(2026, 11, 1) + timedelta(days=day)) for day in range(PARTS)}
    counts = [verify_sample(made.archive, part).checked for part in parts]

    with closing(sqlite3.connect(made.home / DATABASE)) as database:
        (entries,) = database.execute("SELECT count(*) FROM entry").fetchone()
    assert (entries, 1, 2) == tuple(sum(one[name] for one in counts) for name in ("entries", "seals", "files"))
    assert [] == found(made)


def test_a_changed_entry_is_found(made: ArchiveMaker) -> None:
    """Its line no longer has the digest that was kept with it."""
    with closing(sqlite3.connect(made.home / DATABASE)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE entry SET line = replace(line, '払えません', '払います')")
        database.commit()

    assert {"entry-digest"} == set(found(made))


def test_a_changed_seal_is_found(made: ArchiveMaker) -> None:
    """Its file is not the one that was made, or it is gone."""
    (path,) = (made.home / seals.FOLDER).glob("*.json")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))

    assert ["seal-digest"] == found(made)
    path.unlink()
    assert ["seal-digest"] == found(made)


def test_a_file_that_is_gone_is_found_the_same_day(made: ArchiveMaker) -> None:
    """Where its bytes should lie is looked at each day; what they are when its part has its turn."""
    path = next((made.home / "files").glob("??/??/*"))
    path.chmod(0o600)
    path.write_bytes(b"something else")
    assert ["file-changed"] == found(made)

    path.unlink()
    assert ["file-missing"] * PARTS == found(made)


def test_it_can_be_left_at_any_step(made: ArchiveMaker) -> None:
    """What `step` raises comes out, and the archive is not held."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_sample(made.archive, 1, step=stop)

    assert [] == found(made)
