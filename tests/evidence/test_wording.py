"""The gaps of wording are filled with what people typed, whatever that holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence.wording import Line


@given(st.text() | st.sampled_from(["{n}", "{file}", "\\1", "{", "}}"]), st.text())
def test_what_is_put_in_stands_as_it_was_typed(file: str, n: str) -> None:
    assert Line("x", "Saved {file} with {n}.").filled(file=file, n=n) == f"Saved {file} with {n}."


def test_other_braces_stay() -> None:
    assert Line("x", "Type {what} or {}: {n}").filled(n=3) == "Type {what} or {}: 3"
