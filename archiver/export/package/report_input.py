"""Builds the input of a report from a package: rooms, events, seals, stamps, and the user's statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from archiver.claims.counterparts import twins_of
from archiver.claims.messages import Knowledge, contact, first_message
from archiver.contract_dates import OutsideContact
from archiver.evidence.acts_seen_in_lists import ListedStep, listed_steps
from archiver.evidence.chain import digest_bytes
from archiver.evidence.history import EntryObject, number, text
from archiver.evidence.looks import CHATWORK, RecordedService, other_addresses, read_services, stretches
from archiver.evidence.tables.events import other_events, sort_events
from archiver.evidence.verify.rollbacks import read_rollback
from archiver.export import PROFILES, PackageForm, exhibit_names
from archiver.export.bag import Bag
from archiver.export.mask.package_mask import PackageMask
from archiver.export.package.entry_reader import SourceEntries
from archiver.export.package.package_input import PackageInput, software_name
from archiver.export.package.recipe import PackagePreview, Recipe
from archiver.export.package_scope import Bounds, PackageScope
from archiver.export.report.message_statistics import ReportInput, room_facts
from archiver.export.report.report_sources import NEVER_READ, RefusedMessage, SealLine
from archiver.export.stamps import Stamps, class_text
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, AccountId, ActKind, CaseFacts, Conversation, MessageId, RoomFacts, RoomId, Seal
from archiver.render.invisible_characters import visible
from archiver.render.page_templates import text_lines
from archiver.render.snippet import other_chat_texts
from archiver.render.times import date_text, entry_time, local_time
from archiver.report_language import JAPANESE, days_in_words, say
from archiver.store.queries import current_state, looks_and_gaps
from archiver.store.queries.entries import exports
from archiver.store.queries.looks_and_gaps import truncated_lists
from archiver.store.queries.viewing.message_summaries import message_summaries


def report_input(package: PackageInput, *, content_sha256: str | None = None) -> ReportInput:
    """The input of the report; to be called after the tables were made."""
    recipe, source = package.recipe, package.source
    owner = current_state.owner(package.reading) or {}
    owner_id, owner_name, mask = number(owner.get("account_id")), text(owner.get("name")), recipe.mask
    has_records = PROFILES[recipe.order.profile].form is PackageForm.BAG
    services = read_services(source.other)
    shown, shown_account = partial(_shown_texts, mask), package.shown_account
    offered = {} if recipe.stamping is None else recipe.stamping.offered

    return ReportInput(
        name=recipe.name,
        profile=recipe.order.profile,
        contract=recipe.contract,
        rooms=tuple(package.conversations()),
        owner_id=AccountId(owner_id),
        owner_name=owner_name if mask is None else mask.shown_name(owner_id, owner_name),
        read_at=recipe.read_at,
        created_at=recipe.created_at or recipe.read_at,
        software=software_name(),
        service=service_text(services),
        other_service=other_service_text(services),
        events=sort_events([*other_events(source.other, recipe.scope.starts), *package.statistics.events]),
        deliveries=tuple(replace(one, **shown(one, "name", "note")) for one in recipe.deliveries),
        enclosures=tuple(replace(one, **shown(one, "name", "note")) for one in recipe.enclosures),
        seals=seal_lines(recipe.seals, package.copied.stamps),
        stamping=bool(package.copied.stamps.configured),
        authority_classes=tuple(class_text(name, is_offered=is_ours) for name, is_ours in offered.items()),
        period=period_text(recipe.scope),
        is_period_requested=not recipe.scope.has_own_period,
        ends_at=_earliest_end(recipe.scope),
        left_out=package.statistics.left_out,
        every=recipe.order.every,
        clock_seconds=looks_and_gaps.clock_difference(package.reading, upto=recipe.upto),
        wrong_clocks=looks_and_gaps.wrong_clocks(package.reading, upto=recipe.upto),
        doubtful_dates=looks_and_gaps.doubtful_dates(package.reading, upto=recipe.upto),
        undated_replies=looks_and_gaps.undated_replies(package.reading, upto=recipe.upto),
        content_sha256=content_sha256,
        masked_passages=masked_passages(package),
        bases=recipe.bases,
        handed_over=tuple(
            exported._replace(handovers=tuple(one._replace(**shown(one, "to", "how")) for one in exported.handovers))
            for exported in exports(package.reading, upto=recipe.upto)
            if exported.contract == recipe.contract.id and exported.handovers
        ),
        closings=[one for one in recipe.closings if shown_account(one.account_id) == one.account_id],
        listed_steps=list(_steps_inside(source, recipe.scope)),
        thirds=frozenset(map(shown_account, recipe.sides.thirds)),
        twins=dict(_shown_twins(package)),
        refused=[RefusedMessage(RoomId(room), one, *how) for (room, one), (_, *how) in sorted(source.refused.items())],
        mapped={
            (account := shown_account(one.account_id)): one._replace(account_id=account, **shown(one, "reason"))
            for one in recipe.mapped
        },
        outside=dict(_outside_messages(package)),
        chosen=frozenset(package.statistics.chosen),
        truncated_lists=truncated_lists(package.reading, recipe.scope.rooms),
        unsealed=recipe.unsealed,
        put_back_databases=put_back_sentences(source.other, has_records=has_records),
        erasures=tuple(erasure_sentences(source.other, source.erased, has_records=has_records)),
        other_chats=other_chat_texts(package.other_chats(recipe.scope.rooms)),
        metadata={one.file: replace(one, items=tuple(_shown_items(mask, one))) for one in recipe.metadata.files},
        copies={number: digest_bytes(one) for number, one in recipe.metadata.copies.items() if one is not None},
        request=recipe.order.request,
        reviewed=recipe.reviewed,
        stand_ins=frozenset() if mask is None else mask.stand_ins,
    )


def _shown_twins(package: PackageInput) -> Iterator[tuple[int, tuple[str, datetime]]]:
    """The accounts with a name of the other side that came later, and what is said in the place of a hidden id."""
    for account, (called, since) in twins_of(package.recipe.sides, package.recipe.bases).items():
        shown = package.shown_account(account)
        yield shown, (called if shown == account else say("この資料だけの番号{n}", n=shown), since)


def _shown_texts(mask: PackageMask | None, one: Any, *names: str) -> dict[str, Any]:
    """Its texts of these names as they may be shown."""
    texts = {name: getattr(one, name) for name in names}
    return texts if mask is None else {name: text and mask.mask_text(text) for name, text in texts.items()}


def _shown_items(
    mask: PackageMask | None, metadata: exhibit_names.FileMetadata
) -> Iterator[exhibit_names.MetadataItem]:
    return (replace(one, **_shown_texts(mask, one, "value")) for one in metadata.items)


def _steps_inside(source: SourceEntries, scope: PackageScope) -> Iterator[ListedStep]:
    """What files and tasks show within the periods; a task was given when its message was sent, if that is saved."""
    given = {one["seq"]: scope.is_given_inside(one) for one in source.everything if one["kind"] == "task"}
    for step in listed_steps(source.other):
        inside = given.get(step.seq) if step.kind is ActKind.TASK_GIVEN else None
        if scope.overlaps(step.room_id, step.at, step.at) if inside is None else inside:
            yield step


def _outside_messages(package: PackageInput) -> Iterator[tuple[MessageId, datetime]]:
    """The bound messages that lie outside the period of the package, and when each was sent."""
    scope, bound = package.recipe.scope, package.recipe.contract.bound_messages
    places = [(room, int(one)) for one in sorted(bound) for room in scope.rooms]
    for message in message_summaries(package.reading, [] if scope.whole else places):
        at = message.sent
        if at is not None and not scope.is_message_inside(message.room_id, int(at.timestamp()), ""):
            yield MessageId(message.message_id), at


def erasure_sentences(entries: Iterable[EntryObject], erased: Mapping[int, int], *, has_records: bool) -> Iterator[str]:
    """One sentence for each erasure that took records of the package's chats; whether the package has the records."""
    where = say(" data/entries.jsonl ") if has_records else say("報告者の保管庫")
    for entry in entries:
        number = int(entry["key"].partition("/")[2]) if entry["kind"] == "erasure" else 0
        if erased.get(number):
            yield (
                say(
                    "報告者は {at} に、この資料のチャットの記録 {erased:,}件を、"
                    "自分の保管庫から消去しました(消去 {number}。記録 {entry} に記載)。消去した記録は、"
                    "ハッシュ値だけが{where}に残っています。",
                    where=where,
                    at=entry_time(entry["observed_at"]),
                    erased=erased[number],
                    number=number,
                    entry=entry["seq"],
                )
            )


def put_back_sentences(entries: Iterable[EntryObject], *, has_records: bool) -> list[str]:
    """One sentence for each older database that was put back; whether the package has the records and seals."""
    read = [(one["observed_at"], read_rollback(one)) for one in entries if one["kind"] == "rollback"]
    return text_lines(
        "put_back.txt",
        rollbacks=[one for one in read if one[1] is not None],
        time_of=entry_time,
        place=say(" data/seals/orphaned/ ") if has_records else say("報告者の保管庫"),
    )


def unread_chats(rooms: Iterable[Conversation]) -> list[str]:
    """Sentences about the chats that could never be read."""
    unread = [room.room_id for room in rooms if room.watch.begun is None]
    return [say("チャット(ルームID {room}): {never_read}", room=room, never_read=say(NEVER_READ)) for room in unread]


def _earliest_end(scope: PackageScope) -> datetime | None:
    """The earliest end of any room's period; None: no room's period has an end."""
    ends = [end for room in scope.rooms if (end := scope.end(room)) is not None]
    return datetime.fromtimestamp(min(ends), UTC) if ends else None


@days_in_words()
def period_text(scope: PackageScope) -> str:
    """The period of a package in words; empty if there is none."""
    if scope.whole:
        return ""
    texts_of = {room: say("、").join(dict.fromkeys(map(_bounds_text, scope.bounds(room)))) for room in scope.rooms}
    if len(set(texts_of.values())) == 1:
        return next(iter(texts_of.values()))
    return " / ".join(say("ルームID {room}: {text}", room=room, text=text) for room, text in texts_of.items())


def _bounds_text(bounds: Bounds) -> str:
    """Both ends in words; mostly they are midnights, the excluded one that after its last day."""
    (first, last), begin, end = bounds, say("最初のメッセージ"), say("最後のメッセージ")
    if first is not None:
        start = datetime.fromtimestamp(first, JST)
        begin = local_time(start) if start.time() > time() else date_text(start)
    if last is not None:
        stop = datetime.fromtimestamp(last, JST)
        last_day = say("{day}の終わり", day=date_text(stop - timedelta(days=1)))
        end = say("{local}の直前", local=local_time(stop)) if stop.time() > time() else last_day
    return say("{start}から{value}まで", start=begin, value=end)


def package_preview(package: PackageInput, bag: Bag) -> PackagePreview:
    """The preview of a package with its warnings; to be called when the bag is filled."""
    mask = package.recipe.mask
    rooms = list(package.conversations())
    people = {account: person.names for room in rooms for account, person in room.people.items()}
    shown = people if mask is None else [account for account in people if not mask.is_hidden(account)]
    return PackagePreview(
        chats=tuple(room.room_name or str(room.room_id) for room in rooms),
        named=tuple(people[account][-1] if people[account] else str(account) for account in shown),
        people=len(people),
        hidden_people=len(people) - len(shown),
        messages=package.statistics.count,
        files=sum(1 for name in bag.digests if name.startswith("data/files/")),
        enclosures=sum(one.startswith(exhibit_names.FOLDERS) or exhibit_names.is_exhibit(one) for one in bag.digests),
        masked=sum(count for _reason, count in masked_passages(package)),
        size=bag.size,
        opened=tuple(package.recipe.opened),
        reading=package.recipe.reading,
        metadata=package.recipe.metadata.files,
        warnings=tuple(package_warnings(package.recipe, room_facts(rooms), package.statistics.count)),
    )


def package_warnings(recipe: Recipe, rooms: tuple[RoomFacts, ...], count: int) -> Iterator[str]:
    """What to consider before a package leaves (`PackagePreview.warnings`)."""
    facts = CaseFacts(recipe.contract, frozenset(), {}, rooms, {}, None)
    if not count:
        yield "no_messages"
    contact_state = contact(facts).value
    if contact_state.is_early:
        yield "forbidden_contact" if contact_state is OutsideContact.FORBIDDEN else "early_contact"
    elif count and first_message(facts).knowledge is Knowledge.SAVED:
        yield "unsaved_beginning"
    is_direct = platform_of(recipe.contract.platform).elsewhere
    if recipe.order.lang != JAPANESE and recipe.order.profile in ("court", *(() if is_direct else ("support",))):
        yield "english"  # for one who reads Japanese alone: a court, or the office of a platform
    # Courts and lawyers are commonly exempt from such promises.
    if recipe.contract.nda and recipe.order.profile == "support":
        yield "nda"
    if recipe.contract.platform is None and recipe.order.profile == "support":
        yield "no_platform"


def masked_passages(package: PackageInput) -> list[tuple[str, int]]:
    """Of each place masked so far the reason and how many contents, for chapter 13."""
    mask = package.recipe.mask
    return [] if mask is None else [(why, count) for _place, why, count in mask.masked_lines]


def seal_lines(seals: Iterable[Seal], stamps: Stamps) -> tuple[SealLine, ...]:
    """The seals as chapter 12 lists them."""
    stamped = sorted((one.number, one.time, one.authority) for one in stamps.seal_stamps)
    of_seal = {number: [one[1:] for one in listed] for number, listed in groupby(stamped, itemgetter(0))}
    return tuple(SealLine(seal, of_seal.get(seal.number, ())) for seal in seals)


def service_text(services: Sequence[RecordedService]) -> str:
    """The services as the statement on the method names them, each once while the address stays."""
    firsts = [{one._replace(since=""): one for one in reversed(list(stretch))} for stretch in stretches(services)]
    texts = [_service_text(one) for first in firsts for one in sorted(first.values())]
    return say("、").join(texts) or say("Chatworkの形式で応答するAPI(アドレスは不明)")


@days_in_words()
def other_service_text(services: Sequence[RecordedService]) -> str:
    """What page 1 says of addresses that are not Chatwork's; empty if there are none."""
    addresses = say("、").join(
        say("{address}({since}から{until}まで)", **_names(one), until=entry_time(one.until))
        if one.until
        else say("{address}({since}から)", **_names(one))
        for one in other_addresses(services)
    )
    return say("Chatworkのものではないアドレス {addresses}", addresses=addresses) if addresses else ""


def _names(service: RecordedService) -> dict[str, str]:
    return {"address": visible(service.address), "since": entry_time(service.since)}


def _service_text(service: RecordedService) -> str:
    parts = [visible(service.address)]
    if service.certificate:
        parts.append(say("証明書の名前 {name}", name=visible(service.certificate)))
    if service.issuer:
        parts.append(say("発行者 {issuer}", issuer=visible(service.issuer)))
    what = say("Chatwork公式API") if service.address == CHATWORK else say("Chatworkのものではないアドレス")
    return say("{what}({parts}。{since}から)", what=what, parts=say("、").join(parts), since=entry_time(service.since))
