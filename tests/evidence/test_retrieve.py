"""Which passages a question names, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence.corpus import Passage, load_corpus
from assistant.evidence.retrieve import OTHER_FACT, RESEMBLANCE_SHARE, Shelf
from tests.conftest import ROOT

SHIPPED = load_corpus(ROOT / "corpus")
SHARES = st.floats(0, 1, width=32)
COSINES = st.floats(-1, 1, width=32)
FACTS = [f"F-{n}" for n in range(6)]
NAMES = [f"p{n}" for n in range(8)]


def plainly(
    passages: Mapping[str, Passage], topics: Mapping[str, float], cosines: Mapping[str, float]
) -> dict[str, float]:
    """The same by looking at every passage."""
    scores = {}
    for passage in passages.values():
        main, *others = passage.facts
        about = topics.get(main, 0.0) + OTHER_FACT * sum(topics.get(f, 0.0) for f in others)
        near = max(0.0, cosines.get(passage.id, 0.0))
        scores[passage.id] = (1 - RESEMBLANCE_SHARE) * about + RESEMBLANCE_SHARE * near
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


@given(
    st.fixed_dictionaries(dict.fromkeys(SHIPPED.facts, SHARES)),
    st.dictionaries(st.sampled_from(sorted(SHIPPED.passages)), COSINES, max_size=8),
)
def test_the_shipped_corpus_is_ranked_as_by_looking_at_every_passage(
    topics: dict[str, float], cosines: dict[str, float]
) -> None:
    ranked = Shelf(SHIPPED.passages).rank(topics, cosines)
    assert list(ranked.items()) == list(plainly(SHIPPED.passages, topics, cosines).items())


@given(
    st.fixed_dictionaries(
        {n: st.lists(st.sampled_from(FACTS), min_size=1, max_size=3, unique=True) for n in NAMES}
    ),
    st.dictionaries(st.sampled_from([*FACTS, "gone"]), SHARES),
    st.dictionaries(st.sampled_from([*NAMES, "gone"]), COSINES),
)
def test_only_passages_that_score_nothing_are_left_out(
    carried: dict[str, list[str]], topics: dict[str, float], cosines: dict[str, float]
) -> None:
    one = next(iter(SHIPPED.passages.values()))
    passages = {n: replace(one, id=n, facts=tuple(facts)) for n, facts in carried.items()}
    ranked = Shelf(passages).rank(topics, cosines)
    wanted = plainly(passages, topics, cosines)
    assert list(ranked.items()) == [(n, score) for n, score in wanted.items() if n in ranked]
    assert not any(score for n, score in wanted.items() if n not in ranked)


def test_a_question_visits_only_what_it_names() -> None:
    class Seen(dict[str, Passage]):
        visited: set[str] = set()

        def __getitem__(self, name: str) -> Passage:
            self.visited.add(name)
            return super().__getitem__(name)

    passages = Seen(SHIPPED.passages)
    shelf = Shelf(passages)
    passages.visited.clear()
    near, about = list(SHIPPED.passages)[:2]
    named = {about} | {p.id for p in SHIPPED.passages.values() if SHIPPED.passages[about].facts[0] in p.facts}
    ranked = shelf.rank({SHIPPED.passages[about].facts[0]: 0.9}, {near: 0.4})
    assert set(ranked) == passages.visited == named | {near}
