"""The facts of a contract, one row each.

Options, questions, labels, examples, the payload of a contract's entry and the lists of packages are made of `FACTS`.
Texts marked with `N_` are for screens and translated there; `office_label` and `event` are for packages and Japanese.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.wording import N_


class FactKind(StrEnum):
    """How the value of a fact is typed and checked."""

    TEXT = "text"
    """Any text, kept exactly as typed."""
    NUMBER = "number"
    """The contract's number on the platform, which may hold letters."""
    PLATFORM = "platform"
    PAGE = "page"
    """The address of the contract's page, which tells platform and number."""
    ADDRESS = "address"
    DAY = "day"
    """A day in Japan; a time of day may follow, which orders two that fall on one day."""
    TIME = "time"
    """The same, where the time of day matters."""
    YES_NO = "yes-no"
    SIDE = "side"
    """One of `SIDES`."""


class FactContext(StrEnum):
    """The contracts for which a fact has a meaning."""

    ALL = "all"
    PLATFORM = "platform"
    """Those that were agreed on a platform."""
    PERMISSION = "permission"
    """Those on a platform that has a permission for contact outside."""
    ENDING = "ending"
    """Those on a platform where the client can ask to end the contract early."""
    PASSED_ON = "passed_on"
    """Those of work that was passed on to the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFact:
    """A fact of a contract that the user can state."""

    name: str
    """The field of `Contract`."""
    kind: FactKind
    label: str
    help: str
    """The help of its option."""
    example: str = '"..."'
    """A value as typed in a shell."""
    explanation: str = ""
    """The line before its question; `{screen}` and `{permission}` are words of the platform."""
    prompt: str = ""
    """Its question; `{choices}` are the platforms."""
    context: FactContext = FactContext.ALL
    may_lie_ahead: bool = False
    follows: str = ""
    """The fact whose day it cannot precede."""
    office_label: str = ""
    """Its label in the readme of a package; empty: it is not listed there."""
    event: str = ""
    """What happened on its day, in the tables of a report; `{permission}`, `{end_request}`: words of the platform."""

    @property
    def option(self) -> str:
        """The option that states it: `--due-on`."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_day(self) -> bool:
        """Whether it is a day, with or without a time of day."""
        return self.kind in (FactKind.DAY, FactKind.TIME)

    @property
    def is_asked(self) -> bool:
        """Whether it is asked for; any other fact is named only once it is stated."""
        return self in ASKED

    def exists_with(self, permission: str | None, end_request: str | None) -> bool:
        """Whether there is such a fact on a platform with these words for contact outside and for an early end."""
        words = {FactContext.PERMISSION: permission, FactContext.ENDING: end_request}
        return words.get(self.context, "") is not None

    @property
    def is_prose(self) -> bool:
        """Whether it may hold what a package masks: a text or an address."""
        return self.kind in (FactKind.TEXT, FactKind.PAGE, FactKind.ADDRESS)


SIDES = {
    "worker": N_("I do the work"),
    "client": N_("I ordered the work"),
    "subcontractor": N_("I do work that was passed on to me"),
}
"""Where somebody may stand in a contract, in words for the screen."""
PUBLIC_SIDES = {"passed-on": "subcontractor"}
"""What a user types for a side that entries have by another word."""

FACTS = (
    ContractFact(
        name="title",
        kind=FactKind.TEXT,
        label=N_("Job"),
        help=N_("The job's name."),
        explanation=N_("As shown there; it is printed on page 1 of exports."),
        prompt=N_("Name of the job:"),
        office_label="仕事名",
    ),
    ContractFact(
        name="client",
        kind=FactKind.TEXT,
        label=N_("Client"),
        help=N_("The client's name on the platform."),
        explanation=N_("The name by which the platform shows the client."),
        prompt=N_("Name of the client:"),
        office_label="相手",
    ),
    ContractFact(
        name="platform",
        kind=FactKind.PLATFORM,
        label=N_("Platform"),
        help=N_("Where the job was agreed, such as crowdworks, or direct."),
        explanation=N_("Where the job was agreed."),
        prompt=N_("Number ({choices}):"),
        example="crowdworks",
    ),
    ContractFact(
        name="platform_id",
        kind=FactKind.NUMBER,
        label=N_("Contract number"),
        help=N_("The contract's number there."),
        explanation=N_("It is on the contract's page and in its address."),
        prompt=N_("The contract's number there:"),
        example="12345678",
        context=FactContext.PLATFORM,
    ),
    ContractFact(
        name="url",
        kind=FactKind.PAGE,
        label=N_("Page"),
        help=N_("The contract's page; it gives platform and number."),
        explanation=N_("Copy the address of the contract's page from your browser; it holds platform and number."),
        prompt=N_("Contract page (URL) or number:"),
        example="https://...",
        context=FactContext.PLATFORM,
        office_label="契約ページ",
    ),
    ContractFact(
        name="client_url",
        kind=FactKind.ADDRESS,
        label=N_("Client's profile"),
        help=N_("The client's profile on the platform."),
        explanation=N_("The client's profile page there; it ties the account on Chatwork to the job."),
        prompt=N_("Client's profile (URL):"),
        example="https://...",
        context=FactContext.PLATFORM,
    ),
    ContractFact(
        name="worker_url",
        kind=FactKind.ADDRESS,
        label=N_("Your profile"),
        help=N_("Your own profile on the platform."),
        explanation=N_("Your own profile page there."),
        prompt=N_("Your profile (URL):"),
        example="https://...",
        context=FactContext.PLATFORM,
    ),
    ContractFact(
        name="contracted_on",
        kind=FactKind.DAY,
        label=N_("Contract date"),
        help=N_("Day of the contract, such as 2026-10-01."),
        explanation=N_("The day on which both sides agreed (see: {screen})."),
        prompt=N_("Day of the contract (such as 2026-10-01):"),
        example="2026-10-01",
        office_label="契約日",
        event="契約",
    ),
    ContractFact(
        name="escrowed_at",
        kind=FactKind.TIME,
        label=N_("Escrow (仮払い)"),
        help=N_("When the money was put in escrow (仮払い)."),
        explanation=N_("When the client had paid the fee into escrow (仮払い). It shows what came before and after."),
        prompt=N_("When the escrow was paid (such as 2026-10-02 14:05):"),
        example='"2026-10-02 14:05"',
        context=FactContext.PLATFORM,
        follows="contracted_on",
        office_label="仮払い完了",
        event="仮払い完了",
    ),
    ContractFact(
        name="contact_requested_on",
        kind=FactKind.DAY,
        label=N_("Outside contact requested"),
        help=N_("Day you asked for outside contact."),
        explanation=N_("{permission}: the day on which you or the client requested it."),
        prompt=N_("Requested on (such as 2026-10-02):"),
        example="2026-10-02",
        context=FactContext.PERMISSION,
        office_label="サービス外連絡の申請",
        event="{permission}の提出",
    ),
    ContractFact(
        name="contact_approved_on",
        kind=FactKind.DAY,
        label=N_("Outside contact approved"),
        help=N_("Day it was approved."),
        explanation=N_("The day on which the platform's support allowed it; its page and mail show it."),
        prompt=N_("Allowed on (such as 2026-10-03):"),
        example="2026-10-03",
        context=FactContext.PERMISSION,
        follows="contact_requested_on",
        office_label="サービス外連絡の承認",
        event="{permission}の承認",
    ),
    ContractFact(
        name="amount",
        kind=FactKind.TEXT,
        label=N_("Amount"),
        help=N_("The agreed amount."),
        explanation=N_("As it was agreed, with or without tax; it is kept as you write it."),
        prompt=N_("Amount:"),
    ),
    ContractFact(
        name="due_on",
        kind=FactKind.DAY,
        label=N_("Due on"),
        help=N_("Day the work is due."),
        explanation=N_("The day by which you must deliver; it may be in the future."),
        prompt=N_("Delivery is due on (such as 2026-11-10):"),
        example="2026-11-10",
        may_lie_ahead=True,
    ),
    ContractFact(
        name="payment_due_on",
        kind=FactKind.DAY,
        label=N_("Payment agreed for"),
        help=N_("Day of payment that was agreed, if it stands on no invoice."),
        example="2026-12-31",
        may_lie_ahead=True,
        office_label="合意した支払期日",
        event="合意した支払期日",
    ),
    ContractFact(
        name="nda",
        kind=FactKind.YES_NO,
        label=N_("Secrecy promised"),
        help=N_("Whether you promised secrecy."),
        explanation=N_(
            "Whether you promised to show nothing to others; you are asked about it when you make an export."
        ),
        prompt=N_("Did you promise secrecy (NDA)? [no/yes/unknown]:"),
        example="yes",
    ),
    ContractFact(
        name="side",
        kind=FactKind.SIDE,
        label=N_("Your side"),
        help=N_("Where you stand in this job: who does the work, who ordered it, or who does what was passed on."),
        explanation=N_("Where you stand in this job; an export says it only if you do."),
        prompt=N_("Your side [worker/client/passed-on/unknown]:"),
        example="worker",
    ),
    ContractFact(
        name="end_request_at",
        kind=FactKind.TIME,
        label=N_("Early end requested"),
        help=N_("When the client asked on the platform to end the contract early."),
        example='"2026-11-20 18:00"',
        context=FactContext.ENDING,
        follows="contracted_on",
        office_label="途中終了・キャンセルの申し出",
        event="{end_request}",
    ),
    ContractFact(
        name="cancelled_on",
        kind=FactKind.DAY,
        label=N_("Ended early on"),
        help=N_("Day on which the contract ended early or was cancelled."),
        example="2026-11-21",
        context=FactContext.ENDING,
        follows="end_request_at",
        office_label="途中終了・キャンセルの成立",
        event="契約の途中終了・キャンセル",
    ),
    ContractFact(
        name="first_client_pays_on",
        kind=FactKind.DAY,
        label=N_("First client pays on"),
        help=N_("Due day of the first client's payment, if your client told you that the job was passed on."),
        explanation=N_("Of work that was passed on, pay may be due within 30 days of the day that you were told."),
        prompt=N_("Day on which the first client must pay (such as 2026-12-31):"),
        example="2026-12-31",
        context=FactContext.PASSED_ON,
        may_lie_ahead=True,
    ),
)
"""Every fact, in the order of the options."""

_NAMED = {fact.name: fact for fact in FACTS}
ASKED = tuple(
    _NAMED[name]
    for name in (
        *("url", "platform", "platform_id", "title", "client", "contracted_on", "escrowed_at", "contact_requested_on"),
        *("contact_approved_on", "due_on", "amount", "nda", "client_url", "worker_url", "side"),
        "first_client_pays_on",
    )
)
"""Those that `job add` asks for, in this order."""
FIRST_ASKED = tuple(
    _NAMED[name] for name in ("url", "platform", "platform_id", "escrowed_at", "contact_approved_on", "nda")
)
"""Those that the first run asks for: a reader looks for these before all else."""
SOUGHT = tuple(
    _NAMED[name]
    for name in (
        *("platform", "platform_id", "title", "client", "url", "contracted_on", "escrowed_at", "contact_approved_on"),
        *("amount", "first_client_pays_on"),
    )
)
"""Those that are named as long as they are blank, the most important first."""
