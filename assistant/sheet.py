"""The consultation sheet: the questions that a family takes along, and what they learned.

It opens with the three questions of an honest consultation; then come the family's own; then the
passages that their replies cited, each with its grade in words. Data and text only: nothing here reads
or writes a file. A passage is kept by its id and its words are taken from the approved corpus whenever
the sheet is shown, so that no edited file can put words into the summary's mouth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.evidence.corpus import Passage
from assistant.evidence.wording import Wording
from assistant.guard.text import for_list
from assistant.render import wrap
from assistant.reply import PlainspokenError, Reply

LONGEST = 1000
"""Characters of one question; the rest of a longer one is cut, and the cut is shown."""
MADE_BY = "plainspoken sheet 1"
"""What a sheet saved as JSON says in ``format``."""


class Format(StrEnum):
    """What a sheet can be saved as."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"

    @classmethod
    def of(cls, file: Path) -> Format:
        """The format that a file's name asks for.

        Raises:
            PlainspokenError: the name ends in something else.
        """
        ending = file.suffix.lower().lstrip(".")
        known = {"md": cls.MARKDOWN, "html": cls.HTML, "htm": cls.HTML, "json": cls.JSON}
        if ending not in known:
            raise PlainspokenError(
                f"{file}: a sheet can be saved as .html (to print), .md or .json. End the name in one of them."
            )
        return known[ending]


@dataclass(frozen=True)
class Sheet:
    """What is on the sheet after the three questions that open it. Every change gives a new sheet.

    Items are numbered from 1: first the family's questions, then the passages.
    """

    questions: tuple[str, ...] = ()
    """The family's own, each on one line."""
    learned: tuple[str, ...] = ()
    """Ids of passages."""

    def __len__(self) -> int:
        return len(self.questions) + len(self.learned)

    def asking(self, *texts: str) -> Sheet:
        """With these questions at the end of the family's own; what is there already stays where it is."""
        lines = (for_list(text, LONGEST) for text in texts)
        return replace(self, questions=_once([*self.questions, *filter(None, lines)]))

    def learning(self, *passages: str) -> Sheet:
        """With these passages at the end."""
        return replace(self, learned=_once([*self.learned, *passages]))

    def with_reply(self, reply: Reply) -> Sheet:
        """With what a reply puts there by itself; nothing where someone may be in danger."""
        if reply.kind.is_danger:
            return self
        cited = (c.passage for c in reply.citations)
        return self.asking(*reply.for_consultation).learning(*cited)

    def edited(self, number: int, text: str) -> Sheet:
        """With other words for a question; an empty text changes nothing.

        Raises:
            PlainspokenError: item ``number`` is not one of the family's questions.
        """
        self._check(number)
        if number > len(self.questions):
            raise PlainspokenError(
                f"item {number} is from the clinic's summary and keeps its words. Remove it, or add a question."
            )
        line = for_list(text, LONGEST) or self.questions[number - 1]
        return replace(self, questions=(*self.questions[: number - 1], line, *self.questions[number:]))

    def without(self, *numbers: int) -> Sheet:
        """Without these items.

        Raises:
            PlainspokenError: there is no such item.
        """
        for number in numbers:
            self._check(number)
        own = len(self.questions)
        return Sheet(
            tuple(q for n, q in enumerate(self.questions, 1) if n not in numbers),
            tuple(p for n, p in enumerate(self.learned, own + 1) if n not in numbers),
        )

    def moved(self, number: int, place: int) -> Sheet:
        """With item ``number`` at ``place``; a question stays among the questions, a passage among passages.

        Raises:
            PlainspokenError: there is no such item.
        """
        self._check(number)
        own = len(self.questions)
        if number <= own:
            return replace(self, questions=_move(self.questions, number, place))
        return replace(self, learned=_move(self.learned, number - own, place - own))

    def known(self, passages: Mapping[str, Passage]) -> Sheet:
        """Without passages that are not served (any more)."""
        return replace(self, learned=tuple(p for p in self.learned if p in passages))

    def _check(self, number: int) -> None:
        if not 1 <= number <= len(self):
            there = f"items are numbered 1 to {len(self)}" if len(self) else "the sheet has no items yet"
            raise PlainspokenError(f"there is no item {number}: {there}.")


def _once(items: Iterable[str]) -> tuple[str, ...]:
    """Each item at its first place only, whatever its capitals."""
    found: dict[str, str] = {}
    for item in items:
        found.setdefault(item.casefold(), item)
    return tuple(found.values())


def _move(items: tuple[str, ...], number: int, place: int) -> tuple[str, ...]:
    rest = [*items[: number - 1], *items[number:]]
    at = max(1, min(len(items), place)) - 1
    return (*rest[:at], items[number - 1], *rest[at:])


@dataclass(frozen=True)
class Learned:
    """One passage as the sheet shows it."""

    passage: str
    title: str
    grade: str
    text: str
    limits: str
    section: str
    approval: str


@dataclass(frozen=True)
class Shown:
    """A sheet with all its words: what every format is made from."""

    title: str
    made: str
    opening_title: str
    opening: tuple[str, ...]
    own_title: str
    own: tuple[str, ...]
    none_own: str
    learned_title: str
    learned: tuple[Learned, ...]
    none_learned: str
    approval: str
    """Said once where it is the same for all; otherwise with each passage."""
    notes: str
    foot: tuple[str, ...]


def words_of(sheet: Sheet, passages: Mapping[str, Passage], wording: Wording, on: date) -> Shown:
    """The sheet with the words of ``passages`` (the approved ones) and the wording, as of a day."""

    def say(name: str, **values: str) -> str:
        return wording.line(name).filled(**values)

    def learned(passage: Passage) -> Learned:
        approval = str(passage.approval(on) or "")
        return Learned(
            passage.id,
            passage.title,
            say(f"screen.grade.{passage.status.value}"),
            passage.body,
            say("sheet.learned.limits", limits=" ".join(passage.limits)) if passage.limits else "",
            say("screen.evidence.section", section=passage.section),
            say("screen.evidence.approval", approval=approval) if approval else "",
        )

    items = tuple(learned(passages[p]) for p in sheet.known(passages).learned)
    approvals = {item.approval for item in items}
    return Shown(
        title=say("sheet.page.title"),
        made=say("sheet.page.made", date=on.isoformat()),
        opening_title=say("sheet.opening.title"),
        opening=tuple(line.text for line in wording.lines("sheet.opening.questions")),
        own_title=say("sheet.own.title"),
        own=sheet.questions,
        none_own=say("sheet.own.none"),
        learned_title=say("sheet.learned.title"),
        learned=items,
        none_learned=say("sheet.learned.none"),
        approval=approvals.pop() if len(approvals) == 1 else "",
        notes=say("sheet.notes.title"),
        foot=tuple(line.text for line in wording.lines("sheet.foot.lines")),
    )


def render(shown: Shown, form: Format) -> str:
    """The sheet as a file of that format holds it."""
    return {Format.MARKDOWN: as_markdown, Format.HTML: as_html, Format.JSON: as_json}[form](shown)


def as_text(shown: Shown) -> str:
    """The sheet line by line, with the number of each item that can be changed."""
    blocks = [shown.title, "\n".join([shown.opening_title, *(f"- {q}" for q in shown.opening)])]
    own = [f"{n}. {q}" for n, q in enumerate(shown.own, 1)]
    blocks.append("\n".join([shown.own_title, *(own or [shown.none_own])]))
    blocks.append("\n".join([shown.learned_title, *([] if shown.learned else [shown.none_learned])]))
    for n, item in enumerate(shown.learned, len(own) + 1):
        lines = [f"{n}. {item.title}", *_below_title(item, shown)]
        blocks.append("\n".join(lines))
    blocks += filter(None, [shown.approval])
    return wrap("\n\n".join(blocks))


def _below_title(item: Learned, shown: Shown) -> list[str]:
    """What is said of a passage under its title, grade first."""
    approval = "" if shown.approval else item.approval
    return [text for text in (item.grade, item.text, item.limits, item.section, approval) if text]


def as_json(shown: Shown) -> str:
    """The sheet for scripts; :func:`read` makes a sheet of it again."""
    out: dict[str, Any] = {
        "format": MADE_BY,
        "title": shown.title,
        "opening": list(shown.opening),
        "questions": list(shown.own),
        "learned": [vars(item) for item in shown.learned],
    }
    return json.dumps(out, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Sheet:
    """The sheet that was saved as JSON: its questions, and the ids of its passages. No other words of
    the file are taken.

    Raises:
        PlainspokenError: the text is no such sheet.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != MADE_BY:
        raise PlainspokenError('not a sheet saved as JSON. Save one with a name that ends in ".json".')
    questions, learned = found.get("questions"), found.get("learned")
    if not isinstance(questions, list) or not all(isinstance(q, str) for q in questions):
        raise PlainspokenError("`questions` must be a list of texts. Correct it, or start a new sheet.")
    rows = learned if isinstance(learned, list) else [None]
    ids: list[Any] = [row.get("passage") if isinstance(row, dict) else None for row in rows]
    if not all(isinstance(i, str) for i in ids):
        raise PlainspokenError(
            '`learned` must be a list of {"passage": "..."}. Correct it, or start a new sheet.'
        )
    lines = (for_list(question, LONGEST) for question in questions)
    return Sheet(tuple(filter(None, lines)), tuple(dict.fromkeys(ids)))


_MARKDOWN = re.compile(r"[\\`*_\[\]<>&#|~]")
_BLOCK_MARK = re.compile(r"^(?:[-+=]|(\d{1,9})(?=[.)]))")


def _plain(text: str) -> str:
    """``text`` such that Markdown shows it as it is: no markup, no HTML, no list, no entity."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", text)
    return _BLOCK_MARK.sub(lambda m: f"{m[1]}\\" if m[1] else f"\\{m[0]}", escaped)


def as_markdown(shown: Shown) -> str:
    """The sheet as CommonMark."""
    lines = [f"# {_plain(shown.title)}", "", _plain(shown.made)]
    lines += ["", f"## {_plain(shown.opening_title)}", "", *(f"- {_plain(q)}" for q in shown.opening)]
    own = [f"{n}. {_plain(q)}" for n, q in enumerate(shown.own, 1)]
    lines += ["", f"## {_plain(shown.own_title)}", "", *(own or [_plain(shown.none_own)])]
    lines += ["", f"## {_plain(shown.learned_title)}", ""] if shown.learned else [""]
    for item in shown.learned:
        lines += [f"### {_plain(item.title)}", "", f"**{_plain(item.grade)}**", ""]
        for text in _below_title(item, shown)[1:]:
            lines += [_plain(text), ""]
    if shown.approval:
        lines += [_plain(shown.approval), ""]
    lines += ["---", "", *(_plain(text) for text in shown.foot)]
    return "\n".join(lines) + "\n"


def as_html(shown: Shown) -> str:
    """The sheet as one page that needs nothing else and prints on A4 and Letter. Nothing in it runs."""
    from jinja2 import Environment, StrictUndefined

    page = files("assistant").joinpath("sheet.html.jinja").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(page).render(sheet=shown) + "\n"
