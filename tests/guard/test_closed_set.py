"""The closed set: words that nobody vetted cannot get into a reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
        draft = Draft(PASSAGES, WORDING, date(2026, 11, 22))
        draft.quote(passage, 1)
        draft.limits()
        assert draft.complete
        said = {s.text for s in draft.sentences}
        assert said.issuperset(passage.limits)
        assert passage.status.value != "plausible" or "MSC therapy is not a cure for ALS." in said
