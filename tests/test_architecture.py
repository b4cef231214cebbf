"""What each part may import, and where each library lives (the rules: docs/architecture.md)."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Container
from pathlib import Path

import pytest

from tests.support.module_imports import imports_of

ROOT = Path(__file__).parents[1] / "archiver"
TESTS = Path(__file__).parent

FOUNDATION = {"errors", "records", "wording"}
OF_A_CASE = FOUNDATION | {"claims", "contract_dates", "platforms"}

#: Each part, and the parts or modules of ours it may import. The row nearest to a module wins.
MAY_IMPORT: dict[str, set[str]] = {
    "wording": set(),
    "records": {"wording"},
    "corrected_clock": set(),
    "typed_days": set(),
    "letter_folding": set(),
    "folder_sync": {"errors"},
    "report_language": {"platforms"},
    "platforms": set(),
    "errors": {"wording", "records"},  # of the latter the type of a reply that an error carries
    "contract_dates": FOUNDATION | {"platforms"},
    "claims": FOUNDATION | {"contract_dates", "platforms", "report_language"},
    "settings": FOUNDATION | {"folder_sync", "chatwork.allowed_urls"},
    "chatwork": FOUNDATION | {"corrected_clock"},
    "evidence": FOUNDATION,
    "store": FOUNDATION
    | {"corrected_clock", "typed_days", "evidence.history", "evidence.looks", "letter_folding"}
    | {"folder_sync"},
    "store.writer": FOUNDATION | {"evidence.chain"},
    "store.seals": FOUNDATION | {"evidence.chain"},
    "store.queries.author_counts": FOUNDATION
    | {"claims.quotations", "evidence.listed_acts", "evidence.history", "store"},
    "store.queries.contract_activity": FOUNDATION
    | {"claims.counterparts", "claims.messages", "evidence.listed_acts", "evidence.history", "store"},
    "store.orphaned_seals": FOUNDATION | {"evidence.chain"},
    "store.erasure": FOUNDATION | {"evidence.history", "evidence.masked_and_erased", "folder_sync"},
    "store.queries.viewing": FOUNDATION | {"evidence.history", "evidence.looks", "evidence.tables", "letter_folding"},
    "render": {"records", "report_language", "chatwork.notation", "letter_folding"},
    "sync": FOUNDATION | {"folder_sync", "chatwork", "letter_folding", "store"},
    "export": OF_A_CASE
    | {
        "chatwork.notation",
        "evidence.history",
        "evidence.listed_acts",
        "evidence.tables",
        "letter_folding",
        "render",
        "report_language",
    },
    "export.bag": FOUNDATION | {"evidence.chain"},
    "export.stamps": FOUNDATION | {"report_language", "evidence.stamps", "store.seals", "store.time_text"},
    "export.verify_page": FOUNDATION | {"evidence.stamps.reply_claims", "render.page_templates"},
    "export.mask.records": FOUNDATION | {"evidence.history", "evidence.masked_and_erased"},
    "export.package": OF_A_CASE
    | {"chatwork.notation", "evidence", "folder_sync", "letter_folding", "render", "report_language", "store"},
    "alerts": OF_A_CASE | {"report_language", "chatwork.notation", "render.times"},
    "schedule": {"errors", "wording", "settings", "store.durable_files"},
    "waiting_sign": {"errors", "wording", "settings", "schedule.job_files"},  # neither pages nor store: it stays small
    "app": FOUNDATION | {"corrected_clock", "settings", "chatwork", "evidence", "store"},
    "custody": FOUNDATION | {"app", "folder_sync", "settings", "evidence", "store", "export.stamps"},
    "rounds": OF_A_CASE
    | {"alerts", "app", "custody", "evidence", "folder_sync", "settings", "store", "sync", "export.package.daily_copy"}
    | {"export.package.order", "export.package_scope"},
    "health": FOUNDATION
    | {"app", "custody", "evidence", "render.invisible_characters", "render.times", "rounds", "schedule", "settings"}
    | {"store", "sync"},
    "notices": FOUNDATION
    | {"report_language", "platforms", "chatwork.allowed_urls", "chatwork.exchange_deadline", "health", "render.times"}
    | {"rounds", "settings", "store", "sync"},
    "standing": OF_A_CASE
    | {"alerts", "app", "custody", "health", "notices.apprise_sender", "render", "report_language", "rounds"}
    | {"settings", "setup.fact_questions", "store", "waiting_sign"},
    "comparison": FOUNDATION
    | {"folder_sync"}
    | {"chatwork.notation", "custody", "evidence", "export.metadata", "export.pdf", "export.stamps", "render"}
    | {"report_language", "store"},
    "demo": set(),  # the simulated Chatwork stands alone
    "demo.story": FOUNDATION | {"app", "settings", "custody", "rounds", "sync", "export", "store", "evidence"},
}
MAY_IMPORT["setup"] = set(MAY_IMPORT) - {"demo.story", "demo", "standing"}
MAY_IMPORT["web"] = set(MAY_IMPORT) - {"demo.story", "demo"}
READING = OF_A_CASE | {"report_language", "chatwork.notation", "render", "store"}
MAY_IMPORT |= {"web.talk": READING}
MAY_IMPORT["cli"] = set(MAY_IMPORT)
MAY_IMPORT["team"] = set(MAY_IMPORT) - {"demo.story", "demo"}  # and nothing imports the team

#: Each library, and the parts or modules that may import it. One from outside that has no home is a fault;
#: of the standard library, only what reaches the network or a database needs one.
HOME: dict[str, set[str]] = {
    "PIL": {"render.thumbnail", "export.metadata.pictures", "waiting_sign"},
    "pypdf": {"export.court_check", "export.metadata.portable_documents", "export.pdf.drawn_pages"},
    "alembic": {"team.ledger", "store"},
    "apprise": {"notices.apprise_sender"},
    "apscheduler": {"rounds.daemon"},
    "asn1crypto": {"demo", "evidence.stamps.reply_verification"},
    "boto3": {"team.s3_store"},
    "botocore": {"team.s3_store"},
    "certifi": {"evidence.stamps.roots", "notices.delivery"},
    "click": {"cli", "team.commands"},
    "cryptography": {"demo"}
    | {f"evidence.stamps.{name}" for name in ("reply_verification", "roots")}
    | {"team.sealed_tokens"},
    "filelock": {
        "store.durable_files",
        "team.adopt_and_take_home",
        "rounds.run_log",
    },
    "flask": {"web", "team.pages"},
    "flask_wtf": {"web.console"},
    "jeepney": {"waiting_sign"},
    "jinja2": {"render", "web"},
    "keyring": {"settings"},
    "anyio": {"cli.reading.assistant"},
    "mcp": {"cli.reading.assistant"},
    "markdown_it": {"web.settings.guides"},
    "markupsafe": {"render", "web"},
    "msgspec": {"chatwork.models", "chatwork.client", "chatwork.notation.nodes", "settings", "team.ledger_copy"}
    | {"cli.reading.assistant", "custody.erasures", "export.package.masking_review", "store", "team.team_file"},
    "platformdirs": {"settings", "setup.menu_entry"},
    "procrastinate": {"team.round_queue"},
    "psycopg": {"team.ledger"},
    "pystray": {"waiting_sign"},
    "requests": {
        "chatwork.exchange_deadline",
        "chatwork.transport",
        "sync.transfer",
        "sync.download",
        "app",
        "notices.apprise_sender",
        "notices.heartbeat",
        "team.membership",
    },
    "rfc3161_client": {"evidence.stamps.timestamp", "evidence.stamps.reply_verification"},
    "rich": {"cli"},
    "sqlalchemy": {"team.ledger.database", "team.ledger_copy", "team.disclosure", "store"},
    "sudachipy": {"export.mask.word_analyser"},
    "tomlkit": {"settings"},
    "typst": {"export.pdf.typst_pdf"},
    "waitress": {"web"},
    "werkzeug": {"web", "team.pages"},
    "urllib3": {"chatwork.exchange_deadline", "chatwork.transport", "sync.transfer", "app"},
    "http.client": {"chatwork.exchange_deadline", "chatwork.transport", "demo", "app"},
    "http.server": {"demo"},
    "smtplib": {"notices.delivery"},
    "socket": {"chatwork.exchange_deadline", "demo", "notices.delivery", "web.server"},
    "socketserver": {"demo"},
    "sqlite3": {"store", "team.ledger_copy"},
    "urllib.request": set(),
}


def within(name: str, places: Container[str]) -> str | None:
    """The nearest of the places that `name` is or lies in."""
    while name and name not in places:
        name = name.rpartition(".")[0]
    return name or None


def allowed(module: str, name: str) -> bool:
    """Whether `module` may import `name`."""
    if name.partition(".")[0] == "archiver":
        row = within(module, MAY_IMPORT)
        return bool(within(name.removeprefix("archiver."), {module.partition(".")[0], *MAY_IMPORT.get(row or "", ())}))
    if library := within(name, HOME):
        return bool(within(module, HOME[library]))
    return name.partition(".")[0] in sys.stdlib_module_names


def complaints(root: Path) -> list[str]:
    """Every import below `root` that the two tables do not allow."""
    return [
        f"{module} imports {name}"
        for module, names in imports_of(root).items()
        for name in names
        if not allowed(module, name)
    ]


def test_each_part_imports_only_what_lies_below_it() -> None:
    """No import points up or sideways, and each library is imported only at home."""
    actual = complaints(ROOT)

    assert [] == actual


def test_the_core_names_the_team_at_its_door_alone() -> None:
    """Nothing else leads there: its row is the last, and a name in quotes stands only where a home or a call asks."""
    core = (path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] != "team")
    actual = {path.relative_to(ROOT).as_posix() for path in core if "archiver.team" in path.read_text(encoding="utf-8")}

    assert {"store/keeper.py", "cli/commands.py"} == actual


def test_every_part_has_a_row_and_every_row_a_part() -> None:
    """The table of parts speaks of the folders that exist, all of them and no others."""
    there = set(imports_of(ROOT))

    missing = {name.partition(".")[0] for name in there} - MAY_IMPORT.keys()
    stale = {row for row in MAY_IMPORT if not any(within(name, {row}) for name in there)}

    assert (set(), set()) == (missing, stale)


def test_the_parts_form_no_circle() -> None:
    """The table itself can be read from the bottom up."""
    waiting: dict[str, set[str]] = {}
    for row, below in MAY_IMPORT.items():
        if row != "demo.story":  # it stands on line 5, its folder on line 0
            waiting.setdefault(row.partition(".")[0], set()).update(name.partition(".")[0] for name in below)

    while ready := {part for part, below in waiting.items() if not (below - {part}) & waiting.keys()}:
        waiting = {part: below for part, below in waiting.items() if part not in ready}

    assert {} == waiting


def circles(root: Path) -> list[list[str]]:
    """Modules that need each other, wherever in them the imports stand; those for type checkers too."""
    known = imports_of(root)
    needs = {name: {found for one in names if (found := _module_of(one, known))} for name, names in known.items()}
    while ends := {name for name, below in needs.items() if not (below - {name}) & needs.keys()}:
        needs = {name: below for name, below in needs.items() if name not in ends}
    while starts := needs.keys() - set().union(*needs.values()):
        needs = {name: below for name, below in needs.items() if name not in starts}
    return sorted([name, *sorted(below & needs.keys())] for name, below in needs.items())


def _module_of(imported: str, known: Container[str]) -> str | None:
    """The module of ours that an import names, or that holds the name it takes."""
    name = imported.removeprefix("archiver.")
    return next((found for found in (name, name.rpartition(".")[0]) if found in known), None)


def test_no_modules_need_each_other() -> None:
    """Any module can be understood with those below it alone."""
    assert [] == circles(ROOT)


def test_a_planted_circle_is_named(tmp_path: Path) -> None:
    """Also where one of the imports stands inside a function; what hangs on the circle is left out."""
    (tmp_path / "first.py").write_text("from archiver import second", encoding="utf-8")
    (tmp_path / "second.py").write_text("def f():\n    from archiver.first import name", encoding="utf-8")
    (tmp_path / "third.py").write_text("from archiver import first", encoding="utf-8")

    assert [["first", "second"], ["second", "first"]] == circles(tmp_path)


TWO_SIDES = {"Account", "File", "Message", "Room", "Task"}
"""What two sides of a border both call so: Chatwork's objects as received, as kept, and as simulated."""


def test_no_public_class_name_stands_twice() -> None:
    """Whoever reads a name knows which class it is."""
    names = Counter(
        name
        for path in ROOT.rglob("*.py")
        for name in re.findall(r"^class ([A-Za-z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert set() == {name for name, times in names.items() if times > 1} - TWO_SIDES


LARGEST_FOLDER = 26
"""Modules, `__init__` not counted: a larger one is two (docs/contributing.md)."""


def test_no_folder_is_a_pile() -> None:
    """Whoever looks into a folder sees all of it at once."""
    paths = (path for folder in (ROOT, TESTS) for path in folder.rglob("*.py"))
    sizes = Counter(path.parent for path in paths if path.name != "__init__.py")

    assert {} == {folder: size for folder, size in sizes.items() if size > LARGEST_FOLDER}


@pytest.mark.parametrize(
    ("module", "source", "imported"),
    [
        ("evidence.chain", "from archiver.store import queries", "archiver.store.queries"),
        ("sync.run", "import sqlalchemy as sa", "sqlalchemy"),
        ("store.queries", "from archiver.evidence import verify", "archiver.evidence.verify"),
        ("sync.pull", "from . import changes", "..changes"),
        ("render.message_body", "def f():\n    import urllib.request", "urllib.request"),
        ("export.html", "import unheard_of", "unheard_of"),
    ],
)
def test_a_planted_fault_is_named(tmp_path: Path, module: str, source: str, imported: str) -> None:
    """Upward, away from home, sideways, relative, hidden in a function, or without a home: each is found."""
    path = tmp_path / (module.replace(".", "/") + ".py")
    path.parent.mkdir()
    path.write_text(source, encoding="utf-8")

    actual = complaints(tmp_path)

    assert [f"{module} imports {imported}"] == actual
