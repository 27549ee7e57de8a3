"""Makes what people type safe to handle and comparable: cleaning, unmasking, splitting (see ``evidence/sentences.py``)."""

from __future__ import annotations

import re
import unicodedata

from assistant.evidence.sentences import sentences as sentences

MAX_CHARS = 20_000
"""What is read of a message; the rest of a longer one is cut."""

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x1b\\|\x07|\x9c)?"
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_\-]{1,2}){3,}[^\W\d_](?!\w)")
_LEET_WORD = re.compile(r"[a-z@$]*[a-z][013457@$]+[a-z][a-z013457@$]*[?!.,]*")
_LEET = str.maketrans("013457@$", "oieastas")
_STACKED = re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]+")
_LONGEST_WORD = 40
"""Longer words are no words; nothing is undone in them."""

# Letters of other scripts that pass for Latin ones (a selection from Unicode TR 39, confusables.txt).
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХЅІЈаеорсухѕіјԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρι",
    "ABEKMHOPCTYXSIJaeopcyxsijdhqwABEZHIKMNOPTYXoavpi",
)


def clean(text: str) -> str:
    """``text`` without anything a terminal or a reader would act on, on one or more tidy lines.

    Terminal escapes, control, bidirectional, zero-width, private-use and unassigned characters go;
    runs of blanks become one; the length is bounded by :data:`MAX_CHARS`. Letters stay as typed.
    """
    text = text[:MAX_CHARS]
    if text.isascii() and text.isprintable():  # the usual case, much faster
        return " ".join(text.split())
    text = _ESCAPES.sub("", text)
    kept = "".join(
        c if c == "\n" else " " if c.isspace() else c
        for c in text
        if c == "\n" or c.isspace() or unicodedata.category(c)[0] != "C"
    )
    kept = "".join(
        c for c in kept if not 0xFE00 <= ord(c) <= 0xFE0F and ord(c) not in (0x034F, 0x115F, 0x3164)
    )
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return "\n".join(line for line in lines if line)


def unmask(text: str) -> str:
    """Cleaned ``text`` as the understanding reads it: compatibility forms, lookalike letters, heaps
    of accents, letters set apart (``c u r e``) and digits amid letters (``c4n``) undone. Never shown."""
    text = unicodedata.normalize("NFKC", clean(text))
    text = _STACKED.sub(r"\1", unicodedata.normalize("NFD", text))
    text = clean(unicodedata.normalize("NFC", text))
    return _SPACED.sub(lambda m: re.sub(r"[ .*_\-]", "", m.group()), re.sub(r"\S+", _unmask_word, text))


def _unmask_word(match: re.Match[str]) -> str:
    word = match.group()
    if len(word) > _LONGEST_WORD:
        return word
    latin = any(c.isascii() and c.isalpha() for c in word)
    if latin and any("\u0370" <= c <= "\u04ff" for c in word):
        word = "-".join(_latin(part) for part in word.split("-"))
    return word.translate(_LEET) if _LEET_WORD.fullmatch(word) else word


def _latin(part: str) -> str:
    mixed = any(c.isascii() and c.isalpha() for c in part)
    return part.translate(_LOOKALIKES) if mixed else part


def is_question(sentence: str) -> bool:
    """Whether a sentence asks: it ends with a question mark."""
    return sentence.rstrip("\"'”’)").endswith(("?", "？"))


_YES_NO = re.compile(
    r"^(?:so |and |but |then |well |please |just |doctor |hi |hello )*"
    r"(?:can|could|will|would|does|do|did|is|are|was|has|have|may|might|should|shall|any chance|wil|im|am)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|no|never|nothing|none|nobody|without|cannot)\b|n['’]t\b", re.IGNORECASE)


_ILL = re.compile(
    r"\b(?:worse\w*|wors\w*|declin\w*|die|dies|dying|dead|lose|losing|lost|gone|permanent|hopeless|wrong|false|too late|"
    r"lie|lying|myth|foolish|silly|daft|stupid|naive|impossible|forever|vain|fake|fiction|exaggerat\w*|give up|keep going)\b",
    re.IGNORECASE,
)


def is_yes_no(message: str) -> bool:
    """Whether the message's last question can safely be answered by a plain "no": it opens with an
    auxiliary verb, and holds no negation ("Isn't it a cure?") and nothing to which "no" would be
    good news ("Will he get worse?"). Where in doubt, it cannot: the reply then begins otherwise."""
    asked = [s for s in sentences(message) if is_question(s)] or sentences(message)[-1:]
    if not asked:
        return False
    last = asked[-1]
    clause = re.split(r"[:,;–—-]\s", last)[-1]
    return (
        bool(_YES_NO.match(last) or _YES_NO.match(clause))
        and not _NEGATED.search(last)
        and not _ILL.search(last)
    )


def for_list(text: str, limit: int = 240) -> str:
    """A family's own words, cleaned and on one line, for the consultation list."""
    line = " ".join(clean(text).split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"
