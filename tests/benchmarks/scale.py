"""What grows with a corpus: made-up corpora (``synthetic.py``) of several sizes, each built and asked.

    python -m tests.benchmarks.scale [--sizes N ...] [--rounds N]

Everything is made in a new folder and removed. The encoder is exported once, before anything is timed. What it
prints it also writes to ``tests/benchmarks/SCALE.md``. Other work on the machine slows all sizes, but not alike:
let it have the machine to itself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from tests.benchmarks import synthetic
from tests.benchmarks.page import copied_to
from tests.benchmarks.speed import ROOT, Worker, python, questions, seconds

PAGE = Path(__file__).with_name("SCALE.md")
TITLE = "# What grows with a corpus"
ABOUT = (
    "Made by `make scale`, on made-up corpora (`synthetic.py`): each passage has a fact of its own, five ways of asking "
    "and two examples."
)
QUESTION = "What happens at dawn?"
FLAT = 1.5
"""How much longer a passage may take to build in a larger corpus than in any smaller one."""
SLOWER = 3.0
"""How much longer a question may take in the largest corpus than in the smallest (p95)."""


@dataclass(frozen=True)
class Size:
    """What was measured on a corpus of ``n`` passages; times in seconds, memory in MB."""

    n: int
    build: float
    build_memory: float
    first_answer: float
    p50: float
    p95: float
    embed: float
    one_by_one: float
    batch: float
    """Questions a second."""
    memory: float

    @property
    def build_each(self) -> float:
        return self.build / self.n


def environment(corpus: Path, data: Path) -> dict[str, str]:
    return {"PLAINSPOKEN_CORPUS": str(corpus), "PLAINSPOKEN_DATA": str(data)}


def measured(corpus: Path, data: Path, n: int, rounds: int) -> Size:
    """Build the corpus of ``n`` passages and ask it."""
    places = environment(corpus, data)
    build, build_memory = python("-m", "assistant", "index", **places)
    starts = [python("-m", "assistant", "ask", QUESTION, **places)[0] for _ in range(rounds + 1)]
    worker = Worker("plainspoken", data, questions(corpus), PLAINSPOKEN_CORPUS=str(corpus))
    try:
        asked = [worker("one") for _ in range(rounds)]
        embed = statistics.median(statistics.median(worker("embed")) for _ in range(rounds))
        batch = statistics.median(len(asked[0]) / sum(worker("batch")) for _ in range(rounds))
        memory = worker.memory()
    finally:
        worker.close()
    return Size(
        n=n,
        build=build,
        build_memory=build_memory,
        first_answer=statistics.median(starts[1:]),  # the first finds the disk cold
        p50=statistics.median(float(np.percentile(times, 50)) for times in asked),
        p95=statistics.median(float(np.percentile(times, 95)) for times in asked),
        embed=embed,
        one_by_one=statistics.median(len(times) / sum(times) for times in asked),
        batch=batch,
        memory=memory,
    )


def kept(data: Path) -> int:
    """Vectors that are kept for the next build."""
    found = 0
    for file in (data / "vectors").glob("*.sqlite3"):
        with (
            contextlib.closing(sqlite3.connect(file)) as store,
            contextlib.suppress(sqlite3.OperationalError),
        ):
            found += store.execute("SELECT count(*) FROM vectors").fetchone()[0]
    return found


def killed_half_way(corpus: Path, data: Path, whole: int) -> tuple[int, float]:
    """Kill a build when half of its ``whole`` number of vectors are kept, and build again: how many had been
    kept, and the seconds that building again took."""
    places = environment(corpus, data)
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "index"], cwd=ROOT, env={**os.environ, **places},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while kept(data) < whole / 2 and process.poll() is None:
        time.sleep(0.05)
    process.kill()
    process.wait()
    had = kept(data)
    return had, python("-m", "assistant", "index", **places)[0]


def show(sizes: Sequence[Size]) -> None:
    print(
        "| passages | build | a passage | first answer, cold | p50 | p95 | one embedding | memory, warm | building |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for s in sizes:
        times = map(seconds, (s.build, s.build_each, s.first_answer, s.p50, s.p95, s.embed))
        print(f"| {s.n:,} | {' | '.join(times)} | {s.memory:.0f} MB | {s.build_memory:.0f} MB |")
    rows = [
        ("one decision, beside one embedding, at worst", max(s.p50 / s.embed for s in sizes), "at most 4")
    ]
    rows.append(
        ("batch, beside one by one, at worst", min(s.batch / s.one_by_one for s in sizes), "at least 1.8")
    )
    if len(sizes) > 1:
        growth = max(large.build_each / small.build_each for small, large in combinations(sizes, 2))
        slower = sizes[-1].p95 / sizes[0].p95
        rows.append(
            ("build of a passage, beside that in any smaller corpus, at worst", growth, f"at most {FLAT}")
        )
        rows.append((f"p95 at {sizes[-1].n:,}, beside that at {sizes[0].n:,}", slower, f"at most {SLOWER:g}"))
    print("\n| | measured | limit |\n|---|---:|---:|")
    for name, value, limit in rows:
        print(f"| {name} | {value:.2f} | {limit} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.scale", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sizes = sorted(set(given.sizes))
    run = f"This page is of sizes {', '.join(f'{n:,}' for n in sizes)} and {given.rounds} rounds."
    with tempfile.TemporaryDirectory() as new, copied_to(PAGE, TITLE, f"{ABOUT} {run}", markdown=True):
        home = Path(new)
        for n in sizes:
            synthetic.write(home / f"corpus-{n}", n)
        first = home / f"corpus-{sizes[0]}"
        python("-m", "assistant", "index", **environment(first, home / "exported"))
        found = []
        for n in sizes:
            data = home / f"data-{n}"
            shutil.copytree(home / "exported" / "encoder", data / "encoder")
            found.append(measured(home / f"corpus-{n}", data, n, given.rounds))
        show(found)
        whole = kept(home / f"data-{sizes[0]}")
        again = home / "again"
        shutil.copytree(home / "exported" / "encoder", again / "encoder")
        had, took = killed_half_way(first, again, whole)
        print(
            f"\nA build of {sizes[0]:,} passages that was killed half way had kept {had:,} of {whole:,} vectors; "
            f"building again took {seconds(took)} (from the beginning: {seconds(found[0].build)})."
        )


if __name__ == "__main__":
    main()
