"""The environment variable that may hold the API token: its name, and its precedence over the settings."""

from __future__ import annotations

from gettext import gettext as _

from archiver.setup.program_call import ProgramCall

VARIABLE_NAME = "CHATWORK_API_TOKEN"
"""The same as in `settings.file`, which is not imported for a help page."""


VARIABLE_SOURCE = f"env:{VARIABLE_NAME}"


def variable_token(obj: ProgramCall) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(VARIABLE_NAME, "").strip()


def variable_wins_hint() -> str:
    """The hint that the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Remove it: unset {name} (in "
        "PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=VARIABLE_NAME)
