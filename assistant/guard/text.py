"""Makes what people type safe to handle and comparable: cleaning, unmasking, splitting."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 20_000
"""What is read of a message; the rest of a longer one is cut."""

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x1b\\|\x07|\x9c|$)")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_\-]{1,2}){3,}[^\W\d_](?!\w)")
_MIXED = re.compile(r"(?=\w*[A-Za-z])(?=\w*[Ͱ-ӿ])\w+")
_LEET_WORD = re.compile(
    r"[a-z@$]*(?:[a-z][013457@$]+[a-z]|[013457@$]+[a-z]{3,}|[a-z]{3,}[013457@$])[a-z013457@$]*[?!.,]*"
)
_LEET = str.maketrans("013457@$", "oieastas")
_SENTENCE = re.compile(r"(?<=[.?!…。？！])[\"'”’)]*\s+|\n+|(?<=[。？！])")

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
    text = _ESCAPES.sub("", text[:MAX_CHARS])
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
    """Cleaned ``text`` as the understanding reads it: compatibility forms, lookalike letters,
    letters set apart (``c u r e``) and digits for letters (``c4n``) undone. Never shown."""
    text = unicodedata.normalize("NFKC", clean(text))
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not _zalgo(c))
    text = unicodedata.normalize("NFC", text)
    words = []
    for word in text.split(" "):
        word = _MIXED.sub(lambda m: m.group().translate(_LOOKALIKES), word)
        if _LEET_WORD.fullmatch(word):
            word = word.translate(_LEET)
        words.append(word)
    text = " ".join(words)
    return _SPACED.sub(lambda m: re.sub(r"[ .*_\-]", "", m.group()), text)


def _zalgo(char: str) -> bool:
    return (
        0x0300 <= ord(char) <= 0x036F and char not in "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0328"
    )


def sentences(text: str) -> list[str]:
    """The sentences of a message, roughly: split after end marks and at line breaks."""
    return [s.strip() for s in _SENTENCE.split(text) if s and s.strip()]


def is_question(sentence: str) -> bool:
    """Whether a sentence asks: it ends with a question mark."""
    return sentence.rstrip("\"'”’)").endswith(("?", "？"))


_YES_NO = re.compile(
    r"^(?:so |and |but |then |well |please |just |doctor |hi |hello )*"
    r"(?:can|could|will|would|does|do|did|is|are|was|has|have|may|might|should|shall|any chance|wil|im|am)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|no|never|nothing|none|nobody|without|cannot)\b|n['’]t\b", re.IGNORECASE)


def is_yes_no(message: str) -> bool:
    """Whether the message's last question can be answered by a plain "no": it opens with an
    auxiliary verb and holds no negation ("Isn't it a cure?" cannot)."""
    asked = [s for s in sentences(message) if is_question(s)] or sentences(message)[-1:]
    if not asked:
        return False
    last = asked[-1]
    clause = re.split(r"[:,;–—-]\s", last)[-1]
    return bool(_YES_NO.match(last) or _YES_NO.match(clause)) and not _NEGATED.search(last)


def for_list(text: str, limit: int = 240) -> str:
    """A family's own words, cleaned and on one line, for the consultation list."""
    line = " ".join(clean(text).split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"
