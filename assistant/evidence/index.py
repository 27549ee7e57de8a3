"""The index: what the corpus and the example questions are found by.

An index is a folder that is never changed once it is whole (``store.py``):

    DATA/index/NAME/manifest.json   what it was built from, and its files with their sizes
    DATA/index/NAME/corpus.json     the corpus it was built from (``compiled.py``)
    DATA/index/NAME/questions.jsonl what each example question was labelled; its ids are line numbers
    DATA/index/NAME/heads.npz       linear heads; none for topics where there are too many (``heads.py``)
    DATA/index/NAME/chroma/         the vectors: collections `passages` and `questions` (``chroma.py``),
                                    unless a server holds them
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import mmap
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evidence import chroma, compiled, store
from assistant.evidence import heads as linear
from assistant.evidence.corpus import Corpus, Example, fingerprint, load_corpus, load_questions
from assistant.evidence.embedding import Vectors, model_fingerprint, open_encoder
from assistant.evidence.kept import embed
from assistant.evidence.languages import Languages, open_languages
from assistant.evidence.store import Progress
from assistant.evidence.wording import Wording
from assistant.reply import Kind, PlainspokenError
from assistant.settings import Settings

FORMAT = "4"
"""Changes when the form of an index changes."""

HISTORY_TURNS = 2
COURTESY = "courtesy"
"""The voice of the small talk of ``prompts/courtesy.toml``; its register is the name of the talk."""
COLLECTIONS = ("questions", "passages")
"""The collections of vectors."""
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
    """An index opened for asking, with the corpus it was built from. Thread-safe for reading."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.name = folder.name
        manifest = store.manifest(folder)
        if manifest is None:
            raise ValueError("it is not whole")
        self.on_server = bool(settings.chroma_url)
        self.corpus_hash: str = manifest["corpus"]
        self.corpus = compiled.read(folder / "corpus.json", settings.corpus)
        self.heads = linear.load(folder / "heads.npz")
        self.encoder = open_encoder(settings)
        self._settings = settings
        self._rows = _Rows(folder / "questions.jsonl")
        self._vectors = self._open_vectors(settings, manifest["rows"])

    def _open_vectors(self, settings: Settings, rows: dict[str, int]) -> chroma.Store:
        if settings.chroma_url:
            remote = chroma.OnServer(chroma.Server(settings), self.name, rows)
            with contextlib.suppress(
                chroma.Unreachable
            ):  # danger is told without it; each question asks again
                remote.open()
            return remote
        client = chroma.in_folder(self._writable(self.folder / "chroma"))
        try:
            found = chroma.Collections(client, rows)
        except Exception:
            client.close()  # or Chroma would give the same broken store again
            raise
        weakref.finalize(self, client.close).atexit = False  # Chroma itself would keep it open for ever
        return found

    def _writable(self, store: Path) -> Path:
        """``store``, or on a read-only disk a copy for as long as this index lives: Chroma's SQLite
        database cannot be opened without the right to write."""
        if os.access(store, os.W_OK):
            return store
        self._copy = tempfile.TemporaryDirectory(prefix="plainspoken-")
        return Path(shutil.copytree(store, Path(self._copy.name) / "chroma"))

    @cached_property
    def languages(self) -> Languages:
        """What tells languages in Latin letters; opened when it is first needed."""
        return open_languages(self._settings)

    def nearest_questions(self, vectors: Vectors, n: int) -> list[list[Neighbour]]:
        """For each of ``vectors`` (rows, dimensions) the ``n`` nearest example questions, nearest first."""
        return [
            [self._rows.neighbour(int(row), cosine) for row, cosine in near]
            for near in self._vectors.nearest("questions", vectors, n)
        ]

    def nearest_passages(self, vectors: Vectors, n: int) -> list[dict[str, float]]:
        """For each of ``vectors`` (rows, dimensions) the ids of the ``n`` nearest passages, with the best
        cosine of their text or any of their ways of asking."""
        found = []
        for near in self._vectors.nearest("passages", vectors, 4 * n):
            best: dict[str, float] = {}
            for row, cosine in near:
                best.setdefault(row.rpartition("#")[0], cosine)
            found.append(dict(list(best.items())[:n]))
        return found


class _Rows:
    """What the example questions were labelled, one JSON object a line, each read when it is needed."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            self._text = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        self._bounds = np.concatenate([[0], ends + 1])

    def neighbour(self, row: int, cosine: float) -> Neighbour:
        line = json.loads(self._text[self._bounds[row] : self._bounds[row + 1]])
        return Neighbour(**{**line, "topics": tuple(line["topics"])}, cosine=cosine)

    @staticmethod
    def write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def index_folder(settings: Settings, wording: Wording) -> Path:
    """Where the index of today's corpus, wording and model is, or will be."""
    parts = [
        FORMAT,
        compiled.corpus_hash(settings.corpus, settings.data),
        json.dumps(wording.asked_as(), sort_keys=True),
        model_fingerprint(settings.embedding_model),
    ]
    if settings.chroma_url:
        parts += [settings.chroma_url, settings.chroma_tenant, settings.chroma_database]
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


def newer_index(settings: Settings, wording: Wording, name: str) -> Index | None:
    """The index of today's corpus, if it is whole and is not the one called ``name``.

    Raises:
        PlainspokenError: the corpus cannot be read.
    """
    folder = index_folder(settings, wording)
    if folder.name == name or store.manifest(folder) is None:
        return None
    try:
        return Index(folder, settings)
    except PlainspokenError:
        raise
    except Exception:  # Chroma's own: damaged, or removed meanwhile
        return None


def build_index(
    settings: Settings, wording: Wording, progress: Progress | None = None, *, replace: bool = False
) -> bool:
    """Build the index of today's corpus and model, unless it is there. True if one was built.

    Raises:
        PlainspokenError: it cannot be built: no room, no right to write, no model.
    """
    folder = index_folder(settings, wording)
    server = chroma.Server(settings, chroma.BUILDING) if settings.chroma_url else None
    if server:
        chroma.Server(settings).ask(lambda client: client.heartbeat())

    def broken() -> bool:
        if not (replace or server):
            return False
        try:
            Index(folder, settings)
        except Exception:
            return True
        return False

    before = set(folder.parent.glob("*"))
    built = store.build(
        folder,
        lambda aside: _fill(aside, folder.name, settings, wording, progress or store.silent),
        broken=broken,
    )
    gone = [
        chroma.prefix(f.name) + kind for f in before - set(folder.parent.glob("*")) for kind in COLLECTIONS
    ]
    if built and server and gone:
        with contextlib.suppress(chroma.Unreachable):  # they are in nobody's way
            server.ask(lambda client: chroma.drop(client, gone))
    return built


def _fill(
    folder: Path, name: str, settings: Settings, wording: Wording, progress: Progress
) -> dict[str, Any]:
    """Write the index called ``name`` into the empty ``folder``, its vectors onto the server if one is set;
    returns what its manifest says beside the files."""
    progress(0.0, "screen.progress.reading")
    corpus_hash = fingerprint(settings.corpus)
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
        def tell(part: float) -> None:
            progress(start + (end - start) * part, "screen.progress.examples")

        return embed(settings, encoder, texts, tell)

    vectors = embedded([in_context(e.text, e.history) for e in examples], 0.2, 0.75)
    asked = _ways_of_asking(corpus)
    asked_vectors = embedded([text for _, text in asked], 0.75, 0.8)

    progress(0.8, "screen.progress.learning")
    topic_rows = np.concatenate([vectors, asked_vectors])
    topic_labels = [linear.topics_of(e) for e in examples]
    topic_labels += [corpus.passages[p].facts for p, _ in asked]
    try:
        heads = {"kind": linear.fit(vectors, [e.kinds for e in examples], KIND_STRENGTH)}
        if len({topic for labels in topic_labels for topic in labels}) <= linear.MOST_TOPICS:
            heads["topic"] = linear.fit(topic_rows, topic_labels, TOPIC_STRENGTH)
    except ValueError as error:  # scikit-learn's, where there is only one kind or topic
        raise PlainspokenError(
            f"{settings.corpus}: cannot be learnt from ({error}). Add examples of several kinds and "
            "facts; `plainspoken check` may say more."
        ) from error
    linear.save(folder / "heads.npz", heads)

    progress(0.9, "screen.progress.storing")
    compiled.write(corpus, folder / "corpus.json")
    _Rows.write(folder / "questions.jsonl", (_row(e, settings.corpus) for e in examples))
    stored = {
        "questions": ([str(n) for n in range(len(examples))], vectors),
        "passages": ([f"{p}#{n}" for n, (p, _) in enumerate(asked)], asked_vectors),
    }
    rows = {kind: len(ids) for kind, (ids, _) in stored.items()}
    if settings.chroma_url:
        server = chroma.Server(settings, chroma.BUILDING)
        try:
            chroma.OnServer(server, name, rows).open()
        except ValueError:  # no other machine has stored them
            server.ask(lambda client: chroma.store(client, stored, chroma.prefix(name)))
    else:
        client = chroma.in_folder(folder / "chroma")
        chroma.store(client, stored)
        client.close()

    if fingerprint(settings.corpus) != corpus_hash:
        raise PlainspokenError(f"{settings.corpus}: was edited meanwhile. Try again.")
    progress(1.0, "screen.progress.storing")
    return {
        "corpus": corpus_hash,
        "model": settings.embedding_model,
        "rows": rows,
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


def _row(example: Example, root: Path) -> dict[str, Any]:
    where = example.file.relative_to(root) if example.file.is_relative_to(root) else example.file.name
    return {
        "text": in_context(example.text, example.history),
        "kind": example.kinds[0].value,
        "topics": linear.topics_of(example),
        "small_talk": example.register if example.voice == COURTESY else "",
        "where": f"{where}:{example.line}",
    }
