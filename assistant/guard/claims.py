"""Says whether a sentence claims more for MSC therapy than the summary supports.

By resemblance, as questions are understood: a linear head on the encoder that has learnt from
``corpus/claims`` (labelled sentences by many hands, with minimal pairs across negation, question,
quotation, hedge and presupposition: what ConText calls scope, Harkema et al. 2009), beside the votes
of the labelled sentences that are nearest. Where these two are not sure, the judge that has learnt to
read two texts together (``evidence/entailment.py``) is asked as well: it tells apart better what is said
and what is denied. One rule of scope stands before it all: a plain short question claims nothing. It
reads one sentence at a time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.evidence.claims import CLAIMS, CLEAR, Labelled, Near, open_labelled
from assistant.evidence.corpus import load_corpus
from assistant.evidence.embedding import Vectors
from assistant.evidence.entailment import Entailment, open_entailment
from assistant.evidence.store import Progress, silent
from assistant.guard.text import sentences, unmask
from assistant.settings import Settings

OVERCLAIM = 0.55
"""Probability of any claim from which a sentence is one. Chosen in sight of the sober sentences of the tests and of all
banks but `inspector` and `surveyor`."""
NEIGHBOURS = 8
NEIGHBOUR_SHARE = 0.3
"""How much the nearest labelled sentences weigh beside the head. Chosen with a voice left out."""
SHARPNESS = 20.0
"""A neighbour's vote weighs exp(SHARPNESS * cosine)."""
UNSURE = (0.05, 0.95)
"""Probabilities of any claim between which the judge of pairs is asked as well."""
JUDGE_SHARE = 0.7
"""How much it then weighs. Chosen in sight of the same banks."""

_ASKS = re.compile(
    r"(?:will|can|does|do|did|is|are|was|were|could|would|may|might|should|has|have) (?!any|it any|not)[^?.!,;:]*\?",
    re.IGNORECASE,
)
_SHORT = 12
"""Words up to which a question that begins with its verb only asks; longer ones may well presuppose."""


def only_asks(text: str) -> bool:
    """Whether a sentence is a plain short question, which claims nothing."""
    return len(text.split()) <= _SHORT and bool(_ASKS.fullmatch(text))


@dataclass(frozen=True)
class Claim:
    """One sentence that claims too much: where, what, against what, how sure, and what it resembles."""

    line: int
    text: str
    claim: str
    facts: tuple[str, ...]
    probability: float
    nearest: tuple[Mapping[str, Any], ...]


class ClaimScreen:
    """Screens sentences by the labelled ones. ``against`` says which facts and gaps each claim runs
    against (``framing.yaml``). A sentence that is itself labelled is what its label says."""

    def __init__(self, labelled: Labelled, against: Mapping[str, tuple[str, ...]], judge: Entailment) -> None:
        self.labelled = labelled
        self.against = against
        self.judge = judge
        self._known = {row["text"]: row["claim"] for row in labelled.rows}

    def claims(self, numbered: Sequence[tuple[int, str]]) -> list[Claim]:
        """The overclaims among sentences given with their line numbers."""
        if not numbered:
            return []
        texts = [unmask(text) for _, text in numbered]
        vectors = self.labelled.encoder.encode(texts)
        nearest = self.labelled.nearest(vectors, NEIGHBOURS)
        found = []
        for (line, text), near, by_claim in zip(
            numbered, nearest, self.probabilities(texts, vectors, nearest), strict=True
        ):
            sure = 1 - by_claim.pop(CLEAR)
            asks = CLEAR if only_asks(text) else None
            claim = self._known.get(text) or asks or max(by_claim, key=lambda c: by_claim[c])
            if claim != CLEAR and (sure >= OVERCLAIM or text in self._known):
                like = tuple(row for row, _ in near[:3])
                found.append(Claim(line, text, claim, self.against.get(claim, ()), sure, like))
        return found

    def probabilities(
        self, texts: Sequence[str], vectors: Vectors, nearest: Sequence[Sequence[Near]]
    ) -> list[dict[str, float]]:
        """The probability of each claim id and of :data:`CLEAR` for each of ``texts``, whose ``vectors`` are
        of shape (texts, dimensions)."""
        head = self.labelled.head
        out = []
        for row, near in zip(head.probabilities(vectors).tolist(), nearest, strict=True):
            by_claim = {label: (1 - NEIGHBOUR_SHARE) * p for label, p in zip(head.labels, row, strict=True)}
            votes = [math.exp(SHARPNESS * cosine) for _, cosine in near]
            for (sentence, _), vote in zip(near, votes, strict=True):
                by_claim[sentence["claim"]] += NEIGHBOUR_SHARE * vote / sum(votes)
            out.append(by_claim)
        unsure = [i for i, p in enumerate(out) if UNSURE[0] <= 1 - p.get(CLEAR, 0.0) <= UNSURE[1]]
        for i, row in zip(unsure, self.judge.claims([texts[i] for i in unsure]).tolist(), strict=True):
            second = dict(zip((CLEAR, *CLAIMS), row, strict=True))
            out[i] = {c: (1 - JUDGE_SHARE) * p + JUDGE_SHARE * second[c] for c, p in out[i].items()}
        return out


def open_screen(settings: Settings, progress: Progress = silent) -> ClaimScreen:
    """The screen on today's corpus; learns from its labelled sentences at first use.

    Raises:
        PlainspokenError: there are no labelled sentences, or no room for what is learnt; says what to do.
    """
    against = load_corpus(settings.corpus).framing.against
    return ClaimScreen(open_labelled(settings, progress), against, open_entailment(settings, progress))


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
