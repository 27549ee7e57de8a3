"""Tells languages in Latin letters by py3langid (Lui and Baldwin 2012, "langid.py"), whose tables are unpacked
once into DATA/languages/NAME. The large one is mapped from there, and its pages are given back after each text:
few texts need it, and a chat stays open for long."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.evidence import store
from assistant.reply import PlainspokenError
from assistant.settings import Settings

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LATIN = ("en", "es", "fr", "de", "ms", "id", "pt", "it", "nl", "pl", "ro", "tr", "tl", "sv", "vi", "cs", "hu")
"""The languages in Latin letters that are told apart, as ISO 639-1 codes."""
HELD = ("nb_ptc", "nb_pc", "tk_output", "tk_row")
"""The tables that are read into memory, 4 MB."""
MAPPED = "tk_nextmove"
"""The table of 39 MB that is not."""
FORMAT = "2"
"""Changes when the form of what is unpacked changes."""


class Languages:
    """What tells the languages of :data:`LATIN`. ``mapped`` are the pages to give back, if any."""

    def __init__(self, identifier: LanguageIdentifier, mapped: mmap.mmap | None = None) -> None:
        self._identifier = identifier
        self._mapped = mapped

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language of ``text``, as an ISO 639-1 code, and its probability."""
        code, probability = self._identifier.classify(text)
        if self._mapped and hasattr(mmap, "MADV_DONTNEED"):  # Windows has none
            self._mapped.madvise(mmap.MADV_DONTNEED)
        return str(code), float(probability)


def open_languages(settings: Settings) -> Languages:
    """What tells the languages of :data:`LATIN`; unpacked first if need be, and held in memory where that cannot be."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    model = MODEL_DIR / MODEL_FILE
    name = hashlib.sha256(f"{FORMAT} {' '.join(LATIN)}".encode() + model.read_bytes()).hexdigest()[:24]
    folder = settings.data / "languages" / name

    def unpacked() -> LanguageIdentifier:
        identifier = LanguageIdentifier.from_model_file(model, norm_probs=True)
        identifier.set_languages(LATIN)
        return identifier

    def fill(aside: Path) -> dict[str, object]:
        identifier = unpacked()
        for table in HELD:
            np.save(aside / f"{table}.npy", np.asarray(getattr(identifier, table)))
        moves = np.asarray(getattr(identifier, MAPPED))
        moves.tofile(aside / MAPPED)
        return {"languages": list(identifier.nb_classes), "type": moves.dtype.str}

    def read(known: dict[str, Any]) -> Languages:
        tables = {t: np.load(folder / f"{t}.npy") for t in HELD}
        rows = tables.pop("tk_row").tolist()
        with (folder / MAPPED).open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        tables[MAPPED] = np.frombuffer(mapped, dtype=known["type"])
        identifier = LanguageIdentifier(nb_classes=known["languages"], norm_probs=True, tk_row=rows, **tables)
        return Languages(identifier, mapped)

    try:
        return store.opened(folder, read, fill)
    except PlainspokenError:  # no room, or no right to write
        return Languages(unpacked())
