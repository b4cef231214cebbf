"""Builds the context of the viewer's pages: the archive, and the document of how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.cli.terminal.typed_command import command_line, command_words, complete_own_text
from archiver.health.rooms_and_runs import round_interval
from archiver.health.snapshot import known_time
from archiver.standing.home_document import home_document
from archiver.web.context import ViewContext
from archiver.wording import Completion, own_completion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.cli.context import CliContext
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status


def build_view_context(obj: CliContext, *, are_settings_needed: bool = True) -> ViewContext:
    """The context of the archive that this command was called for.

    Raises BadSettings, but not where the settings are read later: the application has a page for settings that cannot
    be read.
    """
    from archiver.app import utc_now
    from archiver.cli.terminal.language import current_language
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.status import RememberedStatus

    remembered = RememberedStatus()
    program = command_words(obj.home)
    completion = Completion(complete_own_text, command_line(program)) if len(program) > 1 else None
    if are_settings_needed:
        obj.settings()

    def authorities() -> list[str]:
        return [one.name for one in obj.settings().timestamp.authorities]

    def document(reading: Reading, status: Status) -> Mapping[str, Any]:
        with own_completion(completion):  # the thread of a page has none
            return home_document(reading, status, obj.settings(), obj.environ, known_time(reading, utc_now()))

    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: remembered.status(reading, authorities=authorities()),
        home_document=document,
        patience=lambda reading: 3 * round_interval(len(rooms_to_read(reading, utc_now())), obj.settings()),
        command=program,
        language=current_language(),
        record_language=current_language(),
    )
