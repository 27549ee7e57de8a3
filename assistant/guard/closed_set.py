"""The invariant behind every reply: a sentence shown stands, word for word, in an approved passage
or in the family wording. It is checked where the reply is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.evidence.corpus import Passage
from assistant.evidence.wording import Wording
from assistant.reply import Citation, Sentence


class NotVetted(Exception):
    """A reply holds words that nobody vetted. This is a defect of the program."""


def enforce(
    sentences: Iterable[Sentence],
    citations: Iterable[Citation],
    passages: Mapping[str, Passage],
    wording: Wording,
) -> None:
    """Check every sentence against where it says it comes from, and every citation.

    Raises:
        NotVetted: a sentence is not word for word in that passage or in the family wording, or a
            passage is not an approved one.
    """
    numbers = set()
    for citation in citations:
        passage = passages.get(citation.passage)
        if passage is None or citation.quote != passage.body:
            raise NotVetted(f"citation {citation.passage}")
        numbers.add(citation.n)
    for sentence in sentences:
        where, _, name = sentence.origin.partition(":")
        if where == "passage":
            vetted = name in passages and sentence.text in passages[name].sentences
        else:
            vetted = where == "prompt" and sentence.text in wording.sentences
        if not vetted or not numbers.issuperset(sentence.cites):
            raise NotVetted(f"{sentence.origin}: {sentence.text}")
