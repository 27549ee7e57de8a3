"""Says whether a sentence claims more for MSC therapy than the summary supports.

A linear head on the encoder that has learnt from ``corpus/claims``: labelled sentences by many
hands, with minimal pairs across negation, question, quotation, hedge and presupposition (what
ConText calls scope: Harkema et al. 2009). It reads one sentence at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.evidence.claims import CLEAR
from assistant.evidence.index import Index
from assistant.guard.text import sentences, unmask

OVERCLAIM = 0.5
"""Probability of any claim from which a sentence is one."""


@dataclass(frozen=True)
class Claim:
    """One sentence that claims too much: where, what, against what, how sure."""

    line: int
    text: str
    claim: str
    facts: tuple[str, ...]
    probability: float


def screen(
    index: Index, numbered: Sequence[tuple[int, str]], against: Mapping[str, tuple[str, ...]]
) -> list[Claim]:
    """The overclaims among sentences given with their line numbers.

    ``against`` says which facts and gaps each claim runs against (``framing.yaml``).
    """
    if not numbered:
        return []
    head = index.heads["claim"]
    probabilities = head.probabilities(index.encoder.encode([unmask(text) for _, text in numbered]))
    clear = head.labels.index(CLEAR)
    found = []
    for (line, text), row in zip(numbered, probabilities, strict=True):
        sure = 1 - float(row[clear])
        if sure >= OVERCLAIM:
            claim = max((p, label) for label, p in zip(head.labels, row, strict=True) if label != CLEAR)[1]
            found.append(Claim(line, text, claim, against.get(claim, ()), sure))
    return found


_MARKUP = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<!--.*?-->|<[^>]+>")


def read(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of text or Markdown, each with the line on which it begins.

    A sentence may run over line breaks; a blank line, a heading or a list item ends it.
    """
    block: list[tuple[int, str]] = []
    for number, raw in enumerate([*text.replace("\r\n", "\n").replace("\f", " ").split("\n"), ""], 1):
        if raw.strip().startswith("```"):
            continue
        begins = bool(re.match(r"\s{0,3}(?:#{1,6}\s|[-*+]\s|\d+[.)]\s)", raw))
        line = _MARKUP.sub("", _LINK.sub(r"\1", raw)).strip()
        if block and (begins or not line):
            yield from _sentences(block)
            block = []
        if line:
            block.append((number, line))
            if re.match(r"\s{0,3}#{1,6}\s", raw):
                yield from _sentences(block)
                block = []
    yield from _sentences(block)


def _sentences(block: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    rows = list(block)
    whole = " ".join(line for _, line in rows)
    starts, at = [], 0
    for number, line in rows:
        starts.append((at, number))
        at += len(line) + 1
    position = 0
    for sentence in sentences(whole):
        position = whole.find(sentence, position)
        yield max(n for s, n in starts if s <= position), sentence
        position += len(sentence)
