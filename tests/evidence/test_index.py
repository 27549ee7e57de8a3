"""The index on bad days: killed, cut short, read-only, full, two builders at once. All for real."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
import pytest

from assistant.evidence.embedding import Vectors
from assistant.evidence.index import build_index, index_folder, open_index
from assistant.evidence.wording import Wording
from assistant.reply import PlainspokenError
from assistant.settings import Settings
from tests.conftest import ROOT
from tests.small import approve, write_corpus, write_passage

WORDING = Wording(ROOT / "prompts")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small corpus with its index."""
    home = tmp_path_factory.mktemp("small")
    made = Settings(corpus=write_corpus(home / "corpus"), prompts=ROOT / "prompts", data=home / "data")
    assert build_index(made, WORDING)
    return made


@pytest.fixture
def copy(built: Settings, tmp_path: Path) -> Settings:
    """A copy of the small corpus and its index, to be spoilt."""
    shutil.copytree(built.corpus, tmp_path / "corpus")
    shutil.copytree(built.data, tmp_path / "data")
    return built.model_copy(update={"corpus": tmp_path / "corpus", "data": tmp_path / "data"})


def command(settings: Settings, *words: str) -> list[str]:
    return [sys.executable, "-m", "assistant", *words]


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PLAINSPOKEN_CORPUS": str(settings.corpus),
        "PLAINSPOKEN_DATA": str(settings.data),
    }


def settled(folder: Path) -> None:
    """Make the files of ``folder`` look as if nobody had touched them for a minute."""
    for file in folder.rglob("*"):
        os.utime(file, (time.time() - 60,) * 2)


def test_building_again_does_nothing(built: Settings) -> None:
    assert not build_index(built, WORDING)


def test_a_changed_passage_is_indexed_again_and_the_old_index_kept(copy: Settings) -> None:
    old = index_folder(copy, WORDING)
    write_passage(copy.corpus, "greyfade", "established", "LUM-01", "Greyfade makes all colours look pale.")
    assert index_folder(copy, WORDING) != old
    assert build_index(copy, WORDING)
    assert old.is_dir()
    assert open_index(copy, WORDING).folder == index_folder(copy, WORDING)


def test_an_index_that_nobody_uses_any_more_is_closed(copy: Settings) -> None:
    def open_there() -> list[str]:
        return [f.path for f in psutil.Process().open_files() if f.path.startswith(str(copy.data / "index"))]

    index = open_index(copy, WORDING)
    assert open_there()
    del index
    gc.collect()
    assert not open_there()


def test_the_bank_is_not_part_of_the_index(copy: Settings) -> None:
    before = index_folder(copy, WORDING)
    (copy.corpus / "bank").mkdir()
    (copy.corpus / "bank" / "x.yaml").write_text("voice: x\nquestions: []\n")
    assert index_folder(copy, WORDING) == before


@pytest.mark.parametrize(
    "name",
    [
        "index/*/heads.npz",
        "index/*/corpus.json",
        "index/*/questions.jsonl",
        "index/*/manifest.json",
        "index/*/chroma/chroma.sqlite3",
        "encoder/*/model.onnx",
        "encoder/*/weights.bin",
        "corpora/*.json",
        "vectors/*.sqlite3",
    ],
)
def test_a_file_cut_short_is_built_again(copy: Settings, name: str) -> None:
    settled(copy.corpus)
    index_folder(copy, WORDING)
    file = max(copy.data.glob(name), key=lambda f: f.stat().st_mtime_ns)
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 2)
    index = open_index(copy, WORDING)
    assert index.nearest_passages(index.encoder.encode(["colours look pale"]), 1)[0]
    write_passage(copy.corpus, "greyfade", "established", "LUM-01", "Greyfade turns colours pale.")
    assert build_index(copy, WORDING)


def test_a_foreign_file_in_place_of_the_index_is_replaced(copy: Settings) -> None:
    folder = index_folder(copy, WORDING)
    shutil.rmtree(folder)
    folder.write_text("not an index")
    assert open_index(copy, WORDING).folder == folder


@pytest.mark.parametrize("moment", ["building-*", "building-*/corpus.json", "building-*/chroma/*"])
def test_killed_while_building_the_old_index_is_whole_and_the_next_run_builds(
    copy: Settings, moment: str
) -> None:
    old = index_folder(copy, WORDING)
    write_passage(copy.corpus, "greyfade", "established", "LUM-01", "Greyfade turns colours pale.")
    process = subprocess.Popen(command(copy, "index"), env=environment(copy), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while not list((copy.data / "index").glob(moment)) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list((copy.data / "index").glob("building-*")), "it was killed too late to test anything"
    assert (old / "manifest.json").is_file()
    assert not index_folder(copy, WORDING).exists()
    assert build_index(copy, WORDING)
    assert not list((copy.data / "index").glob("building-*"))


def test_killed_while_exporting_the_next_run_exports(copy: Settings) -> None:
    shutil.rmtree(copy.data)
    process = subprocess.Popen(command(copy, "index"), env=environment(copy), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while not list(copy.data.glob("encoder/building-*/model.onnx")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(copy.data.glob("encoder/building-*")), "it was killed too late to test anything"
    assert build_index(copy, WORDING)
    assert not list(copy.data.glob("encoder/building-*"))


def test_two_builders_at_once_build_one_index(copy: Settings) -> None:
    shutil.rmtree(copy.data)
    both = [
        subprocess.Popen(
            command(copy, "index"),
            env=environment(copy),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = sorted(p.communicate(timeout=120)[0].strip() for p in both)
    assert [p.returncode for p in both] == [0, 0]
    assert said == ["The index is built.", "The index is up to date."]


def in_mount(script: str, settings: Settings) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a mount namespace of its own, where a disk can be made small or read-only."""
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this system allows no mount namespaces")
    return subprocess.run(
        [*unshare, "sh", "-ec", script],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_full_disk_gives_one_line_that_says_what_to_do(copy: Settings) -> None:
    run = " ".join(command(copy, "ask", "hello"))
    done = in_mount(f"mount -t tmpfs -o size=8m none {copy.data}; {run}", copy)
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") <= 1
    assert "PLAINSPOKEN_DATA" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_a_read_only_disk_the_index_still_serves(copy: Settings) -> None:
    run = " ".join(command(copy, "ask", "'What is greyfade?'"))
    done = in_mount(
        f"mount --bind {copy.data} {copy.data}; mount -o remount,ro,bind {copy.data}; {run}", copy
    )
    assert done.returncode == 0, done.stderr
    assert "Greyfade" in done.stdout


def test_a_read_only_disk_without_an_index_gives_one_line(copy: Settings) -> None:
    shutil.rmtree(copy.data / "index")
    run = " ".join(command(copy, "ask", "'What is greyfade?'"))
    done = in_mount(
        f"mount --bind {copy.data} {copy.data}; mount -o remount,ro,bind {copy.data}; {run}", copy
    )
    assert done.returncode == 2
    assert "PLAINSPOKEN_DATA" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unapproved_passage_is_found_but_not_served(copy: Settings) -> None:
    from assistant.consultant import open_consultant
    from assistant.reply import Question

    file = copy.corpus / "passages" / "lamp-time.md"
    file.write_text(file.read_text().replace("ten minutes", "nine minutes"))
    reply = open_consultant(copy).invoke(Question("How long does one bath take?"))
    assert "minutes" not in reply.text
    assert WORDING.line("replies.awaiting.lines").text in reply.text
    assert reply.for_consultation
    approve(copy.corpus, "lamp-time")
    reply = open_consultant(copy).invoke(Question("How long does one bath take?"))
    assert "nine minutes" in reply.text


def test_an_unknown_model_gives_one_line(copy: Settings) -> None:
    other = copy.model_copy(update={"embedding_model": "no-such-model"})
    with pytest.raises(PlainspokenError, match="PLAINSPOKEN_EMBEDDING_MODEL"):
        open_index(other, WORDING)


def test_another_model_by_path_works_and_makes_its_own_index(copy: Settings) -> None:
    from assistant.evidence.embedding import base_folder

    other = copy.model_copy(update={"embedding_model": str(base_folder())})
    assert index_folder(other, WORDING) != index_folder(copy, WORDING)
    index = open_index(other, WORDING)
    assert index.nearest_questions(index.encoder.encode(["What is greyfade?"]), 1)[0][0].cosine > 0.99


def test_what_was_embedded_once_is_not_embedded_again(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.evidence import kept

    class Interrupted(Exception):
        """The second step is never reached."""

    class Counting:
        def __init__(self, most: int) -> None:
            self.most = most
            self.texts: list[str] = []

        def encode(self, texts: Sequence[str]) -> Vectors:
            if len(self.texts) + len(texts) > self.most:
                raise Interrupted
            self.texts += texts
            return np.ones((len(texts), 3), dtype=np.float32) * len(texts)

    monkeypatch.setattr(kept, "STEP", 4)
    texts = [f"question {n}" for n in range(10)]
    first, second, third = Counting(8), Counting(8), Counting(0)
    with pytest.raises(Interrupted):
        kept.embed(copy, first, texts, lambda part: None)
    vectors = kept.embed(copy, second, texts, lambda part: None)
    assert sorted(first.texts + second.texts) == texts
    assert kept.embed(copy, third, texts[::-1], lambda part: None).tolist() == vectors[::-1].tolist()


def test_an_untouched_corpus_is_told_without_reading_it(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(copy.corpus)
    known = index_folder(copy, WORDING)

    def read(folder: Path) -> str:
        raise AssertionError(f"{folder} was read")

    with monkeypatch.context() as patch:
        patch.setattr("assistant.evidence.compiled.fingerprint", read)
        assert index_folder(copy, WORDING) == known
        open_index(copy, WORDING)
    file = copy.corpus / "passages" / "lamp-time.md"
    file.write_text(file.read_text().replace("ten minutes", "six minutes"))
    assert index_folder(copy, WORDING) != known


def test_an_edit_just_after_the_last_look_is_seen_whatever_the_clock_says(copy: Settings) -> None:
    file = copy.corpus / "passages" / "lamp-time.md"
    file.touch()
    before = index_folder(copy, WORDING)
    seen = file.stat()
    file.write_text(file.read_text().replace("ten minutes", "six minutes"))
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert index_folder(copy, WORDING) != before


def test_a_corpus_that_moved_is_the_same_corpus(copy: Settings, tmp_path: Path) -> None:
    moved = copy.model_copy(update={"corpus": copy.corpus.rename(tmp_path / "elsewhere")})
    index = open_index(moved, WORDING)
    assert index.folder == index_folder(copy.model_copy(update={"corpus": moved.corpus}), WORDING)
    assert index.corpus.passages["greyfade"].file.is_file()
