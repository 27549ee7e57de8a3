"""A real inference server, with a tiny model of random weights: nonsense comes in, the passages go out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.consultant import Consultant
from assistant.guard.claims import ClaimScreen
from assistant.guard.grounding import Grounding
from assistant.reply import Question
from tests.conftest import ROOT

from .test_model import FOLLOW_UP, same_as_quote, selecting, writing

pytest.importorskip("fastapi", reason="transformers[serving] is not installed")


class Address:
    """Where the server is."""

    def __init__(self, url: str) -> None:
        self.url = url


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Address, str]]:
    folder = str(tmp_path_factory.mktemp("tiny"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(folder) / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.compose.tiny_server", folder, str(port)],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.2)
        yield Address(f"http://127.0.0.1:{port}/v1"), folder
    finally:
        server.kill()
        server.wait()


def test_nonsense_of_a_real_server_gives_way_to_the_passages(
    consultant: Consultant, screen: ClaimScreen, noise: tuple[Address, str]
) -> None:
    server, name = noise
    for composed in (
        selecting(consultant, server, model=name),  # type: ignore[arg-type]
        writing(consultant, server, screen, Grounding(screen.judge), model=name),  # type: ignore[arg-type]
    ):
        reply = composed.invoke(Question(FOLLOW_UP))
        assert same_as_quote(reply, consultant)
        assert reply.trace.model["raw"], reply.trace.model["problem"]
        assert reply.dropped
