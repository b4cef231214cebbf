"""The form of records without a readable table: whoever can write to the database can put others there."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Archive
from archiver.store.payload_forms import FORMS, has_form
from tests.support.archives.fixture import ARCHIVE


@pytest.fixture
def entries(tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """The records of the kept archive of these kinds."""
    with zipfile.ZipFile(ARCHIVE) as packed:
        packed.extractall(tmp_path)
    with closing(Archive(tmp_path)) as archive, archive.reading() as reading:
        lines = reading.sql.execute(select(schema.entry.c.line).where(schema.entry.c.kind.in_(FORMS))).scalars()
        yield [json.loads(line) for line in lines]


def test_what_this_program_wrote_has_the_form(entries: list[dict[str, Any]]) -> None:
    """Records of every kind but those of a team, and of kinds that came after it was made."""
    assert all(map(has_form, entries))
    assert FORMS.keys() - {entry["kind"] for entry in entries} <= {"grant", "review", "service", "twin"}


def test_a_record_that_lacks_a_field_or_holds_another_kind_of_value_has_not_its_form(
    entries: list[dict[str, Any]],
) -> None:
    """A field more is none of its business."""
    for entry in entries:
        payload = entry["payload"]
        assert has_form(entry | {"payload": payload | {"more": 1}})
        for field in msgspec.structs.fields(FORMS[entry["kind"]]):
            name = field.encode_name
            less = {other: value for other, value in payload.items() if other != name}
            lacking = [less] if field.required else []
            for changed in (*lacking, payload | {name: {"of": ["another kind"]}}, []):
                assert not has_form(entry | {"payload": changed})
