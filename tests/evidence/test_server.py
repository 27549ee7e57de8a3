"""Past one machine: a real Chroma server that is killed, restarted, emptied and upgraded."""

from __future__ import annotations

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import httpx
import pytest

from assistant import cli, doctor, following
from assistant.consultant import Consultant, open_consultant
from assistant.desk.approvals import add
from assistant.evidence import chroma
from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import load_corpus
from assistant.evidence.embedding import open_encoder
from assistant.evidence.index import build_index, index_folder
from assistant.evidence.wording import Wording
from assistant.following import Following, open_following
from assistant.plain import Conversation, converse
from assistant.conversation_file import Saved
from assistant.reply import Kind, PlainspokenError, Question
from assistant.settings import Settings
from tests.conftest import ROOT
from tests.small import approve, write_corpus, write_passage

WORDING = Wording(ROOT / "prompts")
ASKED = Question("What is greyfade?")
PALE = "Greyfade makes colours look pale."
CHROMA = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])"
"""What the command `chroma` does, without half a second of imports."""


class Running:
    """A Chroma server on this machine, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHROMA, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/api/v2/heartbeat").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError("chroma run does not start")

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def empty(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)
        self.start()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("server") / "chroma")
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def built(server: Running, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small corpus whose vectors lie on the server."""
    home = tmp_path_factory.mktemp("clinic")
    open_encoder(settings)
    (home / "data").mkdir()
    (home / "data" / "encoder").symlink_to(settings.data / "encoder")
    corpus = write_corpus(home / "corpus")
    made = Settings(corpus=corpus, prompts=ROOT / "prompts", data=home / "data", chroma_url=server.url)
    assert build_index(made, WORDING)
    return made


@pytest.fixture
def clinic(built: Settings, server: Running, tmp_path: Path) -> Settings:
    """A machine of its own with that corpus and index; the server runs."""
    if server.process is None:
        server.start()
    shutil.copytree(built.corpus, tmp_path / "corpus")
    shutil.copytree(built.data, tmp_path / "data", symlinks=True)
    return built.model_copy(update={"corpus": tmp_path / "corpus", "data": tmp_path / "data"})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(following, "LOOK", 0.0)


def on_server(settings: Settings) -> set[str]:
    """The names of the collections."""
    return chroma.Server(settings).ask(lambda client: {c.name for c in client.list_collections()})


def test_the_vectors_lie_on_the_server_and_the_words_do_not(clinic: Settings) -> None:
    assert not (index_folder(clinic, WORDING) / "chroma").exists()
    there = chroma.Server(clinic).ask(lambda client: [c.get() for c in client.list_collections()])
    assert sum(len(rows["ids"]) for rows in there) > 20
    assert not any(rows["documents"] and any(rows["documents"]) for rows in there)
    assert not any(rows["metadatas"] and any(rows["metadatas"]) for rows in there)
    replies = open_consultant(clinic).batch([ASKED, Question("is this private?")])
    assert replies[0].text == PALE
    assert WORDING.line("courtesy.private-server.line").text in replies[1].text
    assert not build_index(clinic, WORDING)


def test_killed_midway_danger_is_told_and_answers_come_again_when_it_is_back(
    clinic: Settings, server: Running
) -> None:
    consultant = open_consultant(clinic)
    assert consultant.invoke(ASKED).text == PALE
    server.kill()
    with pytest.raises(PlainspokenError, match=f"{server.url} .*does not answer") as said:
        consultant.invoke(ASKED)
    assert "\n" not in str(said.value)
    assert consultant.invoke(Question("She is not breathing!")).kind is Kind.URGENT
    assert open_consultant(clinic).invoke(Question("I want to end my life")).kind is Kind.CRISIS
    server.start()
    assert consultant.invoke(ASKED).text == PALE


def test_a_server_that_comes_back_while_it_is_asked_is_waited_for(
    clinic: Settings, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultant = open_consultant(clinic)
    server.kill()
    monkeypatch.setattr(chroma, "PAUSES", (0.0,))
    monkeypatch.setattr("assistant.evidence.chroma.time.sleep", lambda seconds: server.start())
    assert consultant.invoke(ASKED).text == PALE


def test_a_server_that_hangs_holds_up_nobody_for_long(clinic: Settings, server: Running) -> None:
    consultant = open_consultant(clinic.model_copy())
    consultant.index._vectors._server._client._server._session.timeout = 0.2  # type: ignore[attr-defined]
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(PlainspokenError, match="does not answer within"):
            consultant.invoke(ASKED)
    finally:
        server.process.send_signal(signal.SIGCONT)
