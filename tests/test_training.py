"""What the judge of pairs is taught."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from assistant.evidence.answers import LabelledAnswer, Verdict
from assistant.evidence.corpus import load_corpus
from assistant.training.pairs import NUDGE, SAYS, Nudge, unsaid
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


def test_a_batch_is_read_again_with_its_words_moved_to_where_it_is_judged_worse() -> None:
    torch.manual_seed(1)
    words = torch.nn.Embedding(30, 8)
    nudge, ids, wanted = Nudge(words), torch.arange(30).reshape(10, 3), torch.arange(10) % 8
    plain = words(ids)
    loss = torch.nn.functional.cross_entropy(plain.sum(1), wanted)
    loss.backward()
    with nudge.worse():
        moved = words(ids)
    assert (moved - plain).norm(dim=-1).detach().numpy() == pytest.approx(NUDGE, rel=1e-4)
    assert torch.nn.functional.cross_entropy(moved.sum(1), wanted) > loss
    assert torch.equal(words(ids), plain)
