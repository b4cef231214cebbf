"""Random JSON values that may stand in Chatwork's replies, and the id field of each model."""

from __future__ import annotations

from hypothesis import strategies

from archiver.chatwork.models import LARGEST_NUMBER, Contact, File, Me, Member, Message, Model, Room, Task

OWN: dict[type[Model], str] = {
    Me: "account_id",
    Room: "room_id",
    Member: "account_id",
    Contact: "account_id",
    Message: "message_id",
    Task: "task_id",
    File: "file_id",
}
NAMES = sorted({name for kind in OWN for name in kind.__struct_fields__})
VALUES = strategies.recursive(
    strategies.one_of(
        strategies.none(),
        strategies.booleans(),
        strategies.integers(),
        strategies.integers(1, LARGEST_NUMBER),
        strategies.floats(),
        strategies.text(strategies.characters()),
        strategies.integers(0).map(str),
    ),
    lambda deeper: strategies.one_of(
        strategies.lists(deeper, max_size=3),
        strategies.dictionaries(
            strategies.one_of(strategies.sampled_from(NAMES), strategies.text(strategies.characters())),
            deeper,
            max_size=5,
        ),
    ),
    max_leaves=10,
)
