"""The conversation line by line, for screen readers, braille displays and plain terminals.

No drawing, no cursor movement, no colour: `You:` and `Plainspoken:` and whole lines.
"""

from __future__ import annotations

from typing import TextIO

from assistant.consultant import open_consultant
from assistant.evidence.wording import Wording
from assistant.render import questions, said, sources
from assistant.reply import Question, Reply
from assistant.settings import Settings

HISTORY = 6


def converse(settings: Settings, given: TextIO, out: TextIO) -> int:
    """Read questions from ``given`` and print replies to ``out`` until `quit` or the end."""
    wording = Wording(settings.prompts)

    you, me = (wording.line(f"screen.turn.{who}").text for who in ("you", "assistant"))

    def tell(text: str) -> None:
        print(text, file=out, flush=True)

    for key in ("who", "limits", "private"):
        tell(wording.line(f"screen.welcome.{key}").text)
    tell(wording.line("screen.plain.commands").text)
    tell(wording.line("screen.plain.preparing").text)
    told: list[str] = []

    def progress(part: float, name: str) -> None:
        if name not in told:
            told.append(name)
            tell(wording.line(name).text)

    consultant = open_consultant(settings, progress)
    tell(wording.line("screen.plain.ready").text)

    history: list[str] = []
    last: Reply | None = None
    while True:
        print(f"{you}: ", end="", file=out, flush=True)
        line = given.readline()
        if not line or line.strip().lower() in ("quit", "exit"):
            tell(("" if line else "\n") + wording.line("courtesy.goodbye.line").text)
            return 0
        text = line.strip()
        if text.lower() == "help":
            tell(wording.line("screen.plain.commands").text)
        elif text.lower() == "sources":
            shown = sources(last, wording) if last and last.citations else ""
            tell(shown or wording.line("screen.plain.no_sources").text)
        elif text:
            last = consultant.invoke(Question(text, tuple(history[-HISTORY:])))
            history.append(text)
            tell(f"{me}: {said(last)}")
            if last.for_consultation:
                tell(questions(last, wording))
            tell("")
