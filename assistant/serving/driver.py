"""What stands for the terminal in a chat process that the server started."""

from __future__ import annotations

from textual import messages
from textual.drivers.web_driver import WebDriver


class Driver(WebDriver):
    """Textual's driver for browsers, which also leaves when the server has gone."""

    def run_input_thread(self) -> None:
        """Read what the browser sends. At its end nobody is there any more, however the server ended."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
