"""What the tests share: an index of the real corpus, built once with the real model, and a home of
their own, so that no test reads or writes the user's files."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)


def pytest_configure() -> None:
    for name in [n for n in os.environ if n.startswith("PLAINSPOKEN_")]:
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        yield


@pytest.fixture(scope="session")
def data(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of the real corpus; kept between runs, as nothing changes in it."""
    return Path(pytestconfig.cache.mkdir("plainspoken"))


@pytest.fixture(scope="session")
def settings(data: Path):
    from assistant.settings import Settings

    return Settings(corpus=ROOT / "corpus", prompts=ROOT / "prompts", data=data)


@pytest.fixture(scope="session")
def consultant(settings):
    from assistant.consultant import open_consultant

    return open_consultant(settings)


@pytest.fixture(scope="session")
def screen(settings):
    from assistant.guard.claims import open_screen

    return open_screen(settings)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Refuse every connection and keep what was tried."""
    tried: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise AssertionError(f"a connection to {address} was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return tried
