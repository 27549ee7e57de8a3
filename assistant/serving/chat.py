"""One chat for one browser: a process of its own, which ends with the connection."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

GRACE = 3.0
"""Seconds that a chat has for leaving before it is killed."""
IDLE = 3600.0
"""Seconds without a key or a movement after which a chat ends and makes room."""
SMALLEST, LARGEST = (20, 5), (500, 200)
"""Columns and rows. Any other screen is drawn as one of these: nobody can ask for gigabytes, or for nothing."""
NOT_FOR_CHATS = ("TEXTUAL", "EDITOR", "VISUAL", "PAGER")
"""How variables of the environment begin that could open, run or write something on this machine."""


class Chat(AppService):
    """A chat process and the browser that it belongs to."""

    def __init__(self, websocket: web.WebSocketResponse, module: str = "assistant.tui") -> None:
        super().__init__(
            module,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self.websocket = websocket
        self.stopping = False

    @property
    def downloads(self) -> DownloadManager:
        """The files that this chat offers to its browser."""
        return self._download_manager

    async def converse(self, width: int, height: int) -> None:
        """Run the chat until it ends, the browser goes, or nobody has touched it for :data:`IDLE`."""
        await self.start(*_screen(width, height))
        try:
            while True:
                async with asyncio.timeout(IDLE):  # not receive's own, which every heartbeat sets back
                    message = await self.websocket.receive()
                if message.type is not WSMsgType.TEXT or not await self._take(message.data):
                    return
        except TimeoutError:
            return
        finally:
            await self.stop()

    async def _take(self, text: str) -> bool:
        """Do what the browser's page says; False for what no page of ours would say."""
        try:
            match json.loads(text):
                case ["stdin", str(keys)]:
                    await self.send_bytes(keys.encode("utf-8", errors="replace"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await self.set_terminal_size(*_screen(width, height))
                case ["ping", str(sent)]:
                    await self.websocket.send_json(["pong", sent])
                case ["focus"]:
                    await self.focus()
                case ["blur"]:
                    await self.blur()
                case _:
                    return False
        except (ValueError, RecursionError, ConnectionError):
            return False
        return True

    async def run(self) -> None:
        """Pass on what the process draws until it has ended; then there is nothing to be connected to."""
        await super().run()
        unasked = not self.stopping
        await self._close()
        process = self._process
        assert process
        assert process.stdout
        while await process.stdout.read(2**16):  # nobody reads it, but a process that cannot write hangs
            pass
        if await process.wait() and unasked:
            print(f"A chat ended with code {process.returncode}.", file=sys.stderr, flush=True)

    async def stop(self) -> None:
        """End the process, kindly, or if it does not listen, at once; the connection ends with it."""
        self.stopping = True
        if self._task is None or self._process is None:
            return
        try:
            async with asyncio.timeout(GRACE):
                await self.send_meta({"type": "quit"})
                await asyncio.shield(self._task)
        except TimeoutError:
            pass
        finally:
            if self._process.returncode is None:
                self._process.kill()
        await self._task

    async def on_meta(self, data: bytes) -> None:
        """What the process says beside its screen: that it has left, or has a file to download."""
        if json.loads(data)["type"] in ("exit", "deliver_file_start"):
            await super().on_meta(data)

    async def _close(self) -> None:
        await self.websocket.close()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(NOT_FOR_CHATS)}
        return kept | {
            "PYTHONPATH": os.pathsep.join(sys.path),  # the same modules as here, whatever the folder
            "TEXTUAL_DRIVER": "assistant.serving.driver:Driver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(width),
            "ROWS": str(height),
        }

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """No shell, no terminal of the server's owner to reach for, and no folder but the data's."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", self.command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._process, self._stdin = process, process.stdin
        return process


def _screen(width: int, height: int) -> tuple[int, int]:
    """Columns and rows between the :data:`SMALLEST` and the :data:`LARGEST`."""
    columns, rows = (
        max(low, min(n, high)) for low, n, high in zip(SMALLEST, (width, height), LARGEST, strict=True)
    )
    return columns, rows
