"""What the rehearsal is told by: answers that staff gave, labelled by others, and what answers need.

rehearsal.yaml       which facts and which turns an answer needs, by kind of question
answers/*.yaml       labelled answers that its thresholds were set on
bank/answers/*.yaml  labelled answers to measure with, never to set anything on
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.evidence.corpus import Problem, Row, load_rows, read_text, read_yaml
from assistant.evidence.sentences import sentences
from assistant.reply import Kind

FILE = "rehearsal.yaml"
BENEFIT = "benefit"
QUALITIES = ("good", "vague", "over-promising", "cold", "wrong", "half-right")


class Verdict(StrEnum):
    """What an answer does with a fact."""

    COVERED = "covered"
    MISSED = "missed"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class LabelledAnswer:
    """A family's question, what staff answered, and what somebody says of it."""

    question: str
    answer: str
    quality: str
    points: dict[str, Verdict]
    """By fact."""
    overclaims: tuple[tuple[str, str], ...]
    """Sentence of the answer, word for word, and claim id."""
    voice: str
    file: Path
    line: int

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """Each sentence with the claim that it makes, empty where it makes none."""
        claims = [(" ".join(text.split()), claim) for text, claim in self.overclaims]
        said = [" ".join(text.split()) for text in sentences(self.answer)]
        return [(s, next((c for text, c in claims if s in text or text in s), "")) for s in said]


def load_answers(folder: Path, facts: Iterable[str]) -> tuple[list[LabelledAnswer], list[Problem]]:
    """The labelled answers of every ``*.yaml`` in ``folder``, and what is wrong with the rest."""
    known = set(facts)
    return load_rows(folder, "answers", lambda row: _answer(row, known))


def _answer(labelled: Row, known: set[str]) -> LabelledAnswer:
    row = labelled.values
    question, answer, quality = (str(row[key]).strip() for key in ("question", "answer", "quality"))
    if not question or not answer:
        raise ValueError("no text")
    if quality not in QUALITIES:
        raise ValueError(f"quality must be one of {', '.join(QUALITIES)}")
    points = {str(fact): Verdict(v) for fact, v in row["points"].items() if fact != "__line__"}
    if unknown := [fact for fact in points if fact not in known]:
        raise ValueError(f"unknown fact {unknown[0]}")
    overclaims = tuple((str(o["text"]).strip(), str(o["claim"])) for o in row["overclaims"])
    for text, _ in overclaims:
        if not text or text not in answer:
            raise ValueError(f"“{text}” does not stand in the answer")
    return LabelledAnswer(
        question, answer, quality, points, overclaims, labelled.voice, labelled.file, labelled.line
    )


def twice(taught: Iterable[LabelledAnswer], measured: Iterable[LabelledAnswer]) -> Iterator[Problem]:
    """The answers that stand in the files more than once."""
    seen: dict[tuple[str, str], LabelledAnswer] = {}
    for row in (*taught, *measured):
        first = seen.setdefault((row.question, row.answer), row)
        if first is not row:
            where = f"{first.file.name}:{first.line}"
            yield Problem(row.file, row.line, f"is there twice (also {where}); remove one")


@dataclass(frozen=True)
class Need:
    """A turn that an answer to some kinds of question needs, told by what it resembles."""

    id: str
    kinds: tuple[Kind, ...]
    first: bool
    """Whether it has to come before anything else."""
    said: tuple[str, ...]
    """Ways of saying it."""
    unlike: tuple[str, ...]
    """What sounds like it and is something else."""


@dataclass(frozen=True)
class Wanted:
    """What answers need by kind of question, beside the facts that answer it (``rehearsal.yaml``)."""

    core: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    benefit: tuple[str, ...] = ()
    """Facts that go with any answer about what the therapy may do."""
    needs: tuple[Need, ...] = ()

    def needs_of(self, kind: Kind) -> tuple[Need, ...]:
        """The turns that an answer to a question of this kind needs, in their order."""
        return tuple(need for need in self.needs if kind in need.kinds)


def load_wanted(folder: Path, facts: Mapping[str, object]) -> tuple[Wanted, list[Problem]]:
    """What ``rehearsal.yaml`` in the corpus ``folder`` says, and what is wrong with it. A corpus may have none."""
    file = folder / FILE
    if not file.is_file():
        return Wanted(), []
    problems: list[Problem] = []
    data = read_yaml(read_text(file, problems) or "", file, problems)
    core: dict[Kind, tuple[str, ...]] = {}
    needs: list[Need] = []
    benefit: tuple[str, ...] = ()
    for kind, ids in _rows(data.get("core")):
        if kind not in (BENEFIT, *Kind) or not isinstance(ids, list) or any(i not in facts for i in ids):
            problems.append(
                Problem(file, 1, f"core of {kind}: give a kind, and a list of facts of this corpus")
            )
        elif kind == BENEFIT:
            benefit = tuple(ids)
        else:
            core[Kind(kind)] = tuple(ids)
    for name, row in _rows(data.get("needs")):
        line = row.get("__line__", 1) if isinstance(row, dict) else 1
        try:
            said, unlike = (tuple(map(str, row.get(key) or ())) for key in ("said", "unlike"))
            if not said:
                raise ValueError("no `said`")
            needs.append(Need(name, tuple(map(Kind, row["kinds"])), bool(row.get("first")), said, unlike))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(Problem(file, line, f"need {name} left out ({error}); correct the row"))
    return Wanted(core, benefit, tuple(needs)), problems


def _rows(mapping: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(mapping, dict):
        yield from ((str(key), value) for key, value in mapping.items() if key != "__line__")
