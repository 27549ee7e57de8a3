"""`plainspoken doctor`: what is installed, built, configured and where; each finding with a remedy."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from assistant import __version__, places, settings
from assistant.addresses import on_this_computer
from assistant.desk.approvals import REVIEWER
from assistant.reply import PlainspokenError

PACKAGES = ("torch", "sentence-transformers", "chromadb", "onnxruntime", "langchain-core", "textual")
BUILT = ("index", "encoder", "entailment", "claims", "corpora", "languages", "vectors")
"""Folders under the data folder that hold what was built."""
PATIENCE = 2.0
"""Seconds to wait for a language model's server."""
ROOM = 500_000_000
"""Bytes that building an index may need, the old one beside it."""


@dataclass(frozen=True)
class Finding:
    """One line: OK, WARN or FAIL, what was found, and what to do."""

    level: str
    text: str

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.text}"


def examine() -> Iterator[Finding]:
    """Look at everything once. Loads no model, and opens no connection but to servers that are set."""
    yield Finding("OK", f"plainspoken {__version__} on Python {platform.python_version()}")
    yield from _packages()
    file = places.config_file()
    there = "read" if file.is_file() else "not there; defaults and environment are used"
    yield Finding("OK", f"settings file {file}: {there}")
    try:
        loaded = settings.load()
    except PlainspokenError as error:
        yield Finding("FAIL", str(error))
        return
    for look in (_model, _corpus, _wording, _data, _index, _language_model):
        yield from _guarded(look, loaded)
    yield from _guarded(_leaving, loaded)
    named = loaded.data / REVIEWER
    if named.is_file():
        yield Finding("OK", f"the reviewer's name is kept in {named}; remove it to be asked again")
    from assistant.desk.practice import PROGRESS

    if (loaded.data / PROGRESS).is_file():
        yield Finding(
            "OK",
            f"progress of rehearsals is kept in {loaded.data / PROGRESS}; "
            "to remove it: plainspoken rehearse --forget",
        )
    built = " ".join(shlex.quote(str(loaded.data / name)) for name in BUILT)
    yield Finding("OK", f"to remove everything that was built: rm -r {built}")


def _guarded(
    look: Callable[[settings.Settings], Iterator[Finding]], loaded: settings.Settings
) -> Iterator[Finding]:
    try:
        yield from look(loaded)
    except PlainspokenError as error:
        yield Finding("FAIL", str(error))


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding("OK", f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding("FAIL", f"{name} is not installed. Run: pip install {name}")


def _model(loaded: settings.Settings) -> Iterator[Finding]:
    from assistant.evidence.embedding import adapter_file, base_folder

    if loaded.embedding_model != settings.DEFAULT_MODEL:
        yield Finding("OK", f"embedding model {loaded.embedding_model}, as set")
        return
    yield Finding("OK", f"embedding model {loaded.embedding_model}: {base_folder()}, weights verified")
    if adapter_file().is_file():
        yield Finding("OK", f"adapter: {adapter_file().parent}")
    else:
        yield Finding("WARN", "no adapter: understanding is weaker. Install the released package again.")


def _corpus(loaded: settings.Settings) -> Iterator[Finding]:
    from assistant.evidence.corpus import load_corpus

    corpus = load_corpus(loaded.corpus, loaded.benefit_approvals)
    approved = corpus.approved(date.today())
    waiting = len(corpus.passages) - len(approved)
    text = f"corpus {loaded.corpus}: {len(approved)} of {len(corpus.passages)} passages approved"
    if waiting or corpus.problems or not approved:
        yield Finding("WARN", f"{text}. Run: plainspoken check")
    else:
        yield Finding("OK", text)


def _wording(loaded: settings.Settings) -> Iterator[Finding]:
    from assistant.evidence.wording import CONTACTS, Wording

    wording = Wording(loaded.prompts)
    yield Finding("OK", f"family wording {loaded.prompts}")
    missing = [name for name in CONTACTS if name not in wording.contacts]
    if missing:
        file = loaded.prompts / "contacts.toml"
        yield Finding("WARN", f"no contact for {', '.join(missing)}. Fill them in in {file}")
    else:
        yield Finding("OK", "contacts are filled in")


def _data(loaded: settings.Settings) -> Iterator[Finding]:
    folder = loaded.data
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(
            "FAIL",
            f"{loaded.data}: cannot be written ({error.strerror}). Set PLAINSPOKEN_DATA to another folder.",
        )
        return
    free = shutil.disk_usage(folder).free
    text = f"data folder {loaded.data}: writable, {free // 1_000_000} MB free"
    if free < ROOM:
        yield Finding("WARN", f"{text}. Make room: building needs up to {ROOM // 1_000_000} MB.")
    else:
        yield Finding("OK", text)


def _index(loaded: settings.Settings) -> Iterator[Finding]:
    from assistant.evidence.index import index_folder
    from assistant.evidence.store import manifest
    from assistant.evidence.wording import Wording

    folder = index_folder(loaded, Wording(loaded.prompts))
    if manifest(folder):
        size = sum(os.stat(f).st_size for f in folder.rglob("*") if f.is_file())
        yield Finding("OK", f"index {folder}: up to date, {size // 1_000_000} MB")
    else:
        yield Finding("WARN", f"no index of today's corpus in {loaded.data}. Run: plainspoken index")


def _language_model(loaded: settings.Settings) -> Iterator[Finding]:
    if not loaded.with_model:
        yield Finding("OK", "no language model is set: replies quote vetted sentences")
        return
    from assistant.compose.model import ready

    of = ready(loaded)
    text = f"language model {of.name} at {of.address}, which {loaded.composer or 'select'}s"
    try:
        socket.create_connection((of.host, of.port), PATIENCE).close()
        yield Finding("OK", f"{text}: the server can be reached")
    except OSError:
        yield Finding(
            "WARN", f"{text}: the server cannot be reached, so passages are quoted. Start the server."
        )
    if not of.here:
        yield Finding(
            "WARN", f"questions leave this computer for {of.host}. Without that: --no-model, or unset "
            "PLAINSPOKEN_MODEL.",
        )  # fmt: skip


def _leaving(loaded: settings.Settings) -> Iterator[Finding]:
    url, away = loaded.chroma_url, False
    if loaded.with_model:
        from assistant.compose.model import ready

        with contextlib.suppress(PlainspokenError):  # it has been said
            away = not ready(loaded).here
    if not url and not away:
        yield Finding(
            "OK", "nothing leaves this computer: no server elsewhere is asked, and telemetry is off"
        )
    if not url:
        return
    from assistant.evidence.chroma import Server

    yield Finding(
        "OK",
        f"to the Chroma server {url}, tenant {loaded.chroma_tenant}, database {loaded.chroma_database}, go "
        "numbers (vectors) made from passages, example questions and each question asked; no words. Such "
        "numbers hint at the words: use a server of your own",
    )
    if url.startswith("http:") and not on_this_computer(urlsplit(url).hostname or ""):
        yield Finding("WARN", f"{url} is not encrypted. Set PLAINSPOKEN_CHROMA_URL to an https address.")
    Server(loaded).ask(lambda client: client.heartbeat())
    yield Finding("OK", f"the Chroma server {url} answers")
