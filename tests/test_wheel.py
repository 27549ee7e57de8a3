"""A wheel installed in a new environment, outside the checkout, works the same."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from assistant.settings import Settings
from tests.conftest import ROOT


def test_the_wheel_carries_all_it_needs(settings: Settings, consultant: object, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, timeout=120)
    (wheel,) = tmp_path.glob("plainspoken-*.whl")
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=60)
    site = next(home.glob("lib/python*/site-packages"))
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], check=True)
    # what it depends on comes from this environment; this checkout does not
    (site / "rest.pth").write_text(sysconfig.get_paths()["purelib"])

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(home / "bin" / "python"), "-m", "assistant", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            env={**os.environ, "PLAINSPOKEN_DATA": str(settings.data)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(home) in run("doctor")
    assert "nothing to put right" in run("check")
    assert "<h2>Our own questions</h2>" in run("sheet", "--format", "html")
    assert run("index").strip() == "The index is up to date."  # the same corpus, word for word
    folder = site / "assistant" / "serving"
    for part in ("templates", "static"):
        there = {file.name for file in (ROOT / "assistant" / "serving" / part).iterdir()}
        assert {file.name for file in (folder / part).iterdir()} == there
    assert "1, 3, 6 and 12 months" in run("ask", "How often is he checked afterwards?")
