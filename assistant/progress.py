"""The progress bar of the command line, shown while the index is built."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from assistant.evidence.store import Progress


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on stderr, from the first call on; silent where stderr is not a terminal."""
    bar: Any = None

    def show(part: float, line: str) -> None:
        nonlocal bar
        if not sys.stderr.isatty():
            return
        if bar is None:
            bar = click.progressbar(length=100, label="Preparing, only this once", file=sys.stderr)
            bar.__enter__()
        bar.update(round(part * 100) - bar.pos)

    try:
        yield show
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)
