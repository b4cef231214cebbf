"""A team's settings, the key of an installation, and whose pages a request may see behind a sign-in proxy."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.cli.main import main
from archiver.team import sealed_tokens
from archiver.team.pages import ProxyGate
from archiver.team.team_file import find_team_file, read_team_file
from tests.support.cases import cases_of

PUBLIC = sealed_tokens.public_half(sealed_tokens.new_secret_key())
LEAST = 'ledger = "host=db"\nstore = "/mnt/team"\n'


def written(folder: Path, text: str) -> Path:
    """A file with a text."""
    path = folder / "team.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_two_lines_are_enough(tmp_path: Path) -> None:
    """The rest has defaults, and relative paths are beside the file."""
    settings = read_team_file(written(tmp_path, f'{LEAST}cache = "cache"\narchives = "accounts"\n'))

    assert (settings.ledger, settings.store, settings.max_requests_per_second) == ("host=db", "/mnt/team", 5)
    assert (settings.cache, settings.archives) == (tmp_path / "cache", tmp_path / "accounts")


@pytest.mark.parametrize(
    "text",
    cases_of(__file__, "unusable"),
)
def test_what_cannot_be_used_is_one_error(tmp_path: Path, text: str) -> None:
    """A key that is missing, unknown or without sense is named; the environment is no place for the key."""
    with pytest.raises(errors.BadTeamFile):
        read_team_file(written(tmp_path, text))


def test_the_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named one, the variable's, the present folder's, the system's."""
    monkeypatch.chdir(tmp_path)
    system = find_team_file({})
    own = written(tmp_path, LEAST)

    assert system == Path("/etc/chatwork-archiver/team.toml")
    assert find_team_file({}) == own
    assert find_team_file({"CHATWORK_ARCHIVER_TEAM": "/x/y.toml"}) == Path("/x/y.toml")
    assert find_team_file({"CHATWORK_ARCHIVER_TEAM": "/x/y.toml"}, "/z.toml") == Path("/z.toml")


def test_a_new_key_is_its_owners_alone_and_replaces_none(tmp_path: Path) -> None:
    """With another key no token that was given would open."""
    public = sealed_tokens.write_new_key(tmp_path / "key")

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(errors.UsageError):
        sealed_tokens.write_new_key(tmp_path / "key")
    assert public == sealed_tokens.public_half((tmp_path / "key").read_text(encoding="utf-8"))


def test_the_key_is_read_where_it_is_handed_over(tmp_path: Path) -> None:
    """From a file, from what a command prints, or where systemd puts a credential; it must be the right one."""
    public = sealed_tokens.write_new_key(tmp_path / "archiver-key")
    line = f'public_key = "{public}"\n'
    command = f"{sys.executable} -c 'print(open(\\\"{tmp_path}/archiver-key\\\").read())'"
    texts = {
        "file": f'{LEAST}{line}key = "file:{tmp_path}/archiver-key"\n',
        "command": f'{LEAST}{line}key = "command:{command}"\n',
        "credential": LEAST + line,
    }
    secret = (tmp_path / "archiver-key").read_text(encoding="utf-8").strip()

    read = {
        kind: sealed_tokens.read_key(read_team_file(written(tmp_path, text)), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
        for kind, text in texts.items()
    }

    assert read == dict.fromkeys(texts, secret)


@pytest.mark.parametrize(
    ("public", "key", "said"),
    [
        *(
            ("x", key, "")
            for key in ("file:/nowhere", "command:/nowhere", "command:false secret-argument", "command:true")
        ),
        ("OTHER", "file:{tmp}/key", "public_key"),
        ("OWN", "file:{tmp}/open", "chmod 600 {tmp}/open"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_sentence_without_secrets(
    tmp_path: Path, public: str, key: str, said: str
) -> None:
    """The arguments of a command, which may hold secrets, are not shown; another installation's key is refused.

    One that others may read is not called a token, and nobody is led to make another key, with which no token would
    open any more.
    """
    publics = {"OWN": sealed_tokens.write_new_key(tmp_path / "open"), "OTHER": PUBLIC, "x": "x"}
    sealed_tokens.write_new_key(tmp_path / "key")
    (tmp_path / "open").chmod(0o644)
    lines = f'{LEAST}public_key = "{publics[public]}"\nkey = "{key.format(tmp=tmp_path)}"\n'
    settings = read_team_file(written(tmp_path, lines))
    with pytest.raises(errors.InstallationKeyUnusable, match=said.format(tmp=tmp_path) or None) as raised:
        sealed_tokens.read_key(settings, {})

    assert not [word for word in ("secret-argument", "token") if word in str(raised.value)]
    assert public != "OWN" or "new-key" not in str(raised.value.hint)


def test_whoever_gives_a_token_is_told_whose_it_may_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chatwork's rule is said before anything is typed."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    main(["team", "join", "--settings", str(written(tmp_path, LEAST))])

    assert "APIトークンを他人に見せない" in capsys.readouterr().err


SECRET = "s" * 40
GATE = ProxyGate("archives.example.jp", SECRET, frozenset({"127.0.0.1"}), {"sato@example.jp": 7, "suzuki": 8})
GOOD = {
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "archives.example.jp",
    "HTTP_X_ARCHIVE_PROXY": SECRET,
    "HTTP_X_ARCHIVE_USER": "sato@example.jp",
}


def test_who_signed_in_sees_their_own_archive() -> None:
    """Each name has one account."""
    assert [7, 8] == [GATE.account_of(GOOD | {"HTTP_X_ARCHIVE_USER": name}) for name in ("sato@example.jp", "suzuki")]


@pytest.mark.parametrize(
    "change",
    cases_of(__file__, "refused"),
)
def test_anybody_else_sees_nothing(change: dict[str, Any]) -> None:
    """Another peer, host, secret; no name, an unknown one, two at once, or one that is written otherwise.

    All four have to be there.
    """
    assert GATE.account_of({name: value for name, value in (GOOD | change).items() if value is not None}) is None


def test_the_secret_is_not_shown_with_the_gate() -> None:
    """A log of the object does not tell it."""
    assert SECRET not in repr(GATE)
