"""A rehearsal room on the small corpus, in which everybody knows by heart what a sentence means."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.desk.rehearsal import Judge
from assistant.desk.room import Presses, Room
from assistant.evidence.answers import load_wanted
from assistant.evidence.corpus import load_corpus
from assistant.guard.claims import Claim
from assistant.reply import Kind
from assistant.settings import Settings
from tests.by_heart import by_heart, write_bank
from tests.conftest import ROOT

WANTED = """
core:
  correction: [LUM-02]
needs:
  emergency:
    kinds: [urgent]
    first: true
    said: ["Call the emergency number now."]
    unlike: ["Call us tomorrow."]
  says_silent:
    kinds: [not_covered]
    said: ["The summary does not say that."]
"""
SUPPORTS = {"LUM-01": "pale", "LUM-02": "a little", "LUM-03": "does not end", "LUM-04": "ten minutes"}
DENIES = {"LUM-03": "gone for good", "LUM-04": "an hour"}


class ByWord:
    """Judges and screens by a word of the answer, not of its question; the vector of a text is its words."""

    def __init__(self, facts: dict[str, str]) -> None:
        self._of = {says: fact for fact, says in facts.items()}
        self.pairs: list[tuple[str, str]] = []

    def says(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        self.pairs += pairs
        out = np.zeros((len(pairs), 3), dtype=np.float32)
        for row, (says, read) in zip(out, pairs, strict=True):
            text = read.rpartition("? ")[2]
            row[0] = SUPPORTS.get(self._of[says], "?") in text
            row[1] = DENIES.get(self._of[says], "?") in text
            row[2] = 1 - row[:2].max()
        return out

    def claims(self, numbered: Sequence[tuple[int, str]]) -> list[Claim]:
        return [
            Claim(n, text, "cure", ("LUM-03",), 0.97 if "cure" in text else 0.55, ())
            for n, text in numbered
            if "cure" in text or "perhaps" in text
        ]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        out = np.full((len(texts), 512), 1e-6, dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in text.lower().replace(".", "").split():
                row[zlib.crc32(word.encode()) % 512] += 1
        return out / np.linalg.norm(out, axis=1, keepdims=True)


def write_rehearsal(folder: Path) -> Path:
    """The small corpus with its bank and what its rehearsals need."""
    write_bank(folder)
    (folder / "rehearsal.yaml").write_text(WANTED, encoding="utf-8")
    return folder


def judge(folder: Path) -> Judge:
    corpus = load_corpus(folder)
    knows = ByWord({f.id: f.says for f in corpus.facts.values()})
    wanted, problems = load_wanted(folder, corpus.facts)
    assert not problems
    return Judge(by_heart(folder), knows, knows, knows, wanted)


def presses(kind: Kind) -> tuple[str, ...]:
    return ("But you have seen it work, haven't you?",) if kind is Kind.CORRECTION else ()


def room(folder: Path, data: Path, presses: Presses = presses) -> Room:
    settings = Settings(corpus=folder, prompts=ROOT / "prompts", data=data)
    return Room(settings, judge(folder), presses, random.Random(7))
