"""`daemon --all`: one process that saves every archive that is known on this computer, until it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.cli.terminal.typed_command import completion_for
from archiver.wording import own_completion

if TYPE_CHECKING:
    from archiver.rounds.daemon_messages import DaemonMessages
    from archiver.rounds.daemon_work import DaemonWork
    from archiver.rounds.stop import Stop

OF_ONE = "CHATWORK_API_TOKEN"
"""The variable with the token of one archive; here each archive reads its own."""

LONGEST_ROUND = timedelta(minutes=1)
"""How long a round may take, waits included, so that a few slow accounts do not keep all others waiting."""

TELLING = ("trouble", "over", "findings", "upgraded", "unverified")
"""The messages that print something, after the path of the archive."""


WorkOf = Callable[[CliContext, "Stop", "Callable[[DaemonMessages], DaemonMessages]", timedelta], "DaemonWork"]
"""Makes the work on one archive, with its messages changed and its longest round limited."""


def run_all(obj: CliContext, work_of: WorkOf) -> bool:
    """Save all archives until a signal comes; whether everything ended in time. Raises NoArchive if none is known."""
    from archiver.app import utc_now
    from archiver.rounds import daemon
    from archiver.rounds.many_homes import ManyHomes
    from archiver.rounds.stop import Stop
    from archiver.settings.other_archives import homes_with_accounts, state_folder

    environ = {name: value for name, value in obj.environ.items() if name != OF_ONE}
    stop = Stop()

    def list_homes() -> Mapping[Path, str]:
        return homes_with_accounts(obj.home, state=state_folder())

    def of_home(home: Path) -> CliContext:
        return replace(obj, home=home, environ=environ)

    known = list_homes()
    if not known:
        raise errors.NoArchive(path=obj.home)
    homes = ManyHomes(
        list_homes,
        lambda home: _opened(of_home(home), stop, work_of),
        lambda home: _messages(of_home(home)),
        now=utc_now,
    )
    if obj.verbose >= 0:
        echo(_("Saving {n} archives again and again. Stop with Ctrl-C.").format(n=len(known)), err=True)
    return daemon.run_many(homes, stop)


@contextmanager
def _opened(obj: CliContext, stop: Stop, work_of: WorkOf) -> Iterator[DaemonWork]:
    """The work of one archive, whose daemon's lock is held."""
    from archiver.schedule.daemon_lock import hold_daemon_lock

    with hold_daemon_lock(obj.home):
        yield work_of(obj, stop, lambda messages: named_messages(messages, obj.home), LONGEST_ROUND)


def _messages(obj: CliContext) -> DaemonMessages:
    """What is said of an archive that cannot be opened."""
    from archiver.cli.error_output import tell_error
    from archiver.rounds.daemon_messages import DaemonMessages

    return named_messages(DaemonMessages(trouble=lambda error: _ignore(tell_error(error))), obj.home)


def _ignore(_code: object) -> None:
    """Give no exit code: the other archives go on."""


def named_messages(messages: DaemonMessages, home: Path) -> DaemonMessages:
    """The same messages, each after the path of its archive, which commands in it name."""

    def after_path(tell: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(subject: Any) -> None:
            echo(f"{visible(str(home))}:", err=True)
            with own_completion(completion_for(home)):
                tell(subject)

        return run

    callbacks: dict[str, Any] = {name: after_path(getattr(messages, name)) for name in TELLING}
    return replace(messages, **callbacks)
