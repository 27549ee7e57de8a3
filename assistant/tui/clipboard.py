"""The clipboard of the desktop, beside the one that the terminal offers.

Textual copies by a terminal sequence (OSC 52), which also works over SSH but which some terminals ignore.
"""

from __future__ import annotations

import contextlib
import threading

NAME = "plainspoken-copy"


def copy_to_desktop(text: str) -> None:
    """Copy ``text`` by whatever this desktop has for it, beside the screen; without a desktop, nothing."""
    threading.Thread(target=_copy, args=(text,), name=NAME, daemon=True).start()


def _copy(text: str) -> None:
    import pyperclip

    with contextlib.suppress(Exception):  # no desktop, no tool, or a tool that fails: the terminal has it
        pyperclip.copy(text)
