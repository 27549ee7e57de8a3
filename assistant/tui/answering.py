"""Getting ready and answering, one question after the other, without ever holding up the screen.

The screen that shows it all derives from :class:`Answering` and says how things look.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import work
from textual.message import Message
from textual.screen import Screen

from assistant.reply import Listener, Sentence
from assistant.tui.plain import clean
from assistant.tui.session import Attempt, Consultant, Problem, ProgressCall, Session, State, Turn
from assistant.tui.words import Words


class Answering(Screen[object]):
    """A screen with a conversation and a consultant that opens behind it."""

    class Progress(Message):
        """Getting ready has come this far."""

        def __init__(self, fraction: float, name: str) -> None:
            super().__init__()
            self.fraction = fraction
            self.key = name.rpartition(".")[2]

    class Heard(Message):
        """More of a reply is ready."""

        def __init__(self, turn: Turn, sentences: tuple[Sentence, ...]) -> None:
            super().__init__()
            self.turn = turn
            self.sentences = sentences

    def __init__(self, words: Words, opener: Callable[[ProgressCall], Consultant], attempt: Attempt) -> None:
        super().__init__()
        self.words = words
        self.opener = opener
        self.attempt = attempt
        self.session = Session()
        self.consultant: Consultant | None = None
        self.not_ready = ""
        self.progress: Answering.Progress | None = None

    def sync(self) -> None:
        """Bring the screen in line with the state."""
        raise NotImplementedError

    def show_waiting(self) -> None:
        """Show how far the questions in the queue are."""
        raise NotImplementedError

    def show_sofar(self, turn: Turn) -> None:
        """Show what of a reply is ready."""
        raise NotImplementedError

    async def landed(self, turn: Turn) -> None:
        """Show what came of a question, then go on with :meth:`answer_next`."""
        raise NotImplementedError

    @work(name="open", group="open", exclusive=True)
    async def open(self) -> None:
        """Open the consultant beside the screen."""
        self.not_ready = ""
        self.sync()
        outcome = await self.attempt(partial(self.opener, self._report))
        self.progress = None
        if isinstance(outcome, Problem):
            self.not_ready = clean(outcome.text)
        else:
            self.consultant = outcome
        self.call_later(self.answer_next)

    def _report(self, fraction: float, name: str) -> None:
        """Called from the opening thread."""
        self.post_message(self.Progress(fraction, name))

    def on_answering_progress(self, event: Progress) -> None:
        """Show how far it is."""
        if self.consultant is None and not self.not_ready:
            self.progress = event
            self.sync()

    def answer_next(self) -> None:
        """Begin with the oldest question that waits, if nothing is in progress."""
        turn = self.session.next_waiting()
        if self.consultant and turn and not self.session.asking:
            turn.state = State.ASKING
            self._answer(turn, self.consultant)
        self.show_waiting()
        self.sync()

    @work(name="answer", group="answer", exclusive=True)
    async def _answer(self, turn: Turn, consultant: Consultant) -> None:
        """Answer one question; a result that comes after Escape is dropped."""
        listener = Listener(lambda sentences: self._heard(turn, sentences), turn.halt)
        outcome = await self.attempt(partial(consultant.invoke, self.session.question(turn), listener))
        if turn.state is State.ASKING:
            turn.take(outcome)
            self.call_later(self.landed, turn)

    def _heard(self, turn: Turn, sentences: tuple[Sentence, ...]) -> None:
        """Called from the answering thread."""
        self.post_message(self.Heard(turn, sentences))

    def on_answering_heard(self, event: Heard) -> None:
        """Show it, unless the whole reply is there or was stopped meanwhile."""
        if event.turn.state is State.ASKING:
            event.turn.sofar = event.sentences
            self.show_sofar(event.turn)

    def stop(self, turn: Turn) -> None:
        """Stop a question and the work behind it; it is kept, and can be asked again."""
        turn.halt.set()
        if turn.state is State.ASKING:
            self.workers.cancel_group(self, "answer")
        turn.state = State.STOPPED
        self.call_later(self.answer_next)
