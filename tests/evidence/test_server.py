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
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr

from assistant import doctor, following
from assistant.consultant import Consultant, open_consultant
from assistant.conversation_file import Saved
from assistant.desk.approvals import add
from assistant.evidence import chroma
from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import load_corpus
from assistant.evidence.embedding import Vectors, open_encoder
from assistant.evidence.index import Neighbour, build_index, index_folder
from assistant.evidence.wording import Wording
from assistant.following import open_following
from assistant.plain import Conversation
from assistant.reply import Kind, PlainspokenError, Question
from assistant.settings import Settings
from tests.conftest import ROOT
from tests.evidence.test_index import environment
from tests.small import write_corpus, write_passage

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
        assert self.process is None
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
    assert open_consultant(clinic).invoke(Question("She is not breathing!")).kind is Kind.URGENT
    server.start()
    assert consultant.invoke(ASKED).text == PALE


def test_despair_is_heard_without_the_server(consultant: Consultant, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(vectors: Vectors, n: int) -> list[list[Neighbour]]:
        raise chroma.Unreachable("away")

    monkeypatch.setattr(consultant.index, "nearest_questions", away)
    for text in ("I want to end my life", "I can't go on, I have the pills here"):
        assert consultant.invoke(Question(text)).kind is Kind.CRISIS
    with pytest.raises(chroma.Unreachable):
        consultant.invoke(Question("What does it cost?"))


def test_a_server_that_comes_back_while_it_is_asked_is_waited_for(
    clinic: Settings, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultant = open_consultant(clinic)
    server.kill()
    monkeypatch.setattr(chroma, "PAUSES", (0.0,))
    monkeypatch.setattr(chroma, "time", SimpleNamespace(sleep=lambda seconds: server.start()))
    assert consultant.invoke(ASKED).text == PALE


def test_a_server_that_hangs_holds_up_nobody_for_long(
    clinic: Settings, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma.Server.__init__, "__defaults__", (0.2,))
    consultant = open_consultant(clinic)
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(PlainspokenError, match="does not answer within"):
            consultant.invoke(ASKED)
        assert consultant.invoke(Question("She is not breathing!")).kind is Kind.URGENT
    finally:
        server.process.send_signal(signal.SIGCONT)


def test_away_at_the_start_it_says_so_in_a_line(clinic: Settings, server: Running, tmp_path: Path) -> None:
    server.kill()
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", ASKED.text],
        env={**environment(clinic), "PLAINSPOKEN_CHROMA_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "PLAINSPOKEN_CHROMA_URL" in done.stderr
    with pytest.raises(PlainspokenError, match="does not answer"):
        build_index(clinic, WORDING)
    nothing_built = clinic.model_copy(update={"data": tmp_path / "other"})
    with pytest.raises(PlainspokenError, match="does not answer"):
        open_consultant(nothing_built)
    assert [f.level for f in doctor._leaving(clinic.model_copy(update={"chroma_url": ""}))] == ["OK"]
    with pytest.raises(PlainspokenError, match="does not answer"):
        list(doctor._leaving(clinic))


def test_away_at_the_start_the_page_is_served_all_the_same(clinic: Settings, server: Running) -> None:
    server.kill()
    served = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", "0"],
        env={**environment(clinic), "PLAINSPOKEN_CHROMA_URL": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stdout
    line = served.stdout.readline()
    if line:
        assert httpx.get(line.split()[3]).is_success
    served.terminate()
    _, said = served.communicate(timeout=60)
    assert line
    assert served.returncode == 0
    assert "does not answer" in said


def test_the_plain_chat_keeps_its_conversation_while_the_server_is_away(
    clinic: Settings, server: Running
) -> None:
    told: list[str] = []
    chat = Conversation(open_following(clinic), WORDING, told.append, Saved(), None)
    chat.take("Do I have to pay for it?")
    server.kill()
    chat.take(ASKED.text)
    assert "does not answer" in told[-1]
    assert len(chat.sheet) == 1
    server.start()
    chat.take(ASKED.text)
    assert PALE in "".join(told[-3:])
    assert chat.asked == ["Do I have to pay for it?", ASKED.text]


def test_a_new_corpus_is_taken_up_between_two_answers_and_the_one_before_is_kept(clinic: Settings) -> None:
    running, before = open_following(clinic), on_server(clinic)
    first = running.invoke(ASKED)
    write_passage(clinic.corpus, "greyfade", "established", "LUM-01", "Greyfade turns colours pale.")
    during = running.invoke(ASKED)
    assert (during.text, during.trace.index) == (first.text, first.trace.index)
    assert build_index(clinic, WORDING)
    after = running.invoke(ASKED)
    assert after.text == "Greyfade turns colours pale."
    assert after.corpus not in (first.corpus, during.corpus)
    both = on_server(clinic)
    assert both > before
    write_passage(clinic.corpus, "greyfade", "established", "LUM-01", "Greyfade makes all colours pale.")
    assert build_index(clinic, WORDING)
    assert running.invoke(ASKED).text == "Greyfade makes all colours pale."
    assert len(on_server(clinic)) == len(both)
    assert not on_server(clinic) & {n for n in before if first.trace.index in n}


def test_a_model_works_with_the_corpus_that_answers(clinic: Settings) -> None:
    with_model = clinic.model_copy(update={"model": "tiny", "model_url": "http://127.0.0.1:9/v1"})
    running = open_following(with_model)
    before = running._newest.composer
    running.invoke(ASKED)
    assert running._newest.composer is before
    write_passage(clinic.corpus, "greyfade", "established", "LUM-01", "Greyfade turns colours pale.")
    assert build_index(clinic, WORDING)
    running.invoke(ASKED)
    assert running._newest.composer is not before


def test_an_approval_withdrawn_meanwhile_counts_from_the_next_answer(clinic: Settings) -> None:
    running = open_following(clinic)
    assert running.invoke(ASKED).text == PALE
    passage = load_corpus(clinic.corpus).passages["greyfade"]
    flag = Approval(passage.sha256, "tests", date(2026, 1, 2), None, "", "passage:greyfade", did="flag")
    add(clinic.corpus, "passages", [flag])
    withheld = running.invoke(ASKED)
    assert PALE not in withheld.text
    assert WORDING.line("replies.awaiting.lines").text in withheld.text
    assert "greyfade" not in running.passages


def test_a_server_that_lost_its_data_gets_it_again(clinic: Settings, server: Running) -> None:
    running = open_consultant(clinic)
    server.empty()
    with pytest.raises(PlainspokenError, match="plainspoken index"):
        running.invoke(ASKED)
    assert build_index(clinic, WORDING)
    assert running.invoke(ASKED).text == PALE


def test_another_tenant_or_database_is_named(clinic: Settings) -> None:
    for name in ("chroma_tenant", "chroma_database"):
        with pytest.raises(PlainspokenError, match=f"PLAINSPOKEN_{name.upper()}"):
            build_index(clinic.model_copy(update={name: "nobody"}), WORDING)


@pytest.fixture
def front(server: Running, tmp_path: Path) -> Iterator[Settings]:
    """The same server behind one that encrypts and asks for a token."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    made += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            allowed = self.headers.get("Authorization") == "Bearer sesame"
            status, body = 401, b"no"
            if allowed:
                there = httpx.request(self.command, f"{server.url}{self.path}", content=sent)
                status, body = there.status_code, there.content
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
    yield Settings(
        chroma_url=f"https://localhost:{listening.server_port}", chroma_ca=certificate, chroma_token="sesame"
    )
    listening.shutdown()
    listening.server_close()


def test_a_token_and_a_certificate_of_ones_own(clinic: Settings, front: Settings) -> None:
    def behind(**changed: object) -> Settings:
        same = {name: getattr(front, name) for name in ("chroma_url", "chroma_ca", "chroma_token")}
        return clinic.model_copy(update={**same, **changed})

    assert build_index(behind(), WORDING)
    assert open_consultant(behind()).invoke(ASKED).text == PALE
    with pytest.raises(PlainspokenError, match="PLAINSPOKEN_CHROMA_TOKEN"):
        build_index(behind(chroma_token=SecretStr("wrong")), WORDING)
    with pytest.raises(PlainspokenError, match="PLAINSPOKEN_CHROMA_CA"):
        build_index(behind(chroma_ca=None), WORDING)
    assert "sesame" not in repr(front)


def test_what_is_no_address_is_refused() -> None:
    for wrong in ("chroma.example", "ftp://chroma.example", "http://", "http://me:secret@chroma.example"):
        with pytest.raises(ValueError, match="chroma_url"):
            Settings(chroma_url=wrong)
