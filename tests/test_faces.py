"""Each face can be imported by itself in a fresh process, and the core without Textual."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "cli",
        "consultant",
        "asking",
        "plain",
        "sheet",
        "sheet_command",
        "doctor",
        "tui.app",
        "serving.server",
        "desk.lint",
        "desk.review",
        "reviewing",
        "rehearsing",
        "desk.practice",
        "tui.review.app",
        "tui.rehearse.app",
        "evidence.index",
        "langchain",
        "guard.triage",
    ],
)
def test_each_face_imports_alone(module: str) -> None:
    without = "" if module.startswith(("tui", "serving")) else "assert 'textual' not in sys.modules"
    models = "assert not {'langchain.chat_models', 'tenacity', 'assistant.compose.model'} & set(sys.modules)"
    code = f"import sys, assistant.{module}\n{without}\n{models}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
