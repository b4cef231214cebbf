"""`verify.py` checks a package on any computer with an old Python; `evidence/test_tampering.py` holds what it finds."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.evidence.verify import package_at_path
from archiver.export.package.verify_script import _parsed, verify_script
from tests.support.cases import cases_of
from tests.support.packages.package_damage import KINDS, ZIP_KINDS
from tests.support.stamps.stamped_archives import stamped_copy


@pytest.fixture(scope="module")
def stamped_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package, to be copied."""
    return stamped_copy(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(stamped_folder: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copytree(stamped_folder, tmp_path / stamped_folder.name))


def run(script: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start the script as anybody would: isolated from our packages."""
    command = [sys.executable, "-I", "-S", "-B", str(script), *arguments]
    kept = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"} | environ
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=kept, check=False)


# --- started ----------------------------------------------------------------------------------


def test_a_damaged_package_ends_it_with_3(package: Path) -> None:
    """The screen names check, subject and reason."""
    KINDS["message edited"](package)

    done = run(package / "verify.py", "--lang", "en")
    reading, writing = os.pipe()
    os.close(reading)  # as `head` that has enough
    cut = subprocess.run([sys.executable, package / "verify.py"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)

    assert (3, b"") == (cut.returncode, cut.stderr)
    assert 3 == done.returncode
    assert "[table-rows] message/4: A row of messages.jsonl is not what the records give." in done.stdout
    assert "1 thing does not match." in done.stdout


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("arguments", [["/nowhere"], ["--what"], ["--lang", "fr"], ["a", "b"], [__file__]])
def test_what_is_no_package_ends_it_with_2(package: Path, arguments: list[str]) -> None:
    """One sentence, no traceback."""
    done = run(package / "verify.py", *arguments)

    assert (2, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("arguments", "environ", "expected"), cases_of(__file__, "the_language"))
def test_the_language(arguments: list[str], environ: dict[str, str], expected: str) -> None:
    """As asked, as the environment says, else Japanese."""
    assert expected == package_at_path.choose_language(arguments, environ, None)


def test_a_name_that_means_harm_is_made_visible(package: Path) -> None:
    """Nothing that a file is called reaches the terminal as it is."""
    (package / "data/\x1b[31mred\n\u202e").write_bytes(b"x")

    done = run(package / "verify.py", "--lang", "en")

    assert 3 == done.returncode
    assert "\x1b" not in done.stdout
    assert "data/[U+001B][31mred[U+000A][U+202E]" in done.stdout


def test_a_package_on_a_medium_that_cannot_be_written_is_checked(package: Path) -> None:
    """Nothing is written beside it; it speaks Japanese unless told otherwise."""
    for path in [package, *package.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)

    done = run(package / "verify.py")

    for path in [package, *package.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    assert 0 == done.returncode
    assert "記録" in done.stdout
    assert "Checked:" not in done.stdout


# --- the file ---------------------------------------------------------------------------------


def test_it_is_python_3_8_and_imports_only_the_standard_library() -> None:
    """Syntax of 2019, and nothing to install."""
    tree = ast.parse(verify_script(), feature_version=(3, 8))

    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert set() == {one for one in imported if one.partition(".")[0] not in sys.stdlib_module_names}
    assert not {"gettext", "urllib.request", "socket", "http.client"} & imported


def test_an_older_python_shows_what_is_needed() -> None:
    """The line that it refuses, and so prints, is the sentence."""
    script = verify_script().decode("utf-8")

    with pytest.raises(SyntaxError) as refused:
        ast.parse(script, feature_version=(3, 7))

    line = script.splitlines()[(refused.value.lineno or 1) - 1]
    assert "Python 3.8 or newer is needed. / Python 3.8以降が必要です。" in line


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("program", ["python3.8", "python3.9", "python3.10", "python3.12", "python3.13"])
def test_other_pythons_give_the_same(package: Path, program: str) -> None:
    """Those that are there, those of pyenv too, whose commands on the path start only the chosen one."""
    kept = next(Path.home().glob(f".pyenv/versions/*/bin/{program}"), None)
    found = kept or shutil.which(program)
    if found is None or subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"{program} is not there")
    ZIP_KINDS["second name"](package, package.with_suffix(".zip"))
    KINDS["message edited"](package)

    for path, subject in ((package, "message/4"), (package.with_suffix(".zip"), "P/data/messages.csv")):
        command = [found, "-I", str(package / "verify.py"), str(path), "--json"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert (3, "") == (done.returncode, done.stderr)
        assert [subject] == [one["subject"] for one in json.loads(done.stdout)["findings"]]


def test_without_openssl_a_note_says_so(package: Path) -> None:
    """The bytes are compared all the same."""
    KINDS["stamps swapped"](package)

    done = run(package / "verify.py", "--json", "--lang", "en", PATH="")

    document = json.loads(done.stdout)
    stamps = {one["subject"] for one in document["findings"] if one["check"] == "stamp"}
    assert (3, {"stamp/1/a", "stamp/2/a"}) == (done.returncode, stamps)
    assert any("their signatures cannot be checked" in one for one in document["notes"])


@pytest.mark.drawn
def test_no_two_parts_give_the_same_name(tmp_path: Path) -> None:
    """One file has one namespace, in which every name that a part uses is one of them."""
    (tmp_path / "verify.py").write_bytes(verify_script())
    told = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F821", tmp_path / "verify.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = [
        name.id if isinstance(name, ast.Name) else getattr(name, "name", "")
        for node in ast.parse(verify_script()).body
        for name in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)])
    ]

    assert [] == [name for name in {*names} - {""} if names.count(name) > 1]
    assert 0 == told.returncode, told.stdout


def test_it_is_the_same_bytes_every_time() -> None:
    """Also in another process, whatever the order of its sets."""
    code = (
        "import sys; from archiver.export.package.verify_script import verify_script; "
        "sys.stdout.buffer.write(verify_script())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=os.environ | {"PYTHONHASHSEED": "1"}, check=True
    )

    assert verify_script() == done.stdout


def test_it_can_be_read() -> None:
    """Plain text with short lines, every part under its title, no trace of where it was made."""
    text = verify_script().decode("utf-8")

    assert "\r" not in text
    assert max(map(len, text.splitlines())) < 400
    assert "# verify.stamps\n" in text
    assert "noqa" not in text
    assert "archiver.evidence" not in "".join(line for line in text.splitlines() if "import" in line)


def test_a_tree_that_was_refused_beside_another_is_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python 3.11 does where two threads parse at once."""
    true, refused = ast.parse, iter([True, False])

    def parse(source: str) -> ast.Module:
        if next(refused):
            raise SystemError("AST constructor recursion depth mismatch (before=60, after=80)")
        return true(source)

    monkeypatch.setattr(ast, "parse", parse)

    assert 1 == len(_parsed("x = 1").body)
