"""The reference says what the code does: commands, settings, exit codes, tables, formats, the two commands."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from packaging.requirements import Requirement

from archiver import errors, export
from archiver.alerts.phrase_rules import HIGH_RULES, LOW_RULES
from archiver.cli.context import INTERRUPTED
from archiver.export.package.full_package import FORMATS
from archiver.records.alerts import AlertRule
from archiver.standing.emergency_words import DO_NOT
from archiver.store import schema
from tests.support import reference

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = [ROOT / "README.md", ROOT / "README.ja.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page_section(page: str, heading: str) -> str:
    """The text under one heading, up to the next of the same depth or above."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    depth = heading.partition(" ")[0]
    found = re.search(rf"(?ms)^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(depth)}}} |\Z)", text)
    assert found, f"{page} has no heading {heading}"
    return found[1]


def first_column(text: str) -> list[str]:
    """What stands in backquotes at the beginning of each row of the tables in a text."""
    return re.findall(r"(?m)^\| `([^`]+)`", text)


# --- commands --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", reference.PAGES)
def test_a_page_of_the_reference_is_what_the_program_says(page: str) -> None:
    """`python -m tests.support.reference update` changes nothing."""
    assert (reference.FOLDER / page).read_text(encoding="utf-8") == reference.PAGES[page]()


# --- settings, codes, tables, formats --------------------------------------------------------


def test_the_reference_has_every_exit_code() -> None:
    """exit-codes.md names the codes on the errors, and those of a good, a broken, an incomplete and an ended run."""

    def codes(error: type[errors.ArchiverError]) -> set[int]:
        return {error.code}.union(*(codes(child) for child in error.__subclasses__()))

    documented = first_column((REFERENCE / "exit-codes.md").read_text(encoding="utf-8"))

    assert sorted(codes(errors.ArchiverError) | {0, 3, 4, INTERRUPTED}) == [int(code) for code in documented]


def test_the_reference_has_every_table() -> None:
    """tables.md names each table of the database, and no others."""
    documented = first_column(page_section("tables.md", "## Tables"))

    assert sorted(schema.metadata.tables) == sorted(documented)


def test_the_reference_has_every_alert_rule() -> None:
    """json.md names each rule of alerts, and the level of those that have one in every case."""
    rules = first_column(section := page_section("json.md", "## `status --alerts`"))
    levels = dict(re.findall(r"(?m)^\| `(\w+)` .*\| (always|never \(`low`\)) \|$", section))

    assert sorted(AlertRule) == sorted(set(rules) - {"rule"})
    assert dict.fromkeys(HIGH_RULES, "always").items() <= levels.items()
    assert dict.fromkeys(LOW_RULES, "never (`low`)").items() <= levels.items()


FINDERS = {"add_finding", "_add_finding", "_find_entry"}


def names_of_checks(path: Path) -> set[str]:
    """The first argument, if it is a literal name, of every call that makes a finding."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FINDERS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_the_reference_has_every_check() -> None:
    """checks.md has a row for each check that can find something, and no others."""
    folders = ("archiver/evidence", "archiver/custody", "archiver/export/package", "archiver/team")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]

    documented = first_column((REFERENCE / "checks.md").read_text(encoding="utf-8"))

    assert set().union(*map(names_of_checks, sources)) == set(documented)


def test_the_reference_has_every_format_and_profile() -> None:
    """package.md names each format and each profile that exports know, and no others."""
    formats = first_column(page_section("package.md", "## Formats"))
    profiles = first_column(page_section("package.md", "## Profiles"))

    assert sorted(FORMATS) == sorted(formats)
    assert sorted(export.PROFILES) == sorted(profiles)


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page leads to a file that exists."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    broken = [target for target in targets if not (page.parent / target).exists()]

    assert [] == broken


def test_the_index_leads_to_every_page() -> None:
    """Each page of the documentation is linked from the index or from the list of decisions."""
    docs = ROOT / "docs"
    lists = {docs / "index.md", docs / "adr" / "README.md"}
    links = {page: re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")) for page in lists}

    assert set() == {*docs.rglob("*.md")} - lists - {page.parent / one for page in lists for one in links[page]}


def test_the_architecture_is_one_screen_and_true() -> None:
    """architecture.md has a row for each folder, names modules that exist, and ends after 70 lines."""
    text, product = (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), ROOT / "archiver"
    folders = {one.name for one in product.iterdir() if one.name == "locale" or (one / "__init__.py").exists()}

    named = re.findall(r"`([a-z]+)/`", " ".join(re.findall(r"(?m)^\| (`[^|]*) \|", text)))
    paths = re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text)

    assert sorted(folders) == sorted(named)
    assert [] == [path for path in paths if not ((product / path).exists() or (ROOT / path).exists())]
    assert len(text.splitlines()) <= 70


def user_command(command: str) -> str:
    """The test command as those use it who only want the program: without what developers need, and not editable."""
    command = command.replace("requirements.lock", "requirements-user.lock").replace(" -e .", " .")
    return command.replace("pytest -n auto", "archive demo")


def test_every_place_gives_the_same_two_commands() -> None:
    """What CI runs is the README's test command, the demo's the same but for the lock of people; for Windows too."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    test = next(line for line in script.splitlines() if line.startswith("python3 -m venv"))
    steps = test.replace("python3 ", "py -3 ").replace(".venv/bin/", r".venv\Scripts" + "\\").split(" && ")

    for page in (ROOT / "README.md", ROOT / "README.ja.md"):
        lines = page.read_text(encoding="utf-8").splitlines()
        for command in (test, "; ".join(steps)):
            assert {command, user_command(command)} <= set(lines), page.name


TOOL = 'uv tool install -c requirements-user.lock -b requirements-user.lock ".[names]"'


def test_every_page_installs_in_the_same_way() -> None:
    """By the lock, for the program and for what builds it; a new version likewise."""
    found = {
        line.strip()
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("uv tool install", "uvx"))
    }

    assert {
        TOOL,
        TOOL.replace("uv tool install", "uvx").removesuffix('".[names]"') + "--from . archive demo",
        *(TOOL.replace("install", f"install {option}") for option in ("--reinstall", "--with apprise")),
        TOOL.replace("install", "install --reinstall").replace("names", "names,mcp"),
    } == found


def test_the_lock_pins_every_dependency_and_names_no_address() -> None:
    """requirements.lock holds each library that pyproject.toml asks for, with hashes and without places."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}

    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==\S+.*\\$", lock))

    assert set() == names - pinned
    assert names >= {"requests", "sqlalchemy", "apscheduler", "click", "pytest", "responses"}  # the customer's choice
    assert_names_no_place(lock)


def assert_names_no_place(lock: str) -> None:
    """A lock holds names, versions and digests; where they come from is each user's own matter."""
    assert not re.search(r"://|--(extra-)?index|--find-links|^#.*/(home|root|work|tmp)/", lock, re.MULTILINE)


def pinned_digests(lock: str) -> dict[tuple[str, str], set[str]]:
    """The digests of each name and version of a lock."""
    blocks = re.findall(r"(?m)^([a-z0-9-]+)==(\S+).*\\\n((?: +--hash=\S+.*\n)+)", lock)
    return {(name, version): set(re.findall(r"sha256:[0-9a-f]{64}", hashes)) for name, version, hashes in blocks}


def test_the_lock_for_people_is_a_part_of_the_developers() -> None:
    """The same versions and digests, each library that the program needs, what builds it, and nothing for tests."""
    ours = (ROOT / "requirements-user.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = [Requirement(requirement) for requirement in project["dependency-groups"]["build"]]
    names = project["project"]["optional-dependencies"]["names"]
    needed = [*map(Requirement, [*project["project"]["dependencies"], *names]), *build]
    for_tests = {Requirement(requirement).name for requirement in project["project"]["optional-dependencies"]["dev"]}
    pinned, theirs = pinned_digests(ours), pinned_digests((ROOT / "requirements.lock").read_text(encoding="utf-8"))

    assert_names_no_place(ours)
    assert pinned.items() <= theirs.items()
    assert all(pinned.values())
    assert [] == [
        str(requirement)
        for requirement in needed
        if not any(name == requirement.name and version in requirement.specifier for name, version in pinned)
    ]
    assert {requirement.name for requirement in build} == {name for name, _version in pinned} & for_tests
    assert sorted(project["build-system"]["requires"]) == sorted(requirement.name for requirement in build)


def test_a_team_types_the_same_in_both_languages() -> None:
    """Each block of the guide for organisations is closed, and the same but for the settings, which have remarks."""
    pages = [(ROOT / "docs" / language / "team.md").read_text(encoding="utf-8") for language in ("ja", "en")]
    japanese, english = ([block for block in page.split("\n```")[1::2] if block[:1] == "\n"] for page in pages)

    assert japanese == english
    assert not [page for page in pages if re.search("[^\n]```", page)]


def test_what_not_to_do_is_one_list() -> None:
    """One guide has the words of the screen, each language its own, and no page has a list of its own beside them."""
    with (ROOT / "archiver/locale/ja/LC_MESSAGES/messages.po").open("rb") as file:
        japanese = read_po(file)
    sentences = {"ja": "".join(str(japanese[one].string) for one in DO_NOT), "en": " ".join(DO_NOT)}
    own = re.compile("退席しない|解約しない|コンタクトから外|再発行しない|leave the chat|token anew|re-issue")

    rest = {page: " ".join(page.read_text(encoding="utf-8").split()) for page in PAGES if "adr" not in page.parts}
    for lang, sentence in sentences.items():
        page = ROOT / "docs" / lang / "trouble.md"
        before, found, after = rest[page].partition(sentence)
        assert found, lang
        rest[page] = before + after

    assert [] == [page.name for page, text in rest.items() if own.search(text)]


def test_a_readme_is_read_in_a_minute() -> None:
    """At most sixty lines in each language, and the list of guides twenty-five."""
    lines = {
        page.name: len(page.read_text(encoding="utf-8").splitlines()) for page in (*PAGES[:2], ROOT / "docs/index.md")
    }

    assert (True, True) == (max(lines.values()) <= 60, lines["index.md"] <= 25), lines
