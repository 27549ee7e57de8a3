"""The few patterns: what plainly is danger now, and what only sounds like it."""

from __future__ import annotations

import pytest

from assistant.guard.patterns import says_danger_now


@pytest.mark.parametrize(
    "sentence",
    [
        "She cannot breathe, should we still come for the infusion?",
        "help he can’t breathe",
        "Dad is not breathing",
        "he stopped breathing and I do not know what to do",
        "she is going blue",
        "his lips are blue",
        "I can't find a pulse",
    ],
)
def test_danger_now(sentence: str) -> None:
    assert says_danger_now(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I can't breathe a word to Dad until Sunday.",
        "When somebody can no longer breathe without a machine, is there much to be had?",
        "He stopped breathing for a moment last year and got a mask.",
        "I am afraid that one day she cannot breathe.",
        "Is he not breathing well because of the cells?",
        "What happens when people cannot breathe at all?",
        "We have a blue badge.",
    ],
)
def test_not_now(sentence: str) -> None:
    assert not says_danger_now(sentence)
