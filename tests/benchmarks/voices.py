"""What holds when a whole voice is left out: the only figures to believe.

    python -m tests.benchmarks.voices VOICE [--adapter DIR]

Everything is fitted on the other voices and measured on VOICE: nearest examples, linear heads and
both, on the base encoder; the same on an adapter that was trained without that voice
(``python -m assistant.training --leave-out VOICE --out DIR``); how much more examples
still bring; and how far probabilities can be trusted. For claims, give a voice of corpus/claims.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant import settings
from assistant.evidence import heads as linear
from assistant.evidence.claims import CLEAR, LabelledSentence, load_claims
from assistant.evidence.corpus import Corpus, Example, load_corpus, load_questions
from assistant.evidence.embedding import SentenceEncoder, Vectors, load_model
from assistant.evidence.index import KIND_STRENGTH, TOPIC_STRENGTH, Neighbour, in_context
from assistant.guard.resemblance import NEIGHBOUR_SHARE, NEIGHBOURS, blend
from assistant.guard.triage import DANGER
from assistant.reply import KINDS, Kind

CLAIM_STRENGTH = 1.0
METHODS = {"nearest examples": 1.0, "heads": 0.0, "both, as shipped": NEIGHBOUR_SHARE}


def embed(encoder: SentenceEncoder, examples: Sequence[Example]) -> Vectors:
    return encoder.encode([in_context(e.text, e.history) for e in examples])


def predict(
    taught: Sequence[Example], known: Vectors, asked: Vectors, share: float
) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Kinds and topics for each row of ``asked``, from the examples ``taught`` and their vectors."""
    kind = linear.fit(known, [e.kinds for e in taught], KIND_STRENGTH)
    topic = linear.fit(known, [linear.topics_of(e) for e in taught], TOPIC_STRENGTH)
    kinds, topics = kind.probabilities(asked), topic.probabilities(asked)
    near = asked @ known.T
    out = []
    for i in range(len(asked)):
        best = np.argsort(-near[i])[:NEIGHBOURS]
        nearest = [
            Neighbour("", taught[n].kinds[0], linear.topics_of(taught[n]), "", "", float(near[i][n]))
            for n in best
        ]
        out.append(
            blend(
                dict(zip(kind.labels, kinds[i].tolist(), strict=True)),
                dict(zip(topic.labels, topics[i].tolist(), strict=True)),
                nearest,
                share,
            )
        )
    return out


def scores(
    kept: Sequence[Example], found: list[tuple[dict[str, float], dict[str, float]]], corpus: Corpus
) -> str:
    """One line: acceptable kind, accepted fact first, uncovered, danger, false alarms."""
    right, first, silent, danger, alarms = [], [], [], [], []
    for example, (kinds, topics) in zip(kept, found, strict=True):
        alarm = kinds.get(Kind.URGENT, 0) + kinds.get(Kind.CRISIS, 0) >= DANGER
        kind = next(iter(kinds))
        right.append(Kind(kind) in example.kinds)
        if example.facts:
            facts = [t for t in topics if t in corpus.facts]
            first.append(facts[0] in example.facts)
        if example.kinds[0] is Kind.NOT_COVERED:
            silent.append(kind == Kind.NOT_COVERED)
        (danger if example.kinds[0].is_danger else alarms).append(alarm)
    return "  ".join(f"{np.mean(x):.3f}" if x else "    –" for x in (right, first, silent, danger, alarms))


def compare(
    encoder: SentenceEncoder, name: str, taught: list[Example], kept: list[Example], corpus: Corpus
) -> None:
    known, asked = embed(encoder, taught), embed(encoder, kept)
    for method, share in METHODS.items():
        found = predict(taught, known, asked, share)
        print(f"{name:8} {method:18} {scores(kept, found, corpus)}", flush=True)
    by_kind(kept, found)
    reliability(kept, found)
    print("\nmore examples (heads and neighbours, the encoder as above):")
    order = np.random.default_rng(7).permutation(len(taught))
    for part in (8, 4, 2, 1):
        some = order[: len(order) // part]
        found = predict([taught[i] for i in some], known[some], asked, NEIGHBOUR_SHARE)
        print(f"{len(some):6} examples           {scores(kept, found, corpus)}", flush=True)
    print()


def by_kind(kept: Sequence[Example], found: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    print("\nkind            n  recall  precision")
    given = [Kind(next(iter(kinds))) for kinds, _ in found]
    for kind in KINDS:
        wanted = [g in e.kinds for e, g in zip(kept, given, strict=True) if e.kinds[0] is kind]
        said = [kind in e.kinds for e, g in zip(kept, given, strict=True) if g is kind]
        if wanted and said:
            print(f"{kind.value:12} {len(wanted):4}   {np.mean(wanted):.3f}  {np.mean(said):.3f}")


def reliability(kept: Sequence[Example], found: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    print("\nprobability of the likeliest kind, against how often it was acceptable")
    rows = [
        (p, Kind(k) in e.kinds)
        for e, (kinds, _) in zip(kept, found, strict=True)
        for k, p in [next(iter(kinds.items()))]
    ]
    for low in range(10):
        mine = [r for r in rows if low / 10 <= r[0] < (low + 1) / 10 or (low == 9 and r[0] == 1)]
        if mine:
            said, was = np.mean([p for p, _ in mine]), np.mean([r for _, r in mine])
            print(f"{low / 10:.1f}–{(low + 1) / 10:.1f}  n={len(mine):4}  said {said:.2f}  was {was:.2f}")


def claims(
    encoder: SentenceEncoder, name: str, taught: list[LabelledSentence], kept: list[LabelledSentence]
) -> None:
    head = linear.fit(encoder.encode([c.text for c in taught]), [(c.claim,) for c in taught], CLAIM_STRENGTH)
    sure = 1 - head.probabilities(encoder.encode([c.text for c in kept]))[:, head.labels.index(CLEAR)]
    said, is_so = sure >= 0.5, np.array([c.claim != CLEAR for c in kept])
    hit = int((said & is_so).sum())
    precision, recall = hit / max(1, said.sum()), hit / max(1, is_so.sum())
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{name:8} overclaims: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}, n={len(kept)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.voices", description=__doc__.split("\n")[0]
    )
    parser.add_argument("voice")
    parser.add_argument("--adapter", type=Path, help="an adapter that was trained without that voice")
    given = parser.parse_args()
    loaded = settings.load()
    corpus = load_corpus(loaded.corpus)
    examples, _ = load_questions(loaded.corpus / "examples", corpus.facts, corpus.gaps)
    sentences, _ = load_claims(loaded.corpus / "claims")
    encoders = {"base": SentenceEncoder(load_model(settings.DEFAULT_MODEL, adapter=None))}
    if given.adapter:
        encoders["adapter"] = SentenceEncoder(load_model(settings.DEFAULT_MODEL, adapter=given.adapter))
    kept = [e for e in examples if e.voice == given.voice]
    kept_claims = [c for c in sentences if c.voice == given.voice]
    print(f"left out: {given.voice}, {len(kept) or len(kept_claims)} rows\n")
    if kept:
        print("encoder  method             kind   first  silent danger false alarms")
    for name, encoder in encoders.items():
        if kept:
            compare(encoder, name, [e for e in examples if e.voice != given.voice], kept, corpus)
        if kept_claims:
            claims(encoder, name, [c for c in sentences if c.voice != given.voice], kept_claims)


if __name__ == "__main__":
    main()
