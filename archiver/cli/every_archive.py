"""`--every-archive` of `status` and `search`: the call over each of this user's archives that is known here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from gettext import gettext as _
from io import StringIO
from pathlib import Path
from typing import Any

import click

from archiver import errors
from archiver.cli.commands import ARGUMENTS
from archiver.cli.error_output import tell_error
from archiver.cli.terminal.output import echo, echo_json
from archiver.cli.terminal.text import visible
from archiver.errors import N_


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
