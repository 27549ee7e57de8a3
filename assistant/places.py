"""Where things live on disk, and nothing else."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import platformdirs

APP = "plainspoken"


def bundled(name: str) -> Path:
    """The folder ``name`` (``corpus`` or ``prompts``) as shipped: beside the package in a checkout,
    inside it in an installed wheel."""
    inside = Path(str(files("assistant"))) / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / name


def adapter_dir() -> Path:
    """The folder of the adapter that ships with the package (``adapter_model.safetensors`` and its card)."""
    return Path(str(files("assistant.evidence"))) / "adapter"


def entailment_dir() -> Path:
    """The folder of the judge of pairs of texts that ships with the package: an adapter, heads, a card."""
    return Path(str(files("assistant.evidence"))) / "entailment_adapter"


def config_file() -> Path:
    """The settings file that is read when it exists (TOML)."""
    return platformdirs.user_config_path(APP) / "config.toml"


def data_dir() -> Path:
    """Where the index is kept, unless PLAINSPOKEN_DATA names another folder."""
    return platformdirs.user_data_path(APP)
