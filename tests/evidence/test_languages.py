"""The tables of languages: unpacked once, and without a place to unpack them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.evidence.languages import MAPPED, open_languages
from assistant.settings import Settings

SAID = ("mein Vater kann nicht mehr gehen", "quiero morir", "wil it stopp geting worse")
MAPS = Path("/proc/self/smaps")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_what_is_unpacked_tells_the_same_as_what_is_not(home: Path) -> None:
    blocked = home / "file"
    blocked.write_text("no folder can be made here")
    unpacked, in_memory = open_languages(Settings(data=home)), open_languages(Settings(data=blocked))
    assert list(home.glob(f"languages/*/{MAPPED}"))
    assert [unpacked.classify(t) for t in SAID] == [in_memory.classify(t) for t in SAID]


@pytest.mark.skipif(not MAPS.exists(), reason="needs /proc")
def test_the_large_table_is_not_kept_in_memory(home: Path) -> None:
    languages = open_languages(Settings(data=home))
    assert languages.classify(SAID[0])[0] == "de"
    table = str(next(home.glob(f"languages/*/{MAPPED}")))
    resident = re.findall(rf"{re.escape(table)}\n(?:.*\n)*?Rss: +(\d+) kB", MAPS.read_text())
    assert resident
    assert set(resident) == {"0"}


def test_a_table_that_is_cut_short_is_unpacked_anew(home: Path) -> None:
    open_languages(Settings(data=home))
    table = next(home.glob(f"languages/*/{MAPPED}"))
    table.write_bytes(table.read_bytes()[:1000])
    assert open_languages(Settings(data=home)).classify(SAID[0])[0] == "de"
