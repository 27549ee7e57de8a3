"""The only place that talks to Chroma: it keeps vectors under ids, and gives back the nearest ids.

No words are kept there. What an id stands for is read from the index (``index.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.evidence.embedding import Vectors

STEP = 2_000
"""Vectors that are stored at once, at most."""
ROUNDS = 5
"""How often Chroma writes a collection out while it is filled. It ends with such a round, as what comes
after the last one is sorted in again at each start."""
SEARCH = {"ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
"""Chroma searches a graph (HNSW), which may overlook a neighbour, and is never built twice the same. Finer
than its default, it overlooked none of 4,800, where the default overlooked some in 6 of 400 searches."""

Near = tuple[str, float]
"""An id and its cosine."""


class Collections:
    """The collections of one index, opened for asking. Thread-safe.

    Raises:
        ValueError: one of them does not have as many ``rows`` as it should.
    """

    def __init__(self, client: Any, rows: Mapping[str, int]) -> None:
        self._collections = {}
        for name, count in rows.items():
            collection = client.get_collection(name, embedding_function=None)
            if collection.count() != count:
                raise ValueError(f"{name}: rows are missing")
            self._collections[name] = collection

    def nearest(self, name: str, vectors: Vectors, n: int) -> list[list[Near]]:
        """For each of ``vectors`` (rows, dimensions) the ``n`` nearest ids of a collection, nearest first."""
        found = self._collections[name].query(query_embeddings=vectors, n_results=n, include=["distances"])
        return [
            [(row, 1 - float(distance)) for row, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]


def in_folder(folder: Path) -> Any:
    """A Chroma client on ``folder`` that reports to nobody."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(
        path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
    )


def store(client: Any, name: str, ids: Sequence[str], vectors: Vectors) -> None:
    """Make a collection of ``vectors`` (rows, dimensions) under ``ids``."""
    rounds = max(1, min(ROUNDS, len(ids) // STEP))
    steps = rounds * -(-len(ids) // (rounds * STEP))
    size = len(ids) // steps
    hnsw = {"space": "cosine", **SEARCH, "sync_threshold": max(2, size * (steps // rounds))}
    collection = client.create_collection(name, configuration={"hnsw": hnsw}, embedding_function=None)
    ends = [len(ids) - size * later for later in range(steps - 1, -1, -1)]
    for start, end in zip([0, *ends], ends, strict=False):
        collection.add(ids=list(ids[start:end]), embeddings=vectors[start:end])
