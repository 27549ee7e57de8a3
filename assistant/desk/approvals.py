"""Adds records to the approvals of a corpus, and keeps the name of whoever reviews.

A file is only ever added to, under a lock, one whole line at a time, and the line is on the disk before
anyone is told that it is. A kill can leave the beginning of a line, never less than was there before; the
next record then starts on a line of its own, and ``check`` names the torn one.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock

from assistant.evidence.approvals import FOLDER, Approval
from assistant.files import write_whole
from assistant.reply import PlainspokenError

REVIEWER = "reviewer.txt"
LONGEST_NAME = 80


def add(folder: Path, name: str, records: list[Approval]) -> None:
    """Add ``records`` to ``folder/approvals/name.jsonl``.

    Raises:
        PlainspokenError: they cannot be written; the file is as it was.
    """
    file = folder / FOLDER / f"{name}.jsonl"
    lines = "".join(record.as_line() for record in records).encode("utf-8", "backslashreplace")
    try:
        file.parent.mkdir(exist_ok=True)
        with FileLock(file.parent / ".lock"), file.open("a+b", buffering=0) as stream:
            before = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, before - 1))
            torn = stream.read(1) not in (b"", b"\n")
            try:
                _write(stream.fileno(), (b"\n" if torn else b"") + lines)
                os.fsync(stream.fileno())
            except OSError:
                stream.truncate(before)
                raise
    except OSError as error:
        raise PlainspokenError(
            f"{file}: cannot be written ({error.strerror}), so nothing was recorded. Make room, or the right "
            "to write there, and try again."
        ) from error


def _write(handle: int, content: bytes) -> None:
    """Write all of ``content``; a full disk may take a part and fail at the next try."""
    while content:
        content = content[os.write(handle, content) :]


def reviewer(data: Path) -> str:
    """The name under which this machine reviews; empty until someone gave one."""
    try:
        return " ".join((data / REVIEWER).read_text(encoding="utf-8").split())[:LONGEST_NAME]
    except (OSError, UnicodeDecodeError):
        return ""


def name_reviewer(data: Path, name: str) -> str:
    """Keep the reviewer's name for the next time; returns it as kept.

    Raises:
        PlainspokenError: it is empty, or cannot be written.
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise PlainspokenError("a reviewer needs a name. Give the one that colleagues know you by.")
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlainspokenError(f"{data}: cannot be made ({error.strerror}). Set PLAINSPOKEN_DATA.") from error
    write_whole(data / REVIEWER, name + "\n", replace=True)
    return name
