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

from assistant.evidence.corpus import Problem, read_text, read_yaml


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
    problems: list[Problem] = []
    found: list[LabelledPair] = []
    for file in sorted(folder.glob("*.yaml")):
        data = read_yaml(read_text(file, problems) or "", file, problems)
        rows = data.get("sentences")
        if not isinstance(rows, list):
            problems.append(Problem(file, 1, "has no list `sentences`; see another such file"))
            continue
        for row in rows:
            line = row.get("__line__", 1) if isinstance(row, dict) else 1
            try:
                text, ids = str(row["text"]).strip(), tuple(map(str, row["facts"]))
                if unknown := [i for i in ids if i not in facts]:
                    raise ValueError(f"unknown fact {unknown[0]}")
                if not text or not ids:
                    raise ValueError("no text" if not text else "no facts")
                voice = str(data.get("voice", file.stem))
                found.append(LabelledPair(text, ids, Follows(row["verdict"]), voice, file, line))
            except (KeyError, TypeError, ValueError) as error:
                problems.append(Problem(file, line, f"sentence left out ({error}); correct the row"))
    return found, problems
