"""Splits text into sentences."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.?!…。？！])[\"'”’)]*\s+|\n+|(?<=[。？！])")


def sentences(text: str) -> list[str]:
    """The sentences of a message, roughly: split after end marks and at line breaks."""
    return [s.strip() for s in _SENTENCE.split(text) if s and s.strip()]
