"""Where notices go: an address may stand in the settings, in a file or in a variable, and is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.settings.model import NotifySettings, Settings
from archiver.settings.notify_urls import Address, addresses, are_in_file, bare

SECRET = "json://user:canary-6f1d@127.0.0.1/"


def found(home: Path, *urls: str, **environ: str) -> list[Address]:
    """The entries of these settings."""
    return addresses(Settings(home, notify=NotifySettings(urls=urls)), environ)


def test_an_address_is_taken_from_where_it_lies(tmp_path: Path) -> None:
    """In the settings, in a private file (relative to the home), in a variable."""
    (tmp_path / "address").write_text(f"\ufeff{SECRET}\r\n", encoding="utf-8")
    (tmp_path / "address").chmod(0o600)

    told = found(tmp_path, f" {SECRET} ", "file:address", "env:ADDRESS", ADDRESS=SECRET)

    assert [(1, SECRET, None), (2, SECRET, None), (3, SECRET, None)] == [
        (one.position, one.url, one.fault) for one in told
    ]
    assert "canary" not in repr(told)


@pytest.mark.parametrize("entry", ["file:none", "file:", "file:a\0b", "file:~nobody-here/x", "env:NONE", "env:"])
def test_what_is_not_there_is_called_by_its_position(tmp_path: Path, entry: str) -> None:
    """And keeps no other entry from being used."""
    first, second = found(tmp_path, SECRET, entry)

    assert (None, "", True) == (first.fault, second.url, "number 2" in str(second.fault))


def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """As for the token."""
    (tmp_path / "address").write_text(SECRET, encoding="utf-8")
    (tmp_path / "address").chmod(0o644)

    (told,) = found(tmp_path, "file:address")

    assert ("", True, False) == (told.url, "can be read by others" in str(told.fault), "canary" in str(told))


def test_only_what_stands_in_the_settings_makes_them_secret() -> None:
    """A file and a variable are kept elsewhere."""
    assert (True, False, False) == (are_in_file(["file:a", SECRET]), are_in_file(["file:a", "env:B"]), are_in_file([]))


def test_a_program_of_others_gets_no_secret() -> None:
    """The usual variable of the token, the one that the settings name, and those of addresses."""
    settings = Settings(Path("home"), token_source="env:MY", notify=NotifySettings(urls=("env:PLACE", "json://x")))
    environ = {"CHATWORK_API_TOKEN": "a", "MY": "b", "PLACE": "c", "PATH": "/bin"}

    assert {"PATH": "/bin"} == bare(settings, environ)
