"""What the check on grounding learns from and is measured on: sentences with the facts that they do or do not
follow from.

grounding/*.yaml       what the judge of pairs is taught (``assistant/training/pairs.py``)
bank/grounding/*.yaml  what it is measured on
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.evidence.corpus import Problem, Row, load_rows


class Follows(StrEnum):
    """What a sentence is beside facts. What denies them and what adds to them are both ungrounded."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    BEYOND = "beyond"


@dataclass(frozen=True)
class LabelledPair:
    """A sentence, the ids of facts, and whether it follows from them."""

    text: str
    facts: tuple[str, ...]
    verdict: Follows
    voice: str
    file: Path
    line: int


def load_pairs(folder: Path, facts: Container[str]) -> tuple[list[LabelledPair], list[Problem]]:
    """The labelled pairs of every ``*.yaml`` in ``folder``, and what is wrong with the rest."""

    def read(row: Row) -> LabelledPair:
        text, ids = str(row.values["text"]).strip(), tuple(map(str, row.values["facts"]))
        if unknown := [i for i in ids if i not in facts]:
            raise ValueError(f"unknown fact {unknown[0]}")
        if not text or not ids:
            raise ValueError("no text" if not text else "no facts")
        return LabelledPair(text, ids, Follows(row.values["verdict"]), row.voice, row.file, row.line)

    return load_rows(folder, "sentences", read)
