"""What is handed out, byte for byte: the tables of the story's package, and the report of the sample as values.

Renewed on purpose with `python -m tests.export.test_golden`, and looked at.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.export.pdf.blocks import Report, layout_data
from archiver.export.report.all_messages import volume_reports
from archiver.export.report.exhibits import FiledFiles, evidence_list
from archiver.export.report.letters import demand_text, inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import build_consultation, build_report
from archiver.records import AccountClosing, AccountId, Delivery, MessageId, SentReminder, StatedTerm
from tests.export.report.test_money import ARREARS
from tests.support.archives.maker import story
from tests.support.packages.exported_archives import export_package
from tests.support.reports import report_inputs
from tests.support.reports.sample_conversation import CLIENT, message_id

GOLDEN = Path(__file__).parent / "golden"
TABLES = (
    "messages.jsonl", "messages.csv", "files.csv", "events.csv", "links.csv", "tasks.csv", "operator_inquiry.csv",
    "pauses.jsonl", "pauses.csv",
)  # fmt: skip
FILED = FiledFiles("report.pdf", ("report_all_messages-01.pdf",), {"report.pdf": (1_234_567, 9)}, missing={})


def owed(profile: str) -> ReportInput:
    """A direct client who owes pay, was reminded four times, and promised it in messages within and without."""
    days = ("2026-11-12", "2026-11-01", "2026-11-09")
    sent = tuple(SentReminder(number, day, "メール") for number, day in enumerate(days, 1))
    by_message = SentReminder(4, "2026-11-05", None, message_id(1))
    bound = {"work": message_id(1), "delivery_day": message_id(1), "parties": MessageId("1")}
    bound |= {"amount": message_id(4), "payment_day": message_id(4)}
    terms = tuple(StatedTerm(name, message) for name, message in bound.items())
    contract = replace(ARREARS, reminders=(*sent, by_message), terms=terms, payment_due_on="2026-10-31")
    return report_inputs.case(contract=contract, profile=profile)


def of_money(case: ReportInput) -> Report:
    """The chapters of a report in which money and reminders stand: summary, course of things, dates."""
    whole = build_report(case)
    return replace(whole, chapters=tuple(whole.chapters[number - 1] for number in (1, 2, 5)))


sample = report_inputs.case
AGAIN = (Delivery(1, "2026-11-03"), replace(report_inputs.DELIVERED, number=2))
CLOSED = [AccountClosing(AccountId(CLIENT), datetime(2026, 11, 14, 18, 15, tzinfo=UTC), 9)]
ANOTHER = ("相手との別のチャット1件は保存の対象にしていません。",)

REPORTS: dict[str, Callable[[], Report | str]] = {
    "support": lambda: build_report(sample()),
    "lawyer": lambda: build_report(sample(profile="lawyer", other_chats=ANOTHER)),
    "court": lambda: build_report(sample(profile="court")),
    "consult": lambda: build_consultation(sample(profile="consult", deliveries=AGAIN)),
    "evidence_list": lambda: evidence_list(sample(), FILED),
    "all_messages": lambda: next(iter(volume_reports(sample(profile="court")))),
    "inquiry": lambda: inquiry_form_text(sample(closings=CLOSED)),
    "owed_support": lambda: of_money(owed("support")),
    "owed_lawyer": lambda: of_money(owed("lawyer")),
    "owed_consult": lambda: build_consultation(owed("consult")),
    "owed_letter": lambda: demand_text(owed("support")),
}
"""What is made of the sample, and of the sample under a direct contract with open invoices."""


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of a lawyer's package of the story; salts and digests are in none of them."""
    package = Path(export_package(story(folder / "home"), "lawyer", folder / "out").path)
    return {name: (package / "data" / name).read_bytes() for name in TABLES}


def words(name: str) -> bytes:
    """A report for the layout, or the lines of a text."""
    made = REPORTS[name]()
    data = made.splitlines() if isinstance(made, str) else layout_data(made)
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def test_the_tables_are_as_expected(tmp_path: Path) -> None:
    """Every byte of the story's tables is known."""
    assert {name: (GOLDEN / "tables" / name).read_bytes() for name in TABLES} == tables(tmp_path)


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_as_expected(name: str) -> None:
    """Every word of the sample's reports, appendices and texts is known, for each reader."""
    assert (GOLDEN / "report" / f"{name}.json").read_bytes() == words(name)


def renew() -> None:
    """Write the expected files anew."""
    for name in ("tables", "report"):
        (GOLDEN / name).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, body in tables(Path(folder)).items():
            (GOLDEN / "tables" / name).write_bytes(body)
    for name in REPORTS:
        (GOLDEN / "report" / f"{name}.json").write_bytes(words(name))


if __name__ == "__main__":
    renew()
    sys.exit(0)
