"""The API token and addresses for notices: where they are fetched, when they are refused, how they are kept."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from archiver import errors
from archiver.settings.file import load_settings
from archiver.settings.model import NotifySettings, Settings
from archiver.settings.token import (
    NotifyAddress,
    addresses,
    environ_without_secrets,
    forget_token,
    has_group_grant,
    has_url_in_file,
    is_private,
    read_token,
    replace_file,
    store_secret,
)
from tests.support.cases import cases_of

CANARY = "0123456789abcdef0123456789abcdef"


class Memory(KeyringBackend):
    """A keyring that keeps everything in a dictionary, or refuses, or takes everything and keeps nothing."""

    priority = 1.0

    def __init__(self, *, error: Exception | None = None, keeps: bool = True) -> None:
        """Start with an empty dictionary."""
        self.kept: dict[tuple[str, str], str] = {}
        self.error, self.keeps = error, keeps

    def get_password(self, service: str, username: str) -> str | None:
        """The stored password, if there is one."""
        if self.error is not None:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a password."""
        if self.keeps:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Delete a password."""
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def memory() -> Iterator[Memory]:
    """The process's keyring is one in memory."""
    before, chosen = keyring.get_keyring(), Memory()
    keyring.set_keyring(chosen)
    yield chosen
    keyring.set_keyring(before)


def settings(home: Path, source: str) -> Settings:
    return Settings(home=home, token_source=source)


def put(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("text", [CANARY, f" {CANARY}\r\n", f"\ufeff{CANARY}\n", f"\n\ufeff {CANARY}\t"])
def test_a_token_from_the_environment_is_trimmed(tmp_path: Path, text: str) -> None:
    """Blanks, line ends and a byte order mark come along when something is pasted."""
    assert CANARY == read_token(settings(tmp_path, "env:MINE"), {"MINE": text})


@pytest.mark.parametrize("environ", [{}, {"MINE": ""}, {"MINE": " \ufeff\n"}])
def test_an_empty_variable_is_no_token(tmp_path: Path, environ: dict[str, str]) -> None:
    """The place is named."""
    with pytest.raises(errors.TokenMissing, check=lambda error: "the variable MINE" in error.advice()):
        read_token(settings(tmp_path, "env:MINE"), environ)


@pytest.mark.parametrize("text", ["canary two", "canary\ntwo", "キー", "canary\0", "canary\x1b[0m"])
def test_what_cannot_be_a_token_is_refused_unseen(tmp_path: Path, text: str) -> None:
    """It would break the request's header; the error does not repeat it."""
    with pytest.raises(errors.TokenMalformed) as raised:
        read_token(settings(tmp_path, "env:MINE"), {"MINE": text})

    assert ("canary" in str(raised.value), "キー" in str(raised.value)) == (False, False)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_the_owner_is_read(tmp_path: Path, mode: int) -> None:
    """A relative path is meant from the home."""
    put(tmp_path / "token", f"\ufeff{CANARY}\n", mode)

    actual = [read_token(settings(tmp_path, source), {}) for source in ("file:token", f"file:{tmp_path}/token")]

    assert [CANARY, CANARY] == actual


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """Group and others have no right at all; the error leads to the file, not to the token."""
    path = put(tmp_path / "token", CANARY, mode)

    with pytest.raises(errors.TokenFileUnsafe) as raised:
        read_token(settings(tmp_path, "file:token"), {})

    assert path == raised.value.data["path"]
    assert CANARY not in str(raised.value)


def test_a_file_of_somebody_else_is_not_private(tmp_path: Path) -> None:
    """Whoever owns the file can put another token there."""
    regular = stat.S_IFREG | 0o600
    owners = [os.geteuid(), 0, os.geteuid() + 1]

    actual = [is_private(tmp_path, os.stat_result([regular, 0, 0, 1, owner, 0, 0, 0, 0, 0])) for owner in owners]

    assert [True, True, False] == actual


def test_a_file_handed_over_by_systemd_may_have_any_mode(tmp_path: Path) -> None:
    """It closes the folder of credentials, not each file; `..` and links are followed before it is compared."""
    put(tmp_path / "token", CANARY, 0o444)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "link").symlink_to(tmp_path / "token")

    assert CANARY == read_token(settings(tmp_path, "file:token"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    for source in ("file:credentials/../token", "file:credentials/link"):
        with pytest.raises(errors.TokenFileUnsafe):
            read_token(settings(tmp_path, source), {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: path.mkdir(), errors.TokenMissing),
        (os.mkfifo, errors.TokenMissing),  # an unattended run must not wait for somebody to write into it
        (lambda path: put(path, "é" * 100_000), errors.TokenMalformed),  # only the beginning is read
    ],
)
def test_a_folder_a_pipe_or_a_huge_file_is_no_token(
    tmp_path: Path, make: Callable[[Path], object], error: type[errors.ArchiverError]
) -> None:
    """And where nothing lies the path is named, and why."""
    with pytest.raises(errors.TokenMissing, check=lambda error: "there is no such file" in error.advice()):
        read_token(settings(tmp_path, "file:token"), {})
    make(tmp_path / "token")

    with pytest.raises(error):
        read_token(settings(tmp_path, "file:token"), {})


def test_a_stored_file_is_for_its_owner_and_comes_back(tmp_path: Path) -> None:
    """Mode 0600 from the first moment; a looser file that was there is replaced. It can be forgotten once."""
    put(tmp_path / "token", "old", 0o644)

    store_secret(tmp_path, "file:token", CANARY)

    assert 0o600 == stat.S_IMODE((tmp_path / "token").stat().st_mode)
    assert CANARY == read_token(settings(tmp_path, "file:token"), {})
    assert [tmp_path / "token"] == list(tmp_path.iterdir())
    assert (True, False) == (forget_token(tmp_path, "file:token"), forget_token(tmp_path, "file:token"))
    assert [] == list(tmp_path.iterdir())


def test_the_keyring_keeps_and_forgets(tmp_path: Path, memory: Memory) -> None:
    """Each archive has its own place there; one without a token says so, and names the place."""
    with pytest.raises(errors.TokenMissing, check=lambda error: "password store" in error.advice()):
        read_token(settings(tmp_path, "keyring"), {})

    store_secret(tmp_path / "a", "keyring", CANARY)

    assert {("chatwork-archiver", str(tmp_path / "a"))} == memory.kept.keys()
    assert CANARY == read_token(settings(tmp_path / "a", "keyring"), {})
    assert (True, False) == (forget_token(tmp_path / "a", "keyring"), forget_token(tmp_path / "a", "keyring"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (keyring.errors.NoKeyringError("No recommended backend was available."), "none is running in this session"),
        (keyring.errors.KeyringLocked("the collection is\nlocked"), "the collection is locked"),
    ],
)
def test_a_keyring_that_cannot_be_used_is_one_error(tmp_path: Path, error: Exception, expected: str) -> None:
    """A session without a desktop has none; the reason is said on one line."""
    keyring.set_keyring(Memory(error=error))

    for action in (
        lambda: read_token(settings(tmp_path, "keyring"), {}),
        lambda: forget_token(tmp_path, "keyring"),
    ):
        with pytest.raises(errors.KeyringUnavailable) as raised:
            action()
        assert expected == raised.value.data["detail"]


def test_a_keyring_that_keeps_nothing_is_noticed(tmp_path: Path) -> None:
    """What was stored is read back at once."""
    keyring.set_keyring(Memory(keeps=False))

    with pytest.raises(errors.KeyringUnavailable, match="did not keep"):
        store_secret(tmp_path, "keyring", CANARY)


def test_a_variable_is_the_users_own_to_set(tmp_path: Path) -> None:
    """Storing says so; forgetting has nothing to do."""
    with pytest.raises(errors.UsageError, match="MINE") as raised:
        store_secret(tmp_path, "env:MINE", CANARY)

    assert CANARY not in str(raised.value)
    assert False is forget_token(tmp_path, "env:MINE")


@pytest.mark.parametrize(("sddl", "expected"), cases_of(__file__, "permissions_of_windows_are_understood"))
def test_permissions_of_windows_are_understood(sddl: str, expected: bool) -> None:
    """A right for everybody, all users or all signed-in users is a right for others."""
    assert expected == has_group_grant(sddl)


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    """It may hold a token; one that is being written at this moment stays."""
    old, young, other = (
        tmp_path / f".{name}.partial" for name in ("token.0123abcd", "token.4567abcd", "other.0123abcd")
    )
    for path in (old, young, other):
        path.write_bytes(b"secret")
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))

    replace_file(tmp_path / "token", b"new")

    assert {"token", young.name, other.name} == {path.name for path in tmp_path.iterdir()}


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
