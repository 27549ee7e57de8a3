"""Folders that are built once and then never changed: the index, the exported encoder, what claims are told by.

Such a folder's name is the hash of everything it was built from. It is built beside the others under
a lock, given a manifest of its files and their sizes, and renamed into place when it is whole. So a
kill at any moment leaves what was there as it was, and two builders build one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from assistant.reply import PlainspokenError

T = TypeVar("T")
MANIFEST = "manifest.json"
CHANGES_WHEN_OPENED = "chroma.sqlite3"
"""A file that may change its size in a whole folder."""

Progress = Callable[[float, str], None]
"""Called with the part done (0 to 1) and the name of a line of family wording that says what is done."""


def silent(part: float, line: str) -> None:
    """A :data:`Progress` that says nothing."""


def manifest(folder: Path) -> dict[str, Any] | None:
    """What a whole folder says of itself; None where a file is missing or cut short."""
    try:
        known: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, size in known["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if whole else None


def opened(folder: Path, read: Callable[[dict[str, Any]], T], fill: Callable[[Path], dict[str, Any]]) -> T:
    """What ``read`` makes of ``folder``, given its manifest; the folder is built first if it is not whole, or
    if ``read`` raises anything but a PlainspokenError.

    Raises:
        PlainspokenError: it cannot be built (see :func:`build`), or read after that; says what to do.
    """

    def attempt() -> T | None:
        known = manifest(folder)
        try:
            return read(known) if known is not None else None
        except PlainspokenError:
            raise
        except Exception:  # a library's own, when a file is damaged
            return None

    found = attempt()
    if found is None:
        build(folder, fill, broken=lambda: attempt() is None)
        found = attempt()
    if found is None:
        raise PlainspokenError(f"{folder}: cannot be opened. Remove {folder} and try again.")
    return found


def build(
    folder: Path, fill: Callable[[Path], dict[str, Any]], *, broken: Callable[[], bool] = lambda: False
) -> bool:
    """Build ``folder`` unless it is there and whole. True if it was built.

    ``fill`` writes everything into an empty folder and returns what the manifest is to say beside the
    files. ``broken`` says, under the lock, whether a folder that looks whole is to be built anew.

    Raises:
        PlainspokenError: no room or no right to write; says what to do.
    """
    from filelock import FileLock

    home = folder.parent
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / "lock"):
            if manifest(folder) is not None and not broken():
                return False
            for stale in home.glob("building-*"):
                shutil.rmtree(stale, ignore_errors=True)
            aside = Path(tempfile.mkdtemp(prefix="building-", dir=home))
            try:
                said = fill(aside)
                files = {
                    f.relative_to(aside).as_posix(): f.stat().st_size
                    for f in sorted(aside.rglob("*"))
                    if f.is_file() and f.name != CHANGES_WHEN_OPENED
                }
                (aside / MANIFEST).write_text(
                    json.dumps({**said, "files": files}, indent=1), encoding="utf-8"
                )
                _remove(folder)
                aside.rename(folder)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
            _prune(folder)
            return True
    except PlainspokenError:
        raise
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        reason = " ".join((reason or type(error).__name__).split())[:160]
        raise PlainspokenError(
            f"{home}: the index cannot be built ({reason}). Make room and the right to write there, "
            "or set PLAINSPOKEN_DATA to another folder."
        ) from error


def write_file(file: Path, text: str) -> None:
    """Write a small file so that a kill leaves either the old text or the new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as aside:
        try:
            aside.write(text)
            aside.flush()
            os.fsync(aside.fileno())
            os.replace(aside.name, file)
        except BaseException:
            os.unlink(aside.name)
            raise


def _remove(path: Path) -> None:
    """Remove whatever lies at ``path``."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Drop old folders: all but ``folder`` and the newest of the others, which may still be in use."""
    others = [f.parent for f in folder.parent.glob(f"*/{MANIFEST}") if f.parent != folder]
    for old in sorted(others, key=lambda f: f.stat().st_mtime)[:-1]:
        shutil.rmtree(old, ignore_errors=True)
