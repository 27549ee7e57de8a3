"""A conversation that a family asked to keep: their questions and their sheet, in a private JSON file.

Replies are not kept. Whoever goes on with the conversation gets them anew, from the corpus as it is then,
so that nothing unvetted, edited or outdated can be shown from a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.files import read_text, write_whole
from assistant.guard.text import MAX_CHARS
from assistant.reply import PlainspokenError
from assistant.sheet import Sheet

MADE_BY = "plainspoken conversation 1"
MOST = 200
"""Questions that are asked anew, the newest of those kept."""


@dataclass(frozen=True)
class Saved:
    """What a conversation file holds; questions oldest first."""

    questions: tuple[str, ...] = ()
    sheet: Sheet = field(default_factory=Sheet)


@dataclass(frozen=True)
class Keeper:
    """Keeps a conversation in one file, written whole after each turn."""

    file: Path

    def write(self, questions: Iterable[str], sheet: Sheet, *, replace: bool = True) -> None:
        """Write the conversation as it now is.

        Raises:
            FileThere: the file is there, and ``replace`` is false.
            PlainspokenError: the file cannot be written.
        """
        out = {
            "format": MADE_BY,
            "questions": list(questions),
            "sheet": {"questions": list(sheet.questions), "learned": list(sheet.learned)},
        }
        # ASCII with escapes: a question may hold half a character, which no file could
        write_whole(self.file, json.dumps(out, indent=2) + "\n", replace=replace)


def begin(save: Path | None, resume: Path | None, *, overwrite: bool = False) -> tuple[Keeper | None, Saved]:
    """What to keep the conversation with, and what it goes on from; the file to keep is written at once,
    so that what is wrong with it is found out before anything is typed.

    Raises:
        PlainspokenError: a file cannot be read or written, or ``save`` is there already and is neither
            ``resume`` nor to be overwritten.
    """
    saved = read(resume) if resume else Saved()
    if save is None:
        return None, saved
    same = resume is not None and save.exists() and save.samefile(resume)
    keeper = Keeper(save)
    keeper.write(saved.questions, saved.sheet, replace=overwrite or same)
    return keeper, saved


def read(file: Path) -> Saved:
    """The conversation in ``file``.

    Raises:
        PlainspokenError: the file cannot be read, or holds no conversation.
    """
    try:
        found = json.loads(read_text(file, "a conversation saved with --save"))
    except (ValueError, RecursionError):
        found = None
    sheet = found.get("sheet") if isinstance(found, dict) else None
    questions, own, learned = (
        (found.get("questions"), sheet.get("questions"), sheet.get("learned"))
        if isinstance(found, dict) and isinstance(sheet, dict) and found.get("format") == MADE_BY
        else (None, None, None)
    )
    lists = [questions, own, learned]
    if not all(isinstance(v, list) and all(isinstance(i, str) for i in v) for v in lists):
        raise PlainspokenError(
            f"{file}: holds no conversation that can be read. Start without --resume, or give another file."
        )
    asked = [q[:MAX_CHARS] for q in questions or () if q.strip()]
    return Saved(tuple(asked[-MOST:]), Sheet().asking(*own or ()).learning(*learned or ()))
