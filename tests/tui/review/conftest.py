"""The reviewers' screen on the small corpus, driven by Textual's Pilot."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.desk.review import Desk
from assistant.reply import PlainspokenError
from assistant.settings import Settings
from assistant.tui.review.app import ReviewApp
from assistant.tui.review.queue import ReviewScreen
from tests.by_heart import TODAY, by_heart, write_bank
from tests.conftest import ROOT


@dataclass
class Review:
    """The running review and what a test does with it."""

    app: ReviewApp
    pilot: Pilot[object]
    screen: ReviewScreen
    corpus: Path

    @property
    def desk(self) -> Desk:
        assert self.screen.desk
        return self.screen.desk

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.005)
        for _ in range(3):
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        for _ in range(3):
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        self.screen.line.insert(text)
        await self.press("enter")

    async def recorded(self, name: str, n: int) -> list[str]:
        """Wait until the file holds ``n`` records and the screen has said so."""
        file = self.corpus / "approvals" / f"{name}.jsonl"
        await self.until(lambda: file.exists() and len(file.read_text().splitlines()) == n)
        await self.until(lambda: not self.screen._one_at_a_time.locked())
        return file.read_text(encoding="utf-8").splitlines()

    def status(self) -> str:
        return str(self.screen.query_one("#status-words", Static).content)

    def reads(self) -> str:
        """Everything that the text pane holds."""
        return "\n".join(str(s.content) for s in self.screen.text.query(Static))

    def listed(self) -> list[str]:
        return [str(option.prompt) for option in self.screen.queue.options]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "corpus")


def review_app(corpus: Path, *, name: str = "A. Reviewer", edit: Any = None, **changed: Any) -> ReviewApp:
    data = corpus.parent / "data"
    data.mkdir(exist_ok=True)
    if name:
        (data / "reviewer.txt").write_text(name, encoding="utf-8")
    settings = Settings(corpus=corpus, prompts=changed.pop("prompts", ROOT / "prompts"), data=data, **changed)

    def open_desk(settings: Settings, progress: Any) -> Desk:
        progress(0.5, "screen.progress.reading")
        consultant = by_heart(settings.corpus, settings.benefit_approvals, settings.prompts)
        return Desk(settings, consultant, today=lambda: TODAY)

    def no_editor(file: Path) -> None:
        raise PlainspokenError("the editor none could not be started. Set EDITOR to one that can.")

    app = ReviewApp(settings, open_desk, edit or no_editor)
    app.suspend = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    return app


@asynccontextmanager
async def open_review(
    corpus: Path, size: tuple[int, int] = (140, 45), **options: Any
) -> AsyncIterator[Review]:
    app = review_app(corpus, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        review = Review(app, pilot, screen, corpus)
        await review.until(
            lambda: screen.desk is not None and len(screen.desk.answers) == 5 and not screen.progress
        )
        yield review


def own_prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "prompts", tmp_path / "prompts"))
