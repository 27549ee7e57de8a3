"""The chat with a fake consultant, driven by Textual's Pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from assistant.conversation_file import Keeper, Saved
from assistant.settings import Settings
from assistant.tui.app import ChatApp
from assistant.tui.chat import ChatScreen
from assistant.tui.session import State, Turn
from assistant.tui.sheet import SheetScreen

from .fakes import FakeConsultant, FakeOpening

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(autouse=True)
def desktop(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone to the clipboard of this desktop."""
    copied: list[str] = []
    monkeypatch.setattr("assistant.tui.app.copy_to_desktop", copied.append)
    return copied


def chat_app(
    opening: FakeOpening,
    theme: str = "dark",
    prompts: Path = PROMPTS,
    saved: Saved | None = None,
    keeper: Keeper | None = None,
    **settings: Any,
) -> ChatApp:
    made = Settings(prompts=prompts, data=Path("/nonexistent"), theme=theme, **settings)  # type: ignore[arg-type]
    return ChatApp(made, opening, saved, keeper)


@dataclass
class Chat:
    """The running chat and what a test does with it."""

    app: ChatApp
    pilot: Pilot[object]
    opening: FakeOpening
    screen: ChatScreen

    @property
    def consultant(self) -> FakeConsultant:
        return self.opening.consultant

    @property
    def turns(self) -> list[Turn]:
        return self.screen.session.turns

    async def until(self, true: Callable[[], bool], what: str = "") -> None:
        async with asyncio.timeout(10):
            while not true():
                await asyncio.sleep(0.005)
        await self.pilot.pause()

    async def settled(self) -> None:
        """Every question has come to something, and the screen shows it."""
        await self.until(lambda: all(not t.pending and self.shows(t) for t in self.turns))
        await self.pilot.pause()

    def shows(self, turn: Turn) -> bool:
        found = self.screen.query(f"#turn-{turn.number}")
        return bool(found) and found.first().has_class(f"-{turn.state.value}")

    @property
    def sheet(self) -> SheetScreen:
        """The open sheet."""
        screen = self.app.screen
        assert isinstance(screen, SheetScreen)
        return screen

    async def open_sheet(self) -> SheetScreen:
        await self.press("f4")
        return self.sheet

    def exchange(self, turn: Turn) -> Widget:
        return self.screen.conversation.exchange(turn)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """As a paste does: quick, whatever the length."""
        self.screen.input.insert(text)

    async def ask(self, text: str) -> Turn:
        """Type, send, and wait for what comes of it."""
        await self.send(text)
        await self.settled()
        return self.turns[-1]

    async def send(self, text: str) -> None:
        before = len(self.turns)
        await self.type(text)
        await self.pilot.press("enter")
        await self.until(lambda: len(self.turns) > before)

    def status(self) -> str:
        return str(self.screen.query_one("#status-words", Static).content)

    def part(self, turn: Turn, name: str) -> str:
        return str(self.exchange(turn).query_one(name, Static).content)

    def shown(self) -> str:
        """The whole screen as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def click(self, text: str) -> None:
        """Click on the first place where ``text`` stands on screen."""
        for y, line in enumerate(self.shown().split("\n")):
            if (x := line.find(text)) >= 0:
                await self.pilot.click(offset=Offset(x + len(text) // 2, y))
                await self.pilot.pause()
                return
        raise AssertionError(f"{text!r} is not on screen:\n{self.shown()}")


@asynccontextmanager
async def open_chat(
    opening: FakeOpening | None = None,
    size: tuple[int, int] = (80, 24),
    theme: str = "dark",
    prompts: Path = PROMPTS,
    **more: Any,
) -> AsyncIterator[Chat]:
    opening = opening or FakeOpening()
    app = chat_app(opening, theme, prompts, **more)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        chat = Chat(app, pilot, opening, screen)
        if opening.gate.is_set():
            await chat.until(lambda: bool(screen.consultant or screen.not_ready))
        try:
            yield chat
        finally:
            opening.gate.set()
            opening.consultant.gate.set()


__all__ = ["PROMPTS", "Chat", "State", "chat_app", "open_chat"]
