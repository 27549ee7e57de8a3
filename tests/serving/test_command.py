"""`plainspoken serve` as a process: what it says, what it never says, how it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession

from tests.conftest import ROOT
from tests.small import write_corpus

from .conftest import PATIENCE, chats, serving, until, visit


def refused(environment: dict[str, str], *options: str) -> str:
    """The one line with which the command refuses."""
    command = [sys.executable, "-m", "assistant", "serve", *options]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_port_in_use_is_said_in_a_line(here: dict[str, str]) -> None:
    with serving(here) as (_, address):
        port = address.rpartition(":")[2]
        assert f"port {port} is in use. Choose another one" in refused(here, "--port", port)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "--origin https://"),
        (("--host", "::"), "--origin https://"),
        (("--host", "192.0.2.1"), "cannot listen on 192.0.2.1"),
        (("--host", "nowhere.invalid"), "cannot listen on nowhere.invalid"),
        (("--origin", "ask.clinic.example"), "--origin ask.clinic.example cannot be used"),
        (("--origin", "https://clinic.example/ask"), "cannot be used"),
        (("--origin", "https://"), "cannot be used"),
        (("--origin", "https://[x"), "cannot be used"),
        (("--origin", "https://x:99999"), "cannot be used"),
        (("--max-sessions", "0"), "--max-sessions"),
        (("--port", "70000"), "--port"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_line(
    here: dict[str, str], options: tuple[str, ...], said: str
) -> None:
    assert said in refused(here, *options)


def test_missing_words_are_found_at_the_start(here: dict[str, str], tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts", prompts)
    file = prompts / "serve.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[busy]", "[bussy]"), encoding="utf-8")
    assert "`busy.title` is missing" in refused({**here, "PLAINSPOKEN_PROMPTS": str(prompts)})


def test_the_public_address_may_connect_and_so_may_this_computer(here: dict[str, str]) -> None:
    async def connect(port: str, origin: str) -> None:
        async with ClientSession() as client, visit(client, f"http://127.0.0.1:{port}", origin) as visitor:
            await visitor.sees("Plainspoken")

    with serving(here, "--origin", "HTTPS://Ask.Clinic.example:443/") as (process, address):
        assert address == "https://ask.clinic.example"
        (port,) = {
            c.laddr.port for c in psutil.Process(process.pid).net_connections() if c.status == "LISTEN"
        }
        assert {c.laddr.ip for c in psutil.Process(process.pid).net_connections()} == {"127.0.0.1"}
        for origin in ("https://ask.clinic.example", f"http://localhost:{port}", f"http://[::1]:{port}"):
            asyncio.run(connect(str(port), origin))


def test_the_index_is_there_before_anyone_can_come(here: dict[str, str], tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus"), tmp_path / "data"
    with serving({**here, "PLAINSPOKEN_CORPUS": str(corpus), "PLAINSPOKEN_DATA": str(data)}):
        assert list(data.glob("index/*/*"))


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_every_chat_ends_with_the_server(here: dict[str, str], signal_: signal.Signals) -> None:
    async def talk(address: str, process: subprocess.Popen[str]) -> list[psutil.Process]:
        async with (
            ClientSession() as client,
            visit(client, address, address) as one,
            visit(client, address, address) as two,
        ):
            await one.sees("Plainspoken")
            await two.sees("Plainspoken")
            found = chats(process.pid)
            process.send_signal(signal_)
            await one.over()
            await two.over()
        return found

    with serving(here) as (process, address):
        found = asyncio.run(talk(address, process))
        assert len(found) == 2
        code = process.wait(PATIENCE)
        assert code == (0 if signal_ != signal.SIGKILL else -signal.SIGKILL)
        until(lambda: not any(p.is_running() for p in found))


def test_no_question_is_in_any_output_or_file(here: dict[str, str], tmp_path: Path) -> None:
    """Not when it is asked, answered, saved or cut off, and not when a chat or a connection fails on it."""

    async def talk(address: str, pid: int) -> None:
        async with ClientSession() as client:
            async with visit(client, address, address) as visitor:
                await visitor.sees("Type a question")
                await visitor.ask("Is quetzalcoatlus checked afterwards?")
                await visitor.sees("checks come at 1, 3, 6")
                await visitor.say("stdin", "quetzalcoatlus again")
                chats(pid)[0].kill()
                await visitor.over()
            async with visit(client, address, address) as visitor:
                await visitor.sees("Type a question")
                await visitor.say("stdin", "quetzalcoatlus" * 20_000)
                await visitor.over()
            async with visit(client, address, address) as visitor:
                await visitor.websocket.send_str("quetzalcoatlus")
                await visitor.over()
            async with client.get(f"{address}/quetzalcoatlus?quetzalcoatlus") as answer:
                assert answer.status == 404

    homes = {name: str(tmp_path / name) for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR")}
    for folder in homes.values():
        os.mkdir(folder)
    noisy = {**here, **homes, "PYTHONASYNCIODEBUG": "1", "TEXTUAL_LOG": str(tmp_path / "textual.log")}
    with serving(noisy) as (process, address):
        asyncio.run(talk(address, process.pid))
        process.send_signal(signal.SIGINT)
        assert process.stdout
        output = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert "A chat ended with code -9." in output
    assert "quetzal" not in output.lower()
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"quetzal" in f.read_bytes().lower()]
