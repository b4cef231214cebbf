"""Debian's nginx as a sign-in proxy: names and passwords in a file, in front of `archive team serve`."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

import requests

from tests.support.teams.object_servers import free_port

_SETTINGS = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    server_name archives.example.jp;
    auth_basic "archives";
    auth_basic_user_file {folder}/passwords;
    location / {{
{location}
    }}
  }}
}}
"""


@contextmanager
def running_nginx(folder: Path, passwords: Mapping[str, str], location: str) -> Iterator[str]:
    """nginx in a folder, with the lines of its `location /`; its address."""
    folder.mkdir()
    port = free_port()
    (folder / "nginx.conf").write_text(_SETTINGS.format(folder=folder, port=port, location=location), encoding="utf-8")
    lines = [f"{name}:{{PLAIN}}{password}\n" for name, password in passwords.items()]
    (folder / "passwords").write_text("".join(lines), encoding="utf-8")
    with (folder / "output").open("wb") as output:
        command = ["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        nginx = subprocess.Popen(command, stdin=DEVNULL, stdout=output, stderr=output)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", nginx, folder / "output")
        yield f"http://127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(output.read_text(encoding="utf-8", errors="replace"))
