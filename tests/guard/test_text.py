"""Cleaning, unmasking and splitting, on whatever people and attackers type."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.text import MAX_CHARS, clean, for_list, is_yes_no, sentences, unmask

ANY = st.text(st.characters(codec=None), max_size=400)


def harmless(text: str) -> bool:
    """Whether ``text`` holds nothing that a terminal or a reader would act on."""
    return all(c == "\n" or unicodedata.category(c)[0] != "C" for c in text)


@given(ANY)
def test_cleaned_text_is_harmless_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert harmless(cleaned)
    assert clean(cleaned) == cleaned


@given(ANY)
def test_unmasked_text_is_harmless(text: str) -> None:
    assert harmless(unmask(text))


@given(ANY)
def test_a_line_for_the_list_is_one_short_line(text: str) -> None:
    line = for_list(text)
    assert "\n" not in line
    assert len(line) <= 242
    assert harmless(line)


@given(ANY)
def test_splitting_loses_no_letters(text: str) -> None:
    cleaned = clean(text)
    letters = [c for c in cleaned if c.isalnum()]
    assert [c for s in sentences(cleaned) for c in s if c.isalnum()] == letters


def test_a_huge_message_is_bounded() -> None:
    assert len(clean("why " * 100_000)) <= MAX_CHARS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ＭＳＣｓ　ｃｕｒｅ　ＡＬＳ", "MSCs cure ALS"),
        ("c u r e d by stem cells", "cured by stem cells"),
        ("c.u.r.e it", "cure it"),
        ("What iѕ АLЅ", "What is ALS"),
        ("c4n it h3al him", "can it heal him"),
        ("\x1b[2J\x1b[1;32mCURED\x1b[0m", "CURED"),
        ("he\u200bal\u2060ed", "healed"),
        ("i\u202em\u202c well", "im well"),
    ],
)
def test_masks_come_off(typed: str, meant: str) -> None:
    assert unmask(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "IL-6 and TNF-α at 3pm",
        "3years, week3, 10days",
        "thở được, ağrı, мой",
        "C9orf72, 44 of 48",
        "naïve façade",
        "Wharton's jelly",
    ],
)
def test_ordinary_words_are_left_alone(typed: str) -> None:
    assert unmask(typed) == typed


@pytest.mark.parametrize(
    ("message", "answerable"),
    [
        ("Will he walk again?", True),
        ("He is 60. Can it cure him?", True),
        ("Isn't it a cure?", False),
        ("Is it true that it is not a cure?", False),
        ("When will he walk again?", False),
        ("How many years does it add?", False),
        ("", False),
        ("Will he get worse?", False),
        ("Is it a lie that the cells cure ALS?", False),
        ("Is the nerve damage permanent?", False),
        ("Am I foolish to hope that he will walk?", False),
    ],
)
def test_only_a_plain_yes_no_question_is_answered_with_no(message: str, answerable: bool) -> None:
    assert is_yes_no(message) is answerable


def test_one_endless_word_costs_no_time() -> None:
    for text in ("a" * MAX_CHARS, "аb" * MAX_CHARS, "\x1b]" * MAX_CHARS, "a4" * MAX_CHARS, "a " * MAX_CHARS):
        started = time.process_time()
        unmask(text)
        assert time.process_time() - started < 2
