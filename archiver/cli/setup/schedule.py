"""`init schedule`, `--show` and `--off`: the job in this computer's scheduler that saves regularly."""

from __future__ import annotations

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.settings.home import has_archive
from archiver.wording import gettext as _

KINDS = ("cron", "systemd", "launchd", "windows")
"""The same as in `archiver.schedule.schedulers`, which is not imported for a help page."""


@click.command(
    "schedule",
    help=N_("Let this computer's own scheduler save again and again. Running this again renews the job."),
)
@click.option("--off", is_flag=True, help=N_("Remove the job; what is saved stays."))
@click.option("--show", is_flag=True, help=N_("Only show what is registered for this archive, word for word."))
@click.option(
    "--with",
    "kind",
    type=click.Choice(KINDS),
    help=N_("Which scheduler; left out: the one that suits this computer, and with --off all."),
)
@click.pass_obj
def init_schedule(obj: CliContext, off: bool, show: bool, kind: str | None) -> int:
    """Register the archive's job, show it, or remove it."""
    if off and show:
        raise click.UsageError(_("--off and --show cannot be used together."))
    if show:
        return _show(obj)
    return _remove(obj, kind) if off else _install(obj, kind)


def _install(obj: CliContext, kind: str | None) -> int:
    """Register the job and print what it will lack; the token is never written into it."""
    from archiver.schedule import schedulers
    from archiver.setup import scheduled_job
    from archiver.setup.token_source import lasting_settings
    from archiver.store.archive import Archive

    if not has_archive(obj.home):
        raise Archive(obj.home).absence()
    settings, environ = lasting_settings(obj), obj.environ
    chosen_kind = kind or schedulers.choose_backend(environ)
    job = scheduled_job.build(obj)
    others = schedulers.install(job, environ, kind=chosen_kind)
    is_idle = scheduled_job.is_idle(chosen_kind)
    if not is_idle:
        pace = schedulers.pace_words(job, settings.sync.every)
        echo(_("Registered with {scheduler}: {pace}.").format(scheduler=schedulers.title(chosen_kind), pace=pace))
    for other in others:
        echo(
            _("It was removed from {scheduler}, so that it does not run twice.").format(
                scheduler=schedulers.title(other)
            )
        )
    if not is_idle:
        echo(_("To see in a few minutes whether it ran: archive status --full"))
    for warning in schedulers.missing_for_job(settings, environ, kind=chosen_kind, cron_runs=not is_idle):
        echo(warning, err=True)
    return 0


def _show(obj: CliContext) -> int:
    """Print the archive's jobs in every scheduler that this computer has."""
    from archiver.schedule import schedulers

    jobs = schedulers.show(obj.home, obj.environ)
    for kind, text in jobs.items():
        echo(f"{schedulers.title(kind)}  ({schedulers.job_name(obj.home)})")
        echo("\n".join(f"  {visible(line)}" for line in text.splitlines()))
    if not jobs:
        echo(_("Nothing is registered for this archive. To do so: archive init schedule"))
    return 0


def _remove(obj: CliContext, kind: str | None) -> int:
    """Remove the archive's jobs, and nothing that this program did not write."""
    from archiver.schedule import schedulers
    from archiver.setup import scheduled_job

    removed_kinds = scheduled_job.remove(obj, kind)
    for removed_kind in removed_kinds:
        echo(_("Removed from {scheduler}. What is saved stays.").format(scheduler=schedulers.title(removed_kind)))
    if not removed_kinds:
        echo(_("Nothing was registered for this archive; nothing was changed."))
    return 0
