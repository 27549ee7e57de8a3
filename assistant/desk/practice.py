"""A rehearsal: which questions the family asks, how it goes on, what it comes to, and what is kept of it.

Kept is only what the learner asks to keep, in DATA/rehearsal.json: which questions, and what was found.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.desk.bank import as_csv, id_of
from assistant.desk.rehearsal import Feedback, Judge, Place, Said
from assistant.evidence.answers import Verdict
from assistant.evidence.corpus import Example, Passage
from assistant.files import read_text, write_whole
from assistant.reply import Kind, PlainspokenError, Question, Reply

PROGRESS = "rehearsal.json"
MADE_BY = "plainspoken rehearsal 1"
MOST_SESSIONS = 50
"""Sessions that are kept, the newest."""
QUESTIONS = 5
"""Questions of a session, unless the learner says otherwise."""
SILENT = "silent"
"""The topic of questions on which the summary is silent."""
REREAD = 3
_HARD_KINDS = (Kind.URGENT, Kind.CRISIS, Kind.DECLINED, Kind.CORRECTION, Kind.REFER)
_HARD_VOICES = ("emotional", "sceptic", "technical", "rambling", "child")


class Difficulty(StrEnum):
    """How hard a question is to answer at the desk."""

    EASY = "easy"
    MIDDLE = "middle"
    HARD = "hard"


def topic_of(question: Example) -> str:
    """What a question is about: the letters with which the id of its first fact begins, or :data:`SILENT`."""
    if question.facts:
        return question.facts[0].partition("-")[0]
    return SILENT if question.kinds[0] is Kind.NOT_COVERED else ""


def difficulty_of(question: Example) -> Difficulty:
    """A point each for a kind that calls for a turn, a voice under strain or with a point to make, more than one
    acceptable kind, and a question that leans on an earlier one; none is easy, two are hard."""
    points = (question.kinds[0] in _HARD_KINDS) + (question.register in _HARD_VOICES)
    points += (len(question.kinds) > 1) + bool(question.history)
    return (Difficulty.EASY, Difficulty.MIDDLE, Difficulty.HARD)[min(points, 2)]


@dataclass(frozen=True)
class Choice:
    """What the learner wants to practise; empty is anything."""

    kind: Kind | None = None
    topic: str = ""
    difficulty: Difficulty | None = None
    worst: bool = False

    def fits(self, question: Example) -> bool:
        """Whether a question is of that sort."""
        return (
            question.register != "foreign"
            and self.kind in (None, question.kinds[0])
            and self.topic in ("", topic_of(question))
            and self.difficulty in (None, difficulty_of(question))
        )


def choices(questions: Sequence[Example], past: Past) -> dict[str, Choice]:
    """What can be practised, by the name of its words (``kind.correction``, ``topic.EVI``)."""
    found = {"mixed": Choice()}
    if past.worst():
        found["worst"] = Choice(worst=True)
    found |= {d.value: Choice(difficulty=d) for d in Difficulty}
    kinds = {q.kinds[0] for q in questions}
    found |= {f"kind.{k.value}": Choice(kind=k) for k in Kind if k in kinds}
    topics = dict.fromkeys(t for t in map(topic_of, questions) if t)
    found |= {f"topic.{t}": Choice(topic=t) for t in topics}
    return {
        name: choice for name, choice in found.items() if choice.worst or any(map(choice.fits, questions))
    }


def choose(
    questions: Sequence[Example], choice: Choice, most: int, past: Past, chance: random.Random
) -> list[Example]:
    """At most ``most`` questions of that sort, by chance; of what went worst, the worst first.

    Raises:
        PlainspokenError: there is none.
    """
    fitting = [q for q in questions if choice.fits(q)]
    if choice.worst:
        by_id = {id_of(q.text, q.history): q for q in fitting}
        fitting = [by_id[i] for i in past.worst() if i in by_id]
    else:
        chance.shuffle(fitting)
    if not fitting:
        raise PlainspokenError(
            "nothing went wrong in what is kept, or nothing is kept. Rehearse with --keep first."
            if choice.worst
            else "the bank has no question of that sort. Leave out --kind, --topic or --difficulty."
        )
    return fitting[:most]


@dataclass
class Past:
    """What is kept of earlier sessions, oldest first."""

    file: Path
    sessions: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, data: Path) -> Past:
        """What the data folder holds.

        Raises:
            PlainspokenError: the file cannot be read, or is not one of ours.
        """
        file = data / PROGRESS
        if not file.exists():
            return cls(file)
        try:
            found = json.loads(read_text(file, "a file that a rehearsal kept"))
            sessions = found["sessions"] if found["format"] == MADE_BY else None
            if not isinstance(sessions, list):
                raise TypeError
            past = cls(file, sessions)
            past.worst()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise PlainspokenError(f"{file}: holds no progress that can be read. Remove it.") from None
        return past

    def worst(self) -> list[str]:
        """Ids of the questions with something to practise when they were last answered, the worst first."""
        faults = {r["question"]: int(r["faults"]) for s in self.sessions for r in s["rounds"]}
        return sorted((q for q, n in faults.items() if n), key=lambda q: -faults[q])

    def keep(self, session: Session, on: date) -> None:
        """Write the earlier sessions and this one.

        Raises:
            PlainspokenError: the file cannot be written; it is as it was.
        """
        sessions = [*self.sessions, {"on": on.isoformat(), "rounds": [_kept(r) for r in session.done]}]
        out = {"format": MADE_BY, "sessions": sessions[-MOST_SESSIONS:]}
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PlainspokenError(
                f"{self.file}: cannot be written ({error.strerror}). Set PLAINSPOKEN_DATA."
            ) from error
        write_whole(self.file, json.dumps(out, indent=1) + "\n", replace=True)

    def forget(self) -> bool:
        """Remove what is kept; whether there was anything."""
        try:
            self.file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise PlainspokenError(f"{self.file}: cannot be removed ({error.strerror}).") from error
        return True


@dataclass(eq=False)
class Round:
    """One question of a session, how the family presses, and the feedback on each answer."""

    asked: Example
    press: str = ""
    feedback: list[Feedback] = field(default_factory=list)

    @property
    def last(self) -> Feedback:
        """The feedback on the last answer, which takes in the one before."""
        return self.feedback[-1]


def _kept(round: Round) -> dict[str, Any]:
    return {
        "question": id_of(round.asked.text, round.asked.history),
        "faults": max(f.faults for f in round.feedback),
        "points": {p.fact: p.verdict.value for p in round.last.points},
        "overclaims": [c.claim for f in round.feedback for c in f.claims],
    }


class Session:
    """The way through the questions. ``presses`` gives the ways to press for a kind of question."""

    def __init__(
        self,
        judge: Judge,
        questions: Sequence[Example],
        presses: Callable[[Kind], Sequence[str]],
        chance: random.Random,
    ) -> None:
        self.judge = judge
        self.rounds = [Round(q) for q in questions]
        self.at = 0
        self.pressing = False
        self._presses = presses
        self._chance = chance

    @property
    def round(self) -> Round | None:
        """The question that it is at; None at the end."""
        return self.rounds[self.at] if self.at < len(self.rounds) else None

    @property
    def done(self) -> list[Round]:
        """The questions that were answered."""
        return [r for r in self.rounds if r.feedback]

    @property
    def asks(self) -> str:
        """What the family says now; empty at the end."""
        if self.round is None:
            return ""
        return self.round.press if self.pressing else self.round.asked.text

    @property
    def vetted(self) -> Reply:
        """The vetted reply to the question that it is at; blocking where nobody has answered it yet."""
        round = self.rounds[min(self.at, len(self.rounds) - 1)]
        if round.feedback:
            return round.last.reply
        return self.judge.consultant.batch([Question(round.asked.text, round.asked.history)])[0]

    def answer(self, text: str) -> Feedback:
        """The feedback on an answer to what the family says now; blocking."""
        round = self.rounds[self.at]
        before = round.feedback[0].answer if self.pressing and round.feedback else ""
        said = Said(Question(round.asked.text, round.asked.history), text, before)
        feedback = self.judge.feedback(said)
        del round.feedback[1 if self.pressing else 0 :]
        round.feedback.append(feedback)
        return feedback

    def go_on(self) -> None:
        """To the press, if there is one and the question was answered, else to the next question."""
        round = self.round
        if round is None:
            return
        if round.feedback and not self.pressing:
            ways = self._presses(round.last.reply.kind)
            if ways:
                round.press, self.pressing = self._chance.choice(list(ways)), True
                return
        self.at, self.pressing = self.at + 1, False

    def end(self) -> None:
        """To the end at once."""
        self.at, self.pressing = len(self.rounds), False

    def summary(self, passages: Mapping[str, Passage]) -> Summary:
        """What it came to; ``passages`` are those that are served."""
        return summary([r for r in self.rounds if r.feedback], passages)


@dataclass(frozen=True)
class Weak:
    """Something to practise: a fact or a turn, how often it failed, of how often it was needed."""

    name: str
    failed: int
    needed: int
    verdict: Verdict = Verdict.MISSED


@dataclass(frozen=True)
class Summary:
    """What a session came to."""

    answers: int
    strong: tuple[str, ...]
    """Facts that were said each time they were needed, the most needed first."""
    strong_turns: tuple[str, ...]
    weak: tuple[Weak, ...]
    """Facts missed or contradicted, the worst first."""
    weak_turns: tuple[Weak, ...]
    claimed: dict[str, str]
    """Kinds of overclaim, each with a sentence that made it."""
    reread: tuple[str, ...]
    """Passages, the most useful first."""


def summary(rounds: Iterable[Round], passages: Mapping[str, Passage]) -> Summary:
    """What the answers of a session came to."""
    rounds = list(rounds)
    points: dict[str, Counter[Verdict]] = defaultdict(Counter)
    turns: dict[str, Counter[bool]] = defaultdict(Counter)
    claimed: dict[str, str] = {}
    for round in rounds:
        worst = {p.fact for f in round.feedback for p in f.of(Verdict.CONTRADICTED)}
        for point in round.last.points:
            points[point.fact][Verdict.CONTRADICTED if point.fact in worst else point.verdict] += 1
        for turn in round.last.turns:
            turns[turn.need][turn.place is Place.THERE] += 1
        for feedback in round.feedback:
            for claim in feedback.claims:
                claimed.setdefault(claim.claim, claim.text)
    weak = [
        Weak(fact, counts[verdict], counts.total(), verdict)
        for fact, counts in points.items()
        for verdict in (Verdict.CONTRADICTED, Verdict.MISSED)
        if counts[verdict]
    ]
    weak.sort(key=_weight, reverse=True)
    strong = [fact for fact, counts in points.items() if counts[Verdict.COVERED] == counts.total()]
    return Summary(
        answers=sum(len(r.feedback) for r in rounds),
        strong=tuple(sorted(strong, key=lambda fact: -points[fact].total())),
        strong_turns=tuple(need for need, held in turns.items() if not held[False]),
        weak=tuple(weak),
        weak_turns=tuple(
            Weak(need, held[False], held.total()) for need, held in turns.items() if held[False]
        ),
        claimed=claimed,
        reread=_reread(weak, rounds, passages),
    )


def _weight(weak: Weak) -> int:
    return weak.failed * (2 if weak.verdict is Verdict.CONTRADICTED else 1)


def _reread(
    weak: Sequence[Weak], rounds: Sequence[Round], passages: Mapping[str, Passage]
) -> tuple[str, ...]:
    """The passages that carry what was weak, or that claims ran against; then those of the questions."""
    worth: Counter[str] = Counter()
    for one in weak:
        worth[one.name] += _weight(one)
    for round in rounds:
        for feedback in round.feedback:
            worth.update({fact: 2 for claim in feedback.claims for fact in claim.facts})
    scores = {p.id: 2 * worth[p.facts[0]] + sum(worth[f] for f in p.facts[1:]) for p in passages.values()}
    best = sorted((p for p in scores if scores[p]), key=lambda p: -scores[p])
    cited = [c.passage for r in rounds for c in r.last.reply.citations if c.passage in passages]
    return tuple(dict.fromkeys(best + cited))[:REREAD]


def export(session: Session, file: Path, *, replace: bool) -> None:
    """Write the session with what was typed to a .csv or .json file.

    Raises:
        PlainspokenError: it cannot be written, or has another ending.
    """
    write_whole(file, as_text(session, check_ending(file)), replace=replace)


def check_ending(file: Path) -> str:
    """The ending of a file that a session can be written to.

    Raises:
        PlainspokenError: it has another one.
    """
    ending = file.suffix.lower()
    if ending not in (".csv", ".json"):
        raise PlainspokenError(f"{file}: cannot be exported. Give the name of a .csv or .json file.")
    return ending


def as_text(session: Session, ending: str) -> str:
    """The session as CSV (``.csv``), an answer a row, or as JSON."""
    if ending == ".csv":
        return as_csv(_row(r, f, n) for r in session.done for n, f in enumerate(r.feedback))
    found = [_object(r, f, n) for r in session.done for n, f in enumerate(r.feedback)]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _object(round: Round, feedback: Feedback, n: int) -> dict[str, Any]:
    judged = feedback.as_json()
    del judged["id"]
    return {
        "question": round.asked.text,
        "history": list(round.asked.history),
        "press": round.press if n else "",
        "answer": feedback.answer,
        **judged,
        "needs": [{"need": t.need, "place": t.place.value} for t in feedback.turns],
        "words": feedback.words,
        "unexplained": list(feedback.jargon),
        "vetted": feedback.reply.text,
    }


def _row(round: Round, feedback: Feedback, n: int) -> dict[str, str]:
    row = {
        "question": round.asked.text,
        "history": " / ".join(round.asked.history),
        "press": round.press if n else "",
        "answer": feedback.answer,
        "kind": feedback.reply.kind.value,
    }
    row |= {v.value: ";".join(p.fact for p in feedback.of(v)) for v in Verdict}
    row["overclaims"] = " / ".join(f"{c.claim}: {c.text}" for c in feedback.claims)
    row["needs"] = ";".join(f"{t.need} {t.place.value}" for t in feedback.turns)
    row |= {"grade": f"{feedback.grade:.1f}", "words": str(feedback.words)}
    row |= {"unexplained": ";".join(feedback.jargon), "vetted": feedback.reply.text}
    return row
