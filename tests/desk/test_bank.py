"""Questions and comments in and out of the bank."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from assistant.desk import bank
from assistant.desk.names import ordinary, terms_of, without_names
from assistant.evidence.corpus import Corpus, load_corpus, load_questions
from assistant.reply import Kind, PlainspokenError
from tests.by_heart import write_bank


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return load_corpus(write_bank(tmp_path / "corpus"))


def given(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "in.csv"
    file.write_text(text, encoding="utf-8")
    return file


def in_bank(corpus: Corpus) -> list[str]:
    found, bad = load_questions(corpus.folder / "bank", corpus.facts, corpus.gaps, measured=True)
    assert bad == []
    return [q.text for q in found]


def test_good_rows_are_kept_and_bad_ones_named_by_their_line(tmp_path: Path, corpus: Corpus) -> None:
    read = bank.read_csv(
        given(
            tmp_path,
            "\ufeffQuestion,kinds,facts,gaps,who,history,comment\n"
            '"Is it warm,\nwould you say?",answer;refer,LUM-04,,child,What is a lamp bath? / Is it far?,kind words\n'
            ",answer,LUM-04,,,,\n"
            "Is it dear?,not_covered,,price,,,\n"
            "Is it bright?,answer,,,,,\n"
            "Is it loud?,answer,LUM-99,,,,\n"
            "Is it cold?,maybe,,,,,\n"
            "Is it near?,off_topic,,,,,,,\n"
            "Is it safe?,not_covered,,,nobody,,\n"
            "Where is it?,not_covered,,,,,\n",
        ),
        corpus,
    )
    assert [row.question.text for row in read.rows] == [
        "Is it warm, would you say?",
        "Is it dear?",
        "Where is it?",
    ]
    first = read.rows[0].question
    assert first.kinds == (Kind.ANSWER, Kind.REFER)
    assert first.history == ("What is a lamp bath?", "Is it far?")
    assert read.rows[0].comment == "kind words"
    where = [line.split(": ")[0].rpartition(":")[2] for line in read.bad]
    assert where == ["4", "6", "7", "8", "9", "10"]
    whys = ["no question", "needs facts", "LUM-99", "kinds must be", "more values", "who must be"]
    assert all(why in line for why, line in zip(whys, read.bad, strict=True))
    assert bank.add(corpus.folder, [row.question for row in read.rows], corpus) == 3
    assert in_bank(corpus)[:3] == ["Is it warm, would you say?", "Is it dear?", "Where is it?"]


@pytest.mark.parametrize(
    "header",
    ["q,kinds", "question", "question,kinds,color", "question,kinds,kinds", ""],
)
def test_the_header_is_checked(tmp_path: Path, corpus: Corpus, header: str) -> None:
    with pytest.raises(PlainspokenError, match=r"in\.csv:1: .*question, kinds"):
        bank.read_csv(given(tmp_path, header + "\nIs it far?,answer\n"), corpus)


def test_questions_that_are_there_are_passed_over(tmp_path: Path, corpus: Corpus) -> None:
    text = (
        "question,kinds,facts\nIs it over in an hour?,answer,LUM-04\nHow many minutes is one?,answer,LUM-04\n"
    )
    rows = bank.read_csv(given(tmp_path, text), corpus).rows
    assert bank.add(corpus.folder, [row.question for row in rows], corpus) == 0
    again = bank.read_csv(given(tmp_path, text + "Is it far from here?,off_topic,\n" * 2), corpus).rows
    assert bank.add(corpus.folder, [row.question for row in again], corpus) == 1
    assert bank.add(corpus.folder, [row.question for row in again], corpus) == 0


def test_any_words_survive_the_way_through_the_bank(tmp_path: Path, corpus: Corpus) -> None:
    odd = 'He said: "why {me}, [you] - #1?" & \\ ünï नमस्ते'
    out = io.StringIO()
    csv.writer(out).writerows([["question", "kinds"], [odd, "off_topic"]])
    rows = bank.read_csv(given(tmp_path, out.getvalue()), corpus).rows
    bank.add(corpus.folder, [row.question for row in rows], corpus)
    assert odd in in_bank(corpus)


def test_a_spreadsheet_takes_no_question_for_a_formula(tmp_path: Path, corpus: Corpus) -> None:
    text = bank.as_csv([{"question": "=1+1", "kinds": "off_topic"}])
    assert "'=1+1" in text
    assert bank.read_csv(given(tmp_path, text), corpus).rows[0].question.text == "=1+1"


def test_an_id_is_of_the_words_and_what_was_asked_before() -> None:
    assert bank.id_of("a") != bank.id_of("a", ["b"]) != bank.id_of("b", ["a"])


WORDS = ordinary(
    ["is it good for my mum", "will it hurt him", "can he walk", "what does it cost at the clinic"] * 3
)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("Will it hurt Peter?", "Will it hurt …?"),
        ("Peter Miller can walk.", "… can walk."),
        ("Can Mum walk? It is good for Greyfade.", "Can Mum walk? It is good for Greyfade."),
        ("is it good for peter", "is it good for …"),
        ("My mail is a@b.org, call 0123 456789", "My … is …"),
        ("He can walk on 22.11.2026 at 12/3 https://x.y/z", "He can walk … at …"),
        ("Will it hurt Will?", "Will it hurt …?"),
    ],
)
def test_names_are_taken_out(asked: str, kept: str) -> None:
    assert without_names(asked, WORDS, terms_of(["Greyfade makes colours pale."])) == kept
