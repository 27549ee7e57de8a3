"""Replies that a hostile model could give, all of them, through the real checks: nothing of them gets through."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from assistant.compose.composer import Request, Unusable
from assistant.compose.draft import Draft
from assistant.compose.select import Select
from assistant.compose.write import Write
from assistant.consultant import Consultant
from assistant.guard.claims import ClaimScreen
from assistant.guard.closed_set import enforce
from assistant.guard.grounding import SHOWN, Grounding
from assistant.guard.written import SentenceChecks, tidy
from assistant.reply import Kind
from tests.conftest import ROOT, TODAY

REPLIES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "compose" / "hostile.yaml").read_text(encoding="utf-8")
)["replies"]


class Scripted:
    """A model that says what it is told to."""

    name = "hostile"
    described = SimpleNamespace(address="nowhere")

    def __init__(self) -> None:
        self.says = ""

    def stream(self, messages: object, stop: object) -> Iterator[str]:
        yield from (self.says[at : at + 500] for at in range(0, min(len(self.says), 30_000), 500))

    def whole(self, messages: object, schema: object, stop: object) -> str:
        return self.says[:30_000]


def said(row: dict[str, Any]) -> str:
    """What the model says in its turn."""
    if "raw" in row:
        return str(row["raw"]) * row.get("repeat", 1)
    return "\n".join(f"{s['text']} [{', '.join(s['cites'])}]" for s in row["sentences"])


def cited(row: dict[str, Any]) -> list[str]:
    return [cite for s in row.get("sentences", ()) for cite in s["cites"]]


def test_nothing_hostile_reaches_the_family(consultant: Consultant, screen: ClaimScreen) -> None:
    model: Any = Scripted()
    checks = SentenceChecks(screen, Grounding(screen.judge, SHOWN), consultant.corpus.facts)
    write, select = Write(model, consultant.wording, checks), Select(model, consultant.wording)
    passages = consultant.passages
    vetted = {s for p in passages.values() for s in p.sentences} | consultant.wording.sentences
    through = []
    for row in REPLIES:
        model.says = said(row)
        given = tuple(passages[c] for c in dict.fromkeys(cited(row)) if c in passages)
        given = given or tuple(passages.values())
        request = Request(Kind.ANSWER, row["question"], (), given, frozenset([given[0].id]))
        composer: Any = write if row["mode"] == "write" else select
        draft, record = Draft(passages, consultant.wording, TODAY), composer.record()
        shown: list[str] = []
        try:
            composer.evidence(
                request, draft, record, lambda d, shown=shown: shown.extend(s.text for s in d.sentences),
                threading.Event(),
            )  # fmt: skip
            draft.graded()
            enforce(draft.sentences, draft.citations, passages, consultant.wording, record.passed)
            shown += [s.text for s in draft.sentences]
        except Unusable:
            pass
        bad = {tidy(row["sentences"][n]["text"]) for n in row.get("bad", ())}
        through += [
            (row["trick"], text)
            for text in dict.fromkeys(shown)
            if text not in vetted and ("raw" in row or any(b in text or text in b for b in bad))
        ]
    assert through == []
    assert len(REPLIES) > 300


@pytest.mark.parametrize("row", [r for r in REPLIES if r["mode"] == "select"][:3], ids=lambda r: r["trick"])
def test_hostile_ids_are_told_to_reviewers(consultant: Consultant, row: dict[str, Any]) -> None:
    model: Any = Scripted()
    model.says = said(row)
    select = Select(model, consultant.wording)
    passages = tuple(consultant.passages.values())
    record = select.record()
    request = Request(Kind.ANSWER, row["question"], (), passages, frozenset([passages[0].id]))
    with pytest.raises(Unusable):
        select.evidence(
            request, Draft(consultant.passages, consultant.wording, TODAY), record, lambda d: None,
            threading.Event(),
        )  # fmt: skip
    assert record.dropped
    assert json.dumps(record.as_trace())
