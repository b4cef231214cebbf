"""What a shell may put in for an argument: contracts, rooms, files. `shell_complete=` of click's parameters.

Neither token nor network is asked, and what cannot be read is no fault: nothing is put in then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from archiver import errors

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from archiver.store.queries.completion import CompletionName

_TYPEABLE = re.compile(r"[A-Za-z0-9_-]+")
"""What every shell takes as one word as it stands; a platform's id may be any text."""


def contract_ids(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Ids of contracts with their titles; the platform's own id once it has been begun."""
    from archiver.store.queries import completion

    database = _database(ctx)
    return [] if database is None else _fitting(completion.contracts(database), incomplete)


def room_numbers(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Numbers of the rooms that are kept, with their names."""
    from archiver.store.queries import completion as glance

    database = _database(ctx)
    return [] if database is None else _fitting(glance.rooms(database), incomplete)


def profiles(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """For whom a package can be made."""
    from click.shell_completion import CompletionItem

    from archiver.export import PROFILES

    return [CompletionItem(name) for name in PROFILES if name.startswith(incomplete)]


def files(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Files and folders, which the shell itself knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def folders(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Folders, which the shell itself knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def _database(ctx: click.Context) -> Path | None:
    """The archive of the line that is being typed; no callback has run, so there is no `CliContext` yet."""
    from archiver.settings.home import DATABASE_FILE, home_path

    try:
        return home_path(ctx.find_root().params.get("home"), os.environ) / DATABASE_FILE
    except errors.BadValue:
        return None


def _fitting(called: Iterable[CompletionName], incomplete: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem

    from archiver.cli.terminal.text import visible

    return [
        CompletionItem(word, help=visible(one.name) or None)
        for one in called
        for word in (one.typed if incomplete else one.typed[:1])
        if word.startswith(incomplete) and _TYPEABLE.fullmatch(word)
    ]
