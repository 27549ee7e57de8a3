"""Who is writing: only what they say themselves counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.writer import Writer, writer_of


@pytest.mark.parametrize(
    "text",
    [
        "I'm 9 and my dad has ALS",
        "im eleven. will mummy walk again",
        "hi i am in year 5 and my grandpa is ill",
        "I\u2019m in 4th grade, what is a motor neuron?",
        "i am 13 years old",
        "im 8 why does my nan talk funny",
        "I'm just a kid, nobody tells me anything",
    ],
)
def test_a_child_says_so(text: str) -> None:
    assert writer_of(text) is Writer.CHILD


@pytest.mark.parametrize(
    "text",
    [
        "I'm 4 years into this and tired",
        "I'm 12 stone now, down from 15",
        "I am 9 months past my diagnosis",
        "I'm in stage 4 of something",
        "I'm 17th on the waiting list",
        "I am 71 years old",
        "How many children have ALS?",
    ],
)
def test_an_adult_is_not_taken_for_a_child(text: str) -> None:
    assert writer_of(text) is Writer.UNKNOWN


@pytest.mark.parametrize("text", ["Should she do it?", "my late father in law's clinic", "Our son is ill"])
def test_someone_writes_for_another(text: str) -> None:
    assert writer_of(text) is Writer.BEHALF


def test_a_patient_who_speaks_of_a_doctor_asks_for_themself() -> None:
    assert writer_of("My neurologist says he would wait. Should I do it?") is Writer.UNKNOWN


def test_what_was_said_before_counts() -> None:
    assert writer_of("and then?", ["I'm 10. What is ALS?"]) is Writer.CHILD


@given(st.text(max_size=200))
def test_any_text_has_a_writer(text: str) -> None:
    assert writer_of(text) in Writer
