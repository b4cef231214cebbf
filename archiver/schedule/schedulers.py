"""The schedulers of this computer: which one suits it, and the archive's job there, once.

`archive schedule` and `archive check` speak to this module; how each scheduler is spoken to stands in `registers`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

from archiver import errors
from archiver.schedule.backends import Backend, Cron, Launchd, Systemd, Windows
from archiver.schedule.daemon_lock import is_daemon_running
from archiver.schedule.job import ScheduledJob, pace
from archiver.settings.home import language_of
from archiver.settings.model import Settings

CRON, SYSTEMD, LAUNCHD, WINDOWS = "cron", "systemd", "launchd", "windows"
KINDS = (CRON, SYSTEMD, LAUNCHD, WINDOWS)

WITHOUT_SESSION = (CRON,)
"""Schedulers whose jobs have no desktop session, and so no keyring."""

NETWORK = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that a way to Chatwork may depend on; their values may hold passwords."""


def registers(environ: Mapping[str, str]) -> dict[str, Backend]:
    """Every scheduler by its name, the one that suits this system best first."""
    known: dict[str, Backend] = {
        CRON: Cron(),
        SYSTEMD: Systemd(environ),
        LAUNCHD: Launchd(),
        WINDOWS: Windows(),
    }
    order = {"win32": (WINDOWS,), "darwin": (LAUNCHD, CRON)}.get(sys.platform, (SYSTEMD, CRON))
    return {kind: known[kind] for kind in (*order, *(kind for kind in KINDS if kind not in order))}


def choose(environ: Mapping[str, str]) -> str:
    """The first scheduler that can be spoken to here. Raises SchedulerMissing."""
    for kind, register in registers(environ).items():
        if register.usable():
            return kind
    raise errors.SchedulerMissing(program={"win32": "schtasks", "darwin": "launchctl"}.get(sys.platform, "crontab"))


def install(job: ScheduledJob, environ: Mapping[str, str], *, kind: str) -> list[str]:
    """Register the job with one scheduler, and take it out of the others: it must not run twice.

    Gives the names of those others. Raises SchedulerMissing, SchedulerRefused, StorageError, UsageError.
    """
    if any(sign in "\r\n\0" for word in job.command for sign in word):
        raise errors.UsageError(detail=_("The archive's path has a line break in it, which no scheduler takes."))
    known = registers(environ)
    known[kind].install(job)
    return [other for other in known if other != kind and _is_removed(known[other], job.name)]


def start(job: ScheduledJob, environ: Mapping[str, str], *, kind: str) -> None:
    """Let the scheduler begin one run now; the archive's last save tells how it went. Raises as `install`."""
    registers(environ)[kind].start(job)


def show(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What is registered for this archive, as it lies there, by scheduler."""
    found = {}
    for kind, register in registers(environ).items():
        with suppress(errors.SchedulerMissing, errors.SchedulerRefused):  # what cannot be asked starts nothing
            text = register.find(name_of(home))
            if text is not None:
                found[kind] = text
    return found


def remove(home: Path, environ: Mapping[str, str], *, kind: str | None = None) -> list[str]:
    """Take the archive's job out of one scheduler, or of all that are here; the names of those that had it.

    Raises SchedulerMissing or SchedulerRefused if the one that was named cannot be spoken to.
    """
    known = registers(environ)
    if kind is not None:
        return [kind] if known[kind].remove(name_of(home)) else []
    return [one for one, register in known.items() if _is_removed(register, name_of(home))]


def installed(home: Path, environ: Mapping[str, str] | None = None) -> str | None:
    """What saves this archive by itself, in a few words: schedulers, a running daemon; None: nothing does."""
    found = [title(kind) for kind in show(home, os.environ if environ is None else environ)]
    return ", ".join([*found, *(["archive daemon"] if is_daemon_running(home) else [])]) or None


def title(kind: str) -> str:
    """What a scheduler is called on screen."""
    names = {CRON: "cron", SYSTEMD: "systemd", LAUNCHD: "launchd", WINDOWS: _("Windows Task Scheduler")}
    return names[kind]


def name_of(home: Path) -> str:
    """Under which name the job of an archive is registered."""
    return ScheduledJob((), home).name


def _is_removed(register: Backend, name: str) -> bool:
    with suppress(errors.SchedulerMissing, errors.SchedulerRefused):
        return register.remove(name)
    return False


# --- the job and what it will lack ---------------------------------------------------------------


def job(settings: Settings, environ: Mapping[str, str], *, spoken: str, argv0: str) -> ScheduledJob:
    """The job of an archive, as the program that runs now would be started; `spoken` is the user's language."""
    by_itself = language_of(settings.home) or "ja"  # a scheduler gives a job no LANG
    return ScheduledJob(
        program(argv0),
        settings.home,
        pace(settings.sync.every),
        None if spoken == by_itself else spoken,
        _user(environ),
    )


def program(argv0: str) -> tuple[str, ...]:
    """How to start this program from anywhere: by absolute paths, on Windows without a console window."""
    python = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return (str(python),)
    if sys.platform == "win32":
        silent = python.with_name("pythonw.exe")
        return (str(silent if silent.is_file() else python), "-m", "archiver")
    called = Path(argv0).absolute()
    for path in (called, python.with_name("archive")):
        if path.name == "archive" and path.is_file() and os.access(path, os.X_OK):
            return (str(path),)
    return (str(python), "-m", "archiver")


def lacking(settings: Settings, environ: Mapping[str, str], *, kind: str, cron_runs: bool | None = None) -> list[str]:
    """What the scheduled job will not have although it is here now, one sentence each; names, never values.

    `cron_runs`: as `processes.is_cron_running` has it.
    """
    found = []
    if kind == CRON and cron_runs is False:
        found.append(
            _(
                "The job stands in the crontab, but no cron runs on this computer, so nothing starts it. Start it (on "
                "WSL: sudo service cron start), or leave this running: archive daemon"
            )
        )
    source = settings.token_source
    if source.startswith("env:"):
        sentence = _(
            "The scheduled job cannot see the variable {name}, so it will find no token. Store it where the job can "
            "read it: archive token set --source file:token"
        )
        found.append(sentence.format(name=source.removeprefix("env:")))
    elif source == "keyring" and kind in WITHOUT_SESSION and sys.platform != "darwin":
        found.append(
            _(
                "A job of cron runs without your desktop, where the password store is locked. Store the token where "
                "the job can read it: archive token set --source file:token"
            )
        )
    for name in ("CHATWORK_API_BASE_URL", *NETWORK):
        if environ.get(name):
            found.append(_("The variable {name} is set here; the scheduled job will not have it.").format(name=name))
    if kind == SYSTEMD:
        found.append(_("It runs while you are logged in. On a server, allow it to run always: loginctl enable-linger"))
    return found


def paced(job: ScheduledJob, every: timedelta) -> str:
    """How often it runs, in words, and that this is not what the settings say if a scheduler cannot keep that."""
    if job.minutes < 60:
        text = ngettext("every {n} minute", "every {n} minutes", job.minutes).format(n=job.minutes)
    else:
        text = ngettext("every {n} hour", "every {n} hours", job.minutes // 60).format(n=job.minutes // 60)
    if timedelta(minutes=job.minutes) != every:
        text += " " + _("(the nearest that schedulers keep; archive daemon keeps [sync] every exactly)")
    return text


def _user(environ: Mapping[str, str]) -> str:
    name, domain = environ.get("USERNAME", ""), environ.get("USERDOMAIN", "")
    if os.name != "nt" or not name:
        return ""
    return f"{domain}\\{name}" if domain else name
