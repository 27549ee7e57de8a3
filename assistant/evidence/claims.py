"""What overclaims are told by: sentences labelled with what they claim for MSC therapy.

They stand in ``corpus/claims/*.yaml``. The encoder learnt from many of them beside the questions (see
``assistant/training``); here a linear head is fitted on their vectors, once for each encoder and set
of sentences, and kept with the vectors in DATA/claims/NAME, so that a verdict can show the labelled
sentences it resembles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evidence import heads as linear
from assistant.evidence import store
from assistant.evidence.corpus import Problem, Row, load_rows, read_text
from assistant.evidence.embedding import Encoder, Vectors, model_fingerprint, open_encoder
from assistant.evidence.kept import embed
from assistant.evidence.store import Progress
from assistant.reply import PlainspokenError
from assistant.settings import Settings

CLEAR = "none"
CLAIMS = (
    "cure",
    "reversal",
    "halt",
    "restore",
    "strength",
    "survival",
    "guarantee",
    "success_rate",
    "replaces_care",
    "safety",
)
FORMAT = "2"
"""Changes when the form of what is kept changes, or :data:`STRENGTH`."""
STRENGTH = 1.0
"""scikit-learn's C of the head. Chosen with a voice left out."""


@dataclass(frozen=True)
class LabelledSentence:
    """A sentence, and the claim id that it makes, or :data:`CLEAR`."""

    text: str
    claim: str
    register: str
    voice: str
    file: Path
    line: int


def load_claims(folder: Path) -> tuple[list[LabelledSentence], list[Problem]]:
    """The labelled sentences of every ``*.yaml`` in ``folder``, and what is wrong with the rest."""
    return load_rows(folder, "sentences", _sentence)


def _sentence(row: Row) -> LabelledSentence:
    text, claim = str(row.values["text"]).strip(), row.values["claim"]
    if not text or claim not in (CLEAR, *CLAIMS):
        raise ValueError(f"unknown claim {claim}" if text else "no text")
    return LabelledSentence(text, claim, str(row.values["register"]), row.voice, row.file, row.line)


Near = tuple[dict[str, str], float]
"""A labelled sentence (text, claim, where) and its cosine."""


@dataclass(frozen=True)
class Labelled:
    """The labelled sentences as the encoder sees them, with the head fitted on them."""

    encoder: Encoder
    head: linear.Head
    vectors: Vectors
    """Shape (sentences, dimensions), unit length."""
    rows: list[dict[str, str]]
    """Text, claim and place (FILE:LINE under the corpus) of each labelled sentence."""

    def nearest(self, vectors: Vectors, n: int) -> list[list[Near]]:
        """For each of ``vectors`` (rows, dimensions) the ``n`` nearest labelled sentences, nearest first."""
        cosines = vectors @ self.vectors.T
        order = np.argsort(-cosines, axis=1)[:, :n]
        return [
            [(self.rows[i], float(row[i])) for i in best] for row, best in zip(cosines, order, strict=True)
        ]


def open_labelled(settings: Settings, progress: Progress = store.silent) -> Labelled:
    """The labelled sentences of today's corpus, learnt from first if need be.

    Raises:
        PlainspokenError: there are none, or they cannot be learnt from or stored; says what to do.
    """
    home = settings.corpus / "claims"
    digest = hashlib.sha256(f"{FORMAT}\0{model_fingerprint(settings.embedding_model)}".encode())
    for file in sorted(home.glob("*.yaml")):
        digest.update(f"\0{file.name}\0".encode() + (read_text(file, []) or "").encode())
    folder = settings.data / "claims" / digest.hexdigest()[:24]
    encoder = open_encoder(settings)

    def fill(aside: Path) -> dict[str, Any]:
        sentences, _ = load_claims(home)
        if len({s.claim == CLEAR for s in sentences}) < 2:
            raise PlainspokenError(
                f"{home}: no labelled sentences to learn from. Add some that claim and some that do not, or unset "
                "PLAINSPOKEN_CORPUS."
            )
        texts = [s.text for s in sentences]
        vectors = embed(settings, encoder, texts, lambda part: progress(part, "screen.progress.examples"))
        linear.save(aside / "heads.npz", {"claim": fit(vectors, sentences)})
        np.save(aside / "vectors.npy", vectors.astype(np.float16))
        rows = [
            {"text": s.text, "claim": s.claim, "where": f"{s.file.relative_to(settings.corpus)}:{s.line}"}
            for s in sentences
        ]
        (aside / "sentences.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        return {"sentences": len(rows)}

    def read(_: dict[str, Any]) -> Labelled:
        return Labelled(
            encoder,
            linear.load(folder / "heads.npz")["claim"],
            np.load(folder / "vectors.npy").astype(np.float32),
            json.loads((folder / "sentences.json").read_text(encoding="utf-8")),
        )

    return store.opened(folder, read, fill)


def fit(vectors: Vectors, sentences: Sequence[LabelledSentence]) -> linear.Head:
    """The head that gives each claim id, and :data:`CLEAR`, its probability."""
    return linear.fit(vectors, [(s.claim,) for s in sentences], STRENGTH)
