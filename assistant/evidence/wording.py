"""Family wording: every word the assistant says that is not a passage, read from ``prompts/*.toml``.

Each sentence has a name made of its file, table and key: ``replies.urgent.lines`` is a list,
``replies.refer.other_care`` one sentence. ``prompts/model/`` holds instructions for language models;
they are not family wording and are never shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant import places
from assistant.reply import PlainspokenError

CONTACTS = ("emergency", "crisis", "care_team", "clinic")
REQUIRED = tuple(
    f"replies.{name}"
    for name in [
        "urgent.lines",
        "crisis.lines",
        "contacts.emergency",
        "contacts.crisis",
        "contacts.care_team",
        "contacts.clinic",
        "declined.lines",
        "declined.fact",
        "declined.offer",
        "correction.no",
        "correction.sorry",
        "correction.guarantee",
        "correction.plausible",
        "refer.lines",
        "refer.other_care",
        "answer.part",
        "grade.plausible",
        "reworded.lines",
        "not_covered.lines",
        "not_covered.listed",
        "consultation.right_question",
        "off_topic.lines",
        "empty.lines",
        "awaiting.lines",
        "person.lines",
        "child.lines",
    ]
)
"""Wording that a reply may need: missing, it is found out at the start and not in an emergency."""
SHEET = tuple(
    f"sheet.{name}"
    for name in [
        "page.title",
        "page.made",
        "opening.title",
        "opening.questions",
        "own.title",
        "own.none",
        "learned.title",
        "learned.none",
        "learned.limits",
        "notes.title",
        "foot.lines",
    ]
)
"""Wording of the consultation sheet."""
STAFF = ("review", "rehearse")
"""The words of the staff's screens, a file a screen; read for staff alone, so that a family's start never hangs on them."""
FILES = ("replies", "gaps", "courtesy", "languages", "screen", "sheet", "serve", "contacts")


@dataclass(frozen=True)
class Line:
    """One sentence of family wording and its name."""

    name: str
    text: str

    def filled(self, **values: object) -> str:
        """The text with each ``{value}`` replaced."""
        return fill(self.text, values)


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with each ``{name}`` of ``values`` replaced. Other braces stay; what is put in is not read for braces."""
    return re.sub(r"\{(\w+)\}", lambda gap: str(values.get(gap[1], gap[0])), text)


class Wording:
    """The family wording of one prompts folder; with ``staff``, one of :data:`STAFF`, also that of a staff's screen.

    Raises:
        PlainspokenError: the folder lacks a file or a sentence, or a file is not valid TOML.
    """

    def __init__(self, folder: Path, *, staff: str = "") -> None:
        self.folder = folder
        names = (*FILES, staff) if staff else FILES
        self._tables = {name: _read(folder / f"{name}.toml") for name in names}
        for name in (*REQUIRED, *SHEET):
            self.lines(name)
        for name in self.names("courtesy"):
            self.line(f"courtesy.{name}.line")
        for name in self.names("languages"):
            for key in ("unread", "urgent", "crisis", "correction", "declined", "courtesy", "person"):
                self.lines(f"languages.{name}.{key}")

    def lines(self, name: str) -> tuple[Line, ...]:
        """The sentences called ``name``, e.g. ``replies.urgent.lines``; one sentence counts as a list.

        Raises:
            PlainspokenError: there is no such wording.
        """
        value: Any = self._tables
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            file, _, key = name.partition(".")
            raise PlainspokenError(
                f"{self.folder / file}.toml: the wording `{key}` is missing. Put it back, "
                "or unset PLAINSPOKEN_PROMPTS."
            )
        return tuple(Line(name, text) for text in value)

    def line(self, name: str) -> Line:
        """The one sentence called ``name``."""
        return self.lines(name)[0]

    def names(self, table: str) -> tuple[str, ...]:
        """The keys under ``table``, e.g. ``courtesy`` or ``languages``."""
        value: Any = self._tables
        for part in table.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return tuple(value) if isinstance(value, dict) else ()

    def leaves(self, table: str) -> list[str]:
        """The full names of all wording under ``table``, however deep."""
        found: list[str] = []
        for key in self.names(table):
            name = f"{table}.{key}"
            found += self.leaves(name) if self.names(name) else [name]
        return found

    def require(self, table: str) -> None:
        """Make sure that all wording is there that the shipped prompts have under ``table``.

        Raises:
            PlainspokenError: a line is missing; found out at once, not on use.
        """
        shipped = places.bundled("prompts")
        whole = self if self.folder == shipped else Wording(shipped, staff=table if table in STAFF else "")
        for name in whole.leaves(table):
            self.lines(name)

    def asked_as(self) -> dict[str, tuple[str, ...]]:
        """For each kind of small talk in ``courtesy.toml``, ways in which it is said."""
        table = self._tables["courtesy"]
        return {name: tuple(row["asked_as"]) for name, row in table.items() if "asked_as" in row}

    @cached_property
    def contacts(self) -> dict[str, str]:
        """What a clinic filled in in ``contacts.toml``; only what is not empty."""
        table = self._tables["contacts"]
        return {k: str(table[k]).strip() for k in CONTACTS if str(table.get(k, "")).strip()}

    @cached_property
    def contact_lines(self) -> dict[str, Line]:
        """One sentence for each contact filled in."""
        made = {}
        for key, contact in self.contacts.items():
            line = self.line(f"replies.contacts.{key}")
            made[key] = Line(line.name, line.filled(contact=contact))
        return made

    @cached_property
    def sentences(self) -> frozenset[str]:
        """Every sentence that may be shown: all wording, with the contacts filled in."""
        found: set[str] = set()

        def walk(value: Any) -> None:
            if isinstance(value, str):
                found.add(value)
            elif isinstance(value, list):
                for v in value:
                    walk(v)
            elif isinstance(value, dict):
                for k, v in value.items():
                    if k != "asked_as":
                        walk(v)

        for name, table in self._tables.items():
            if name not in ("contacts", *STAFF):
                walk(table)
        return frozenset(found | {line.text for line in self.contact_lines.values()})


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlainspokenError(
            f"{file}: not found. Set PLAINSPOKEN_PROMPTS to a prompts folder, or unset it."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlainspokenError(f"{file}: not valid TOML ({error}). Correct it.") from error
    except OSError as error:
        raise PlainspokenError(f"{file}: cannot be read ({error.strerror}). Check the file.") from error
