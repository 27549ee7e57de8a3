"""A consultant that knows by heart which passages answer what, on the small corpus with a bank.

Records, passages and wording are real files; replies are composed by the real composer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.compose.draft import Draft
from assistant.compose.quote import Material, compose
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.evidence.wording import Wording
from assistant.reply import Kind, Listener, Question, Reply, Trace
from tests.conftest import ROOT
from tests.small import write_corpus

TODAY = date(2026, 11, 22)
BANK = """
voice: village
questions:
  - {q: "Do lamp baths do any good?", kinds: [answer], facts: [LUM-02], register: lay}
  - {q: "Will the lamp end it for good?", kinds: [correction], facts: [LUM-03], register: lay}
  - {q: "How many minutes is one?", kinds: [answer], facts: [LUM-04], register: short}
  - {q: "And what does it cost?", history: ["How long is a lamp bath?"], kinds: [not_covered], gaps: [price], register: lay}
  - {q: "What is greyfade, in a word?", kinds: [answer], facts: [LUM-04], register: child}
"""
KNOWN: dict[str, tuple[Kind, tuple[str, ...], tuple[str, ...]]] = {
    "good?": (Kind.ANSWER, ("lamp-may-help",), ()),
    "for good?": (Kind.CORRECTION, ("lamp-no-end",), ()),
    "minutes": (Kind.ANSWER, ("lamp-time",), ()),
    "cost": (Kind.NOT_COVERED, (), ("price",)),
    "greyfade": (Kind.ANSWER, ("greyfade",), ()),
}


class KnowsByHeart:
    """Stands in for the real consultant: what a question is about is given, the rest is real."""

    def __init__(self, corpus: Corpus, wording: Wording) -> None:
        self.corpus = corpus
        self.wording = wording

    def reading(self, corpus: Corpus, wording: Wording) -> KnowsByHeart:
        return KnowsByHeart(corpus, wording)

    @property
    def passages(self) -> Any:
        return self.corpus.approved(TODAY)

    def batch(self, questions: Sequence[Question]) -> list[Reply]:
        return [replace(self.invoke(q), id=q.id) for q in questions]

    def invoke(self, question: Question, listener: Listener | None = None) -> Reply:
        word = max((w for w in KNOWN if w in question.text), key=len)
        kind, names, gaps = KNOWN[word]
        wanted = [self.corpus.passages[n] for n in names if n in self.corpus.passages]
        shown = tuple(p for p in wanted if p.id in self.passages)
        draft = Draft(self.passages, self.wording, TODAY)
        main = wanted[0] if wanted else None
        compose(
            Material(question.text, kind, shown, gaps, main, len(shown) < len(wanted)), self.corpus, draft
        )
        trace = Trace(
            "heads and neighbours",
            kinds={kind.value: 0.91, "off_topic": 0.04},
            topics={p.facts[0]: 0.8 for p in wanted},
            nearest=({"text": "Do lamp baths help?", "kind": "answer", "cosine": 0.93, "where": "examples/invented.yaml:7"},),
            passages={p.id: 0.71 for p in wanted},
        )  # fmt: skip
        listed = (question.text,) if gaps or len(shown) < len(wanted) else ()
        return Reply(
            None, kind, tuple(draft.sentences), tuple(draft.citations), gaps, listed, "quote", "c0ffee", trace
        )


def write_bank(folder: Path) -> Path:
    """The small corpus with its bank."""
    write_corpus(folder)
    (folder / "bank").mkdir()
    (folder / "bank" / "village.yaml").write_text(BANK, encoding="utf-8")
    return folder


def by_heart(folder: Path, benefit_approvals: int = 1, prompts: Path = ROOT / "prompts") -> Any:
    """The consultant on the corpus as it now is."""
    return KnowsByHeart(load_corpus(folder, benefit_approvals), Wording(prompts))
