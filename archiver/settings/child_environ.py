"""The environment of programs that this one starts, which is never given the API token.

Some are started by libraries, with this process's own environment (a browser, a pager, the processes that make a
package): while a command runs, the variable with the token is taken out of it and kept for the command alone.
"""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

TOKEN_VARIABLE = "CHATWORK_API_TOKEN"  # noqa: S105 - the name of a variable

_kept_back: dict[str, str] = {}


@contextmanager
def secrets_kept_back() -> Iterator[None]:
    """Within, the token's variable is not in this process's own environment, nor is what `keep_back` is called for."""
    keep_back([TOKEN_VARIABLE])
    try:
        yield
    finally:
        os.environ.update(_kept_back)
        _kept_back.clear()


def keep_back(names: Iterable[str]) -> None:
    """Take these variables out of this process's own environment."""
    for name in names:
        if name in os.environ:
            _kept_back[name] = os.environ.pop(name)


def own_environ() -> Mapping[str, str]:
    """This process's environment with what is kept back, for its own commands."""
    return ChainMap(_kept_back, os.environ)


def child_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, or this process's own, for a program that it starts: without the token and what is kept back."""
    secret = {name.upper() for name in (TOKEN_VARIABLE, *_kept_back)}  # Windows knows no case
    given = os.environ if environ is None else environ
    return {name: value for name, value in given.items() if name.upper() not in secret}
