"""The tables of languages: unpacked once, and without a place to unpack them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.evidence.languages import open_languages
from assistant.settings import Settings

SAID = ("mein Vater kann nicht mehr gehen", "quiero morir", "wil it stopp geting worse")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_what_is_unpacked_tells_the_same_as_what_is_not(home: Path) -> None:
    blocked = home / "file"
    blocked.write_text("no folder can be made here")
    unpacked, in_memory = open_languages(Settings(data=home)), open_languages(Settings(data=blocked))
    assert isinstance(unpacked.tk_nextmove, np.ndarray)
    assert not isinstance(in_memory.tk_nextmove, np.ndarray)
    assert [unpacked.classify(t) for t in SAID] == [in_memory.classify(t) for t in SAID]


def test_a_table_that_is_cut_short_is_unpacked_anew(home: Path) -> None:
    open_languages(Settings(data=home))
    table = next(home.glob("languages/*/tk_nextmove.npy"))
    table.write_bytes(table.read_bytes()[:1000])
    assert open_languages(Settings(data=home)).classify(SAID[0])[0] == "de"
