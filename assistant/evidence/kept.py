"""Vectors kept from one build to the next: what was embedded before, by an index that was interrupted or
by an earlier one, is not embedded again.

    DATA/vectors/NAME.sqlite3  for one embedding model: the hash of a text, and its vector
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.evidence.embedding import Encoder, Vectors, model_fingerprint
from assistant.settings import Settings

STEP = 256
"""Texts that are embedded and then stored for good."""
UNUSED = 30 * 24 * 3600
"""Seconds after which a vector that no build asked for is dropped."""


def embed(
    settings: Settings, encoder: Encoder, texts: Sequence[str], progress: Callable[[float], None]
) -> Vectors:
    """Vectors of ``texts``, of shape (len(texts), dimensions); ``progress`` gets the part done.

    Raises:
        sqlite3.Error: what is embedded cannot be stored.
    """
    keys = [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
    name = hashlib.sha256(model_fingerprint(settings.embedding_model).encode()).hexdigest()[:24]
    with contextlib.closing(_open(settings.data / "vectors" / f"{name}.sqlite3")) as kept:
        found: dict[bytes, Vectors] = {}
        for key in dict.fromkeys(keys):
            row = kept.execute("SELECT vector FROM vectors WHERE text = ?", (key,)).fetchone()
            if row:
                found[key] = np.frombuffer(row[0], dtype=np.float32)
        missing = sorted(
            {k: t for k, t in zip(keys, texts, strict=True) if k not in found}.items(), key=_length
        )
        now = int(time.time())
        for at in range(0, len(missing), STEP):
            progress(1 - (len(missing) - at) / len(texts))
            step = missing[at : at + STEP]
            vectors = encoder.encode([text for _, text in step])
            new = {key: vector for (key, _), vector in zip(step, vectors, strict=True)}
            with kept:
                rows = [(key, vector.tobytes(), now) for key, vector in new.items()]
                kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            found |= new
        with kept:
            kept.executemany("UPDATE vectors SET used = ? WHERE text = ?", ((now, key) for key in found))
            kept.execute("DELETE FROM vectors WHERE used < ?", (now - UNUSED,))
    return np.stack([found[key] for key in keys])


def _length(item: tuple[bytes, str]) -> int:
    return len(item[1])


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        kept = sqlite3.connect(file, timeout=60)
        try:
            kept.execute("PRAGMA journal_mode = WAL")
            kept.execute("PRAGMA synchronous = NORMAL")
            kept.execute(
                "CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB, used INTEGER)"
            )
            return kept
        except sqlite3.OperationalError:  # no room, no right to write
            kept.close()
            raise
        except sqlite3.DatabaseError:  # damaged: what is in it can be made again
            kept.close()
            file.unlink()
    raise sqlite3.DatabaseError(f"{file} cannot be used")
