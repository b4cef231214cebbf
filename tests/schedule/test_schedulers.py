"""The archive's job in the schedulers of this computer: what is written there, once, and gone without a trace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest
import time_machine
from hypothesis import given, strategies

from archiver import errors
from archiver.schedule import scheduler_texts, schedulers
from archiver.schedule.backends import is_cron_running
from archiver.schedule.scheduler_texts import MINUTES, ScheduledJob, pace
from archiver.settings.model import Duration, Settings, SyncSettings
from tests.support.schedules import scheduler_examples
from tests.support.schedules.scheduler_programs import PROGRAMS

HOME = Path("/home/you/100% 「保管庫」 $HOME")
ODD = ScheduledJob(("/opt/a b/archive",), PurePosixPath(HOME), language="en")


# --- the texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scheduler_examples.examples())
def test_the_examples_are_what_is_written(name: str) -> None:
    """Templates make each example in config/; `python -m tests.support.schedules.scheduler_examples` renews them."""
    actual = (scheduler_examples.CONFIG / name).read_text(encoding="utf-8")

    assert scheduler_examples.examples()[name] == actual


def test_two_archives_have_two_jobs_and_one_has_one() -> None:
    """The name depends on the home alone."""
    names = {ScheduledJob((), PurePosixPath(home), minutes).name for home in ("/a", "/b") for minutes in (1, 5)}

    assert 2 == len(names)


@given(strategies.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3660)))
def test_the_pace_is_never_slower_than_wished_if_a_scheduler_can_keep_it(every: timedelta) -> None:
    """At least a minute, at most a day, and else the nearest one that divides an hour or a day."""
    actual = pace(every)

    assert actual in MINUTES
    assert actual * timedelta(minutes=1) <= max(every, timedelta(minutes=1))
    assert every >= timedelta(days=1) or not [one for one in MINUTES if actual < one <= every / timedelta(minutes=1)]


@pytest.mark.parametrize("minutes", MINUTES)
def test_cron_runs_it_as_often_as_said(minutes: int) -> None:
    """The five fields give as many runs a day as there are paces in it."""
    job = ScheduledJob(("/bin/archive",), PurePosixPath("/home/you/a"), minutes)
    minute, hour, *rest = scheduler_texts.line(job).split()[:5]

    runs = len(_field(minute, 60)) * len(_field(hour, 24))

    assert (["*", "*", "*"], 24 * 60 // minutes) == (rest, runs)


def _field(text: str, size: int) -> list[int]:
    """What a field of crontab(5) stands for."""
    span, _, step = text.partition("/")
    first, last = (0, size - 1) if span == "*" else (int(span.split("-")[0]), int(span.split("-")[-1]))
    return list(range(first, last + 1, int(step or 1)))


def test_odd_paths_come_through_a_shell_unchanged() -> None:
    """Blanks, `%` and `$` in the paths reach the program as they are; cron takes the backslash from `%`."""
    command = scheduler_texts.line(ODD).split(" ", 5)[5].replace(r"\%", "%")
    script = f"printf '%s\\n' {command}"
    output = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    assert list(ODD.command) == output.splitlines()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here that could judge")
@pytest.mark.parametrize("minutes", MINUTES)
def test_systemd_finds_nothing_wrong_with_the_files(
    tmp_path: Path, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`systemd-analyze verify` takes them, whatever the pace and the paths."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    job = ScheduledJob(("/bin/sh", 'a "b" %d $e'), PurePosixPath("/home/you/100% 「保管庫」"), minutes)
    paths = [tmp_path / f"{job.name}.{ending}" for ending in ("timer", "service")]
    for path, text in zip(paths, (scheduler_texts.timer(job), scheduler_texts.service(job)), strict=True):
        path.write_text(text, encoding="utf-8")

    judged = subprocess.run(["systemd-analyze", "--user", "verify", *map(str, paths)], capture_output=True, text=True)

    assert (0, "") == (judged.returncode, judged.stderr)


#: Of MS-TSCH 2.4.2, as far as it is used here: element → what may stand in it, in this order where it matters.
SCHEMA = {
    "Task": ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"],
    "RegistrationInfo": ["Description", "URI"],
    "Triggers": ["TimeTrigger"],
    "TimeTrigger": ["StartBoundary", "Repetition"],
    "Repetition": ["Interval"],
    "Principals": ["Principal"],
    "Principal": ["UserId", "LogonType", "RunLevel"],
    "Settings": [
        *("DisallowStartIfOnBatteries", "ExecutionTimeLimit", "IdleSettings", "MultipleInstancesPolicy"),
        *("StartWhenAvailable", "StopIfGoingOnBatteries"),
    ],
    "IdleSettings": ["StopOnIdleEnd"],
    "Actions": ["Exec"],
    "Exec": ["Command", "Arguments"],
}
NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.mark.parametrize("minutes", MINUTES)
def test_the_task_is_of_the_schema_and_never_runs_twice(minutes: int) -> None:
    """Elements as the schema has them; on battery, when available, ignoring a second start, for ever."""
    job = ScheduledJob((r"C:\a & b\pythonw.exe", "-m", "archiver"), PurePosixPath('/x <"y">'), minutes, user="A\\b")
    root = ElementTree.fromstring(scheduler_texts.task(job).encode("utf-16"))

    for element in root.iter():
        name = element.tag.removeprefix(NAMESPACE)
        assert SCHEMA.get(name, []) == [child.tag.removeprefix(NAMESPACE) for child in element], name
    values = {element.tag.removeprefix(NAMESPACE): element.text for element in root.iter()}
    expected = {"DisallowStartIfOnBatteries": "false", "StopIfGoingOnBatteries": "false", "StartWhenAvailable": "true"}
    expected |= {"MultipleInstancesPolicy": "IgnoreNew", "Interval": f"PT{minutes}M", "Command": job.program[0]}
    assert expected == {name: values[name] for name in expected}
    assert re.fullmatch(r"2026-01-01T00:[0-5]\d:00", values["StartBoundary"] or "")


LINES = strategies.lists(
    strategies.text(strategies.characters(exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=30)
)


@given(LINES)
def test_other_lines_of_a_crontab_stay(lines: list[str]) -> None:
    """Installed twice and removed, a crontab is what it was; while installed all its lines stand in it once."""
    before = "".join(f"{line}\n" for line in lines)

    once = scheduler_texts.install(before, ODD)
    twice = scheduler_texts.install(once, ODD)

    assert once == twice == before + scheduler_texts.block(ODD)
    assert before == scheduler_texts.remove(twice, ODD.name)
    assert scheduler_texts.line(ODD) == scheduler_texts.find(twice, ODD.name)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("MAILTO=a@example.com\n* * * * * true\n", "a@example.com"),
        (' MAILTO = "a@example.com"\n', "a@example.com"),
        ('MAILTO=a@example.com\nMAILTO=""\n', ""),
        ("# MAILTO=a@example.com\n", ""),
        ("", ""),
    ],
)
def test_where_cron_mails_is_what_the_crontab_says(table: str, expected: str) -> None:
    """The last such line counts for what stands below it, where ours is."""
    assert expected == scheduler_texts.mail_address(table)


def test_a_line_that_somebody_wrote_between_ours_stays() -> None:
    """What is taken out is what was put in, and not whatever stands between two marks."""
    begin, entry, end = scheduler_texts.block(ODD).splitlines(keepends=True)

    assert "0 1 * * * mine\n" == scheduler_texts.remove(begin + entry + "0 1 * * * mine\n" + end, ODD.name)
    assert None is scheduler_texts.find(f"{begin}#{entry}{end}", ODD.name)


# --- the programs --------------------------------------------------------------------------------


Desk = Callable[..., Path]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Gives a computer that has these programs and no others; its folder `state` shows what they did."""

    def make(*names: str) -> Path:
        programs, state = tmp_path / "bin", tmp_path / "state"
        programs.mkdir()
        state.mkdir()
        for name in names:
            (programs / name).write_text(PROGRAMS[name].format(state=state), encoding="utf-8")
            (programs / name).chmod(0o755)
        for name in ("cat", "rm", "cp"):
            (programs / name).symlink_to(shutil.which(name) or name)
        monkeypatch.setenv("PATH", str(programs))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        return state

    return make


def test_in_cron_it_stands_once_beside_the_others(desk: Desk) -> None:
    """Installed twice there is one line; removed, the table is byte for byte what it was."""
    state, job = desk("crontab"), ODD
    foreign = b"MAILTO=a@example.com\n# \xff caf\xc3\xa9\n\t*/3 * * * * true\n\n"
    (state / "table").write_bytes(foreign)

    for _ in range(2):
        assert [] == schedulers.install(job, {}, kind="cron")

    assert foreign + scheduler_texts.block(job).encode() == (state / "table").read_bytes()
    assert {"cron": scheduler_texts.line(job)} == schedulers.show(HOME, {})
    assert "cron" == schedulers.find_starters(HOME, {})
    assert ["cron"] == schedulers.remove(HOME, {})
    assert foreign == (state / "table").read_bytes()
    assert (None, []) == (schedulers.find_starters(HOME, {}), schedulers.remove(HOME, {}))


@pytest.mark.parametrize(
    ("second", "left"),
    [(0.0, 5.0), (1.5, 3.5), (4.9, 0.1), (5.0, 0.0), (30.0, 0.0), (58.9, 0.0), (59.0, 6.0), (59.5, 5.5)],
)
def test_a_crontab_is_not_written_while_it_is_read(second: float, left: float) -> None:
    """From the second before each full minute until five seconds after it, in which a cron looks at its tables."""
    now = datetime(2026, 11, 24, 13, 31, tzinfo=UTC) + timedelta(seconds=second)

    assert left == pytest.approx(scheduler_texts.reading_time_left(now))


def test_installing_and_removing_wait_until_cron_has_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both write the table, so both let cron read it first."""
    desk("crontab")
    waited: list[float] = []
    sleep = time.sleep

    def note(seconds: float) -> None:
        """Programs are waited for by short sleeps, which go on being slept."""
        waited.append(seconds)
        sleep(min(seconds, 0.01))

    monkeypatch.setattr(time, "sleep", note)

    with time_machine.travel(datetime(2026, 11, 24, 13, 31, 1, tzinfo=UTC), tick=False):
        schedulers.install(ODD, {}, kind="cron")
        schedulers.remove(HOME, {}, kind="cron")

    assert [4.0, 4.0] == [seconds for seconds in waited if seconds > 1]


def test_a_crontab_that_cannot_be_read_is_not_written(desk: Desk) -> None:
    """Who may not use crontab loses nothing by it, and is told."""
    state = desk("crontab")
    program = state.parent / "bin" / "crontab"
    program.write_text('#!/bin/sh\necho "You (you) are not allowed to use this program" >&2\nexit 1\n')

    with pytest.raises(errors.SchedulerRefused, match="not allowed"):
        schedulers.install(ODD, {}, kind="cron")


def test_with_systemd_two_files_and_a_started_timer(desk: Desk) -> None:
    """The files lie in the user's folder, the timer is enabled; removed, both are gone."""
    state, name = desk("systemctl"), ODD.name
    folder = state.parent / ".config" / "systemd" / "user"

    for _ in range(2):
        schedulers.install(ODD, {}, kind="systemd")

    texts = {f"{name}.timer": scheduler_texts.timer(ODD), f"{name}.service": scheduler_texts.service(ODD)}
    assert texts == {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert f"--user enable {name}.timer" in (state / "said").read_text(encoding="utf-8")
    assert ["systemd"] == schedulers.remove(HOME, {})
    assert [] == list(folder.iterdir())
    assert f"--user disable --now {name}.timer" in (state / "said").read_text(encoding="utf-8")


def test_without_a_systemd_of_the_user_nothing_is_left(desk: Desk) -> None:
    """A server whose user has no systemd is told so, and no file lies there."""
    state = desk("systemctl", "crontab")
    (state / "refuse").touch()

    with pytest.raises(errors.SchedulerRefused, match="it cannot be"):
        schedulers.install(ODD, {}, kind="systemd")

    assert not (state.parent / ".config").exists()
    assert "cron" == schedulers.choose_backend({})


def test_with_launchd_the_agent_is_loaded_anew(desk: Desk) -> None:
    """An earlier one is unloaded first; one that launchd refuses leaves no file."""
    state = desk("launchctl")
    path = state.parent / "Library" / "LaunchAgents" / f"{ODD.name}.plist"

    schedulers.install(ODD, {}, kind="launchd")
    loaded = [line.split()[0] for line in (state / "said").read_text(encoding="utf-8").splitlines()]
    assert (["bootout", "bootstrap"], scheduler_texts.plist(ODD)) == (loaded, path.read_text(encoding="utf-8"))
    assert ["launchd"] == schedulers.remove(HOME, {})

    (state / "refuse").touch()
    with pytest.raises(errors.SchedulerRefused):
        schedulers.install(ODD, {}, kind="launchd")
    assert not path.exists()


def test_with_windows_the_task_is_utf_16_and_replaced(desk: Desk) -> None:
    """The file has its byte order mark and Windows' line ends; `/F` replaces and deletes without a question."""
    state = desk("schtasks")

    for _ in range(2):
        schedulers.install(ODD, {}, kind="windows")

    data = (state / "task").read_bytes()
    assert scheduler_texts.task(ODD) == data.decode("utf-16").replace("\r\n", "\n")
    assert schedulers.show(HOME, {})["windows"].startswith("<?xml")
    assert ["windows"] == schedulers.remove(HOME, {})
    assert None is schedulers.find_starters(HOME, {})


def test_another_scheduler_takes_the_job_over(desk: Desk) -> None:
    """It never runs in two of them."""
    state = desk("crontab", "systemctl")
    schedulers.install(ODD, {}, kind="cron")

    others = schedulers.install(ODD, {}, kind="systemd")

    assert (["cron"], ["systemd"]) == (others, list(schedulers.show(HOME, {})))
    assert not (state / "table").exists()  # whoever had none has none again


@pytest.mark.parametrize("kind", schedulers.KINDS)
def test_a_missing_program_is_named(desk: Desk, kind: str) -> None:
    """One sentence with its name, and the other ways."""
    desk()

    with pytest.raises(errors.SchedulerMissing) as raised:
        schedulers.install(ODD, {}, kind=kind)

    assert "archive daemon" in raised.value.advice()
    with pytest.raises(errors.SchedulerMissing):
        schedulers.choose_backend({})


def test_a_path_with_a_line_break_is_refused(desk: Desk) -> None:
    """It would be a second line of the crontab."""
    state = desk("crontab")

    with pytest.raises(errors.UsageError):
        schedulers.install(ScheduledJob(("/bin/archive",), PurePosixPath("/a\n* * * * * evil")), {}, kind="cron")

    assert [] == list(state.iterdir())


@pytest.mark.parametrize(
    ("kind", "program", "arguments"),
    [
        ("systemd", "systemctl", "--user start --no-block {name}.service"),
        ("launchd", "launchctl", "kickstart gui/{user}/{name}"),
        ("windows", "schtasks", "/Run /TN {name}"),
    ],
)
def test_a_run_can_be_begun_through_the_scheduler(desk: Desk, kind: str, program: str, arguments: str) -> None:
    """Whoever sets it up sees at once whether it works there."""
    state = desk(program)
    schedulers.install(ODD, {}, kind=kind)

    schedulers.backends({})[kind].start(ODD)

    last = (state / "said").read_text(encoding="utf-8").splitlines()[-1]
    assert arguments.format(name=ODD.name, user=os.getuid()) == last


def test_a_run_for_cron_has_what_cron_gives(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the user's variables, and a short PATH."""
    state = desk("crontab")
    monkeypatch.setenv("CHATWORK_API_TOKEN", "secret")
    script = state / "archive"
    script.write_text('#!/bin/sh\necho "$CHATWORK_API_TOKEN|$PATH|$2" > "$0.said"\n')
    script.chmod(0o755)

    schedulers.backends({})["cron"].start(ScheduledJob((str(script),), PurePosixPath("/a b")))

    output_file = state / "archive.said"
    end = time.monotonic() + 10
    while not (output_file.exists() and output_file.read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    assert "|/usr/bin:/bin|/a b\n" == output_file.read_text()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"1": "systemd", "7": "cron"}, True),
        ({"1": "init", "7": "crond"}, True),
        ({"1": "init", "7": "bash", "self": "cron"}, False),
        ({"7": "cron"}, None),
        ({}, None),
    ],
)
def test_a_cron_is_known_by_its_name(tmp_path: Path, names: dict[str, str], expected: bool | None) -> None:
    """Where not even the first process is shown, nothing can be said."""
    for number, name in names.items():
        (tmp_path / number).mkdir()
        (tmp_path / number / "comm").write_text(f"{name}\n", encoding="utf-8")
    (tmp_path / "9").mkdir()

    assert expected is is_cron_running(tmp_path)


# --- what the job has ----------------------------------------------------------------------------


def test_the_job_is_told_what_no_scheduler_tells_it(tmp_path: Path) -> None:
    """Program and home by absolute paths, and the language if the job would speak another one."""
    program = tmp_path / "archive"
    program.touch(mode=0o755)
    settings = Settings(tmp_path, sync=SyncSettings(every=Duration(minutes=7)))

    english = schedulers.build_job(settings, {}, spoken="en", argv0=str(program))
    japanese = schedulers.build_job(settings, {}, spoken="ja", argv0=str(tmp_path / "pytest"))

    begin = (str(program), "--home", str(tmp_path), "--lang", "en", "-q", "sync")
    assert (begin, 6) == (english.command[:7], english.minutes)
    assert Path(japanese.command[0]).is_absolute()
    assert "--lang" not in japanese.command
    assert "6 minutes (the nearest" in schedulers.pace_words(english, settings.sync.every)
    assert "archive" not in schedulers.pace_words(english, settings.sync.every, is_typed=False)


def test_what_the_job_will_lack_is_said_by_name(tmp_path: Path) -> None:
    """A token in a variable, a keyring without a session, a proxy: names, and never a value."""
    environ = {"CHATWORK_API_TOKEN": "secret", "HTTPS_PROXY": "http://me:secret@proxy", "SECRET": "secret"}

    variable = schedulers.missing_for_job(
        Settings(tmp_path, token_source="env:CHATWORK_API_TOKEN"), environ, kind="cron"
    )
    keyring = schedulers.missing_for_job(Settings(tmp_path), {}, kind="cron")
    desktop = schedulers.missing_for_job(Settings(tmp_path), {}, kind="systemd")
    idle = schedulers.missing_for_job(Settings(tmp_path, token_source="file:token"), {}, kind="cron", cron_runs=False)

    assert ["CHATWORK_API_TOKEN" in variable[0], "HTTPS_PROXY" in variable[1]] == [True, True]
    assert "secret" not in "".join(variable)
    assert (1, True) == (len(idle), "no cron runs on this computer" in idle[0])
    assert (1, "enable-linger") == (len(keyring), desktop[-1].split()[-1])
