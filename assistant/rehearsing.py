"""`plainspoken rehearse` without a screen: practice line by line, and answers judged as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TextIO

from assistant import settings
from assistant.desk import practice
from assistant.desk.practice import Choice, Past, Session
from assistant.desk.rehearsal import Said
from assistant.desk.remarks import parts, remarks
from assistant.desk.room import Plan, Presses, Room, open_judge
from assistant.desk.words import StaffWords
from assistant.guard.text import clean
from assistant.jsonlines import as_they_come, lines_of, parse_object
from assistant.progress import progress_bar
from assistant.render import said as reply_text
from assistant.render import sources, wrap
from assistant.reply import Kind, PlainspokenError, Question
from assistant.settings import Settings

AT_ONCE = 16
"""Answers of a batch that are judged together, if they are there."""


def batch(file: Path, out: TextIO) -> int:
    """Judge the answers of a JSON Lines file, in order. Returns 1 if a line could not be read, else 0."""
    failed = 0
    with lines_of(file) as lines:
        with progress_bar() as progress:
            judge = open_judge(settings.load(), progress)
        for group in as_they_come(enumerate(lines, 1), AT_ONCE):
            given: list[Said | PlainspokenError] = []
            for number, line in group:
                if line.strip():
                    try:
                        given.append(parse(line, number))
                    except PlainspokenError as error:
                        given.append(error)
                        failed = 1
            found = iter(judge.batch([said for said in given if isinstance(said, Said)]))
            for said in given:
                row = next(found).as_json() if isinstance(said, Said) else {"id": None, "error": str(said)}
                print(json.dumps(row, ensure_ascii=False), file=out)
            out.flush()
    return failed


def parse(line: bytes, number: int) -> Said:
    """The question and the answer on one line of JSON Lines.

    Raises:
        PlainspokenError: the line is not what the contract asks for.
    """
    row = parse_object(line, number, "question")
    answer = parse_object(line, number, "answer")["answer"]
    return Said(Question(row["question"], id=row.get("id")), answer)


def forget(out: TextIO) -> int:
    """Remove the progress that is kept."""
    past = Past(settings.load().data / practice.PROGRESS)
    print(f"{past.file}: {'removed' if past.forget() else 'nothing is kept'}.", file=out)
    return 0


def presses_of(words: StaffWords) -> Presses:
    """How the family presses, by kind of question."""

    def ways(kind: Kind) -> tuple[str, ...]:
        return words.lines(f"press.{kind}") if words.has("press", kind) else ()

    return ways


def converse(loaded: Settings, plan: Plan, given: TextIO, out: TextIO) -> int:
    """Rehearse line by line until `quit` or the end.

    Raises:
        PlainspokenError: something is missing, or there is no question of that sort.
    """
    words = StaffWords(loaded.prompts, "rehearse")

    def tell(text: str) -> None:
        print(wrap(clean_lines(text)), file=out, flush=True)

    for line in (*words.lines("welcome.lines"), words("welcome.private"), words("plain.commands")):
        tell(line)
    tell(words("plain.preparing"))
    room = Room(loaded, open_judge(loaded), presses_of(words))
    talk = Talk(room, plan, words, tell)
    talk.ask()
    while talk.session.round:
        print(f"{words('plain.learner')}: ", end="", file=out, flush=True)
        line = given.readline()
        if not line or line.strip().lower() in ("quit", "exit"):
            tell("" if line else "\n")
            break
        talk.take(line.strip())
    talk.end()
    return 0


def clean_lines(text: str) -> str:
    """``text`` without control characters; its empty lines stay."""
    return "\n".join(clean(line) for line in text.split("\n"))


class Talk:
    """One session line by line, and what a typed line does."""

    def __init__(self, room: Room, plan: Plan, words: StaffWords, tell: Callable[[str], None]) -> None:
        self.room = room
        self.words = words
        self.tell = tell
        self.keep = plan.keep
        self.export = plan.export
        self.session: Session = room.session(plan.choice or Choice(), plan.most)

    def ask(self) -> None:
        """Let the family ask, or press."""
        session, words = self.session, self.words
        if session.round is None:
            return
        self.tell("")
        if not session.pressing:
            self.tell(words("plain.question", n=session.at + 1, all=len(session.rounds)))
            for earlier in session.round.asked.history:
                self.tell(f"{words('plain.earlier')}: {earlier}")
        self.tell(f"{words('plain.family')}: {session.asks}")

    def take(self, text: str) -> None:
        """Do what a line says: a command, or an answer. What goes wrong is told, and the session goes on."""
        try:
            self._take(text)
        except PlainspokenError as error:
            self.tell(str(error))

    def _take(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        match command.lower(), rest.strip():
            case "", _:
                self.tell(self.words("feedback.empty"))
            case "help", "":
                for line in self.words.lines("plain.help"):
                    self.tell(line)
            case "next", "":
                self._go_on()
            case "vetted", "":
                self.tell(reply_text(self.session.vetted))
            case "passages", "":
                reply = self.session.vetted
                shown = sources(reply, self.words.wording) if reply.citations else ""
                self.tell(shown or self.words("feedback.no_passages"))
            case "keep", "":
                self.keep = True
                self._keep()
            case "save", name if name:
                self._save(Path(name))
            case _:
                self._answer(text)

    def _answer(self, text: str) -> None:
        words = self.words
        feedback = self.session.answer(text)
        self.tell("")
        self.tell(words("feedback.title"))
        self.tell(words("feedback.needs", kind=words(f"kind.{feedback.reply.kind}")))
        for remark in remarks(feedback, self.room.judge.corpus, words):
            self.tell(f"- {words(f'mark.{remark.mark}')}: {remark.text}")
        self.tell("")
        self.tell(words("feedback.vetted"))
        self.tell(reply_text(feedback.reply))
        if self.keep:
            self._keep()
        self._go_on()

    def _go_on(self) -> None:
        self.session.go_on()
        self.ask()

    def end(self) -> None:
        """Say what the session came to; keep and export what was asked for."""
        corpus, words = self.room.judge.corpus, self.words
        for part in parts(self.session.summary(corpus.passages), corpus, words):
            self.tell("")
            self.tell(part.title)
            for line in part.lines:
                self.tell(f"- {line}")
        self.tell("")
        self.tell(words("summary.kept", file=self.room.past.file) if self.keep else words("summary.not_kept"))
        if self.export and self.session.done:
            self._save(self.export)
        self.tell(words("plain.goodbye"))

    def _keep(self) -> None:
        if self.session.done:
            self.room.past.keep(self.session, date.today())
        self.tell(self.words("plain.kept", file=self.room.past.file))

    def _save(self, file: Path) -> None:
        try:
            practice.export(self.session, file, replace=False)
        except PlainspokenError as error:
            self.tell(str(error))
        else:
            self.tell(self.words("summary.exported", file=file.expanduser().absolute()))
