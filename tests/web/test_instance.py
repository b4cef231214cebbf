"""A second start opens the application that runs already."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archiver.cli.context import CliContext
from archiver.cli.reading.page_words import shared_words
from archiver.cli.reading.view_context import build_view_context
from archiver.web import console as application
from archiver.web.access import POLICY, PROOF, AccessGate, proof
from archiver.web.instance import announced, running_address, write_address
from archiver.web.server import serve_pages
from archiver.web.waitress_server import bind_port


def test_the_running_application_is_found(tmp_path: Path) -> None:
    """By port and key, in a file that only the user can read; it goes with the application."""
    file, home = tmp_path / "state" / "app.json", tmp_path / "home"
    context = application.build_context(home, {}, shared_words())
    view = build_view_context(CliContext(home, 0, {}))
    with (
        serve_pages(view, more=application.pages(context), on_spent=lambda gate: write_address(file, gate)) as gate,
        announced(file, gate),
    ):
        address, mode = running_address(file), file.stat().st_mode & 0o777
        before = gate.key
        assert gate.exchange(before)
        after = json.loads(file.read_text(encoding="utf-8"))["key"]

        assert gate.address.endswith(after)
        assert before != after
    assert address is not None
    assert address.endswith(before)
    assert os.name == "nt" or mode == 0o600
    assert running_address(file) is None
    assert not file.exists()


def test_another_program_on_the_port_of_a_killed_application_gets_nobody(tmp_path: Path) -> None:
    """It answers as ours does, and again what ours once answered; it learns neither the key nor the secret."""
    file, heads = tmp_path / "app.json", list[bytes]()
    ours = f"HTTP/1.1 200 OK\r\nContent-Security-Policy: {POLICY}\r\n{PROOF}: {{}}\r\n\r\n"
    answers = [ours.format(said) for said in ("", "0" * 64)]
    with bind_port("127.0.0.1", 0) as strange:
        gate = AccessGate(strange.getsockname()[1], is_writing=True)
        answers.append(ours.format(proof(gate.secret, gate.port, "of before")))
        write_address(file, gate)
        strange.listen()

        def answer() -> None:
            for text in answers:
                with strange.accept()[0] as connection:
                    heads.append(connection.recv(4096))
                    connection.sendall(text.encode())

        with ThreadPoolExecutor(1) as pool:
            answering = pool.submit(answer)
            found = [running_address(file) for _ in answers]
            answering.result()

    assert [None] * 3 == found
    assert 3 == len(set(heads))
    assert not any(gate.key.encode() in head or gate.secret.encode() in head for head in heads)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"port": "x", "key": "k", "secret": "s"}',
        '{"port": 1, "key": "k", "secret": "s"}',
        '{"port": 99999999, "key": "k", "secret": "s"}',
    ],
)
def test_a_file_that_leads_nowhere_is_no_application(tmp_path: Path, text: str) -> None:
    """A new one is started then."""
    file = tmp_path / "app.json"
    file.write_text(text, encoding="utf-8")

    assert running_address(file) is None


def test_it_ends_when_it_was_left_alone_and_no_job_runs(tmp_path: Path) -> None:
    """Twenty minutes after the last page; just after a page it stays."""
    context = application.build_context(tmp_path, {}, shared_words())

    assert not application.is_left_alone(context)
    context.activity._at -= 20 * 60 + 1
    assert application.is_left_alone(context)
    context.activity.note()
    assert not application.is_left_alone(context)
