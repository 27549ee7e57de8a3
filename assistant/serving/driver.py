"""What stands for the terminal in a chat process that the server started."""

from __future__ import annotations

import asyncio
from threading import Event

from textual import events, messages
from textual.drivers.web_driver import WebDriver


class Driver(WebDriver):
    """Textual's driver for browsers, which begins in order and leaves when the server has gone."""

    def start_application_mode(self) -> None:
        """Begin in front, with the size of the start; only then listen to what the page says of both.

        Textual's begins behind, and may take the page's words before its own.
        """
        self._begun = Event()
        super().start_application_mode()
        self._app.call_later(self._app.post_message, events.AppFocus())
        asyncio.run_coroutine_threadsafe(self._begin(), asyncio.get_running_loop())

    async def _begin(self) -> None:
        """Comes after the size of the start, which goes the same way."""
        self._begun.set()

    def run_input_thread(self) -> None:
        """Read what the browser sends. At its end nobody is there any more, however the server ended."""
        self._begun.wait()
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
