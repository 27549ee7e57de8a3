"""The checks on what a model wrote, each by itself: what it holds back, and what it lets through."""

from __future__ import annotations

import pytest

from assistant.evidence.corpus import load_corpus
from assistant.guard.claims import ClaimScreen
from assistant.guard.grounding import Grounding
from assistant.guard.written import SentenceChecks, Written, split, tidy
from tests.conftest import ROOT, TODAY

CORPUS = load_corpus(ROOT / "corpus")
PASSAGES = CORPUS.approved(TODAY)


class Sure(Grounding):
    """Lets every sentence through, so that the other checks are seen at work."""

    def __init__(self) -> None:
        pass

    def grounded(self, pairs: object) -> list[bool]:
        return [True]


class Nothing(Sure):
    """Lets none through."""

    def grounded(self, pairs: object) -> list[bool]:
        return [False]


@pytest.mark.parametrize(
    ("text", "cites", "why"),
    [
        ("Checks come at 1, 3, 6 and 12 months.", ("follow-up-checks",), ""),
        ("In ALS, the cells usually go in through a drip into a vein.", ("how-cells-are-given",), ""),
        ("Checks come at 1 and 3 months.", (), "cites no passage"),
        ("Checks come at 1 and 3 months.", ("follow-up-checks", "made-up"), "“made-up”, which was not given"),
        ("Checks come at 2 and 3 months.", ("follow-up-checks",), "the figure 2"),
        ("Checks come twice.", ("follow-up-checks",), "the figure “twice”"),
        ("Checks come at 1 and 3 weeks.", ("follow-up-checks",), "speaks of “weeks”"),
        ("The cells add years to life, reports say.", ("fatigue-sleep-energy",), "speaks of “years”"),
        ("Reports tell of 5% more energy.", ("fatigue-sleep-energy",), "the figure 5"),
        ("You should stop riluzole before the checks.", ("follow-up-checks",), "speaks to one person"),
        ("He is eligible for the first check.", ("follow-up-checks",), "speaks of one person (“he”)"),
        ("It is fine to skip a check.", ("follow-up-checks",), "tells someone what to do (“fine”)"),
        ("Ask for the first check in time.", ("follow-up-checks",), "tells someone what to do"),
        ("We repeat the breathing test.", ("follow-up-checks",), "speaks for itself"),
        ("The checks were tested by the FDA.", ("follow-up-checks",), "names FDA"),
        ("The checks repeat the FVC test?", ("follow-up-checks",), "holds marks"),
        ("See evil.example for the checks.", ("follow-up-checks",), "holds marks"),
        ("**Checks** come at 1 month.", ("follow-up-checks",), "holds marks"),
        ("Checks come. More checks come.", ("follow-up-checks",), "several sentences"),
        ("The cells can c u r e what ails them.", ("follow-up-checks",), "in disguise"),
        ("The сhecks come at 1 month.", ("follow-up-checks",), "in disguise"),
        ("MSC therapy cures ALS.", ("not-a-cure",), "claims too much (cure)"),
    ],
)
def test_each_check_by_itself(screen: ClaimScreen, text: str, cites: tuple[str, ...], why: str) -> None:
    found = SentenceChecks(screen, Sure(), CORPUS.facts).why_not(Written(tidy(text), cites), PASSAGES)
    assert why in found
    assert bool(why) == bool(found)


def test_without_a_check_that_follows_from_nothing_it_is_held_back(screen: ClaimScreen) -> None:
    checks = SentenceChecks(screen, Nothing(), CORPUS.facts)
    said = Written("Checks come at 1, 3, 6 and 12 months.", ("follow-up-checks",))
    assert checks.why_not(said, PASSAGES) == "does not follow from what it cites"
    vetted = Written(PASSAGES["no-halt"].sentences[0], ("no-halt",))
    assert checks.why_not(vetted, PASSAGES) == ""


def test_sentences_are_whole_only_with_their_citation() -> None:
    text = "One thing. [a] Another thing [b, c]. - A third\x1b[2J thing. [d]\nLoose"
    whole, taken = split(text, ended=False)
    assert whole == [
        Written("One thing.", ("a",)),
        Written("Another thing.", ("b", "c")),
        Written("A third thing.", ("d",)),
    ]
    assert text[taken:] == "Loose"
    assert split("One thing. [a]", ended=False) == ([], 0)  # a further citation may follow
    assert split("Loose", ended=True)[0] == [Written("Loose", ())]
