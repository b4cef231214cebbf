"""The base class of errors: a sentence, an exit code, what to do next."""

from __future__ import annotations

from typing import ClassVar

from archiver.wording import N_, gettext


class ArchiverError(Exception):
    """The work cannot go on. An error carries data; its sentence is made from a class attribute."""

    code: ClassVar[int] = 1
    message: ClassVar[str] = N_("Something went wrong: {detail}")
    hint: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        """Keep the data for the sentence."""
        super().__init__(data)
        self.data = data

    def __str__(self) -> str:
        """The sentence in the language of the process."""
        return gettext(self.message).format(**self.data)

    def advice(self) -> str:
        """What the user can do next, in the language of the process; may be empty."""
        return gettext(self.hint).format(**self.data) if self.hint else ""
