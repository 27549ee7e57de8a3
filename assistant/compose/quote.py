"""The composer without a model: vetted sentences only, in the order in which a person would say them.

One function a kind of reply. Each gets what was understood and writes a draft; nothing here decides
what the kind is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.compose.draft import Draft
from assistant.evidence.corpus import Corpus, Passage
from assistant.guard.text import is_yes_no
from assistant.guard.writer import Writer
from assistant.reply import EVIDENCE, Kind, Status


@dataclass(frozen=True)
class Material:
    """What a reply is made from: the passages that answer, best first, and the gaps it falls into.

    ``main`` is the passage that answers best, whether or not it may be shown: family wording is chosen by
    it, and so never hangs on an approval. ``awaiting`` says that a passage may not be shown.
    """

    question: str
    kind: Kind
    passages: tuple[Passage, ...]
    gaps: tuple[str, ...]
    main: Passage | None = None
    awaiting: bool = False
    small_talk: str = "hello"
    writer: Writer = Writer.UNKNOWN


Evidence = Callable[[Material, Draft], None]
"""Adds what the passages say to a draft: the part of a reply that a model may choose or reword."""


def compose(material: Material, corpus: Corpus, draft: Draft, evidence: Evidence | None = None) -> None:
    """Write the reply for ``material`` into ``draft``. ``evidence`` says what the passages say, in the
    place where they are quoted otherwise."""
    if material.kind in EVIDENCE:
        _WITH_EVIDENCE[material.kind](material, corpus, draft, evidence or quoted)
    else:
        _WITHOUT[material.kind](material, corpus, draft)
    if material.writer is Writer.CHILD and not material.kind.is_danger:
        draft.paragraph()
        draft.say("replies.child.lines")


def _opening(material: Material, draft: Draft) -> None:
    """The first lines of a kind: those for who is writing, where there are any."""
    table = f"replies.{material.kind}"
    own = material.writer in draft.wording.names(table)
    draft.say(f"{table}.{material.writer}" if own else f"{table}.lines")


def _danger(material: Material, corpus: Corpus, draft: Draft) -> None:
    _opening(material, draft)
    contacts(draft, material.kind)


def contacts(draft: Draft, kind: Kind) -> None:
    """Whom to reach in danger, as far as the clinic filled it in."""
    draft.paragraph()
    wanted = ("emergency", "care_team") if kind is Kind.URGENT else ("emergency", "crisis", "care_team")
    for name in wanted:
        if name in draft.wording.contact_lines:
            draft.add_line(draft.wording.contact_lines[name])


def _declined(material: Material, corpus: Corpus, draft: Draft) -> None:
    draft.say("replies.declined.lines")
    passage = draft.passages.get(corpus.framing.declined)
    if passage:
        draft.paragraph()
        draft.say("replies.declined.fact")
        draft.quote(passage)
        draft.limits()
    draft.paragraph()
    draft.say("replies.declined.offer")


def _correction(material: Material, corpus: Corpus, draft: Draft, evidence: Evidence) -> None:
    framing = corpus.framing
    main = material.main.facts[0] if material.main else ""
    if main in framing.guarantee:
        draft.say("replies.correction.guarantee")
    elif main in framing.hope and is_yes_no(material.question):
        draft.say("replies.correction.no")
    elif main in framing.hope + framing.sorry:
        draft.say("replies.correction.sorry")
    _evidence(material, draft, evidence)
    if material.writer is Writer.CHILD:
        _uncovered_part(material, draft)
        return
    plausible = draft.passages.get(framing.plausible)
    if plausible and plausible not in material.passages:
        draft.paragraph()
        draft.say("replies.correction.plausible")
        draft.quote(plausible, 1)
        draft.limits()
    _uncovered_part(material, draft)
    _turn(corpus, draft)


def _refer(material: Material, corpus: Corpus, draft: Draft, evidence: Evidence) -> None:
    _opening(material, draft)
    best = material.main
    other_care = best is not None and best.facts[0] in corpus.framing.other_care
    if other_care:
        draft.say("replies.refer.other_care")
    draft.paragraph()
    _evidence(material, draft, evidence)
    _uncovered_part(material, draft)
    if material.writer is not Writer.CHILD and best and not other_care and best.status is not Status.UNLIKELY:
        _turn(corpus, draft)


def _answer(material: Material, corpus: Corpus, draft: Draft, evidence: Evidence) -> None:
    _evidence(material, draft, evidence)
    _uncovered_part(material, draft)


def _not_covered(material: Material, corpus: Corpus, draft: Draft) -> None:
    _opening(material, draft)
    draft.say(*(f"gaps.{gap}" for gap in material.gaps), "replies.not_covered.listed")


def _off_topic(material: Material, corpus: Corpus, draft: Draft) -> None:
    draft.say("replies.off_topic.lines")


def _courtesy(material: Material, corpus: Corpus, draft: Draft) -> None:
    draft.say(f"courtesy.{material.small_talk}.line")
    if material.small_talk not in ("goodbye", "abilities"):
        draft.say("courtesy.offer.line")


def _uncovered_part(material: Material, draft: Draft) -> None:
    """What the summary does not say, beside what it does."""
    if material.gaps:
        draft.paragraph()
        draft.say("replies.answer.part", *(f"gaps.{gap}" for gap in material.gaps))
        draft.say("replies.not_covered.listed")


def _evidence(material: Material, draft: Draft, evidence: Evidence) -> None:
    """What the passages say, for benefit with its grade in words and its limits; and what awaits review."""
    if material.awaiting and not material.passages:
        draft.say("replies.awaiting.lines")
    evidence(material, draft)
    draft.graded()
    if material.awaiting and material.passages:
        draft.paragraph()
        draft.say("replies.awaiting.lines")


def quoted(material: Material, draft: Draft) -> None:
    """The passages as they stand."""
    for passage in material.passages:
        draft.quote(passage)


def _turn(corpus: Corpus, draft: Draft) -> None:
    """The turn to the right question, where it is not said already."""
    passage = draft.passages.get(corpus.framing.right_question)
    if passage and not any(c.passage == passage.id for c in draft.citations):
        draft.paragraph()
        draft.quote(passage, 1)


_WITH_EVIDENCE: dict[Kind, Callable[[Material, Corpus, Draft, Evidence], None]] = {
    Kind.CORRECTION: _correction,
    Kind.REFER: _refer,
    Kind.ANSWER: _answer,
}
_WITHOUT: dict[Kind, Callable[[Material, Corpus, Draft], None]] = {
    Kind.URGENT: _danger,
    Kind.CRISIS: _danger,
    Kind.DECLINED: _declined,
    Kind.NOT_COVERED: _not_covered,
    Kind.OFF_TOPIC: _off_topic,
    Kind.COURTESY: _courtesy,
}
