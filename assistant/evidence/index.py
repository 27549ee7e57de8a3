"""The index: what the corpus and the example questions are found by.

An index is a folder that is never changed once it is whole (``store.py``):

    DATA/index/NAME/manifest.json what it was built from, and its files with their sizes
    DATA/index/NAME/chroma/       collections `passages` and `questions`
    DATA/index/NAME/heads.npz     linear heads
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evidence import heads as linear
from assistant.evidence import store
from assistant.evidence.corpus import LEARNT, Corpus, Example, fingerprint, load_corpus, load_questions
from assistant.evidence.embedding import Vectors, embed, model_fingerprint, open_encoder
from assistant.evidence.store import Progress
from assistant.evidence.wording import Wording
from assistant.reply import Kind, PlainspokenError
from assistant.settings import Settings

FORMAT = "2"
"""Changes when the form of an index changes."""

HISTORY_TURNS = 2
COURTESY = "courtesy"
"""The voice of the small talk of ``prompts/courtesy.toml``; its register is the name of the talk."""
KIND_STRENGTH = 1.0
TOPIC_STRENGTH = 3.0


def in_context(text: str, history: tuple[str, ...] | list[str]) -> str:
    """A question together with the questions before it, as the encoder reads and learns it."""
    return " / ".join([*history[-HISTORY_TURNS:], text])


@dataclass(frozen=True)
class Neighbour:
    """An example question near the one asked: what it was labelled, where it stands, the cosine."""

    text: str
    kind: str
    topics: tuple[str, ...]
    small_talk: str
    where: str
    cosine: float


class Index:
    """An index opened for asking. Thread-safe for reading."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.name = folder.name
        manifest = store.manifest(folder)
        if manifest is None:
            raise ValueError("it is not whole")
        self.corpus_hash: str = manifest["corpus"]
        self.heads = linear.load(folder / "heads.npz")
        self.encoder = open_encoder(settings)
        client = _chroma(self._writable(folder / "chroma"))
        try:
            self._passages = client.get_collection("passages")
            self._questions = client.get_collection("questions")
            counts = [self._questions.count(), self._passages.count()]
            if counts != manifest["rows"]:
                raise ValueError("rows are missing")
        except Exception:
            client.close()  # or Chroma would give the same broken store again
            raise

    def _writable(self, store: Path) -> Path:
        """``store``, or on a read-only disk a copy for as long as this index lives: Chroma's SQLite
        database cannot be opened without the right to write."""
        if os.access(store, os.W_OK):
            return store
        self._copy = tempfile.TemporaryDirectory(prefix="plainspoken-")
        return Path(shutil.copytree(store, Path(self._copy.name) / "chroma"))

    def nearest_questions(self, vector: Vectors, n: int) -> list[Neighbour]:
        """The ``n`` example questions nearest to ``vector`` (shape (dimensions,)), nearest first."""
        found = self._questions.query(
            query_embeddings=[vector.tolist()], n_results=n, include=["metadatas", "distances"]
        )
        rows = (found["metadatas"] or [[]])[0]
        distances = (found["distances"] or [[]])[0]
        return [
            Neighbour(
                text=str(row["text"]),
                kind=str(row["kind"]),
                topics=tuple(str(row["topics"]).split()),
                small_talk=str(row["small_talk"]),
                where=str(row["where"]),
                cosine=1 - float(distance),
            )
            for row, distance in zip(rows, distances, strict=True)
        ]

    def nearest_passages(self, vector: Vectors, n: int) -> dict[str, float]:
        """Passage ids with the best cosine of their text or any of their ways of asking."""
        found = self._passages.query(
            query_embeddings=[vector.tolist()], n_results=4 * n, include=["metadatas", "distances"]
        )
        best: dict[str, float] = {}
        for row, distance in zip(
            (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0], strict=True
        ):
            best.setdefault(str(row["passage"]), 1 - float(distance))
        return dict(list(best.items())[:n])


def _chroma(folder: Path) -> Any:
    """A Chroma client on ``folder`` that reports to nobody."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(
        path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
    )


def index_folder(settings: Settings, wording: Wording) -> Path:
    """Where the index of today's corpus, wording and model is, or will be."""
    parts = [
        FORMAT,
        fingerprint(settings.corpus, LEARNT),
        json.dumps(wording.asked_as(), sort_keys=True),
        model_fingerprint(settings.embedding_model),
    ]
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    return settings.data / "index" / name


def open_index(settings: Settings, wording: Wording, progress: Progress | None = None) -> Index:
    """The index of today's corpus and model, built first if there is none or it is damaged.

    Raises:
        PlainspokenError: there is none and none can be built; says why and what to do.
    """
    folder = index_folder(settings, wording)
    if folder.is_dir():
        try:
            return Index(folder, settings)
        except PlainspokenError:
            raise
        except Exception as error:  # Chroma's and ONNX Runtime's own, when files are damaged
            if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
                raise PlainspokenError(
                    f"{folder}: cannot be opened ({error.strerror}). Close other programs."
                ) from error
    build_index(settings, wording, progress, replace=folder.exists())
    try:
        return Index(folder, settings)
    except PlainspokenError:
        raise
    except Exception as error:
        raise PlainspokenError(
            f"{folder}: the index cannot be opened ({type(error).__name__}). Remove {folder} and try again."
        ) from error


def build_index(
    settings: Settings, wording: Wording, progress: Progress | None = None, *, replace: bool = False
) -> bool:
    """Build the index of today's corpus and model, unless it is there. True if one was built.

    Raises:
        PlainspokenError: it cannot be built: no room, no right to write, no model.
    """
    folder = index_folder(settings, wording)

    def broken() -> bool:
        if not replace:
            return False
        try:
            Index(folder, settings)
        except Exception:
            return True
        return False

    return store.build(
        folder, lambda aside: _fill(aside, settings, wording, progress or store.silent), broken=broken
    )


def _fill(folder: Path, settings: Settings, wording: Wording, progress: Progress) -> dict[str, Any]:
    """Write an index into the empty ``folder``; returns what its manifest says beside the files."""
    progress(0.0, "screen.progress.reading")
    corpus_hash = fingerprint(settings.corpus, LEARNT)
    corpus = load_corpus(settings.corpus)
    examples, _ = load_questions(settings.corpus / "examples", corpus.facts, corpus.gaps)
    examples += _asked_of_the_assistant(wording, settings)
    if not corpus.passages or not examples:
        raise PlainspokenError(
            f"{settings.corpus}: no passages or no examples to index. Run `plainspoken check`."
        )
    progress(0.05, "screen.progress.model")
    encoder = open_encoder(settings)

    def embedded(texts: list[str], start: float, end: float) -> Vectors:
        return embed(
            encoder, texts, lambda part: progress(start + (end - start) * part, "screen.progress.examples")
        )

    vectors = embedded([in_context(e.text, e.history) for e in examples], 0.2, 0.75)
    asked = _ways_of_asking(corpus)
    asked_vectors = embedded([text for _, text in asked], 0.75, 0.8)

    progress(0.8, "screen.progress.learning")
    topic_rows = np.concatenate([vectors, asked_vectors])
    topic_labels = [linear.topics_of(e) for e in examples]
    topic_labels += [corpus.passages[p].facts for p, _ in asked]
    try:
        heads = {
            "kind": linear.fit(vectors, [e.kinds for e in examples], KIND_STRENGTH),
            "topic": linear.fit(topic_rows, topic_labels, TOPIC_STRENGTH),
        }
    except ValueError as error:  # scikit-learn's, where there is only one kind or topic
        raise PlainspokenError(
            f"{settings.corpus}: cannot be learnt from ({error}). Add examples of several kinds and "
            "facts; `plainspoken check` may say more."
        ) from error
    linear.save(folder / "heads.npz", heads)

    progress(0.9, "screen.progress.storing")
    client = _chroma(folder / "chroma")
    space = {"hnsw": {"space": "cosine"}}
    questions = client.create_collection("questions", configuration=space, embedding_function=None)
    _add(questions, vectors, [_metadata(e, settings.corpus) for e in examples])
    passages = client.create_collection("passages", configuration=space, embedding_function=None)
    _add(passages, asked_vectors, [{"passage": p} for p, _ in asked])
    del questions, passages
    client.close()

    if fingerprint(settings.corpus, LEARNT) != corpus_hash:
        raise PlainspokenError(f"{settings.corpus}: was edited meanwhile. Try again.")
    progress(1.0, "screen.progress.storing")
    return {
        "corpus": corpus_hash,
        "model": settings.embedding_model,
        "rows": [len(examples), len(asked)],
    }


def _asked_of_the_assistant(wording: Wording, settings: Settings) -> list[Example]:
    """The small talk of ``prompts/courtesy.toml`` as examples; its name is the register."""
    return [
        Example(text, (Kind.COURTESY,), (), (), (), name, COURTESY, settings.prompts / "courtesy.toml", 1)
        for name, texts in wording.asked_as().items()
        for text in texts
    ]


def _ways_of_asking(corpus: Corpus) -> list[tuple[str, str]]:
    """Each passage's ways of asking, title and text, with its id."""
    return [
        (passage.id, text)
        for passage in corpus.passages.values()
        for text in (*passage.asked_as, f"{passage.title}. {passage.body}")
    ]


def _metadata(example: Example, root: Path) -> dict[str, str]:
    where = example.file.relative_to(root) if example.file.is_relative_to(root) else example.file.name
    return {
        "text": in_context(example.text, example.history),
        "kind": example.kinds[0].value,
        "topics": " ".join(linear.topics_of(example)),
        "where": f"{where}:{example.line}",
        "small_talk": example.register if example.voice == COURTESY else "",
    }


def _add(collection: Any, vectors: Vectors, metadata: list[dict[str, str]]) -> None:
    step = 2_000
    for at in range(0, len(metadata), step):
        collection.add(
            ids=[str(i) for i in range(at, min(at + step, len(metadata)))],
            embeddings=vectors[at : at + step],
            metadatas=metadata[at : at + step],
        )
