"""Who is writing, as far as they say so themselves: a child, or someone on another's behalf.

Only what a message states counts, and only closed classes of words: a child's age or class at school,
third-person pronouns, and the words for kin. A guess from style would tell some adults to fetch a grown-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum


class Writer(StrEnum):
    """Who writes."""

    CHILD = "child"
    BEHALF = "behalf"
    UNKNOWN = ""


_AGE = r"(?:[4-9]|1[0-7]|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven)teen)"
_CHILD = re.compile(
    rf"\bi(?:'m| am|m) (?:only |just |nearly |almost )?{_AGE}(?: and a half)?"
    r"(?: years? old| yrs? old| yo)?(?=\s*(?:$|[,.!;?)]|(?:and|but|so|my|our|years?|yrs?|yo|why|what|how|when|who|where"
    r"|will|is|are|can|does|do|did)\b))"
    rf"(?! years? (?:into|in|on|out|past|after|since|from|post))"
    rf"|\bi(?:'m| am|m) (?:in|at) (?:(?:year|grade|class|primary|standard) (?:{_AGE}|[1-3]|one|two|three)"
    r"|(?:[1-9]|1[0-2])(?:st|nd|rd|th) grade|(?:primary|elementary|middle) school|kindergarten)\b"
    r"|\bi(?:'m| am|m) (?:only |just |still )?a (?:kid|child|little (?:girl|boy)|school(?:girl|boy))\b",
    re.IGNORECASE,
)
_SOMEONE_ELSE = re.compile(
    r"\b(?:he|she|him|her|his|hers|he's|she's|hes|shes)\b"
    r"|\b(?:my|our) (?:\w+ )?(?:mum|mom|mam|mummy|mother|ma|dad|daddy|father|da|papa|parents?|husband|wife|partner"
    r"|spouse|son|daughter|brother|sister|uncle|aunt|auntie|cousin|niece|nephew|friend|neighbou?r|gran|granny|nana"
    r"|grandma|grandpa|grandad|granddad|grandmother|grandfather|boyfriend|girlfriend|fianc[ée]e?|patient|[a-z]+-in-law)\b",
    re.IGNORECASE,
)
_FOR_MYSELF = re.compile(
    r"\b(?:should|shall|can|could|may|must|do|did|am|will|would) i\b|\bmy (?:als|mnd|own|illness|disease|riluzole)\b"
    r"|\bi have (?:als|mnd|it)\b",
    re.IGNORECASE,
)
"""Then "he" may be their doctor: nobody is thanked for asking for another by mistake."""


def writer_of(text: str, history: Sequence[str] = ()) -> Writer:
    """Who writes ``text`` (unmasked), going by it and by what they wrote before."""
    said = [line.replace("\u2019", "'") for line in (*history, text)]
    if any(_CHILD.search(line) for line in said):
        return Writer.CHILD
    if any(_FOR_MYSELF.search(line) for line in said):
        return Writer.UNKNOWN
    return Writer.BEHALF if any(_SOMEONE_ELSE.search(line) for line in said) else Writer.UNKNOWN
