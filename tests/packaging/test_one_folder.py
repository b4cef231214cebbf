"""The one-folder build, made here and played in a clean environment as somebody would who has no Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from archiver.notices.apprise_sender import CHILD_ARGUMENT
from tests.packaging.conftest import Served
from tests.support.terminals.terminal import TOKEN

pytestmark = pytest.mark.slow


class Build:
    """A one-folder build, and a home of somebody who has nothing else."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program, self.home = program, home
        self.environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "ARCHIVE_LANG": "en"}

    def run(self, *arguments: object, standard_input: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the program with an environment that knows nothing of this checkout."""
        return subprocess.run(
            [self.program, *map(str, arguments)],
            env=self.environ | environ,
            cwd=self.home,
            input=standard_input,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )


@pytest.fixture
def build(program: Path, tmp_path: Path) -> Build:
    return Build(program, tmp_path)


def test_the_demo_runs_to_its_end_with_all_its_pdfs(build: Build) -> None:
    """The demo makes its three PDFs in child processes and verifies its package; the guides are inside."""
    played = build.run("demo", "--dir", "demo")

    assert played.returncode == 0, played.stdout + played.stderr
    assert len(list(build.home.glob("demo/exports/*/data/*.pdf"))) == 3
    package = next(build.home.glob("demo/exports/*_lawyer"))
    assert build.run("verify", package).returncode == 0
    assert "trouble" in build.run("guide").stdout
    assert build.run("guide", "trouble").returncode == 0
    standalone = subprocess.run([sys.executable, package / "verify.py"], capture_output=True, text=True)
    assert standalone.returncode == 0, standalone.stdout


@pytest.mark.drawn
def test_an_archive_is_set_up_saved_and_scheduled(build: Build, served: Served) -> None:
    """`init`, `job add` and `sync` work, and the schedule starts the one program by its own path."""
    build.environ |= {"CHATWORK_API_TOKEN": TOKEN, "CHATWORK_API_BASE_URL": served.chatwork.base_url}
    for arguments in (["init", "--yes"], ["job", "add", "job1", "--chat", served.room], ["sync"]):
        done = build.run(*arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    assert json.loads(build.run("search", "よろしく", "--json").stdout)["total"] == 1
    shown = build.run("init", "schedule", "--show")
    assert shown.returncode == 0, shown.stderr


@pytest.mark.drawn
def test_it_holds_no_library_that_binds_others_and_each_licence(build: Build) -> None:
    """No GNU Readline, Python's own licence, and the metadata of each library that the notices name for this system."""
    inside = build.program.parent / "_internal"
    names = [path.name for path in inside.iterdir()]

    assert [] == [name for name in names if name.startswith(("libreadline", "greenlet", "attr"))]
    assert [] != list((inside / "licence-of-python").iterdir())
    metadata = [path for path in inside.iterdir() if path.name.endswith(".dist-info")]
    files = {path.name: [one.name.lower() for one in path.rglob("*") if one.is_file()] for path in metadata}
    lacking = [name for name, inner in files.items() if not any(re.search("licen|copying", one) for one in inner)]
    assert [] == lacking


@pytest.mark.drawn
def test_its_child_processes_get_no_library_of_the_folder(build: Build) -> None:
    """The user's own program after a copy is one of them."""
    archive = build.home / "archive"
    assert build.run("demo", "--dir", archive).returncode == 0
    seen = build.home / "seen"
    settings = archive / "archive.toml"
    after = f'after = ["/bin/sh", "-c", "env > {seen}"]'
    settings.write_text(re.sub(r"(?m)^after = .*$", after, settings.read_text(encoding="utf-8")), encoding="utf-8")

    copied = build.run("--home", archive, "backup", build.home / "copy")

    assert copied.returncode == 0, copied.stdout + copied.stderr
    assert "_internal" not in seen.read_text()


@pytest.mark.drawn
def test_started_by_a_click_it_is_the_application(build: Build) -> None:
    """Without arguments and without a terminal it serves its pages, and says where."""
    build.environ |= {"BROWSER": "true", "ARCHIVE_HOME": str(build.home / "archive")}
    with subprocess.Popen(
        [build.program],
        env=build.environ,
        cwd=build.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = Timer(60, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            assert any("http://127.0.0.1:" in line for line in process.stdout)
        finally:
            watchdog.cancel()
            process.kill()


@pytest.mark.drawn
def test_a_notice_is_sent_by_the_program_itself(build: Build) -> None:
    """The process that sends notices is the same program, which then does nothing else."""
    order = json.dumps({"title": "t", "text": None, "urls": ["json://127.0.0.1:9", "nonsense"], "patience": 20})

    sent = build.run(CHILD_ARGUMENT, standard_input=order)

    assert ["failed", "bad"] == json.loads(sent.stdout.splitlines()[-1])  # the first is understood, and nothing sent
