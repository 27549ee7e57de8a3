"""The commands as people and scripts type them: real processes, exit codes, one-line errors."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.doctor import BUILT
from assistant.settings import Settings
from tests.compose.server import say, serving
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


def test_keys_that_are_no_table_are_said_in_a_line(here: dict[str, str]) -> None:
    done = run("ask", "Is it a cure?", **here, PLAINSPOKEN_KEYS="f8")
    assert done.returncode == 2
    assert "PLAINSPOKEN_KEYS" in one_line(done)


def test_doctor_knows_all_that_is_built(here: dict[str, str]) -> None:
    assert run("ask", "mein Vater kann nicht mehr gehen", **here).returncode == 0
    assert {f.name for f in Path(here["PLAINSPOKEN_DATA"]).iterdir() if f.is_dir()} <= set(BUILT)


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
        ("serve", "--help"),
    ):
        done = run(*words)
        assert done.returncode == 0
        assert b"Usage" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"]])
def test_help_and_version_import_no_library_that_takes_seconds(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\n"
        f"sys.argv = ['plainspoken', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'chromadb', 'sentence_transformers', 'onnxruntime', 'langchain_core', 'textual', 'aiohttp'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_asking_imports_neither_torch_nor_langchain(here: dict[str, str]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\nsys.argv = ['plainspoken', 'ask', 'hello']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'langchain_core'} & set(sys.modules)\n"
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


SHEET_TALK = """What does it cost?
How is it given?
sheet
sheet add Who drives us?
sheet move 2 1
sheet edit 2 What would it cost us?
sheet remove 9
sheet move 2
sheet move 2 x
sheet edit 4 It is safe.
sheet save {folder}/a.html
sheet save {folder}/a.html
sheet replace {folder}/a.html
sheet save {folder}/a.json
sheet save {folder}/a.pdf
sheet undo
sheet dance
he is choking
sheet add
help
quit
"""


def test_line_mode_makes_edits_and_saves_the_sheet(here: dict[str, str], tmp_path: Path) -> None:
    done = run("chat", "--plain", given=SHEET_TALK.format(folder=tmp_path), **here)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    for said in (
        "Where is the person now in the course of ALS?",
        "1. What does it cost?\n",
        "How the cells are given",
        "To save it, type: sheet save sheet.html.",
        "You: there is no item 9: items are numbered 1 to ",
        "You: item 4 is from the clinic's summary and keeps its words.",
        f"You: Saved: {tmp_path}/a.html\nYou: There is a file of that name.",
        "a.pdf: a sheet can be saved as .html",
        "sheet move 2 1: moves item 2 to the first place.",
    ):
        assert said in text
    assert text.count("Nothing has changed.") == 1  # the word `sheet add` after a reply about danger
    assert not any(0x2500 <= ord(c) <= 0x28FF or c in "\x1b\r\b" for c in text)
    saved = json.loads((tmp_path / "a.json").read_text())
    assert saved["questions"] == ["Who drives us?", "What would it cost us?"]
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.html", "a.json"]


def test_a_conversation_is_kept_and_gone_on_with(here: dict[str, str], tmp_path: Path) -> None:
    file = str(tmp_path / "mum.json")
    given = "What does it cost?\nsheet add Who drives us?\n"
    assert run("chat", "--save", file, given=given, **here).returncode == 0
    kept = (tmp_path / "mum.json").read_text()
    assert "does not answer" not in kept
    done = run("chat", "--save", file, given="hello\n", **here)
    assert done.returncode == 2
    assert "--overwrite" in one_line(done)
    assert (tmp_path / "mum.json").read_text() == kept
    done = run("chat", "--resume", file, "--save", file, given="sheet\nhello\n", **here)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "You: What does it cost?\nPlainspoken: I am sorry, but the clinic's summary" in text
    assert "2. Who drives us?" in text
    assert json.loads((tmp_path / "mum.json").read_text())["questions"] == ["What does it cost?", "hello"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--resume", "/nowhere.json"), "/nowhere.json: cannot be read"),
        (("--resume", "/proc/version"), "/proc/version: holds no conversation that can be read"),
        (("--save", "/nowhere/a.json"), "/nowhere/a.json: cannot be written"),
        (("--save", "/dev/null"), "/dev/null: is not a file"),
        (("--overwrite",), "--overwrite needs --save"),
    ],
)
def test_a_conversation_that_cannot_be_kept_is_told_before_anything_is_typed(
    here: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    done = run("chat", *words, given="hello\n", **here)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in one_line(done)


def test_without_a_terminal_the_chat_is_in_line_mode(here: dict[str, str]) -> None:
    done = run(given="hello\n", **here)
    assert done.returncode == 0, done.stderr
    assert "Plainspoken: " in done.stdout.decode()


@pytest.mark.usefixtures("screen")
def test_screen_reports_file_line_and_claim(here: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "brochure.md"
    file.write_text("# Welcome\n\nThe cells are given by drip.\n\nOur cells cure ALS.\n", encoding="utf-8")
    done = run("screen", str(file), **here)
    assert done.returncode == 1, done.stderr
    assert done.stdout.decode() == f"{file}:5: cure (against EVI-02, CON-01): Our cells cure ALS.\n"
    assert done.stderr.decode().strip() == "1 of 3 sentences in 1 file claims more than the summary supports."
    shown = json.loads(run("screen", "--json", str(file), **here).stdout)
    assert [c["line"] for c in shown["claims"]] == [5]


@pytest.mark.usefixtures("screen")
def test_screen_of_a_sober_text_is_fine(here: dict[str, str]) -> None:
    done = run("screen", "-", given="MSC therapy is not a cure for ALS.", **here)
    assert done.returncode == 0
    assert done.stdout == b""


@pytest.mark.usefixtures("screen")
def test_screen_shows_where_a_second_reader_disagrees(here: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "Our cells cure ALS.\n\nThe clinic opens at nine.\n\nNine in ten patients respond to the cells.\n"
    )
    read = json.dumps(
        {"claims": [{"sentence": n, "claim": c} for n, c in ((2, "safety"), (3, "halt"), (9, "cure"))]}
    )
    with serving(say(read)) as server:
        model = {
            "PLAINSPOKEN_MODEL": "openai:tiny",
            "PLAINSPOKEN_MODEL_URL": server.url,
            "OPENAI_API_KEY": "x",
        }
        done = run("screen", "--model", str(file), **here, **model)
        rows = json.loads(run("screen", "--model", "--json", str(file), **here, **model).stdout)["claims"]
    assert done.returncode == 1
    first, second, third = done.stdout.decode().splitlines()
    assert first.startswith(f"{file}:1: cure (against EVI-02")
    assert "but not for the model" in first
    assert second.startswith(f"{file}:3: safety")
    assert "but not for the screen" in second
    assert third.startswith(f"{file}:5: success_rate")
    assert "but halt for the model" in third
    told, summary = done.stderr.decode().splitlines()
    assert told == f"Each sentence is also read by openai:tiny at {server.url.removesuffix('/v1')}."
    assert summary.endswith("openai:tiny reads 3 of them otherwise.")
    assert [(row["claim"], row["model"]["claim"]) for row in rows] == [
        ("cure", "none"),
        ("none", "safety"),
        ("success_rate", "halt"),
    ]
    assert "2 The clinic opens at nine." in server.prompts[0]


@pytest.mark.usefixtures("screen")
def test_what_the_screen_found_is_not_lost_with_the_second_reader(here: dict[str, str]) -> None:
    with serving(say("I would rather talk about the weather.")) as server:
        model = {
            "PLAINSPOKEN_MODEL": "openai:tiny",
            "PLAINSPOKEN_MODEL_URL": server.url,
            "OPENAI_API_KEY": "x",
        }
        done = run("screen", "--model", "-", given="Our cells cure ALS.", **here, **model)
    assert done.returncode == 2
    assert done.stdout.decode() == "-:1: cure (against EVI-02, CON-01): Our cells cure ALS.\n"
    assert done.stderr.decode().splitlines()[-1].endswith("Try another model, or screen without --model.")


@pytest.mark.usefixtures("screen")
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
        (("screen", "--model", "-"), "Set PLAINSPOKEN_MODEL"),
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


def chat_at_a_terminal(environment: dict[str, str], kind: str) -> tuple[subprocess.Popen[bytes], int]:
    """A chat at a terminal of that kind, and our end of it. Its terminal does not control it, so no signal tells
    it that the other end is closed."""
    ours, theirs = pty.openpty()
    chat = subprocess.Popen(
        [sys.executable, "-m", "assistant"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **environment, "TERM": kind},
        cwd="/",
        start_new_session=True,
    )
    os.close(theirs)
    return chat, ours


def test_a_dumb_terminal_gets_line_mode(here: dict[str, str]) -> None:
    done, ours = chat_at_a_terminal(here, "dumb")
    os.write(ours, b"quit\n")
    text = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(ours, 4096):
            text += part
    os.close(ours)
    assert done.wait(60) == 0
    assert b"You: " in text
    assert b"\x1b" not in text


def test_a_chat_whose_terminal_is_closed_ends_even_without_a_signal(here: dict[str, str]) -> None:
    chat, ours = chat_at_a_terminal(here, "xterm-256color")
    seen = b""
    while b"Plain answers" not in seen:
        seen += os.read(ours, 4096)
    assert chat.poll() is None
    os.close(ours)
    try:
        assert chat.wait(30) is not None
    finally:
        chat.kill()


def test_a_model_that_is_set_is_asked_and_can_be_refused(here: dict[str, str]) -> None:
    chosen = say(json.dumps({"sentences": ["follow-up-checks:1"], "framing": ""}))
    asking = ("ask", "How often is he checked afterwards?", "--json", "--trace")
    secret = "sk-command-line-0123456789"
    with serving(chosen) as server:
        set_up = here | {
            "PLAINSPOKEN_MODEL": "tiny",
            "PLAINSPOKEN_MODEL_URL": server.url,
            "OPENAI_API_KEY": secret,
        }
        done = run(*asking, **set_up, LANGSMITH_TRACING_V2="true")
        assert len(server.requests) == 1
        alone = json.loads(run(*asking, "--no-model", **set_up).stdout)
        assert len(server.requests) == 1
        assert secret in server.headers[0]["authorization"]
    reply = json.loads(done.stdout)
    assert (reply["composer"], alone["composer"]) == ("select:tiny", "quote")
    assert reply["trace"]["model"]["raw"] == chosen.pieces[0]
    assert "<question>" in reply["trace"]["model"]["prompt"][1]["text"]
    assert "follow-up-checks" in reply["trace"]["model"]["candidates"]
    assert alone["trace"]["model"] == {}
    assert secret not in done.stdout.decode() + done.stderr.decode()
    without = run("chat", "--plain", given="How often is he checked afterwards?\nquit\n", **set_up)
    said = without.stdout.decode()
    assert said.index("A language model (tiny)") < said.index("You: ")
    assert "cannot be reached" in said
    assert "1, 3, 6 and 12 months" in said


@pytest.mark.parametrize("command", [("ask", "Is it a cure?"), ("chat", "--plain")])
def test_a_model_that_cannot_be_used_is_said_in_a_line(
    command: tuple[str, ...], here: dict[str, str]
) -> None:
    done = run(*command, **here, PLAINSPOKEN_MODEL="openai:gpt", OPENAI_API_KEY="", OPENAI_BASE_URL="")
    assert done.returncode == 2
    assert "OPENAI_API_KEY" in one_line(done)
