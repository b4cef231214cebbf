"""Chooses a scheduler of this computer, and keeps the archive's job registered with one of them only.

`archive init schedule` and `archive status --full` use this module; `backends` has the class of each scheduler.
A daemon holds a lock as long as it runs, so that each archive has one daemon at most.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from pathlib import Path

from archiver import errors
from archiver.schedule.backends import Backend, Cron, Windows, launchd, systemd
from archiver.schedule.scheduler_texts import ScheduledJob, pace, program
from archiver.settings.home import language_of
from archiver.settings.model import Settings
from archiver.store.durable_files import held_lock
from archiver.wording import gettext as _
from archiver.wording import ngettext

CRON, SYSTEMD, LAUNCHD, WINDOWS = "cron", "systemd", "launchd", "windows"
KINDS = (CRON, SYSTEMD, LAUNCHD, WINDOWS)

DAEMON = "archive daemon"
"""What a running daemon is called among what starts the runs."""

NETWORK_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that the connection to Chatwork may depend on; their values may hold passwords."""


def backends(environ: Mapping[str, str]) -> dict[str, Backend]:
    """Every scheduler's backend by name, the one that suits this system best first."""
    all_backends: dict[str, Backend] = dict(zip(KINDS, (Cron(), systemd(environ), launchd(), Windows()), strict=True))
    order = {"win32": (WINDOWS,), "darwin": (LAUNCHD, CRON)}.get(sys.platform, (SYSTEMD, CRON))
    return {kind: all_backends[kind] for kind in (*order, *(kind for kind in KINDS if kind not in order))}


def choose_backend(environ: Mapping[str, str]) -> str:
    """The first scheduler that can be used here. Raises SchedulerMissing."""
    for kind, backend in backends(environ).items():
        if backend.is_usable():
            return kind
    raise errors.SchedulerMissing(program={"win32": "schtasks", "darwin": "launchctl"}.get(sys.platform, "crontab"))


def install(job: ScheduledJob, environ: Mapping[str, str], *, kind: str) -> list[str]:
    """Register the job with one scheduler, and remove it from the others: it must not run twice.

    Returns the names of those others. Raises SchedulerMissing, SchedulerRefused, StorageError, UsageError.
    """
    if any(character in "\r\n\0" for word in job.command for character in word):
        raise errors.UsageError(detail=_("The archive's path has a line break in it, which no scheduler accepts."))
    all_backends = backends(environ)
    all_backends[kind].install(job)
    return [other for other in all_backends if other != kind and _is_removed(all_backends[other], job.name)]


def show(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The text registered for this archive, by scheduler."""
    found = {}
    for kind, backend in backends(environ).items():
        with suppress(errors.SchedulerMissing, errors.SchedulerRefused):  # what cannot be asked starts nothing
            text = backend.find(job_name(home))
            if text is not None:
                found[kind] = text
    return found


def remove(home: Path, environ: Mapping[str, str], *, kind: str | None = None) -> list[str]:
    """Remove the archive's job from one scheduler, or from all; return the names of those that had it.

    Raises SchedulerMissing or SchedulerRefused if the scheduler that was named cannot be used.
    """
    all_backends = backends(environ)
    if kind is not None:
        return [kind] if all_backends[kind].remove(job_name(home)) else []
    return [other for other, register in all_backends.items() if _is_removed(register, job_name(home))]


def find_starters(home: Path, environ: Mapping[str, str]) -> str | None:
    """Names of what saves this archive automatically: schedulers, a running daemon; None: nothing does."""
    found = [title(kind) for kind in show(home, environ)]
    return ", ".join([*found, *([DAEMON] if is_daemon_running(home) else [])]) or None


def lacks_mail_program(home: Path, environ: Mapping[str, str]) -> bool:
    """Whether cron is to mail what this archive's job prints, and has no program that sends it."""
    try:
        if CRON not in show(home, environ) or not Cron().mail_address():
            return False
    except (errors.SchedulerMissing, errors.SchedulerRefused):
        return False
    return shutil.which("sendmail", path=f"{environ.get('PATH', '')}:/usr/sbin:/usr/lib") is None


def title(kind: str) -> str:
    """A scheduler's name on the screen."""
    names = {CRON: "cron", SYSTEMD: "systemd", LAUNCHD: "launchd", WINDOWS: _("Windows Task Scheduler")}
    return names[kind]


def job_name(home: Path) -> str:
    """The name under which the job of an archive is registered."""
    return ScheduledJob((), home).name


def _is_removed(backend: Backend, name: str) -> bool:
    with suppress(errors.SchedulerMissing, errors.SchedulerRefused):
        return backend.remove(name)
    return False


# --- the job and what it will lack ---------------------------------------------------------------


def build_job(settings: Settings, environ: Mapping[str, str], *, spoken: str, argv0: str) -> ScheduledJob:
    """The job of an archive, started as this program was; `spoken` is the user's language."""
    default_language = language_of(settings.home) or "ja"  # a scheduler gives a job no LANG
    return ScheduledJob(
        program(argv0),
        settings.home,
        pace(settings.sync.every),
        None if spoken == default_language else spoken,
        _user(environ),
    )


def missing_for_job(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    kind: str,
    cron_runs: bool | None = None,
    is_typed: bool = True,
) -> list[str]:
    """What the scheduled job will lack although it is here now, one sentence each, with names and never values.

    `cron_runs`: as `backends.is_cron_running` returns it. `is_typed`: the sentences are for somebody at a terminal;
    else what only a terminal can do is left to whoever says it in words.
    """
    found = []
    if kind == CRON and cron_runs is False and is_typed:
        found.append(
            _(
                "Automatic saving isn't running yet: no cron runs on this computer. Start it (a restart of the "
                "computer may do; on WSL: sudo service cron start). Another way: archive daemon"
            )
        )
    lacking = token_lack_sentence(settings.token_source, [title(kind)], has_session=sys.platform == "darwin")
    found += [] if lacking is None else [lacking]
    for name in ("CHATWORK_API_BASE_URL", *NETWORK_VARIABLES):
        if environ.get(name):
            found.append(_("The variable {name} is set here; the scheduled job will not have it.").format(name=name))
    if kind == SYSTEMD and is_typed:
        found.append(_("It runs while you are logged in. On a server, allow it to run always: loginctl enable-linger"))
    return found


def token_lack_sentence(source: str, schedulers: Collection[str], *, has_session: bool) -> str | None:
    """That a job of these schedulers, by title, cannot read the token where it is stored; None: it can.

    `has_session`: this system's keyring is open also where nobody is logged in.
    """
    if source.startswith("env:"):
        sentence = _(
            "The scheduled job cannot see the variable {name}, so it will find no token. Store it where the job can "
            "read it: archive init token --where file:token"
        )
        return sentence.format(name=source.removeprefix("env:"))
    if source == "keyring" and not has_session and title(CRON) in schedulers:
        return _(
            "A job of cron runs without your desktop, where the password store is locked. Store the token where "
            "the job can read it: archive init token --where file:token"
        )
    return None


def pace_words(job: ScheduledJob, every: timedelta, *, is_typed: bool = True) -> str:
    """The job's interval in words, with a remark if schedulers cannot keep the one of the settings.

    `is_typed`: the remark names the command that keeps it, for somebody at a terminal.
    """
    if job.minutes < 60:
        text = ngettext("every {n} minute", "every {n} minutes", job.minutes).format(n=job.minutes)
    else:
        text = ngettext("every {n} hour", "every {n} hours", job.minutes // 60).format(n=job.minutes // 60)
    if timedelta(minutes=job.minutes) != every:
        remark = _("(the nearest that schedulers keep; archive daemon keeps [sync] every exactly)")
        text += " " + (remark if is_typed else _("(the nearest that this computer's scheduler keeps)"))
    return text


def _user(environ: Mapping[str, str]) -> str:
    name, domain = environ.get("USERNAME", ""), environ.get("USERDOMAIN", "")
    if os.name != "nt" or not name:
        return ""
    return f"{domain}\\{name}" if domain else name


LOCK = "daemon.lock"


def hold_daemon_lock(home: Path) -> AbstractContextManager[None]:
    """Hold the lock, which keeps out a second daemon of the archive. Raises ArchiveInUse, StorageError."""
    return held_lock(home / LOCK)


def is_daemon_running(home: Path) -> bool:
    """Whether a daemon works on this archive now; no lock file is created where none ever did."""
    if not (home / LOCK).exists():
        return False
    try:
        with hold_daemon_lock(home):
            return False
    except errors.ArchiveInUse:
        return True
    except errors.StorageError:
        return False
