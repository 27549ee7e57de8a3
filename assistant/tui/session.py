"""One family's conversation as data: what was asked, what came of it, what is next. No screen here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Protocol, TypeVar

from assistant.reply import Listener, Question, Reply, Sentence
from assistant.sheet import Sheet

if TYPE_CHECKING:
    from assistant.evidence.corpus import Passage

T = TypeVar("T")
HISTORY = 6
"""How many earlier questions go along with a question."""


class Consultant(Protocol):
    """What the screens need of ``assistant.consultant.Consultant``."""

    def invoke(self, input: Question, listener: Listener, /) -> Reply:
        """The reply; blocking. The listener hears of what is ready, and can stop it."""

    @property
    def passages(self) -> Mapping[str, Passage]:
        """The approved passages by id."""


ProgressCall = Callable[[float, str], None]
"""Called with a fraction from 0 to 1 and the name of a line of wording."""


@dataclass(frozen=True)
class Problem:
    """What went wrong, in words a family can read."""

    text: str


class Attempt(Protocol):
    """Runs blocking work beside the screen and gives its result, or the problem in words."""

    async def __call__(self, work: Callable[[], T]) -> T | Problem:
        """Do the work."""


class State(StrEnum):
    """How far a question has come."""

    WAITING = "waiting"
    ASKING = "asking"
    ANSWERED = "answered"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(eq=False)
class Turn:
    """One question and what came of it. Two turns are never the same, whatever they say."""

    number: int
    text: str
    state: State = State.WAITING
    reply: Reply | None = None
    problem: str = ""
    again: bool = False
    """Whether it comes from a saved conversation, whose sheet already holds what it put there."""
    sofar: tuple[Sentence, ...] = ()
    """What of the reply is ready, while it is being made."""
    halt: Event = field(default_factory=Event)
    """Set when it is stopped, so that the work behind it ends too."""

    @property
    def pending(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in (State.WAITING, State.ASKING)

    @property
    def can_retry(self) -> bool:
        """Whether it can be asked again."""
        return self.state in (State.FAILED, State.STOPPED)

    def take(self, outcome: Reply | Problem) -> None:
        """Keep what came of it."""
        if isinstance(outcome, Problem):
            self.state, self.problem = State.FAILED, outcome.text
        else:
            self.state, self.reply, self.problem = State.ANSWERED, outcome, ""

    def wait_again(self) -> None:
        """Put it back in the queue."""
        self.state, self.problem = State.WAITING, ""
        self.sofar, self.halt = (), Event()


@dataclass
class Session:
    """The turns of this conversation, oldest first, and which of them is chosen."""

    turns: list[Turn] = field(default_factory=list)
    selected: Turn | None = None
    sheet: Sheet = field(default_factory=Sheet)
    _sheets: list[Sheet] = field(default_factory=list)

    def change(self, sheet: Sheet) -> None:
        """Put ``sheet`` in the place of the present one, which can be had back."""
        if sheet != self.sheet:
            self._sheets.append(self.sheet)
            self.sheet = sheet

    @property
    def can_undo(self) -> bool:
        """Whether the sheet was changed."""
        return bool(self._sheets)

    def undo(self) -> None:
        """Take back the last change of the sheet."""
        if self._sheets:
            self.sheet = self._sheets.pop()

    @property
    def listable(self) -> Turn | None:
        """The chosen reply, or else the newest, if its question is not on the sheet and may go there."""
        turn = self.copyable
        if turn is None or turn.reply is None or turn.reply.kind.is_danger:
            return None
        return turn if self.sheet.asking(turn.text) != self.sheet else None

    def on_sheet(self, turn: Turn) -> bool:
        """Whether the sheet holds a question of this turn."""
        texts = (turn.text, *(turn.reply.for_consultation if turn.reply else ()))
        return any(self.sheet.asking(text) == self.sheet for text in texts)

    def ask(self, text: str, *, again: bool = False) -> Turn:
        """Add a question."""
        turn = Turn(len(self.turns) + 1, text, again=again)
        self.turns.append(turn)
        return turn

    def get(self, number: int) -> Turn | None:
        """The turn of that number."""
        return self.turns[number - 1] if 0 < number <= len(self.turns) else None

    def next_waiting(self) -> Turn | None:
        """The oldest question that waits."""
        return next((t for t in self.turns if t.state is State.WAITING), None)

    @property
    def asking(self) -> Turn | None:
        """The question being answered now."""
        return next((t for t in self.turns if t.state is State.ASKING), None)

    @property
    def stoppable(self) -> Turn | None:
        """What Escape stops: the question in progress, or else the newest that waits."""
        waiting = [t for t in self.turns if t.state is State.WAITING]
        return self.asking or (waiting[-1] if waiting else None)

    @property
    def retryable(self) -> Turn | None:
        """What can be asked again: the chosen turn, or else the newest that can."""
        if self.selected and self.selected.can_retry:
            return self.selected
        return next((t for t in reversed(self.turns) if t.can_retry), None)

    @property
    def copyable(self) -> Turn | None:
        """The chosen reply, or else the newest."""
        if self.selected and self.selected.reply:
            return self.selected
        return next((t for t in reversed(self.turns) if t.reply), None)

    def question(self, turn: Turn) -> Question:
        """The question with the family's earlier ones; what they took back is left out."""
        earlier = [t.text for t in self.turns[: turn.number - 1] if t.state is not State.STOPPED]
        return Question(turn.text, history=tuple(earlier[-HISTORY:]), stays_here=turn.again)

    def neighbour(self, step: int) -> Turn | None:
        """The turn before (-1) or after (+1) the chosen one; it stays at the ends."""
        if not self.turns:
            return None
        here = self.selected.number if self.selected else len(self.turns) + 1
        return self.get(max(1, min(len(self.turns), here + step)))
