"""Feedback and summary in words, one remark after the other, for the screen and for the line mode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assistant.desk.practice import Summary
from assistant.desk.rehearsal import HARDEST, LONGEST, Feedback, Place, Why
from assistant.desk.words import Say
from assistant.evidence.answers import Verdict
from assistant.evidence.corpus import Corpus
from assistant.guard.claims import Claim

MOST_GOOD = 7
"""Facts of an answer that are told as said, those that the question asks for first."""
MOST_AGAINST = 2
"""Facts that one sentence is told to run against, likewise."""


class Mark(StrEnum):
    """What sort of remark it is; also the name of its word in ``prompts/rehearse.toml``."""

    WRONG = "wrong"
    MISSING = "missing"
    GOOD = "good"
    NOTE = "note"


@dataclass(frozen=True)
class Remark:
    """One thing to say of an answer, with its reason."""

    mark: Mark
    text: str


def remarks(feedback: Feedback, corpus: Corpus, words: Say) -> list[Remark]:
    """Everything there is to say of an answer: what the question needs first, then what is wrong, missing, good."""
    if not feedback.words:
        return [Remark(Mark.NOTE, words("feedback.empty"))]
    found = [*_turns(feedback, words), *_points(feedback, corpus, words), *_reading(feedback, words)]
    order = list(Mark)
    if not any(r.mark in (Mark.WRONG, Mark.MISSING) for r in found):
        found.append(Remark(Mark.GOOD, words("feedback.nothing")))
    return sorted(found, key=lambda r: order.index(r.mark))


def _turns(feedback: Feedback, words: Say) -> Iterator[Remark]:
    for turn in feedback.turns:
        label, why = words(f"need.{turn.need}.label"), words(f"need.{turn.need}.why")
        mark = Mark.GOOD if turn.place is Place.THERE else Mark.MISSING
        yield Remark(mark, words(f"feedback.turn_{turn.place}", label=label, why=why, text=turn.text))


def _points(feedback: Feedback, corpus: Corpus, words: Say) -> Iterator[Remark]:
    for claim in feedback.claims:
        reason = words(f"claim.{claim.claim}")
        facts = against(claim, corpus, words)
        yield Remark(Mark.WRONG, words("feedback.claim", text=claim.text, reason=reason, facts=facts))
    told = {(claim.text, fact) for claim in feedback.claims for fact in claim.facts}
    denied: dict[str, list[str]] = {}
    for point in feedback.points:
        says = corpus.facts[point.fact].says
        match point.verdict:
            case Verdict.CONTRADICTED if (point.text, point.fact) not in told:
                denied.setdefault(point.text, []).append(says)
            case Verdict.MISSED if point.why is Why.VETTED:
                yield Remark(Mark.MISSING, words("feedback.missed", says=says))
            case Verdict.MISSED if point.why is Why.CORE:
                yield Remark(Mark.MISSING, words("feedback.missed_core", says=says))
    for text, says_all in denied.items():
        says = " ".join(says_all[:MOST_AGAINST])
        yield Remark(Mark.WRONG, words("feedback.contradicted", text=text, says=says))
    for point in feedback.of(Verdict.COVERED)[:MOST_GOOD]:
        says = corpus.facts[point.fact].says
        yield Remark(Mark.GOOD, words("feedback.covered", says=says, text=point.text))


def against(claim: Claim, corpus: Corpus, words: Say) -> str:
    """What a claim runs against: facts in their words, and gaps."""
    facts = [corpus.facts[i].says for i in claim.facts if i in corpus.facts]
    gaps = [words("feedback.silent", gap=corpus.gaps[i]) for i in claim.facts if i in corpus.gaps]
    return " ".join(facts + gaps)


def _reading(feedback: Feedback, words: Say) -> Iterator[Remark]:
    for term, meaning in feedback.jargon.items():
        yield Remark(Mark.NOTE, words("feedback.jargon", term=term, meaning=meaning))
    grade = f"{max(0.0, feedback.grade):.0f}"
    if feedback.grade > HARDEST:
        yield Remark(Mark.NOTE, words("feedback.hard", grade=grade, most=f"{HARDEST:.0f}"))
    else:
        yield Remark(Mark.NOTE, words("feedback.fine", grade=grade, words=feedback.words))
    if feedback.words > LONGEST:
        yield Remark(Mark.NOTE, words("feedback.long", words=feedback.words, most=LONGEST))


@dataclass(frozen=True)
class Part:
    """A heading of the summary, and what stands under it."""

    title: str
    lines: tuple[str, ...]


def parts(summary: Summary, corpus: Corpus, words: Say) -> list[Part]:
    """The summary of a session: what is strong, what to practise, what to reread."""
    if not summary.answers:
        return [Part(words("summary.title"), (words("summary.none"),))]
    strong = [words("summary.strong_fact", says=corpus.facts[f].says) for f in summary.strong]
    strong += [words("summary.strong_turn", label=words(f"need.{n}.label")) for n in summary.strong_turns]
    practise = [
        words("summary.claimed", reason=words(f"claim.{claim}"), text=text)
        for claim, text in summary.claimed.items()
    ]
    for turn in summary.weak_turns:
        label, why = (words(f"need.{turn.name}.{key}") for key in ("label", "why"))
        practise.append(words("summary.turn", n=turn.failed, all=turn.needed, label=label, why=why))
    for weak in summary.weak:
        says = corpus.facts[weak.name].says
        practise.append(words(f"summary.{weak.verdict}", n=weak.failed, all=weak.needed, says=says))
    titles = [corpus.passages[p].title for p in summary.reread]
    reread = "reread" if len(titles) == 3 else "reread_fewer"
    found = [
        Part(words("summary.title"), (words("summary.rounds", n=summary.answers),)),
        Part(words("summary.strong"), tuple(strong) or (words("summary.nothing_strong"),)),
        Part(words("summary.practise"), tuple(practise) or (words("summary.nothing_weak"),)),
    ]
    return [*found, Part(words(f"summary.{reread}"), tuple(titles))] if titles else found
