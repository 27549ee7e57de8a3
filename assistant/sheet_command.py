"""`plainspoken sheet`: makes and edits a consultation sheet without the chat."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from assistant import settings
from assistant.evidence.corpus import load_corpus
from assistant.evidence.wording import Wording
from assistant.render import said, wrap
from assistant.reply import Question
from assistant.sheet import Format, Sheet, as_text, render, words_of
from assistant.sheet_file import load, save


@dataclass(frozen=True)
class Changes:
    """What `plainspoken sheet` is asked to change. Numbers are those of the sheet as it was given."""

    edit: tuple[tuple[int, str], ...] = ()
    remove: tuple[int, ...] = ()
    add: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    move: tuple[tuple[int, int], ...] = ()


def make(
    changes: Changes,
    given: Path | None,
    out: Path | None,
    form: Format | None,
    *,
    overwrite: bool,
    to: TextIO,
) -> int:
    """Make or change a sheet and show it, or save it to ``out``.

    Raises:
        PlainspokenError: a file or an item is not there, or the sheet cannot be saved.
    """
    if out is not None and form is None:
        form = Format.of(out)
    loaded = settings.load()
    wording = Wording(loaded.prompts)
    today = date.today()
    passages = load_corpus(loaded.corpus, loaded.benefit_approvals).approved(today)
    before = load(given) if given else Sheet()
    sheet = before.known(passages)
    if len(sheet) < len(before):
        gone = len(before) - len(sheet)
        print(f"Left out, as the corpus no longer serves them: {gone} passages.", file=sys.stderr)
    sheet = _ask(changed(sheet, changes), changes.ask)
    if out is not None:
        save(sheet, out, passages, wording, form=form, replace=overwrite)
        print(f"{out}: saved.", file=to)
        return 0
    shown = words_of(sheet, passages, wording, today)
    print(render(shown, form).rstrip("\n") if form else as_text(shown), file=to)
    return 0


def changed(sheet: Sheet, changes: Changes) -> Sheet:
    """The sheet after edits, moves, removals and additions, in this order.

    Raises:
        PlainspokenError: there is no item of that number.
    """
    for number, text in changes.edit:
        sheet = sheet.edited(number, text)
    own = len(sheet.questions)
    numbers = tuple(str(n) for n in range(1, len(sheet) + 1))
    shadow = Sheet(numbers[:own], numbers[own:])  # moves with the sheet, and knows each item by its number

    def now(number: int) -> int:
        there = (*shadow.questions, *shadow.learned)
        return there.index(str(number)) + 1 if str(number) in there else number

    for number, place in changes.move:
        sheet, shadow = sheet.moved(now(number), place), shadow.moved(now(number), place)
    return sheet.without(*map(now, changes.remove)).asking(*changes.add)


def _ask(sheet: Sheet, questions: tuple[str, ...]) -> Sheet:
    """The sheet with what the replies to ``questions`` put on it; a reply in danger is told at once."""
    if not questions:
        return sheet
    from assistant.asking import open_with_progress

    consultant = open_with_progress()
    for question in questions:
        reply = consultant.invoke(Question(question))
        if reply.kind.is_danger:
            print(wrap(said(reply)), file=sys.stderr)
        sheet = sheet.with_reply(reply)
    return sheet
