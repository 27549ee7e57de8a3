"""The rehearsal on the small corpus, driven by Textual's Pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.desk.practice import Choice
from assistant.desk.room import Plan, Room
from assistant.reply import Kind, PlainspokenError
from assistant.settings import Settings
from assistant.tui.rehearse.app import RehearseApp
from assistant.tui.rehearse.screen import Phase, RehearseScreen
from tests.conftest import ROOT
from tests.rehearsing import presses, room, write_rehearsal

HOPE = Plan(Choice(kind=Kind.CORRECTION))


@dataclass
class Rehearsing:
    """The running rehearsal and what a test does with it."""

    app: RehearseApp
    pilot: Pilot[object]
    screen: RehearseScreen
    data: Path

    async def at(self, phase: Phase) -> None:
        async with asyncio.timeout(20):
            while self.screen.phase is not phase:
                await asyncio.sleep(0.005)
        for _ in range(3):
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        for _ in range(3):
            await self.pilot.pause()

    async def answer(self, text: str) -> None:
        self.screen.input.insert(text)
        await self.pilot.press("enter")
        await self.at(Phase.READING)

    def reads(self, name: str = "#talk") -> str:
        return "\n".join(str(s.content) for s in self.screen.query_one(name).query(Static))

    def status(self) -> str:
        return str(self.screen.query_one("#status-words", Static).content)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_rehearsal(tmp_path / "corpus")


def rehearse_app(corpus: Path, plan: Plan, problem: str = "", **changed: Any) -> RehearseApp:
    data = corpus.parent / "data"
    data.mkdir(exist_ok=True)
    settings = Settings(corpus=corpus, prompts=ROOT / "prompts", data=data, **changed)

    def open_room(settings: Settings, _presses: Any, progress: Callable[[float, str], None]) -> Room:
        if problem:
            raise PlainspokenError(problem)
        return room(settings.corpus, settings.data, presses)

    return RehearseApp(settings, plan, open_room)


@asynccontextmanager
async def open_rehearsal(
    corpus: Path, plan: Plan = HOPE, size: tuple[int, int] = (120, 40), **options: Any
) -> AsyncIterator[Rehearsing]:
    app = rehearse_app(corpus, plan, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, RehearseScreen)
        found = Rehearsing(app, pilot, screen, corpus.parent / "data")
        if not options.get("problem"):
            await found.at(Phase.ANSWERING if plan.choice else Phase.CHOOSING)
        yield found
