"""Addresses for notices: stored in the settings, in a file or in a variable, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.settings.file import load_settings
from archiver.settings.model import NotifySettings, Settings
from archiver.settings.token import NotifyAddress, addresses, environ_without_secrets, has_url_in_file

SECRET = "json://user:canary-6f1d@127.0.0.1/"


def read_addresses(home: Path, *urls: str, **environ: str) -> list[NotifyAddress]:
    """The entries of these settings."""
    return addresses(Settings(home, notify=NotifySettings(urls=urls)), environ)


def test_an_address_is_taken_from_where_it_lies(tmp_path: Path) -> None:
    """In the settings, in a private file (relative to the home), in a variable."""
    (tmp_path / "address").write_text(f"\ufeff{SECRET}\r\n", encoding="utf-8")
    (tmp_path / "address").chmod(0o600)

    entries = read_addresses(tmp_path, f" {SECRET} ", "file:address", "env:ADDRESS", ADDRESS=SECRET)

    assert [(1, SECRET, None), (2, SECRET, None), (3, SECRET, None)] == [
        (entry.position, entry.url, entry.error) for entry in entries
    ]
    assert "canary" not in repr(entries)


@pytest.mark.parametrize("entry", ["file:none", "file:", "file:a\0b", "file:~nobody-here/x", "env:NONE", "env:"])
def test_what_is_not_there_is_called_by_its_position(tmp_path: Path, entry: str) -> None:
    """An entry that cannot be read is reported, and the others are used."""
    first, second = read_addresses(tmp_path, SECRET, entry)

    assert (None, "", True) == (first.error, second.url, "number 2" in str(second.error))


def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """A file that others can read is not used, as for the token."""
    (tmp_path / "address").write_text(SECRET, encoding="utf-8")
    (tmp_path / "address").chmod(0o644)

    (address,) = read_addresses(tmp_path, "file:address")

    assert ("", True, False) == (address.url, "can be read by others" in str(address.error), "canary" in str(address))


def test_only_what_stands_in_the_settings_makes_them_secret() -> None:
    """A file and a variable are kept elsewhere."""
    assert (True, False, False) == (
        has_url_in_file(["file:a", SECRET]),
        has_url_in_file(["file:a", "env:B"]),
        has_url_in_file([]),
    )


def test_no_variable_that_the_settings_name_is_left(tmp_path: Path) -> None:
    """A token of the file that the environment overrides, a password of a mail that is not complete, in any case."""
    (tmp_path / "archive.toml").write_text(
        '[token]\nsource = "env:MYTOK"\n[notify]\nmail_password = "env:PASS"\nping = "env:Ping"\n'
        'urls = ["env:PLACE", "json://x"]\n'
    )
    secrets = dict.fromkeys(("CHATWORK_API_TOKEN", "MYTOK", "mytok", "PASS", "PING", "PLACE"), "canary")

    for environ in (secrets, {}):
        settings = load_settings(tmp_path, environ)
        assert {"PATH": "/bin"} == environ_without_secrets(settings, {"PATH": "/bin", **secrets})
