"""The option of every command of a team's service that names its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archiver.cli.argument_completion import folders
from archiver.cli.context import CliContext
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.team.team_file import TeamSettings

F = TypeVar("F", bound=Callable[..., Any])


def settings_option(command: F) -> F:
    """Add `--settings FILE`."""
    return click.option(
        "--settings",
        "team_file",
        metavar=N_("FILE"),
        shell_complete=folders,
        help=N_("The team's settings (team.toml); else the variable CHATWORK_ARCHIVER_TEAM, this folder, the system."),
    )(command)


def team_settings(obj: CliContext, team_file: str | None) -> TeamSettings:
    """Read the team's settings. Raises BadTeamFile."""
    from archiver.team.team_file import find_team_file, read_team_file

    return read_team_file(find_team_file(obj.environ, team_file))
