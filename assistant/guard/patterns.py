"""A few careful patterns for danger that must not be missed, whatever resemblance says.

They say what is happening now, and leave alone what is only spoken of: trouble that has lasted, is
managed, is over, or is a figure of speech ("I can't breathe a word").
"""

from __future__ import annotations

import re

_NOW = re.compile(
    r"\b(?:can(?:no|')?t|can not|unable to|struggling to) breathe\b"
    r"(?=\s*(?:$|[,.!;?]|and\b|at all\b|now\b|right now\b|help\b|please\b))"
    r"|\b(?:stopped|not|isn'?t|isnt|no longer) breathing\b(?!\s+(?:well|properly|deeply|easily|exercises?|support))"
    r"|\b(?:turning|going|gone|went) blue\b"
    r"|\blips (?:are |have gone |look |r )?blue\b"
    r"|\b(?:no|can'?t find (?:a|his|her)) pulse\b",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\b(?:last|for) (?:week|month|year|spring|summer|autumn|fall|winter|night)s?\b|\b(?:days|weeks|months|years|winters|summers) ago\b"
    r"|\bin (?:19|20)\d\d\b|\bused to\b|\bif (?:he|she|they|i|someone|somebody|anyone|a person)\b|\bwhen (?:he|she|they|"
    r"i|someone|somebody|people|patients?)\b|\bafraid|\bscared|\bfear|\bworr|\bwithout\b|\bblue (?:badge|cross|light)",
    re.IGNORECASE,
)


def says_danger_now(sentence: str) -> bool:
    """Whether one sentence, unmasked, plainly says that someone is in physical danger now."""
    sentence = sentence.replace("\u2019", "'")
    return bool(_NOW.search(sentence)) and not _NOT_NOW.search(sentence)
