"""The invariant behind every reply: a sentence shown stands, word for word, in an approved passage or in the
family wording, or a model wrote it and it passed every check. It is verified where the reply is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from assistant.evidence.corpus import Passage
from assistant.evidence.wording import Wording
from assistant.reply import Citation, Sentence


class NotVetted(Exception):
    """A reply holds words that nobody vetted. This is a defect of the program."""


def enforce(
    sentences: Sequence[Sentence],
    citations: Sequence[Citation],
    passages: Mapping[str, Passage],
    wording: Wording,
    passed: Collection[tuple[str, frozenset[str]]] = (),
) -> None:
    """Check every sentence against where it says it comes from, and every citation: whole, approved,
    and with the limits that must go with it. Family wording holds no figures but the clinic's contacts.
    ``passed`` are the sentences of a model that passed the checks, each with the passages that it cites.

    Raises:
        NotVetted: one of these does not hold.
    """
    said = {sentence.text for sentence in sentences}
    number_of = {}
    for citation in citations:
        passage = passages.get(citation.passage)
        if passage is None or citation.quote != passage.body:
            raise NotVetted(f"citation {citation.passage}")
        if not said.issuperset(passage.limits):
            raise NotVetted(f"citation {citation.passage} without its limits")
        number_of[citation.passage] = citation.n
    for sentence in sentences:
        where, _, name = sentence.origin.partition(":")
        if where == "passage":
            passage = passages.get(name)
            vetted = passage is not None and sentence.text in passage.sentences
            vetted = vetted and sentence.cites == (number_of.get(name),)
        elif where == "model":
            cited = frozenset(c.passage for c in citations if c.n in sentence.cites)
            vetted = bool(name) and (sentence.text, cited) in passed
            vetted = vetted and set(sentence.cites) <= set(number_of.values())
        else:
            vetted = where == "prompt" and not sentence.cites and _is_wording(sentence.text, name, wording)
        if not vetted:
            raise NotVetted(f"{sentence.origin}: {sentence.text}")


def _is_wording(text: str, name: str, wording: Wording) -> bool:
    if name.startswith("replies.contacts."):
        return text in {line.text for line in wording.contact_lines.values()}
    shown = name.split(".")[0] in ("replies", "gaps", "courtesy", "languages")
    no_figure = not any(c.isdigit() for c in text)
    return shown and no_figure and text in {line.text for line in wording.lines(name)}
