"""Sentences for events of files."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from archiver.render.missing_parts import reason
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent
from archiver.web.event_words.sentence import EventText, EventWriter, safe_sentence
from archiver.web.template_env import size_text


def _write_file_gone(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was not shown any more (reason unknown).")
    return EventText(safe_sentence(sentence, name=_file_name(event)))


def _write_file_back(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The file {name} was shown again."), name=_file_name(event)))


def _write_file_replaced(event: TimelineEvent) -> EventText:
    sentence = _("The file {name} was listed with another size or time.")
    return EventText(
        safe_sentence(sentence, name=_file_name(event)), _size_in_words(event.before), _size_in_words(event.after)
    )


def _write_file_renamed(event: TimelineEvent) -> EventText:
    return EventText(safe_sentence(_("The name of a file had changed.")), event.before, event.after)


def _write_file_lost(event: TimelineEvent) -> EventText:
    sentence = _("The bytes of the file {number} could not be saved: {reason}")
    return EventText(safe_sentence(sentence, number=event.number, reason=reason(event.after)))


def _file_name(event: TimelineEvent) -> str:
    return event.about or f"{event.number}"


def _size_in_words(number: str) -> str:
    return size_text(int(number)) if number.isdecimal() else number


FILE_WRITERS: Mapping[EventKind, EventWriter] = {
    EventKind.FILE_GONE: _write_file_gone,
    EventKind.FILE_BACK: _write_file_back,
    EventKind.FILE_REPLACED: _write_file_replaced,
    EventKind.FILE_RENAMED: _write_file_renamed,
    EventKind.FILE_LOST: _write_file_lost,
}
