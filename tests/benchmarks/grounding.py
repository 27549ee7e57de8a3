"""How well sentences that follow from facts are told from those that do not, and claims from clear sentences.

    python -m tests.benchmarks.grounding

Measured on `corpus/bank/grounding` and `corpus/bank/claims`, from which nothing was learnt. What is printed is
also written to tests/benchmarks/GROUNDING.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant import settings
from assistant.evidence.claims import CLEAR, load_claims
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.evidence.entailment import SUPPORTED, Entailment, open_entailment
from assistant.evidence.grounding import Follows, LabelledPair, load_pairs
from assistant.guard.claims import ClaimScreen, open_screen
from assistant.guard.grounding import GROUNDED, Grounding
from assistant.guard.text import clean
from tests.benchmarks.page import copied_to

PAGE = Path(__file__).with_name("GROUNDING.md")
TITLE = "# How well sentences are checked"
ABOUT = (
    "Made by `make grounding`, on sentences in `corpus/bank/`, written and labelled by other hands than those that taught; "
    "nothing was learnt from them. No threshold was chosen in sight of the claims of `inspector` and `surveyor`."
)
Passed = tuple[LabelledPair, bool]


def checked(grounding: Grounding, corpus: Corpus, pairs: Sequence[LabelledPair]) -> list[Passed]:
    """Each pair, and whether it passes."""
    said = [[corpus.facts[f].says for f in pair.facts] for pair in pairs]
    texts = [(clean(pair.text), facts) for pair, facts in zip(pairs, said, strict=True)]
    return list(zip(pairs, grounding.grounded(texts), strict=True))


def share(rows: Sequence[Passed], *verdicts: Follows) -> tuple[float, int]:
    """How much of what was so labelled passes, and how many there are."""
    passed = [ok for pair, ok in rows if pair.verdict in verdicts]
    return sum(passed) / max(1, len(passed)), len(passed)


def bank(corpus: Corpus) -> dict[Path, list[LabelledPair]]:
    """The labelled pairs to measure on, by file."""
    pairs, _ = load_pairs(corpus.folder / "bank" / "grounding", corpus.facts)
    files = sorted({pair.file for pair in pairs})
    return {file: [pair for pair in pairs if pair.file == file] for file in files}


def curve(judge: Entailment, corpus: Corpus, pairs: Sequence[LabelledPair]) -> None:
    """What passes at other thresholds, by the judge alone."""
    texts = [(" ".join(corpus.facts[f].says for f in p.facts), p.text) for p in pairs]
    sure = judge.follows(texts)[:, SUPPORTED]
    follows = np.array([p.verdict is Follows.SUPPORTED for p in pairs])
    above = np.mean([(s > sure[~follows]).mean() for s in sure[follows]])
    print(f"\na sentence that follows scores higher than one that does not: {above:.3f} of pairs\n")
    print("threshold   unsupported pass   supported pass")
    for least in (0.5, 0.8, 0.9, 0.95, 0.97, 0.98):
        print(
            f"{least:9.2f} {(sure[~follows] >= least).mean():18.3f} {(sure[follows] >= least).mean():16.3f}"
        )


def claims(screen: ClaimScreen, folder: Path) -> None:
    """Precision and recall of the claim screen on labelled sentences, file by file."""
    print("\nclaims                precision   recall      F1")
    rows, _ = load_claims(folder)
    for file in sorted({row.file for row in rows}):
        mine = [row for row in rows if row.file == file]
        told = {c.line for c in screen.claims([(n, clean(row.text)) for n, row in enumerate(mine)])}
        over = {n for n, row in enumerate(mine) if row.claim != CLEAR}
        precision, recall = len(told & over) / max(1, len(told)), len(told & over) / max(1, len(over))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"{file.name:20} {precision:10.3f} {recall:8.3f} {f1:7.3f}   n={len(mine)}")


def report(judge: Entailment, corpus: Corpus, pairs: Sequence[LabelledPair]) -> None:
    """What passes of ``pairs``."""
    rows = checked(Grounding(judge), corpus, pairs)
    for name, verdicts in (
        ("supported", (Follows.SUPPORTED,)),
        ("unsupported", (Follows.CONTRADICTED, Follows.BEYOND)),
        ("  contradicted", (Follows.CONTRADICTED,)),
        ("  beyond", (Follows.BEYOND,)),
    ):
        passed, n = share(rows, *verdicts)
        print(f"{name:16} pass: {passed:.3f}   n={n}")
    curve(judge, corpus, pairs)


def main() -> None:
    loaded = settings.load()
    corpus = load_corpus(loaded.corpus)
    judge = open_entailment(loaded)
    with copied_to(PAGE, TITLE, ABOUT):
        print(f"a sentence passes from probability {GROUNDED} on, if its figures stand in the facts")
        for file, pairs in bank(corpus).items():
            print(f"\n## {file.relative_to(corpus.folder.parent)}\n")
            report(judge, corpus, pairs)
        claims(open_screen(loaded), corpus.folder / "bank" / "claims")


if __name__ == "__main__":
    main()
