"""Files that a family names: written whole or not at all, and read without surprises."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from assistant.reply import PlainspokenError

LARGEST = 5_000_000
"""Bytes that are read of a file; nothing that Plainspoken saves comes near it."""


class FileThere(PlainspokenError):
    """There is a file of that name already, and nobody said to replace it."""


def write_whole(file: Path, text: str, *, replace: bool = False) -> None:
    """Write ``text`` to ``file``, readable by its owner alone; with ``replace`` in place of an old one.

    The text is written aside, in the same folder, and takes the name only when it is safe on the disk:
    a kill at any moment leaves the old file, or none, but never half of one.

    Raises:
        FileThere: the file is there, and ``replace`` is false.
        PlainspokenError: the file cannot be written; says why.
    """
    taken = FileThere(f"{file}: is there already. Give another name, or --overwrite to replace it.")
    aside = ""
    try:
        target = Path(os.path.realpath(file.expanduser()))
        if target.exists():
            if not target.is_file():
                raise PlainspokenError(f"{file}: is not a file. Give the name of a file.")
            if not replace:
                raise taken
        handle, aside = tempfile.mkstemp(prefix=".plainspoken-", dir=target.parent)  # made with mode 0600
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(aside, target)
        else:
            _take_name(aside, target)
        with contextlib.suppress(OSError):  # not every system can do this for a folder
            _sync_folder(target.parent)
    except FileExistsError:
        raise taken from None
    except (OSError, ValueError, RuntimeError) as error:  # a name with a zero byte; no such ~user
        why = getattr(error, "strerror", None) or str(error)
        raise PlainspokenError(
            f"{file}: cannot be written ({why}). Choose another name or folder."
        ) from error
    finally:
        if aside:
            with contextlib.suppress(OSError):
                os.unlink(aside)


def _take_name(aside: str, target: Path) -> None:
    """Give the file its name unless another has it; a link refuses where a move would replace."""
    try:
        os.link(aside, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if target.exists():
            raise FileExistsError from None
        os.replace(aside, target)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_text(file: Path, needed: str) -> str:
    """The text of ``file``, or of standard input for ``-``; what is no UTF-8 shows as such.

    Raises:
        PlainspokenError: the file cannot be read, or is far too large; ``needed`` says what to give instead.
    """
    try:
        if str(file) == "-":
            found = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.expanduser().open("rb") as stream:
                found = stream.read(LARGEST + 1)
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise PlainspokenError(f"{file}: cannot be read ({why}). Give {needed}.") from None
    if len(found) > LARGEST:
        raise PlainspokenError(f"{file}: is larger than {LARGEST // 1_000_000} MB. Give {needed}.")
    return found.decode("utf-8-sig", errors="replace")
