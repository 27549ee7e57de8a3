"""What a family saves is whole or not there: a kill, a full disk, a name that is taken."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import files
from assistant.files import FileThere, write_whole
from assistant.reply import PlainspokenError


def test_a_file_is_private_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "sheet.md"
    write_whole(file, "Sélam\n")
    assert file.read_bytes() == "Sélam\n".encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_nlink == 1
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_there_stays_unless_replacing_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "sheet.md"
    file.write_text("mine")
    with pytest.raises(FileThere, match="--overwrite"):
        write_whole(file, "new")
    assert file.read_text() == "mine"
    write_whole(file, "new", replace=True)
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_taken_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sheet.md"
    real = os.link

    def taken_first(source: str, target: Path) -> None:
        file.write_text("theirs")
        real(source, target)

    monkeypatch.setattr(os, "link", taken_first)
    with pytest.raises(FileThere):
        write_whole(file, "new")
    assert file.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [file]


def test_a_disk_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(source: str, target: Path) -> None:
        raise PermissionError(1, "not here")

    monkeypatch.setattr(os, "link", none)
    write_whole(tmp_path / "a", "x")
    assert [f.name for f in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    "where", ["missing/a.md", "file/a.md", "a\0.md", "n" * 300], ids=["folder", "in-a-file", "zero", "long"]
)
def test_what_cannot_be_written_is_said_in_a_line(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlainspokenError, match=r"cannot be written \(.+\)"):
        write_whole(tmp_path / where, "x")


def test_only_files_are_replaced(tmp_path: Path) -> None:
    for name in (tmp_path, Path(os.devnull)):
        with pytest.raises(PlainspokenError, match="is not a file"):
            write_whole(name, "x", replace=True)


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    target, link = tmp_path / "real.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(target)
    write_whole(link, "new", replace=True)
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sheet.md"
    file.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlainspokenError, match="No space left"):
        write_whole(file, "new", replace=True)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


KILLED = """
import os, sys
from pathlib import Path
from assistant.files import write_whole
step, at = sys.argv[2], getattr(os, sys.argv[2])
def stop(*args):
    if sys.argv[3] == "after":
        at(*args)
    os.kill(os.getpid(), 9)
setattr(os, step, stop)
write_whole(Path(sys.argv[1]), "new", replace=True)
"""


@pytest.mark.parametrize(
    ("step", "when", "left"),
    [
        ("fsync", "before", "old"),
        ("fsync", "after", "old"),
        ("replace", "before", "old"),
        ("replace", "after", "new"),
    ],
)
def test_a_kill_leaves_the_old_one_or_the_new_one(tmp_path: Path, step: str, when: str, left: str) -> None:
    file = tmp_path / "sheet.md"
    file.write_text("old")
    root = Path(files.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), step, when], cwd=root, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert file.read_text() == left
