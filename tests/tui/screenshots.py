"""Takes the pictures of the README from the real chat: `make screenshots`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from assistant import settings
from assistant.tui.app import ChatApp
from assistant.tui.chat import ChatScreen

FOLDER = Path(__file__).with_name("screenshots")
PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...], tuple[str, ...]]] = {
    "welcome": ((100, 26), (), ()),
    "chat": ((132, 36), ("Could it slow things down for my mum?",), ()),
    "danger": ((100, 26), ("he is choking and going blue",), ()),
    "sheet": ((100, 34), ("What does it cost?", "Should my husband do it?", "How is it given?"), ("f4",)),
}
"""Of each picture: the size, what is asked, and the keys that are pressed then."""


async def take(name: str, size: tuple[int, int], questions: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """Open the chat, ask, wait for the replies, save what the screen shows."""
    app = ChatApp(settings.load())
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        async with asyncio.timeout(300):
            while screen.consultant is None:
                await asyncio.sleep(0.1)
            for number, question in enumerate(questions):
                screen.input.insert(question)
                await pilot.press("enter")
                while not (len(screen.session.turns) > number and screen.session.turns[number].reply):
                    await asyncio.sleep(0.1)
        await pilot.pause(0.5)
        await pilot.press(*keys)
        await pilot.pause(0.5)
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{name}.svg").write_text(app.export_screenshot(), encoding="utf-8")


def main() -> None:
    for name, (size, questions, keys) in PICTURES.items():
        asyncio.run(take(name, size, questions, keys))
        print(FOLDER / f"{name}.svg")


if __name__ == "__main__":
    main()
