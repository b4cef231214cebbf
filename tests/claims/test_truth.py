"""Every claim is held against a truth that the program does not know; planted lies show that a false one is seen."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from archiver.claims import messages, sentences
from archiver.platforms.job_platform import english_texts
from archiver.records import CaseFacts, CaseSide, ChangeKind
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import activity_of
from tests.claims.artifact_judge import READ, falsehoods, summed
from tests.claims.artifacts import Told, after, sealed, told_at_once
from tests.claims.dispute import NAMES, RENAMED, Circumstances, Dispute, blank_archive, drawn, report_of
from tests.support import report_catalogue

MOST_UNREAD = 314
"""So many texts of the catalogue no parser reads yet."""

SEEDS = sorted({*range(0, 200, 4), 33, 54, 77, 86, 89, 106, 117, 126, 142, 155, 158, 170, 173, 177, 186, 198, 236})
"""Of 200 disputes each fourth, and those which alone tell a sentence or have a circumstance."""


SMALL = Circumstances(window=20)


class Played(NamedTuple):
    """A dispute, its facts by query and by fold, and what its artifacts say."""

    dispute: Dispute
    queried: CaseFacts
    folded: CaseFacts
    told: Told


def play(seed: int, folder: Path, so: Circumstances | None = None) -> Played:
    """Play a dispute and say everything of it."""
    dispute = Dispute(seed, drawn(seed) if so is None else so)
    maker = blank_archive(folder / "blank", folder / str(seed))
    dispute.play(maker)
    sealed(maker, dispute)
    with maker.archive.reading() as reading:
        activity = activity_of(reading, contracts.find_contract(reading, "job1"), now=after(dispute))
        case = report_of(reading, at=after(dispute))
        told = told_at_once(reading, dispute, case, activity)
    maker.archive.close()
    shutil.rmtree(maker.home)
    return Played(dispute, activity.facts, case.statistics.facts, told)


def judge(played: Played) -> list[str]:
    """What is false; the facts of screens and of packages must be the same."""
    wrong = summed(falsehoods(played.dispute, played.told))
    return wrong if _plain(played.queried) == _plain(played.folded) else [*wrong, "query and fold differ"]


def _plain(facts: CaseFacts) -> tuple[object, ...]:
    """What is claimed of facts, without the numbers of a package."""
    posts = [messages.first_message(facts).value, messages.last_reply(facts).value]
    told, authors = messages.turn(facts), facts.authors.items()
    acts = [one and (one.kind, one.post.at, one.what) for one in told.value[:2]]
    return (
        *(one and one._replace(no=None, seq=0) for one in posts),
        *acts,
        told.knowledge,
        told.value[2:],
        messages.message_count(facts),
        messages.contact(facts).value,
        [messages.changed_sides(facts.changed, kind) for kind in ChangeKind],
        {side: sum(a.posts.total() for one, a in authors if facts.sides.side(one) is side) for side in CaseSide},
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Played]:
    """Disputes of all kinds."""
    folder = tmp_path_factory.mktemp("disputes")
    return [play(seed, folder) for seed in SEEDS]


@pytest.fixture(scope="module")
def judged(played: list[Played]) -> dict[int, list[str]]:
    """What is false of them, by their seeds; the judge notes which sentences it has read."""
    return {one.dispute.seed: wrong for one in played if (wrong := judge(one))}


def test_nothing_false_is_said_of_random_disputes(judged: dict[int, list[str]], tmp_path: Path) -> None:
    """Of 200, what is told as whole is the truth, what as saved is true of what was saved, every sentence is true."""
    others = {seed: wrong for seed in {*range(200)} - {*SEEDS} if (wrong := judge(play(seed, tmp_path)))}

    assert {} == judged | others


@pytest.mark.usefixtures("judged")
def test_every_sentence_is_read_back_or_listed(played: list[Played]) -> None:
    """A text that no parser reads stands in a list, which only gets shorter; what is read leaves it."""
    found = unread({sentence for one in played for sentence in one.told.sentences})
    listed = LISTED.read_text("utf-8").splitlines()

    assert (set(), set()) == (found - {*listed}, {*listed} - found)
    assert len(listed) <= MOST_UNREAD


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("seed", [48, 352, 1024, 1083, 1497, 20115, 20324, 2600, 4509, 5208, 300148, 700360])
def test_what_was_false_once_is_told_truly(seed: int, tmp_path: Path) -> None:
    """Of worlds that few seeds draw."""
    assert [] == judge(play(seed, tmp_path))


@pytest.mark.slow
def test_nothing_false_is_said_of_many_random_disputes(tmp_path: Path) -> None:
    """The same for 5,000."""
    number = int(os.environ.get("ARCHIVE_TEST_DISPUTES", "5000"))

    assert {} == {seed: wrong for seed in range(1_000, 1_000 + number) if (wrong := judge(play(seed, tmp_path)))}


def test_the_words_of_a_claim_follow_its_knowledge(played: list[Played]) -> None:
    """「Chatworkでの最初のメッセージ」 is said only where the coverage proves it."""
    for facts in (one.folded for one in played):
        is_whole = messages.first_message(facts).is_whole
        assert is_whole == sentences.first_label(facts).startswith("Chatworkでの")


# --- sentences that nobody reads ------------------------------------------------------------------

LISTED = Path(__file__).with_name("unread_sentences.txt")
"""The texts that are not read yet, one a line, as they stand in the catalogue but for spaces."""

LEAST = 5
"""A text with fewer characters of its own is a label, a unit or a mark."""


def unread(sentences: Iterable[str]) -> set[str]:
    """The texts of which something stands in these sentences (without spaces) that no parser has read."""
    parsers = [re.compile(one) for one in sorted(READ)]
    alike = {_made_equal(sentence): sentence for sentence in sorted(sentences)}
    rests = "\n".join(_rest(sentence, parsers) for sentence in alike.values())
    return {text for text, form in _texts().items() if form.search(rests)}


def _rest(sentence: str, parsers: Iterable[re.Pattern[str]]) -> str:
    """What the parsers leave of a sentence, with equal names and numbers."""
    for parser in parsers:
        sentence = parser.sub("", sentence)
    return _made_equal(sentence)


def _made_equal(sentence: str) -> str:
    for name in (RENAMED, *NAMES.values()):
        sentence = sentence.replace(name, "名")
    return re.sub(r"[0-9][0-9,:.\-]*", "0", sentence)


def _texts() -> dict[str, re.Pattern[str]]:
    """Each sentence of the catalogue, and how it is recognized."""
    whole = [*report_catalogue.english(), *english_texts()]
    texts = {re.sub(r"\s", "", one) for text in whole for one in re.split(r"[。\n]", text)}
    return {text: _form(text) for text in sorted(texts) if len(re.sub(r"\{[^}]*\}", "", text)) >= LEAST}


def _form(text: str) -> re.Pattern[str]:
    pieces = [re.escape(re.sub(r"[0-9]+", "0", one)) for one in re.split(r"\{[^}]*\}", text)]
    return re.compile(".*?".join(filter(None, pieces)))
