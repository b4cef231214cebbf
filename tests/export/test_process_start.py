"""Processes that render: no Ctrl-C of the terminal ends one, and none leaves anything behind."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.export import child_processes, html
from archiver.export.child_processes import Helper
from archiver.export.pdf.blocks import Report
from archiver.export.pdf.typst_pdf import PdfJob
from archiver.records import Conversation, Message
from archiver.render.message_html import MessageFacts, message_facts, render_here
from archiver.report_language import LANGUAGES, report_language
from tests.support.reports.sample_conversation import ROOM, link, long, sample

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")


@pytest.mark.drawn
def test_a_helper_that_still_starts_is_not_ended(capfd: pytest.CaptureFixture[str]) -> None:
    """It answers all the same, and says nothing; this process gets Ctrl-C as before."""
    helper = Helper(_doubling)
    _interrupt_children()

    assert helper.ask([1, 2])
    assert helper.answer() == [2, 4]
    helper.stop()

    assert capfd.readouterr().err == ""
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_pdf_that_is_begun_is_made(capfd: pytest.CaptureFixture[str]) -> None:
    """As long as the waiting process wants it."""
    report = Report("報告書", "yamada", "", "", None, "", 20, ())

    job = PdfJob(report, at=datetime(2026, 11, 27, tzinfo=UTC))
    _interrupt_children()
    pdf = job.result()

    assert pdf.startswith(b"%PDF-")
    assert capfd.readouterr().err == ""


def _doubling() -> Any:
    return lambda batch: [2 * one for one in batch]


def _interrupt_children() -> None:
    for child in multiprocessing.active_children():
        assert child.pid is not None
        os.kill(child.pid, signal.SIGINT)


COUNT = 3 * html.BATCH + 1


@pytest.mark.drawn
def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tag, state, file and language; references forwards, backwards and to what is not saved."""
    for language in LANGUAGES:
        for conversation in (sample(), referring(COUNT)):
            with report_language(language):
                monkeypatch.setattr(html, "rendering_for", lambda _count: render_here)
                alone = written(conversation, tmp_path / f"one-{language}-{conversation.count}")
                monkeypatch.setattr(html, "rendering_for", lambda _count: html.render_beside_a_helper)
                together = written(conversation, tmp_path / f"two-{language}-{conversation.count}")

            assert alone == together


def test_everything_is_rendered_here_once_the_helper_is_dead() -> None:
    """A helper that is killed between two batches costs time, but no message."""
    rows = html.render_beside_a_helper(messages_killing_the_helper(), facts_of_long())

    assert [one.no for one, _ in rows] == list(range(1, COUNT + 1))


def test_everything_is_rendered_here_if_no_helper_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that allows no further process renders alone."""

    def refuse(_process: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)

    rows = list(html.render_beside_a_helper(long(COUNT).messages(), facts_of_long()))

    assert rows == list(render_here(long(COUNT).messages(), facts_of_long()))


def test_the_helper_ends_with_the_pages() -> None:
    """Nobody is left behind when the pages are done, nor when they are given up in the middle."""
    rows = html.render_beside_a_helper(long(COUNT).messages(), facts_of_long())
    next(rows)
    assert len(multiprocessing.active_children()) == 1

    del rows

    assert multiprocessing.active_children() == []


def test_a_helper_is_asked_for_long_conversations_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short one is done before a process has started, and on one core two would only take turns."""
    monkeypatch.setattr(child_processes, "_core_count", lambda: 2)
    assert html.rendering_for(html.LONG) is html.render_beside_a_helper
    assert html.rendering_for(html.LONG - 1) is render_here

    monkeypatch.setattr(child_processes, "_core_count", lambda: 1)
    assert html.rendering_for(html.LONG) is render_here


def messages_killing_the_helper() -> Iterator[Message]:
    for message in long(COUNT).messages():
        if message.no == html.BATCH + 1:
            (helper,) = multiprocessing.active_children()
            helper.kill()
            helper.join()
        yield message


def facts_of_long() -> MessageFacts:
    return message_facts(long(COUNT), {})


def referring(count: int) -> Conversation:
    """Messages that refer to others, each to one of the room and one beside it that was not saved."""
    conversation = long(count)
    messages = list(conversation.messages())

    def refer() -> Iterator[Message]:
        for index, message in enumerate(messages):
            other = messages[(index * 7919 + 13) % count].message_id
            body = f"[rp aid=1 to={ROOM}-{other}]x https://www.chatwork.com/#!rid{ROOM}-{int(other) + 1} <b>&amp;"
            version = message.versions[-1]._replace(body=body)
            yield message._replace(body=body, versions=(*message.versions[:-1], version))

    return dataclasses.replace(conversation, messages=refer)


def written(conversation: Conversation, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    html.write(conversation, folder, link)
    return {f"{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
