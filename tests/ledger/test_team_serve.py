"""The pages of a team behind a real sign-in proxy: each worker sees their own archive and no other."""

from __future__ import annotations

import gc
import os
import re
import socket
import subprocess
import sys
import tomllib
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.settings.token import replace_file
from archiver.store.archive import Archive
from archiver.team import pages
from archiver.team.pages import ProxyGate
from archiver.team.team_file import read_serve_file
from tests.ledger.teams import Team, account_of, new_team
from tests.support.cases import cases_of
from tests.support.teams.nginx import running_nginx
from tests.support.teams.object_servers import free_port
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import round_in

pytestmark = pytest.mark.drawn

GUIDE = Path(__file__).parents[2] / "docs" / "en" / "team.md"
SECRET = "0123456789abcdef0123456789abcdef"
PASSWORDS = {"sato": "pass-sato", "suzuki": "pass-suzuki", "visitor": "pass-visitor", "new": "pass-new"}
HOST = {"Host": "archives.example.jp"}
TEXTS = ("佐藤だけのメッセージ", "鈴木だけのメッセージ")


class Served(NamedTuple):
    """Pages that are served, and the proxy before them."""

    proxy: str
    port: int
    """Where the pages themselves listen."""

    def page(self, user: str | None, path: str = "/", **headers: str) -> requests.Response:
        """A page as somebody who signed in at the proxy gets it."""
        auth = None if user is None else (user, PASSWORDS.get(user, "none"))
        return requests.get(self.proxy + path, auth=auth, headers={**HOST, **headers}, timeout=60)


@pytest.fixture(scope="module")
def teams(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Team, Team]]:
    """Two workers' archives, each with a message of its own."""
    with (
        new_team(postgres, tmp_path_factory.mktemp("sato")) as sato,
        new_team(postgres, tmp_path_factory.mktemp("suzuki")) as suzuki,
    ):
        for team, text in zip((sato, suzuki), TEXTS, strict=True):
            team.post(text)
            round_in(team.first, team.environ)
        yield sato, suzuki


@pytest.fixture(scope="module")
def served(teams: tuple[Team, Team], postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`archive team serve` with a login that may only read, and nginx with the lines of the guide before it."""
    folder, port = tmp_path_factory.mktemp("serve"), free_port()
    replace_file(folder / "proxy-secret", f"{SECRET}\n".encode())
    people = {
        name: account_of(postgres, team.place.archive) for name, team in zip(("sato", "suzuki"), teams, strict=True)
    }
    lines = [
        f'ledger = "{postgres.address("reader")}"',
        'host = "archives.example.jp"',
        'secret = "proxy-secret"',
        'cache = "cache"',
        f'listen = "127.0.0.1:{port}"',
        "[people]",
        *(f"{name} = {account}" for name, account in (people | {"new": 99}).items()),
    ]
    (folder / "serve.toml").write_text("\n".join(lines), encoding="utf-8")
    with running_serve(folder / "serve.toml"):
        location = guide_location().replace("127.0.0.1:8700", f"127.0.0.1:{port}").replace("SECRET", SECRET)
        with running_nginx(folder / "nginx", PASSWORDS, location) as proxy:
            yield Served(proxy, port)


@contextmanager
def running_serve(settings: Path) -> Iterator[None]:
    """The command in a process of its own, until it says that it serves."""
    command = [sys.executable, "-m", "archiver", "team", "serve", str(settings)]
    environ = os.environ | {"HOME": str(settings.parent), "ARCHIVE_LANG": "ja"}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        assert "127.0.0.1" in said, said + process.stderr.read()
        yield
    finally:
        process.terminate()
        assert 0 == process.wait(30)
        process.stderr.close()


def guide_location() -> str:
    """The lines of nginx that the guide gives, within its `location /`."""
    found = re.search(r"(?s)location / \{\n(.*?)\n *\}", GUIDE.read_text(encoding="utf-8"))
    assert found, "the guide has no lines for nginx"
    return found[1]


def seen(page: requests.Response) -> list[bool]:
    """Of each worker's own message, whether a page shows it."""
    return [text in page.text for text in TEXTS]


def test_each_worker_sees_their_own_archive_and_nothing_else(served: Served, teams: tuple[Team, Team]) -> None:
    """The same address shows each their own messages; the search finds no others."""
    pages = [served.page(name, f"/room/{team.room}") for name, team in zip(("sato", "suzuki"), teams, strict=True)]
    found = served.page("suzuki", "/conversations?q=" + TEXTS[0])

    assert [200, 200] == [page.status_code for page in pages]
    assert [[True, False], [False, True]] == [seen(page) for page in pages]
    assert 200 == served.page("sato").status_code
    assert 'class="hit"' not in found.text


def test_who_has_not_signed_in_or_has_no_archive_sees_nothing(served: Served) -> None:
    """The proxy turns the one away, the pages the other."""
    assert 401 == served.page(None).status_code
    refused = served.page("visitor")
    assert (403, True) == (refused.status_code, len(refused.text) < 500)


def test_why_an_archive_cannot_be_shown_is_said_without_a_word_of_the_server(
    served: Served, postgres: Postgres
) -> None:
    """Neither an address nor a path nor a command: whoever reads it has no terminal there."""
    page = served.page("new")

    assert (503, True) == (page.status_code, "表示できません" in page.text)
    assert not [word for word in (str(postgres.folder), "postgres", "archive ") if word in page.text]


FALSE_WORDS: list[str] = cases_of(__file__, "false_words")
"""What is said of one person's computer, and is wrong of an archive that savers save and a server shows."""


def test_no_page_says_what_is_true_of_ones_own_computer_alone(served: Served) -> None:
    """Every page that the menu and its pages lead to."""
    seen_pages: set[str] = set()
    found, waiting = [], ["/"]
    while waiting:
        path = waiting.pop()
        page = served.page("sato", path)
        seen_pages.add(path)
        found += [(path, word) for word in FALSE_WORDS if word in page.text]
        links = (link.partition("#")[0].replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page.text))
        waiting += sorted({link for link in links if link and link not in seen_pages} - {*waiting})[:40]

    assert [] == found


def test_memory_comes_back_from_those_who_looked_long_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of a few members stay; all others are made again when they are asked for."""
    monkeypatch.setattr(pages, "PAGES_KEPT", 2)
    with closing(Archive(tmp_path)) as archive:
        archive.create()
    gate = ProxyGate("h", SECRET, frozenset(), {})
    served = pages.TeamPages(gate, lambda _account: tmp_path, lambda home: build_view_context(CliContext(home, 0, {})))

    apps = [weakref.ref(served._pages_of(account)) for account in (1, 2, 1, 3, 1)]
    gc.collect()

    assert [True, False, True, True, True] == [app() is not None for app in apps]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Archive-User": "suzuki"},
        {"x-archive-user": "suzuki", "X-Archive-Proxy": SECRET},
        {"X_Archive_User": "suzuki"},
        {"X-Forwarded-User": "suzuki", "Remote-User": "suzuki", "Forwarded": "for=127.0.0.1"},
    ],
)
def test_a_browser_cannot_say_who_it_is(served: Served, teams: tuple[Team, Team], headers: dict[str, str]) -> None:
    """Through the proxy a header of the browser's own changes nothing."""
    page = served.page("sato", f"/room/{teams[0].room}", **headers)

    assert (200, [True, False]) == (page.status_code, seen(page))


@pytest.mark.parametrize(
    "lines",
    [
        ["X-Archive-User: suzuki"],
        ["X-Archive-User: suzuki", "X-Archive-Proxy: guessed"],
        ["X_Archive_User: suzuki", f"X_Archive_Proxy: {SECRET}"],
        ["X-Archive-User: suzuki", "X-Archive-User: sato", f"X-Archive-Proxy: {SECRET}"],
    ],
)
def test_past_the_proxy_nothing_is_shown(served: Served, lines: list[str]) -> None:
    """Whoever reaches the port itself lacks the secret; with two names at once even the secret does not help."""
    request = "\r\n".join(["GET / HTTP/1.1", "Host: archives.example.jp", *lines, "Connection: close", "", ""])
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert b"403" in answer.split(b"\r\n")[0]
    assert b"/room/" not in answer


def test_another_host_and_a_form_are_refused(served: Served) -> None:
    """A name that was made to lead here (DNS rebinding) shows nothing, and nothing can be sent."""
    other = requests.get(served.proxy, auth=("sato", PASSWORDS["sato"]), headers={"Host": "evil.example"}, timeout=60)
    form = requests.post(served.proxy, auth=("sato", PASSWORDS["sato"]), headers=HOST, data={"a": "b"}, timeout=60)

    assert (403, 405) == (other.status_code, form.status_code)


@pytest.mark.parametrize(
    "line",
    ['listen = "8700"', 'secret = "short"', "more = 1", "trust = []", 'secret = "none"'],
)
def test_settings_that_cannot_be_used_are_one_sentence(tmp_path: Path, line: str) -> None:
    """A wrong value, a secret that could be guessed or is not there, a key that does not exist."""
    settings = serve_file(tmp_path, line)

    with pytest.raises(errors.BadServeFile):
        read_serve_file(settings, {})


@pytest.mark.skipif(sys.platform == "win32", reason="a mode of POSIX")
def test_a_secret_that_other_users_may_read_is_refused_unless_it_was_handed_over(tmp_path: Path) -> None:
    """Whoever reads it can show themselves as anybody; systemd keeps others out by the folder, not by the mode."""
    settings = serve_file(tmp_path, "")
    assert read_serve_file(settings, {}).secret == SECRET
    (tmp_path / "long").chmod(0o644)

    with pytest.raises(errors.BadServeFile, match=r"chmod 600 .*long"):
        read_serve_file(settings, {})
    assert read_serve_file(settings, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).secret == SECRET


def serve_file(folder: Path, line: str) -> Path:
    """Settings with one line of their own."""
    replace_file(folder / "long", SECRET.encode())
    replace_file(folder / "short", b"12345678")
    lines = {"ledger": 'ledger = "x"', "host": 'host = "h"', "secret": 'secret = "long"', line.partition(" ")[0]: line}
    text = "\n".join([*lines.values(), "[people]", "sato = 1"])
    tomllib.loads(text)
    (folder / "serve.toml").write_text(text, encoding="utf-8")
    return folder / "serve.toml"
