"""The consultation sheet as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from assistant.evidence.corpus import Passage
from assistant.evidence.wording import Wording
from assistant.files import read_text, write_whole
from assistant.reply import PlainspokenError
from assistant.sheet import Format, Sheet, read, render, words_of


def save(
    sheet: Sheet,
    file: Path,
    passages: Mapping[str, Passage],
    wording: Wording,
    *,
    form: Format | None = None,
    replace: bool = False,
) -> None:
    """Write the sheet to ``file``, in the format that its name asks for unless ``form`` is given.

    Raises:
        FileThere: the file is there, and ``replace`` is false.
        PlainspokenError: the name asks for no format that there is, or the file cannot be written.
    """
    form = form or Format.of(file)
    write_whole(file, render(words_of(sheet, passages, wording, date.today()), form), replace=replace)


def load(file: Path) -> Sheet:
    """The sheet in a JSON file, or in standard input for ``-``.

    Raises:
        PlainspokenError: the file cannot be read, or holds no sheet.
    """
    text = read_text(file, "a sheet saved as JSON")
    try:
        return read(text)
    except PlainspokenError as error:
        raise PlainspokenError(f"{file}: {error}") from None
