"""The form of records without a readable table, before a copy takes them from a team's ledger."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Archive
from archiver.store.ledger_copy.payload_forms import FORMS, require_form
from archiver.store.ledger_copy.strange_rows import StrangeRow
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
    """Records of every kind but those of a team."""
    for entry in entries:
        require_form(entry)

    assert FORMS.keys() - {entry["kind"] for entry in entries} <= {"grant"}


def test_a_record_that_lacks_a_field_or_holds_another_kind_of_value_is_refused(entries: list[dict[str, Any]]) -> None:
    """By its number; a field more is none of its business."""
    for entry in entries:
        payload = entry["payload"]
        require_form(entry | {"payload": payload | {"more": 1}})
        for name in FORMS[entry["kind"]].__struct_fields__:
            less = {field: value for field, value in payload.items() if field != name}
            lacking = [] if name in ("other_chat", "packages") else [less]  # these two stand only in some
            for changed in (*lacking, payload | {name: {"of": ["another kind"]}}, []):
                with pytest.raises(StrangeRow, match=f"record {entry['seq']} is not"):
                    require_form(entry | {"payload": changed})
