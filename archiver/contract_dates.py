"""What follows from the facts of a contract: early contact, deadlines, files that match deliveries, missing facts.

Report, status, alerts and web pages use these functions, which read and write nothing. They compare days and claim no
breach.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from archiver.platforms.job_platform import NO_PLATFORM, STRANGER, Deadline, Platform
from archiver.records import (
    JST,
    Attachment,
    Contract,
    ContractRoom,
    Delivery,
    EarlierJobs,
    Gap,
    Invoice,
    Payment,
    Post,
    RoomBeginning,
    begin_of_day,
    contract_facts,
    stated_sum,
)
from archiver.records.contract_facts import ContractFact, FactContext

_DATE_LENGTH = len("2026-11-24")


def day_of(stated: str | None) -> datetime | None:
    """The time in Japan of a stated date, or date and time; None if it is blank or no date."""
    try:
        at = datetime.fromisoformat(stated) if stated else None
    except ValueError:
        return None
    if at is None:
        return None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def days_since(at: datetime, now: datetime) -> int:
    """Calendar days in Japan from one time to another."""
    return (now.astimezone(JST).date() - at.astimezone(JST).date()).days


# --- contact outside the platform --------------------------------------------------------------


class OutsideContact(StrEnum):
    """How the first message compares with the platform's rule for contact outside."""

    FREE = "free"
    """The platform has no rule, or there is no message yet."""
    UNKNOWN = "unknown"
    """The dates that would decide are blank."""
    AFTER = "after"
    SAME_DAY = "same_day"
    """The day of the approval; which came first is not known."""
    BEFORE_APPROVAL = "before_approval"
    BEFORE_ESCROW = "before_escrow"
    """Before the escrow, and no approval is stated."""
    BEFORE_CONTRACT = "before_contract"
    """Before the day of the contract, and neither approval nor an earlier escrow is stated."""
    FORBIDDEN = "forbidden"
    """The platform allows no contact outside at all."""

    @property
    def is_early(self) -> bool:
        """Whether contact began before the platform's rule allows it."""
        return self in COMPARED or self is OutsideContact.FORBIDDEN


COMPARED = {
    OutsideContact.BEFORE_APPROVAL: "contact_approved_on",
    OutsideContact.BEFORE_ESCROW: "escrowed_at",
    OutsideContact.BEFORE_CONTRACT: "contracted_on",
}
"""The stated fact that the first message lies before."""


def outside_contact(contract: Contract, platform: Platform, first: datetime | None) -> OutsideContact:
    """Compare the first message with the stated approval or, if none is stated, with the escrow and the contract's day.

    With a blank date the result is unknown, never early.
    """
    if first is None or platform.contact == "free":
        return OutsideContact.FREE
    if platform.contact == "never":
        return OutsideContact.FORBIDDEN
    escrowed, approved = day_of(contract.escrowed_at), day_of(contract.contact_approved_on)
    if approved is not None:
        if _is_before_stated(first, approved, contract.contact_approved_on):
            return OutsideContact.BEFORE_APPROVAL
        timed = len(contract.contact_approved_on or "") > _DATE_LENGTH
        return OutsideContact.AFTER if timed or days_since(first, approved) < 0 else OutsideContact.SAME_DAY
    if escrowed is not None and _is_before_stated(first, escrowed, contract.escrowed_at):
        return OutsideContact.BEFORE_ESCROW
    contracted = day_of(contract.contracted_on)
    if contracted is not None and _is_before_stated(first, contracted, contract.contracted_on):
        return OutsideContact.BEFORE_CONTRACT
    return OutsideContact.UNKNOWN


def _is_before_stated(first: datetime, moment: datetime, stated: str | None) -> bool:
    """Whether the first message is before a stated time or, for a date without a time, on an earlier day."""
    return first < moment if len(stated or "") > _DATE_LENGTH else days_since(first, moment) > 0


def earlier_parts(contract: Contract, others: Iterable[Contract]) -> list[tuple[ContractRoom, Contract]]:
    """The parts of a contract's rooms that belong to other contracts before its own time begins there.

    Where it has all the time of a room, another one has that from its own day up to its end or to this one's day.
    """
    found, begun = [], _day_begun(contract)
    for other in others:
        for part in other.rooms:
            starts = [one.start for one in contract.rooms if one.room_id == part.room_id]
            is_parted = None not in starts
            begins = [part.start] if is_parted else [part.start, _day_begun(other)]
            ends = [part.end, *starts] if is_parted else [part.end, other.closed_at, begun]
            if starts and (is_parted or None not in (begins[1], begun)):
                begin = max(filter(None, begins), default=None)
                found.append((ContractRoom(part.room_id, begin, min(filter(None, ends), default=None)), other))
    return found


def jobs_beside(contract: Contract, others: Iterable[Contract], room: int) -> list[Contract]:
    """The other jobs that have some time of a room together with this one; what is saved of a stranger is none."""

    def is_beside(other: Contract) -> bool:
        mine, theirs = ([part for part in one.rooms if part.room_id == room] for one in (contract, other))
        return any(a.overlaps(b.start, b.end) and b.overlaps(a.start, a.end) for a in mine for b in theirs)

    return [one for one in others if one.platform != STRANGER and is_beside(one)]


def _day_begun(contract: Contract) -> datetime | None:
    return day_of(contract.contracted_on or contract.contact_approved_on)


def room_beginning(
    first: Post | None, own: Post | None, gaps: Sequence[Gap], parts: Collection[tuple[ContractRoom, Contract]]
) -> RoomBeginning:
    """How a room begins for a contract: its first message of all, its first one beside these parts, what is missing."""
    if first is None or own == first:
        return RoomBeginning(own, tuple(gaps))
    jobs = [(job.label, job.contact_approved_on) for part, job in parts if part.overlaps(None, own and own.at)]
    left = [gap for gap in gaps if not any(part.encloses(gap.start, gap.end) for part, _job in parts)]
    return RoomBeginning(own, tuple(left), EarlierJobs(first.at, tuple(dict.fromkeys(jobs))))


# --- deadlines ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueDate:
    """A deadline of a contract with its day."""

    deadline: Deadline
    day: date
    days_left: int
    """Days in Japan from today; negative once it has passed."""
    ends_at: datetime | None = None
    """Its exact end, where the rule counts hours and the time of day is stated."""
    left: timedelta = timedelta()
    """How long until then."""
    is_delivery_unclear: bool = False
    """Whether it counts from the last of several deliveries, as the days do not tell which one an invoice bills."""
    message: str = ""
    """The saved message that says something of it, as screens name it."""
    is_over: bool = False
    """Whether no days are counted: by that message, or as it holds only where no other day was agreed."""


def last_delivery(deliveries: Iterable[Delivery]) -> datetime | None:
    """When work was last delivered on the platform, as the user stated."""
    return max(_delivered(deliveries), default=None)


def _delivered(deliveries: Iterable[Delivery]) -> list[datetime]:
    return [at for at in (day_of(one.at) for one in deliveries) if at is not None]


def delivery_days(deliveries: Iterable[Delivery]) -> list[date]:
    """The days in Japan on which work was delivered, each once, the earliest first."""
    return sorted({at.astimezone(JST).date() for at in _delivered(deliveries)})


def is_paid(contract: Contract, deliveries: Iterable[Delivery]) -> bool:
    """Whether what was received covers what was billed, else the fee, and came no earlier than the last delivery.

    Of a fee that no plain sum states nobody can say that something is open, once a payment is entered.
    """
    last, paid = last_delivery(deliveries), [day_of(one.received_on) for one in contract.payments]
    owed = sum(one.amount for one in contract.invoices) or stated_sum(contract.amount) or 1
    is_since = last is None or any(at is not None and days_since(last, at) >= 0 for at in paid)
    return owed <= sum(one.settled for one in contract.payments) and is_since


def review_due(contract: Contract, deliveries: Sequence[Delivery], platform: Platform) -> date | None:
    """The day on which the review of the last delivery is usually over; None once it is paid."""
    at = last_delivery(deliveries)
    if at is None or is_paid(contract, deliveries):
        return None
    return at.astimezone(JST).date() + timedelta(days=platform.review_days)


def receipt_due(contract: Contract, deliveries: Iterable[Delivery]) -> date | None:
    """The day of receipt, which counts as the day of payment as long as none is stated as agreed; None if unknown.

    A message or file that the user bound as telling the day of payment says that one was agreed.
    """
    at = last_delivery(deliveries)
    is_agreed = day_of(contract.payment_due_on) or any(term.item == "payment_day" for term in contract.terms)
    return None if at is None or is_agreed else at.astimezone(JST).date()


def billed_receipts(invoices: Iterable[Invoice], deliveries: Iterable[Delivery]) -> dict[int, date]:
    """Number of an invoice → the day of the delivery that it bills, where the days leave one answer: each delivery is
    followed by one invoice before the next delivery. Empty where they do not.
    """
    billed = sorted((one.issued_on, one.number) for one in invoices)
    days = sorted(at.astimezone(JST).date() for at in _delivered(deliveries))
    begins = [day.isoformat() for day in days]
    if len(billed) != len(days) or len(set(begins)) != len(begins):
        return {}
    spans = zip(billed, begins, [*begins[1:], "9999"], strict=False)
    is_clear = all(begin <= issued < end for (issued, _number), begin, end in spans)
    return {number: day for (_issued, number), day in zip(billed, days, strict=True)} if is_clear else {}


def is_billing_unclear(invoices: Sequence[Invoice], deliveries: Sequence[Delivery]) -> bool:
    """Whether there are deliveries of several days, and the days do not tell which of them each invoice bills."""
    days = delivery_days(deliveries)
    return bool(invoices) and len(days) > 1 and not billed_receipts(invoices, deliveries)


def received_for(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> tuple[dict[int, int], int, int]:
    """What was received for each invoice by number, and what is left over: named invoices first, then the oldest;
    and how much of what goes beyond a named invoice is set off against the oldest open ones.
    """
    oldest_first = sorted(invoices, key=lambda one: (one.issued_on, one.number))
    open_amounts = {invoice.number: invoice.amount for invoice in oldest_first}
    received, rest, beyond = dict.fromkeys(open_amounts, 0), 0, 0

    def assign(amount: int, numbers: Iterable[int]) -> int:
        for number in numbers:
            part = min(amount, open_amounts[number] - received[number])
            received[number] += part
            amount -= part
        return amount

    for payment in sorted(payments, key=lambda one: (one.received_on, one.number)):
        named = [payment.invoice] if payment.invoice in open_amounts and payment.invoice is not None else []
        left = assign(payment.settled, named)
        rest, beyond = rest + left, beyond + left * len(named)
    surplus = assign(rest, list(open_amounts))
    return received, surplus, max(0, beyond - surplus)


def _unpaid_delivery(
    contract: Contract, deliveries: Sequence[Delivery], *, only_without_day: bool = False
) -> datetime | None:
    """The delivery from which pay is awaited: the first whose invoice is open, else the last; None once all that was
    billed is paid. `only_without_day`: an open invoice that names a day of payment does not count.
    """
    received, *_rest = received_for(contract.invoices, contract.payments)
    unpaid = [
        one.number
        for one in contract.invoices
        if received[one.number] < one.amount and not (only_without_day and one.due_on)
    ]
    if not unpaid and (contract.invoices or is_paid(contract, deliveries)):
        return None
    days = billed_receipts(contract.invoices, deliveries)
    return min((begin_of_day(days[one]) for one in unpaid if one in days), default=last_delivery(deliveries))


REVIEW = "review"
"""The rule that ends once the work is paid."""
OF_PAY = frozenset({"payment", "receipt", "passed_on"})
"""Rules that count from the delivery that an open invoice bills."""

_STATED_DAYS = {
    "contract": "contracted_on",
    "escrow": "escrowed_at",
    "end_request": "end_request_at",
    "cancellation": "cancelled_on",
    "first_client": "first_client_pays_on",
}
"""The stated fact of each event that a deadline may be counted from."""


def deadlines(
    contract: Contract,
    platform: Platform,
    deliveries: Sequence[Delivery],
    *,
    now: datetime,
    unanswered: datetime | None = None,
    last_seen: datetime | None = None,
) -> list[DueDate]:
    """Every deadline whose starting day is known, the earliest first.

    `unanswered`: the user's first message after the counterpart's last act; `last_seen`: when the rooms were last read.
    """
    is_undated = receipt_due(contract, deliveries) is not None
    begun = {
        **{name: day_of(getattr(contract, field)) for name, field in _STATED_DAYS.items()},
        "due": None if deliveries or is_paid(contract, deliveries) else day_of(contract.due_on),
        "delivery": last_delivery(deliveries),
        "unanswered": unanswered,
        "last_seen": last_seen,
        "unpaid": _unpaid_delivery(contract, deliveries),
        # until each open invoice names a day of its own, or all is paid that was billed
        "receipt": _unpaid_delivery(contract, deliveries, only_without_day=True) if is_undated else None,
    }
    days = {name: at.astimezone(JST).date() for name, at in begun.items() if at is not None}
    if contract.side == "subcontractor" and (unpaid := days.pop("unpaid", None)) and "first_client" not in days:
        days["passed_on"] = unpaid
    times = _stated_times(contract, deliveries)
    unclear = OF_PAY if is_billing_unclear(contract.invoices, deliveries) else frozenset()
    dues = [
        _due_date(deadline, day, times.get(deadline.after), now, is_delivery_unclear=deadline.rule in unclear)
        for deadline in platform.deadlines
        if not (deadline.rule in (REVIEW, "recommission") and is_paid(contract, deliveries))
        and (day := deadline.day_after(days)) is not None
    ]
    return sorted(dues, key=lambda due: (due.day, due.deadline.rule))


def _due_date(
    deadline: Deadline, day: date, begun: datetime | None, now: datetime, *, is_delivery_unclear: bool
) -> DueDate:
    """The deadline on its day; one that has ended at a time of today has passed. `begun`: the time of its event."""
    days_left = (day - now.astimezone(JST).date()).days
    ends_at = begun + timedelta(hours=deadline.hours) if begun and deadline.hours else None
    left = timedelta() if ends_at is None else ends_at - now
    if ends_at is not None and ends_at <= now:
        days_left = min(days_left, -1)
    is_over = deadline.rule in ("receipt", "passed_on")
    return DueDate(deadline, day, days_left, ends_at, left, is_delivery_unclear, is_over=is_over)


def _stated_times(contract: Contract, deliveries: Sequence[Delivery]) -> dict[str, datetime]:
    """The times of the events of which the time of day is stated."""
    stated = {name: getattr(contract, field) or "" for name, field in _STATED_DAYS.items()}
    last = last_delivery(deliveries)
    stated["delivery"] = next((one.at for one in deliveries if last is not None and day_of(one.at) == last), "")
    times = {name: day_of(one) for name, one in stated.items() if len(one) > _DATE_LENGTH}
    return {name: at for name, at in times.items() if at is not None}


def end_request_due(contract: Contract, platform: Platform) -> tuple[date, datetime | None] | None:
    """The day until which a stated request to end the contract early is to be answered, and its exact end if known;
    None if there is no request or no such rule.
    """
    at = day_of(contract.end_request_at)
    dues = [] if at is None else deadlines(contract, platform, (), now=at)
    return next(((one.day, one.ends_at) for one in dues if one.deadline.after == "end_request"), None)


SHOWN_BEFORE = {"plan": 10, "nudge": 0}
"""Days before it from which a deadline is shown that each run or each reply moves on, by rule."""
SHOWN_DAYS = 30
"""Days before it from which any other deadline is shown."""
SHOWN_AFTER = 30
"""Days for which a passed deadline is still shown."""


def dues_worth_showing(dues: Iterable[DueDate]) -> list[DueDate]:
    """The deadlines for which the user can still do something."""
    return [due for due in dues if -SHOWN_AFTER <= due.days_left <= SHOWN_BEFORE.get(due.deadline.rule, SHOWN_DAYS)]


# --- files that match deliveries ---------------------------------------------------------------


def delivery_matches(
    deliveries: Iterable[Delivery], files: Sequence[Attachment]
) -> Iterator[tuple[Delivery, Attachment | None, bool]]:
    """Each delivery with the first file of the same SHA-256, else with the one that the user named; and which it is."""
    for delivery in deliveries:
        same = next((file for file in files if file.sha256 is not None and file.sha256 == delivery.sha256), None)
        named = next((file for file in files if file.file_id == delivery.file_id), None)
        yield delivery, same or named, same is not None


# --- facts that are not stated -----------------------------------------------------------------


def unstated_facts(contract: Contract, platform: Platform) -> tuple[ContractFact, ...]:
    """The most important facts that are not stated."""
    return tuple(
        fact
        for fact in contract_facts.SOUGHT
        if not getattr(contract, fact.name) and has_meaning(fact, contract, platform) and contract.platform != STRANGER
    )


def has_meaning(fact: ContractFact, contract: Contract, platform: Platform) -> bool:
    """Whether there is such a fact with the contract's platform; one agreed directly has no escrow and no page."""
    if fact.context is FactContext.PASSED_ON:
        return contract.side == "subcontractor"
    is_of_platform = fact.context is FactContext.ALL or contract.platform not in NO_PLATFORM
    return is_of_platform and fact.exists_with(platform.outside, platform.end_request)
