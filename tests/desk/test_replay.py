"""`plainspoken review --check`: what differs from what was looked at, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.desk.approvals import add
from assistant.desk.items import State
from assistant.desk.replay import Replay, Why, as_seen, replay
from assistant.desk.report import lines, page
from assistant.desk.words import StaffWords
from assistant.evidence.corpus import load_corpus
from assistant.evidence.wording import Wording
from tests.by_heart import TODAY, by_heart, write_bank
from tests.conftest import ROOT

PROMPTS = ROOT / "prompts"
WORDS = StaffWords(PROMPTS, "review")
LATER = date(2027, 6, 1)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "corpus")


def run(corpus: Path, today: date = TODAY, screen: Any = None) -> Replay:
    return replay(by_heart(corpus), Wording(PROMPTS), screen, today)


def whys(found: Replay) -> dict[str, tuple[Why, ...]]:
    return {d.item.title: d.why for d in found.differences}


def look(corpus: Path, question: str, did: Any = "approve", expires: date | None = None) -> None:
    (answer,) = [a for a in run(corpus).answers if question in a.asked.text]
    add(corpus, "answers", [answer.item.record(did, "A", TODAY, "seen", expires)])


def edit(corpus: Path, name: str, old: str, new: str) -> None:
    file = corpus / "passages" / f"{name}.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_reply_that_is_not_as_expected_differs_until_someone_flags_it_as_it_is(corpus: Path) -> None:
    assert whys(run(corpus)) == {"What is greyfade, in a word?": (Why.CITATION,)}
    look(corpus, "greyfade", "flag")
    found = run(corpus)
    assert found.differences == []
    assert found.count(State.FLAGGED) == 1
    edit(corpus, "greyfade", "look pale", "fade")
    assert whys(run(corpus))["What is greyfade, in a word?"] == (Why.CITATION,)


def test_a_reply_that_nobody_looked_at_and_that_is_as_expected_is_no_difference(corpus: Path) -> None:
    look(corpus, "greyfade", "flag")
    edit(corpus, "lamp-time", "ten", "nine")
    found = run(corpus)
    assert whys(found) == {"lamp-time": (Why.CHANGED,), "How many minutes is one?": (Why.CITATION,)}
    assert "minutes." not in found.answers[2].reply.text


def test_an_approved_reply_that_changes_differs_with_what_it_was(corpus: Path) -> None:
    look(corpus, "greyfade", "flag")
    look(corpus, "minutes")
    assert run(corpus).differences == []
    edit(corpus, "lamp-time", "ten", "nine")
    passage = load_corpus(corpus).passages["lamp-time"]
    item = next(i for i in run(corpus).others if i.name == passage.id)
    add(corpus, "passages", [item.record("approve", "B", TODAY)])
    found = run(corpus)
    assert whys(found) == {"How many minutes is one?": (Why.CHANGED,)}
    html = page(found, WORDS, "c0ffee")
    assert "<del>ten </del>" in html
    assert "<ins>nine </ins>" in html


def test_approvals_that_ended_are_told(corpus: Path) -> None:
    look(corpus, "greyfade", "flag")
    look(corpus, "minutes", expires=LATER)
    passage = next(i for i in run(corpus).others if i.name == "greyfade")
    assert run(corpus, LATER).differences == []
    assert run(corpus, LATER).count(State.EXPIRING) == 1
    assert whys(run(corpus, date(2027, 6, 2))) == {"How many minutes is one?": (Why.EXPIRED,)}
    assert passage.state(LATER) is State.APPROVED


def test_another_kind_than_expected_differs(corpus: Path) -> None:
    file = corpus / "bank" / "village.yaml"
    file.write_text(file.read_text().replace("kinds: [not_covered], gaps: [price]", "kinds: [off_topic]"))
    assert whys(run(corpus))["And what does it cost?"] == (Why.KIND,)


def test_a_claim_that_slipped_in_is_told_once_even_where_the_reply_was_approved(corpus: Path) -> None:
    from assistant.guard.claims import Claim

    class Suspicious:
        def claims(self, numbered: list[tuple[int, str]]) -> list[Claim]:
            return [Claim(n, t, "cure", (), 0.9, ()) for n, t in numbered if "do not end" in t]

    for word in ("good?", "greyfade"):
        for question in [a.asked.text for a in run(corpus).answers if word in a.asked.text]:
            look(corpus, question, "approve")
    found = run(corpus, screen=Suspicious())
    assert [d.why for d in found.differences] == [(Why.CLAIM,)]
    assert "    cure: Lamp baths do not end greyfade." in list(lines(found, WORDS, corpus))


def test_the_report_says_where_what_and_why(corpus: Path) -> None:
    told = list(lines(run(corpus), WORDS, corpus.parent))
    assert told[0].startswith("corpus/bank/village.yaml:8: it cites LUM-01, none of LUM-04: What is greyfade")
    assert "4 of 5 replies are as the bank expects." in told
    assert told[-1].startswith("Differences: 1.")


def test_the_page_needs_nothing_else_and_takes_text_as_data(corpus: Path) -> None:
    file = corpus / "bank" / "village.yaml"
    file.write_text(file.read_text().replace("in a word?", "<script>alert(1)</script>?"))
    html = page(run(corpus), WORDS, "c0ffee")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "http:" not in html.replace("http-equiv", "")
    assert "src=" not in html
    assert "default-src 'none'" in html


def test_what_an_approval_is_given_for_holds_all_that_a_family_sees(corpus: Path) -> None:
    reply = run(corpus).answers[0].reply
    seen = as_seen(reply)
    for part in (reply.kind, *(s.text for s in reply.sentences), *(c.quote for c in reply.citations)):
        assert part in seen
    edit(corpus, "greyfade", "title: greyfade", "title: Greyfade")
    before = {a.item.what: a.item.sha256 for a in run(corpus).answers}
    edit(corpus, "lamp-no-end", "title: lamp-no-end", "title: No end")
    after = {a.item.what: a.item.sha256 for a in run(corpus).answers}
    assert before != after


def test_a_passage_that_awaits_review_is_said_to_be_and_the_question_is_listed(corpus: Path) -> None:
    edit(corpus, "lamp-no-end", "do not end", "never end")
    replies = {a.asked.text: a.reply for a in run(corpus).answers}
    correction = replies["Will the lamp end it for good?"]
    awaiting = Wording(PROMPTS).line("replies.awaiting.lines").text
    assert correction.text.startswith("No, and I am sorry to have to say so.")
    assert awaiting in correction.text
    assert "never end" not in correction.text
    assert correction.for_consultation
    # its limit is withheld, so the benefit is withheld too
    benefit = replies["Do lamp baths do any good?"]
    assert "stronger" not in benefit.text
    assert awaiting in benefit.text
    nothing = Wording(PROMPTS).line("replies.not_covered.lines").text
    assert all(nothing not in r.text for r in (correction, benefit))
