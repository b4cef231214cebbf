"""Completions of arguments, for `shell_complete=` of click's parameters, and the job as the first argument.

They use neither token nor network; what cannot be read gives no completions and no error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.errors import N_

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from archiver.store.queries.completion import CompletionName

_Function = Callable[..., Any]

_TYPEABLE = re.compile(r"[A-Za-z0-9_-]+")
"""What every shell takes as one word without quotes; a platform's id may be any text."""


def contract_ids(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Ids of contracts with their titles; platform ids too, once something is typed."""
    from archiver.store.queries import completion

    return _completion_items(ctx, completion.contracts, incomplete)


def room_numbers(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Numbers of the saved rooms, with their names."""
    from archiver.store.queries import completion

    return _completion_items(ctx, completion.rooms, incomplete)


def profiles(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Profiles of readers for whom a package can be made."""
    from click.shell_completion import CompletionItem

    from archiver.export import PROFILES

    return [CompletionItem(name) for name in PROFILES if name.startswith(incomplete)]


def files(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A request to the shell to complete files and folders itself."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def folders(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A request to the shell to complete folders itself."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def _completion_items(
    ctx: click.Context, names_in: Callable[[Path], Iterable[CompletionName]], incomplete: str
) -> list[CompletionItem[str]]:
    """Names of the database of the line that is being typed; no callback has run, so there is no `CliContext` yet."""
    from click.shell_completion import CompletionItem

    from archiver.cli.terminal.output import visible
    from archiver.settings.home import DATABASE_FILE, home_path

    try:
        database = home_path(ctx.find_root().params.get("home"), os.environ) / DATABASE_FILE
    except errors.BadValue:
        return []
    return [
        CompletionItem(word, help=visible(name.name) or None)
        for name in names_in(database)
        for word in (name.typed if incomplete else name.typed[:1])
        if word.startswith(incomplete) and _TYPEABLE.fullmatch(word)
    ]


JOB = click.argument(
    "job",
    metavar=N_("[JOB]"),
    required=False,
    shell_complete=contract_ids,
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
    shell_complete=contract_ids,
    help=N_("Only the chats of this job."),
)
"""The jobs to whose chats a command is limited."""


def chat_option(help_text: str, flag: str = "--chat", name: str = "chats") -> Callable[[_Function], _Function]:
    """An option that takes chats by their numbers or parts of their names; repeatable."""
    chat = N_("CHAT")
    return click.option(flag, name, multiple=True, metavar=chat, shell_complete=room_numbers, help=help_text)
