"""Attacks on the wire, played to whole runs over real sockets.

The oracle is a deadline: a run ends when its limits say, with the sentence and the exit code of what happened, nothing
false is held, and once the attack is over nothing is lost. Each request is tried once.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from archiver import errors
from archiver.chatwork.transport import ReplyLimits
from archiver.custody.verify import verify_archive
from archiver.sync import transfer
from archiver.sync.report import RoomOutcome, SyncReport
from archiver.sync.run import run_sync
from archiver.sync.run_start import Options
from tests.support.certificate import loopback_certificate
from tests.support.chatwork.attacked_chatwork import AttackedChatwork
from tests.support.chatwork.simulator import Chatwork
from tests.support.chatwork.wire_attacks import (
    ATTACKS,
    CERTIFICATES,
    NO_TLS,
    PROXY_ATTACKS,
    READ,
    SILENT,
    TLS_ATTACKS,
    TOO_LONG,
    Attack,
)
from tests.support.world import LIMITS, Clock, World

PATIENT = ReplyLimits(size=200_000)
HURRIED = {
    TOO_LONG: replace(PATIENT, total=0.3),
    SILENT: replace(PATIENT, connect=0.3, answer=0.3, read=0.3),
}
"""The limits while an attack is on that must be ended by one of them; every other attack ends by itself."""

LONGEST = 6.0
"""Seconds that an attacked run may take on a busy computer: attacks that never end last longer."""

HOST = "chatwork.example"


@dataclass
class Wire:
    """A world whose Chatwork is behind a socket that attacks; `lost` is what was posted and is not held yet."""

    world: World
    server: AttackedChatwork
    base_url: str

    def sync(self, limits: ReplyLimits = PATIENT, *, from_the_start: bool = False) -> SyncReport:
        """A run three hours later that reads every list, under limits from its first replies on, or from its start."""
        client = self.world.new_client(
            base_url=self.base_url,
            jitter=lambda: 60.0,  # so that a retry would come after all patience
            limits=limits if from_the_start else PATIENT,
        )
        self.world.clock.pass_by(hours=3)

        def hurry() -> None:
            client.transport._limits = limits

        options = Options(every_list=True, limits=LIMITS, after_first_replies=hurry)
        return run_sync(self.world.archive, client, self.world.downloads, now=self.world.own_clock, options=options)

    def attacked_sync(self, path: str, attack: Attack) -> SyncReport:
        """A run in which every answer of the paths is the attacker's."""
        self.server.attack_answers(path, attack.answer)
        try:
            return self.sync(HURRIED.get(attack.told, PATIENT))
        finally:
            self.server.heal()

    def upload(self) -> int:
        """A file of 田中's that no run has fetched."""
        return self.world.chatwork.upload(self.world.room, self.world.tanaka, "a.bin", data=b"0123456789" * 5)

    def has_saved(self, file: int) -> bool:
        """Whether the file's bytes are held."""
        return (file, ("saved", None)) in self.world.blob_states().items()

    def holds_all(self) -> bool:
        """Whether every text and file that Chatwork has is held, nothing is said to be gone, and all of it verifies."""
        posts, files = self.world.chatwork.messages.values(), self.world.chatwork.files
        texts = {str(post.message_id): [post.body] for post in posts if post.room_id == self.world.room}
        return (
            texts == {number: self.world.texts(number) for number in texts}
            and {"present"} == set(self.world.states().values())
            and all(self.world.blob(number) == b"".join(file.content.chunks()) for number, file in files.items())
            and [] == self.world.gaps()
            and [] == list(verify_archive(self.world.archive, deep=True).findings)
        )


@contextmanager
def behind_socket(
    home: Path, *, trusted: Path | None = None, at_proxy: Callable[[str], None] | None = None
) -> Iterator[Wire]:
    """A world that has had one run; with a file of trusted certificates, whose first is the server's, over TLS.

    `at_proxy`: called with the address of the proxy by which alone the Chatwork can be reached.
    """
    clock = Clock()
    chatwork = Chatwork(now=clock, limit=100_000)
    tls = None if trusted is None else encryption(trusted)
    with AttackedChatwork(chatwork, tls=tls, is_proxy=at_proxy is not None) as server:
        origin = server.url
        if at_proxy is not None:
            at_proxy(f"http://127.0.0.1:{server.port}")
            origin = f"https://{HOST}"
        chatwork.files_url = origin
        world = World(home, chatwork, clock)
        world.api = requests.Session()  # the world's own knows that its Chatwork needs no proxy
        if trusted is not None:
            world.api.verify = world.downloads.verify = str(trusted)
        world.post("一つ目")
        made = Wire(world, server, f"{origin}/v2")
        made.sync()
        yield made
        world.close()


def encryption(certificate: Path) -> ssl.SSLContext:
    """That of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One world for all attacks on answers; after the last one everything is held and verifies."""
    with behind_socket(tmp_path_factory.mktemp("wire") / "home") as made:
        yield made
        made.world.clock.pass_by(days=1)
        made.sync()
        assert made.holds_all()
        assert not made.world.chatwork.leaked


@pytest.mark.drawn(but=30)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_an_answer_ends_in_time_and_changes_nothing(wire: Wire, name: str) -> None:
    """A list of messages is read as it is meant, or its room fails with the cause, and is made up for."""
    attack = ATTACKS[name]
    post, file = wire.world.post(name), wire.upload() if attack.file else 0
    pattern = r"/messages\?" + "|^/uploadfile/" * (attack.told == READ)
    begun = time.monotonic()
    report = wire.attacked_sync(pattern, attack)
    lasted, room = time.monotonic() - begun, report.rooms[0]

    assert lasted < LONGEST
    assert {"present"} == set(wire.world.states().values())
    if attack.told == READ:
        assert [name] == wire.world.texts(post)
    else:
        assert (RoomOutcome.FAILED, False) == (room.outcome, report.complete)
        assert attack.told in (room.error or "")
        assert [] == wire.world.texts(post)
        wire.attacked_sync("^/uploadfile/", attack)
        assert [name] == wire.world.texts(post)
    if attack.file:
        assert (attack.file == READ) == wire.has_saved(file)


def test_a_redirected_call_goes_nowhere(wire: Wire) -> None:
    """Neither to another host nor to another place of this one: all that was asked for is what a run asks for."""
    paths = {head.split(" ")[1].partition("?")[0] for head in wire.server.heads}

    assert not [
        path for path in paths if not re.match(r"/v2/(me|rooms|contacts|incoming_requests)\b|/uploadfile/", path)
    ]


# --- before there is an answer ---------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The PEM file of each bad certificate by its name, and `trusted`: a good one and those that are trusted."""
    folder = tmp_path_factory.mktemp("certificates")
    made = {name: loopback_certificate(**given) for name, given in CERTIFICATES.items()}
    trusted = b"".join([loopback_certificate(), *list(made.values())[:-1]])
    paths = {name: folder / f"{number}.pem" for number, name in enumerate([*made, "trusted"])}
    for name, text in {**made, "trusted": trusted}.items():
        paths[name].write_bytes(text)
    return paths


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, certificates: dict[str, Path]) -> Iterator[Wire]:
    """A world whose Chatwork speaks TLS."""
    with behind_socket(tmp_path_factory.mktemp("tls") / "home", trusted=certificates["trusted"]) as made:
        yield made
        assert made.holds_all()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A world whose Chatwork is reached by the proxy of the environment."""
    certificate = tmp_path_factory.mktemp("proxy") / "host.pem"
    certificate.write_bytes(loopback_certificate(host=HOST))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy", "https_proxy"):
            patch.delenv(name, raising=False)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            patch.setenv(name, str(certificate))

        def name_proxy(address: str) -> None:
            patch.setenv("HTTPS_PROXY", address)

        with behind_socket(certificate.parent / "home", trusted=certificate, at_proxy=name_proxy) as made:
            yield made
            assert made.holds_all()
            token = made.world.chatwork.token
            assert [f"CONNECT {HOST}:443"] == sorted({head[: head.index(" HTTP")] for head in made.server.tunnels})
            assert not [head for head in made.server.tunnels if token in head]


def judge_connection(wire: Wire, told: str) -> None:
    """The run ends in time with exit code 1 and this cause, and nothing is written; then all is read."""
    post, before, begun = wire.world.post(told), wire.world.seqs(), time.monotonic()
    try:
        with pytest.raises(errors.Unreachable, match=re.escape(told)) as caught:
            wire.sync(HURRIED.get(told, PATIENT), from_the_start=True)
        lasted = time.monotonic() - begun
    finally:
        wire.server.heal()

    assert lasted < LONGEST
    assert (1, before) == (caught.value.code, wire.world.seqs())
    wire.sync()
    assert [told] == wire.world.texts(post)


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize("name", TLS_ATTACKS)
def test_an_attack_on_an_encrypted_connection_ends_in_time_with_its_cause(encrypted: Wire, name: str) -> None:
    """Nothing is sent to a host that does not speak as it should."""
    encrypted.server.attack_connections(TLS_ATTACKS[name])

    judge_connection(encrypted, TLS_ATTACKS[name].told)


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_host_without_a_good_certificate_gets_no_token(
    encrypted: Wire, certificates: dict[str, Path], name: str
) -> None:
    """No request reaches it."""
    good, asked = encrypted.server.tls, len(encrypted.server.heads)
    encrypted.server.tls = encryption(certificates[name])
    with pytest.raises(errors.Unreachable, match=NO_TLS):
        encrypted.sync()
    assert asked == len(encrypted.server.heads)
    encrypted.server.tls = good

    assert encrypted.sync().complete


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize("name", PROXY_ATTACKS)
def test_an_attack_of_a_proxy_ends_in_time_with_its_cause(proxied: Wire, name: str) -> None:
    """It never sees the token; when it lets through again, all is read."""
    proxied.server.attack_connections(PROXY_ATTACKS[name])

    judge_connection(proxied, PROXY_ATTACKS[name].told)


@pytest.mark.drawn
def test_a_proxy_that_is_not_there_is_named(proxied: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chatwork itself may be well."""
    with AttackedChatwork(Chatwork()) as gone:
        pass
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{gone.port}")

    with pytest.raises(errors.Unreachable, match="no way through the proxy"):
        proxied.sync()


# --- time and codings of a download --------------------------------------------------------------

STILL_THE_FILE = (
    "gzip in two members",
    "gzip with something behind it",
    "deflate without its frame",
    "deflate with its frame",
    "a coding that nobody knows",
)
"""Codings that nobody asked for, out of which the bytes come that were uploaded."""

TIMES_AND_CODINGS = ("silence", "byte by byte", "never ending", "gzip", "deflate", "a coding", "a thousand", "a bomb")
"""How the names of the attacks begin that can be played on any answer."""

LATER_ENDED = ("never ending: size of a chunk", "never ending: trailers")
"""They last as long as a slice of a download, which `sync.files.test_transfer` plays."""

PLAYED = {
    name: attack
    for name, attack in ATTACKS.items()
    if name.startswith(TIMES_AND_CODINGS) and attack.file is None and name not in LATER_ENDED
}

SAMPLE = ("silence", "gzip with a wrong sum")


@pytest.fixture(scope="module")
def downloading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One world for all attacks, whose downloads are hurried; after the last one everything is held and verifies."""
    with pytest.MonkeyPatch.context() as hurried:
        hurried.setattr(transfer, "TIMEOUT_SECONDS", (0.3, 0.3))
        with behind_socket(tmp_path_factory.mktemp("downloads") / "home") as made:
            yield made
            made.world.clock.pass_by(days=10)
            made.sync()
            assert made.holds_all()
            assert not made.world.chatwork.leaked


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.drawn if name in SAMPLE else pytest.mark.slow) for name in PLAYED]
)
def test_an_attack_on_a_download_ends_in_time_and_the_file_comes_later(downloading: Wire, name: str) -> None:
    """The file waits, or is held as it was uploaded; no other bytes ever are."""
    file, begun = downloading.upload(), time.monotonic()

    downloading.attacked_sync("^/uploadfile/", PLAYED[name])

    lasted, is_held = time.monotonic() - begun, downloading.has_saved(file)
    assert lasted < LONGEST
    assert is_held or name not in STILL_THE_FILE
    downloading.world.clock.pass_by(days=10)
    downloading.sync()
    assert downloading.world.blob(file) == b"".join(downloading.world.chatwork.files[file].content.chunks())
