"""Stamps outlive their certificates: the newest seal is stamped anew in time, and packages prove the past by that."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archiver.custody.stamp_requests import RENEW_AGAIN, StampLife, ending, is_renewal_due, stamp_lives, stamp_service
from archiver.custody.verify import verify_archive, verify_path
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.health.evidence import check_stamps, stamp_status
from archiver.records.alerts import Grade
from archiver.rounds.round import seal_now, upkeep_round
from archiver.store.seals import seals
from tests.custody.test_stamp_requests import Desk
from tests.support.chatwork.simulator import Chatwork
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import Clock, World

DAY = timedelta(days=1)
FIRST_END, SECOND_END = datetime(2018, 6, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
TODAY = datetime(2026, 11, 26, tzinfo=UTC)


def at(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lives", "expected"),
    [
        ([("a", "", at(2030))], ""),
        ([("a", "", at(2026, 12))], "a"),
        ([("a", "", at(2026, 6))], "a"),
        ([("a", "b", at(2026, 6)), ("b", "", at(2035))], ""),
        ([("a", "", at(2026, 6)), ("b", "", at(2035))], "a"),
        ([("a", "b", at(2026, 6)), ("b", "", at(2026, 5))], "ab"),
    ],
    ids=["lasts", "ends soon", "ended", "carried on", "not taken over in time", "both end"],
)
def test_a_stamp_is_ending_until_a_longer_one_carries_it_on(
    lives: list[tuple[str, str, datetime]], expected: str
) -> None:
    """One of another authority, over a seal that holds the record of its arrival, made before its end."""
    known = [StampLife(name, at(2020), frozenset(by), ends, is_key=False) for name, by, ends in lives]

    assert expected == "".join(one.authority for one in ending(known, at(2026, 10), 90 * DAY))


def test_another_authority_that_took_over_in_time_carries_on(tmp_path: Path) -> None:
    """Also years later, when its newest stamp is long after the end; one that came too late does not."""
    clock = Clock(at(2015))
    with SimulatedAuthority(now=clock) as first, SimulatedAuthority(now=clock) as second:
        first.renew_leaf(until=FIRST_END)
        with Chatwork(now=clock, limit=100_000) as chatwork:
            world = World(tmp_path / "home", chatwork, clock)
            desk = Desk(world, first, second)
            authorities = desk.authorities
            desk.authorities = authorities[:1]
            desk.seal()
            desk.ask()
            desk.authorities = authorities[1:]
            for year in (2016, 2024):
                clock.time = at(year)
                desk.seal()
                desk.ask(at_once=True)

            with world.archive.reading() as reading:
                lives = stamp_lives(reading)
                assert not is_renewal_due(reading, clock())
            world.close()

    assert [("a", {"b"}), ("b", set())] == [(one.authority, set(one.followers)) for one in lives]
    assert [] == ending(lives, at(2024), 90 * DAY)


def seal_numbers(desk: Desk) -> list[int]:
    with desk.world.archive.reading() as reading:
        return [one.number for one in seals(reading)]


def look(desk: Desk) -> tuple[Grade, str]:
    with desk.world.archive.reading() as reading:
        result = check_stamps(stamp_status(reading, desk.names, ()), now=desk.world.clock())
    return result.grade, result.text


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Desk, SimulatedAuthority]]:
    """An archive in the year 2015, and an authority whose certificate ends in 2018."""
    clock = Clock(at(2015))
    with SimulatedAuthority(now=clock) as authority, Chatwork(now=clock, limit=100_000) as chatwork:
        authority.renew_leaf(until=FIRST_END)
        world = World(tmp_path / "home", chatwork, clock)
        yield Desk(world, authority), authority
        world.close()


def test_an_archive_without_news_is_stamped_anew_before_the_end(office: tuple[Desk, SimulatedAuthority]) -> None:
    """Each month until the authority has a newer certificate; a year before, `check` says that it ends."""
    desk, tsa = office
    desk.round()
    desk.seal()
    desk.round(days=2)
    upkeep_round(desk.app())  # after it no daily copy is due
    first = seal_numbers(desk)[-1]
    assert Grade.GOOD == look(desk)[0]

    desk.world.clock.time = at(2017, 7)
    upkeep_round(desk.app())
    assert (first, Grade.ATTENTION) == (seal_numbers(desk)[-1], look(desk)[0])
    assert "2018-06-01" in look(desk)[1]
    desk.world.clock.time = at(2018, 4)
    for _again in range(2):
        upkeep_round(desk.app())
    assert (first + 1, Grade.ATTENTION) == (seal_numbers(desk)[-1], look(desk)[0])

    tsa.renew_leaf(until=SECOND_END)
    desk.world.clock.time += RENEW_AGAIN
    upkeep_round(desk.app())

    assert (first + 2, Grade.GOOD) == (seal_numbers(desk)[-1], look(desk)[0])
    with desk.world.archive.reading() as reading:
        assert not is_renewal_due(reading, desk.world.clock())


def test_a_missed_end_asks_for_a_seal_and_gets_it(office: tuple[Desk, SimulatedAuthority]) -> None:
    """`archive seal` seals the records of stamps alone, which it does not do otherwise."""
    desk, tsa = office
    desk.round()
    desk.seal()
    desk.ask()
    count = len(seal_numbers(desk))
    assert [] == seal_now(desk.app()).new_seals

    desk.world.clock.time = at(2019)
    tsa.renew_leaf(until=SECOND_END)
    assert Grade.ACTION == look(desk)[0]
    seal_now(desk.app())

    assert (count + 1, Grade.GOOD) == (len(seal_numbers(desk)), look(desk)[0])


# --- ten years -------------------------------------------------------------------------------


def make_package(desk: Desk, out: Path) -> Path:
    app = desk.app()
    order = ExportOrder(contract="job1", profile="lawyer", out=out, counterparts={desk.world.tanaka})
    return Path(export(app.archive, order, now=desk.world.clock, stamping=stamp_service(app)).path)


def pass_ten_years(desk: Desk, tsa: SimulatedAuthority, folder: Path) -> tuple[Path, Path]:
    """A package of year one and one of year ten; the job ends in year one, and the certificate ends twice."""
    world = desk.world
    for text in ("最初の連絡です", "納品をお願いします"):
        world.post(text)
        desk.round(days=2)
    first = make_package(desk, folder / "first")
    world.contract("job1", world.room, state="stopped")
    desk.round(days=2)
    while world.clock() < at(2024, 12):
        world.clock.pass_by(days=25)
        for end, newer in ((FIRST_END, SECOND_END), (SECOND_END, datetime(2049, 1, 1, tzinfo=UTC))):
            if end - timedelta(days=70) < world.clock() < end:
                tsa.renew_leaf(until=newer)
        upkeep_round(desk.app())
    return first, make_package(desk, folder / "tenth")


def shell(package: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=package, capture_output=True, text=True, check=False)


def printed_commands(package: Path, word: str) -> list[str]:
    lines = (package / "VERIFY.txt").read_text(encoding="utf-8-sig").splitlines()
    return [line.strip() for line in lines if line.startswith("   ") and line.strip().startswith(word)]


def without_time(command: str) -> str:
    return re.sub(r" -attime [0-9]+", "", command)


def is_good(package: Path, command: str) -> bool:
    return "Verification: OK" in shell(package, command).stdout


def carrier_of(package: Path, seal: str) -> str:
    """The seal that holds the record of a seal's stamp, by the tools that VERIFY.txt names."""
    (printed,) = printed_commands(package, 'grep -l "$(grep')
    named = re.sub(r"data/seals/\S+?\.json\.a\.tsr", f"data/seals/{seal}.a.tsr", printed)
    return Path(shell(package, named).stdout.strip()).name


@pytest.mark.drawn
def test_ten_years_on_a_package_proves_year_one_by_openssl_alone(
    office: tuple[Desk, SimulatedAuthority], tmp_path: Path
) -> None:
    """The certificate of year one has ended twice; records and seals lead from its stamp to one that lasts."""
    desk, tsa = office
    first, tenth = pass_ten_years(desk, tsa, tmp_path)

    old, new = printed_commands(first, "openssl ts -verify"), printed_commands(tenth, "openssl ts -verify")
    assert all(is_good(one, command) for one, commands in ((first, old), (tenth, new)) for command in commands)
    assert not any(is_good(first, without_time(command)) for command in old)

    names = sorted(path.name for path in (tenth / "data/seals").glob("*.json"))
    lasting = [name for name in names if is_good(tenth, without_time(_command_of(new, name)))]
    (begun,) = names[:1]
    steps = [begun]
    while steps[-1] not in lasting:
        steps.append(_next_step(tenth, new, steps[-1], names))
    assert [2015, 2018, 2021] == [_stamped(new, name).year for name in steps[:1] + steps[-2:]]
    assert shell(tenth, "sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt").returncode == 0
    for before, after in pairwise(names):
        chained = f'grep -c "\\"previous\\":\\"$(sha256sum < data/seals/{before} | cut -c1-64)\\"" data/seals/{after}'
        assert shell(tenth, chained).stdout == "1\n"
    assert "最初の連絡です" in (tenth / "data/messages.jsonl").read_text(encoding="utf-8")

    said = {path: " ".join(verify_path(path, now=TODAY).notes) for path in (first, tenth)}
    assert "no later time stamp here carries them on" in said[first]
    assert "are carried on by later time stamps, up to that of “a”" in said[tenth]
    assert "no later time stamp" not in said[tenth]
    assert "2018-06-01" in (first / "VERIFY.txt").read_text(encoding="utf-8-sig")
    archive = verify_archive(desk.world.archive, now=TODAY)
    assert archive.ok
    assert any("are carried on by later time stamps" in note for note in archive.notes)


def _command_of(commands: list[str], seal: str) -> str:
    return next(command for command in commands if f"-data data/seals/{seal} " in command)


def _stamped(commands: list[str], seal: str) -> datetime:
    found = re.search(r"-attime ([0-9]+)", _command_of(commands, seal))
    assert found
    return datetime.fromtimestamp(int(found[1]), UTC)


def _next_step(package: Path, commands: list[str], seal: str, names: list[str]) -> str:
    """The last seal from the one that holds the record on whose stamp came before the certificate ended."""
    end = FIRST_END if _stamped(commands, seal) < FIRST_END and not _is_newer(package, commands, seal) else SECOND_END
    carrier = carrier_of(package, seal)
    later = [name for name in names[names.index(carrier) :] if _stamped(commands, name) <= end]
    assert later
    assert later[-1] != seal
    return later[-1]


def _is_newer(package: Path, commands: list[str], seal: str) -> bool:
    """Whether the certificate of a stamp still holds after the first one ended."""
    command = re.sub(r"-attime [0-9]+", f"-attime {int((FIRST_END + DAY).timestamp())}", _command_of(commands, seal))
    return is_good(package, command)
