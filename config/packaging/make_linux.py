"""Makes the Debian package of a one-folder build, and the tar with its installer for other Linuxes.

    python config/packaging/make_linux.py BUILD FOLDER

Needs `dpkg-deb`. What the build takes from the system is the C library alone; the package asks for the version that
the build's files name.
"""

import gzip
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from branding import ROOT, draw_icon, version

from archiver.cli.commands import COMMANDS
from archiver.setup.menu_entry import PICTURES, desktop_entry

NAME = "chatwork-archiver"
HERE = Path(__file__).parent

RECOMMENDED = (
    "chromium | firefox-esr | www-browser",
    "xdg-utils",
    "cron | cron-daemon | systemd-sysv",
    "libnotify-bin",
    "fonts-noto-cjk | fonts-ipafont-gothic",
)
"""A browser, what opens it, what saves again and again, what shows alerts, and letters."""

WHAT = {
    "ja": "Chatworkの仕事のやりとりを保存します",
    "en": "keeps the Chatwork conversations of your jobs, and proves it",
}

CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: the chatwork-archiver contributors <contributors@chatwork-archiver.invalid>
Installed-Size: {size}
Depends: libc6 (>= {libc})
Recommends: {recommended}
Section: utils
Priority: optional
Description: {what}
 It saves the chats that you choose, again and again, on this computer alone; what
 was edited or deleted afterwards stays as it was. Of it, exports for support and
 lawyers are made. It only reads: it posts and deletes nothing.
"""


def libc_version(build: Path) -> str:
    """The newest version of the C library that a program or library of the folder names."""
    files = [path for path in (build / "archive", *build.rglob("*.so*")) if path.is_file()]
    names = {name for path in files for name in re.findall(rb"\0GLIBC_2\.(\d+)", path.read_bytes())}
    return f"2.{max(map(int, names))}"


def man_page(program: Path, language: str) -> str:
    """The manual page: what the program itself says of each command."""

    def said(*words: str) -> str:
        command = [str(program), "--lang", language, *words]
        text = subprocess.check_output(command, text=True, encoding="utf-8")  # noqa: S603 - the build's own program
        lines = text.replace("\\", r"\e").replace("-", r"\-").splitlines()
        return ".nf\n" + "\n".join(f"\\&{line}" for line in lines) + "\n.fi\n"

    listed = [name for name, command in COMMANDS.items() if command.group]
    parts = "".join(f".SS archive {name}\n{said(name, '--help')}" for name in listed)
    head = f'.TH ARCHIVE 1 "" "{NAME} {version()}"\n.SH NAME\narchive \\- {WHAT[language]}\n'
    return f"{head}.SH SYNOPSIS\n{said('--help')}.SH COMMANDS\n{parts}"


def lay_out(build: Path, tree: Path) -> None:
    """Lay what is installed below a prefix into a folder: program, link, menu entry, icons, manual pages, licences."""
    shutil.copytree(build, tree / "lib" / NAME, symlinks=True)
    shutil.copy(HERE / "before-removal.sh", tree / "lib" / NAME)
    entry = desktop_entry("Chatwork archive", ("/usr/bin/archive", "app"), "Name[ja]=Chatwork保管庫")
    texts = {f"applications/{NAME}.desktop": entry, f"doc/{NAME}/copyright": (ROOT / "LICENSE").read_text()}
    for name, text in texts.items():
        _write(tree / "share" / name, text.encode())
    _write(tree / f"share/icons/hicolor/scalable/apps/{NAME}.svg", (PICTURES / "icon.svg").read_bytes())
    shutil.copy(ROOT / "docs/third-party-notices.md", tree / "share/doc" / NAME)
    icon = tree / f"share/icons/hicolor/256x256/apps/{NAME}.png"
    icon.parent.mkdir(parents=True)
    draw_icon().resize((256, 256)).save(icon)
    for folder, language in (("man/man1", "en"), ("man/ja/man1", "ja")):
        page = man_page(build / "archive", language).encode()
        _write(tree / "share" / folder / "archive.1.gz", gzip.compress(page, mtime=0))
    (tree / "bin").mkdir()
    (tree / "bin/archive").symlink_to(f"../lib/{NAME}/archive")


def make_deb(build: Path, target: Path) -> Path:
    """Make `chatwork-archiver_VERSION_ARCHITECTURE.deb` in a folder."""
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()  # noqa: S607
    made = target / f"{NAME}_{version()}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        lay_out(build, root / "usr")
        control = CONTROL.format(
            name=NAME,
            version=version(),
            architecture=architecture,
            size=sum(path.lstat().st_size for path in root.rglob("*")) // 1024,
            libc=libc_version(build),
            recommended=", ".join(RECOMMENDED),
            what=WHAT["en"],
        )
        _write(root / "DEBIAN/control", control.encode())
        shutil.copy(HERE / "prerm.sh", root / "DEBIAN/prerm")
        for folder, _folders, _files in os.walk(root):
            Path(folder).chmod(0o755)
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z6", "--build", str(root), str(made)]
        subprocess.run(command, check=True)  # noqa: S603
    return made


def make_tar(build: Path, target: Path) -> Path:
    """Make `chatwork-archiver-VERSION-linux-MACHINE.tar.gz` in a folder; `install.sh` lies beside the tree."""
    made = target / f"{NAME}-{version()}-linux-{platform.machine()}.tar.gz"
    with tempfile.TemporaryDirectory() as place, tarfile.open(made, "w:gz", compresslevel=6) as tar:
        lay_out(build, Path(place) / "tree")
        tar.add(Path(place) / "tree", f"{NAME}/tree")
        for folder in (NAME, f"{NAME}/tree/lib/{NAME}"):  # beside the tree, and where it is found to remove it again
            tar.add(HERE / "install.sh", f"{folder}/install.sh")
    return made


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


if __name__ == "__main__":
    for make in (make_deb, make_tar):
        make(Path(sys.argv[1]), Path(sys.argv[2]))
