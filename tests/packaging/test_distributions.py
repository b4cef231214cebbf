"""Wheel, docs site, notices of third parties and the Store's package: made here as a release makes them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from PIL import Image

from archiver.settings import other_archives

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "config" / "packaging"


def load_recipe(name: str) -> ModuleType:
    """A script of `config/packaging` as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PACKAGING)
        return import_module(name)


def test_the_notices_name_each_library_of_the_lock_with_an_allowed_licence() -> None:
    """A library that comes in, or goes up a version, is written down."""
    third_party = load_recipe("third_party")

    assert third_party.page_text() == third_party.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT License", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("", False),
    ],
)
def test_a_licence_that_would_bind_the_program_is_refused(licence: str, is_allowed: bool) -> None:
    """Of a choice one is enough; of several that hold together each must be allowed."""
    assert is_allowed == load_recipe("third_party").is_allowed(licence)


def test_the_one_folder_is_described_by_what_it_holds() -> None:
    """Its SBOM has the library for notices, and what the lock of users lacks; the licence of this Python is found."""
    third_party = load_recipe("third_party")

    names = [line.partition("==")[0] for line in third_party.requirements_text().splitlines()]
    assert ({"apprise", "typst"} <= set(names), "pytest" in names) == (True, False)
    assert [] != third_party.python_licences()


def test_the_icon_and_the_version_resource_are_those_of_this_version(tmp_path: Path) -> None:
    """Made when a build is made; Windows shows them in the properties of the file."""
    load_recipe("branding").write_branding(tmp_path)

    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert f"StringStruct('FileVersion', '{version[1]}')" in (tmp_path / "windows_version.txt").read_text()
    with Image.open(tmp_path / "archive.ico") as icon:
        assert (256, 256) in icon.info["sizes"]


def test_the_manifest_of_the_store_is_filled_in_and_names_files_that_are_there(tmp_path: Path) -> None:
    """Identity, publisher and version; whatever stands in a name, the manifest stays XML."""
    build = tmp_path / "dist" / "archive"
    build.mkdir(parents=True)
    (build / "archive.exe").write_bytes(b"")
    target = tmp_path / "msix"

    load_recipe("make_msix").lay_out(build, target, "12345Y.Archive", "CN=0A & B", 'Y "and" Z')

    manifest = ElementTree.parse(target / "AppxManifest.xml").getroot()
    identity = manifest.find("{*}Identity")
    assert identity is not None
    assert ("12345Y.Archive", "CN=0A & B") == (identity.get("Name"), identity.get("Publisher"))
    assert re.fullmatch(r"\d+\.\d+\.\d+\.0", identity.get("Version") or "")
    text = (target / "AppxManifest.xml").read_text(encoding="utf-8")
    assert "{" not in text.replace("{http", "")
    named = [*re.findall(r'"(Assets\\[^"]+)"', text), *re.findall(r"<Logo>(.+)</Logo>", text), r"archive\archive.exe"]
    assert [] == [name for name in named if not (target / name.replace("\\", "/")).is_file()]


def test_the_recipes_are_filled_in_for_a_release(tmp_path: Path) -> None:
    """With the hashes of its files; each recipe says what of it was run, and stays what its reader takes."""
    files = ("windows-x64.zip", "macos-arm64.zip", f"{load_recipe('branding').version()}-linux-x86_64.tar.gz")
    for name in files:
        (tmp_path / f"chatwork-archiver-{name}").write_bytes(name.encode())

    load_recipe("make_recipes").fill_recipes(tmp_path, tmp_path / "filled", "https://x.example", "https://x.example/v1")

    texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "filled").iterdir()}
    assert 5 == len(texts)
    assert all("Run: " in text.partition("\n\n")[0] for text in texts.values())
    assert [] == [name for name, text in texts.items() if re.search(r"(?<!#)(?<!\$)\{[a-z]+\}", text)]
    assert [1, 1, 1] == [
        sum(hashlib.sha256(name.encode()).hexdigest() in text for text in texts.values()) for name in files
    ]
    subprocess.run(["bash", "-n", tmp_path / "filled" / "PKGBUILD"], check=True)


def test_what_goes_before_the_program_ends_all_it_did_for_each_archive(tmp_path: Path) -> None:
    """Of those that the notes name, whatever their names; one that was moved away is not called kept."""
    home, calls = tmp_path / '100% "保管庫" \\ $HOME', tmp_path / "calls"
    home.mkdir()
    (home / "archive.sqlite3").touch()
    for one in (home, tmp_path / "moved"):
        other_archives.note_saving(one, 1, at=datetime.now(UTC), state=tmp_path / "state" / "chatwork-archiver-state")
    script = shutil.copy(PACKAGING / "before-removal.sh", tmp_path)
    (tmp_path / "archive").write_text(f'#!/bin/sh\necho "$*" >> {calls}\n')
    (tmp_path / "archive").chmod(0o755)
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(tmp_path / "state")}

    said = subprocess.check_output(["sh", script], env=environ, text=True, encoding="utf-8")

    assert f"  {home}\n" == said
    undone = ("init schedule --off", "app --no-at-login", "app --no-icon")
    expected = [f"--home {one} -q {words}" for one in (home, tmp_path / "moved") for words in undone]
    assert expected == calls.read_text(encoding="utf-8").splitlines()


def test_the_docs_site_leads_to_every_page() -> None:
    """What the build of the site asks too, without building it."""
    listed = (ROOT / "config/docs-site/mkdocs.yml").read_text()
    navigation = re.findall(r"(?m)- (?:[^:\n]+: )?(\S+\.md)$", listed)

    named = {page for entry in navigation for page in (ROOT / "docs").glob(entry)}

    assert set() == set((ROOT / "docs").rglob("*.md")) - named


@pytest.mark.drawn
def test_the_docs_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every page is in the navigation, every link and anchor leads somewhere, and no page asks another server."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]

    built = subprocess.run(
        [*command, "-f", str(ROOT / "config/docs-site/mkdocs.yml")], capture_output=True, text=True, check=False
    )

    assert built.returncode == 0, built.stdout + built.stderr
    pages = {path.relative_to(tmp_path / "site").as_posix(): path for path in (tmp_path / "site").rglob("*.html")}
    assert {"about.ja.html", "ja/trouble.html", "en/backup.html", "reference/json.html"} <= pages.keys()
    loaded = re.compile(r'<(?:script|img|link rel="(?:stylesheet|preconnect)")[^>]+(?:src|href)="(?:https?:)?//')
    assert [] == [name for name, path in pages.items() if loaded.search(path.read_text(encoding="utf-8"))]


def test_a_token_for_the_container_is_in_no_distribution(tmp_path: Path) -> None:
    """`config/packaging/secrets/` is left out of the sdist, also where no git says so."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    secrets = tmp_path / "config" / "packaging" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "chatwork_token").write_text("canary")
    (secrets.parent / "compose.yaml").write_text("services: {}")

    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "sdist"], check=True, cwd=tmp_path)

    (made,) = (tmp_path / "dist").iterdir()
    with tarfile.open(made) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert ["config/packaging/compose.yaml"] == [name for name in names if name.startswith("config/")]
    assert "/config/packaging/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_is_made_of_what_its_recipe_names_alone() -> None:
    """All else, secrets too, is kept from the builder."""
    first, *kept = [one for one in (ROOT / ".dockerignore").read_text().splitlines() if not one.startswith("#")]
    let_in = {line.removeprefix("!") for line in kept if line.startswith("!")}

    recipes = [path.read_text() for path in sorted(PACKAGING.glob("Containerfile*"))]
    lines = [line for recipe in recipes for line in recipe.splitlines()]
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY (?!--from)", line)]
    assert len(recipes) == 2
    assert ("*", {name for names in copied for name in names}) == (first, let_in)


@pytest.mark.drawn
def test_the_wheel_renders_and_works_in_an_empty_home(tmp_path: Path) -> None:
    """Catalogues, templates, fonts, migrations and guides are in it: the demo runs to its end from it alone."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / "dist")], check=True, cwd=ROOT)
    made = sorted((tmp_path / "dist").iterdir())
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *made], capture_output=True, text=True, check=False
    )
    (wheel,) = (path for path in made if path.suffix == ".whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "site")}

    played = subprocess.run(
        [sys.executable, "-m", "archiver", "--lang", "en", "demo", "--dir", "demo"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout
    assert played.returncode == 0, played.stdout + played.stderr
    assert len(list(tmp_path.glob("demo/exports/*/data/*.pdf"))) == 3
    assert [] == [name for name in names if name.startswith(("tests/", "docs/"))]
    assert {"archiver/guides/ja/trouble.md", "archiver/guides/en/trouble.md"} <= set(names)
