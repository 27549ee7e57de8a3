"""How the reviewers' screen looks. After a change on purpose: pytest tests/tui --snapshot-update, then look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.small import approve

from .conftest import Review, review_app

Steps = Callable[[Review], Awaitable[object]]
SIZES = {"60x20": (60, 20), "80x24": (80, 24), "140x45": (140, 45)}


async def queue(review: Review) -> None:
    await review.pilot.pause()


async def text(review: Review) -> None:
    await review.press("n", "enter")


async def changed(review: Review) -> None:
    await review.press("n", "n", "a")
    await review.recorded("answers", 1)
    file = review.corpus / "passages" / "lamp-time.md"
    file.write_text(file.read_text().replace("ten", "nine"))
    approve(review.corpus, "lamp-time", by="somebody")
    review.desk.reload()
    review.desk.ask_again("passage:lamp-time")
    await review.press("3", "enter")


async def flagging(review: Review) -> None:
    await review.press("f")
    review.screen.line.insert("The first sentence is colder than it needs to be.")


async def wording(review: Review) -> None:
    await review.press("t", "t", "n")


async def help_page(review: Review) -> None:
    await review.press("f1")


async def choosing(review: Review) -> None:
    await review.press("n", "e")


STATES: dict[str, Steps] = {
    "queue": queue,
    "text": text,
    "changed": changed,
    "flagging": flagging,
    "wording": wording,
    "help_page": help_page,
    "choosing": choosing,
}
SHOTS = [(name, size) for name in ("queue", "text") for size in SIZES]
SHOTS += [("changed", "140x45"), ("changed", "80x24"), ("flagging", "80x24"), ("wording", "140x45")]
SHOTS += [("help_page", "80x24"), ("choosing", "80x24")]


def shoot(snap_compare: Any, corpus: Path, steps: Steps, size: str, **options: Any) -> bool:
    app = review_app(corpus, **options)

    async def before(pilot: Pilot[object]) -> None:
        await pilot.pause()
        screen: Any = app.screen
        review = Review(app, pilot, screen, corpus)
        if options.get("name", "x"):
            await review.until(
                lambda: screen.desk is not None and not screen.progress and screen.queue.option_count > 0
            )
        await steps(review)
        for _ in range(3):
            await pilot.pause()

    same: bool = snap_compare(app, terminal_size=SIZES[size], run_before=before)
    return same


@pytest.mark.parametrize(("state", "size"), SHOTS)
def test_looks(snap_compare: Any, corpus: Path, state: str, size: str) -> None:
    assert shoot(snap_compare, corpus, STATES[state], size)


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_looks_in_other_colours(snap_compare: Any, corpus: Path, theme: str) -> None:
    assert shoot(snap_compare, corpus, text, "140x45", theme=theme)


def test_looks_when_a_name_is_asked_for(snap_compare: Any, corpus: Path) -> None:
    assert shoot(snap_compare, corpus, queue, "80x24", name="")
