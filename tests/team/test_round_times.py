"""When the next round of an account is due, and when all rounds leave Chatwork alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from archiver.settings.model import Duration, SyncSettings
from archiver.team import account_rounds
from archiver.team.ledger.service_tables import ACCOUNTS, PAUSES, PROBE_LIMIT, Admission, HostState

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_rounds_are_due_at_equal_intervals() -> None:
    """A round that began a few seconds late does not move those after it, so looks stay evenly apart."""
    assert account_rounds.next_round(NOON, NOON + timedelta(seconds=20), MINUTE) == NOON + MINUTE


def test_missed_rounds_are_due_once() -> None:
    """After an hour's outage an account has one round, not sixty."""
    later = NOON + timedelta(hours=1)

    assert account_rounds.next_round(NOON, later, MINUTE) == later + MINUTE
    assert account_rounds.next_round(None, later, MINUTE) == later + MINUTE


def test_the_pace_is_the_daemons() -> None:
    """A minute with few rooms, more with many, and what the settings say where that is shorter."""
    assert account_rounds.pace(SyncSettings(), 6) == MINUTE
    assert account_rounds.pace(SyncSettings(every=Duration(seconds=10)), 6) == timedelta(seconds=10)


def test_pauses_grow_and_end_somewhere() -> None:
    """A failing round is tried again for ever, a refused token once a day."""
    first = timedelta(seconds=30)
    assert [account_rounds.retry_pause(attempts, first).total_seconds() for attempts in (0, 1, 2, 3, 99)] == [
        30,
        60,
        120,
        240,
        900,
    ]
    assert [account_rounds.token_pause(refusals) for refusals in (0, 1, 2, 3, 9)] == [
        timedelta(hours=1),
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=1),
    ]


def test_first_rounds_are_spread() -> None:
    """Whoever joins while others wait for their first round comes after them."""
    assert account_rounds.first_round(NOON, None, 6.0) == NOON
    assert account_rounds.first_round(NOON, NOON - MINUTE, 6.0) == NOON
    assert account_rounds.first_round(NOON, NOON - timedelta(seconds=1), 6.0) == NOON + timedelta(seconds=5)
    assert account_rounds.first_round(NOON, NOON + MINUTE, 6.0) == NOON + MINUTE + timedelta(seconds=6)


HEALTHY = HostState()


def failed(*archives: int, host: HostState = HEALTHY, at: datetime = NOON) -> HostState:
    """The state after rounds in which the host failed."""
    for archive in archives:
        host = host.after_failure(at, archive=archive)
    return host


def test_two_accounts_stop_nobody() -> None:
    """What fails one or two accounts may be theirs alone, however often."""
    assert failed(1, 2, 1, 2, 1).admission(NOON) is Admission.FREE


def test_three_accounts_in_a_row_are_an_outage() -> None:
    """Nobody asks the host for a minute."""
    host = failed(1, 2, 3)

    assert host.admission(NOON + MINUTE - timedelta(seconds=1)) is Admission.HELD
    assert host.admission(NOON + MINUTE) is Admission.PROBE


def test_an_answer_in_between_begins_the_count_anew() -> None:
    """They must be in a row."""
    host = failed(3, host=HostState())

    assert host.admission(NOON) is Admission.FREE


def test_one_round_is_the_probe_and_the_others_wait_for_it() -> None:
    """Unless its worker died: then another one tries after a while."""
    later = NOON + MINUTE
    host = failed(1, 2, 3).admit(later)

    assert host.admission(later) is Admission.HELD
    assert host.admission(later + PROBE_LIMIT) is Admission.PROBE


def test_a_probe_that_asked_for_nothing_makes_room_for_another() -> None:
    """Such as one whose own token cannot be opened."""
    later = NOON + MINUTE
    host = failed(1, 2, 3).admit(later).after_no_request(later)

    assert host.admission(later) is Admission.PROBE


def test_the_pauses_grow_to_a_quarter_of_an_hour() -> None:
    """1, 2, 4, 8, 15, 15 … minutes."""
    host, at, pauses = failed(1, 2, 3), NOON, []
    for _time in range(7):
        assert host.opened_until is not None
        pauses.append((host.opened_until - at) // MINUTE)
        at = host.opened_until
        host = failed(9, host=host.admit(at), at=at)

    assert pauses == [1, 2, 4, 8, 15, 15, 15]


def test_rounds_that_had_begun_before_make_the_pause_no_longer() -> None:
    """Thirty rounds that end one after the other in the same outage open it once."""
    assert failed(1, 2, 3) == failed(*range(1, 30))


class Host(RuleBasedStateMachine):
    """Any order of rounds and times: nobody asks while it is held, and nobody is held for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.host, self.at = HostState(), NOON
        self.running: list[int] = []

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.at += minutes * MINUTE

    @rule(archive=st.integers(1, 9))
    def begin(self, archive: int) -> None:
        """A round asks to begin."""
        before = self.host.admission(self.at)
        self.host = self.host.admit(self.at)
        if before is not Admission.HELD:
            self.running.append(archive)
        if before is not Admission.FREE:
            assert self.host.admission(self.at) is Admission.HELD

    @rule(answered=st.booleans())
    def end(self, answered: bool) -> None:
        """A round ends."""
        if self.running:
            archive = self.running.pop()
            if answered:
                self.host = HostState()
            else:
                self.host = self.host.after_failure(self.at, archive=archive)

    @invariant()
    def somebody_may_begin_soon(self) -> None:
        """After the longest pause and a probe's time a round may begin again."""
        later = self.at + PAUSES[-1] + PROBE_LIMIT
        assert self.host.admission(later) is not Admission.HELD
        assert len(self.host.failing) <= ACCOUNTS


TestHost = Host.TestCase
