"""How fast Plainspoken is beside the assistant that one would write otherwise (``peer.py``).

    python -m tests.benchmarks.speed [--rounds N] [--data DIR]

Builds both indexes in a new folder (or uses DIR), then measures both sides in turn, round after round,
on the same questions, and prints medians. What it prints it also writes to ``tests/benchmarks/SPEED.md``, and the first table to the README.
Other work on the machine slows both sides: believe the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from assistant.evidence.corpus import load_corpus, load_questions
from tests.benchmarks.memory import resident
from tests.benchmarks.page import copied_to, put

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
PAGE = Path(__file__).with_name("SPEED.md")
TITLE = "# How fast it is"
ABOUT = (
    "Made by `make bench`, on `corpus/` and questions of its bank. The peer is `peer.py`: LangChain, "
    "langchain-chroma, HuggingFaceEmbeddings, the nearest passages, nothing else."
)
MOST = 150
"""Questions that are asked, at most."""
QUESTION = "How often is he checked afterwards?"
Figures = dict[str, list[float]]


def python(*words: str, **environment: str) -> tuple[float, float]:
    """Run a Python process to its end: seconds, and its peak memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(words)}: exit status {status}")
    return took, usage.ru_maxrss / 1024


def questions(folder: Path = CORPUS) -> list[str]:
    """Questions from all through the bank of the corpus in ``folder``, without what was asked before them."""
    corpus = load_corpus(folder)
    bank, _ = load_questions(folder / "bank", corpus.facts, corpus.gaps)
    return [e.text for e in bank[:: -(-len(bank) // MOST)]]


class Worker:
    """One side, warm, in a process of its own (``worker.py``), which has answered ``asked`` once."""

    def __init__(self, which: str, folder: Path, asked: Sequence[str], **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.worker", which, str(folder)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self(json.dumps(asked))

    def __call__(self, line: str) -> list[float]:
        assert self._process.stdin
        assert self._process.stdout
        print(line, file=self._process.stdin, flush=True)
        return [float(x) for x in json.loads(self._process.stdout.readline())]

    def memory(self) -> float:
        """Megabytes resident now."""
        return resident(self._process.pid)

    def close(self) -> None:
        self._process.communicate("end\n")


def chat(folder: Path, *words: str, asked: Sequence[str] = ()) -> dict[str, float]:
    """What ``chat.py`` measures in a new process, which is asked some questions."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.chat", repr(time.time()), *words],
        cwd=ROOT,
        env={**os.environ, "PLAINSPOKEN_DATA": str(folder)},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def cold(data: Path, store: Path, rounds: int) -> Figures:
    """Seconds (and MB) of whole processes, in turn."""
    found: Figures = defaultdict(list)
    for _ in range(rounds + 1):  # the first finds the disk cold
        took, memory = python("-m", "assistant", "ask", QUESTION, PLAINSPOKEN_DATA=str(data))
        found["cold"].append(took)
        found["cold MB"].append(memory)
        took, memory = python("-m", "tests.benchmarks.peer", "ask", str(store), QUESTION)
        found["peer cold"].append(took)
        found["peer cold MB"].append(memory)
        found["imports"].append(python("-c", "import chromadb, langchain_core")[0])
        empty, full = chat(data, "empty"), chat(data)
        found["empty painted"].append(empty["painted"])
        for name, value in full.items():
            found[name].append(value)
    return {name: values[1:] for name, values in found.items()}


def warm(data: Path, store: Path, rounds: int) -> Figures:
    """Seconds a question, in turn, of both sides kept open."""
    found: Figures = defaultdict(list)
    with ExitStack() as stack:
        asked = questions()
        ours, theirs = Worker("plainspoken", data, asked), Worker("peer", store, asked)
        stack.callback(ours.close)
        stack.callback(theirs.close)
        found["peer memory"] = [theirs.memory()]
        found["memory"] = [chat(data, asked=asked[::6])["memory"] for _ in range(rounds)]
        for _ in range(rounds):
            for prefix, worker in (("", ours), ("peer ", theirs)):
                one = worker("one")
                found[f"{prefix}p50"].append(float(np.percentile(one, 50)))
                found[f"{prefix}p95"].append(float(np.percentile(one, 95)))
                found[f"{prefix}rate"].append(len(one) / sum(one))
                found[f"{prefix}embed"].append(statistics.median(worker("embed")))
                found[f"{prefix}batch"].append(len(one) / sum(worker("batch")))
    return found


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"


def beside(f: Callable[[str], float], built: Sequence[float]) -> str:
    """The table that the README shows too."""
    rows = [
        ("cold process to answer", seconds(f("cold")), seconds(f("peer cold")), f("cold") / f("peer cold")),
        ("warm, p50", seconds(f("p50")), seconds(f("peer p50")), f("p50") / f("peer p50")),
        ("warm, p95", seconds(f("p95")), seconds(f("peer p95")), f("p95") / f("peer p95")),
        ("batch, questions a second", f"{f('batch'):.0f}", f"{f('peer batch'):.0f}", f("batch") / f("peer batch")),
        ("peak memory, one question", f"{f('cold MB'):.0f} MB", f"{f('peer cold MB'):.0f} MB", f("cold MB") / f("peer cold MB")),
        ("memory, warm chat", f"{f('memory'):.0f} MB", f"{f('peer memory'):.0f} MB", f("memory") / f("peer memory")),
        ("index build", seconds(built[0]), seconds(built[1]), built[0] / built[1]),
    ]  # fmt: skip
    lines = [f"| {name} | {ours} | {theirs} | {ratio:.2f} |" for name, ours, theirs, ratio in rows]
    return "\n".join(["| | Plainspoken | peer | ratio |\n|---|---:|---:|---:|", *lines])


def limits(f: Callable[[str], float]) -> None:
    print("| | measured | limit |\n|---|---:|---:|")
    for name, value, limit in [
        ("cold, beside the peer", f("cold") / f("peer cold"), 0.35),
        ("cold, beside `import chromadb, langchain_core`", f("cold") / f("imports"), 2.2),
        ("first paint of the chat, beside an empty Textual app", f("painted") / f("empty painted"), 3),
        ("chat ready, beside the peer's cold answer", f("ready") / f("peer cold"), 0.35),
        ("chat ready, beside `import chromadb, langchain_core`", f("ready") / f("imports"), 2.2),
        ("longest stall of the chat while it gets ready, ms", f("stall") * 1000, 100),
        ("one decision, beside one embedding", f("p50") / f("embed"), 4),
        ("batch, beside one by one", f("batch") / f("rate"), 1.8),
        ("memory when warm, beside the peer's", f("memory") / f("peer memory"), 0.5),
    ]:
        print(f"| {name} | {value:.2f} | {limit} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.speed", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, help="a folder that holds both indexes, or will")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as new:
        home = given.data.absolute() if given.data else Path(new)
        data, store = home / "plainspoken", home / "peer"
        built = [
            python("-m", "assistant", "index", PLAINSPOKEN_DATA=str(data))[0],
            python("-m", "tests.benchmarks.peer", "index", str(store))[0],
        ]
        figures = cold(data, store, given.rounds)
        figures |= warm(data, store, given.rounds)

    def median(name: str) -> float:
        return statistics.median(figures[name])

    table = beside(median, built)
    with copied_to(PAGE, TITLE, ABOUT, markdown=True):
        print(table + "\n")
        limits(median)
    put(ROOT / "README.md", "make bench", table)


if __name__ == "__main__":
    main()
