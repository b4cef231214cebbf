"""Report inputs in which every text and list is overlong."""

from __future__ import annotations

from dataclasses import replace

from archiver.export.report.message_statistics import ReportInput
from archiver.records import AccountId, Delivery, Person
from tests.support.reports import report_inputs, sample_conversation

LONG_TEXT = "とても長い名前で、どこまでも続きます。" * 40
WIDE_TEXT = "W" * 600


def overlong_case(text: str) -> ReportInput:
    """A report input with this text in every fact and with overlong lists."""
    facts = (
        "title client platform_id url contracted_on escrowed_at contact_requested_on contact_approved_on amount due_on"
        " client_url worker_url end_request_at cancelled_on"
    )
    sample = sample_conversation.sample()
    people = {one: Person(AccountId(one), (text,)) for one in range(100, 140)}
    return report_inputs.case(
        [replace(sample, room_name=text, people=people)] * 3,
        contract=replace(report_inputs.CONTRACT, **dict.fromkeys(facts.split(), text)),  # type: ignore[arg-type]
        owner_name=text,
        events=[report_inputs.change("表示名が変わった", text)] * 300,
        deliveries=tuple(Delivery(number, text, text, 1, "ab" * 32) for number in range(20)),
    )
