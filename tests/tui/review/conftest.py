"""The review on a small corpus, with a consultant that knows by heart which passages answer what.

Records, passages and wording are real files; replies are composed by the real composer.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.compose.draft import Draft
from assistant.compose.quote import Material, compose
from assistant.desk.review import Desk
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.evidence.wording import Wording
from assistant.reply import Kind, PlainspokenError, Question, Reply, Trace
from assistant.settings import Settings
from assistant.tui.review.app import ReviewApp
from assistant.tui.review.queue import ReviewScreen
from tests.conftest import ROOT
from tests.small import write_corpus

TODAY = date(2026, 11, 22)
BANK = """
voice: village
questions:
  - {q: "Do lamp baths do any good?", kinds: [answer], facts: [LUM-02], register: lay}
  - {q: "Will the lamp end it for good?", kinds: [correction], facts: [LUM-03], register: lay}
  - {q: "How many minutes is one?", kinds: [answer], facts: [LUM-04], register: short}
  - {q: "And what does it cost?", history: ["How long is a lamp bath?"], kinds: [not_covered], gaps: [price], register: lay}
  - {q: "What is greyfade, in a word?", kinds: [answer], facts: [LUM-04], register: child}
"""
KNOWN: dict[str, tuple[Kind, tuple[str, ...], tuple[str, ...]]] = {
    "good?": (Kind.ANSWER, ("lamp-may-help",), ()),
    "for good?": (Kind.CORRECTION, ("lamp-no-end",), ()),
    "minutes": (Kind.ANSWER, ("lamp-time",), ()),
    "cost": (Kind.NOT_COVERED, (), ("price",)),
    "greyfade": (Kind.ANSWER, ("greyfade",), ()),
}


class KnowsByHeart:
    """Stands in for the real consultant: what a question is about is given, the rest is real."""

    def __init__(self, corpus: Corpus, wording: Wording) -> None:
        self.corpus = corpus
        self.wording = wording

    def reading(self, corpus: Corpus, wording: Wording) -> KnowsByHeart:
        return KnowsByHeart(corpus, wording)

    @property
    def passages(self) -> Any:
        return self.corpus.approved(TODAY)

    def invoke(self, question: Question) -> Reply:
        word = max((w for w in KNOWN if w in question.text), key=len)
        kind, names, gaps = KNOWN[word]
        wanted = [self.corpus.passages[n] for n in names if n in self.corpus.passages]
        shown = tuple(p for p in wanted if p.id in self.passages)
        draft = Draft(self.passages, self.wording, TODAY)
        main = wanted[0] if wanted else None
        compose(Material(question.text, kind, shown, gaps, main, len(shown) < len(wanted)), self.corpus, draft)
        trace = Trace(
            "heads and neighbours",
            kinds={kind.value: 0.91, "off_topic": 0.04},
            topics={p.facts[0]: 0.8 for p in wanted},
            nearest=({"text": "Do lamp baths help?", "kind": "answer", "cosine": 0.93, "where": "examples/invented.yaml:7"},),
            passages={p.id: 0.71 for p in wanted},
        )  # fmt: skip
        listed = (question.text,) if gaps or len(shown) < len(wanted) else ()
        return Reply(
            None, kind, tuple(draft.sentences), tuple(draft.citations), gaps, listed, "quote", "c0ffee", trace
        )


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
    folder = write_corpus(tmp_path / "corpus")
    (folder / "bank").mkdir()
    (folder / "bank" / "village.yaml").write_text(BANK, encoding="utf-8")
    return folder


def review_app(corpus: Path, *, name: str = "A. Reviewer", edit: Any = None, **changed: Any) -> ReviewApp:
    data = corpus.parent / "data"
    data.mkdir(exist_ok=True)
    if name:
        (data / "reviewer.txt").write_text(name, encoding="utf-8")
    settings = Settings(corpus=corpus, prompts=changed.pop("prompts", ROOT / "prompts"), data=data, **changed)

    def open_desk(settings: Settings, progress: Any) -> Desk:
        loaded = load_corpus(settings.corpus, settings.benefit_approvals)
        by_heart: Any = KnowsByHeart(loaded, Wording(settings.prompts))
        return Desk(settings, by_heart, today=lambda: TODAY)

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
        await review.until(lambda: screen.desk is not None and len(screen.desk.answers) == 5 and not screen.progress)
        yield review


def own_prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "prompts", tmp_path / "prompts"))
