"""From a summary to drafts, and from drafts to passages; and the empty corpus that it begins with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.desk.approvals import add
from assistant.desk.items import passages
from assistant.desk.layout import lay_out
from assistant.desk.lint import lint
from assistant.desk.summary import drafts, grade, is_ungraded, split, take_in
from assistant.evidence.corpus import load_corpus, load_questions
from assistant.evidence.wording import Wording
from assistant.reply import Kind, PlainspokenError, Status
from tests.conftest import ROOT

DAY = date(2026, 11, 22)
SUMMARY = """
# Lamp therapy for greyfade

People ask much about *lamp therapy*. It is
gentle.

What it may do

- Colours may look a little **stronger** in some people.
- It does not end greyfade.

1. A bath takes ten minutes: no more.
"""


def test_headings_items_and_paragraphs_are_told_apart() -> None:
    parts = split(SUMMARY)
    assert [p.section for p in parts] == ["Lamp therapy for greyfade", *["What it may do"] * 3]
    assert [p.sentences for p in parts] == [
        ("People ask much about lamp therapy.", "It is gentle."),
        ("Colours may look a little stronger in some people.",),
        ("It does not end greyfade.",),
        ("A bath takes ten minutes: no more.",),
    ]
    assert [p.line for p in parts] == [4, 9, 10, 12]


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    folder = tmp_path / "lamps"
    lay_out(folder, ROOT / "corpus", ROOT / "prompts", illness="greyfade", treatment="lamp therapy")
    return folder


def test_drafts_are_not_served_until_they_are_graded_and_approved(laid_out: Path, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text(SUMMARY, encoding="utf-8")
    assert len(take_in(file, laid_out)) == 4
    corpus = load_corpus(laid_out)
    assert corpus.passages == {}
    found = drafts(corpus)
    assert [d.name for d in found][-1] == "what-it-may-do-3"
    assert all(map(is_ungraded, found))

    grade(found[-1], laid_out, Status.PRACTICAL)
    corpus = load_corpus(laid_out)
    (passage,) = corpus.passages.values()
    assert passage.sentences == ("A bath takes ten minutes: no more.",)
    assert [f.grade for f in corpus.facts.values()] == [Status.PRACTICAL]
    assert passage.section == "What it may do"
    assert corpus.approved(DAY) == {}
    add(laid_out, "passages", [passages(corpus)[0].record("approve", "A", DAY)])
    assert list(load_corpus(laid_out).approved(DAY)) == [passage.id]


def test_a_summary_taken_in_twice_adds_only_what_is_new(laid_out: Path, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text(SUMMARY, encoding="utf-8")
    take_in(file, laid_out)
    file.write_text(SUMMARY + "\nA new line, which is long enough to stand alone.\n", encoding="utf-8")
    assert len(take_in(file, laid_out)) == 1
    assert (laid_out / "facts.yaml").read_text(encoding="utf-8").count("grade: ungraded") == 5


@pytest.mark.parametrize("text", ["", "\n# Only a heading\n"])
def test_a_summary_without_text_is_refused(laid_out: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "summary.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlainspokenError, match="holds no text"):
        take_in(file, laid_out)


def test_the_empty_corpus_holds_what_depends_on_no_treatment(laid_out: Path) -> None:
    corpus = load_corpus(laid_out)
    examples, bad = load_questions(laid_out / "examples", corpus.facts, corpus.gaps)
    assert bad == []
    shipped = load_corpus(ROOT / "corpus")
    all_shipped, _ = load_questions(ROOT / "corpus" / "examples", shipped.facts, shipped.gaps)
    danger = [e.text for e in all_shipped if e.kinds[0].is_danger]
    kept = [e.text for e in examples if e.kinds[0].is_danger]
    assert set(kept) <= set(danger)
    assert len(kept) * 4 > len(danger)
    assert {Kind.DECLINED, Kind.OFF_TOPIC, Kind.NOT_COVERED} <= {e.kinds[0] for e in examples}
    around = [e.text for e in examples if not e.kinds[0].is_danger]
    assert not [t for t in around if "ALS" in t or "stem cell" in t.lower()]


def test_the_wording_of_the_empty_corpus_names_its_own_treatment(laid_out: Path) -> None:
    wording = Wording(laid_out / "prompts", staff="review")
    for sentence in wording.sentences:
        for word in ("ALS", "MSC", "VELAR", "stem cell"):
            assert word not in sentence
    assert "lamp therapy for greyfade" in wording.line("replies.empty.lines").text
    assert wording.contacts == {}
    missing = [str(p) for p in lint(laid_out, laid_out / "prompts", today=DAY) if "gaps.toml" in str(p.file)]
    assert missing == []


def test_nothing_is_laid_out_over_something(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("mine")
    with pytest.raises(PlainspokenError, match="not empty"):
        lay_out(tmp_path / "there", ROOT / "corpus", ROOT / "prompts", illness="a", treatment="b")
    with pytest.raises(PlainspokenError, match="plain names"):
        lay_out(tmp_path / "new", ROOT / "corpus", ROOT / "prompts", illness='a"', treatment="b")
