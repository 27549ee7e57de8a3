"""Text as data: cleaned for the screen, and a reply as plain text for the clipboard."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from assistant import render
from assistant.reply import Citation, Sentence, Status
from assistant.tui.session import Turn
from assistant.tui.words import Words

if TYPE_CHECKING:
    from assistant.evidence.corpus import Passage


def clean(text: str) -> str:
    """``text`` without control, direction and invisible characters; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def grade(words: Words, status: Status) -> str:
    """The grade in words."""
    return words(f"grade.{status.value}")


def marks(sentence: Sentence) -> Iterator[tuple[int, str]]:
    """The citation marks that follow a sentence, with their numbers."""
    return ((n, f"[{n}]") for n in sentence.cites)


def passage_text(citation: Citation, passages: Mapping[str, Passage]) -> str:
    """The whole passage behind a citation."""
    passage = passages.get(citation.passage)
    return clean(" ".join(passage.sentences) if passage else citation.quote)


def as_text(turn: Turn, words: Words) -> str:
    """Question, reply with marks, sources and questions for the consultation, ready to paste."""
    asked = f"{words('turn.you')}: {clean(turn.text)}"
    if turn.reply is None:
        return clean(turn.text)
    reply = clean(render.as_text(turn.reply, words.wording, width=None))
    return f"{asked}\n\n{words('turn.assistant')}: {reply}\n"
