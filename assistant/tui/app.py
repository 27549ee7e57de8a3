"""The terminal chat as an application. The only place where errors are handled.

Nothing heavy is imported here: the consultant is opened in a thread, after the first screen is painted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from assistant.conversation_file import Keeper, Saved
from assistant.reply import PlainspokenError
from assistant.settings import Settings
from assistant.tui.chat import ChatScreen
from assistant.tui.clipboard import copy_to_desktop
from assistant.tui.commands import Palette, key_name, keymap, put_words
from assistant.tui.help import HelpScreen
from assistant.tui.save import FilePrompt
from assistant.tui.session import Consultant, Problem, ProgressCall
from assistant.tui.sheet import Items, SheetScreen
from assistant.tui.themes import DEFAULTS, THEMES
from assistant.tui.widgets.conversation import Conversation
from assistant.tui.widgets.find import FindLine
from assistant.tui.widgets.question_input import QuestionInput
from assistant.tui.words import Words

T = TypeVar("T")
OWNERS = (ChatScreen, Conversation, QuestionInput, FindLine, SheetScreen, Items, FilePrompt, HelpScreen)
"""Whatever has commands besides the application itself."""
WORK = "plainspoken-work"
"""The name of a thread that works beside the screen."""
WATCH = 0.2
"""Seconds between two looks at whether the terminal is still there."""
Opener = Callable[[Settings, ProgressCall], Consultant]


def open_consultant(settings: Settings, progress: ProgressCall) -> Consultant:
    """The real consultant; imported when called, in the thread that opens it."""
    from assistant.following import open_following

    return open_following(settings, progress)


def _at_a_terminal() -> bool:
    return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())


class ChatApp(App[object], inherit_bindings=False):
    """Plainspoken in a terminal.

    Raises:
        PlainspokenError: the wording cannot be read, or a language model is set and something for it is missing.
    """

    CSS_PATH = ["chat.tcss", "help.tcss", "save.tcss", "sheet.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "help", id="help"),
        Binding("f3", "theme", "", show=False, id="theme"),
        Binding("ctrl+p", "command_palette", "", show=False, priority=True, id="palette"),
        Binding("ctrl+q", "quit", "quit", priority=True, id="quit"),
    ]

    def __init__(
        self,
        settings: Settings,
        open_consultant: Opener = open_consultant,
        saved: Saved | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.words = Words(settings.prompts)
        super().__init__()
        put_words(self, self.words)
        self.title = self.words("title.name")
        self.settings = settings
        self.opener = open_consultant
        self.saved = saved
        self.keeper = keeper
        self.notice: tuple[str, ...] = ()
        if settings.with_model:
            from assistant.compose.model import notice

            self.notice = notice(settings, self.words.wording)
        self.animation_level = "none"
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[settings.theme].name
        self.set_class(settings.compact, "-compact")
        self.set_keymap(keymap(settings.keys, [type(self), *OWNERS]))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of ours that other themes lack."""
        return DEFAULTS

    def get_default_screen(self) -> Screen[object]:
        """The chat."""
        opener = partial(self.opener, self.settings)
        return ChatScreen(self.words, opener, self.attempt, self.saved, self.keeper, self.notice)

    def get_key_display(self, binding: Binding) -> str:
        """Keys as people call them."""
        return key_name(binding.key, self.words)

    def on_mount(self) -> None:
        """Watch whether the terminal is still there."""
        if _at_a_terminal():
            self.set_interval(WATCH, self.leave_without_terminal)

    def leave_without_terminal(self) -> None:
        """Leave when the terminal has been closed. Its hang-up signal does not reach a program that ``make`` or
        a script started, and the input of a terminal that has gone is always ready, so Textual would read on."""
        if not _at_a_terminal():
            self.exit()

    async def attempt(self, work: Callable[[], T]) -> T | Problem:
        """Run blocking work in a thread of its own; whatever goes wrong becomes words.

        The thread is a daemon: leaving does not wait for an import or an index half made.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T | Problem] = loop.create_future()

        def deliver(outcome: T | Problem) -> None:
            if not future.done():
                future.set_result(outcome)

        def run() -> None:
            outcome: T | Problem
            try:
                outcome = work()
            except PlainspokenError as error:
                outcome = Problem(str(error))
            except BaseException as error:  # a library's panic is no Exception
                self.log.error(error)
                outcome = Problem(self.words("problem.unexpected"))
            with contextlib.suppress(RuntimeError):  # the app has closed meanwhile
                loop.call_soon_threadsafe(deliver, outcome)

        threading.Thread(target=run, name=WORK, daemon=True).start()
        return await future

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Help has no help."""
        return not (action == "help" and self._screen_stack and isinstance(self.screen, HelpScreen))

    def action_help(self) -> None:
        """Show the help page of the screen below."""
        self.push_screen(HelpScreen(self.words, self.screen))

    def action_theme(self) -> None:
        """Dark, light, high contrast, and round again."""
        names = [theme.name for theme in THEMES.values()]
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by the terminal and, as some terminals ignore that, by the desktop too; a browser's is its own."""
        super().copy_to_clipboard(text)
        if not self.is_web:
            copy_to_desktop(text)

    def action_command_palette(self) -> None:
        """Textual's palette with our commands and words."""
        if not CommandPalette.is_open(self):
            placeholder = self.words("palette.placeholder")
            self.push_screen(CommandPalette([Palette], placeholder=placeholder, id="--command-palette"))


def run(settings: Settings, saved: Saved | None = None, keeper: Keeper | None = None) -> int:
    """Open the chat; the exit code when it is closed.

    Raises:
        PlainspokenError: the wording cannot be read.
    """
    return run_to_the_end(ChatApp(settings, saved=saved, keeper=keeper))


def run_to_the_end(app: ChatApp) -> int:
    """Run an application until it is left; its exit code."""
    app.run()
    code = app.return_code or 0
    if any(thread.name == WORK for thread in threading.enumerate()):
        # Native code in a thread cannot be stopped, and an interpreter that ends under it aborts with
        # a message. An index half made is left aside, as after a kill; the next start clears it up.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):  # a terminal that has gone
                stream.flush()
        os._exit(code)
    return code
