"""Archives of one process read their settings and Chatwork's objects at the same time."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAY = """
import importlib, sys, threading
from {module} import {function} as _warm
module = sys.modules["{module}"]
sys.setswitchinterval(1e-6)
for _turn in range(60):
    fresh, gate, failed = importlib.reload(module), threading.Barrier(8), []
    def run():
        gate.wait()
        try:
            {call}
        except Exception as error:
            failed.append(error)
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert not failed, failed
"""


@pytest.mark.parametrize(
    ("module", "function", "call"),
    [
        ("archiver.settings.model", "convert", 'fresh.convert({"language": "ja", "sync": {}, "notify": {}}, None)'),
        ("archiver.chatwork.models", "read_model", 'fresh.read_model({"account_id": 1, "name": "a"}, fresh.Account)'),
    ],
    ids=["settings", "objects"],
)
def test_the_first_readings_of_a_kind_may_come_at_once(module: str, function: str, call: str) -> None:
    """Each type is described at its first use; eight threads that do so together end no process."""
    play = PLAY.format(module=module, function=function, call=call)

    finished = subprocess.run([sys.executable, "-c", play], capture_output=True, text=True, timeout=120)

    assert (0, "") == (finished.returncode, finished.stderr)
