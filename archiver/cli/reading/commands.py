"""The commands that show what is saved, as declared; what they do is imported when one is called."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.commands import ARGUMENTS, AS_JSON, LITERAL, chat_option, job_option
from archiver.cli.context import FINDINGS, CliContext, command_line, complete_commands, program_name, tell_error
from archiver.cli.output import echo, echo_json, paged_output, side_by_side, visible
from archiver.errors import N_
from archiver.wording import gettext as _


def _begin(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    """Run the call for each known archive instead. Raises UsageError beside `--home`."""
    root = ctx.find_root()
    if not value or ctx.resilient_parsing:
        return
    if root.params["home"] is not None:
        raise click.UsageError(_("--every-archive and --home cannot be used together."), ctx)
    assert isinstance(root.command, click.Group)
    arguments = list(root.meta[ARGUMENTS])
    arguments.remove("--every-archive")
    ctx.exit(run_in_each(root.command, arguments, root.obj.home))


every_archive_option = click.option(
    "--every-archive",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_begin,
    help=N_("In every archive of yours that is known on this computer."),
)


def run_in_each(group: click.Group, arguments: Sequence[str], own_home: Path) -> int:
    """Run a call once for each known archive, under its path, and return the highest exit code.

    With `--json` the documents are one: `{"archives": [{"home": …, "code": …, "document": …}]}`. Raises NoArchive, and
    click's errors about the call.
    """
    from archiver.settings import other_archives

    homes = other_archives.known_homes(own_home, state=other_archives.state_folder())
    if not homes:
        raise errors.NoArchive(path=own_home)
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in options:
        return _print_one_document(group, arguments, homes)
    codes = []
    for number, home in enumerate(homes):
        echo(
            ("\n" if number else "")
            + _("Archive {n} of {all}: {path}").format(n=number + 1, all=len(homes), path=visible(str(home)))
        )
        codes.append(_run_in(group, arguments, home))
    return max(codes)


def _print_one_document(group: click.Group, arguments: Sequence[str], homes: Sequence[Path]) -> int:
    archives: list[dict[str, Any]] = []
    codes = []
    for home in homes:
        with redirect_stdout(StringIO()) as output:
            code = _run_in(group, arguments, home)
        document = json.loads(output.getvalue()) if output.getvalue().strip() else None
        codes.append(code)
        archives.append({"home": str(home), "code": code, "document": document})
    echo_json({"archives": archives})
    return max(codes)


def _run_in(group: click.Group, arguments: Sequence[str], home: Path) -> int:
    """The exit code for one home; what cannot be read there is told, and the others follow."""
    try:
        with group.make_context("archive", ["--home", str(home), *arguments]) as ctx:
            return int(group.invoke(ctx) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code
    except errors.ArchiverError as error:
        return tell_error(error) or 1


FIRST_PORT = 1024


class _Command(click.Command):
    """A click command that remembers which words came after `--`: they are no options, whatever they look like."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, and count the words after `--`, which click forgets."""
        ctx.meta[LITERAL] = len(args) - args.index("--") - 1 if "--" in args else 0
        return super().parse_args(ctx, args)


@click.command(
    "search",
    cls=_Command,
    context_settings={"ignore_unknown_options": True},  # `-word` is a word that must not be there
    help=N_(
        "Find messages by what they say or said, with file names, tasks and notes; or read a chat (--chat).\n\n"
        'All words must occur. Also: "a phrase", -without, from:NAME, room:NAME, after:DAY, before:DAY, has:file, '
        "has:link, has:task, has:edit, has:delete."
    ),
)
@click.argument("words", nargs=-1, metavar=N_("WORDS"))
@job_option
@chat_option(N_("Only this chat: its number, or a part of its name. Without words: the whole chat, to read."))
@click.option("--from", "since", metavar=N_("DAY"), help=N_("From this day on, such as 2026-11-01, 11-01 or 昨日."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Up to this day."))
@click.option("--author", "authors", multiple=True, metavar=N_("NAME"), help=N_("Only of this person (name or id)."))
@AS_JSON
@every_archive_option
@click.pass_context
def command_search(ctx: click.Context, /, **typed: Any) -> None:
    """Search and print, without token and network; the index is rebuilt if that is due and possible."""
    from archiver.cli.reading.search import search_messages

    search_messages(ctx, **typed)


@click.command(
    "app",
    help=N_(
        "Do everything by clicking, in your browser: set up, save, look, make an export, and the worst "
        "day.\n\nThe pages come from this computer alone. It ends 20 minutes after you last used it; "
        "saving goes on."
    ),
)
@click.option(
    "--port",
    type=click.IntRange(FIRST_PORT, 65535),
    metavar="N",
    help=N_("The port on this computer; left out: that of the last time, or a free one."),
)
@click.option("--no-browser", is_flag=True, help=N_("Open no browser; only print the address."))
@click.option("--read-only", is_flag=True, help=N_("Pages that only show and search what is kept; Ctrl-C ends them."))
@click.option(
    "--icon/--no-icon",
    default=None,
    hidden=True,
    help=N_("Only put the application into the menu and on the desktop, or take it away there."),
)
@click.option(
    "--at-login/--no-at-login",
    default=None,
    hidden=True,
    help=N_("Only show from each log-in on how saving goes, beside the clock, or no longer; a click opens the pages."),
)
@click.option("--wait", is_flag=True, hidden=True, help=N_("Only show that sign; it ends with the session."))
@click.pass_obj
def command_app(obj: CliContext, /, wait: bool, **typed: Any) -> None:
    """Serve the pages until a signal, the button, or 20 minutes without use; a second call opens the first one's."""
    if wait:  # it stays small: nothing of the pages or the store is imported
        from archiver import waiting_sign

        if not waiting_sign.wait(obj.home, obj.environ):
            raise errors.UsageError(detail=_("This desktop shows no signs, or another process shows this one already."))
        return
    from archiver.cli.reading.app import open_app

    open_app(obj, **typed)


@click.command("status", help=N_("How things stand: what is saved, what is missing, what to do next, and alerts."))
@click.option("--full", is_flag=True, help=N_("Is automatic saving fully set up? One line for each thing."))
@click.option("--alerts", is_flag=True, help=N_("All alerts. They accuse nobody and are part of no export."))
@click.option(
    "--done",
    metavar="N|JOB",
    multiple=True,
    help=N_("Put the alert of this number aside, or the changes of this job; they stay listed."),
)
@click.option("--reason", metavar=N_("TEXT"), help=N_("With --done: why; for yourself, it never leaves this archive."))
@AS_JSON
@every_archive_option
@click.pass_obj
def command_status(
    obj: CliContext, full: bool, alerts: bool, done: tuple[str, ...], reason: str | None, as_json: bool
) -> int:
    """Show one of the three; only `--full` asks Chatwork, and works without token and network all the same."""
    if full + alerts + bool(done) > 1 or (reason is not None and not done):
        raise click.UsageError(_("Of --full, --alerts and --done, only one can be used; --reason goes with --done."))
    if full:
        from archiver.cli.reading.full_status import check_setup

        return check_setup(obj, as_json=as_json)
    if alerts or done:
        from archiver.cli.reading.status import dismiss_alerts, list_alerts

        dismiss_alerts(obj, done, reason) if done else list_alerts(obj, as_json=as_json)
        return 0
    from archiver.cli.reading.status import show_status

    return show_status(obj, as_json=as_json)


@click.command("guide", help=N_("Read a guide: when things go wrong, where to get advice, replies to copy, and more."))
@click.argument("topic", metavar=N_("TOPIC"), required=False)
def command_guide(topic: str | None) -> None:
    """Print one guide, or the list of them. Raises UsageError for a topic that there is not."""
    from archiver.cli.language_and_help import current_language
    from archiver.web.settings.guides import find_guide, guides

    if topic is None:
        for guide in guides(current_language()):
            echo(f"{guide.topic:<10} {guide.title}")
        return
    found = find_guide(topic, current_language())
    if found is None:
        raise errors.UsageError(detail=_("There is no such guide. All of them: archive guide"))
    with paged_output():
        echo(found.text.rstrip())


@click.command("help", help=N_("What a command does, and its options: the same as archive COMMAND --help."))
@click.argument("words", nargs=-1, metavar=N_("COMMAND"))
@click.pass_context
def command_help(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Print a help page. Raises click.UsageError for a command that there is not."""
    page = ctx.find_root()
    for word in words:
        group = page.command
        if not isinstance(group, click.Group):
            break
        name, command, _rest = group.resolve_command(page, [word])
        assert command is not None
        page = command.context_class(command, info_name=name, parent=page)
    with paged_output():
        echo(page.get_help())


@click.command(
    "mcp",
    help=N_(
        "Let an assistant on this computer ask about one job, over its standard input and output (MCP).\n\n"
        "It only reads, from this computer's archive; it answers nothing before --allow was given."
    ),
)
@click.option("--job", required=True, metavar=N_("JOB"), help=N_("The job."))
@click.option("--allow", is_flag=True, help=N_("Say what leaves this computer, and allow it for this job."))
@click.option("--unmasked", is_flag=True, help=N_("With --allow: as it is saved, other people too."))
@click.option("--forbid", is_flag=True, help=N_("Allow it no longer."))
@click.pass_obj
def command_mcp(obj: CliContext, /, **typed: Any) -> None:
    """Serve one job, or record whether it may be served."""
    from archiver.cli.reading.assistant import assist

    assist(obj, **typed)


if TYPE_CHECKING:
    from archiver.demo.story import Story

DEFAULT = "chatwork-demo"


@click.command(
    "demo",
    help=N_(
        "See the whole story in about a minute: a simulated Chatwork on this computer, no token, nothing sent out."
    ),
)
@click.option(
    "--dir",
    "folder",
    metavar=N_("DIR"),
    hidden=True,
    help=N_("An empty folder for the demo's archive; left out: chatwork-demo."),
)
@click.pass_obj
def command_demo(obj: CliContext, folder: str | None) -> int:  # noqa: ARG001 - click's
    """Play the story, then print where its files are."""
    from archiver.demo.story import play, set_stage

    home = _demo_folder(folder)
    with set_stage(home, echo) as story:
        echo(_("A simulated Chatwork runs on this computer. Three weeks pass in fast motion."))
        is_good = play(story)
        _tell_where(story)
    return 0 if is_good else FINDINGS


def _demo_folder(folder: str | None) -> Path:
    """The given folder, or a new name for one; never a folder with content. Raises BadValue."""
    if folder is not None:
        home = Path(folder).expanduser().absolute()
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise errors.BadValue(value=folder, option="--dir", example=_("an empty folder"))
        from archiver.folder_sync import disk_errors

        with disk_errors(home):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home
    number = 1
    while True:
        home = Path.cwd() / (DEFAULT if number == 1 else f"{DEFAULT}-{number}")
        if not home.exists():
            return home
        number += 1


def _tell_where(story: Story) -> None:
    page = story.package / "data" / "transcript" / "index.html" if story.package else story.home
    echo("")
    verdict = _("Nothing was changed in the export.") if story.ok else _("Some things in the export do NOT match.")
    echo(_("The export: {path}"), path=story.package)
    echo(verdict + " " + _("Open this page in your browser:"))
    echo(f"  {visible(str(page))}")
    echo("")
    echo(_("Look around; none of this needs a token:"))
    rows = [
        ("archive status", _("what is kept")),
        ("archive app --read-only", _("look at it in your browser")),
        (f"archive search --chat {story.room}", _("read the chat")),
        ("archive verify", _("check everything")),
    ]
    started = program_name()
    program = (started, "--home", str(story.home))
    echo(side_by_side([(complete_commands(command, program), words) for command, words in rows]))
    echo("")
    echo(_("To begin with your own chats: {command}"), command=command_line((started, "app")))
