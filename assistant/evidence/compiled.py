"""A corpus as an index keeps it, so that asking parses no YAML and reads no corpus; and how a corpus
that nobody touched is told by the sizes and times of its files.

    DATA/corpora/NAME.json  for one corpus folder: its content hash, and each file's size and time
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from assistant.evidence.corpus import Corpus, fingerprint, learnt_names
from assistant.evidence.store import write_file

SETTLED = 2.0
"""Seconds after which a file's time tells whether it was changed again."""


def write(corpus: Corpus, file: Path) -> None:
    """Write ``corpus`` to ``file`` as JSON."""
    served = {p.id: replace(p, lines={}, sentence_lines=(), approvals=()) for p in corpus.passages.values()}
    file.write_bytes(TypeAdapter(Corpus).dump_json(replace(corpus, passages=served, problems=())))


def read(file: Path, folder: Path) -> Corpus:
    """The corpus that :func:`write` wrote, as that of ``folder``, which holds the same files."""
    corpus = TypeAdapter(Corpus).validate_json(file.read_bytes())
    if corpus.folder == folder:
        return corpus
    moved = {
        p.id: replace(p, file=folder / p.file.relative_to(corpus.folder)) for p in corpus.passages.values()
    }
    return replace(corpus, folder=folder, passages=moved)


def corpus_hash(folder: Path, data: Path) -> str:
    """The content hash of the corpus in ``folder`` (see :func:`fingerprint`). Its files are read only
    if one of them has another size or time than when they were last read.

    Raises:
        PlainspokenError: a file cannot be read.
    """
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:24]
    record = data / "corpora" / f"{name}.json"
    stamps = _stamps(folder)
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        if known["files"] == stamps:
            return str(known["corpus"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    digest = fingerprint(folder)
    newest = max((when for _, when in stamps.values()), default=0)
    if stamps == _stamps(folder) and newest < time.time_ns() - SETTLED * 1e9:
        with contextlib.suppress(OSError):  # a disk that is full or read-only: read them again next time
            write_file(record, json.dumps({"corpus": digest, "files": stamps}))
    return digest


def _stamps(folder: Path) -> dict[str, list[int]]:
    """Size in bytes and time of change in nanoseconds of every file that the index is built from."""
    found = {}
    for name in learnt_names(folder):
        with contextlib.suppress(OSError):
            seen = os.stat(os.path.join(folder, name))
            found[name] = [seen.st_size, seen.st_mtime_ns]
    return found
