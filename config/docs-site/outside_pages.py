"""Hooks of the docs site: the two READMEs become pages of it, and links to other files of the project lead to them.

The documents link as they lie on the disk, where `../README.md` is right; on the site the READMEs are `about.md`,
and examples from `config/` and a few other files are copied beside the pages.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
READMES = {"README.md": "about.md", "README.ja.md": "about.ja.md"}
COPIED_SUFFIXES = (".example", ".toml")
OTHERS = ("LICENSE", "archiver/export/verify_page/vendored/README.md")

_LINK = re.compile(r"\]\(([^)#\s:]+)(#[^)\s]*)?\)")


def on_config(config: Any) -> Any:
    """Write out the folders of the navigation, one page after the other by name."""
    config.nav = [_with_pages(section, Path(config.docs_dir)) for section in config.nav]
    return config


def _with_pages(section: dict[str, list[Any]], docs: Path) -> dict[str, list[Any]]:
    """The section with each pattern such as `reference/*.md` replaced by its pages."""
    (title, entries), pages = next(iter(section.items())), []
    for entry in entries:
        if isinstance(entry, str) and "*" in entry:
            pages += sorted(path.relative_to(docs).as_posix() for path in docs.glob(entry))
        else:
            pages.append(entry)
    return {title: pages}


def on_files(files: Files, *, config: Any) -> Files:
    """Add the READMEs as pages, and the licence, the examples and what else pages link to as files."""
    for name, page in READMES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    examples = [path for path in sorted((ROOT / "config").iterdir()) if path.suffix in COPIED_SUFFIXES]
    for path in [*(ROOT / name for name in OTHERS), *examples]:
        target = path.relative_to(ROOT).as_posix() + ".txt"
        files.append(File.generated(config, target, content=path.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Rewrite links that are right on the disk and not on the site."""
    on_disk = {site: disk for disk, site in READMES.items()}.get(page.file.src_uri)
    folder = posixpath.dirname("docs/" + page.file.src_uri) if on_disk is None else ""
    site_folder = posixpath.dirname(page.file.src_uri)

    def rewritten(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match[1]))
        return f"]({posixpath.relpath(_on_site(target), site_folder or '.')}{match[2] or ''})"

    return _LINK.sub(rewritten, markdown)


def _on_site(target: str) -> str:
    """Where a file of the project is found on the site."""
    if target in READMES:
        return READMES[target]
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    return target + ".txt"
