"""What holds when a whole voice is left out: the figures to believe most.

    python -m tests.benchmarks.voices [--adapter DIR]

The adapter says which voices it did not learn from. For each of them everything is fitted on the
other voices and measured on it: nearest examples, linear heads and both, on the base encoder and on
the taught one; recall and precision by kind; how far probabilities can be trusted; what each
threshold for danger would catch and what false alarms it would raise; and how much more examples
still bring. Sentences are measured in the same way, and on ``corpus/bank/claims``. What is printed
for the shipped adapter is also written to ``tests/benchmarks/VOICES.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant import settings
from assistant.evidence import claims as labelled_claims
from assistant.evidence import heads as linear
from assistant.evidence.claims import CLEAR, Labelled, LabelledSentence, load_claims
from assistant.evidence.corpus import Corpus, Example, load_corpus, load_questions
from assistant.evidence.embedding import SHIPPED, SentenceEncoder, Vectors, adapter_file, load_model
from assistant.evidence.entailment import Entailment, open_entailment
from assistant.evidence.index import KIND_STRENGTH, TOPIC_STRENGTH, Neighbour, in_context
from assistant.guard import claims as claim_guard
from assistant.guard.resemblance import NEIGHBOUR_SHARE, NEIGHBOURS, blend
from assistant.guard.triage import DANGER
from assistant.reply import KINDS, Kind
from tests.benchmarks.page import copied_to

PAGE = Path(__file__).with_name("VOICES.md")
TITLE = "# What holds when a voice is left out"
ABOUT = (
    "Made by `make voices`. Nothing was fitted on the voice measured, the taught encoder included. The rows of "
    "“more examples” keep the encoder as it is and give heads and neighbours a part of the examples."
)
METHODS = {"nearest examples": 1.0, "heads": 0.0, "both, as shipped": NEIGHBOUR_SHARE}
Found = list[tuple[dict[str, float], dict[str, float]]]
"""Kinds and topics with their probabilities, highest first, for each question."""


def embed(encoder: SentenceEncoder, examples: Sequence[Example]) -> Vectors:
    return encoder.encode([in_context(e.text, e.history) for e in examples])


def predict(taught: Sequence[Example], known: Vectors, asked: Vectors, share: float) -> Found:
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


def danger(kinds: dict[str, float]) -> float:
    return kinds.get(Kind.URGENT, 0.0) + kinds.get(Kind.CRISIS, 0.0)


def scores(kept: Sequence[Example], found: Found, corpus: Corpus) -> str:
    """One line: acceptable kind, accepted fact first, uncovered, danger, false alarms."""
    right, first, silent, caught, alarms = [], [], [], [], []
    for example, (kinds, topics) in zip(kept, found, strict=True):
        kind = next(iter(kinds))
        right.append(Kind(kind) in example.kinds)
        if example.facts:
            facts = [t for t in topics if t in corpus.facts]
            first.append(facts[0] in example.facts)
        if example.kinds[0] is Kind.NOT_COVERED:
            silent.append(kind == Kind.NOT_COVERED)
        (caught if example.kinds[0].is_danger else alarms).append(danger(kinds) >= DANGER)
    return "  ".join(f"{np.mean(x):.3f}" if x else "    –" for x in (right, first, silent, caught, alarms))


def questions(
    encoders: dict[str, SentenceEncoder], taught: list[Example], kept: list[Example], corpus: Corpus
) -> None:
    print("encoder  method             kind   first  silent danger false alarms")
    found: Found = []
    for name, encoder in encoders.items():
        known, asked = embed(encoder, taught), embed(encoder, kept)
        for method, share in METHODS.items():
            found = predict(taught, known, asked, share)
            print(f"{name:8} {method:18} {scores(kept, found, corpus)}", flush=True)
    by_kind(kept, found)
    reliability(kept, found)
    thresholds(kept, found)
    print("\nmore examples (heads and neighbours)")
    order = np.random.default_rng(7).permutation(len(taught))
    for part in (8, 4, 2, 1):
        some = order[: len(order) // part]
        found = predict([taught[i] for i in some], known[some], asked, NEIGHBOUR_SHARE)
        print(f"{len(some):6} examples            {scores(kept, found, corpus)}", flush=True)


def by_kind(kept: Sequence[Example], found: Found) -> None:
    print("\nkind            n  recall  precision")
    given = [Kind(next(iter(kinds))) for kinds, _ in found]
    for kind in KINDS:
        wanted = [g in e.kinds for e, g in zip(kept, given, strict=True) if e.kinds[0] is kind]
        said = [kind in e.kinds for e, g in zip(kept, given, strict=True) if g is kind]
        if wanted and said:
            print(f"{kind.value:12} {len(wanted):4}   {np.mean(wanted):.3f}  {np.mean(said):.3f}")


def reliability(kept: Sequence[Example], found: Found) -> None:
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


def thresholds(kept: Sequence[Example], found: Found) -> None:
    print("\ndanger from    recognised  false alarms")
    sure = np.array([danger(kinds) for kinds, _ in found])
    real = np.array([e.kinds[0].is_danger for e in kept])
    harmless = np.array([not any(k.is_danger for k in e.kinds) for e in kept])
    for at in sorted({0.2, 0.3, 0.4, DANGER, 0.6, 0.7, 0.8, 0.9}):
        mark = "  as shipped" if at == DANGER else ""
        print(
            f"       {at:.2f}         {np.mean(sure[real] >= at):.3f}         {np.mean(sure[harmless] >= at):.3f}{mark}"
        )


def sentences(
    judge: Entailment,
    encoder: SentenceEncoder,
    name: str,
    taught: list[LabelledSentence],
    vectors: Vectors,
    kept: list[LabelledSentence],
) -> None:
    """Precision, recall and F1 of overclaims, by the screen as it ships; ``vectors`` are those of ``taught``."""
    rows = [{"text": "", "claim": c.claim, "where": ""} for c in taught]
    labelled = Labelled(encoder, labelled_claims.fit(vectors, taught), vectors, rows)
    screen = claim_guard.ClaimScreen(labelled, {}, judge)
    texts = [c.text for c in kept]
    asked = encoder.encode(texts)
    found = screen.probabilities(texts, asked, labelled.nearest(asked, claim_guard.NEIGHBOURS))
    said = np.array(
        [
            1 - p[CLEAR] >= claim_guard.OVERCLAIM and not claim_guard.only_asks(c.text)
            for p, c in zip(found, kept, strict=True)
        ]
    )
    is_so = np.array([c.claim != CLEAR for c in kept])

    def line(label: str, chosen: np.ndarray) -> None:
        hit = int((said & is_so & chosen).sum())
        precision, recall = hit / max(1, (said & chosen).sum()), hit / max(1, (is_so & chosen).sum())
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(
            f"{name:8} {label:24} {chosen.sum():5}      {precision:.3f}   {recall:.3f}  {f1:.3f}", flush=True
        )

    line("all", np.full(len(kept), True))
    if name == "taught":
        for register in sorted({c.register for c in kept}):
            chosen = np.array([c.register == register for c in kept])
            if (is_so & chosen).sum() >= 10:
                line(register, chosen)


def each(voices: Sequence[str], rows: Sequence[object], measure: Callable[[str], None]) -> None:
    for voice in voices:
        kept = sum(getattr(r, "voice", "") == voice for r in rows)
        if kept:
            print(f"\n## {voice} left out: {kept} rows\n")
            measure(voice)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.voices", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--adapter", type=Path, default=SHIPPED, help="folder of an adapter")
    given = parser.parse_args()
    from safetensors import safe_open

    with safe_open(str(adapter_file(given.adapter)), "pt") as file:
        left_out = (file.metadata() or {}).get("left_out", "").split()
    loaded = settings.load()
    corpus = load_corpus(loaded.corpus)
    examples, _ = load_questions(loaded.corpus / "examples", corpus.facts, corpus.gaps)
    labelled, _ = load_claims(loaded.corpus / "claims")
    bank, _ = load_claims(loaded.corpus / "bank" / "claims")
    encoders = {
        "base": SentenceEncoder(load_model(settings.DEFAULT_MODEL, adapter=None)),
        "taught": SentenceEncoder(load_model(settings.DEFAULT_MODEL, adapter=given.adapter)),
    }

    def asked_by(voice: str) -> None:
        kept = [e for e in examples if e.voice == voice]
        questions(encoders, [e for e in examples if e.voice != voice], kept, corpus)

    judge = open_entailment(loaded)
    vectors = {name: encoder.encode([c.text for c in labelled]) for name, encoder in encoders.items()}

    def read(kept: list[LabelledSentence], without: str = "") -> None:
        print("encoder  sentences                   n  precision  recall     F1")
        chosen = [i for i, c in enumerate(labelled) if c.voice != without]
        for name, encoder in encoders.items():
            sentences(judge, encoder, name, [labelled[i] for i in chosen], vectors[name][chosen], kept)

    def written_by(voice: str) -> None:
        read([c for c in labelled if c.voice == voice], without=voice)

    with copied_to(PAGE if given.adapter == SHIPPED else None, TITLE, ABOUT):
        each(left_out, examples, asked_by)
        each(left_out, labelled, written_by)
        for file in sorted({c.file for c in bank}):
            print(f"\n## overclaims in corpus/bank/claims/{file.name}\n")
            read([c for c in bank if c.file == file])


if __name__ == "__main__":
    main()
