"""Templates and addresses of pages, compiled once a process: each application of a case would compile its own."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """Keeps templates in memory, by the digest of their source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a bucket the code that is kept; without any it stays empty."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a bucket."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


def compile_pages_once(patch: pytest.MonkeyPatch) -> None:
    """Let all applications share what one of them has compiled."""
    patch.setattr(Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
    compiled, compile_builder = dict[tuple[str, bool], Callable[..., tuple[str, str]]](), Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults or rule.host or rule.subdomain:
            return compile_builder(rule, append_unknown)
        key = rule.rule, append_unknown
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    patch.setattr(Rule, "_compile_builder", builder)
