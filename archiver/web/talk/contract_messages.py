"""Which of some messages a package of each contract would hold, and how `export --messages` is given them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from archiver.records import Contract, ContractRoom

_SHORT_ID = 8
"""`export --messages` takes a bare number with fewer digits for a number of a package (No.)."""


class _Placed(Protocol):
    """A message in a room, with its time if it has one."""

    @property
    def room_id(self) -> int: ...

    @property
    def message_id(self) -> str: ...

    @property
    def sent(self) -> datetime | None: ...


Message = TypeVar("Message", bound=_Placed)


def messages_by_contract(
    messages: Sequence[Message], contracts: Sequence[Contract]
) -> Iterator[tuple[Contract, list[Message]]]:
    """Each contract that has some of the messages, with these in their order."""
    for contract in contracts:
        of_it = [one for one in messages if _is_of_contract(one, contract)]
        if of_it:
            yield contract, of_it


def messages_argument(message_ids: Sequence[str]) -> str:
    """The ids as `--messages` takes them."""
    return ",".join("m" * (len(one) < _SHORT_ID) + one for one in message_ids)


def _is_of_contract(message: _Placed, contract: Contract) -> bool:
    return any(room.room_id == message.room_id and _is_within(message, room) for room in contract.rooms)


def _is_within(message: _Placed, room: ContractRoom) -> bool:
    """Whether the message is in the period that the user gave the chat in the contract, if any."""
    if message.sent is None:
        return True
    return (room.start is None or room.start <= message.sent) and (room.end is None or message.sent < room.end)
