"""When all rounds leave Chatwork alone, for how long, and how they begin again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from archiver.team.ledger.service import ACCOUNTS, PAUSES, PROBE_LIMIT, Admission, HostState

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
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
