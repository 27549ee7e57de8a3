"""What people type. Each command is a few lines; the work is done elsewhere.

Exit codes: 0 fine; 1 the work was done and found something; 2 it could not be done, with one line
on stderr that says why and what to do.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from assistant import __version__
from assistant.reply import Kind, PlainspokenError
from assistant.tracing import trace_nothing


class Cli(click.Group):
    """The command group: one place that turns an error into one line and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        trace_nothing()
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            code = super().main(*args, **kwargs)
            sys.stdout.flush()
        except click.ClickException as error:
            self._refuse(error.format_message())
        except PlainspokenError as error:
            self._refuse(str(error))
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            self._refuse(f"{error.filename or 'output'}: {error.strerror}. Check it and try again.")
        sys.exit(code if isinstance(code, int) else 0)

    @staticmethod
    def _refuse(why: str) -> NoReturn:
        """Say in one line what cannot be done and what to do, and leave."""
        click.echo(f"plainspoken: {' '.join(why.split())}", err=True)
        sys.exit(2)


@click.group(cls=Cli, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="plainspoken")
@click.pass_context
def main(context: click.Context) -> int | None:
    """Honest, cited answers about MSC therapy for ALS, from a clinic's vetted evidence summary.

    Without a command, the terminal chat opens. Nothing you type is kept, and nothing leaves this computer
    unless a language model elsewhere is set; the chat then says so first.

    \b
    Examples:
      plainspoken                                  open the chat
      plainspoken ask "How is it given?"           one answer
      plainspoken ask --json "Is it a cure?"       the same, for scripts
      plainspoken sheet --add "..." --out a.html   a sheet of questions to print and take along
      plainspoken serve                            the chat in a browser
      plainspoken rehearse                         staff practise what families ask
      plainspoken doctor                           what is installed, and what to do

    Settings are environment variables such as PLAINSPOKEN_CORPUS, PLAINSPOKEN_PROMPTS and
    PLAINSPOKEN_DATA, or the same names in small letters in a settings file; `plainspoken doctor`
    says where that file is. PLAINSPOKEN_CHROMA_URL names a Chroma server for more than one machine.
    """
    if context.invoked_subcommand is None:
        return int(context.invoke(chat))
    return None


@main.command()
@click.option("--plain", is_flag=True, help="Line by line, for screen readers and simple terminals.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE",
              help="Keep the questions and the sheet in FILE, which only you can read.")  # fmt: skip
@click.option("--resume", type=click.Path(path_type=Path), metavar="FILE",
              help="Go on from a FILE that --save kept.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Let --save replace a file that is there.")
@click.option("--no-model", is_flag=True, help="Do without the language model, if one is set.")
def chat(plain: bool, save: Path | None, resume: Path | None, overwrite: bool, no_model: bool) -> int:
    """Open the chat. With --plain, the same conversation line by line, without any drawing.

    \b
    Examples:
      plainspoken chat                                          nothing is kept
      plainspoken chat --save mum.json                          kept, turn by turn
      plainspoken chat --resume mum.json --save mum.json        go on with it
      plainspoken chat --no-model                               without a language model

    Only questions and the sheet are kept. When you go on, each question is answered anew, from the
    passages that are approved then.

    There is no language model unless one is set in PLAINSPOKEN_MODEL. Then the chat says first which one
    it is, what it gets and where it runs; it never gets a message of danger or despair.
    """
    from assistant import settings

    if overwrite and save is None:
        raise click.UsageError("--overwrite needs --save FILE; without it nothing is written")
    loaded = settings.load()
    if no_model:
        loaded = loaded.without_model()
    from assistant.conversation_file import begin

    keeper, saved = begin(save, resume, overwrite=overwrite)
    simple = not sys.stdin.isatty() or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb"
    if plain or simple:
        from assistant.plain import converse

        return converse(loaded, sys.stdin, sys.stdout, saved, keeper)
    from assistant.tui.app import run

    return run(loaded, saved, keeper)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any.")
@click.option(
    "--max-sessions", default=8, show_default=True, type=click.IntRange(1), help="Chats at the same time."
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="What people type in their browser, if it is not host and port; may be given again.",
)
@click.option(
    "--staff", is_flag=True, help="Serve the rehearsal, to whoever has the token, and nothing else."
)
def serve(host: str, port: int, max_sessions: int, origins: tuple[str, ...], staff: bool) -> int:
    """Serve the chat to browsers. Only this computer can reach it, unless you say otherwise.

    \b
    Examples:
      plainspoken serve                                 then open http://127.0.0.1:8000
      plainspoken serve --origin https://ask.clinic.example
                                                        behind a web server that adds TLS and a login
      plainspoken serve --host 192.168.1.20             other computers can reach it, unencrypted
      plainspoken serve --staff --port 8001             staff rehearse; the page asks for a token

    Families never reach the rehearsal: it is a server of its own, whose token is made anew at each start.

    Each browser gets a chat of its own. Nothing that is typed is kept or logged, and nobody is asked who
    they are: to open it to others, put a login and TLS before it, as the README shows. Where all places
    are taken, a page says so. Ctrl+C ends every chat.
    """
    from assistant import settings
    from assistant.serving import server

    return server.serve(settings.load(), host, port, max_sessions, origins, staff=staff)


@main.command()
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the reply as one JSON object.")
@click.option(
    "--trace",
    is_flag=True,
    help="Add what decided: kinds, topics, nearest examples; what a language model got, said and was refused.",
)
@click.option(
    "--batch",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Read questions from FILE as JSON Lines (- for standard input), print replies as JSON Lines.",
)
@click.option("--no-model", is_flag=True, help="Do without the language model, if one is set.")
def ask(question: str | None, as_json: bool, trace: bool, batch: Path | None, no_model: bool) -> int:
    """Ask one QUESTION and print the reply.

    \b
    Examples:
      plainspoken ask "Will she walk again?"
      plainspoken ask --trace "What does it cost?"
      echo '{"id": "q1", "question": "Is it a cure?"}' | plainspoken ask --batch -

    A batch line is {"id": ..., "question": ..., "history": [earlier questions, oldest first]};
    id and history may be left out. A line that cannot be read gives an "error" line, the run goes
    on, and the exit code is 1.

    A language model works on replies only if PLAINSPOKEN_MODEL is set: ollama:NAME, openai:NAME,
    anthropic:NAME, or any NAME with PLAINSPOKEN_MODEL_URL. It chooses among vetted sentences; with
    PLAINSPOKEN_COMPOSER=write it writes, and each sentence is checked. Where it fails, the passages are
    quoted, and one line on stderr says why.
    """
    from assistant import asking

    if (question is None) == (batch is None):
        raise click.UsageError('give one question in quotes, or --batch FILE; see "plainspoken ask --help"')
    if batch is not None:
        return asking.batch(batch, sys.stdout, trace=trace, model=not no_model)
    return asking.one(question or "", sys.stdout, as_json=as_json, trace=trace, model=not no_model)


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with what decided.")
@click.option(
    "--batch",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Read texts from FILE as JSON Lines (- for standard input), print verdicts as JSON Lines.",
)
@click.option("--model", is_flag=True, help="Let the language model that is set read each sentence as well.")
def screen(files: tuple[Path, ...], as_json: bool, batch: Path | None, model: bool) -> int:
    """Find the sentences in FILES that claim more for MSC therapy than the summary supports.

    \b
    Examples:
      plainspoken screen brochure.md website.txt
      plainspoken screen - < draft.txt
      echo '{"id": "1", "text": "Our cells stop ALS."}' | plainspoken screen --batch -

    Reads text and Markdown. Prints FILE:LINE: claim (facts it runs against): sentence. Exit code 1
    if there is any, 0 if there is none. It overlooks some and takes some sober sentences for claims:
    read what it marks, and do not take its silence for an approval. With --model the language model of
    PLAINSPOKEN_MODEL gets the sentences too, and where it and the screen do not agree, both are told.
    """
    from assistant import screening

    if bool(files) == (batch is not None):
        raise click.UsageError('give files, or --batch FILE; see "plainspoken screen --help"')
    if model and batch is not None:
        raise click.UsageError("--model reads files; leave it out with --batch")
    if batch is not None:
        return screening.batch(batch, sys.stdout)
    return screening.files(files, sys.stdout, as_json=as_json, model=model)


@main.command()
@click.option("--from", "given", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
              help="Begin with a sheet saved as .json (- for standard input).")  # fmt: skip
@click.option("--add", multiple=True, metavar="TEXT", help="Put a question on the sheet, as it is.")
@click.option("--ask", multiple=True, metavar="TEXT",
              help="Ask it, and put on the sheet what the chat would.")  # fmt: skip
@click.option(
    "--edit", multiple=True, type=(int, str), metavar="N TEXT", help="Put question N in other words."
)
@click.option("--move", multiple=True, type=(int, int), metavar="N PLACE", help="Move item N to PLACE.")
@click.option("--remove", multiple=True, type=int, metavar="N", help="Take item N off the sheet.")
@click.option(
    "--format", "form", type=click.Choice(["md", "html", "json"]), help="Markdown, a page to print, or JSON."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Save to FILE (.html, .md or .json)."
)
@click.option("--overwrite", is_flag=True, help="Let --out replace a file that is there.")
def sheet(
    given: Path | None,
    add: tuple[str, ...],
    ask: tuple[str, ...],
    edit: tuple[tuple[int, str], ...],
    move: tuple[tuple[int, int], ...],
    remove: tuple[int, ...],
    form: str | None,
    out: Path | None,
    overwrite: bool,
) -> int:
    """Make or edit the sheet that a family takes along to the consultation.

    It opens with three questions that every consultation should answer. Yours follow, and then what
    you learned from the clinic's summary. Without --out it is only shown; nothing is saved.

    \b
    Examples:
      plainspoken sheet --add "Who looks after her at home?" --out sheet.html
      plainspoken sheet --ask "What does it cost?" --ask "Is it a cure?" --out sheet.json
      plainspoken sheet --from sheet.json                      shows it, with numbers
      plainspoken sheet --from sheet.json --edit 1 "What would it cost us?" \\
          --move 2 1 --remove 3 --out sheet.json --overwrite
      plainspoken sheet --from sheet.json --format html > sheet.html

    A .html file opens in any browser and prints on A4 or Letter. Only .json can be continued with
    --from. Numbers are those that the sheet shows before any change.
    """
    from assistant.sheet import Format
    from assistant.sheet_command import Changes, make

    if overwrite and out is None:
        raise click.UsageError("--overwrite needs --out FILE; without it nothing is written")
    changes = Changes(edit=edit, remove=remove, add=add, ask=ask, move=move)
    return make(changes, given, out, Format(form) if form else None, overwrite=overwrite, to=sys.stdout)


@main.command()
@click.option("--check", is_flag=True, help="Ask the whole bank; report what is not as it was looked at.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="With --check: also as a page (.html)."
)
@click.option(
    "--flag-misses", metavar="COMMENT", help="With --check: flag each reply that is not as the bank expects."
)
@click.option("--import", "given", type=click.Path(path_type=Path), metavar="FILE",
              help="Take in questions (.csv), a saved conversation (.json) or a summary (.md, .txt).")  # fmt: skip
@click.option(
    "--export", type=click.Path(path_type=Path), metavar="FILE", help="Write bank and replies (.csv, .json)."
)
@click.option("--as", "who", metavar="NAME", help="Who reviews; kept for the next time.")
def review(
    check: bool,
    report: Path | None,
    flag_misses: str | None,
    given: Path | None,
    export: Path | None,
    who: str | None,
) -> int:
    """Read what families get: approve it, or say what is wrong. Without options a screen opens.

    \b
    Examples:
      plainspoken review                                    the screen
      plainspoken review --check --report report.html       for every commit
      plainspoken review --as "Dr A. Example" --import questions.csv
      plainspoken review --import summary.md                drafts from a summary
      plainspoken review --export bank.csv

    --check exits with 1 if an approved reply changed, an approval expired, a reply is not as the bank
    expects and nobody flagged it as it is, or a claim slipped in. Approvals are lines of the files in
    the corpus folder's approvals/. The columns of a CSV are question, kinds, facts, gaps, who, history,
    comment; the first two are needed, lists are separated by semicolons.
    """
    from assistant import reviewing

    if (report or flag_misses) and not check:
        raise click.UsageError("--report and --flag-misses go with --check")
    if sum([check, given is not None, export is not None]) > 1:
        raise click.UsageError("give one of --check, --import and --export")
    if who is not None:
        reviewing.name(who)
    if check:
        return reviewing.check(sys.stdout, report, flag_misses)
    if given is not None:
        return reviewing.take_in(given, sys.stdout)
    if export is not None:
        return reviewing.export(export, sys.stdout)
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise PlainspokenError("the review needs a terminal. Without one, use --check, --import or --export.")
    from assistant import settings
    from assistant.tui.review.app import run

    return run(settings.load())


@main.command()
@click.option("--plain", is_flag=True, help="Line by line, for screen readers and simple terminals.")
@click.option("--questions", "most", default=5, show_default=True, type=click.IntRange(1, 100),
              help="How many questions the family asks.")  # fmt: skip
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="Only questions of this kind.")
@click.option(
    "--topic", metavar="TOPIC", help="Only questions on these facts, such as EVI or WHO, or: silent."
)
@click.option("--difficulty", type=click.Choice(["easy", "middle", "hard"]), help="Only questions this hard.")
@click.option("--worst", is_flag=True, help="Only what went worst last time, of what was kept.")
@click.option("--keep", is_flag=True, help="Keep your progress on this computer, without what you typed.")
@click.option("--forget", is_flag=True, help="Remove the progress that is kept, and stop.")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the session with your answers at its end (.csv, .json).")  # fmt: skip
@click.option("--batch", type=click.Path(path_type=Path, allow_dash=True),
              help="Judge answers from FILE as JSON Lines (- for standard input).")  # fmt: skip
def rehearse(
    plain: bool,
    most: int,
    kind: str | None,
    topic: str | None,
    difficulty: str | None,
    worst: bool,
    keep: bool,
    forget: bool,
    export: Path | None,
    batch: Path | None,
) -> int:
    """For staff: practise the questions that families ask. The app asks, you answer, it says what it found.

    \b
    Examples:
      plainspoken rehearse                                    choose on the screen
      plainspoken rehearse --kind correction --questions 3    hope for more than there is
      plainspoken rehearse --worst --keep                     what went worst last time
      plainspoken rehearse --plain --export mine.csv
      echo '{"id": 1, "question": "Is it a cure?", "answer": "No."}' | plainspoken rehearse --batch -

    Feedback names each sentence that claims too much, what the answer holds and lacks, and shows the vetted
    answer beside it. It can misread you. Nothing is kept unless you say --keep, and then not what you typed.
    """
    from assistant import rehearsing, settings
    from assistant.desk.room import Plan

    if batch is not None:
        return rehearsing.batch(batch, sys.stdout)
    if forget:
        return rehearsing.forget(sys.stdout)
    plan = Plan.of(kind, topic, difficulty, worst=worst, most=most, keep=keep, export=export)
    simple = not sys.stdin.isatty() or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb"
    if plain or simple:
        return rehearsing.converse(settings.load(), plan, sys.stdin, sys.stdout)
    from assistant.tui.rehearse.app import run

    return run(settings.load(), plan)


@main.command("new-corpus")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--illness", default="the illness", help="The illness by its everyday name.")
@click.option("--treatment", default="the treatment", help="The treatment by its everyday name.")
def new_corpus(folder: Path, illness: str, treatment: str) -> int:
    """Lay out an empty corpus in DIR for another summary, with its README.

    \b
    Example:
      plainspoken new-corpus lamps --illness greyfade --treatment "lamp therapy"
    """
    from assistant import reviewing

    return reviewing.new_corpus(folder, illness, treatment, sys.stdout)


@main.command()
def index() -> int:
    """Build the index, or refresh it if the corpus or the model changed; otherwise do nothing."""
    from assistant import settings
    from assistant.evidence.index import build_index
    from assistant.evidence.wording import Wording
    from assistant.progress import progress_bar

    loaded = settings.load()
    with progress_bar() as progress:
        built = build_index(loaded, Wording(loaded.prompts), progress)
    click.echo("The index is built." if built else "The index is up to date.")
    return 0


@main.command()
def check() -> int:
    """Lint corpus, prompts, examples and bank; look for claims in every passage and all wording.

    One FILE:LINE a problem; exit 1 if there is any.
    """
    from assistant import settings
    from assistant.desk.lint import lint, unreviewed
    from assistant.screening import screen_with_progress

    loaded = settings.load()
    screen = screen_with_progress() if any((loaded.corpus / "claims").glob("*.yaml")) else None
    problems = lint(loaded.corpus, loaded.prompts, screen, benefit_approvals=loaded.benefit_approvals)
    for problem in problems:
        click.echo(str(problem))
    if screen is None:
        click.echo(f"{loaded.corpus / 'claims'}: no labelled sentences, so nothing was screened for claims.")
    for notice in unreviewed(loaded):
        click.echo(notice)
    if not problems:
        click.echo(f"{loaded.corpus} and {loaded.prompts}: nothing to put right.")
    return 1 if problems else 0


@main.command()
def doctor() -> int:
    """Say what is installed, built and configured, where files lie and how to remove them."""
    from assistant.doctor import examine

    worst = 0
    for finding in examine():
        click.echo(str(finding))
        worst = max(worst, finding.level == "FAIL")
    return worst
