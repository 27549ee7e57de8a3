"""Takes whatever might name a person out of a question before it is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from assistant.guard.text import clean

GONE = "…"
FEWEST = 3
"""How often a word must be written small in the examples to count as an ordinary one."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_KIN = re.compile(
    r"i(?:'m|'ve|'ll|'d)?|m[uo]m(?:my)?|mam?|dad(?:dy)?|papa|nana?|gran(?:ny|d?ma|d?pa|dad)?|aunt(?:ie)?|uncle|english|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)


def ordinary(texts: Iterable[str]) -> frozenset[str]:
    """The ordinary words of many people's questions: those often written small."""
    counts = Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
    return frozenset(word for word, n in counts.items() if n >= FEWEST)


def without_names(text: str, words: frozenset[str], terms: frozenset[str]) -> str:
    """``text`` with every word that is not known to be harmless, and every longer figure, replaced by an ellipsis.

    Harmless are ordinary ``words`` (a capital only where a sentence begins), ``terms`` of the corpus in any
    writing, and words for kin. Better a question that lost a word than one that kept a name.
    """
    text = clean(text).replace("\n", " ")
    text = re.sub(r"\S*@\S*|\S*://\S*|\S*\d{3,}\S*|\d+(?:[/.:-]\d+)+", GONE, text)

    def kept(found: re.Match[str]) -> str:
        word = found[0].replace("’", "'")
        low = word.lower()
        begins = re.search(r"(?:^|[.?!…:]\s*[\"'“‘(]*)$", text[: found.start()].rstrip(" "))
        if _KIN.fullmatch(low) or low in terms:
            return found[0]
        return found[0] if low in words and (word == low or begins) else GONE

    text = _WORD.sub(kept, text)
    return re.sub(rf"{GONE}(?:[\s,.-]*{GONE})+", GONE, text).strip()


def terms_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of a corpus, small."""
    return frozenset(word.replace("’", "'").lower() for text in texts for word in _WORD.findall(text))
