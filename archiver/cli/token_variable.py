"""The variable that may hold the API token: its name, and when it wins over the settings."""

from __future__ import annotations

from gettext import gettext as _

from archiver.cli.context import CliContext

NAME = "CHATWORK_API_TOKEN"
"""As `settings.file` has it, which is not imported for a help page."""


VARIABLE = f"env:{NAME}"


def of_variable(obj: CliContext) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(NAME, "").strip()


def variable_wins() -> str:
    """That the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Take it away: unset {name} "
        "(in PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=NAME)
