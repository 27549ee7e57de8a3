"""The conversation line by line, for screen readers, braille displays and plain terminals.

No drawing, no cursor movement, no colour: `You:` and `Plainspoken:` and whole lines.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TextIO

from assistant.conversation_file import Keeper, Saved
from assistant.evidence.wording import Wording
from assistant.files import FileThere
from assistant.following import Following, open_following
from assistant.guard.text import clean
from assistant.render import questions, said, sources
from assistant.reply import PlainspokenError, Question, Reply
from assistant.settings import Settings
from assistant.sheet import Sheet, as_text, words_of
from assistant.sheet_file import save

HISTORY = 6


def converse(
    settings: Settings,
    given: TextIO,
    out: TextIO,
    saved: Saved | None = None,
    keeper: Keeper | None = None,
) -> int:
    """Read questions from ``given`` and print replies to ``out`` until `quit` or the end.

    Raises:
        PlainspokenError: the wording, the corpus or the index cannot be used.
    """
    wording = Wording(settings.prompts)

    def tell(text: str) -> None:
        print(text, file=out, flush=True)

    for key in ("who", "limits", "private"):
        tell(wording.line(f"screen.welcome.{key}").text)
    if settings.with_model:
        from assistant.compose.model import notice

        for line in notice(settings, wording):
            tell(line)
    tell(wording.line("screen.plain.commands").text)
    tell(wording.line("screen.plain.preparing").text)
    told: list[str] = []

    def progress(part: float, name: str) -> None:
        if name not in told:
            told.append(name)
            tell(wording.line(name).text)

    talk = Conversation(open_following(settings, progress), wording, tell, saved or Saved(), keeper)
    tell(wording.line("screen.plain.ready").text)
    while True:
        print(f"{talk.you}: ", end="", file=out, flush=True)
        line = given.readline()
        if not line or line.strip().lower() in ("quit", "exit"):
            tell(("" if line else "\n") + wording.line("courtesy.goodbye.line").text)
            return 0
        talk.take(line.strip())


class Conversation:
    """One family's questions and sheet, and what a typed line does."""

    def __init__(
        self,
        consultant: Following,
        wording: Wording,
        tell: Callable[[str], None],
        saved: Saved,
        keeper: Keeper | None,
    ) -> None:
        self.consultant = consultant
        self.wording = wording
        self.tell = tell
        self.keeper = keeper
        self.you, self.me = (wording.line(f"screen.turn.{who}").text for who in ("you", "assistant"))
        self.asked: list[str] = []
        self.failed = False
        """Whether the newest question has no answer; typed again, it is the same question."""
        self.last: Reply | None = None
        self.sheet = saved.sheet.known(consultant.passages)
        self.before: list[Sheet] = []
        for question in saved.questions:
            tell(f"{self.you}: {clean(question)}")
            self._answer(question, stays_here=True)

    def take(self, text: str) -> None:
        """Do what a line says: a command, or a question."""
        command, _, rest = text.partition(" ")
        match command.lower(), rest.strip():
            case "", "":
                pass
            case "help", "":
                for line in self.wording.lines("screen.plain.help"):
                    self.tell(line.text)
            case "sources", "":
                shown = sources(self.last, self.wording) if self.last and self.last.citations else ""
                self.tell(shown or self._say("no_sources"))
            case "sheet", how:
                try:
                    self.tell(self._sheet(*how.split(maxsplit=1)))
                except FileThere:
                    self.tell(self._say("taken"))
                except PlainspokenError as error:
                    self.tell(str(error))
                self._keep()
            case _:
                reply = self._answer(text)
                if reply:
                    self._change(self.sheet.with_reply(reply))
                self._keep()

    def _answer(self, text: str, *, stays_here: bool = False) -> Reply | None:
        """Tell the answer to a question; None if there is none now. The question is kept either way."""
        if self.failed and self.asked[-1] == text:
            self.asked.pop()
        history = tuple(self.asked[-HISTORY:])
        self.asked.append(text)
        if not stays_here:
            self._keep()
        self.failed = True
        try:
            reply = self.consultant.invoke(Question(text, history, stays_here=stays_here))
        except PlainspokenError as error:
            failed = self.wording.line("screen.turn.failed").filled(problem=error)
            self.tell(f"{self.me}: {failed}\n")
            return None
        self.failed = False
        self.last = reply
        self.tell(f"{self.me}: {said(reply)}")
        if problem := reply.trace.model.get("problem"):
            self.tell(self.wording.line("screen.model.without").filled(problem=problem))
        if reply.for_consultation:
            self.tell(questions(reply, self.wording))
        self.tell("")
        return reply

    def _sheet(self, command: str = "", rest: str = "") -> str:
        """Do what follows the word `sheet`; what there is to say of it.

        Raises:
            PlainspokenError: there is no such item, or the file cannot be written.
        """
        number, _, more = rest.partition(" ")
        sheet = self.sheet
        if not command:
            view = words_of(sheet, self.consultant.passages, self.wording, date.today())
            return f"{as_text(view)}\n\n{self._say('sheet_help')}"
        match command.lower():
            case "add":
                text = rest or (self.asked[-1] if self.asked and self.last else "")
                if not rest and self.last and self.last.kind.is_danger:
                    text = ""
                self._change(sheet.asking(text))
            case "edit" if more:
                self._change(sheet.edited(_whole(number), more))
            case "move" if _whole(more):
                self._change(sheet.moved(_whole(number), _whole(more)))
            case "remove":
                self._change(sheet.without(_whole(number)))
            case "undo":
                self.sheet = self.before.pop() if self.before else sheet
            case "save" | "replace" if rest:
                file = Path(rest)
                replace = command.lower() == "replace"
                save(sheet, file, self.consultant.passages, self.wording, replace=replace)
                return self._say("saved", file=file.expanduser().absolute())
            case _:
                return self._say("sheet_help")
        name = "unchanged" if self.sheet == sheet else "changed"
        return self._say(name, n=len(self.sheet))

    def _change(self, sheet: Sheet) -> None:
        if sheet != self.sheet:
            self.before.append(self.sheet)
            self.sheet = sheet

    def _keep(self) -> None:
        if self.keeper:
            try:
                self.keeper.write(self.asked, self.sheet)
            except PlainspokenError as error:
                self.tell(str(error))

    def _say(self, name: str, **values: object) -> str:
        return self.wording.line(f"screen.plain.{name}").filled(**values)


def _whole(text: str) -> int:
    """The whole number that ``text`` writes; 0, which no item has, if it writes none."""
    return int(text) if text.strip().isdecimal() and len(text) < 9 else 0
