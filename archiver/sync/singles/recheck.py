"""Reads the messages once more that a package is about to quote, within a few seconds and calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from archiver.chatwork.client import Client
from archiver.errors import BudgetSpent, NotVisible
from archiver.records import AccountId, MessageId, RoomId
from archiver.store.archive import Archive
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.single_messages import read_singly
from archiver.sync.recover.read_ids import record_run
from archiver.sync.report import RoomReport, SyncReport
from archiver.sync.run_inputs import Counters, check_account, expect_dates, keep_service, read_inputs

MAX_CALLS = 30
"""Calls at most, with the one that tells whose token it is."""

LONGEST = timedelta(seconds=15)
"""The time that all of it may take."""

FIRST_REPLY = timedelta(seconds=4)
"""The time for the first reply: without a network nobody waits longer."""

MAX_MESSAGES = MAX_CALLS - 1

AT_ONCE = 5
"""Messages that are read between two looks at the clock."""


def recheck_messages(
    archive: Archive, client: Client, places: Sequence[tuple[int, int]], *, now: Callable[[], datetime], settings: str
) -> SyncReport:
    """Read these messages (room, id), rooms together, until calls or time are used up; what changed is appended.

    The caller holds the round lock. A chat that refuses is left to the next round. Raises what `Client.me` raises,
    WrongAccount, BudgetSpent (not even the account could be asked), NoContract, StorageError.
    """
    inputs = read_inputs(archive, at=now(), chosen=None)
    transport = client.transport
    begun = transport.clock.own()
    transport.deadline = begun + FIRST_REPLY
    transport.may_wait = False
    transport.budget = inputs.budget or transport.budget
    expect_dates(archive, transport)
    before = Counters(transport.requests, transport.unparsed)
    account = client.me().model.account_id
    check_account(account, inputs.owner, archive)
    keep_service(archive, transport.service, account=account, at=now())
    transport.deadline = begun + LONGEST
    context = PullContext(archive, client, now, account)
    report = SyncReport(AccountId(account), now())
    for room, listed in groupby(sorted(places[:MAX_MESSAGES]), key=lambda place: place[0]):
        room_report = RoomReport(RoomId(room), inputs.names.get(room, ""))
        report.rooms.append(room_report)
        waiting = [MessageId(str(position)) for _room, position in listed]
        try:
            while waiting and transport.clock.own() < transport.deadline:
                read_singly(context, room, waiting[:AT_ONCE], room_report)
                del waiting[:AT_ONCE]
        except (NotVisible, BudgetSpent):
            context.troubles.add(f"room/{room}/messages/refused")
    record_run(context, report, before, settings)
    return report
