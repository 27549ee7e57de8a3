"""The README shows what the program prints: its examples are run and compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```console\n\$ (.+?)\n(.*?)```", README, flags=re.DOTALL)


def environment(settings: Settings, folder: Path) -> dict[str, str]:
    command = folder / "plainspoken"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m assistant "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PLAINSPOKEN_DATA": str(settings.data), "PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[c for c, _ in SHOWN])
def test_each_example_prints_what_is_shown(
    settings: Settings, consultant: object, tmp_path: Path, command: str, printed: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        env=environment(settings, tmp_path),
        timeout=120,
    )
    assert done.stdout + done.stderr == printed


def test_the_langchain_program_runs(settings: Settings, consultant: object, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(settings, tmp_path),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "MSC therapy is not a cure for ALS." in done.stdout
    assert "<passages>\n[" in done.stdout
    assert "[how-cells-are-given] (practical)" in done.stdout


def test_every_file_it_names_is_there() -> None:
    for target in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / target).is_file(), target
