"""Chapter 3: what can be compared with the platform's own records. Chapter 4: everybody. Chapter 5: the dates.

A support agent cannot check a digest but can open the contract, so the points of chapter 3 convince first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat

from archiver import contract_dates
from archiver.claims.messages import first_message, last_reply
from archiver.claims.sentences import (
    basis_text,
    deadline_basis,
    first_label,
    first_sentence,
    first_text,
    order_text,
    reply_label,
    reply_text,
)
from archiver.contract_dates import delivery_matches
from archiver.evidence.tables.files_and_tasks import FROM_BEFORE
from archiver.export.exhibit_names import exhibit_number, label
from archiver.export.pdf.blocks import Chapter
from archiver.export.report import templated
from archiver.export.report.excerpt import bound_place, bound_quote
from archiver.export.report.message_statistics import MessageStatistics, ReportInput
from archiver.export.report.money import dated_money, stated_due_text
from archiver.export.report.report_sources import BLANK, BY_REPORTER, chat_text, platform_of, said, shown, side_text
from archiver.export.report.request_to_office import due_text
from archiver.platforms.job_platform import STRANGER, Platform
from archiver.records import (
    TERM_ITEMS,
    Attachment,
    Basis,
    Contract,
    Delivery,
    Membership,
    MembershipPeriod,
    PersonName,
    RoomId,
    contract_facts,
)
from archiver.records.contract_facts import ContractFact
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time, minute_text
from archiver.report_language import say, stated_day

_MAX_PEOPLE = 5
KINDS = {
    "screenshot": "スクリーンショット",
    "notice": "サービスの通知",
    "mail": "メール",
    "invoice": "請求書",
    "other": "その他",
}

_NOTE_LENGTH, _MAX_MONEY_ROWS = 60, 12
_PAYMENT_DAY = "payment_day"

_OF_LAW = frozenset({"trade", "payment", "receipt", "recommission", "passed_on"})
"""Rules of deadlines that a platform's office does not judge."""


def chapters(case: ReportInput) -> list[Chapter]:
    """Chapter 3, the points that a reader can compare; 4, everybody in the rooms; 5, the dates, blank ones too.

    Until the user maps people, everybody but the owner is the other side.
    """
    people, platform = case_people(case), platform_of(case.contract.platform)
    has_ids = any(person.chatwork_ids for person in people.values())
    has_places = any(person.organisations for person in people.values())
    columns = {"Chatwork ID": has_ids, say("組織・部署"): has_places}
    due = stated_due_text(case)
    items = (say(item.label) for item in TERM_ITEMS if not (due and item.name == _PAYMENT_DAY))
    return templated.chapters(
        "report_parties.txt",
        case,
        side=side_text(platform),
        points=[(f"K-{no}", *row) for no, row in enumerate(_point_rows(case, platform), 1)],
        enclosed=list(_enclosure_lines(case)),
        chats="\n".join(map(chat_text, case.rooms)),
        people=[
            (
                say(case.side(account)),
                _names_text(person),
                _values_text(person.chatwork_ids) if has_ids else None,
                f"{account}{say('(番号)') if account in case.stand_ins else ''}",
                _values_text(person.organisations) if has_places else None,
                "\n".join(
                    line for room, listed in person.rooms for line in (f"{room}", *map(_period_text, listed.stays))
                ),
                _reason_text(case, account),
            )
            for account, person in people.items()
        ],
        listed=[name for name, has in columns.items() if has],
        unlisted=[name for name, has in columns.items() if not has],
        stand_ins=stand_in_note(case) if case.stand_ins else "",
        is_work=case.contract.platform != STRANGER,
        dates=list(_date_rows(case, platform)),
        terms=list(_term_rows(case)),
        due=due,
        items=say("、").join(items),
    )


def stand_in_note(case: ReportInput) -> str:
    """The sentence that the ids of third persons are numbers of this package."""
    last = max(case.stand_ins)
    numbers = say("ID 1から{last}まで", last=last) if last > 1 else "ID 1"
    return say(
        "参加者A、Bなどと示した、ほかの人のアカウントIDは出していません。ほかの人の{numbers}は、"
        "この資料の中だけの番号です。メッセージの中などの番号の0は、"
        "参加者の一覧などで確認できなかった人です。",
        numbers=numbers,
    )


def _names_text(person: PersonSummary) -> str:
    """Every name of a person, the later ones with the time at which they were noticed."""
    first, *later = person.names or (PersonName("-", None),)
    texts = [f"{visible(first.text)}({say(FROM_BEFORE)})" if person.is_from_before else visible(first.text)]
    noticed = ((one.text, say(" ({at} に確認)", at=minute_text(one.at)) if one.at else "") for one in later)
    return " →\n".join([*texts, *(visible(text) + at for text, at in noticed)])


def _values_text(values: Iterable[PersonName]) -> str:
    return " → ".join(visible(one.text) for one in values) or "-"


def _period_text(period: MembershipPeriod) -> str:
    known = [] if period.since is None else [say("{since}から", since=minute_text(period.since))]
    since = [say(FROM_BEFORE)] if period.is_from_before else known
    return "\n".join([*since, *([] if period.until is None else [say("{until}まで", until=minute_text(period.until))])])


def _reason_text(case: ReportInput, account: int) -> str:
    """Why an account has its role: the user's own reason, if any."""
    if account == case.owner_id:
        return say("APIトークンの持ち主")
    stated = case.mapped.get(account)
    if stated is not None:
        return "\n".join(filter(None, (visible(stated.reason), f"({say(BY_REPORTER)})")))
    basis = case.bases.get(account, Basis.NONE)
    if basis is Basis.NAME and case.contract.client:
        client = shown(case.contract.client, _NOTE_LENGTH)
        return say("{basis}(入力された名前「{client}」)", basis=basis_text(basis), client=client)
    return basis_text(basis)


_UNCLEAR = "。どの納品の請求かが日付から決まらないため、最後の納品から数えています"


def _date_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str, str]]:
    """The dated steps of the contract in their usual order."""
    contract, delivered = case.contract, contract_dates.last_delivery(case.deliveries)
    is_work = contract.platform != STRANGER
    reply = last_reply(case.statistics.facts)
    if is_work:
        yield from _stated_rows(contract, platform)
    yield first_label(case.statistics.facts), *first_message_cells(case.statistics)
    if is_work:
        yield _stated_row(say("納期"), stated_day(contract.due_on or ""))
        yield _stated_row(say("納品(最後)"), "" if delivered is None else local_time(delivered))
    yield from _money_rows(case)
    yield from _deadline_rows(case, platform)
    yield reply_label(reply), reply_text(reply), f"No.{reply.value.no}" if reply.value else "-"


def _money_rows(case: ReportInput) -> Iterator[tuple[str, str, str]]:
    """The invoices and payments by their stated days; of many the latest, and how many more there are."""
    listed = sorted(dated_money(case), key=lambda one: one[1])
    earlier = len(listed) - _MAX_MONEY_ROWS
    if earlier > 0:
        yield say("請求・支払期日・入金"), say("ほかに前のもの{n}件", n=earlier), say(BY_REPORTER)
    yield from ((what, stated_day(visible(day)), say(BY_REPORTER)) for what, day in listed[-_MAX_MONEY_ROWS:])


def _deadline_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str, str]]:
    """A row for each deadline that counts from a stated day, with where its rule was read."""
    for due in contract_dates.deadlines(case.contract, platform, case.deliveries, now=case.created_at):
        if due.deadline.after in ("due", "receipt") or (case.profile == "support" and due.deadline.rule in _OF_LAW):
            continue  # the day of the delivery stands in a row of its own
        yield (
            say("期限: {name}", name=due.deadline.name),
            due_text(due.day, due.ends_at),
            say("計算。{deadline_basis}", deadline_basis=deadline_basis(due.deadline))
            + (say(_UNCLEAR) if due.is_delivery_unclear else ""),
        )


def _term_rows(case: ReportInput) -> Iterator[tuple[str, str, str]]:
    """A row for each term that the client must state: where it was told, as the user says."""
    stated = {term.item: term for term in case.contract.terms}
    for item in TERM_ITEMS:
        term = stated.get(item.name)
        places = []
        if term is not None and term.message_id is not None:
            message = case.statistics.bound.get(term.message_id)
            places = [bound_place(case, message, term.message_id)]
            places += [] if message is None else [bound_quote(case, message)]
        places += [] if term is None else [say("ファイルID {file_id}", file_id=term.file_id)] * bool(term.file_id)
        note = "" if term is None else shown(term.note, _NOTE_LENGTH)
        if item.name == _PAYMENT_DAY and not (places or note):
            note = stated_due_text(case)
        yield say(item.label), "\n".join(places) or ("-" if note else say(BLANK)), note


def _stated_rows(contract: Contract, platform: Platform) -> Iterator[tuple[str, str, str]]:
    """A row for each dated fact of such a contract; blank too, but for what comes later or never."""
    for fact in contract_facts.FACTS:
        stated = getattr(contract, fact.name)
        is_of_platform = fact.exists_with(platform.outside, platform.end_request)
        is_asked = fact.is_asked and not (platform.elsewhere and fact.name == "escrowed_at")
        if fact.event and (stated or (is_asked and is_of_platform)):
            yield _stated_row(event_text(fact, platform), stated_day(stated or ""))


def event_text(fact: ContractFact, platform: Platform) -> str:
    """What happened on the day of a fact."""
    outside, ending = platform.outside or say("サービス外連絡申請"), say(platform.end_request_name)
    return say(fact.event, permission=outside, end_request=ending)


def _stated_row(label: str, value: str) -> tuple[str, str, str]:
    """A row with what the user entered; nobody entered what is blank."""
    return (label, value, say(BY_REPORTER)) if value else (label, say(BLANK), "-")


_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person as all rooms together show them."""

    names: tuple[PersonName, ...]
    """Every name, oldest first; a room that still shows an earlier name is no change."""
    chatwork_ids: tuple[PersonName, ...]
    organisations: tuple[PersonName, ...]
    is_from_before: bool
    """Whether a room showed the person already before the period that is told."""
    rooms: tuple[tuple[RoomId, Membership], ...]
    """The rooms of the person, with the membership that their lists show."""

    @property
    def name(self) -> str:
        """The last name; empty if no name was ever seen."""
        return self.names[-1].text if self.names else ""


def case_people(case: ReportInput) -> dict[int, PersonSummary]:
    """Everybody in the rooms of the case: the owner, the other side, then the others, each by account."""
    accounts = {account for room in case.rooms for account in room.people}
    order = sorted(accounts, key=lambda one: (one != case.owner_id, one not in case.bases, one))
    return {account: _person_summary(case, account) for account in order}


def counterparts(case: ReportInput) -> list[tuple[int, PersonSummary]]:
    """The people of the other side who have a name, by account."""
    return [(one, person) for one, person in sorted(case_people(case).items()) if one in case.bases and person.name]


def _person_summary(case: ReportInput, account: int) -> PersonSummary:
    people_here = [(room.room_id, room.people[account]) for room in case.rooms if account in room.people]
    rooms = tuple((room, person.membership) for room, person in people_here)
    dated = [zip(one.names, one.named_at or repeat(None), strict=False) for _, one in people_here]
    return PersonSummary(
        names=_distinct_by_time(PersonName(*one) for names in dated for one in names),
        chatwork_ids=_distinct_by_time(one for _, listed in rooms for one in listed.chatwork_ids),
        organisations=_distinct_by_time(one for _, listed in rooms for one in listed.organisations),
        is_from_before=any(person.is_from_before for _, person in people_here),
        rooms=rooms,
    )


def _distinct_by_time(values: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """The values by time, undated ones first, without repetitions of the one before."""
    found: list[PersonName] = []
    for name in sorted(values, key=lambda value: value.at or _EARLIEST):
        if not found or name.text != found[-1].text:
            found.append(name)
    return tuple(found)


BEFORE = "この資料の期間より前"
"""Printed beside what is saved but lies before the period of the package."""


def permission_rows(case: ReportInput) -> list[tuple[str, str]]:
    """The row about contact outside the platform, if the platform has a rule for it; then it is never left out."""
    platform = platform_of(case.contract.platform)
    if platform.outside is None and platform.contact != "never":
        return []
    first = first_message(case.statistics.facts).value
    text = first_sentence(case.statistics.facts, say(BEFORE) if first is not None and first.no is None else "")
    if platform.outside is None:
        refused = say("{name}では認められていません。\n{first}", name=platform.name, first=text)
        return [(say("サービス外での連絡"), refused)]
    asked, approved = case.contract.contact_requested_on, case.contract.contact_approved_on
    days = " / ".join(filter(None, (said("申請 {fact}", asked), said("承認 {fact}", approved))))
    return [(platform.outside, "\n".join(filter(None, (days, text))))]


def first_message_cells(statistics: MessageStatistics) -> tuple[str, str]:
    """When the first message was sent, as far as it is known, and its number, or that it is before the period."""
    first, when = first_message(statistics.facts).value, first_text(statistics.facts)
    if first is None:
        return when, "-"
    return when, say(BEFORE) if first.no is None else f"No.{first.no}"


def _point_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each point of which the user stated what the platform shows; others would compare nothing."""
    if case.contract.client:
        name = say("表示名「{client}」", client=case.contract.client)
        yield say("相手の同一性"), name, _counterpart_text(case), _bases_text(case), platform.message_screen
    for clue, answer in case.clues.items():
        if answer:
            yield say(clue), answer, _counterpart_text(case), _bases_text(case), platform.message_screen
    yield from _compared_rows(case, platform)
    for delivery, file, _is_same in delivery_matches(case.deliveries, case.attachments):
        if delivery.sha256:  # of a file that the user names on Chatwork the platform's record is not known
            yield _delivery_row(delivery, file, platform)


def _compared_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str, str, str, str]]:
    """The stated days that the first message is compared with; the first row has it in full."""
    contract = case.contract
    permission = say(
        "申請 {contact_requested_on}\n承認 {contact_approved_on}",
        contact_requested_on=stated_day(contract.contact_requested_on or say(BLANK)),
        contact_approved_on=stated_day(contract.contact_approved_on or say(BLANK)),
    )
    dated = [
        (say("契約日"), contract.contracted_on, None, platform.contract_screen),
        (say("仮払い完了"), contract.escrowed_at, None, platform.contract_screen),
        (
            platform.outside or "",
            contract.contact_approved_on if platform.outside else None,
            permission,
            say("{message_screen}の申請ステータス", message_screen=platform.message_screen),
        ),
    ]
    time, number = first_message_cells(case.statistics)
    first = f"{first_label(case.statistics.facts)} {'' if number == '-' else f'{number} '}{time}"
    for name, stated, days, screen in dated:
        compared = order_text(first_message(case.statistics.facts), stated)
        if stated and compared:
            yield name, days or stated_day(stated), first, compared, screen
            first = say("同上") if number == "-" else say("同上({number})", number=number)


def _delivery_row(delivery: Delivery, file: Attachment | None, platform: Platform) -> tuple[str, str, str, str, str]:
    size = "" if delivery.size is None else say(" {size:,}バイト", size=delivery.size)
    stated = f"{stated_day(delivery.at)} {visible(delivery.name or say('ファイル名は不明'))}{size}"
    found, compared = say("本記録に同じファイルはありません"), say("一致なし")
    if file is not None:
        found = f"{file.number} {local_time(file.uploaded_at)}"
        compared = say("サイズ・SHA-256とも同じ")
    return say("納品物"), stated, found, compared, platform.delivery_screen


def _counterpart_text(case: ReportInput) -> str:
    others = counterparts(case)
    lines = [f"{visible(one.name)}{_ids_text(account, one)}" for account, one in others[:_MAX_PEOPLE]]
    more = len(others) - len(lines)
    return "\n".join([*lines, *([say("ほか{more}名(第4章)", more=more)] if more else [])]) or say(BLANK)


def _bases_text(case: ReportInput) -> str:
    """Whose statement it is who the other side is."""
    return say("、").join(dict.fromkeys(map(basis_text, case.bases.values()))) or basis_text(Basis.NONE)


def _ids_text(account: int, person: PersonSummary) -> str:
    """Chatwork ID and account id; the former first, as people exchange it on the platform."""
    known = say("\n\u3000Chatwork ID {text}", text=visible(person.chatwork_ids[-1].text)) if person.chatwork_ids else ""
    return say("{known}\n\u3000アカウントID {account}", known=known, account=account)


def _enclosure_lines(case: ReportInput) -> Iterator[str]:
    """The user's own evidence, each piece in one line under the number of its file in the package."""
    for one in case.enclosures:
        called = say("甲{number}", number=exhibit_number(one)) if case.profile == "court" else label(one)
        kind = say(KINDS.get(one.kind, visible(one.kind)))
        words = (f"{called} {kind} {visible(one.name)}", stated_day(one.dated or ""), one.note)
        yield " ".join(filter(None, words))
