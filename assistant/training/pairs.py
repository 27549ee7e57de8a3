"""Teach the judge of pairs of texts (``assistant/evidence/entailment.py``) and write it as an adapter with heads.

    python -m assistant.training.pairs --public DIR [--leave-out VOICE ...] [--start DIR] [--out DIR]

First the encoder learns to read two texts together, from public pairs (MultiNLI, Williams et al. 2018, from
nli_dev_sets.jsonl.gz in ``--public``; Check-COVID, Wang et al. 2023, from check_covid.jsonl.gz; without them little
is learnt). Then it learns what follows from the facts of the corpus (``corpus/grounding``); what answers, and single
sentences of theirs, do with them (``corpus/answers``), and that they say nothing of the facts that they are far from;
that overclaims deny the facts that they run against (``corpus/claims``); and what sentences claim when they stand
alone. Each batch is read twice, the second time with the vectors of its words moved to where it is judged worse. Only
low-rank additions and the heads learn.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from assistant import settings
from assistant.evidence.answers import LabelledAnswer, Verdict, load_answers
from assistant.evidence.claims import CLAIMS, CLEAR, load_claims
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.evidence.embedding import base_folder, open_encoder, quiet
from assistant.evidence.entailment import LENGTH, SHIPPED, after
from assistant.evidence.grounding import Follows, load_pairs
from assistant.training.__main__ import LowRank, adapt, disturb, step, write

FOLLOWS = tuple(Follows)
SAYS = (Verdict.COVERED, Verdict.CONTRADICTED, Verdict.MISSED)
NLI = ("entailment", "contradiction", "neutral")
COVID = ("SUPPORT", "REFUTE", "NOTENOUGHINFO")
"""The same three in Check-COVID."""
HEADS = {"follows": FOLLOWS, "says": SAYS, "claims": (CLEAR, *CLAIMS), "nli": NLI}
KEPT = ("follows", "says", "claims")
"""The heads that ship, in their order."""
BATCH = 32
HEAD_RATE = 2e-3
NUDGE = 0.02
"""How far each word's vector is moved. Of 0.01, 0.02, 0.05 and 0.1 the one that ranked the banks best, but for
`inspector` and `surveyor`, which nothing was chosen by."""
ELSEWHERE = 0.6
"""How often a supported sentence is also shown beside a fact of another part of the summary, from which it does not follow."""
PIECES = 0.5
"""How often a fact that an answer covers or misses is also shown beside one sentence of it, which does not deny it."""
OVERCLAIMS = 1_500
REHEARSED = 1_500
"""Pairs of everyday life that go along while the facts are learnt, so that they are not forgotten."""


@dataclass(frozen=True)
class Row:
    """Two texts, and for each head that learns from them the place of its label, or None where it is only
    known not to be the middle one (contradiction)."""

    facts: str
    text: str
    targets: dict[str, int | None]


def everyday(folder: Path, dice: random.Random) -> list[Row]:
    """Pairs of MultiNLI, and plain health claims beside the sentences of an abstract that they are about."""
    rows = []
    for row in _lines(folder / "nli_dev_sets.jsonl.gz"):
        if row["corpus"] == "mnli" and row["label"] in NLI and len(row["premise"]) < 300:
            rows.append(Row(row["premise"], row["hypothesis"], {"nli": NLI.index(row["label"])}))
    for row in _lines(folder / "check_covid.jsonl.gz"):
        evidence = " ".join(row["abstract"][i] for i in row["rationale_ids"] if i < len(row["abstract"]))
        if 0 < len(evidence) < 600:
            rows.append(Row(evidence, row["claim"], {"nli": COVID.index(row["label"])}))
    dice.shuffle(rows)
    return rows


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def taught(corpus: Corpus, left_out: Sequence[str], dice: random.Random) -> list[Row]:
    """What the corpus teaches, but for some voices."""
    rows: list[Row] = []
    pairs, _ = load_pairs(corpus.folder / "grounding", corpus.facts)
    for pair in (p for p in pairs if p.voice not in left_out):
        said = " ".join(corpus.facts[f].says for f in pair.facts)
        targets: dict[str, int | None] = {"follows": FOLLOWS.index(pair.verdict)}
        if len(pair.facts) == 1 and pair.verdict is not Follows.BEYOND:
            targets["says"] = int(pair.verdict is Follows.CONTRADICTED)
        rows.append(Row(said, pair.text, targets))
        if pair.verdict is Follows.SUPPORTED and dice.random() < ELSEWHERE:
            part = pair.facts[0].partition("-")[0]
            other = dice.choice([f for f in corpus.facts if not f.startswith(part)])
            rows.append(Row(corpus.facts[other].says, pair.text, {"follows": 2, "says": 2}))
    answers, _ = load_answers(corpus.folder / "answers", corpus.facts)
    for answer in (a for a in answers if a.voice not in left_out):
        for fact, verdict in answer.points.items():
            rows.append(
                Row(
                    corpus.facts[fact].says,
                    after(answer.question, answer.answer),
                    {"says": SAYS.index(verdict)},
                )
            )
            pieces = [text for text, _ in answer.sentences]
            if len(pieces) > 1 and verdict is not Verdict.CONTRADICTED and dice.random() < PIECES:
                missed = None if verdict is Verdict.COVERED else SAYS.index(verdict)
                text = after(answer.question, dice.choice(pieces))
                rows.append(Row(corpus.facts[fact].says, text, {"says": missed}))
    rows += unsaid(corpus, [a for a in answers if a.voice not in left_out and a.points], dice)
    return rows + overclaims(corpus, left_out, dice) + alone(corpus, left_out)


def unsaid(corpus: Corpus, answers: Sequence[LabelledAnswer], dice: random.Random) -> list[Row]:
    """Each answer beside a fact that it is far from, as far as half of them are, and that it says nothing of."""
    encoder = open_encoder(settings.load())
    facts = list(corpus.facts.values())
    cosines = encoder.encode([a.answer for a in answers]) @ encoder.encode([f.says for f in facts]).T
    rows = []
    for answer, near in zip(answers, cosines, strict=True):
        far = [facts[i] for i in near.argsort()[: len(facts) // 2] if facts[i].id not in answer.points]
        text = after(answer.question, answer.answer)
        rows += [
            Row(fact.says, text, {"says": SAYS.index(Verdict.MISSED)})
            for fact in dice.sample(far, min(1, len(far)))
        ]
    return rows


def overclaims(corpus: Corpus, left_out: Sequence[str], dice: random.Random) -> list[Row]:
    """Claims beside the first fact that they run against; clear sentences, which deny none of these facts."""
    against = {
        claim: [f for f in facts if f in corpus.facts] for claim, facts in corpus.framing.against.items()
    }
    usual = sorted({facts[0] for facts in against.values() if facts})
    rows = []
    for claim in load_claims(corpus.folder / "claims")[0]:
        if claim.voice in left_out:
            continue
        if claim.claim == CLEAR:
            rows.append(
                Row(corpus.facts[dice.choice(usual)].says, claim.text, {"follows": None, "says": None})
            )
        elif facts := against.get(claim.claim):
            rows.append(Row(corpus.facts[facts[0]].says, claim.text, {"follows": 1, "says": 1}))
    dice.shuffle(rows)
    return rows[:OVERCLAIMS]


def alone(corpus: Corpus, left_out: Sequence[str]) -> list[Row]:
    """Labelled sentences beside nothing, those of staff's answers among them."""
    labels = HEADS["claims"]
    claims = [(s.text, s.claim, s.voice) for s in load_claims(corpus.folder / "claims")[0]]
    for answer in load_answers(corpus.folder / "answers", corpus.facts)[0]:
        claims += [(text, claim or CLEAR, answer.voice) for text, claim in answer.sentences]
    return [
        Row("", text, {"claims": labels.index(claim)})
        for text, claim, voice in claims
        if voice not in left_out and claim in labels
    ]


class Learner(torch.nn.Module):  # type: ignore[misc]
    """The encoder on pairs, with one linear head a task."""

    def __init__(self, tokenizer: Any, transformer: Any) -> None:
        super().__init__()
        self.tokenizer, self.transformer = tokenizer, transformer
        width = 2 * transformer.config.hidden_size
        self.heads = torch.nn.ModuleDict({task: torch.nn.Linear(width, len(n)) for task, n in HEADS.items()})

    def forward(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        first, second = zip(*pairs, strict=True)
        batch = self.tokenizer(
            list(first), list(second), padding=True, truncation=True, max_length=LENGTH, pad_to_multiple_of=8,
            return_tensors="pt",
        )  # fmt: skip
        hidden = self.transformer(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).float()
        return torch.cat([hidden[:, 0], (hidden * mask).sum(1) / mask.sum(1)], dim=1)

    def loss(self, rows: Sequence[Row], texts: Sequence[str]) -> torch.Tensor:
        read = self([(row.facts, text) for row, text in zip(rows, texts, strict=True)])
        total = torch.zeros(())
        for task, head in self.heads.items():
            known = [i for i, row in enumerate(rows) if row.targets.get(task) is not None]
            if known:
                wanted = torch.tensor([rows[i].targets[task] for i in known])
                loss = functional.cross_entropy(
                    head(read[known]), wanted, label_smoothing=0.05, reduction="sum"
                )
                total = total + loss / len(rows)
            clear = [i for i, row in enumerate(rows) if row.targets.get(task, 0) is None]
            if clear:
                denied = functional.softmax(head(read[clear]), -1)[:, 1]
                total = total - torch.log((1 - denied).clamp(min=1e-4)).sum() / len(rows)
        return total


class Nudge:
    """Moves the vector of each word a little in the direction in which a batch is judged worse: the fast gradient method
    on word vectors (Miyato et al. 2017, "Adversarial training methods for semi-supervised text classification"). What
    is learnt so holds better for words that the examples do not use."""

    def __init__(self, embeddings: torch.nn.Module) -> None:
        self._by: torch.Tensor | None = None
        embeddings.register_forward_hook(self._read)

    def _read(self, _module: Any, _ids: Any, vectors: torch.Tensor) -> torch.Tensor:
        if self._by is not None:
            return vectors + self._by
        self._vectors = vectors.detach().requires_grad_()
        return self._vectors

    @contextmanager
    def worse(self) -> Iterator[None]:
        """What is read inside is read with the vectors moved by what went backward for the same batch before."""
        slope = self._vectors.grad
        assert slope is not None
        self._by = NUDGE * slope / slope.norm(dim=-1, keepdim=True).clamp(min=1e-12)
        try:
            yield
        finally:
            self._by = None


def learn(
    learner: Learner, rows_of: Callable[[], list[Row]], epochs: int, rate: float, dice: random.Random
) -> None:
    """Teach ``learner`` the rows that ``rows_of`` gives anew for each epoch."""
    encoder = [p for p in learner.transformer.parameters() if p.requires_grad]
    groups = [{"params": encoder, "lr": rate}, {"params": learner.heads.parameters(), "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
    steps = math.ceil(len(rows_of()) / BATCH + 1) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, HEAD_RATE], total_steps=steps, pct_start=0.1
    )
    nudge = Nudge(learner.transformer.embeddings.word_embeddings)
    started = time.time()
    for epoch in range(epochs):
        rows = rows_of()
        dice.shuffle(rows)
        order = sorted(
            range(len(rows)), key=lambda i: len(rows[i].facts) + len(rows[i].text) + dice.random() * 15
        )
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        dice.shuffle(batches)
        total = 0.0
        for chosen in batches:
            picked = [rows[i] for i in chosen]
            texts = [disturb(row.text, dice) if dice.random() < 0.5 else row.text for row in picked]
            learner.loss(picked, texts).backward()
            with nudge.worse():
                total += step(learner.loss(picked, texts), learner, optimizer, schedule)
        print(
            f"epoch {epoch + 1}: loss {total / len(batches):.3f}, {time.time() - started:.0f} s", flush=True
        )


def write_heads(learner: Learner, folder: Path) -> None:
    """Store the three heads that are used as one matrix."""
    from safetensors.torch import save_file

    used = [learner.heads[task] for task in KEPT]
    tensors = {
        "weight": torch.cat([head.weight for head in used]).detach().contiguous(),
        "bias": torch.cat([head.bias for head in used]).detach().contiguous(),
    }
    aside = folder / "heads.safetensors.new"
    save_file(tensors, str(aside))
    aside.chmod(0o644)
    aside.replace(folder / "heads.safetensors")


def read_heads(learner: Learner, folder: Path) -> None:
    """Take the three heads that :func:`write_heads` stored."""
    from safetensors.torch import load_file

    stored, at = load_file(str(folder / "heads.safetensors")), 0
    for task in KEPT:
        rows = slice(at, at + len(HEADS[task]))
        learner.heads[task].load_state_dict({name: part[rows] for name, part in stored.items()})
        at = rows.stop


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m assistant.training.pairs", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--public", type=Path, help="folder of public data")
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="VOICE")
    parser.add_argument(
        "--reading", type=int, default=3, metavar="N", help="epochs on pairs of everyday life"
    )
    parser.add_argument(
        "--after-reading", type=Path, metavar="FILE", help="kept here once it can read, or taken from here"
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="DIR",
        help="go on from the adapter and heads in this folder; it can read",
    )
    parser.add_argument("--epochs", type=int, default=5, help="epochs on the corpus")
    parser.add_argument(
        "--share",
        type=float,
        default=1.0,
        metavar="X",
        help="part of what the corpus teaches, drawn for each epoch",
    )
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder for the adapter and the heads")
    given = parser.parse_args()

    quiet()
    from sentence_transformers import SentenceTransformer

    dice = random.Random(given.seed)
    torch.manual_seed(given.seed)
    torch.set_num_threads(os.cpu_count() or 1)  # torch counts hyper-threads as half
    model = SentenceTransformer(str(base_folder()), device="cpu")
    transformer: Any = model[0].auto_model
    added: dict[str, LowRank] = adapt(transformer, given.start)
    learner = Learner(model.tokenizer, transformer).train()
    corpus = load_corpus(settings.load().corpus)
    world = everyday(given.public, dice) if given.public else []
    rows = taught(corpus, given.leave_out, dice)
    print(f"{len(world)} pairs to learn to read from, {len(rows)} rows of the corpus", flush=True)
    if given.start:
        read_heads(learner, given.start)
    elif given.after_reading and given.after_reading.is_file():
        learner.load_state_dict(torch.load(given.after_reading))
    elif world:
        learn(learner, lambda: list(world), given.reading, given.rate, dice)
        if given.after_reading:
            torch.save(learner.state_dict(), given.after_reading)

    def some() -> list[Row]:
        part = dice.sample(rows, round(given.share * len(rows)))
        return part + dice.sample(world, min(REHEARSED, len(world)))

    learn(learner, some, given.epochs, given.rate, dice)
    write(added, given.out, given.leave_out)
    write_heads(learner, given.out)
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
