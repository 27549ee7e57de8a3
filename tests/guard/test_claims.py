"""The claim screen: which sentences claim more than the summary supports, and where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.consultant import Consultant
from assistant.evidence.claims import CLAIMS
from assistant.guard.claims import ClaimScreen, read


def claims(screen: ClaimScreen, *texts: str) -> list[str]:
    return [c.claim for c in screen.claims(list(enumerate(texts)))]


@pytest.mark.parametrize(
    "text",
    [
        "Our stem cells cure ALS.",
        "After three infusions the weakness is turned back.",
        "While it is no cure, most people who have the cells regain strength.",
        "When your speech returns after the infusions, please tell the nurse.",
        "Patients live three to five years longer with our programme.",
        "We guarantee that the cells will help you.",
        "Nine in ten patients respond to the cells.",
        "With the cells you no longer need your neurologist.",
        "The infusions have no side effects at all.",
        "Her ALS has stood still since she had her stem cells.",
    ],
)
def test_a_claim_too_many_is_found(screen: ClaimScreen, text: str) -> None:
    assert claims(screen, text)


@pytest.mark.parametrize(
    "text",
    [
        "MSC therapy is not a cure for ALS.",
        "A modest slowing of decline is plausible in some patients.",
        "Will the cells give him his strength back?",
        "A clinic that promises to halt ALS promises too much.",
        "Breathing support can prolong life.",
        "A ventilator can prolong life.",
        "Riluzole can prolong life a little.",
        "The ham on the buffet is cured.",
        "No one can guarantee that the infusions help.",
        "Checks are repeated after 1, 3, 6 and 12 months.",
    ],
)
def test_a_sober_sentence_is_left_alone(screen: ClaimScreen, text: str) -> None:
    assert not claims(screen, text)


def test_each_claim_names_what_it_runs_against(consultant: Consultant) -> None:
    known = set(consultant.corpus.facts) | set(consultant.corpus.gaps)
    against = consultant.corpus.framing.against
    assert set(against) == set(CLAIMS)
    assert all(ids and known.issuperset(ids) for ids in against.values())


def test_markdown_is_read_sentence_by_sentence_with_lines() -> None:
    text = (
        "# Our programme\n\nThe cells are *given*\nby drip. They are [tested](http://x).\n\n"
        "- One item\n- Two items. And more.\n\n\n\n\n\n> Quoted here.\n"
    )
    assert list(read(text)) == [
        (1, "Our programme"),
        (3, "The cells are given by drip."),
        (4, "They are tested."),
        (6, "One item"),
        (7, "Two items."),
        (7, "And more."),
        (13, "Quoted here."),
    ]


def test_a_labelled_sentence_is_what_its_label_says(screen: ClaimScreen) -> None:
    for row in screen.labelled.rows[::400]:
        assert claims(screen, row["text"]) == ([] if row["claim"] == "none" else [row["claim"]])


def test_a_claim_shows_what_it_resembles(screen: ClaimScreen) -> None:
    (found,) = screen.claims([(7, "Our stem cells cure ALS.")])
    assert found.line == 7
    assert found.facts
    assert all(row["where"].startswith("claims/") for row in found.nearest)


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_lines_rise(text: str) -> None:
    lines = [n for n, _ in read(text)]
    assert lines == sorted(lines)
    assert all(1 <= n <= len(text.split("\n")) for n in lines)
