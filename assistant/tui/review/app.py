"""The review as an application: the reviewers' screens on the foundation of the chat's."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from assistant.reply import PlainspokenError
from assistant.settings import Settings
from assistant.tui.app import ChatApp, run_to_the_end
from assistant.tui.review.queue import ReviewScreen
from assistant.tui.session import ProgressCall
from assistant.tui.staff import StaffScreenWords

if TYPE_CHECKING:
    from assistant.desk.review import Desk


def open_desk(settings: Settings, progress: ProgressCall) -> Desk:
    """The desk with the real consultant; imported when called, in the thread that opens it."""
    from assistant.consultant import open_consultant
    from assistant.desk.review import Desk

    return Desk(settings, open_consultant(settings, progress))


def edit(file: Path) -> None:
    """Open the reviewer's editor on a file and wait until it is closed.

    Raises:
        PlainspokenError: it cannot be started.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        subprocess.run([*shlex.split(editor), str(file)], check=False)
    except (OSError, ValueError) as error:
        raise PlainspokenError(
            f"the editor {editor} could not be started. Set EDITOR to one that can."
        ) from error


class ReviewApp(ChatApp):
    """Plainspoken's review in a terminal.

    Raises:
        PlainspokenError: the wording cannot be read.
    """

    CSS_PATH = ["../chat.tcss", "../help.tcss", "queue.tcss", "choice.tcss"]

    def __init__(
        self,
        settings: Settings,
        open_desk: Callable[[Settings, ProgressCall], Desk] = open_desk,
        edit: Callable[[Path], None] = edit,
    ) -> None:
        super().__init__(settings)
        self.words: StaffScreenWords = StaffScreenWords(settings.prompts, "review")
        self.title = self.words("title.name")
        self.open_desk = open_desk
        self.edit = edit

    def get_default_screen(self) -> Screen[object]:
        """The queue."""
        return ReviewScreen(
            self.words, self.settings, partial(self.open_desk, self.settings), self.attempt, self.edit
        )


def run(settings: Settings) -> int:
    """Open the review; the exit code when it is closed.

    Raises:
        PlainspokenError: the wording cannot be read.
    """
    return run_to_the_end(ReviewApp(settings))
