"""The closed set: words that nobody vetted cannot get into a reply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.compose.draft import Draft
from assistant.evidence.corpus import load_corpus
from assistant.evidence.wording import Wording
from assistant.guard.closed_set import NotVetted, enforce
from assistant.reply import Sentence
from tests.conftest import ROOT, TODAY

CORPUS = load_corpus(ROOT / "corpus")
WORDING = Wording(ROOT / "prompts")
PASSAGES = CORPUS.approved(TODAY)


@pytest.fixture
def draft() -> Draft:
    made = Draft(PASSAGES, WORDING, TODAY)
    made.say("replies.refer.lines")
    made.quote(PASSAGES["modest-slowing"])
    made.limits()
    return made


def test_vetted_sentences_pass(draft: Draft) -> None:
    enforce(draft.sentences, draft.citations, PASSAGES, WORDING)


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence("MSC therapy cures ALS.", "passage:not-a-cure"),
        Sentence("MSC therapy cures ALS.", "prompt:replies.refer.lines"),
        Sentence("MSC therapy is not a cure for ALS.", "model:any"),
        Sentence("MSC therapy is not a cure for ALS.", "passage:no-such-passage"),
        Sentence("MSC therapy is not a cure for ALS", "passage:not-a-cure"),
        Sentence("MSC therapy is not a cure for ALS.", "passage:not-a-cure", (9,)),
        Sentence("Can this cure ALS?", "passage:not-a-cure"),
        Sentence("MSC therapy is not a cure for ALS.", "passage:not-a-cure"),
        Sentence("The crisis line here is {contact}.", "prompt:replies.contacts.crisis"),
        Sentence("Type a question, then press Enter", "prompt:screen.input.placeholder"),
    ],
)
def test_anything_else_does_not(draft: Draft, sentence: Sentence) -> None:
    with pytest.raises(NotVetted):
        enforce([*draft.sentences, sentence], draft.citations, PASSAGES, WORDING)


def test_a_quote_cut_short_does_not(draft: Draft) -> None:
    cut = replace(draft.citations[0], quote=draft.citations[0].quote[:20])
    with pytest.raises(NotVetted):
        enforce(draft.sentences, [cut, *draft.citations[1:]], PASSAGES, WORDING)


def test_model_instructions_are_not_wording() -> None:
    assert not any("instruction" in s for s in WORDING.sentences)


def test_every_benefit_comes_with_its_limits() -> None:
    for passage in PASSAGES.values():
        draft = Draft(PASSAGES, WORDING, TODAY)
        draft.quote(passage, 1)
        draft.limits()
        enforce(draft.sentences, draft.citations, PASSAGES, WORDING)
        said = {s.text for s in draft.sentences}
        assert said.issuperset(passage.limits)
        assert passage.status.value != "plausible" or "MSC therapy is not a cure for ALS." in said


def test_a_benefit_without_its_limits_does_not_pass() -> None:
    draft = Draft(PASSAGES, WORDING, TODAY)
    draft.quote(PASSAGES["modest-slowing"])
    with pytest.raises(NotVetted, match="without its limits"):
        enforce(draft.sentences, draft.citations, PASSAGES, WORDING)


def test_a_benefit_is_not_served_when_its_limit_may_not_be() -> None:
    expired = replace(CORPUS.passages["not-a-cure"], approvals=())
    corpus = replace(CORPUS, passages={**CORPUS.passages, "not-a-cure": expired})
    served = corpus.approved(TODAY)
    assert "modest-slowing" not in served
    assert "follow-up-checks" in served
