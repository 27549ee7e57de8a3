"""The commands as people and scripts type them: real processes, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import ROOT


def run(*words: str, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        cwd="/",
    )


@pytest.fixture
def here(settings: Settings, consultant: object) -> dict[str, str]:
    """The environment with which a process uses the index that the tests built."""
    return {
        "PLAINSPOKEN_DATA": str(settings.data),
        "PLAINSPOKEN_CORPUS": str(settings.corpus),
        "PLAINSPOKEN_PROMPTS": str(settings.prompts),
    }


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode().strip()
    assert "Traceback" not in said
    assert "\n" not in said
    return said


def test_ask_prints_the_reply_with_its_source(here: dict[str, str]) -> None:
    done = run("ask", "How often is he checked afterwards?", **here)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert text.startswith("In a typical programme, checks come at 1, 3, 6 and 12 months. [1]")
    assert "[1] Checks at 1, 3, 6 and 12 months" in text


def test_ask_json_is_the_object_of_the_contract(here: dict[str, str]) -> None:
    done = run("ask", "--json", "Is it a cure?", **here)
    reply = json.loads(done.stdout)
    assert list(reply) == [
        "id", "kind", "text", "status", "sentences", "citations", "gaps", "for_consultation",
        "composer", "dropped", "corpus", "seconds",
    ]  # fmt: skip
    assert reply["kind"] == "correction"
    assert set(reply["citations"][0]) == {"n", "passage", "title", "quote", "source", "status", "facts"}
    assert set(reply["sentences"][0]) == {"text", "from", "cites"}
    assert "trace" in json.loads(run("ask", "--json", "--trace", "Is it a cure?", **here).stdout)


def test_batch_keeps_order_and_goes_on_after_a_bad_line(here: dict[str, str]) -> None:
    lines = [
        b'{"id": "a", "question": "and sleep?", "history": ["Do people report more energy?"]}',
        b"not json",
        b'{"id": "b"}',
        b'{"id": "c", "question": 3}',
        b'{"id": "d", "question": "x", "history": "y"}',
        b"\xff\xfe",
        b"[" * 5000,
        b"",
        b'{"question": "Is it a cure?"}',
    ]
    done = run("ask", "--batch", "-", given=b"\n".join(lines), **here)
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [o["id"] for o in out] == ["a", None, None, None, None, None, None, None]
    assert out[0]["citations"][0]["passage"] == "fatigue-sleep-energy"
    assert [o.get("error", "").split(":")[0] for o in out[1:7]] == [f"line {n}" for n in range(2, 8)]
    assert out[7]["kind"] == "correction"


def test_batch_without_a_bad_line_is_fine(here: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('\ufeff{"id": 7, "question": "hello"}\n', encoding="utf-8")
    done = run("ask", "--batch", str(file), **here)
    assert done.returncode == 0
    assert json.loads(done.stdout)["id"] == 7


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (("ask",), {}, "give one question"),
        (("ask", "a", "--batch", "b"), {}, "give one question"),
        (("ask", "--batch", "/nowhere.jsonl"), {}, "/nowhere.jsonl: cannot be read"),
        (("ask", "hello"), {"PLAINSPOKEN_CORPUS": "/nowhere"}, "PLAINSPOKEN_CORPUS"),
        (("ask", "hello"), {"PLAINSPOKEN_PROMPTS": "/nowhere"}, "PLAINSPOKEN_PROMPTS"),
        (("ask", "hello"), {"PLAINSPOKEN_THEME": "pink"}, "PLAINSPOKEN_THEME"),
        (("check",), {"PLAINSPOKEN_CORPUS": "/nowhere"}, "PLAINSPOKEN_CORPUS"),
        (("ask", "hello"), {"PLAINSPOKEN_DATA": "/proc/nowhere"}, "PLAINSPOKEN_DATA"),
        (("nonsense",), {}, "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    here: dict[str, str], words: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    done = run(*words, **{**here, **environment})
    assert done.returncode == 2
    error = done.stderr.decode()
    assert said in error
    assert "Traceback" not in error


def test_a_broken_settings_file_is_named(here: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "plainspoken"
    folder.mkdir()
    (folder / "config.toml").write_text("theme = [")
    done = run("ask", "hello", **here, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "config.toml: not valid TOML" in one_line(done)


def test_the_settings_file_counts_and_the_environment_counts_more(tmp_path: Path) -> None:
    folder = tmp_path / "plainspoken"
    folder.mkdir()
    (folder / "config.toml").write_text(f'corpus = "{tmp_path / "none"}"\n')
    done = run("check", XDG_CONFIG_HOME=str(tmp_path))
    assert str(tmp_path / "none") in one_line(done)
    done = run("check", XDG_CONFIG_HOME=str(tmp_path), PLAINSPOKEN_CORPUS="/elsewhere")
    assert "/elsewhere" in one_line(done)


def test_index_says_that_nothing_changed(here: dict[str, str]) -> None:
    done = run("index", **here)
    assert done.returncode == 0
    assert done.stdout.decode().strip() == "The index is up to date."


def test_doctor_gives_a_line_each_and_warns_of_missing_contacts(here: dict[str, str], tmp_path: Path) -> None:
    done = run("doctor", **here)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0, done.stdout
    assert all(line.split()[0] in ("OK", "WARN", "FAIL") for line in lines)
    assert any(line.startswith("WARN") and "contacts.toml" in line for line in lines)
    assert any("rm -r" in line for line in lines)
    prompts = tmp_path / "prompts"
    subprocess.run(["cp", "-r", str(ROOT / "prompts"), str(prompts)], check=True)
    (prompts / "contacts.toml").write_text(
        'emergency = "999"\ncrisis = "116 123"\ncare_team = "the nurse, 5"\nclinic = "the desk, 6"\n'
    )
    done = run("doctor", **{**here, "PLAINSPOKEN_PROMPTS": str(prompts)})
    assert "contacts are filled in" in done.stdout.decode()
    assert run("doctor", **{**here, "PLAINSPOKEN_CORPUS": "/nowhere"}).returncode == 1


def test_contacts_of_the_clinic_are_told_in_danger(here: dict[str, str], tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    subprocess.run(["cp", "-r", str(ROOT / "prompts"), str(prompts)], check=True)
    (prompts / "contacts.toml").write_text('emergency = "999"\ncare_team = "the nurse line, 5"\n')
    done = run("ask", "he cannot breathe", **{**here, "PLAINSPOKEN_PROMPTS": str(prompts)})
    text = done.stdout.decode()
    assert "Near the clinic, the emergency number is 999." in text
    assert "the nurse line, 5" in text


def test_help_teaches_and_loads_nothing_heavy() -> None:
    for words in (
        ("--help",),
        ("ask", "--help"),
        ("chat", "--help"),
        ("check", "--help"),
        ("sheet", "--help"),
    ):
        done = run(*words)
        assert done.returncode == 0
        assert b"Usage" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_import_no_library_that_takes_seconds(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\n"
        f"sys.argv = ['plainspoken', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'chromadb', 'sentence_transformers', 'onnxruntime', 'langchain_core', 'textual'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_asking_does_not_import_torch(here: dict[str, str]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\nsys.argv = ['plainspoken', 'ask', 'hello']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={**os.environ, **here}
    )
    assert done.returncode == 0, done.stderr


def test_line_mode_draws_nothing_and_knows_its_words(here: dict[str, str]) -> None:
    done = run("chat", "--plain", given="Is it a cure?\nsources\nhelp\nquit\n", **here)
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "You: Plainspoken: " in text
    assert "Not a cure, not a reversal" in text
    assert not any(0x2500 <= ord(c) <= 0x28FF or c == "\x1b" for c in text)


def test_without_a_terminal_the_chat_is_in_line_mode(here: dict[str, str]) -> None:
    done = run(given="hello\n", **here)
    assert done.returncode == 0, done.stderr
    assert "Plainspoken: " in done.stdout.decode()


def test_screen_reports_file_line_and_claim(here: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "brochure.md"
    file.write_text("# Welcome\n\nThe cells are given by drip.\n\nOur cells cure ALS.\n", encoding="utf-8")
    done = run("screen", str(file), **here)
    assert done.returncode == 1, done.stderr
    assert done.stdout.decode() == f"{file}:5: cure (against EVI-02, CON-01): Our cells cure ALS.\n"
    assert done.stderr.decode().strip() == "1 of 3 sentences in 1 file claims more than the summary supports."
    shown = json.loads(run("screen", "--json", str(file), **here).stdout)
    assert [c["line"] for c in shown["claims"]] == [5]


def test_screen_of_a_sober_text_is_fine(here: dict[str, str]) -> None:
    done = run("screen", "-", given="MSC therapy is not a cure for ALS.", **here)
    assert done.returncode == 0
    assert done.stdout == b""


def test_screen_batch_is_the_form_of_the_contract(here: dict[str, str]) -> None:
    lines = '{"id": "a", "text": "Our cells cure ALS."}\nnonsense\n{"id": "b", "text": "It is not a cure."}\n'
    done = run("screen", "--batch", "-", given=lines, **here)
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert out[0] == {
        "id": "a",
        "verdict": "overclaim",
        "claims": [{"text": "Our cells cure ALS.", "claim": "cure", "facts": ["EVI-02", "CON-01"]}],
        "grounded": None,
    }
    assert out[1] == {"id": None, "error": "line 2: not valid JSON (JSONDecodeError)"}
    assert out[2]["verdict"] == "clear"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("screen",), "give files"),
        (("screen", "/nowhere.md"), "cannot be read"),
        (("screen", "/bin/ls"), "not a text"),
    ],
)
def test_what_cannot_be_screened_is_said_in_a_line(
    here: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    done = run(*words, **here)
    assert done.returncode == 2
    assert said in done.stderr.decode()
