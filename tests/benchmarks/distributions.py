"""How large the wheel and the one-folder build are, and how soon the build answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

import requests

from tests.benchmarks.instruments.measure import MEBIBYTE, Figure, median_seconds, size_of

ROOT = Path(__file__).parents[2]
TIMES = 9


def measure(folder: Path) -> list[Figure]:
    """Both are built as a release builds them; wall seconds, the median of some starts."""
    _build_wheel(folder / "wheel")
    _build_one_folder(folder)
    build, packed = folder / "dist" / "archive", folder / "archive.zip"
    subprocess.run([sys.executable, ROOT / "config/packaging/make_zip.py", build, packed], check=True)
    numbers = {
        "wheel_mebibytes": size_of(folder / "wheel") / MEBIBYTE,
        "folder_mebibytes": size_of(build) / MEBIBYTE,
        "zip_mebibytes": packed.stat().st_size / MEBIBYTE,
    }
    return [_size_figure(numbers), _start_figure(build / "archive", folder)]


def _build_wheel(target: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _build_one_folder(folder: Path) -> None:
    places = ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work")]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *places]
    environ = os.environ | {"PYINSTALLER_CONFIG_DIR": str(folder / "cache")}
    subprocess.run([*command, str(ROOT / "config/packaging/archive.spec")], check=True, cwd=folder, env=environ)


def _size_figure(numbers: dict[str, float]) -> Figure:
    measured = (
        f"wheel {numbers['wheel_mebibytes']:.0f} MiB; one folder {numbers['folder_mebibytes']:.0f} MiB, "
        f"{numbers['zip_mebibytes']:.0f} MiB as ZIP"
    )
    return Figure("size of what is handed out", "–", measured, None, numbers)


def _start_figure(program: Path, folder: Path) -> Figure:
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "ARCHIVE_HOME": str(folder / "archive")}
    run = partial(subprocess.run, [program, "--help"], env=environ, stdout=subprocess.DEVNULL, check=True)
    (help_seconds,) = median_seconds(run, times=TIMES)
    page_seconds = median(_seconds_to_first_page(program, environ) for _turn in range(TIMES))
    measured = f"`--help` {help_seconds:.2f} s, first page of `app` {page_seconds:.1f} s"
    numbers = {"help_seconds": help_seconds, "page_seconds": page_seconds}
    return Figure("start of the one-folder build", "–", measured, None, numbers)


def _seconds_to_first_page(program: Path, environ: dict[str, str]) -> float:
    begun = time.perf_counter()
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    command = [str(program), "app", "--no-browser"]
    with subprocess.Popen(command, env=environ, stdout=pipe, stderr=none, text=True) as process:
        assert process.stdout is not None
        address = next(line[line.index("http://") :].strip() for line in process.stdout if "http://" in line)
        requests.Session().get(address).raise_for_status()
        seconds = time.perf_counter() - begun
        process.terminate()
    return seconds
