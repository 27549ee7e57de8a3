"""Whether a sentence that a language model wrote may be shown: checks that a reviewer can follow, one by one.

A sentence passes if it cites passages that it was given, is plain text in plain letters, holds no figure and
no unit of time that they do not hold, tells nobody what to do and speaks of no one person, claims no more for
the therapy than the summary supports, and follows from what it cites. Each check alone can hold it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.evidence.corpus import Fact, Passage
from assistant.guard.claims import ClaimScreen
from assistant.guard.grounding import Grounding
from assistant.guard.text import clean, unmask

LONGEST = 45
"""Words that a sentence may have."""


@dataclass(frozen=True)
class Written:
    """A sentence as a model wrote it, tidied, and the ids that it cites."""

    text: str
    cites: tuple[str, ...]


_CITES = re.compile(r"\[([^\[\]]{0,200})\]")
_ENDS = re.compile(r"[.!?][\"'”’)]*(?:\s*\[[^\[\]]*\])+|(?:\[[^\[\]]*\]\s*)+[.!?]|\n+")


def split(text: str, *, ended: bool) -> tuple[list[Written], int]:
    """The whole sentences at the beginning of what a model wrote, and how many characters they take.

    A sentence is whole once its citation has come and something follows that is no further citation, or a
    line ends. With ``ended``, nothing more comes, and the rest is a sentence too.
    """
    found: list[Written] = []
    at = 0
    for end in _ENDS.finditer(text):
        if end.end() == len(text) and not ended:
            break
        found += _one(text[at : end.end()])
        at = end.end()
    if ended:
        found += _one(text[at:])
        at = len(text)
    return found, at


def _one(text: str) -> list[Written]:
    cites = [
        part.strip().strip("`'\"") for inside in _CITES.findall(text) for part in re.split("[,;]", inside)
    ]
    said = tidy(_CITES.sub(" ", text))
    said = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", said))
    return [Written(said, tuple(dict.fromkeys(filter(None, cites))))] if said or cites else []


def tidy(text: str) -> str:
    """What a model wrote on one line: compatibility forms, escapes and invisible characters undone."""
    said = unicodedata.normalize("NFKC", clean(text))
    return " ".join(clean(said).translate(_PLAINER).split())


_PLAINER = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'}
)


class SentenceChecks:
    """Checks sentences with the claim screen and the grounding check of one corpus."""

    def __init__(self, screen: ClaimScreen, grounding: Grounding, facts: Mapping[str, Fact]) -> None:
        self.screen = screen
        self.grounding = grounding
        self.facts = facts

    def why_not(self, written: Written, given: Mapping[str, Passage]) -> str:
        """Why a sentence may not be shown, or an empty text. ``given`` are the passages that the model had."""
        text = written.text
        unknown = [cite for cite in written.cites if cite not in given]
        if unknown or not written.cites:
            return f"cites “{clean(unknown[0])[:40]}”, which was not given" if unknown else "cites no passage"
        passages = [given[cite] for cite in written.cites]
        shown = [s for p in passages for s in (*p.sentences, *p.limits)]
        says = [self.facts[f].says for p in passages for f in p.facts if f in self.facts]
        texts = shown + says
        why = _form(text) or _figures(text, texts) or _names(text, texts) or _advice(text, texts)
        if why:
            return why
        if claims := self.screen.claims([(1, text)]):
            return f"claims too much ({claims[0].claim})"
        if text not in shown and not self.grounding.grounded([(text, says)])[0]:
            return "does not follow from what it cites"
        return ""


_ALLOWED = re.compile(r"[\w\s.,;:'\"()/%&+–—-]+")


def _form(text: str) -> str:
    """Whether it is one plain sentence in plain letters."""
    if not _ALLOWED.fullmatch(text) or "://" in text or "_" in text or re.search(r"\w\.\w{2,}", text):
        return "holds marks, an address or a question"
    begins = text.lstrip("\"'(")[:1]
    if not text.endswith((".", '."', ".)")) or not 3 <= len(text.split()) <= LONGEST or begins.islower():
        return "is not one plain sentence"
    words = _words(text)
    if any(a == b for a, b in pairwise(words)):
        return "says a word twice"
    if sum(word in _DENIES or word.endswith("n't") for word in words) > 1:
        return "denies twice"
    if re.search(r"\.\s+\S", text):
        return "is several sentences"
    if unmask(text) != text or any(c.isalpha() and not _latin_or_greek(c) for c in text):
        return "holds letters in disguise"
    return ""


_DENIES = frozenset(
    ["not", "no", "never", "cannot", "nobody", "nothing", "none", "without", "false", "untrue"]
)


def _latin_or_greek(c: str) -> bool:
    return unicodedata.name(c, "").startswith(("LATIN", "GREEK"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = _set(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions dozen dozens half halves halve halved halves third thirds quarter quarters double doubled "
    "doubles twice thrice triple tripled threefold twofold tenfold majority percent percentage couple"
)
_UNITS = {
    unit: name
    for name, units in {
        "day": "day days daily",
        "week": "week weeks weekly",
        "month": "month months monthly",
        "year": "year years yearly annual annually decade decades",
        "hour": "hour hours hourly minute minutes",
        "money": "dollar dollars euro euros pound pounds usd eur",
    }.items()
    for unit in units.split()
}


def _figures(text: str, texts: Sequence[str]) -> str:
    """The first figure or unit that stands in none of ``texts``."""
    cited = " ".join(texts)
    for number in _NUMBER.findall(text):
        if number not in _NUMBER.findall(cited):
            return f"holds the figure {number}, which its passage does not"
    if "%" in text and "%" not in cited:
        return "holds a percentage, which its passage does not"
    words, known = _words(text), set(_words(cited))
    for word in words:
        if word in _NUMBER_WORDS and word not in known:
            return f"holds the figure “{word}”, which its passage does not"
        if word in _UNITS and _UNITS[word] not in {_UNITS.get(w) for w in known}:
            return f"speaks of “{word}”, which its passage does not"
    return ""


def _words(text: str) -> list[str]:
    return [w.casefold() for w in _WORD.findall(text)]


_OWN = _set("i i'm i've i'd i'll my me mine myself we we're we've we'd we'll our ours us")
_SOMEONE = _set(
    "he she him her his hers himself herself he's she's mum mom mam mummy mother dad daddy father husband wife son "
    "daughter brother sister uncle aunt grandma grandpa gran granny grandmother grandfather"
)
_YOU = _set("you you're you've you'd you'll your yours yourself yourselves")
_ADVICE = _set(
    # what one ought to do, and who may
    "should shouldn't must mustn't ought need needs shall advise advises advised advice recommend recommends "
    "recommended suggest suggests suggested prescribe prescribed eligible ineligible qualify qualifies candidate "
    "candidates suitable unsuitable suited fit unfit worth worthwhile wise unwise sensible best better safe safely "
    "fine okay ok harmless allowed permitted please let's "
    # doing it
    "stop stops stopping stopped start starts starting started skip skipping quit quitting pause pausing paused "
    "taper tapering taking reduce reducing lower lowering increase increasing raise raising change changing switch "
    "switching swap swapping delay delaying postpone wait waiting hurry rush choose choosing decide deciding go "
    "book booking sign enrol enroll enrolling join refuse refusing decline declining accept accepting drop "
    "dropping forgo forget ignore ignoring avoid avoiding replace replacing instead "
    # what it would mean for one person
    "diagnosis diagnosed prognosis "
    # saying what a word means
    "means meaning defined"
)
_OPENS_ADVICE = re.compile(
    r"(?:ask|call|tell|talk|speak|see|take|keep|make|get|give|try|bring|remember|do|don't|never|always|consider|"
    r"continue|come|contact|trust|think|expect|hope|say|write|print|show|visit|follow|read|pay|buy|leave)\b",
    re.IGNORECASE,
)


def _advice(text: str, texts: Sequence[str]) -> str:
    """Whether it speaks for itself, of one person, or tells someone what to do."""
    words = _words(text)
    known = set(_words(" ".join(texts)))
    if own := next((w for w in words if w in _OWN), ""):
        return f"speaks for itself (“{own}”)"
    if someone := next((w for w in words if w in _SOMEONE and w not in known), ""):
        return f"speaks of one person (“{someone}”)"
    if you := next((w for w in words if w in _YOU and w not in known), ""):
        return f"speaks to one person (“{you}”)"
    if advice := next((w for w in words if w in _ADVICE and w not in known), ""):
        return f"tells someone what to do (“{advice}”)"
    if _OPENS_ADVICE.match(text):
        return "tells someone what to do"
    return ""


_NAME = re.compile(r"(?<=\s)[^\W\d_]*[A-Z][\w-]*")


def _names(text: str, texts: Sequence[str]) -> str:
    """The first name or abbreviation after the first word that stands in none of ``texts``."""
    known = " ".join(texts).casefold()
    name = next((n for n in _NAME.findall(text) if n.casefold() not in known), "")
    return f"names {name}, which its passage does not" if name else ""
