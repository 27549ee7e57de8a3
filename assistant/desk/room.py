"""Where staff rehearse: the judge with everything real behind it, the questions, and what is kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.consultant import open_consultant
from assistant.desk import practice
from assistant.desk.practice import QUESTIONS, Choice, Difficulty, Past, Session
from assistant.desk.rehearsal import Judge
from assistant.evidence.answers import load_wanted
from assistant.evidence.corpus import load_questions
from assistant.evidence.store import Progress, silent
from assistant.guard.claims import open_screen
from assistant.reply import Kind, PlainspokenError
from assistant.settings import Settings

Presses = Callable[[Kind], Sequence[str]]
"""The ways in which a family presses after a question of a kind."""


@dataclass(frozen=True)
class Plan:
    """What the learner asked for: which questions, how many, what is kept."""

    choice: Choice | None = None
    """None: not said; a screen then asks."""
    most: int = QUESTIONS
    keep: bool = False
    export: Path | None = None

    @classmethod
    def of(
        cls,
        kind: str | None,
        topic: str | None,
        difficulty: str | None,
        *,
        worst: bool,
        most: int,
        keep: bool,
        export: Path | None,
    ) -> Plan:
        """A plan from what was typed.

        Raises:
            PlainspokenError: the export has another ending than .csv or .json, or is there already.
        """
        choice = Choice(
            Kind(kind) if kind else None,
            topic or "",
            Difficulty(difficulty) if difficulty else None,
            worst,
        )
        if export is not None:
            practice.check_ending(export)
            if export.exists():
                raise PlainspokenError(f"{export}: is there already. Give another name.")
        return cls(None if choice == Choice() else choice, most, keep, export)


class Room:
    """What a session needs beside its screen."""

    def __init__(
        self, settings: Settings, judge: Judge, presses: Presses, chance: random.Random | None = None
    ) -> None:
        self.judge = judge
        self._data = settings.data
        self.past = Past.read(self._data)
        corpus = judge.corpus
        self.questions, _ = load_questions(corpus.folder / "bank", corpus.facts, corpus.gaps, measured=True)
        self._presses = presses
        self._chance = chance or random.Random()

    def choices(self) -> dict[str, Choice]:
        """What can be practised, by the name of its words."""
        self.past = Past.read(self._data)
        return practice.choices(self.questions, self.past)

    def session(self, choice: Choice, most: int = QUESTIONS) -> Session:
        """A new session.

        Raises:
            PlainspokenError: there is no question of that sort.
        """
        self.past = Past.read(self._data)
        chosen = practice.choose(self.questions, choice, most, self.past, self._chance)
        return Session(self.judge, chosen, self._presses, self._chance)


def open_judge(settings: Settings, progress: Progress = silent) -> Judge:
    """The judge with the real consultant, claim screen and judge of meaning; makes them ready at first use.

    Raises:
        PlainspokenError: something is missing or cannot be built; says what to do.
    """
    consultant = open_consultant(settings, progress)
    corpus = consultant.corpus
    screen = open_screen(settings, progress)
    wanted, _ = load_wanted(settings.corpus, corpus.facts)
    return Judge(consultant, screen, screen.judge, consultant.index.encoder, wanted)
