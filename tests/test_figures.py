"""The shipped adapter gives the figures that the page and the model card state."""

from __future__ import annotations

import re

from assistant.consultant import Consultant
from assistant.evidence.entailment import open_entailment
from assistant.evidence.grounding import Follows
from assistant.guard.grounding import Grounding
from assistant.settings import Settings
from tests.benchmarks import grounding
from tests.benchmarks.figures import PAGE, from_bank, headline

SAME = 0.02
"""How far a figure may move from one processor to another."""


def test_the_figures_hold(consultant: Consultant) -> None:
    bank = consultant.corpus.folder / "bank"
    figures = headline(from_bank(consultant, bank))
    page = PAGE.read_text(encoding="utf-8")
    for name, (value, n) in figures.items():
        stated = re.search(rf"^{re.escape(name)} +([\d.]+)  of {n}$", page, re.MULTILINE)
        assert stated, f"{name} is not on the page; run `make figures`"
        assert abs(float(stated[1]) - value) <= SAME, f"{name}: {value:.3f}; run `make figures`"


def test_what_follows_is_told_as_well_as_stated(settings: Settings, consultant: Consultant) -> None:
    corpus = consultant.corpus
    page = grounding.PAGE.read_text(encoding="utf-8")
    check = Grounding(open_entailment(settings))
    for pairs in grounding.bank(corpus).values():
        rows = grounding.checked(check, corpus, pairs)
        for name, verdicts in (
            ("supported", (Follows.SUPPORTED,)),
            ("unsupported", (Follows.CONTRADICTED, Follows.BEYOND)),
        ):
            value, n = grounding.share(rows, *verdicts)
            stated = re.search(rf"^{name} +pass: ([\d.]+)   n={n}$", page, re.MULTILINE)
            assert stated, f"{name} is not on the page; run `make grounding`"
            assert abs(float(stated[1]) - value) <= SAME, f"{name}: {value:.3f}; run `make grounding`"
