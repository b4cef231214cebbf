"""No program that this one starts gets the API token in its environment, whoever starts it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import click
import pytest

import archiver
from archiver.cli.commands import ListedCommand
from archiver.cli.context import CliContext
from archiver.cli.main import main
from archiver.schedule.backends import run_program
from archiver.settings.home import TOKEN_VARIABLE, child_environ

ROOT = Path(archiver.__file__).parent
TOKEN = "0123456789abcdef" * 2

STARTS = re.compile(r"subprocess\.(run|Popen|call|check_call|check_output|getoutput|getstatusoutput)")
UNUSED = re.compile(r"from subprocess|create_subprocess|\bos\.(exec|spawn|posix_spawn|popen|system|fork)")
"""Ways to start a program that this one does not use."""

ALONE = {"evidence/verify/stamps.py"}
"""Handed out in packages, where it imports nothing of this program and there is no token; here `main` keeps it back."""


def test_every_program_is_started_with_an_environment_of_its_own() -> None:
    """Of that one function, in all modules."""
    found, wrong = 0, list[str]()
    for path in ROOT.rglob("*.py"):
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        wrong += [name] if UNUSED.search(text) else []
        if not STARTS.search(text) or name in ALONE:
            continue
        calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
        starts = [one for one in calls if STARTS.fullmatch(ast.unparse(one.func))]
        environs = [{one.arg: ast.unparse(one.value) for one in call.keywords}.get("env", "") for call in starts]
        wrong += [name for environ in environs if not environ.startswith("child_environ(")]
        found += len(starts)

    assert [] == wrong
    assert found >= 9


@pytest.mark.skipif(os.name == "nt", reason="the program is a script")
def test_a_scheduler_is_not_given_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor anybody to whom it hands its environment on."""
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\n/usr/bin/env\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)

    printed = run_program("crontab", "-l").stdout.decode()

    assert f"PATH={tmp_path}\n" in printed
    assert TOKEN not in printed


@click.command()
@click.pass_obj
def command_child(cli: CliContext) -> None:
    """Start a program as a library does, and show what it got, and what this command has."""
    click.echo(f"source {cli.settings().token_source}")
    click.echo(subprocess.run(["env"], capture_output=True, text=True, check=True).stdout)
    click.echo(child_environ(cli.environ))
    click.echo(f"{cli.environ.get(TOKEN_VARIABLE)} {cli.environ['MINE']}", err=True)


@pytest.mark.skipif(os.name == "nt", reason="the program is that of POSIX")
@pytest.mark.parametrize("name", [TOKEN_VARIABLE, "MINE"])
def test_a_command_has_the_token_and_no_child_inherits_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """Under the usual name or that of the settings; afterwards the environment is as before."""
    (tmp_path / "archive.toml").write_text('[token]\nsource = "env:MINE"\n', encoding="utf-8")
    monkeypatch.setenv("MINE", "mine")
    monkeypatch.setenv(name, TOKEN)
    before = {variable: os.environ[variable] for variable in ("MINE", name)}

    code = main(["--home", str(tmp_path), "child"], table={"child": ListedCommand(__name__, "Everyday", "A text.")})
    printed, own = capfd.readouterr()

    assert 0 == code
    assert f"source env:{name}" in printed
    assert TOKEN not in printed
    assert TOKEN in own
    assert before == {variable: os.environ[variable] for variable in before}
