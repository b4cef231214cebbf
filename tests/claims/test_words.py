"""The words for facts stand in one table, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

from archiver.claims.words import WORDS

ARCHIVER = Path(__file__).parents[2] / "archiver"

FACTS = re.compile(
    "での最初の発言|保存できた最初|相手の最後の(?:発言|返信)|承認後|承認日の|「削除」表示だった発言|全\\{"
)
"""How the sentences of claims begin that a report made of its own before."""

NOT_OF_MESSAGES = {"export/report/files_and_changes.py", "export/report/consultation.py"}
"""Modules that count files and deliveries in these words."""


def test_no_other_module_words_a_fact() -> None:
    """A sentence about the first message, the last reply, deletions or all messages comes out of the table."""
    found = [
        f"{path.relative_to(ARCHIVER)}: {line.strip()}"
        for path in sorted([*ARCHIVER.rglob("*.py"), *ARCHIVER.rglob("*.html")])
        if path.relative_to(ARCHIVER).as_posix() not in NOT_OF_MESSAGES | {"claims/words.py"}
        for line in path.read_text("utf-8").splitlines()
        if FACTS.search(line)
    ]

    assert [] == found


def test_each_sentence_has_the_same_values_in_both_languages() -> None:
    """A value left out in one language would be a fact left out."""
    for key, wording in WORDS.items():
        assert sorted(set(re.findall(r"\{(\w+)", wording.ja))) == sorted(set(re.findall(r"\{(\w+)", wording.en))), key
