"""Reads two texts together: whether a sentence follows from facts, and what an answer does with a fact; and one
alone: what it claims.

A cross-encoder: the default embedding model's base with an adapter of its own (LoRA, Hu et al. 2021) and three
linear heads, which ship beside it (``entailment_adapter/``; see the model card there) and were taught by
``assistant/training/pairs.py``. Exported to ONNX once, as the embedding model is, into DATA/entailment/NAME.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant import places
from assistant.evidence import store
from assistant.evidence.claims import CLAIMS, CLEAR
from assistant.evidence.embedding import (
    BASE_SHA256,
    ENCODER_FORMAT,
    OnnxModel,
    adapter_file,
    load_model,
    write_onnx,
)
from assistant.evidence.store import Progress
from assistant.reply import PlainspokenError
from assistant.settings import DEFAULT_MODEL, Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SHIPPED = places.entailment_dir()
"""The folder of the adapter and heads that ship with Plainspoken."""
SUPPORTED, CONTRADICTED, BEYOND = range(3)
"""Columns of :meth:`Entailment.follows`."""
COVERED, DENIED, MISSED = range(3)
"""Columns of :meth:`Entailment.says`."""
WIDTH = 6 + len((CLEAR, *CLAIMS))
LENGTH = 256
"""Tokens of both texts together, at most."""
LONGEST_QUESTION = 300
"""Characters of a question that stand before its answer: the last, where it is longer."""
CLOSE = 1e-3
"""How far a probability of the export may be from the original's."""

PROBES = (
    ("MSCs are not meant to become motor neurons, and do not.", "They turn into new nerve cells."),
    ("Added years of life are not supported.", "We would not tell you to expect extra years. Ask his team."),
    ("Checks come at 1, 3, 6 and 12 months.", "no"),
    ("", "She walks again since her infusions."),
)
"""What an export is compared with the original on."""


class Entailment:
    """Judges pairs of what facts say and what somebody else says."""

    def __init__(self, model: OnnxModel) -> None:
        self._model = model

    def follows(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """For each (facts, sentence): whether the sentence follows, denies, or goes beyond them.

        Probabilities of shape (pairs, 3); columns SUPPORTED, CONTRADICTED, BEYOND.
        """
        return self._judged(pairs)[:, :3]

    def says(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """For each (fact, answer): whether the answer, of one sentence or several, says the fact, denies it or neither.
        What was said to a question stands after it (:func:`after`).

        Probabilities of shape (pairs, 3); columns COVERED, DENIED, MISSED.
        """
        return self._judged(pairs)[:, 3:6]

    def claims(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What each sentence claims for MSC therapy: probabilities of shape (texts, 11); the columns are
        :data:`CLEAR` and then :data:`CLAIMS` in their order."""
        return self._judged([("", text) for text in texts])[:, 6:]

    def _judged(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return self._model.run(pairs) if pairs else np.zeros((0, WIDTH), dtype=np.float32)


def after(question: str, answer: str) -> str:
    """An answer as it is read: after its question, without which "Not at all, every fortnight." says nothing."""
    return f"{question[-LONGEST_QUESTION:]} {answer}"


def open_entailment(settings: Settings, progress: Progress = store.silent) -> Entailment:
    """The judge of pairs, exported first if need be.

    Raises:
        PlainspokenError: it is not there, or there is no room for it; says what to do.
    """
    heads = SHIPPED / "heads.safetensors"
    if not heads.is_file() or not adapter_file(SHIPPED).is_file():
        raise PlainspokenError(f"{SHIPPED}: the judge of sentences is not there. Install Plainspoken again.")
    parts = [
        ENCODER_FORMAT.encode(),
        BASE_SHA256.encode(),
        adapter_file(SHIPPED).read_bytes(),
        heads.read_bytes(),
    ]
    folder = settings.data / "entailment" / hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]

    def fill(aside: Path) -> dict[str, object]:
        progress(0.0, "screen.progress.model")
        export(load_model(DEFAULT_MODEL, SHIPPED), heads, aside)
        return {}

    return store.opened(folder, lambda _: Entailment(OnnxModel(folder)), fill)


def export(model: SentenceTransformer, heads: Path, folder: Path) -> None:
    """Write ``model`` with its ``heads`` to ``folder`` as ONNX.

    Raises:
        PlainspokenError: the export does not judge as the original does.
    """
    import torch
    from safetensors.torch import load_file

    model.max_seq_length = LENGTH
    module = judge(model[0].auto_model.eval(), load_file(str(heads)))
    sample = model.tokenizer(["one", "two"], ["and another", "three"], padding=True, return_tensors="pt")
    inputs = {name: sample[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
    write_onnx(module, inputs, model, folder)
    exported = Entailment(OnnxModel(folder))._judged(PROBES)
    first, second = zip(*PROBES, strict=True)
    batch = model.tokenizer(list(first), list(second), padding=True, return_tensors="pt")
    with torch.no_grad():
        original = module(*(batch[name] for name in inputs)).numpy()
    if np.abs(exported - original).max() > CLOSE:
        raise PlainspokenError("the judge of sentences cannot be exported on this machine. Please report it.")


def judge(transformer: Any, heads: dict[str, Any]) -> Any:
    """The torch module that reads pairs: the first token beside the mean of all, and a softmax for each head.

    ``heads`` has ``weight`` of shape (17, 2 x dimensions) and ``bias`` of shape (17,).
    """
    import torch

    class Judge(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer
            self.heads = torch.nn.Linear(heads["weight"].shape[1], heads["weight"].shape[0])
            self.heads.load_state_dict(heads)

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> torch.Tensor:
            hidden = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            logits = self.heads(torch.cat([hidden[:, 0], mean], dim=1))
            return torch.cat([part.softmax(-1) for part in logits.split([3, 3, WIDTH - 6], dim=1)], dim=1)

    return Judge().eval()
