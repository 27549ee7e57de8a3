"""Replays the question bank: each reply, how it stands, and what is not as it was or as expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.consultant import Consultant
from assistant.desk import items
from assistant.desk.bank import id_of
from assistant.desk.items import Item, State
from assistant.evidence.approvals import digest, read_approvals
from assistant.evidence.corpus import Example, load_questions
from assistant.evidence.wording import Wording
from assistant.guard.claims import Claim, ClaimScreen
from assistant.render import said
from assistant.reply import EVIDENCE, Kind, Question, Reply

AT_ONCE = 32
"""Questions that are embedded together."""


class Why(StrEnum):
    """What can differ; also the name of its words in ``prompts/review.toml``."""

    CLAIM = "claim"
    CHANGED = "changed"
    EXPIRED = "expired"
    KIND = "kind"
    CITATION = "citation"
    GAP = "gap"


@dataclass(frozen=True)
class Answer:
    """A question of the bank, the reply it gets today, and how that reply stands."""

    asked: Example
    reply: Reply
    item: Item

    @property
    def misses(self) -> Why | None:
        """What of the reply is not as the bank expects it."""
        asked, reply = self.asked, self.reply
        if reply.kind not in asked.kinds:
            return Why.KIND
        cited = {f for c in reply.citations for f in c.facts}
        if reply.kind in EVIDENCE and asked.facts and not cited & set(asked.facts):
            return Why.CITATION
        if reply.kind is Kind.NOT_COVERED and asked.gaps and reply.gaps:
            return None if set(reply.gaps) & set(asked.gaps) else Why.GAP
        return None


@dataclass(frozen=True)
class Difference:
    """Something that nobody has looked at as it is now."""

    item: Item
    why: tuple[Why, ...]
    answer: Answer | None = None
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Replay:
    """All answers, what else is reviewed, and the differences among them."""

    answers: list[Answer]
    others: list[Item]
    differences: list[Difference]
    today: date

    def count(self, state: State) -> int:
        """How many answers stand so."""
        return sum(a.item.state(self.today) is state for a in self.answers)


def as_seen(reply: Reply) -> str:
    """What a family gets, and what stands behind it, as the text that an approval is given for."""
    lines = [f"kind: {reply.kind.value}", said(reply)]
    lines += [f"[{c.n}] {c.title} ({c.status.value}; {c.passage}) {c.quote}" for c in reply.citations]
    lines += [f"gap: {gap}" for gap in reply.gaps]
    lines += [f"to ask: {question}" for question in reply.for_consultation]
    return "\n".join(lines)


def answers(
    consultant: Consultant,
    questions: Sequence[Example],
    done: Callable[[int], None] = lambda n: None,
) -> list[Answer]:
    """The replies to ``questions``, in order; ``done`` is told how many are ready."""
    records, _ = read_approvals(consultant.corpus.folder, "answers")
    found = []
    for at in range(0, len(questions), AT_ONCE):
        group = questions[at : at + AT_ONCE]
        replies = consultant.batch([Question(q.text, q.history) for q in group])
        for asked, reply in zip(group, replies, strict=True):
            what = f"answer:{id_of(asked.text, asked.history)}"
            text = as_seen(reply)
            item = Item(
                what, asked.text, text, digest(text), tuple(records.get(what, ())), asked.file, asked.line
            )
            found.append(Answer(asked, reply, item))
        done(len(found))
    return found


def bank(consultant: Consultant) -> list[Example]:
    """The questions of the bank, in the order of files and lines."""
    corpus = consultant.corpus
    return load_questions(corpus.folder / "bank", corpus.facts, corpus.gaps, measured=True)[0]


def replay(
    consultant: Consultant,
    prompts: Wording,
    screen: ClaimScreen | None,
    today: date,
    done: Callable[[int], None] = lambda n: None,
) -> Replay:
    """Answer the whole bank and say what differs. Without a ``screen``, claims are not looked for."""
    found = answers(consultant, bank(consultant), done)
    others = [*items.passages(consultant.corpus), *items.wording(prompts, consultant.corpus.folder)]
    claims = _claims(screen, found) if screen else {}
    differences = []
    for answer in found:
        # a claim is told once, with the first reply that makes it, not with each
        slipped = [claims.pop(s.text) for s in answer.reply.sentences if s.text in claims]
        if difference := _difference(answer, tuple(slipped), today):
            differences.append(difference)
    for item in others:
        why = Why.EXPIRED if item.expired(today) else Why.CHANGED
        if item.expired(today) or item.state(today) is State.CHANGED:
            differences.append(Difference(item, (why,)))
    return Replay(found, others, differences, today)


def _difference(answer: Answer, claims: tuple[Claim, ...], today: date) -> Difference | None:
    item = answer.item
    why = [Why.CLAIM] if claims else []
    if item.expired(today):
        why.append(Why.EXPIRED)
    elif item.state(today) is State.CHANGED and any(r.did == "approve" for r in item.records):
        why.append(Why.CHANGED)
    if answer.misses and item.state(today) in (State.NEW, State.CHANGED):
        why.append(answer.misses)
    return Difference(item, tuple(why), answer, claims) if why else None


def _claims(screen: ClaimScreen, found: Iterable[Answer]) -> dict[str, Claim]:
    """The sentences of replies that claim too much, each with its claim. The screen reads English."""
    english = (
        s.text for a in found for s in a.reply.sentences if not s.origin.startswith("prompt:languages.")
    )
    texts = list(dict.fromkeys(english))
    return {texts[c.line]: c for c in screen.claims(list(enumerate(texts)))}
