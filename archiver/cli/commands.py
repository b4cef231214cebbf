"""The table of commands, and the click group that imports a command's module only when it is called.

`archive --help` shows all of them without importing one, as their short texts stand here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.terminal.help_pages import HelpContext, translate_command
from archiver.errors import N_

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EVERYDAY = N_("Everyday")
SETTING_UP = N_("Setting up")
ADVANCED = N_("Advanced")


HELP_OPTIONS = frozenset({"-h", "--help"})
FOR_HELP = "archiver.for_help"
"""Key in click's `meta`: whether the call only asks for a help page."""
ARGUMENTS = "archiver.arguments"
"""Key in click's `meta`: the words of the call."""


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """A command's module, which defines `command_<name>`, and its group and text in the list of commands."""

    module: str
    group: str
    help: str


#: In the order in which the help shows them.
COMMANDS: Mapping[str, ListedCommand] = {
    "status": ListedCommand(
        "archiver.cli.status.status", EVERYDAY, N_("What is kept, what is missing, what to do next")
    ),
    "save": ListedCommand(
        "archiver.cli.saving.save", EVERYDAY, N_("Save now (sync is the same). Something is disappearing: save --all")
    ),
    "export": ListedCommand("archiver.cli.evidence.export", EVERYDAY, N_("Make a package to hand in")),
    "app": ListedCommand("archiver.cli.reading.app", EVERYDAY, N_("Do everything by clicking, in your browser")),
    "search": ListedCommand("archiver.cli.reading.search", EVERYDAY, N_("Find or read messages, deleted ones too")),
    "contract": ListedCommand(
        "archiver.cli.contracts.contract", EVERYDAY, N_("Enter a contract and its rooms, or look at it")
    ),
    "init": ListedCommand("archiver.cli.setup.init", SETTING_UP, N_("Set up: API token, automatic saving, alerts")),
    "check": ListedCommand("archiver.cli.status.check", SETTING_UP, N_("Check that automatic saving is fully set up")),
    "rooms": ListedCommand("archiver.cli.setup.rooms", ADVANCED, N_("Your rooms and their numbers")),
    "alerts": ListedCommand(
        "archiver.cli.status.alerts", ADVANCED, N_("Signs that something is vanishing; put them aside")
    ),
    "delivery": ListedCommand(
        "archiver.cli.contracts.delivery", ADVANCED, N_("What you delivered on the platform, and when")
    ),
    "attach": ListedCommand(
        "archiver.cli.contracts.attach", ADVANCED, N_("Keep a screenshot, notice or mail with a contract")
    ),
    "seal": ListedCommand("archiver.cli.evidence.seal", ADVANCED, N_("Seal the records made until now")),
    "verify": ListedCommand("archiver.cli.evidence.verify", ADVANCED, N_("Check that nothing was changed")),
    "compare": ListedCommand(
        "archiver.cli.evidence.compare", ADVANCED, N_("Two archives or packages of the same chat, side by side")
    ),
    "exports": ListedCommand(
        "archiver.cli.evidence.exports", ADVANCED, N_("The packages made so far; to whom they were handed")
    ),
    "backup": ListedCommand(
        "archiver.cli.evidence.backup", ADVANCED, N_("Make a backup on another disk, or restore one")
    ),
    "erase": ListedCommand(
        "archiver.cli.evidence.erase", ADVANCED, N_("Take a contract or messages out of the archive for good")
    ),
    "upkeep": ListedCommand(
        "archiver.cli.saving.upkeep", ADVANCED, N_("Keep the database healthy; how much the archive holds")
    ),
    "daemon": ListedCommand("archiver.cli.saving.daemon", ADVANCED, N_("Save again and again until it is stopped")),
    "team": ListedCommand("archiver.cli.evidence.team", ADVANCED, N_("An archive kept by several machines of a team")),
    "completion": ListedCommand("archiver.cli.completion", ADVANCED, N_("Complete commands with the Tab key")),
    "migrate": ListedCommand("archiver.cli.setup.migrate", ADVANCED, N_("Update an older archive to this version")),
    "guide": ListedCommand("archiver.cli.reading.guide", ADVANCED, N_("Read a guide")),
    "help": ListedCommand("archiver.cli.reading.help", ADVANCED, N_("What a command does, and its options")),
    "demo": ListedCommand("archiver.cli.demo", ADVANCED, N_("See the whole story, without a token")),
}


SECOND_NAMES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("sync",): ("save",),
    ("schedule", "install"): ("init", "schedule"),
    ("schedule", "show"): ("init", "schedule", "--show"),
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
        """Parse as click does, and keep what was typed, which `--all` runs again."""
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
        command: click.Command = getattr(module, f"command_{cmd_name}")
        return translate_command(command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete names from the table, as click would import every module for them."""
        from click.shell_completion import CompletionItem

        matching = {name: listed for name, listed in self.table.items() if name.startswith(incomplete)}
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
        """Write the description, then the commands by group, then the options."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write one section for each group, all with the same width of the left column."""
        for group in dict.fromkeys(listed.group for listed in self.table.values()):
            rows = [(name, _(listed.help)) for name, listed in self.table.items() if listed.group == group]
            with formatter.section(_(group)):
                formatter.write_dl([(f"{name:<{max(map(len, self.table))}}", text) for name, text in rows])


COMPLETION_VARIABLE = "_ARCHIVE_COMPLETE"
"""The variable by which a shell asks how the typed line may continue (`cli.completion`)."""
