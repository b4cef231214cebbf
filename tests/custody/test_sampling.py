"""The daily look at a part of the archive: within a month every part has its turn, and what was changed is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from archiver.custody.daily_verification import PARTS, part_of, verify_sample
from archiver.store import seals
from archiver.store.engine import DATABASE
from tests.support.archives.maker import ArchiveMaker, at, story


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[ArchiveMaker]:
    """An archive with a seal."""
    maker = story(tmp_path / "home")
    seals.close_seals(maker.archive, now=at(300))
    yield maker
    maker.archive.close()


def failed_checks(maker: ArchiveMaker) -> list[str]:
    """The checks that find something, over a month."""
    return [one.check for part in range(PARTS) for one in verify_sample(maker.archive, part).findings]


def test_a_month_of_samples_looks_at_everything_once(maker: ArchiveMaker) -> None:
    """The parts together are the whole, and an intact archive has no finding."""
    parts = {part_of(date(2026, 11, 1) + timedelta(days=day)) for day in range(PARTS)}
    counts = [verify_sample(maker.archive, part).checked for part in parts]

    with closing(sqlite3.connect(maker.home / DATABASE)) as database:
        (entries,) = database.execute("SELECT count(*) FROM entry").fetchone()
    assert (entries, 1, 2) == tuple(sum(one[name] for one in counts) for name in ("entries", "seals", "files"))
    assert [] == failed_checks(maker)


def test_a_changed_entry_is_found(maker: ArchiveMaker) -> None:
    """Its line no longer has the digest that was kept with it."""
    with closing(sqlite3.connect(maker.home / DATABASE)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE entry SET line = replace(line, '払えません', '払います')")
        database.commit()

    assert {"entry-digest"} == set(failed_checks(maker))


def test_a_changed_seal_is_found(maker: ArchiveMaker) -> None:
    """Its file is not the one that was made, or it is gone."""
    (path,) = (maker.home / seals.FOLDER).glob("*.json")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))

    assert ["seal-digest"] == failed_checks(maker)
    path.unlink()
    assert ["seal-digest"] == failed_checks(maker)


def test_a_file_that_is_gone_is_found_the_same_day(maker: ArchiveMaker) -> None:
    """Where its bytes should lie is looked at each day; what they are when its part has its turn."""
    path = next((maker.home / "files").glob("??/??/*"))
    path.chmod(0o600)
    path.write_bytes(b"something else")
    assert ["file-changed"] == failed_checks(maker)

    path.unlink()
    assert ["file-missing"] * PARTS == failed_checks(maker)


def test_it_can_be_left_at_any_step(maker: ArchiveMaker) -> None:
    """What `step` raises comes out, and the archive is not held."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_sample(maker.archive, 1, step=stop)

    assert [] == failed_checks(maker)
