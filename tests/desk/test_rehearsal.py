"""The rehearsal on the small corpus: what is found in an answer, how a session goes, what is kept of it."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest

from assistant.desk import rehearsal
from assistant.desk.lint import lint
from assistant.desk.practice import Choice, Difficulty, Past, as_text, difficulty_of, export, topic_of
from assistant.desk.reading import unexplained
from assistant.desk.rehearsal import Feedback, Judge, Place, Said, Why
from assistant.desk.remarks import Mark, parts, remarks
from assistant.desk.words import StaffWords
from assistant.evidence.answers import Verdict, load_answers, load_wanted
from assistant.evidence.corpus import load_corpus
from assistant.reply import Kind, PlainspokenError, Question
from tests.by_heart import TODAY
from tests.conftest import ROOT
from tests.rehearsing import ByWord, judge, room, write_rehearsal

CURE = "Will the lamp end it for good?"
WORDS = StaffWords(ROOT / "prompts", "rehearse")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_rehearsal(tmp_path / "corpus")


@pytest.fixture
def judged(corpus: Path) -> Judge:
    return judge(corpus)


def verdicts(feedback: Feedback) -> dict[str, str]:
    return {p.fact: p.verdict.value for p in feedback.points}


def test_a_question_needs_what_its_vetted_answer_cites_and_its_kind(judged: Judge) -> None:
    feedback = judged.feedback(Said(Question(CURE), "It does not end it. It may help a little."))
    assert verdicts(feedback)["LUM-03"] == "covered"
    assert verdicts(feedback)["LUM-02"] == "covered"
    assert {p.fact: p.why for p in feedback.points}["LUM-03"] is Why.VETTED
    (point,) = [p for p in feedback.points if p.fact == "LUM-02"]
    assert point.text == "It may help a little."


def test_a_claim_contradicts_the_fact_it_runs_against(judged: Judge) -> None:
    feedback = judged.feedback(Said(Question(CURE), "We have seen it. The lamp is a cure!"))
    assert verdicts(feedback)["LUM-03"] == "contradicted"
    assert [c.text for c in feedback.claims] == ["The lamp is a cure!"]
    assert feedback.as_json()["overclaims"] == [{"text": "The lamp is a cure!", "claim": "cure"}]


def test_a_doubtful_claim_is_not_held_against_anybody(judged: Judge) -> None:
    assert not judged.feedback(Said(Question(CURE), "Hope is perhaps the word.")).claims


def test_a_denial_with_the_word_in_it_is_no_claim(judged: Judge) -> None:
    feedback = judged.feedback(Said(Question(CURE), "It does not end it, it is no cure."))
    assert not feedback.claims
    assert verdicts(feedback)["LUM-03"] == "covered"


def test_what_nobody_asked_for_counts_if_it_is_wrong_or_right(judged: Judge) -> None:
    feedback = judged.feedback(Said(Question(CURE), "It does not end it. Lamp baths take an hour or so."))
    assert verdicts(feedback)["LUM-04"] == "contradicted"


def test_a_fact_far_down_in_a_long_answer_is_heard(judged: Judge) -> None:
    long = "It does not end it. " + "I hear you. " * 9 + "Otherwise they go pale."
    said = {p.fact: (p.verdict, p.why, p.text) for p in judged.feedback(Said(Question(CURE), long)).points}
    assert said["LUM-01"] == (Verdict.COVERED, Why.BESIDE, "Otherwise they go pale.")
    assert "LUM-01" not in verdicts(judged.feedback(Said(Question(CURE), "It does not end it. I hear you.")))


def test_what_the_question_needs_is_told_first_then_what_is_wrong(
    judged: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "FEWEST", 1)
    monkeypatch.setattr(rehearsal, "NEAR", 0.0)
    said = Said(
        Question("How many minutes is one?"), "They go pale. They are gone for good. It takes ten minutes."
    )
    told = [(p.why is Why.BESIDE, p.verdict.value) for p in judged.feedback(said).points]
    assert told == [(False, "covered"), (True, "contradicted"), (True, "covered")]


def test_a_very_long_question_leaves_its_answer_room_to_be_read(judged: Judge) -> None:
    worried = "I lie awake and ask myself so many things. " * 200 + CURE
    feedback = judged.feedback(Said(Question(worried), "It does not end it."))
    assert verdicts(feedback)["LUM-03"] == "covered"
    assert isinstance(judged._judges, ByWord)
    assert {
        len(read) < 500 and read.endswith(" It does not end it.") for _, read in judged._judges.pairs
    } == {True}


def test_an_empty_answer_misses_everything(judged: Judge) -> None:
    feedback = judged.feedback(Said(Question(CURE), "  \n"))
    assert set(verdicts(feedback).values()) == {"missed"}
    assert [r.mark for r in remarks(feedback, judged.corpus, WORDS)] == [Mark.NOTE]


def test_what_was_said_before_the_press_still_counts_but_is_not_held_against_them_again(
    judged: Judge,
) -> None:
    before = "It does not end it. It is a cure. Baths take an hour."
    feedback = judged.feedback(Said(Question(CURE), "I have seen it help a little.", before))
    assert verdicts(feedback)["LUM-03"] == "covered"
    assert "contradicted" not in verdicts(feedback).values()
    assert not feedback.claims


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("Call the emergency number now.", Place.THERE),
        ("I am so sorry. Call the emergency number now.", Place.THERE),
        ("The lamp is safe. It is warm. It hums. Call the emergency number now.", Place.LATE),
        ("Call us tomorrow.", Place.MISSING),
    ],
)
def test_what_comes_first_has_to_come_first(
    judged: Judge, monkeypatch: pytest.MonkeyPatch, answer: str, place: Place
) -> None:
    urgent = judged.consultant.batch([Question("How many minutes")])[0]
    object.__setattr__(urgent, "kind", Kind.URGENT)
    monkeypatch.setattr(judged.consultant, "batch", lambda questions: [urgent])
    feedback = judged.feedback(Said(Question("She is not breathing!"), answer))
    assert [t.place for t in feedback.turns] == [place]
    assert not feedback.points
    first = remarks(feedback, judged.corpus, WORDS)[0]
    assert first.mark is (Mark.GOOD if place is Place.THERE else Mark.MISSING)


def test_a_term_needs_its_meaning_once() -> None:
    terms = {
        "FVC": "forced vital capacity, which is a breathing test",
        "intravenous": "by a drip into a vein",
    }
    assert unexplained(["We look at the FVC."], terms) == {"FVC": terms["FVC"]}
    assert not unexplained(["We look at the FVC.", "That is a test of her breathing."], terms)
    assert not unexplained(["The FVC falls."], terms, known="What does my fvc mean?")
    assert list(unexplained(["It is intravenous."], terms)) == ["intravenous"]


def test_every_remark_gives_its_reason(judged: Judge) -> None:
    answer = "The lamp is a cure! Baths take an hour."
    said = [r.text for r in remarks(judged.feedback(Said(Question(CURE), answer)), judged.corpus, WORDS)]
    assert any("“The lamp is a cure!”" in t and "Lamp baths do not end greyfade." in t for t in said)
    assert any("“Baths take an hour.”" in t and "Lamp baths take ten minutes." in t for t in said)
    assert any("Lamp baths may make colours a little stronger" in t for t in said)


def test_a_session_presses_once_and_sums_up(corpus: Path, tmp_path: Path) -> None:
    here = room(corpus, tmp_path)
    session = here.session(Choice(kind=Kind.CORRECTION))
    assert session.asks == CURE
    session.answer("It is a cure.")
    session.go_on()
    assert session.pressing
    assert session.asks == "But you have seen it work, haven't you?"
    session.answer("It does not end it.")
    session.go_on()
    assert session.round is None
    found = session.summary(here.judge.corpus.passages)
    assert found.answers == 2
    assert {(w.name, w.verdict) for w in found.weak} >= {
        ("LUM-03", Verdict.CONTRADICTED),
        ("LUM-02", Verdict.MISSED),
    }
    assert found.claimed == {"cure": "It is a cure."}
    assert found.reread[0] == "lamp-no-end"
    shown = [line for part in parts(found, here.judge.corpus, WORDS) for line in part.lines]
    assert any("You said for example: “It is a cure.”" in line for line in shown)


def test_a_question_without_an_answer_is_not_pressed(corpus: Path, tmp_path: Path) -> None:
    session = room(corpus, tmp_path).session(Choice(kind=Kind.CORRECTION))
    session.go_on()
    assert session.round is None
    assert (
        parts(session.summary({}), session.judge.corpus, WORDS)[0].lines[0].startswith("You gave no answer")
    )


def test_questions_are_chosen_by_kind_topic_and_difficulty(corpus: Path, tmp_path: Path) -> None:
    here = room(corpus, tmp_path)
    assert {topic_of(q) for q in here.questions} == {"LUM", "silent"}
    assert {difficulty_of(q) for q in here.questions} == {Difficulty.EASY, Difficulty.MIDDLE}
    assert [
        q.text for q in here.session(Choice(topic="silent")).judge and _asked(here, Choice(topic="silent"))
    ] == ["And what does it cost?"]
    assert "kind.correction" in here.choices()
    assert "worst" not in here.choices()
    with pytest.raises(PlainspokenError, match="no question of that sort"):
        here.session(Choice(kind=Kind.URGENT))


def _asked(here, choice: Choice):
    return [r.asked for r in here.session(choice).rounds]


def test_progress_is_kept_without_what_was_typed_and_leads_to_the_worst(corpus: Path, tmp_path: Path) -> None:
    here = room(corpus, tmp_path)
    session = here.session(Choice(kind=Kind.CORRECTION))
    session.answer("My secret: it is a cure.")
    here.past.keep(session, TODAY)
    here.past.keep(session, TODAY)
    kept = (tmp_path / "rehearsal.json").read_text(encoding="utf-8")
    assert "secret" not in kept
    assert len(json.loads(kept)["sessions"]) == 1
    again = room(corpus, tmp_path)
    assert "worst" in again.choices()
    assert [q.text for q in _asked(again, Choice(worst=True))] == [CURE]
    assert Past(tmp_path / "rehearsal.json").forget()
    assert not Past(tmp_path / "rehearsal.json").forget()
    with pytest.raises(PlainspokenError, match="Rehearse with --keep first"):
        room(corpus, tmp_path).session(Choice(worst=True))


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": "x"}', '{"format": "plainspoken rehearsal 1", "sessions": [1]}']
)
def test_progress_that_cannot_be_read_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "rehearsal.json").write_text(text)
    with pytest.raises(PlainspokenError, match=r"holds no progress that can be read\. Remove it"):
        Past.read(tmp_path)


def test_a_session_goes_out_as_csv_and_json(corpus: Path, tmp_path: Path) -> None:
    session = room(corpus, tmp_path).session(Choice(kind=Kind.CORRECTION))
    session.answer("=It is a cure.")
    (row,) = csv.DictReader(io.StringIO(as_text(session, ".csv")))
    assert row["answer"] == "'=It is a cure."
    assert row["contradicted"].startswith("LUM-03")
    (made,) = json.loads(as_text(session, ".json"))
    assert made["overclaims"][0]["claim"] == "cure"
    with pytest.raises(PlainspokenError, match=r"Give the name of a \.csv or \.json file"):
        export(session, tmp_path / "x.pdf", replace=False)
    export(session, tmp_path / "x.json", replace=False)
    with pytest.raises(PlainspokenError, match="is there already"):
        export(session, tmp_path / "x.json", replace=False)


ROWS = """voice: x
answers:
  - question: "Does it end it?"
    answer: "No. It is a wonder."
    quality: good
    points: {LUM-03: covered}
    overclaims: [{text: "It is a wonder.", claim: cure}]
"""


def test_labelled_answers_are_read_and_linted(corpus: Path) -> None:
    for name in ("answers", "bank/answers"):
        (corpus / name).mkdir()
    good = corpus / "answers" / "x.yaml"
    good.write_text(ROWS)
    (row,), problems = load_answers(good.parent, ["LUM-03"])
    assert not problems
    assert row.sentences == [("No.", ""), ("It is a wonder.", "cure")]
    bad = ROWS.replace("LUM-03", "LUM-99") + ROWS.split("answers:\n")[1].replace("good", "fine")
    bad += ROWS.split("answers:\n")[1].replace('text: "It is a wonder."', 'text: "Wonders."')
    bad += ROWS.split("answers:\n")[1]
    (corpus / "bank" / "answers" / "y.yaml").write_text(bad)
    said = [str(p) for p in lint(corpus, ROOT / "prompts", today=TODAY) if "answers/" in str(p)]
    assert [line.split(": ", 1)[1] for line in said] == [
        "answer left out (unknown fact LUM-99); correct the row",
        "answer left out (quality must be one of good, vague, over-promising, cold, wrong, half-right); correct the row",
        "answer left out (“Wonders.” does not stand in the answer); correct the row",
        "is there twice (also x.yaml:3); remove one",
    ]


def test_the_shipped_needs_have_words_and_facts() -> None:
    corpus = load_corpus(ROOT / "corpus")
    wanted, problems = load_wanted(corpus.folder, corpus.facts)
    assert not problems
    assert wanted.needs_of(Kind.URGENT)[0].first
    assert wanted.needs_of(Kind.CRISIS)[0].first
    for need in wanted.needs:
        assert WORDS(f"need.{need.id}.label")
        assert WORDS(f"need.{need.id}.why")


def test_chance_is_the_only_order(corpus: Path, tmp_path: Path) -> None:
    from assistant.desk.practice import choose

    here = room(corpus, tmp_path)
    orders = {
        tuple(q.text for q in choose(here.questions, Choice(), 3, here.past, random.Random(n)))
        for n in range(9)
    }
    assert len(orders) > 1
    assert {len(order) for order in orders} == {3}
