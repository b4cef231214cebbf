"""Services that speak S3, of the tests' own: moto in this process, and the gateway of Ceph as Debian ships it.

The gateway (`radosgw`) keeps its buckets in an SQLite file here, in place of a cluster. It knows neither conditional
puts, nor SHA-256, nor versions, nor locks in that form, but its requests, signatures and errors are a real service's.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEY, SECRET = "teams-key", "teams-secret"

_CEPH = """
[global]
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
admin_socket =
run_dir = {folder}
[client]
rgw_backend_store = dbstore
rgw_config_store = dbstore
dbstore_db_dir = {folder}
dbstore_db_name_prefix = store
dbstore_config_uri = file://{folder}/config.db
rgw_data = {folder}
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_dns_name = 127.0.0.1
log_file = {folder}/log
"""


class ObjectServer:
    """A service that runs, and a bucket in it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self) -> Any:
        """A client of the tests' own."""
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")

    def new_bucket(self, name: str, *, locked: bool = False) -> str:
        """The address of a new bucket; with `locked`, one that keeps versions and can lock them."""
        self.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        return f"s3://{name}/archives?endpoint={self.endpoint}&region=us-east-1"


def give_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 find the credentials where an organisation has them: in the environment."""
    for name, value in (("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)):
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def running_moto() -> Iterator[ObjectServer]:
    """moto's server on a free port; what it holds is gone afterwards."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield ObjectServer(f"http://{host}:{port}")
    finally:
        server.stop()


@contextmanager
def running_ceph() -> Iterator[ObjectServer]:
    """Ceph's gateway with a user; its files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ceph-") as name:
        port = free_port()
        folder, common = _folder_with_user(Path(name), port)
        with (folder / "output").open("wb") as output:
            gateway = subprocess.Popen(
                ["radosgw", *common, "-f"], stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        try:
            _wait_for(port, gateway, folder / "output")
            yield ObjectServer(f"http://127.0.0.1:{port}")
        finally:
            gateway.kill()
            gateway.wait()


def _folder_with_user(place: Path, port: int) -> tuple[Path, list[str]]:
    """A folder in which the gateway's user is, and the options that name it.

    Ceph's own program hangs once in many times while it makes a user (else half a second); a new folder is made then.
    """
    user = ["user", "create", "--uid=team", "--display-name=team", f"--access-key={KEY}", f"--secret-key={SECRET}"]
    for tried in range(3):
        folder = place / str(tried)
        folder.mkdir()
        settings = folder / "ceph.conf"
        settings.write_text(_CEPH.format(folder=folder, port=port), encoding="utf-8")
        common = ["-c", str(settings), "--no-mon-config", "-n", "client.rgw.tests"]
        with suppress(subprocess.TimeoutExpired):
            made = subprocess.run(["radosgw-admin", *common, *user], capture_output=True, text=True, timeout=30)
            assert made.returncode == 0, made.stderr
            return folder, common
    raise AssertionError("radosgw-admin hung three times")


def free_port() -> int:
    """A port of this computer that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(output.read_text(encoding="utf-8", errors="replace")[-2000:])
