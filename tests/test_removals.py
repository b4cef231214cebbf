"""Which module may remove, rename or replace what: evidence is none of it (design, section 3).

Every call in the program that can take a file away or put another one in its place is listed here with what it
touches. A new one fails this test until somebody has asked whether a seal, a stamp or a kept file could be meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from tests.support.module_imports import calls_below

ROOT = Path(__file__).parents[1] / "archiver"

CALLS = frozenset({"unlink", "rmtree", "replace", "rename", "rmdir", "removedirs", "truncate", "move"})

WHAT = {
    "comparison/comparison_report.py": "a comparison that is being written, in its place when it is complete",
    "store/erasure/execution.py": "bytes, packages, copies of what was erased; pictures and databases of no use",
    "custody/copies_elsewhere.py": "half a copy in a folder of `[exports] also_to`; roots that have grown",
    "team/adopt_and_take_home.py": "an archive that is being brought home, renamed when complete onto an empty folder",
    "web/background_work.py": "the note, outside the home, of the job that runs",
    "setup/archive_setup.py": "a file that tried whether the folder can be written; unreadable settings renamed",
    "setup/menu_entry.py": "the application's own entries in the menu and at the log-in, its picture, its state",
    "export/bag.py": "a package that is being made, in its folder ending in .partial",
    "export/package/daily_copy.py": "a daily copy that is being made, or its exact double",
    "export/package/full_package.py": "scratch files in a package that is being made",
    "export/package/make_package.py": "a package that is being made: renamed when it is complete, or declined",
    "export/package/pdf_files.py": "volumes of a report in a package that is being made",
    "export/package/submission_package.py": "scratch files in a package that is being made",
    "rounds/run_log.py": "the marker of a running round, and the log that is turned over",
    "schedule/backends.py": "the job's own files of the scheduler",
    "settings/token.py": "the token's file, when the user forgets it; a private file or a note on its way to its name",
    "store/backup_copy.py": "the copied database in a backup folder, its mark, and half a copy; parts of an unreadable"
    " archive, into a folder of the home and back, all kept",
    "store/blobs.py": "a download on its way to its digest's name, or what is left of it; half a copy of a user's file",
    "store/engine.py": "a copy of the database that is being made",
    "store/durable_files.py": "a file that is being written, on its way to its name; seals to seals/orphaned/",
    "team/ledger_copy/keeper.py": "a new copy that a killed process left; what differs from the ledger stays",
    "team/ledger_copy/shared_files.py": "half a copy of a kept file to or from the team's folder; a strange seal",
    "team/object_store.py": "half a copy of a kept file on its way to its key, which is free",
    "store/migrate.py": "a database that is being made, and the copy before an upgrade",
    "store/orphaned_seals.py": "seals and stamps between seals/ and seals/orphaned/, never onto another file",
    "store/working/stamp_queue.py": "a reply that was no stamp is set aside under another name",
    "team/copies.py": "a worker's copy of an archive, after the ledger was seen to hold all of it",
    "sync/download.py": "half a download",
    "sync/transfer.py": "half a download and its mark",
}
"""The modules that may do so, and what they touch."""

ERASING = {"execution.remove(", "execution.remove_bytes(", "execution.remove_leftovers("}
"""What removes the files that the owner erased; nothing but `custody.erasures` calls it (below)."""

OF_EVIDENCE = {"store/durable_files.py", "store/working/stamp_queue.py", "store/blobs.py"}
"""The modules among them that see a seal, a stamp or a kept file: none of these calls there removes one."""


def calls() -> dict[str, Counter[str]]:
    """How often each of these calls stands in a module, and `os.remove`; `replace` of a text or a time is left out."""
    found = defaultdict[str, Counter[str]](Counter)
    for one in calls_below(ROOT):
        is_of_a_value = one.name == "replace" and (len(one.arguments) != 1 or one.has_names)
        if (one.name in CALLS and not is_of_a_value) or (one.owner, one.name) == ("os", "remove"):
            found[one.path.relative_to(ROOT).as_posix()][one.name] += 1
    return found


def test_each_module_that_takes_files_away_is_known() -> None:
    """And each of them still does."""
    assert set(WHAT) == {name for name in calls() if not name.startswith("demo/")}


def test_only_an_erasure_removes_evidence() -> None:
    """What removes kept bytes and packages has one caller, which records it first."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}

    for call in ERASING:
        assert {"custody/erasures.py"} == {name for name, text in texts.items() if call in text}


def test_nothing_that_sees_evidence_removes_more_than_a_half_made_file() -> None:
    """Seals and stamps are renamed, to free names, and never unlinked; a blob's double goes, and half a file."""
    actual = {name: found for name, found in calls().items() if name in OF_EVIDENCE}

    assert {
        "store/blobs.py": {"unlink": 3, "replace": 1},
        "store/durable_files.py": {"replace": 1, "unlink": 1, "rename": 1, "move": 1},
        "store/working/stamp_queue.py": {"rename": 1},
    } == actual
