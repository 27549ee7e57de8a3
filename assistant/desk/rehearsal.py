"""Judges what staff answered to a family's question: what it holds, what it lacks, what it claims too much.

The question decides what is needed: the facts that the consultant's own reply cites, the core that its kind
needs, and the turns (``rehearsal.yaml``). The judge of pairs (``evidence/entailment.py``) reads the answer, after its
question, beside every fact, some sentences at a time; what the question needs and what the answer speaks of it then
reads closely: each sentence, each two together, and all. Overclaims are the claim screen's. Nothing is read from or
written to a file here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.desk.reading import grade, unexplained
from assistant.evidence.answers import Need, Verdict, Wanted
from assistant.evidence.corpus import Corpus
from assistant.evidence.embedding import Encoder, Vectors
from assistant.evidence.entailment import COVERED as SAID
from assistant.evidence.entailment import DENIED as AGAINST
from assistant.evidence.entailment import MISSED as SKIPPED
from assistant.evidence.entailment import after
from assistant.guard.claims import Claim, read
from assistant.guard.text import clean, unmask
from assistant.reply import Question, Reply, Status

COVERED = 0.5
"""Probability that a fact supports a sentence, or two, from which the answer covers it."""
DENIED = 0.6
"""Probability that a fact is contradicted, by one sentence and by all of the answer, from which it is."""
CLAIM_DENIES = 0.9
"""Probability of a claim from which it contradicts the facts that it runs against."""
BESIDE = 0.7
"""COVERED for a fact that the question does not ask for."""
SILENT = 0.5
"""Probability that an answer says nothing of a fact from which a fact that the question does not ask for is not
looked at more closely. Chosen, as BESIDE and NEAR were, like DENIED."""
AT_ONCE = 6
"""Sentences of an answer that are read together when such facts are looked for."""
NEAR, NEAREST = 0.15, 60
"""Cosine to a sentence from which such a fact is looked for at all, and how many facts are, the nearest."""
FEWEST, MOST = 3, 7
"""Facts that one question asks for."""
LIKELY = 0.05
"""Probability from which a fact that the question may be about counts among its points."""
CLAIMED = 0.7
"""Probability from which the rehearsal calls a sentence an overclaim: more than the claim screen's, as here a
person is told so. Chosen, as DENIED and CLAIM_DENIES were, in sight of all banks but `inspector` and `surveyor`."""
CLEARED = 0.8
"""Probability that a fact supports a sentence from which the sentence does not claim anything against it."""
TURN = 0.5
"""Cosine to a way of saying it from which a sentence takes a turn that the answer needs."""
BENEFIT = (Status.PLAUSIBLE, Status.UNLIKELY, Status.NOT_SUPPORTED, Status.UNDER_INVESTIGATION)
"""Grades of a reply that speaks of what the therapy may do."""
KIND_WORDS = 1
"""Sentences that may stand before what has to come first."""
LONGEST, HARDEST = 150, 9.0
"""Words, and reading grade, beyond which an answer gets a word about it."""


class Consulted(Protocol):
    """What is needed of the consultant."""

    @property
    def corpus(self) -> Corpus:
        """The corpus that it answers from."""

    def batch(self, inputs: Sequence[Question]) -> list[Reply]:
        """Its replies."""


class Screens(Protocol):
    """What is needed of the claim screen."""

    def claims(self, numbered: Sequence[tuple[int, str]]) -> list[Claim]:
        """The overclaims among numbered sentences."""


class Judges(Protocol):
    """What is needed of the judge of meaning (``assistant.evidence.entailment``)."""

    def says(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities for each (fact, answer), shape (n, 3)."""


class Why(StrEnum):
    """Why a fact is a point of an answer."""

    VETTED = "vetted"
    """The vetted answer rests on it."""
    CORE = "core"
    """The kind of question needs it."""
    NEAR = "near"
    """The question may be about it."""
    BESIDE = "beside"
    """The answer speaks of it."""


@dataclass(frozen=True)
class Point:
    """One fact, what the answer does with it, and the words of the answer that decided (empty where missed)."""

    fact: str
    verdict: Verdict
    text: str = ""
    why: Why = Why.VETTED


class Place(StrEnum):
    """Where in the answer a turn stands that it needs."""

    THERE = "there"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True)
class Turn:
    """A turn that the answer needs, where it stands, and in which words."""

    need: str
    place: Place
    text: str = ""


@dataclass(frozen=True)
class Feedback:
    """What there is to say of one answer. ``reply`` is the vetted one."""

    question: Question
    answer: str
    reply: Reply
    points: tuple[Point, ...]
    turns: tuple[Turn, ...]
    claims: tuple[Claim, ...]
    grade: float
    """Flesch-Kincaid."""
    words: int
    jargon: dict[str, str]
    """Terms used without their meaning, with the meaning."""

    def of(self, verdict: Verdict) -> tuple[Point, ...]:
        """The points with that verdict."""
        return tuple(p for p in self.points if p.verdict is verdict)

    @property
    def faults(self) -> int:
        """How much there is to practise: a claim or a contradiction counts two, what is missing one."""
        grave = len({c.text for c in self.claims} | {p.text for p in self.of(Verdict.CONTRADICTED)})
        light = sum(p.why in (Why.VETTED, Why.CORE) for p in self.of(Verdict.MISSED))
        light += sum(t.place is not Place.THERE for t in self.turns)
        return 2 * grave + light

    def as_json(self) -> dict[str, object]:
        """The object of `rehearse --batch`."""
        return {
            "id": self.question.id,
            "kind": self.reply.kind.value,
            "points": [{"fact": p.fact, "verdict": p.verdict.value} for p in self.points],
            "overclaims": [{"text": c.text, "claim": c.claim} for c in self.claims],
            "grade": round(self.grade, 1),
        }


@dataclass(frozen=True)
class Said:
    """What staff answered to a question; ``before`` is what they had answered to it already. The answer is judged
    by ``facts``, or if there are none given, by those that the question needs."""

    question: Question
    answer: str
    before: str = ""
    facts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Unit:
    """One sentence of an answer, two that follow each other, or all; ``at`` is the place of the last."""

    text: str
    at: int
    new: bool


def _units(sentences: Sequence[str], new: bool) -> list[_Unit]:
    """An answer in pieces: each sentence, each two that follow each other, and the whole."""
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(sentences)]
    units = [_Unit(text, n, new) for n, text in enumerate(sentences)]
    units += [_Unit(text, n, new) for n, text in enumerate(pairs, 1)]
    whole = [_Unit(" ".join(sentences), len(sentences) - 1, new)] if len(sentences) > 2 else []
    return units + whole


@dataclass(frozen=True)
class _Case:
    """One answer on its way to its feedback."""

    said: Said
    reply: Reply
    sentences: list[str]
    units: list[_Unit]
    wanted: dict[str, Why]

    @property
    def speaks_freely(self) -> bool:
        """Whether facts that the question does not ask for count too."""
        return bool(self.wanted and self.sentences) and self.said.facts is None

    @property
    def parts(self) -> list[str]:
        """The answer, some sentences at a time."""
        starts = range(0, len(self.sentences), AT_ONCE)
        return [" ".join(self.sentences[start : start + AT_ONCE]) for start in starts]


class Judge:
    """Gives feedback on answers. Everything that it needs is opened before."""

    def __init__(
        self, consultant: Consulted, screen: Screens, judges: Judges, encoder: Encoder, wanted: Wanted
    ) -> None:
        self.consultant = consultant
        self.corpus = consultant.corpus
        self._screen = screen
        self._judges = judges
        self._encoder = encoder
        self._wanted = wanted

    def feedback(self, said: Said) -> Feedback:
        """The feedback on one answer."""
        return self.batch([said])[0]

    def batch(self, given: Sequence[Said]) -> list[Feedback]:
        """The feedback on several answers; faster than one by one."""
        replies = self.consultant.batch([said.question for said in given])
        cases = [self._case(said, reply) for said, reply in zip(given, replies, strict=True)]
        numbered = [(n, s) for n, case in enumerate(cases) for s in case.sentences]
        claims = [c for c in self._screen.claims(numbered) if c.probability >= CLAIMED]
        vectors = self._vectors({u.text for case in cases for u in case.units})
        looked_at = self._looked_at(cases, vectors)
        pairs = [
            (self.corpus.facts[fact].says, after(case.said.question.text, unit.text))
            for case, facts in zip(cases, looked_at, strict=True)
            for fact in facts
            for unit in case.units
        ]
        scores = self._judges.says(pairs)
        out, at = [], 0
        for n, (case, facts) in enumerate(zip(cases, looked_at, strict=True)):
            size = len(facts) * len(case.units)
            mine = scores[at : at + size].reshape(len(facts), len(case.units), 3)
            at += size
            judged = dict(zip(facts, mine, strict=True))
            told = [c for c in claims if c.line == n and not _cleared(c, case.units, judged)]
            out.append(self._feedback(case, judged, told, vectors))
        return out

    def _case(self, said: Said, reply: Reply) -> _Case:
        sentences, before = _sentences(said.answer), _sentences(said.before)
        units = _units(sentences, new=True) + _units(before, new=False)
        wanted = self.points_of(reply)
        if said.facts is not None:
            wanted = dict.fromkeys(said.facts, Why.VETTED)
        return _Case(said, reply, sentences, units, wanted)

    def points_of(self, reply: Reply) -> dict[str, Why]:
        """The facts that an answer to the question of ``reply`` should touch, the most important first."""
        if reply.kind.is_danger:
            return {}
        main = [c.facts[0] for c in reply.citations]
        core = self._wanted.core.get(reply.kind, ())
        core += self._wanted.benefit if reply.status in BENEFIT else ()
        others = [f for c in reply.citations for f in c.facts]
        likely = {f: p for f, p in reply.trace.topics.items() if f in self.corpus.facts}
        wanted = dict.fromkeys(main, Why.VETTED)
        for fact in core:
            wanted.setdefault(fact, Why.CORE)
        for fact in (f for f, p in likely.items() if p >= LIKELY and wanted):
            wanted.setdefault(fact, Why.NEAR)
        for fact in (*others, *likely):
            if 0 < len(wanted) < FEWEST:
                wanted.setdefault(fact, Why.NEAR)
        return dict(itertools.islice(wanted.items(), MOST))

    @cached_property
    def _facts(self) -> tuple[list[str], Vectors]:
        facts = self.corpus.facts
        return list(facts), self._encoder.encode([fact.says for fact in facts.values()])

    def _vectors(self, texts: Iterable[str]) -> dict[str, Vectors]:
        known = sorted(set(texts))
        if not known:
            return {}
        return dict(zip(known, self._encoder.encode([unmask(t) for t in known]), strict=True))

    def _looked_at(self, cases: Sequence[_Case], vectors: dict[str, Vectors]) -> list[list[str]]:
        """The facts that each answer is judged by: those that its question needs, and those that it speaks of."""
        read = [
            (n, fact, text)
            for n, case in enumerate(cases)
            if case.speaks_freely
            for text in case.parts
            for fact in self._nearest(case, vectors)
        ]
        scores = self._judges.says(
            [
                (self.corpus.facts[fact].says, after(cases[n].said.question.text, text))
                for n, fact, text in read
            ]
        )
        found = [dict.fromkeys(case.wanted) for case in cases]
        for (n, fact, _), probabilities in zip(read, scores, strict=True):
            if probabilities[SKIPPED] < SILENT:
                found[n].setdefault(fact)
        return [list(facts) for facts in found]

    def _nearest(self, case: _Case, vectors: dict[str, Vectors]) -> list[str]:
        names, facts = self._facts
        cosines = np.max([facts @ vectors[unit.text] for unit in case.units if unit.new], axis=0)
        return [names[i] for i in np.argsort(-cosines)[:NEAREST] if cosines[i] >= NEAR]

    def _feedback(
        self,
        case: _Case,
        judged: dict[str, NDArray[np.float32]],
        claims: list[Claim],
        vectors: dict[str, Vectors],
    ) -> Feedback:
        text = " ".join(case.sentences)
        return Feedback(
            question=case.said.question,
            answer=case.said.answer,
            reply=case.reply,
            points=tuple(self._points(case, judged, claims)),
            turns=tuple(self._turn(need, case, vectors) for need in self._wanted.needs_of(case.reply.kind)),
            claims=tuple(claims),
            grade=grade(text, self.corpus.names) if text else 0.0,
            words=len(text.split()),
            jargon=unexplained(case.sentences, self.corpus.terms, case.said.question.text),
        )

    def _points(
        self, case: _Case, judged: dict[str, NDArray[np.float32]], claims: list[Claim]
    ) -> list[Point]:
        sure = [c for c in claims if c.probability >= CLAIM_DENIES]
        by_claim = {
            fact: claim.text for claim in reversed(sure) for fact in claim.facts if fact in self.corpus.facts
        }
        facts = dict(case.wanted)
        for fact in (*by_claim, *judged) if case.speaks_freely else ():
            facts.setdefault(fact, Why.BESIDE)
        points = [
            Point(fact, Verdict.CONTRADICTED, by_claim[fact], why)
            if fact in by_claim
            else _point(fact, case.units, judged[fact], why)
            for fact, why in facts.items()
        ]
        told = [p for p in points if p.why is not Why.BESIDE or p.verdict is not Verdict.MISSED]
        return sorted(told, key=lambda p: (p.why is Why.BESIDE) * (1 + (p.verdict is Verdict.COVERED)))

    @cached_property
    def _ways(self) -> dict[str, tuple[Vectors, Vectors]]:
        """For each need the vectors of the ways of saying it, and of what only sounds like it."""
        encode = self._encoder.encode
        nothing = np.zeros((0, 1), dtype=np.float32)
        return {n.id: (encode(n.said), encode(n.unlike) if n.unlike else nothing) for n in self._wanted.needs}

    def _turn(self, need: Need, case: _Case, vectors: dict[str, Vectors]) -> Turn:
        said, unlike = self._ways[need.id]
        for unit in sorted(case.units, key=lambda u: (not u.new, u.at, len(u.text))):
            vector = vectors[unit.text]
            near = float((said @ vector).max())
            if near >= TURN and (not len(unlike) or near > float((unlike @ vector).max())):
                late = need.first and unit.new and unit.at > KIND_WORDS
                return Turn(need.id, Place.LATE if late else Place.THERE, unit.text)
        return Turn(need.id, Place.MISSING)


def _sentences(answer: str) -> list[str]:
    return [text for _, sentence in read(answer) if (text := clean(sentence))]


def _cleared(claim: Claim, units: Sequence[_Unit], judged: dict[str, NDArray[np.float32]]) -> bool:
    """Whether a fact that a claim should run against says the very same as the sentence: then it claims nothing."""
    at = next((n for n, unit in enumerate(units) if unit.text == claim.text), None)
    return at is not None and any(judged[fact][at, SAID] >= CLEARED for fact in claim.facts if fact in judged)


def _point(fact: str, units: Sequence[_Unit], scores: NDArray[np.float32], why: Why) -> Point:
    """What an answer does with a fact, from the probabilities of shape (units, 3). What they said before may
    cover it; only what they say now contradicts it."""
    if not units:
        return Point(fact, Verdict.MISSED, why=why)
    covered = BESIDE if why is Why.BESIDE else COVERED
    if now := [n for n, unit in enumerate(units) if unit.new]:
        worst, whole = max(now, key=lambda n: scores[n, AGAINST]), now[-1]
        if _together(scores[worst, AGAINST], scores[whole, AGAINST]) >= DENIED:
            return Point(fact, Verdict.CONTRADICTED, units[worst].text, why)
    best = int(scores[:, SAID].argmax())
    if scores[best, SAID] >= covered:
        return Point(fact, Verdict.COVERED, units[best].text, why)
    return Point(fact, Verdict.MISSED, why=why)


def _together(*probabilities: float) -> float:
    """What several readings of the same make together: the mean of their log-odds, as a probability."""
    p = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return float(1 / (1 + np.exp(-np.log(p / (1 - p)).mean())))
