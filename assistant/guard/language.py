"""Recognises a message that is not in English, so that it gets a short reply in its own language.

Scripts are told by their letters; languages in Latin letters by py3langid (``evidence/languages.py``), and
only where the message holds hardly any common English words, since short and misspelt English is easily
taken for something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.evidence.languages import Languages

SURE, LIKELY = 0.8, 0.5
"""The least probability of another language: in short messages and with some English words, else."""
_SCRIPTS = {"DEVANAGARI": "hi", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko"}
_SCRIPTS |= {"ARABIC": "ar", "CYRILLIC": "ru", "GREEK": "el", "HEBREW": "he", "THAI": "th", "BENGALI": "bn"}
_SCRIPTS |= {"TAMIL": "ta", "TELUGU": "te", "GUJARATI": "gu", "GURMUKHI": "pa", "GEORGIAN": "ka"}
_ENGLISH = frozenset(
    [
        "about",
        "after",
        "all",
        "and",
        "any",
        "are",
        "be",
        "because",
        "been",
        "but",
        "by",
        "can",
        "could",
        "does",
        "doctor",
        "for",
        "from",
        "get",
        "give",
        "go",
        "good",
        "had",
        "has",
        "have",
        "hello",
        "help",
        "her",
        "here",
        "hey",
        "him",
        "his",
        "how",
        "i",
        "if",
        "is",
        "it",
        "its",
        "just",
        "know",
        "like",
        "more",
        "much",
        "my",
        "not",
        "now",
        "of",
        "off",
        "ok",
        "one",
        "our",
        "out",
        "please",
        "pls",
        "she",
        "should",
        "some",
        "stop",
        "tell",
        "than",
        "thank",
        "thanks",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "time",
        "to",
        "u",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
        "would",
        "yes",
        "you",
        "your",
        "mum",
        "mom",
        "dad",
        "cure",
        "cells",
        "stem",
        "als",
        "mnd",
        "treatment",
        "therapy",
    ]
)


def language(text: str, identifier: Callable[[], Languages]) -> str:
    """The language of cleaned ``text`` as an ISO 639-1 code; ``en`` where it may be English. ``identifier`` gives
    what tells languages in Latin letters, and is called where that is needed."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return "en"
    scripts: dict[str, int] = {}
    for c in letters:
        name = unicodedata.name(c, "").split(" ")[0].split("-")[0]
        if name in _SCRIPTS:
            scripts[_SCRIPTS[name]] = scripts.get(_SCRIPTS[name], 0) + 1
    if scripts and sum(scripts.values()) * 2 > len(letters):
        if "ja" in scripts:
            return "ja"
        return max(scripts, key=lambda s: scripts[s])
    words = re.findall(r"[^\W\d_]+", text.lower())
    english = sum(w in _ENGLISH for w in words)
    if len(words) < 2 or english * 5 >= len(words):
        return "en"
    code, probability = identifier().classify(text)
    code = "ms" if code == "id" else code  # Malay and Indonesian read each other
    return code if probability >= (SURE if english or len(words) < 4 else LIKELY) else "en"
