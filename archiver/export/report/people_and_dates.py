"""Chapter 3: everybody in the rooms, with every name they had. Chapter 4: the dates of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver import contract_dates
from archiver.claims.messages import contact, first_message, last_reply
from archiver.claims.words import (
    basis_text,
    contact_text,
    deadline_basis,
    first_label,
    first_text,
    reply_label,
    reply_text,
)
from archiver.evidence.tables.files_and_tasks import FROM_BEFORE
from archiver.export.pdf.blocks import Chapter, Paragraph, Subheading, TableBlock
from archiver.export.report.input import BLANK, STATED, ReportInput, delivery_text, platform_of, shorten_line
from archiver.export.report.message_block import bound_place, bound_quote
from archiver.export.report.money import dated_money, stated_due_text
from archiver.export.report.request_to_office import due_text, last_delivery
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.job_platform import STRANGER, Platform
from archiver.records import (
    TERM_ITEMS,
    Basis,
    Contract,
    Membership,
    MembershipPeriod,
    Person,
    PersonName,
    RoomId,
    contract_facts,
)
from archiver.records.contract_facts import ContractFact
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time, minute_text
from archiver.report_language import say, stated_day

_CALLED, _NAMES, _ROOMS, _BASIS = (
    "呼び方",
    "Chatworkの表示名(変遷)",
    "チャット(ルームID)と、参加者の一覧にある期間",
    "対応の根拠",
)
_NOTE = "期間は、参加者の一覧に表示されるのを最初に確認した時刻から、表示されないのを最初に確認した時刻までです。"
_LIST_NOTE = "{what}は、その一覧の内容です(一覧にないものは「-」)。"
_NOTHING_LISTED = "{what}は、一覧に示されていません。"
_TERMS = "取引条件の明示(フリーランス法3条)の有無"
_NOTE_LENGTH, _MAX_MONEY_ROWS = 60, 12
_LAWYERS = frozenset({"lawyer", "court"})
"""Profiles whose readers ask whether the contract terms were put in writing."""

_PAYMENT_DAY = "payment_day"

_OF_LAW = frozenset({"trade", "payment", "receipt", "recommission"})
"""Rules of deadlines that a platform's office does not judge."""


def parties(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 3, a row for each person; until the user maps them, everybody but the owner is the other side."""
    people = case_people(case)
    has_ids = any(person.chatwork_ids for person in people.values())
    has_places = any(person.organisations for person in people.values())
    columns = [
        (say(_CALLED), 0, [say(case.side(account)) for account in people]),
        (say(_NAMES), 1.8, [_names_text(person) for person in people.values()]),
        ("Chatwork ID", 1.2, [_values_text(person.chatwork_ids) for person in people.values()] if has_ids else []),
        (say("アカウントID"), 1, [f"{one}{say('(番号)') if one in case.stand_ins else ''}" for one in people]),
        (
            say("組織・部署"),
            1.3,
            [_values_text(person.organisations) for person in people.values()] if has_places else [],
        ),
        (say(_ROOMS), 1.7, [_stays_text(person) for person in people.values()]),
        (say(_BASIS), 1.2, [_reason_text(case, account) for account in people]),
    ]
    heads, widths, cells = zip(*(one for one in columns if one[2] or not people), strict=True)
    where = [
        say("チャット「{room_name}」(ルームID {room_id})", room_name=visible(room.room_name), room_id=room.room_id)
        for room in case.rooms
    ]
    notes = [_list_note(has_ids, has_places), *([stand_in_note(case)] if case.stand_ins else [])]
    blocks = (
        Paragraph("\n".join(where)),
        TableBlock(heads, widths, tuple(zip(*cells, strict=True))),
        Paragraph("\n".join(notes), "small"),
    )
    return Chapter(say("３\u3000当事者"), blocks)


def _list_note(has_ids: bool, has_places: bool) -> str:
    """What the columns say, and which the list of members leaves blank for everybody."""
    named = {"Chatwork ID": has_ids, say("組織・部署"): has_places}
    told = say("・").join(name for name, has in named.items() if has)
    blank = say("・").join(name for name, has in named.items() if not has)
    listed = say(_LIST_NOTE, what=told) if told else ""
    return say(_NOTE) + listed + (say(_NOTHING_LISTED, what=blank) if blank else "")


def _stays_text(person: PersonSummary) -> str:
    """The rooms of a person, each with the times at which the list of members showed them."""
    return "\n".join(line for room, listed in person.rooms for line in (f"{room}", *map(_period_text, listed.stays)))


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
    shown = f"{visible(first.text)}({say(FROM_BEFORE)})" if person.is_from_before else visible(first.text)
    return " →\n".join([shown, *(f"{visible(name.text)}{_noticed_text(name)}" for name in later)])


def _noticed_text(name: PersonName) -> str:
    return "" if name.at is None else say(" ({at} に確認)", at=minute_text(name.at))


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
        return "\n".join(filter(None, (visible(stated.reason), f"({say(STATED)})")))
    basis = case.bases.get(account, Basis.NONE)
    if basis is Basis.NAME and case.contract.client:
        client = shorten_line(visible(case.contract.client), _NOTE_LENGTH)
        return say("{basis}(入力された名前「{client}」)", basis=basis_text(basis), client=client)
    return basis_text(basis)


def dates(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 4, the dated steps of the contract in their usual order, blank ones too."""
    contract, platform = case.contract, platform_of(case.contract.platform)
    delivered = last_delivery(case)
    is_work = contract.platform != STRANGER
    rows = _stated_rows(contract, platform) if is_work else []
    first, reply = first_message(statistics.facts), last_reply(statistics.facts)
    rows.append((first_label(first), *first_message_cells(statistics)))
    last = say("{delivery}(最後)", delivery=delivery_text(platform))
    if is_work:
        rows.append(_stated_row(say("納期"), stated_day(contract.due_on or "")))
        rows.append(_stated_row(last, "" if delivered is None else local_time(delivered)))
    rows += _money_rows(case)
    rows += _deadline_rows(case, platform)
    rows.append((reply_label(reply), reply_text(reply), f"No.{reply.value.no}" if reply.value else "-"))
    blocks = [TableBlock((say("できごと"), say("日時(日本時間)"), say("根拠")), (2, 2, 1.5), tuple(rows))]
    if case.profile not in _LAWYERS or not is_work:
        return Chapter(_dates_title(platform), tuple(blocks))
    if not case.contract.terms:
        due = stated_due_text(case)
        items = say("、").join(say(item.label) for item in TERM_ITEMS if not (due and item.name == _PAYMENT_DAY))
        blank = Paragraph(
            say(
                "次の項目を示したメッセージ・ファイルは、いずれも"
                "{blank}です(示されていないという意味ではありません): {items}",
                blank=say(BLANK),
                items=items,
            )
            + (say("。支払期日の入力: {due}", due=due) if due else "")
        )
        return Chapter(_dates_title(platform), (*blocks, Subheading(say(_TERMS)), blank))
    note = Paragraph(
        say(
            "メッセージやファイルとの対応は{stated}です(「」は保存した文面のはじめ)。未入力の項目は、"
            "示されていないという意味ではありません。項目は法律の条文に沿った目安です(確認してください)"
            "。",
            stated=say(STATED),
        ),
        "small",
    )
    table = TableBlock(
        (say("項目"), say("メッセージ・ファイル"), say("備考")), (2, 1.5, 2), tuple(_term_rows(case, statistics))
    )
    return Chapter(_dates_title(platform), (*blocks, Subheading(say(_TERMS)), note, table))


_UNCLEAR = "。どの納品の請求かが日付から決まらないため、最後の納品から数えています"


def _dates_title(platform: Platform) -> str:
    if platform == platform_of(STRANGER):
        return say("４\u3000メッセージの日付")
    return say("４\u3000契約の日付") if platform.elsewhere else say("４\u3000契約と仮払いの日付")


def _money_rows(case: ReportInput) -> Iterator[tuple[str, str, str]]:
    """The invoices and payments by their stated days; of many the latest, and how many more there are."""
    listed = sorted(dated_money(case), key=lambda one: one[1])
    earlier = len(listed) - _MAX_MONEY_ROWS
    if earlier > 0:
        yield say("請求・支払期日・入金"), say("ほかに前のもの{n}件", n=earlier), say(STATED)
    yield from ((what, stated_day(visible(day)), say(STATED)) for what, day in listed[-_MAX_MONEY_ROWS:])


def _deadline_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str, str]]:
    """A row for each deadline that counts from a stated day, with where its rule was read."""
    for due in contract_dates.deadlines(case.contract, platform, case.deliveries, now=case.created_at):
        if case.profile == "support" and due.deadline.rule in _OF_LAW:
            continue
        yield (
            say("期限: {name}", name=due.deadline.name),
            due_text(due.day, due.ends_at),
            say("計算。{deadline_basis}", deadline_basis=deadline_basis(due.deadline))
            + (say(_UNCLEAR) if due.is_delivery_unclear else ""),
        )


def _term_rows(case: ReportInput, statistics: MessageStatistics) -> Iterator[tuple[str, str, str]]:
    """A row for each term that the client must state: where it was told, as the user says."""
    stated = {term.item: term for term in case.contract.terms}
    for item in TERM_ITEMS:
        term = stated.get(item.name)
        places = []
        if term is not None and term.message_id is not None:
            message = statistics.bound.get(term.message_id)
            places = [bound_place(case, message, term.message_id)]
            places += [] if message is None else [bound_quote(case, message)]
        places += [] if term is None else [say("ファイルID {file_id}", file_id=term.file_id)] * bool(term.file_id)
        note = "" if term is None or not term.note else shorten_line(visible(term.note), _NOTE_LENGTH)
        if item.name == _PAYMENT_DAY and not (places or note):
            note = stated_due_text(case)
        yield say(item.label), "\n".join(places) or ("-" if note else say(BLANK)), note


def _stated_rows(contract: Contract, platform: Platform) -> list[tuple[str, str, str]]:
    """A row for each dated fact of such a contract; blank too, but for what comes later or never."""
    words = {"permission": platform.outside or say("外部連絡"), "end_request": say(platform.end_request_name)}
    return [
        _stated_row(say(fact.event, **words), stated_day(getattr(contract, fact.name) or ""))
        for fact in contract_facts.FACTS
        if fact.event and (getattr(contract, fact.name) or _is_to_be_filled(fact, platform))
    ]


def _stated_row(label: str, value: str) -> tuple[str, str, str]:
    """A row with what the user entered; nobody entered what is blank."""
    return (label, value, say(STATED)) if value else (label, say(BLANK), "-")


def _is_to_be_filled(fact: ContractFact, platform: Platform) -> bool:
    """Whether a blank line stands for a fact: where it is asked for, and there can be one."""
    is_of_platform = fact.exists_with(platform.outside, platform.end_request)
    return fact.is_asked and is_of_platform and not (platform.elsewhere and fact.name == "escrowed_at")


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
    order = sorted(accounts, key=lambda one: (one != case.owner_id, not case.is_counterpart(one), one))
    return {account: _person_summary(case, account) for account in order}


def counterparts(case: ReportInput) -> list[tuple[int, PersonSummary]]:
    """The people of the other side who have a name, by account."""
    return [
        (account, person)
        for account, person in sorted(case_people(case).items())
        if case.is_counterpart(account) and person.name
    ]


def _person_summary(case: ReportInput, account: int) -> PersonSummary:
    people_here = [(room.room_id, room.people[account]) for room in case.rooms if account in room.people]
    rooms = tuple((room, person.membership) for room, person in people_here)
    return PersonSummary(
        names=_distinct_by_time(one for _, person in people_here for one in _dated_names(person)),
        chatwork_ids=_distinct_by_time(one for _, listed in rooms for one in listed.chatwork_ids),
        organisations=_distinct_by_time(one for _, listed in rooms for one in listed.organisations),
        is_from_before=any(person.is_from_before for _, person in people_here),
        rooms=rooms,
    )


def _dated_names(person: Person) -> Iterator[PersonName]:
    times = person.named_at or (None,) * len(person.names)
    return (PersonName(name, at) for name, at in zip(person.names, times, strict=False))


def _distinct_by_time(values: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """The values by time, undated ones first, without repetitions of the one before."""
    found: list[PersonName] = []
    for name in sorted(values, key=lambda value: value.at or _EARLIEST):
        if not found or name.text != found[-1].text:
            found.append(name)
    return tuple(found)


BEFORE = "この資料の期間より前"
"""Printed beside what is saved but lies before the period of the package."""


def permission_rows(case: ReportInput, statistics: MessageStatistics) -> list[tuple[str, str]]:
    """The row about contact outside the platform, if the platform has a rule for it; then it is never left out."""
    platform = platform_of(case.contract.platform)
    if platform.outside is None and platform.contact != "never":
        return []
    first = _compared_first(statistics)
    if platform.outside is None:
        return [
            (say("サービス外での連絡"), say("{name}では認められていません。\n{first}", name=platform.name, first=first))
        ]
    days = (("申請 {day}", case.contract.contact_requested_on), ("承認 {day}", case.contract.contact_approved_on))
    stated = " / ".join(say(words, day=stated_day(shorten_line(day, 40))) for words, day in days if day)
    return [(platform.outside, "\n".join(filter(None, (stated, first))))]


def _compared_first(statistics: MessageStatistics) -> str:
    """The first message with the number, and how it lies to the platform's rule."""
    first, state = first_message(statistics.facts), contact(statistics.facts)
    compared = contact_text(state, first, statistics.facts.contract)
    place = say(BEFORE) if first.value is not None and first.value.no is None else ""
    return f"{first_label(first)} {first_text(first, place, compared, early=state.value.is_early)}"


def first_message_cells(statistics: MessageStatistics) -> tuple[str, str]:
    """When the first message was sent, as far as it is known, and its number, or that it is before the period."""
    first = first_message(statistics.facts)
    if first.value is None:
        return first_text(first), "-"
    return first_text(first), say(BEFORE) if first.value.no is None else f"No.{first.value.no}"
