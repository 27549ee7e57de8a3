"""Reads JSON Lines so that one bad line is one error and no more."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, TypeVar

from assistant.reply import PlainspokenError


@contextmanager
def lines_of(file: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file, or of standard input for ``-``, as bytes.

    Raises:
        PlainspokenError: the file cannot be read.
    """
    if str(file) == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise PlainspokenError(
            f"{file}: cannot be read ({error.strerror}). Give a JSON Lines file, or - for standard input."
        ) from error
    with stream:
        yield iter(stream)


T = TypeVar("T")


def as_they_come(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """``items`` in groups: whatever has come while the group before was worked on, ``most`` at most."""
    waiting: Queue[T | BaseException | None] = Queue(maxsize=2 * most)

    def read() -> None:
        try:
            for item in items:
                waiting.put(item)
        except BaseException as error:
            waiting.put(error)
        else:
            waiting.put(None)

    Thread(target=read, daemon=True).start()
    while (item := waiting.get()) is not None:
        group = []
        while item is not None and not isinstance(item, BaseException):
            group.append(item)
            if len(group) == most or waiting.empty():
                break
            item = waiting.get()
        if group:
            yield group
        if isinstance(item, BaseException):
            raise item
        if item is None:
            return


def parse_object(line: bytes, number: int, needed: str) -> dict[str, Any]:
    """The object on one line; ``needed`` names a field that must be a text.

    Raises:
        PlainspokenError: the line is not such an object; the text begins with ``line N:``.
    """
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PlainspokenError(f"line {number}: not valid JSON ({type(error).__name__})") from None
    if not isinstance(row, dict) or not isinstance(row.get(needed), str):
        raise PlainspokenError(f'line {number}: needs {{"{needed}": "..."}} with a text')
    given = row.get("id")
    if isinstance(given, bool) or not (given is None or isinstance(given, str | int)):
        raise PlainspokenError(f"line {number}: id must be a text or a number")
    return row
