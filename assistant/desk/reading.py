"""How hard a text is to read: its grade, and the terms of art in it that nobody explains.

Reading grade is Flesch-Kincaid (Kincaid et al. 1975), by textstat; names and figures that nobody can
make shorter are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import textstat

_FIGURE = re.compile(r"\d[\d–%]*")
_WORD = re.compile(r"[^\W\d_]{4,}")
_SMALL = frozenset(
    ["into", "from", "what", "that", "this", "which", "with", "example", "other", "place", "cell"]
)
"""Words of a meaning that explain nothing by themselves."""


def grade(text: str, names: Iterable[str] = ()) -> float:
    """The Flesch-Kincaid grade of ``text``; names and figures count as one short word each."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}(?:s|es)?\b", "name", text, flags=re.IGNORECASE)
    return float(textstat.flesch_kincaid_grade(_FIGURE.sub("name", text)))


def unexplained(sentences: Sequence[str], terms: Mapping[str, str], known: str = "") -> dict[str, str]:
    """The terms, with their meanings, that ``sentences`` use without one. A term counts as explained where its
    sentence or one beside it holds two words of its meaning (or the only one). Terms in ``known``, what the
    other side said, need none."""
    found = {}
    for term, meaning in terms.items():
        words = re.compile(rf"\b{re.escape(term)}(?:s|es)?\b", re.IGNORECASE)
        at = [n for n, sentence in enumerate(sentences) if words.search(sentence)]
        if not at or words.search(known):
            continue
        around = words.sub(" ", " ".join(sentences[max(0, at[0] - 1) : at[0] + 2]))
        wanted = _stems(meaning)
        if len(wanted & _stems(around)) < min(2, len(wanted)):
            found[term] = meaning
    return found


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _WORD.findall(text.lower()) if word not in _SMALL}
