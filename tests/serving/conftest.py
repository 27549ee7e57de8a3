"""A browser made of a real connection and a terminal that draws what comes, for chats in real processes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT

import psutil
import pyte
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from assistant.settings import Settings
from tests.conftest import ROOT

PATIENCE = 30.0
"""Seconds after which a test gives up."""


class Terminal:
    """What someone sees of a chat."""

    def __init__(self, width: int = 100, height: int = 40) -> None:
        self.screen = pyte.Screen(width, height)
        self.feed = pyte.ByteStream(self.screen).feed

    def shown(self) -> str:
        """The text on screen, every gap of it a single space."""
        return " ".join(" ".join(self.screen.display).split())


class Visitor(Terminal):
    """Someone at the other end of a connection."""

    def __init__(self, websocket: ClientWebSocketResponse) -> None:
        super().__init__()
        self.websocket = websocket

    async def say(self, *message: object) -> None:
        """Send what the page would."""
        await self.websocket.send_str(json.dumps(message))

    async def ask(self, question: str) -> None:
        """Type a question and send it."""
        await self.say("stdin", question)
        await self.sees(question[:40])
        await self.say("stdin", "\r")

    async def sees(self, text: str) -> None:
        """Wait until ``text`` is on screen."""
        while text not in self.shown():
            try:
                async with asyncio.timeout(PATIENCE):
                    message = await self.websocket.receive()
            except TimeoutError:
                pytest.fail(f"{text!r} did not come: {self.shown()}")
            assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), message
            if message.type is WSMsgType.BINARY:
                self.feed(message.data)

    async def over(self) -> int | None:
        """Wait until the server has closed the connection; its reason."""
        async with asyncio.timeout(PATIENCE):
            while (await self.websocket.receive()).type in (WSMsgType.BINARY, WSMsgType.TEXT):
                pass
        return self.websocket.close_code


@asynccontextmanager
async def visit(
    client: ClientSession, address: str, origin: str, query: str = "width=100&height=40"
) -> AsyncIterator[Visitor]:
    """Connect as the page of ``origin`` does."""
    async with client.ws_connect(f"{address}/ws?{query}", headers={"Origin": origin}, max_msg_size=0) as ws:
        yield Visitor(ws)


def chats(parent: int | None = None) -> list[psutil.Process]:
    """The chat processes of a server (of this process, unless another is named)."""
    return [p for p in psutil.Process(parent).children() if "assistant.tui" in p.cmdline()]


def until(done: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def here(settings: Settings, consultant: object, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment in which chats use this corpus and the index that the tests built."""
    found: dict[str, Path] = {"CORPUS": settings.corpus, "PROMPTS": settings.prompts, "DATA": settings.data}
    for name, folder in found.items():
        monkeypatch.setenv(f"PLAINSPOKEN_{name}", str(folder))
    return dict(os.environ)


@contextmanager
def serving(environment: dict[str, str], *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server as people start it, and its address; at the end it is told to stop."""
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("Plainspoken is at http"), line
            yield process, line.split()[3]
        finally:
            if process.poll() is None:
                process.terminate()
