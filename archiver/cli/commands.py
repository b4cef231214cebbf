"""The table of commands, and the click group that imports a command's module only when it is called.

`archive --help` shows all of them without importing one, as their short texts stand here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.language_and_help import HelpContext, translate_command
from archiver.cli.output import pad
from archiver.errors import N_
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

START, EVERYDAY, HAND_OVER, SAFE, MORE = N_("Start"), N_("Every day"), N_("Hand over"), N_("Keep safe"), N_("More")
_LEFT = 10
"""Columns of the groups."""
HIDDEN = ""
"""The group of what services, packagers and scripts call: accepted, and in the reference."""


HELP_OPTIONS = frozenset({"-h", "--help"})
FOR_HELP = "archiver.for_help"
"""Key in click's `meta`: whether the call only asks for a help page."""
ARGUMENTS = "archiver.arguments"
"""Key in click's `meta`: the words of the call."""
LITERAL = "archiver.search.literal"
"""Key in click's `meta`: how many of the words came after `--`."""


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """A command's module, which defines `command_<name>`, and its group and text in the list of commands."""

    module: str
    group: str
    help: str


#: In the order in which the help shows them.
COMMANDS: Mapping[str, ListedCommand] = {
    "app": ListedCommand("archiver.cli.reading.commands", START, N_("Do everything on a page in your browser")),
    "init": ListedCommand("archiver.cli.setup.commands", START, N_("Set up: API token, automatic saving, alerts")),
    "status": ListedCommand("archiver.cli.reading.commands", EVERYDAY, N_("How things stand, and alerts")),
    "save": ListedCommand(
        "archiver.cli.saving.commands", EVERYDAY, N_("Save now. If something is disappearing: save --all")
    ),
    "search": ListedCommand("archiver.cli.reading.commands", EVERYDAY, N_("Find or read messages, deleted ones too")),
    "job": ListedCommand(
        "archiver.cli.contracts.commands", EVERYDAY, N_("Add, show or end a job: its chats, deliveries, payments")
    ),
    "export": ListedCommand(
        "archiver.cli.evidence.commands", HAND_OVER, N_("Create an export: CrowdWorks support, a lawyer, a phone call")
    ),
    "verify": ListedCommand(
        "archiver.cli.evidence.commands", HAND_OVER, N_("Check that nothing was changed; compare two copies")
    ),
    "backup": ListedCommand("archiver.cli.evidence.commands", SAFE, N_("Make a backup, or restore one")),
    "erase": ListedCommand("archiver.cli.evidence.commands", SAFE, N_("Erase what was saved (cannot be undone)")),
    "guide": ListedCommand(
        "archiver.cli.reading.commands", MORE, N_("Guides: when things go wrong, where to get advice, replies")
    ),
    "team": ListedCommand("archiver.team.commands.ledger_and_archives", MORE, N_("For organisations")),
    "demo": ListedCommand("archiver.cli.reading.commands", HIDDEN, N_("See the whole story, without a token")),
    "seal": ListedCommand("archiver.cli.evidence.commands", HIDDEN, N_("Seal the records made until now")),
    "upkeep": ListedCommand(
        "archiver.cli.saving.commands", HIDDEN, N_("Keep the database healthy; how much the archive holds")
    ),
    "daemon": ListedCommand("archiver.cli.saving.commands", HIDDEN, N_("Save again and again until it is stopped")),
    "mcp": ListedCommand("archiver.cli.reading.commands", HIDDEN, N_("Let an assistant ask about one job")),
    "completion": ListedCommand("archiver.cli.setup.commands", HIDDEN, N_("Complete commands with the Tab key")),
    "help": ListedCommand("archiver.cli.reading.commands", HIDDEN, N_("What a command does, and its options")),
}


SECOND_NAMES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("sync",): ("save",),
    ("schedule", "install"): ("init", "schedule"),
    ("schedule", "remove"): ("init", "schedule", "--off"),
}
"""Names that stay accepted for ever, as schedules and scripts call them: what each stands for."""


class LazyGroup(click.Group):
    """The command `archive`: lists its commands from the table, and imports each when it is called."""

    context_class = HelpContext

    def __init__(self, table: Mapping[str, ListedCommand], **attributes: object) -> None:
        """Keep the table; the other arguments are click's."""
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.table = table

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, and keep what was typed, which `--every-archive` runs again."""
        ctx.meta[ARGUMENTS] = list(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The names of all commands, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import the command's module and translate its texts."""
        cmd_name = SECOND_NAMES.get((cmd_name,), (cmd_name,))[0]
        if cmd_name not in self.table:
            return None
        module = importlib.import_module(self.table[cmd_name].module)
        command = translate_command(getattr(module, f"command_{cmd_name}"))
        command.hidden = self.table[cmd_name].group == HIDDEN
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete names from the table, as click would import every module for them."""
        from click.shell_completion import CompletionItem

        matching = {n: one for n, one in self.table.items() if n.startswith(incomplete) and one.group != HIDDEN}
        named = [CompletionItem(name, help=_(listed.help)) for name, listed in matching.items()]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, but suggest the nearest name if there is no such command."""
        for old, new in SECOND_NAMES.items():
            if tuple(args[: len(old)]) == old:
                args = [*new, *args[len(old) :]]
        name = args[0]
        ctx.meta[FOR_HELP] = not HELP_OPTIONS.isdisjoint(args)
        if name in self.table or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        sentence = _("There is no command “{name}”.")
        near = get_close_matches(name, self.table, n=1)
        if near:
            sentence = _("There is no command “{name}”. Did you mean “{near}”?")
        raise click.UsageError(sentence.format(name=name, near="".join(near)), ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the program does, the commands by group, and the options in two lines."""
        formatter.write(
            _(
                "Usage: archive [COMMAND]        archive alone shows how things stand\n\n"
                "  Backs up your client chats on Chatwork to this computer.\n"
                "  It only reads. Nothing is ever sent to the other people.\n"
            )
        )
        self.format_commands(ctx, formatter)
        formatter.write(
            _(
                "\n  --home FOLDER   use another archive               --lang ja|en   language\n"
                "  -v more detail  -q results only  --version  -h this help\n\n"
                "About a command: archive export -h      Try it without setup: archive demo\n"
            )
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the listed commands, each group's name once at the left."""
        listed = [(name, one) for name, one in self.table.items() if one.group != HIDDEN]
        groups = ["", *(one.group for _name, one in listed)]
        middle = max(len(name) for name, _one in listed)
        formatter.write_paragraph()
        for before, (name, one) in zip(groups, listed, strict=False):
            head = pad("" if one.group == before else _(one.group), _LEFT)
            formatter.write(head + pad(name, middle) + "   " + _(one.help) + "\n")


COMPLETION_VARIABLE = "_ARCHIVE_COMPLETE"
"""The variable by which a shell asks how the typed line may continue (`cli.setup.commands`)."""

_Function = Callable[..., Any]


def profiles(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Profiles of readers for whom a package can be made."""
    from click.shell_completion import CompletionItem

    from archiver.export import READERS

    return [CompletionItem(name) for name in READERS if name.startswith(incomplete)]


def files(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A request to the shell to complete files and folders itself."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def folders(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A request to the shell to complete folders itself."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


JOB = click.argument(
    "job",
    metavar=N_("[JOB]"),
    required=False,
    callback=lambda _ctx, _arg, value: value or None,
)


class JobCommand(click.Command):
    """A command whose first argument is a job: where the others do not fit, the job was left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, a second time with a blank job before the words; the first mistake is the one told."""
        try:
            return super().parse_args(ctx, [*args])
        except click.UsageError as mistake:
            ctx.params.clear()
            try:
                return super().parse_args(ctx, ["", *args])
            except click.UsageError:
                raise mistake from None


AS_JSON = click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))

job_option = click.option(
    "--job",
    "jobs",
    multiple=True,
    metavar=N_("JOB"),
    help=N_("Only the chats of this job."),
)
"""The jobs to whose chats a command is limited."""


def chat_option(help_text: str, flag: str = "--chat", name: str = "chats") -> Callable[[_Function], _Function]:
    """An option that takes chats by their numbers or parts of their names; repeatable."""
    chat = N_("CHAT")
    return click.option(flag, name, multiple=True, metavar=chat, help=help_text)
