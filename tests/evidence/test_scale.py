"""A corpus with more topics than a head is fitted for; the corpora that benchmarks make."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.consultant import Consultant, open_consultant
from assistant.evidence import heads
from assistant.evidence.corpus import Corpus, load_corpus, load_questions
from assistant.evidence.index import Index, Neighbour
from assistant.guard.resemblance import NEIGHBOURS, topics_of
from assistant.reply import Kind, Question
from assistant.settings import Settings
from tests.benchmarks import synthetic

N = 24


@pytest.fixture(scope="module")
def many(consultant: Consultant, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Consultant:
    """A consultant on a corpus that counts as one with many topics."""
    home = tmp_path_factory.mktemp("many")
    (home / "data").mkdir()
    (home / "data" / "encoder").symlink_to(settings.data / "encoder")
    made = settings.model_copy(update={"corpus": synthetic.write(home / "corpus", N), "data": home / "data"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "MOST_TOPICS", N // 2)
        return open_consultant(made)


def bank(corpus: Corpus) -> list[tuple[str, str]]:
    """The questions of the bank, each with its fact."""
    found, problems = load_questions(corpus.folder / "bank", corpus.facts, corpus.gaps)
    assert not problems
    return [(example.text, example.facts[0]) for example in found]


def test_the_shipped_corpus_has_a_head_for_topics(consultant: Consultant) -> None:
    vectors = consultant.index.encoder.encode(["Is it a cure?"])
    head = consultant.index.heads["topic"]
    said = dict(zip(head.labels, head.probabilities(vectors)[0].tolist(), strict=True))
    near = consultant.index.nearest_questions(vectors, NEIGHBOURS)
    assert topics_of(consultant.index, vectors, near) == [said]


def test_with_many_topics_there_is_none_and_the_right_passages_are_found(many: Consultant) -> None:
    assert set(many.index.heads) == {"kind"}
    asked = bank(many.corpus)
    replies = many.batch([Question(text) for text, _ in asked])
    cited = [{f for c in reply.citations for f in c.facts} for reply in replies]
    found = sum(fact in facts for (_, fact), facts in zip(asked, cited, strict=True))
    assert found >= 0.9 * len(asked) == 0.9 * N


def test_with_many_topics_what_is_not_covered_is_still_told(many: Consultant) -> None:
    reply = many.invoke(Question("What does a bath cost us?"))
    assert reply.kind is Kind.NOT_COVERED
    assert reply.gaps == ("price",)


def test_without_a_head_topics_are_shared_out_among_the_nearest() -> None:
    class Stub:
        heads: dict[str, object] = {}

        class corpus:
            passages = {"p": type("P", (), {"facts": ("A", "B")})}

        def nearest_passages(self, vectors: object, n: int) -> list[dict[str, float]]:
            return [{"p": 0.9}]

    gap = Neighbour("", "not_covered", ("price",), "", "", 0.9)
    index: Index = Stub()  # type: ignore[assignment]
    (topics,) = topics_of(index, [[0.0]], [[gap]])  # type: ignore[arg-type]
    assert topics["price"] == pytest.approx(0.5)
    assert topics["A"] == pytest.approx(topics["B"] / heads.LATER_LABEL)
    assert sum(topics.values()) == pytest.approx(1)


def test_a_corpus_that_is_made_up_is_whole_and_approved(tmp_path: Path) -> None:
    corpus = load_corpus(synthetic.write(tmp_path / "some", 30))
    assert not corpus.problems
    assert len(corpus.facts) == len(corpus.passages) == len(corpus.approved(date(2026, 11, 22))) == 30
    assert all(len(p.asked_as) == 5 for p in corpus.passages.values())
    examples, problems = load_questions(corpus.folder / "examples", corpus.facts, corpus.gaps)
    assert not problems
    assert all(sum(fact in e.facts for e in examples) >= 2 for fact in corpus.facts)
    assert len(bank(corpus)) == 30
    other = load_corpus(synthetic.write(tmp_path / "more", 31))
    assert not {p.body for p in corpus.passages.values()} & {p.body for p in other.passages.values()}
    again = load_corpus(synthetic.write(tmp_path / "again", 30))
    assert again.learnt == corpus.learnt
