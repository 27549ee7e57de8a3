"""The only place that talks to Chroma: it keeps vectors under ids, and gives back the nearest ids.

No words are kept there. What an id stands for is read from the index (``index.py``). The vectors lie in
a folder of the index, or on the server that PLAINSPOKEN_CHROMA_URL names; there the collections of each
index carry its name, so that two versions stand side by side and no question meets both.
"""

from __future__ import annotations

import contextlib
import ssl
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from assistant.evidence.embedding import Vectors
from assistant.reply import PlainspokenError
from assistant.settings import Settings

STEP = 2_000
"""Vectors that are stored at once, at most."""
ROUNDS = 5
"""How often Chroma writes a collection out while it is filled. It ends with such a round, as what comes
after the last one is sorted in again at each start."""
SEARCH = {"ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
"""Chroma searches a graph (HNSW), which may overlook a neighbour, and is never built twice the same. Finer
than its default, it overlooked none of 4,800, where the default overlooked some in 6 of 400 searches."""
PAUSES = (0.1, 0.3, 1.0)
"""Seconds to wait before a server that does not answer is asked again."""
ASKING, BUILDING = 5.0, 120.0
"""Seconds that a server may take for one answer, and for storing vectors."""

T = TypeVar("T")
Near = tuple[str, float]
"""An id and its cosine."""


class Unreachable(PlainspokenError):
    """The Chroma server does not answer, does not let us in, or does not have the index."""


class Away(Unreachable):
    """The Chroma server does not answer, or cannot do its work, for the time being."""


class Store(Protocol):
    """Where the vectors of one index are searched."""

    def nearest(self, name: str, vectors: Vectors, n: int) -> list[list[Near]]:
        """For each of ``vectors`` (rows, dimensions) the ``n`` nearest ids of a collection, nearest first."""


class Collections:
    """The collections of one index, opened for asking. Thread-safe.

    Raises:
        ValueError: one of them does not have as many ``rows`` as it should.
    """

    def __init__(self, client: Any, rows: Mapping[str, int], prefix: str = "") -> None:
        self._collections = {}
        for name, count in rows.items():
            collection = client.get_collection(prefix + name, embedding_function=None)
            if collection.count() != count:
                raise ValueError(f"{name}: rows are missing")
            self._collections[name] = collection

    def nearest(self, name: str, vectors: Vectors, n: int) -> list[list[Near]]:
        """See :class:`Store`."""
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


def store(client: Any, stored: Mapping[str, tuple[Sequence[str], Vectors]], prefix: str = "") -> None:
    """Make each named collection of ids and vectors (rows, dimensions), or complete one of that name."""
    for name, (ids, vectors) in stored.items():
        step = min(STEP, client.get_max_batch_size())
        rounds = max(1, min(ROUNDS, len(ids) // step))
        steps = rounds * -(-len(ids) // (rounds * step))
        size = len(ids) // steps
        hnsw = {"space": "cosine", **SEARCH, "sync_threshold": max(2, size * (steps // rounds))}
        collection = client.get_or_create_collection(
            prefix + name, configuration={"hnsw": hnsw}, embedding_function=None
        )
        ends = [len(ids) - size * later for later in range(steps - 1, -1, -1)]
        for start, end in zip([0, *ends], ends, strict=False):
            collection.upsert(ids=list(ids[start:end]), embeddings=vectors[start:end])


class Server:
    """The Chroma server of the settings, which may come and go. Connects when it is first needed."""

    def __init__(self, settings: Settings, patience: float = ASKING) -> None:
        self.settings = settings
        self.patience = patience
        self._client: Any = None
        self._close: Callable[[], object] = lambda: None
        self._away = False

    def ask(self, work: Callable[[Any], T]) -> T:
        """What ``work`` does with a client of the server; tried again while nothing answers, unless nothing
        answered the last time either: danger is not to be told late.

        Raises:
            Away: it does not answer; says what to do.
            Unreachable: it does not let us in, or has not what it should; says what to do.
            chromadb.errors.NotFoundError: it does not have what ``work`` asks for.
        """
        import httpx
        from chromadb.errors import ChromaError, NotFoundError

        why = ""
        for pause in (None,) if self._away else (*PAUSES, None):
            try:
                if self._client is None:
                    self._client = self._connect()
                done = work(self._client)
                self._away = False
                return done
            except NotFoundError:
                raise
            except httpx.TimeoutException:
                why = f"does not answer within {self.patience:g} seconds"
                break
            except httpx.TransportError as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise self.unreachable(
                        "has a certificate that nobody vouches for. Set PLAINSPOKEN_CHROMA_CA"
                    ) from error
                why = "does not answer"
            except Exception as error:  # a bare one is Chroma's, where a server before it answers
                if type(error) is not Exception and not isinstance(error, ChromaError):
                    raise
                why = f"cannot do its work ({' '.join(str(error).split())[:80] or type(error).__name__})"
                self._close()
                self._client = None  # connecting again says more
            if pause is not None:
                time.sleep(pause)
        self._away = True
        raise self.unreachable(f"{why}. See that it runs, and try again", Away)

    def unreachable(self, why: str, error: type[Unreachable] = Unreachable) -> Unreachable:
        """The error that says ``why``."""
        return error(f"the Chroma server {self.settings.chroma_url} (PLAINSPOKEN_CHROMA_URL) {why}.")

    def _connect(self) -> Any:
        """A client with :attr:`patience`; Chroma's own would wait for ever, and not say what is wrong."""
        import chromadb
        import httpx
        from chromadb.config import Settings as ChromaSettings

        chosen = self.settings
        url = urlsplit(chosen.chroma_url)
        token = chosen.chroma_token.get_secret_value()
        headers = {"X-Chroma-Token": token, "Authorization": f"Bearer {token}"} if token else {}
        try:
            trusted = ssl.create_default_context(cafile=chosen.chroma_ca) if chosen.chroma_ca else True
        except OSError as error:
            raise PlainspokenError(
                f"{chosen.chroma_ca}: holds no certificates (PEM). Correct PLAINSPOKEN_CHROMA_CA."
            ) from error
        database = f"tenants/{quote(chosen.chroma_tenant)}/databases/{quote(chosen.chroma_database)}"
        answer = httpx.get(
            f"{chosen.chroma_url}/api/v2/{database}", headers=headers, verify=trusted, timeout=self.patience
        )
        if answer.status_code in (401, 403):
            raise self.unreachable("does not let us in. Check PLAINSPOKEN_CHROMA_TOKEN")
        if answer.status_code == 404:
            raise self.unreachable(
                f"has no database {chosen.chroma_database} of a tenant {chosen.chroma_tenant}. Create it, or "
                "check PLAINSPOKEN_CHROMA_TENANT and PLAINSPOKEN_CHROMA_DATABASE"
            )
        if not answer.is_success:
            raise Exception(f"status {answer.status_code}")
        client: Any = chromadb.HttpClient(
            host=url.hostname or "",
            port=url.port or (443 if url.scheme == "https" else 80),
            ssl=url.scheme == "https",
            headers=headers,
            settings=ChromaSettings(
                anonymized_telemetry=False,
                chroma_server_ssl_verify=str(chosen.chroma_ca) if chosen.chroma_ca else True,
            ),
            tenant=chosen.chroma_tenant,
            database=chosen.chroma_database,
        )
        client._server._session.timeout = self.patience
        self._close = weakref.finalize(self, client.close)  # Chroma itself would keep it for ever
        self._close.atexit = False
        return client


class OnServer:
    """The collections of one index on a server. A :class:`Store`."""

    def __init__(self, server: Server, name: str, rows: Mapping[str, int]) -> None:
        self._server = server
        self._rows = rows
        self._prefix = prefix(name)
        self._collections: Collections | None = None

    def open(self) -> Collections:
        """Look whether the collections are there and whole.

        Raises:
            Unreachable: the server does not answer, or does not let us in.
            ValueError: they are not.
        """
        from chromadb.errors import NotFoundError

        try:
            opened = self._server.ask(lambda client: Collections(client, self._rows, self._prefix))
        except NotFoundError as error:
            raise ValueError("they are not there") from error
        self._collections = opened
        return opened

    def nearest(self, name: str, vectors: Vectors, n: int) -> list[list[Near]]:
        """See :class:`Store`.

        Raises:
            Unreachable: the server does not answer, or has lost the index; says what to do.
        """
        from chromadb.errors import NotFoundError

        try:
            known = self._collections or self.open()
            try:
                return self._server.ask(lambda _: known.nearest(name, vectors, n))
            except NotFoundError:  # the server was emptied, and filled again
                again = self.open()
                return self._server.ask(lambda _: again.nearest(name, vectors, n))
        except (NotFoundError, ValueError) as error:
            raise self._server.unreachable("does not have this index. Run: plainspoken index") from error


def prefix(name: str) -> str:
    """How the collections of the index called ``name`` begin on a server."""
    return f"plainspoken-{name}-"


def drop(client: Any, names: Sequence[str]) -> None:
    """Remove collections, those that are there."""
    from chromadb.errors import NotFoundError

    for name in names:
        with contextlib.suppress(NotFoundError):
            client.delete_collection(name)
