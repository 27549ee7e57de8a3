"""Whether a sentence follows from facts, with the judge that ships."""

from __future__ import annotations

import pytest

from assistant.evidence.corpus import Corpus, load_corpus
from assistant.evidence.entailment import open_entailment
from assistant.guard.grounding import Grounding
from assistant.settings import Settings


@pytest.fixture(scope="module")
def corpus(settings: Settings) -> Corpus:
    return load_corpus(settings.corpus)


@pytest.fixture(scope="module")
def grounding(settings: Settings) -> Grounding:
    return Grounding(open_entailment(settings))


def follows(grounding: Grounding, corpus: Corpus, text: str, *facts: str) -> bool:
    return grounding.grounded([(text, [corpus.facts[f].says for f in facts])])[0]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("These cells do not turn into motor neurons.", ["MSC-01"]),
        ("Nobody should expect extra years from it; the evidence does not support that.", ["EVI-05"]),
        ("Tests are repeated at 1, 3, 6 and 12 months.", ["PRG-06"]),
    ],
)
def test_a_faithful_sentence_is_grounded(
    grounding: Grounding, corpus: Corpus, text: str, facts: list[str]
) -> None:
    assert follows(grounding, corpus, text, *facts)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("These cells turn into motor neurons.", ["MSC-01"]),
        ("It adds years of life.", ["EVI-05"]),
        ("Tests are repeated at 1, 3, 6 and 24 months.", ["PRG-06"]),
        ("Tests are repeated at 1, 3, 6 and 12 months, by phone.", ["PRG-06"]),
        ("MSCs do not become motor neurons. They cost a great deal.", ["MSC-01"]),
        ("", ["MSC-01"]),
        ("Pancakes are best with lemon.", ["ADJ-01"]),
    ],
)
def test_what_denies_or_adds_is_not(
    grounding: Grounding, corpus: Corpus, text: str, facts: list[str]
) -> None:
    assert not follows(grounding, corpus, text, *facts)


def test_each_text_is_judged_by_its_own_facts(grounding: Grounding, corpus: Corpus) -> None:
    text = "These cells do not turn into motor neurons."
    said = {fact: corpus.facts[fact].says for fact in ("MSC-01", "PRG-06")}
    assert grounding.grounded([(text, [said["PRG-06"]]), (text, [said["MSC-01"]])]) == [False, True]
    assert grounding.grounded([]) == []
