"""The help page, made from the bindings."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static, TextArea

from assistant.tui.commands import Command, commands, key_of, keys_in_words, put_words
from assistant.tui.widgets.keys import Keys
from assistant.tui.words import Words

TYPED = ("enter", "question_mark")
"""Keys that mean something else while one types."""


class HelpScreen(Screen[None]):
    """What can be done, by key and by mouse."""

    AUTO_FOCUS = "#help"
    HELP = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "close", "close", id="close")]

    def __init__(self, words: Words, of: Screen[object]) -> None:
        super().__init__()
        self.words = words
        self.about: str = getattr(of, "HELP", "")
        self.groups = group(commands(of))
        self.keys_of = {name: key_of(of, name, words) for name in ("palette", "read")}
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """A short introduction, then one group after the other."""
        words = self.words
        leads = {"reading": self.keys_of["read"]}
        with VerticalScroll(id="help"):
            yield Static(Content(words("help.title")), classes="title")
            yield Static(Content(words(self.about)))
            yield Static(Content(words("help.lead", key=self.keys_of["palette"])))
            for name, found in self.groups.items():
                yield Static(Content(words(f"help.{name}", key=leads.get(name, ""))), classes="title")
                for keys, text in rows(found, words):
                    with Horizontal(classes="row"):
                        yield Static(Content(keys), classes="keys")
                        yield Static(Content(text), classes="does")
            yield Static(Content(words("help.mouse")), classes="title")
            for line in words.lines(f"{self.about}_mouse"):
                yield Static(Content(line))
        yield Keys()

    def action_close(self) -> None:
        """Back to the chat."""
        self.dismiss()


def group(found: list[Command]) -> dict[str, list[Command]]:
    """By when they work: while typing, at any time, while reading (single letters do only then)."""
    groups: dict[str, list[Command]] = {"typing": [], "always": [], "reading": []}
    for command in found:
        if isinstance(command.node, Widget) and not isinstance(command.node, Screen):
            name = "typing" if isinstance(command.node, TextArea) else "reading"
            groups[name].append(command)
            continue
        single = tuple(b for b in command.bindings if len(b.key) == 1 or b.key in TYPED)
        others = tuple(b for b in command.bindings if b not in single)
        if others:
            groups["always"].append(replace(command, bindings=others))
        if single:
            groups["reading"].append(replace(command, bindings=single))
    return groups


def rows(found: list[Command], words: Words) -> list[tuple[str, str]]:
    """Keys and what they do; numbered commands share a row."""
    by_name: dict[str, list[Command]] = {}
    for command in found:
        by_name.setdefault((command.binding.id or "").partition(".")[0], []).append(command)
    return [
        (keys_in_words([b.key for c in same for b in c.bindings], words), same[0].help)
        for same in by_name.values()
    ]
