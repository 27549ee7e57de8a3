"""Reads ``corpus/claims/*.yaml``: sentences labelled with what they claim for MSC therapy.

The encoder learns from them beside the questions (see ``assistant/training``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.evidence.corpus import Problem, read_text, read_yaml

CLEAR = "none"
CLAIMS = (
    "cure",
    "reversal",
    "halt",
    "restore",
    "strength",
    "survival",
    "guarantee",
    "success_rate",
    "replaces_care",
    "safety",
)


@dataclass(frozen=True)
class LabelledSentence:
    """A sentence, and the claim id that it makes, or :data:`CLEAR`."""

    text: str
    claim: str
    register: str
    voice: str
    file: Path
    line: int


def load_claims(folder: Path) -> tuple[list[LabelledSentence], list[Problem]]:
    """The labelled sentences of every ``*.yaml`` in ``folder``, and what is wrong with the rest."""
    problems: list[Problem] = []
    found: list[LabelledSentence] = []
    for file in sorted(folder.glob("*.yaml")):
        data = read_yaml(read_text(file, problems) or "", file, problems)
        rows = data.get("sentences")
        for row in rows if isinstance(rows, list) else ():
            line = row.get("__line__", 1) if isinstance(row, dict) else 1
            try:
                text, claim = str(row["text"]).strip(), row["claim"]
                if not text or claim not in (CLEAR, *CLAIMS):
                    raise ValueError(f"unknown claim {claim}" if text else "no text")
                voice = str(data.get("voice", file.stem))
                found.append(LabelledSentence(text, claim, str(row["register"]), voice, file, line))
            except (KeyError, TypeError, ValueError) as error:
                problems.append(Problem(file, line, f"sentence left out ({error}); correct the row"))
    return found, problems
