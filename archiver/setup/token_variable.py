"""The environment variable that may hold the API token: its name, and its precedence over the settings."""

from __future__ import annotations

from gettext import gettext as _

from archiver.settings.child_environ import TOKEN_VARIABLE
from archiver.setup.program_call import ProgramCall

VARIABLE_SOURCE = f"env:{TOKEN_VARIABLE}"


def variable_token(obj: ProgramCall) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(TOKEN_VARIABLE, "").strip()


def variable_wins_hint() -> str:
    """The hint that the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Remove it: unset {name} (in "
        "PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=TOKEN_VARIABLE)
