"""What the judge of pairs is taught."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant.evidence.answers import LabelledAnswer, Verdict
from assistant.evidence.corpus import load_corpus
from assistant.training.pairs import SAYS, unsaid
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("said", "covered", "near"),
    [
        ("By a drip into a vein, over two to three months.", "PRG-03", {"DEL-01", "VEL-03"}),
        ("He keeps his neurologist. This comes on top and replaces nothing.", "PRG-05", {"ADJ-01", "VEL-01"}),
    ],
)
def test_an_answer_is_shown_beside_facts_that_it_is_far_from(said: str, covered: str, near: set[str]) -> None:
    corpus = load_corpus(ROOT / "corpus")
    points = {covered: Verdict.COVERED}
    answer = LabelledAnswer("How is it done?", said, "good", points, (), "x", Path("x.yaml"), 1)
    rows = unsaid(corpus, [answer] * 60, random.Random(1))
    of = {fact.says: name for name, fact in corpus.facts.items()}
    beside = {of[row.facts] for row in rows}
    assert len(beside) > len(corpus.facts) // 4
    assert not beside & {covered, *near}
    assert {row.targets["says"] for row in rows} == {SAYS.index(Verdict.MISSED)}
    assert all(row.text.endswith(said) for row in rows)
