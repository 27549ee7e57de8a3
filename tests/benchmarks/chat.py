"""The chat measured from inside: first paint, readiness, the longest stall, and what it weighs once it has answered.

    python -m tests.benchmarks.chat STARTED [empty]

STARTED is the time (seconds since 1970) at which the caller started this process. With `empty`, an
application with nothing in it is measured instead. Asks the questions on standard input (a JSON list) one
after the other. Prints one line of JSON: seconds, and megabytes.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import time
from pathlib import Path

from textual.app import App

from tests.benchmarks.memory import resident

STARTED = float(sys.argv[1])
TICK = 0.005
found: dict[str, float] = {}


def since_start() -> float:
    return time.time() - STARTED


class Empty(App[None]):
    """Nothing."""

    def on_mount(self) -> None:
        self.call_after_refresh(self.painted)

    def painted(self) -> None:
        found["painted"] = since_start()
        self.exit()


def chat() -> None:
    from assistant import settings
    from assistant.tui.app import ChatApp
    from assistant.tui.chat import ChatScreen
    from assistant.tui.widgets.question_input import QuestionInput

    class Watched(ChatApp):
        """The chat with a clock in its event loop."""

        CSS_PATH = [str(Path(inspect.getfile(ChatApp)).with_name(name)) for name in ChatApp.CSS_PATH]

        def on_mount(self) -> None:
            self.call_after_refresh(self.painted)
            self.run_worker(self.watch())

        def painted(self) -> None:
            found["painted"] = since_start()

        async def watch(self) -> None:
            longest = 0.0
            screen = self.screen
            assert isinstance(screen, ChatScreen)
            while screen.consultant is None and not screen.not_ready:
                before = time.perf_counter()
                await asyncio.sleep(TICK)
                longest = max(longest, time.perf_counter() - before - TICK)
            found["ready"], found["stall"] = since_start(), longest
            for question in asked:
                screen.post_message(QuestionInput.Sent(question))
                before = len(screen.session.turns)
                while len(screen.session.turns) == before or screen.session.turns[-1].pending:
                    await asyncio.sleep(TICK)
            found["memory"] = resident()
            self.exit()

    asked = json.load(sys.stdin)
    Watched(settings.load()).run(headless=True)


if __name__ == "__main__":
    Empty().run(headless=True) if sys.argv[2:] else chat()
    print(json.dumps(found))
