"""The rehearsal as an application, on the foundation of the chat's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from assistant.reply import Kind
from assistant.settings import Settings
from assistant.tui.app import ChatApp, run_to_the_end
from assistant.tui.rehearse.screen import RehearseScreen
from assistant.tui.session import ProgressCall
from assistant.tui.staff import StaffScreenWords

if TYPE_CHECKING:
    from assistant.desk.room import Plan, Presses, Room


def open_room(settings: Settings, presses: Presses, progress: ProgressCall) -> Room:
    """The room with everything real in it; imported when called, in the thread that opens it."""
    from assistant.desk.room import Room, open_judge

    return Room(settings, open_judge(settings, progress), presses)


class RehearseApp(ChatApp):
    """Plainspoken's rehearsal in a terminal.

    Raises:
        PlainspokenError: the wording cannot be read.
    """

    CSS_PATH = ["../chat.tcss", "../help.tcss", "../save.tcss", "rehearse.tcss"]

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        open_room: Callable[[Settings, Presses, ProgressCall], Room] = open_room,
    ) -> None:
        super().__init__(settings)
        self.words: StaffScreenWords = StaffScreenWords(settings.prompts, "rehearse")
        self.title = self.words("title.name")
        self.plan = plan
        self.open_room = open_room

    def get_default_screen(self) -> Screen[object]:
        """The rehearsal."""
        opener = partial(self.open_room, self.settings, self._presses)
        return RehearseScreen(self.words, opener, self.attempt, self.plan)

    def _presses(self, kind: Kind) -> tuple[str, ...]:
        return self.words.lines(f"press.{kind}") if self.words.has("press", kind) else ()


def run(settings: Settings, plan: Plan) -> int:
    """Open the rehearsal; the exit code when it is closed.

    Raises:
        PlainspokenError: the wording cannot be read.
    """
    return run_to_the_end(RehearseApp(settings, plan))
