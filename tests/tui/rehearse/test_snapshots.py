"""How the rehearsal looks. After a change on purpose: pytest tests/tui --snapshot-update, then look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from assistant.desk.room import Plan
from assistant.tui.rehearse.screen import Phase

from .conftest import HOPE, Rehearsing, rehearse_app

ANSWER = (
    "I am glad that you ask. It may help a little, and between us: the lamp is a cure. Baths take an hour."
)


async def choosing(here: Rehearsing) -> None:
    await here.at(Phase.CHOOSING)


async def asked(here: Rehearsing) -> None:
    await here.at(Phase.ANSWERING)


async def feedback(here: Rehearsing) -> None:
    await asked(here)
    await here.answer(ANSWER)


async def vetted(here: Rehearsing) -> None:
    await feedback(here)
    await here.press("v")


async def summary(here: Rehearsing) -> None:
    await feedback(here)
    await here.press("f9")


SHOTS: list[tuple[Callable[[Rehearsing], Awaitable[None]], tuple[int, int]]] = [
    (choosing, (80, 24)),
    (asked, (120, 30)),
    (feedback, (120, 40)),
    (feedback, (60, 24)),
    (vetted, (60, 24)),
    (summary, (80, 30)),
]


@pytest.mark.parametrize(("steps", "size"), SHOTS, ids=[f"{s.__name__}-{w}x{h}" for s, (w, h) in SHOTS])
def test_looks(
    snap_compare: Any, corpus: Path, steps: Callable[[Rehearsing], Awaitable[None]], size: tuple[int, int]
) -> None:
    app = rehearse_app(corpus, Plan() if steps is choosing else HOPE)

    async def before(pilot: Pilot[object]) -> None:
        await pilot.pause()
        screen: Any = app.screen
        await steps(Rehearsing(app, pilot, screen, corpus.parent / "data"))

    assert snap_compare(app, terminal_size=size, run_before=before)
