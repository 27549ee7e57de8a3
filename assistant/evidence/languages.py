"""The tables by which py3langid tells languages (Lui and Baldwin 2012, "langid.py"), unpacked once into
DATA/languages/NAME, so that they are mapped from there and not held in memory."""

from __future__ import annotations

import hashlib
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
TABLES = ("nb_ptc", "nb_pc", "tk_nextmove", "tk_output", "tk_row")


def open_languages(settings: Settings) -> LanguageIdentifier:
    """What tells the languages of :data:`LATIN`; unpacked first if need be, and held in memory where that cannot be."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    model = MODEL_DIR / MODEL_FILE
    name = hashlib.sha256(" ".join(LATIN).encode() + model.read_bytes()).hexdigest()[:24]
    folder = settings.data / "languages" / name

    def unpacked() -> LanguageIdentifier:
        identifier = LanguageIdentifier.from_model_file(model, norm_probs=True)
        identifier.set_languages(LATIN)
        return identifier

    def fill(aside: Path) -> dict[str, object]:
        identifier = unpacked()
        for table in TABLES:
            np.save(aside / f"{table}.npy", np.asarray(getattr(identifier, table)))
        return {"languages": list(identifier.nb_classes)}

    def read(known: dict[str, Any]) -> LanguageIdentifier:
        tables = {t: np.asarray(np.load(folder / f"{t}.npy", mmap_mode="r")) for t in TABLES}
        rows = tables.pop("tk_row").tolist()
        return LanguageIdentifier(nb_classes=known["languages"], norm_probs=True, tk_row=rows, **tables)

    try:
        return store.opened(folder, read, fill)
    except PlainspokenError:  # no room, or no right to write
        return unpacked()
