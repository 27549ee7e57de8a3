"""What families ask is never sent to a tracing service."""

from __future__ import annotations

import os

NAMES = ("LANGSMITH_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING")
"""Whatever LangSmith reads to decide whether it traces, in its own order."""


def trace_nothing() -> None:
    """Keep LangChain from tracing, whatever the environment says."""
    os.environ.update(dict.fromkeys(NAMES, "false"))
