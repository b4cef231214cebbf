"""The words for facts stand in one table, and nowhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from babel.messages.pofile import read_po

from archiver.claims.messages import Claim, Knowledge, Missing
from archiver.claims.sentences import count_text
from archiver.records import MessageKind
from archiver.report_language import ENGLISH, report_language

ARCHIVER = Path(__file__).parents[2] / "archiver"

CATALOGUE = ARCHIVER / "locale/ja/LC_MESSAGES/messages.po"

FACTS = re.compile(
    "の最初のメッセージ|保存できた最(?:初|も古い)|相手の最後の|承認後|承認日の|全\\{|「削除」表示(?:だった|に変わった)|保存した?時点で(?:編集|「削除」)"
    "|last message from the other|(?:first|last|oldest) saved message|messages in all|(?:before|after) they were saved"
)
"""How the sentences of claims about a case begin or end, in both languages."""

NOT_OF_A_CASE = {
    "claims/table.py": "the table itself",
    "render/message_html.py": "the badge of one message, by whether a text of it was seen",
    "export/report/excerpt.py": "the place of a text of one message that was never seen",
    "render/templates/report_changes.txt": "counts files",
    "render/templates/report_consultation.txt": "counts deliveries",
    "evidence/tables/build.py": "the state of one message in a row of a table",
    "evidence/tables/events.py": "one event of one message",
}
"""Modules that say such a thing of one message or of something else, and what."""

CATALOGUE_ALLOWED = {
    "shown as deleted": "the mark of one message of which a text was seen",
    "messages that are “deleted”": "what a filter of the search finds",
    "{n} message by somebody else": "an alert of changes between two readings",
    "{n} messages by somebody else": "the same of several",
    "({n} in all. Enter": "a list of names",
    "Messages before the first saved one": "says what a package does not state",
}
"""Beginnings of texts of the catalogue that say such a thing of one message or of something else, and what."""


def test_no_other_module_words_a_fact() -> None:
    """A sentence about the first message, the last reply, deletions or all messages comes out of the table."""
    found = [
        f"{path.relative_to(ARCHIVER)}: {line.strip()}"
        for path in sorted(path for kind in ("py", "html", "txt") for path in ARCHIVER.rglob(f"*.{kind}"))
        if path.relative_to(ARCHIVER).as_posix() not in NOT_OF_A_CASE
        for line in path.read_text("utf-8").splitlines()
        if (match := FACTS.search(line)) and not match[0].isascii()
    ]

    assert [] == found


def test_no_text_of_the_catalogue_words_a_fact() -> None:
    """Screens, pages of the viewer and of the application, and alerts say such a thing in the words of the table."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    texts = [(*_listed(message.id), *_listed(message.string)) for message in messages]
    found = [one[0] for one in texts if any(map(FACTS.search, one))]

    assert [] == [one for one in found if not one.startswith(tuple(CATALOGUE_ALLOWED))]
    assert [] == [one for one in CATALOGUE_ALLOWED if not any(text.startswith(one) for text in found)]


def _listed(texts: str | Sequence[str] | None) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts or []


def test_notices_are_told_among_the_saved_messages_and_not_among_the_missing() -> None:
    """Where something is missing, the number stands first: it is a part of what is saved."""
    told = Counter({MessageKind.SPEECH: 7, MessageKind.NOTICE: 2})
    saved = Claim(told, Knowledge.SAVED, missing=Missing(gaps=1, erased=1))

    assert "全9件(うちChatworkの自動メッセージ2件)" == count_text(Claim(told, Knowledge.WHOLE))
    assert count_text(saved).startswith("保存できた9件(うちChatworkの自動メッセージ2件。ほかに")
    with report_language(ENGLISH):
        assert count_text(saved).startswith("9 messages saved (2 of them automatic messages of Chatwork; besides ")


def test_gaps_that_hold_none_by_chatworks_count_are_no_doubt_on_page_1() -> None:
    """The count says what Chatwork's counter says; where messages are missing the empty gaps are not named beside."""
    emptied = Claim(Counter({MessageKind.SPEECH: 202}), Knowledge.SAVED, missing=Missing(gaps=1, emptied=1))
    more = replace(emptied, missing=Missing(estimate=5, gaps=2, emptied=1))

    assert "保存できた202件(Chatworkの表示する件数から見て、不足はありません)" == count_text(emptied)
    assert "保存できた202件(ほかに保存できていないもの 約5件)" == count_text(more)
