"""What stands for the terminal in a chat process that the server started."""

from __future__ import annotations

from textual import events, messages
from textual.drivers.web_driver import WebDriver


class Driver(WebDriver):
    """Textual's driver for browsers, which is ready to type into and leaves when the server has gone."""

    def start_application_mode(self) -> None:
        """Begin in front. Textual's begins behind, and that may arrive after the page has said otherwise."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        """Read what the browser sends. At its end nobody is there any more, however the server ended."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
