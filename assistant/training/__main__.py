"""Fine-tune the default embedding model on the examples and write what was learnt as an adapter.

    python -m assistant.training --public DIR [--leave-out VOICE ...] [--out DIR]

Three tasks share one encoder: kinds and topics of questions (``corpus/examples``), and claims of
sentences (``corpus/claims``). Only low-rank additions to the linear layers learn (LoRA, Hu et al.
2021), so that what was learnt is small and can be merged into the hashed base. ``--leave-out`` keeps whole voices aside, for
``python -m tests.benchmarks.voices`` to measure on.

``--public`` names a folder with clinc_oos.jsonl.gz and healthsearchqa.jsonl.gz (see the model
card); from them come questions that have nothing to do with ALS. It may be left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from torch.nn.utils import parametrize

from assistant import settings
from assistant.evidence import heads as linear
from assistant.evidence.claims import load_claims
from assistant.evidence.corpus import Corpus, Example, load_corpus, load_questions
from assistant.evidence.embedding import SHIPPED, adapter_file, base_folder, quiet
from assistant.evidence.index import in_context
from assistant.reply import Kind

RANK = 64
SCALE = 12.0
"""Multiplies unit-length vectors before the training heads, so that their softmax can be sure."""


@dataclass(frozen=True)
class Row:
    """One text to learn from, with target probabilities by label for each task it belongs to."""

    text: str
    history: tuple[str, ...]
    targets: dict[str, dict[str, float]]


def soft(labels: Sequence[str]) -> dict[str, float]:
    """Acceptable labels, best first, as probabilities."""
    shares = [linear.LATER_LABEL**i for i in range(len(labels))]
    return {label: share / sum(shares) for label, share in zip(labels, shares, strict=True)}


def rows_of(examples: Sequence[Example], corpus: Corpus) -> list[Row]:
    """The examples, and each passage's ways of asking, as rows."""
    rows = [
        Row(e.text, e.history, {"kind": soft(e.kinds), "topic": soft(linear.topics_of(e))}) for e in examples
    ]
    for passage in corpus.passages.values():
        rows += [Row(text, (), {"topic": soft(passage.facts)}) for text in passage.asked_as]
    return rows


def public_rows(folder: Path, dice: random.Random, n: int = 400) -> list[Row]:
    """Questions of everyday life (CLINC150) and of other people's health (HealthSearchQA)."""

    def texts(name: str, key: str) -> list[str]:
        with gzip.open(folder / name, "rt", encoding="utf-8") as stream:
            return [json.loads(line)[key] for line in stream]

    far = dice.sample(texts("clinc_oos.jsonl.gz", "text"), n)
    ours = ("als", "motor neuron", "amyotroph", "lou gehrig", "stem cell")
    near = [t for t in texts("healthsearchqa.jsonl.gz", "question") if not any(o in t.lower() for o in ours)]
    elsewhere = soft((Kind.OFF_TOPIC, Kind.NOT_COVERED))
    rows = [Row(t, (), {"kind": {Kind.OFF_TOPIC: 1.0}, "topic": {linear.NONE: 1.0}}) for t in far]
    rows += [Row(t, (), {"kind": elsewhere}) for t in dice.sample(near, n // 2)]
    return rows


class Learner(torch.nn.Module):  # type: ignore[misc]
    """The encoder with one linear head a task."""

    def __init__(self, tokenizer: Any, transformer: Any, labels: dict[str, list[str]]) -> None:
        super().__init__()
        self.tokenizer, self.transformer, self.labels = tokenizer, transformer, labels
        width = transformer.config.hidden_size
        self.heads = torch.nn.ModuleDict({t: torch.nn.Linear(width, len(n)) for t, n in labels.items()})

    def forward(self, texts: list[str]) -> torch.Tensor:
        batch = self.tokenizer(
            texts, padding=True, truncation=True, max_length=128, pad_to_multiple_of=8, return_tensors="pt"
        )
        hidden = self.transformer(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
        ).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        mean = (hidden.float() * mask).sum(1) / mask.sum(1)
        return functional.normalize(mean, dim=-1)

    def loss(self, rows: Sequence[Row], texts: list[str]) -> torch.Tensor:
        vectors = self(texts)
        total = torch.zeros(())
        for task, names in self.labels.items():
            mine = [i for i, row in enumerate(rows) if task in row.targets]
            if not mine:
                continue
            wanted = torch.tensor([[rows[i].targets[task].get(n, 0.0) for n in names] for i in mine])
            logits = self.heads[task](vectors[mine] * SCALE)
            cross = -(wanted * functional.log_softmax(logits, -1)).sum(-1)
            total = total + cross.sum() / len(rows)
        return total


class LowRank(torch.nn.Module):  # type: ignore[misc]
    """A weight that is the base's plus a product of two thin matrices, which alone learn (LoRA)."""

    def __init__(self, down: torch.Tensor, up: torch.Tensor) -> None:
        super().__init__()
        self.down, self.up = torch.nn.Parameter(down), torch.nn.Parameter(up)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + (self.up @ self.down).to(weight.dtype)


def adapt(transformer: Any, start: Path | None) -> dict[str, LowRank]:
    """Give every linear layer of the encoder a low-rank addition, by layer name: zero to begin with,
    or that of the adapter in the folder ``start``."""
    from safetensors.torch import load_file

    known = load_file(str(adapter_file(start))) if start else {}
    added = {}
    for parameter in transformer.parameters():
        parameter.requires_grad = False
        parameter.data = parameter.data.to(torch.bfloat16)
    transformer.set_attn_implementation("eager")  # three times faster to learn with on a processor
    for layer in transformer.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    for name, layer in transformer.encoder.named_modules():
        if not isinstance(layer, torch.nn.Linear):
            continue
        key = f"base_model.model.encoder.{name}"
        down = torch.randn(RANK, layer.in_features) / layer.in_features**0.5
        up = torch.zeros(layer.out_features, RANK)
        if known:
            down, up = known[f"{key}.lora_A.weight"].float(), known[f"{key}.lora_B.weight"].float()
        added[key] = LowRank(down, up)
        parametrize.register_parametrization(layer, "weight", added[key])
    return added


def disturb(text: str, dice: random.Random) -> str:
    """Now and then a lost end mark, or one slip of the finger, as people type."""
    if dice.random() < 0.1:
        text = text.rstrip("?.! ")
    if dice.random() < 0.08 and len(text) > 12:
        i = dice.randrange(1, len(text) - 2)
        text = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text


def train(
    rows: list[Row], epochs: int, seed: int, rate: float, batch: int, start: Path | None
) -> dict[str, LowRank]:
    """Teach the base ``rows``; returns what it learnt, by layer name."""
    quiet()
    from sentence_transformers import SentenceTransformer

    dice = random.Random(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count() or 1)  # torch counts hyper-threads as half
    model = SentenceTransformer(str(base_folder()), device="cpu")
    transformer: Any = model[0].auto_model
    added = adapt(transformer, start)
    labels = {
        task: sorted({n for r in rows for n in r.targets.get(task, ())})
        for task in ("kind", "topic", "claim")
    }
    learner = Learner(model.tokenizer, transformer, {t: n for t, n in labels.items() if n})
    encoder = [p for low_rank in added.values() for p in low_rank.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": rate}, {"params": learner.heads.parameters(), "lr": 5e-3}],
        weight_decay=0.0,
    )
    steps = math.ceil(len(rows) / batch) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [rate, 5e-3], total_steps=steps, pct_start=0.1)
    questions = [r.text for r in rows if "kind" in r.targets]
    learner.train()
    started = time.time()
    for epoch in range(epochs):
        dice.shuffle(rows)
        order = sorted(
            range(len(rows)),
            key=lambda i: sum(map(len, rows[i].history)) + len(rows[i].text) + dice.random() * 15,
        )
        batches = [order[i : i + batch] for i in range(0, len(order), batch)]
        dice.shuffle(batches)
        total = 0.0
        for chosen in batches:
            picked = [rows[i] for i in chosen]
            texts = []
            for row in picked:
                history = row.history
                if not history and "kind" in row.targets and dice.random() < 0.15:
                    history = (dice.choice(questions),)  # what came before need not matter
                texts.append(in_context(disturb(row.text, dice), history))
            total += step(learner.loss(picked, texts), learner, optimizer, schedule)
        print(
            f"epoch {epoch + 1}: loss {total / len(batches):.3f}, {time.time() - started:.0f} s", flush=True
        )
    return added


def step(loss: torch.Tensor, learner: torch.nn.Module, optimizer: Any, schedule: Any) -> float:
    """Learn from one batch; returns its loss."""
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    schedule.step()
    return float(loss.item())


def write(added: dict[str, LowRank], folder: Path, left_out: Sequence[str]) -> None:
    """Store what was learnt in the form that PEFT reads, in half precision, with the voices that it
    did not learn from."""
    from peft import LoraConfig
    from safetensors.torch import save_file

    tensors = {}
    for key, low_rank in added.items():
        tensors[f"{key}.lora_A.weight"] = low_rank.down.detach().to(torch.float16).contiguous()
        tensors[f"{key}.lora_B.weight"] = low_rank.up.detach().to(torch.float16).contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / "adapter_model.safetensors.new"
    save_file(tensors, str(aside), metadata={"format": "pt", "left_out": " ".join(left_out)})
    LoraConfig(
        r=RANK, lora_alpha=RANK, target_modules=r"encoder\..*\.(query|key|value|dense)", lora_dropout=0.0
    ).save_pretrained(str(folder))
    aside.chmod(0o644)
    aside.replace(adapter_file(folder))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m assistant.training", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--public", type=Path, help="folder of public data")
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="VOICE")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--start", type=Path, help="folder of an adapter to go on from")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder for the adapter")
    given = parser.parse_args()

    loaded = settings.load()
    corpus = load_corpus(loaded.corpus)
    examples, _ = load_questions(loaded.corpus / "examples", corpus.facts, corpus.gaps)
    claims, _ = load_claims(loaded.corpus / "claims")
    taught = [e for e in examples if e.voice not in given.leave_out]
    rows = rows_of(taught, corpus)
    rows += [Row(c.text, (), {"claim": {c.claim: 1.0}}) for c in claims if c.voice not in given.leave_out]
    if given.public:
        rows += public_rows(given.public, random.Random(given.seed))
    print(f"{len(rows)} rows to learn from", flush=True)
    learnt = train(rows, given.epochs, given.seed, given.rate, given.batch, given.start)
    write(learnt, given.out, given.leave_out)
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
