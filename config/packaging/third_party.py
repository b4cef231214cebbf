"""Writes docs/third-party-notices.md: each library that comes with the program, its licence, its notices.

    python config/packaging/third_party.py
    python config/packaging/third_party.py requirements    # prints what the one-folder build is made of, for its SBOM

Ends with an error, and writes nothing, if a library has a licence that is not on the list below.
"""

import os
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-user.lock"
BUILD_LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "third-party-notices.md"

ALLOWED = (
    *("MIT", "BSD", "Apache", "ISC", "PSF", "Python Software Foundation", "HPND", "Unlicense", "0BSD", "CC0"),
    *("Zope Public License", "ZPL", "MPL-2.0", "Mozilla Public License 2.0"),
)
"""Beginnings of licences under which a library may come along: permissive ones, and MPL 2.0 (its own files alone)."""

BUILD_ONLY = frozenset({"hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers", "editables"})
"""In the lock to build the program, and no part of it."""

OTHER_SYSTEMS = {
    "pywin32-ctypes": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
    "jeepney": "MIT",
    "secretstorage": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "win32-setctime": "MIT",
}
"""Libraries of other systems, which are not installed everywhere; their licences as their own metadata state them."""

BUNDLED = "apprise"
"""The library that comes with the one-folder build alone, and brings others along."""

HEAD = """# Third-party notices

What comes with the program besides its own code; made of `requirements-user.lock` by
`python config/packaging/third_party.py`.

Fonts, data and browser libraries that lie in the program itself have their licences beside them:
{data}

Typst carries three families of fonts in its library: Libertinus Serif (SIL Open Font License 1.1), New Computer Modern
(GUST Font License) and DejaVu Sans Mono (licence of Bitstream Vera; the changes are in the public domain).

{table}

## In the one-folder build alone

Python itself (Python Software Foundation License 2; its text lies in `_internal/licence-of-python/`) with what it links
to, such as OpenSSL (Apache-2.0), SQLite (public domain), zlib, bzip2, XZ (0BSD), libffi (MIT) and the runtime libraries
of its compiler (GPL with the GCC Runtime Library Exception); the starter of PyInstaller (GPL-2.0-or-later, with an
exception for the programs that it starts); and

{bundled}

The licence of each library of these two tables that a system needs lies in `_internal/NAME-VERSION.dist-info/`; that of
Pillow covers the libraries for pictures in `_internal/pillow.libs/`. GNU Readline is left out.
"""

SYSTEM_COPYRIGHT = Path("/usr/share/doc")
"""Where Debian keeps the licence of its Python."""


def locked_versions(lock: Path = LOCK) -> dict[str, str]:
    """The version of each library in a lock, by its normalised name; build tools are left out."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.lower(): version for name, version in pins if name.lower() not in BUILD_ONLY}


def bundled_versions() -> dict[str, str]:
    """The version of each library that the one-folder build has beyond the lock of users."""
    versions, names = locked_versions(BUILD_LOCK), [BUNDLED]
    for name in names:
        required = [one for one in metadata.requires(name) or [] if "extra ==" not in one]
        needed = [re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in required]
        names += [one for one in needed if one not in names and one not in locked_versions()]
    return {name: versions[name] for name in names}


def installed_libraries() -> list[str]:
    """The libraries of the one-folder build that are installed on this system."""
    there = {re.sub(r"[-_.]+", "-", one.metadata["Name"] or "").lower() for one in metadata.distributions()}
    return sorted(there & (locked_versions().keys() | bundled_versions().keys()))


def python_licences() -> list[str]:
    """Files with the licence of this Python. Raises FileNotFoundError: no build goes out without it."""
    library = Path(os.__file__).parent
    places = [
        *(folder / "LICENSE.txt" for folder in (library, Path(sys.base_prefix))),
        SYSTEM_COPYRIGHT / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "copyright",
    ]
    found = [str(place) for place in places if place.is_file()]
    if not found:
        raise FileNotFoundError(str(places[0]))
    return found[:1]


def licence_of(name: str) -> str:
    """The licence of a library as its own metadata states it, in one line; empty if it states none."""
    try:
        message = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return OTHER_SYSTEMS.get(name, "")
    classifiers = [one.rpartition(" :: ")[2] for one in message.get_all("Classifier", []) if one.startswith("License")]
    stated = message.get("License-Expression") or "; ".join(one for one in classifiers if one != "OSI Approved")
    return stated or next(iter((message.get("License") or "").strip().splitlines()), "")


def is_allowed(licence: str) -> bool:
    """Whether a library under this licence may come along; of a choice (OR) one is enough."""
    choices = [choice.split(" AND ") for choice in licence.split(" OR ")]
    return any(all(part.strip(" ()").startswith(ALLOWED) for part in parts) for parts in choices)


def folders_with_licences() -> list[str]:
    """Folders of the program that hold files of others, each with the licence beside them."""
    found = [path for path in (ROOT / "archiver").rglob("*") if path.name == "OFL.txt" or "LICENSE" in path.name]
    return sorted({path.parent.relative_to(ROOT).as_posix() for path in found})


def page_text() -> str:
    """The whole page. Raises ValueError that names each library without an allowed licence."""
    usual, bundled = locked_versions(), bundled_versions()
    licences = {name: licence_of(name) for name in usual | bundled}
    refused = [f"{name}: {licence or 'none stated'}" for name, licence in licences.items() if not is_allowed(licence)]
    if refused:
        raise ValueError("\n".join(refused))
    data = "\n".join(f"- `{folder}/`" for folder in folders_with_licences())
    return HEAD.format(data=data, table=_table(usual, licences), bundled=_table(bundled, licences))


def _table(versions: dict[str, str], licences: dict[str, str]) -> str:
    rows = [f"| {name} | {version} | {licences[name]} |" for name, version in sorted(versions.items())]
    return "\n".join(["| library | version | licence |", "|---|---|---|", *rows])


def requirements_text() -> str:
    """The libraries of the one-folder build as lines of a requirements file."""
    versions = locked_versions() | bundled_versions()
    return "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


if __name__ == "__main__":
    if sys.argv[1:] == ["requirements"]:
        sys.stdout.write(requirements_text())
        sys.exit()
    try:
        PAGE.write_text(page_text(), encoding="utf-8")
    except ValueError as error:
        sys.exit(str(error))
