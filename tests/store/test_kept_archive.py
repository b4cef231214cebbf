"""An archive that was made once and is kept as a file: every later program opens, verifies, rebuilds and exports it."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from archiver.custody.verify import verify_path
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.received_facts_and_record_forms import FORMS, has_form
from tests.support.archives.fixture import ARCHIVE, CONTRACT
from tests.support.archives.notes import entries
from tests.support.world import BEGIN

TABLES = Path(__file__).parents[2] / "docs/reference/tables.md"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """The kept archive, unpacked."""
    home = tmp_path / "home"
    with zipfile.ZipFile(ARCHIVE) as packed:
        packed.extractall(home)
    opened = Archive(home)
    yield opened
    opened.close()


def test_it_holds_an_entry_of_every_kind(archive: Archive) -> None:
    """Of each row of the reference, but for kinds that came after it was made, and no other."""
    documented = TABLES.read_text("utf-8").partition("| kind | one for each |")[2].partition("\n\n")[0]
    kinds = {kind for row in documented.splitlines()[2:] for kind in re.findall("`([a-z.]+)`", row.split("|")[1])}

    with archive.reading() as reading:
        assert kinds - {"review", "service", "twin"} == {entry.kind for entry in entries(reading)}


def test_it_verifies_and_its_readable_tables_can_be_made_again(archive: Archive) -> None:
    """Every check, and each row of every readable table."""
    verification = verify_path(archive.home, deep=True)

    assert [] == verification.findings
    assert verification.checked["entries"] > 300


def test_it_holds_what_the_format_knows(archive: Archive) -> None:
    """Salted replies, the own clock, kinds of messages, a hole in the seals, orphaned seals, stamps, a tombstone."""
    with closing(sqlite3.connect(archive.home / DATABASE)) as database:
        lines = [json.loads(line) for (line,) in database.execute("SELECT line FROM entry")]
        salts = {len(salt) for (salt,) in database.execute("SELECT salt FROM reply")}
        message_kinds = {kind for (kind,) in database.execute("SELECT kind FROM message")}

    assert {32} == salts
    assert {"speech", "notice"} == message_kinds
    assert any(line.get("erased") for line in lines)
    assert all("clock" in line for line in lines if not line.get("erased"))
    skips = [json.loads(path.read_bytes())["skips"] for path in sorted((archive.home / "seals").glob("*.json"))]
    assert 1 == len([one for one in skips if one])
    assert list((archive.home / "seals/orphaned").glob("*.json"))
    assert list((archive.home / "seals").glob("*.tsr"))


def test_a_package_is_made_of_it(archive: Archive, tmp_path: Path) -> None:
    """It verifies too, with the tombstone in it."""
    with archive.reading() as reading:
        (client,) = {
            json.loads(entry.line)["key"].rpartition("/")[2] for entry in entries(reading) if entry.kind == "mapping"
        }
    order = ExportOrder(contract=CONTRACT, profile="lawyer", out=tmp_path / "out", counterparts={int(client)})

    report = export(archive, order, now=lambda: BEGIN.replace(month=8))

    assert [] == verify_path(Path(report.path)).findings


def test_a_record_that_lacks_a_field_or_holds_another_kind_of_value_has_not_its_form(archive: Archive) -> None:
    """Of those without a readable table, beside which anybody can put others; a field more is none of its business.

    All that this program wrote has it: every kind but those of a team, and kinds that came after it was made.
    """
    with archive.reading() as reading:
        formed = [json.loads(one.line) for one in entries(reading) if one.kind in FORMS]
    assert FORMS.keys() - {entry["kind"] for entry in formed} <= {"grant", "review", "service", "twin"}
    for entry in formed:
        payload = entry["payload"]
        assert has_form(entry)
        assert has_form(entry | {"payload": payload | {"more": 1}})
        for field in msgspec.structs.fields(FORMS[entry["kind"]]):
            name = field.encode_name
            less = {other: value for other, value in payload.items() if other != name}
            lacking = [less] if field.required else []
            for changed in (*lacking, payload | {name: {"of": ["another kind"]}}, []):
                assert not has_form(entry | {"payload": changed})
