"""Every reply of the simulated Chatwork has the fields and types of the official schemas."""

import pytest

from tests.demo.conftest import FullRoom, Get
from tests.support.chatwork.reply_shapes import SHAPES


def shape(value: object, expected: object) -> object:
    """The wanted shape if the value has it, else what the value is instead."""
    match expected:
        case dict() if isinstance(value, dict):
            return {name: shape(part, expected.get(name, "no such field")) for name, part in value.items()}
        case list() if isinstance(value, list) and value:
            found = [shape(item, expected[0]) for item in value]
            return next(([item] for item in found if item != expected[0]), [expected[0]])
        case set():
            return expected if value in expected else value
        case type():
            return type(value)
        case _:
            return value


@pytest.mark.parametrize("path", SHAPES)
def test_every_reply_has_exactly_the_fields_of_the_documentation(path: str, full: FullRoom, get: Get) -> None:
    """Each call answers with the fields and types of the official schema."""
    address = path.format(**vars(full))

    reply = get(address)

    assert (200, SHAPES[path]) == (reply.status_code, shape(reply.json(), SHAPES[path]))
