"""One message in the transcript, beside what `tests/export/golden/html` shows of its states, texts and files."""

from __future__ import annotations

import re
from typing import Any

from archiver.records import MessageId, MessageKind, State, Version
from archiver.render.message_body import NOWHERE
from archiver.render.message_html import EDITED_BEFORE, NOTICE, Surroundings, render_message
from tests.support.html_safety import read_html
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import DAY, OWNER, at


def html_of(*versions: Version, **changed: Any) -> str:
    """A message with these versions, oldest first, as an item of the list."""
    first = next(sample_conversation.sample().messages())
    first = first._replace(body=versions[-1].body, versions=versions, changed_at=at(9 * DAY))
    return render_message(first._replace(**changed), Surroundings(NOWHERE, OWNER, {}, {})).html


def text(html: str) -> str:
    """The words of a piece of HTML, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(read_html(html).texts)).strip()


def test_a_moved_edit_time_alone_shows_no_second_text() -> None:
    """When only the edit time moved, the same text is not printed twice."""
    versions = (sample_conversation.version("はい", 0, 1), sample_conversation.version("はい", 2, 3, 5))

    actual = text(html_of(*versions, state=State.EDITED))

    assert actual.count("はい") == 1
    assert "文面は同じまま、編集時刻だけが変わりました。最後に見えた 2026-11-05 10:15:33 / 変わっていた" in actual
    assert EDITED_BEFORE not in actual


def test_a_post_of_the_system_is_called_so() -> None:
    """Beside the person in whose name it was made."""
    posted = Version("[dtext:live_start]", 0, at(1), at(2))

    assert NOTICE in text(html_of(posted, kind=MessageKind.NOTICE))
    assert NOTICE not in text(html_of(posted, kind=MessageKind.SPEECH))


def test_a_message_id_cannot_leave_its_attribute() -> None:
    """Even an id that is no number stays inside the quotes."""
    hostile = html_of(sample_conversation.version("はい", 0, 1), message_id=MessageId('1"><script>'))

    assert [] == read_html(hostile.replace('メッセージID 1"><script>', "")).faults
