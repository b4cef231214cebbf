"""A package in English tells the same facts as the Japanese one: dates, counts, ids and amounts, and nothing more."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.claims.sentences import deadline_basis
from archiver.export.report.letters import demand_text, inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import build_consultation, build_report
from archiver.platforms.job_platform import english_texts, platforms
from archiver.records import Contract, Invoice, MessageId, Payment, RequestKind, SentReminder
from archiver.report_language import ENGLISH, JAPANESE, MONTHS, report_language, say
from tests.claims.artifacts import page_lines_of, sealed, with_iso_days
from tests.claims.dispute import Dispute, blank_archive, report_of
from tests.support import report_catalogue
from tests.support.reports.report_inputs import CONTRACT, case

_SHORT = [one[:3] for one in MONTHS]
_DAY = re.compile(rf"(?:[A-Z][a-z]+day, )?([0-9]+) ({'|'.join(_SHORT)})[a-z]* ([0-9]{{4}})")
_TIME = re.compile("([0-9-]{10}), ([0-9:]+) JST")
_LEFT_OUT = re.compile(r"\([0-9] more: see the report\)")
_JAPANESE = re.compile("[぀-ヿ一-鿿]+")


def numbers(text: str) -> Counter[str]:
    """Every number of a text, its English days as ISO days; the zone of time and facts that found no room are more."""
    plain = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).replace("UTC+9", ""))
    plain = _DAY.sub(lambda found: f"{found[3]}-{_SHORT.index(found[2]) + 1:02}-{int(found[1]):02}", plain)
    return Counter(re.findall("[0-9a-f]*[0-9][0-9a-f]*", _TIME.sub(r"\1 \2", plain).replace(",", "")))


def told(case: ReportInput) -> list[list[str]]:
    """The texts of the report, of the consultation and of the letters."""
    report, consultation = build_report(case), build_consultation(case)
    timeless = [*consultation.chapters[:3], consultation.chapters[4]]  # how many lines of the timeline fit differs
    return [
        *(list(page_lines_of(chapters)) for chapters in (report.chapters, timeless)),
        *([make(case)] for make in (inquiry_form_text, demand_text)),
    ]


def compared(case: ReportInput) -> list[tuple[str, str]]:
    """The pairs of texts whose numbers differ, but for one page read aloud in words and shortened letters."""
    with report_language(JAPANESE):
        japanese = [[*map(with_iso_days, one)] for one in told(case)]
    with report_language(ENGLISH):
        english = told(case)
    assert list(map(len, japanese)) == list(map(len, english))
    pairs = [pair for one, other in zip(japanese, english, strict=True) for pair in zip(one, other, strict=True)]
    return [(ja, en) for ja, en in pairs if numbers(ja) != numbers(en) and numbers(en) - numbers(ja)]


def test_every_text_of_a_package_has_its_english() -> None:
    """Each has one with the same values, nothing is left over, and no text is built of pieces that cannot be found."""
    assert [] == list(report_catalogue.problems())


def test_no_english_text_has_a_number_that_the_japanese_lacks() -> None:
    """A number that is written out in words is none; the zone of time is said in English alone."""
    texts = {ja: en.replace("UTC+9", "") for ja, en in report_catalogue.english().items()}

    assert {} == {ja: en for ja, en in texts.items() if numbers(_without_values(en)) - numbers(_without_values(ja))}


def _without_values(text: str) -> str:
    return re.sub(r"\{[^}]*\}", "", text)


def test_an_english_report_has_the_same_numbers(tmp_path: Path) -> None:
    """Of a whole dispute, and of the sample with everything in it."""
    dispute = Dispute(386)
    maker = blank_archive(tmp_path / "blank", tmp_path / "home")
    dispute.play(maker)
    sealed(maker, dispute)
    with maker.archive.reading() as reading:
        of_dispute = compared(report_of(reading))
    maker.archive.close()

    assert [] == of_dispute
    assert [] == compared(case())


@pytest.mark.drawn(but=6)
@pytest.mark.parametrize("kind", [*RequestKind, None])
@pytest.mark.parametrize("profile", ["support", "lawyer", "court", "consult"])
def test_what_is_asked_and_owed_has_the_same_numbers(profile: str, kind: RequestKind | None) -> None:
    """Every reader, every request, with invoices and payments of a direct contract."""
    invoices = (
        Invoice(1, 50_000, "2026-10-31", name="A-1", due_on="2026-11-10"),
        Invoice(2, 30_000, "2026-11-05"),
    )
    contract = Contract(
        id="job1",
        rooms=(),
        title="Video",
        client="Tanaka",
        contracted_on="2026-10-01",
        amount="80,000",
        invoices=invoices,
        payments=(Payment(1, 20_000, "2026-11-12", 1),),
        reminders=(SentReminder(1, "2026-11-20", "mail"), SentReminder(2, "2026-11-21", None, MessageId("77"))),
    )
    for one in (contract, CONTRACT):
        assert [] == compared(case(contract=one, profile=profile, request=kind))


def test_only_quotes_names_and_terms_stay_japanese() -> None:
    """Every run of Japanese in an English report is what somebody wrote or typed, or a term beside its English."""
    of = case()
    bodies = [version.body for room in of.rooms for message in room.messages() for version in message.versions]
    english = [*report_catalogue.english().values(), *english_texts().values()]
    given = f"{of!r} {bodies!r} {_TAG_WORDS} {english!r}"
    with report_language(ENGLISH):
        texts = "\n".join(text for one in told(of) for text in one)

    assert set() == {run for run in _JAPANESE.findall(texts) if run not in given}


_TAG_WORDS = "メンバーを追加しました タスクを追加しました ファイルをアップロードしました"
"""What Chatwork itself writes into its notices."""


def test_where_a_deadline_is_read_has_its_english() -> None:
    """The title of its source is looked up whole, and what stands in brackets left out only then."""
    deadlines = [one for platform in platforms().values() for one in platform.deadlines]

    with report_language(ENGLISH):
        basis, titles = [deadline_basis(one) for one in deadlines], [say(one.source.title) for one in deadlines]

    assert basis
    assert all(title in text for title, text in zip(titles, basis, strict=True))


def test_who_does_the_work_is_not_called_the_client() -> None:
    """Where the reporter ordered the work, the other side is the contractor, and only the reporter a client."""
    hirer = case(contract=replace(CONTRACT, side="client"))

    with report_language(ENGLISH, hires=True):
        lines = list(page_lines_of(build_report(hirer).chapters))
    (named,) = (one for one in lines if "client" in one.lower())

    assert (1, True) == (named.lower().count("client"), "Reporter (client)" in named)
    assert any("message from the contractor" in one for one in lines)
