"""The demo: command lines that a person would type, played one after the other."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TextIO, cast

from dragonctl.cli.catalogue import command_names
from dragonctl.cli.globals import LOCAL, local_by_environment
from dragonctl.engine import journal
from dragonctl.engine.history import Run, read_history
from dragonctl.paths import read_own_json, state_folder, state_path, writable_folder
from dragonctl.sample import sample_folder


@dataclass(frozen=True)
class Act:
    """One thing that is shown: a title, a sentence, and the command lines without ``dragonctl``.

    A newcomer reads of what they print the lines that begin with the pattern ``shown``, and all
    from the first that begins with ``rest`` on; what one of them is worth is in its sentence.
    """

    title: str
    why: str
    lines: tuple[str, ...]
    shown: str = r"\Z"
    rest: str = r"\d+ (setting|resource)s? |No changes |Plan: "

    @property
    def playable(self) -> bool:
        """Whether this version of dragonctl has its commands."""
        return all(shlex.split(line)[0] in command_names() for line in self.lines)


# As in the course: bodies and inputs are logged too, which production should not do.
OBSERVE = "setup-observability --data-trace --execution-data"
_DRAGON = {
    "dragonName": "Jon",
    "description": "Jon dragon",
    "family": "green",
    "city": "Toronto",
    "country": "CA",
    "state": "ON",
    "neighborhood": "Downtown",
    "reportingPhoneNumber": "15555555555",
    "confirmationRequired": False,
}
_POST = f"send POST /dragons --stage test --data '{json.dumps(_DRAGON)}'"
_GET = "send GET '/dragons?dragonName=Jon' --stage prod"

_STAGES = r"(Stage|test|prod) "
_ANSWERED = r"POST |GET |\d{3} \w+  "
"""A request and how it ended, which stands on a line of its own where there is little room."""

ACTS: tuple[Act, ...] = (
    Act(
        "An AWS of your own",
        "A server on this machine that behaves like AWS. No account, nothing to pay.",
        ("local up",),
        shown="The local AWS listens",
    ),
    Act(
        "An application",
        "Dragons: an API, three functions, a state machine, and data in S3.",
        ("create-app",),
    ),
    Act(
        "Its code",
        "From source folders to Lambda. The same source is not uploaded twice.",
        ("deploy-function",),
    ),
    Act(
        "What can be seen of it",
        "Which logs, metrics and traces each stage has.",
        ("status",),
        shown=_STAGES,
        rest="Switch on ",
    ),
    Act(
        "The plan",
        "What it takes to see inside: all that differs. Nothing is changed yet.",
        (f"{OBSERVE} --dry-run",),
        shown="[+~-] ",
    ),
    Act(
        "The changes",
        "The same, carried out: only what differs, independent steps at the same time.",
        (OBSERVE,),
    ),
    Act("Once more", "A second run finds nothing to do, and makes no write call.", (OBSERVE,)),
    Act(
        "What can be seen now",
        "Logs and traces are on, from the API to the data.",
        ("status",),
        shown=_STAGES,
        rest=". Nothing is wrong",
    ),
    Act(
        "A cache",
        "GET answers of the stage prod are kept, a copy for each set of parameters.",
        ("enable-cache --stage prod",),
    ),
    Act(
        "A new dragon",
        "One request, followed: its answer, its lines in every log, its trace.",
        (f"{_POST} --follow",),
        shown=_ANSWERED
        + r"|\S+  (access |\S+ .*(Execution(Started|Succeeded)|dragon (validated|added)))",
    ),
    Act(
        "The same dragon again",
        "The API says yes, and yet it is not added.",
        (_POST,),
        shown=_ANSWERED,
    ),
    Act("Read it, twice", "The second answer comes from the cache.", (_GET, _GET), shown=_ANSWERED),
    Act(
        "What became of the second dragon",
        "The line of the state machine's log that says why it was refused.",
        ("logs --since 5m --source state-machines --grep TaskFailed",),
        rest=r"[\d:.]+ ",
    ),
    Act(
        "The traces",
        "Each request, with what it took.",
        ("traces --since 10m --limit 3",),
        rest=" *Age ",
    ),
    Act(
        "The map",
        "Who calls whom, how long it takes, what fails. Also as a page for the browser.",
        ("service-map --since 10m --html {page}",),
        shown=r"Node |\S+ \((API|state machine|function)\) +\d",
    ),
)

NEXT = [
    ("history", "the runs, each of which can be undone"),
    ("demo --undo", "take it all back"),
    ("--help", "everything else"),
]
"""What to type after the demo, without ``dragonctl``, and what it does."""


_NOT_UNDONE = {"create-app", "delete-app"}  # the application goes as a whole, with its new data


@dataclass(frozen=True)
class Begun:
    """What the demo must know to take itself back: ``since`` is older than its first run."""

    since: str
    started_server: bool


def play(
    acts: Sequence[Act], *, as_json: bool, verbose: bool = True
) -> tuple[int, list[dict[str, Any]]]:
    """Play the acts until one fails; the exit code, and for JSON what each line answered.

    Without ``verbose`` a person is shown of each what it is about.
    """
    from dragonctl.terminal.console import sparing

    with nullcontext() if verbose else sparing():
        return _play(acts, as_json=as_json, verbose=verbose)


def _play(acts: Sequence[Act], *, as_json: bool, verbose: bool) -> tuple[int, list[dict[str, Any]]]:
    played: list[dict[str, Any]] = []
    shown = [act for act in acts if act.playable]
    with _on_the_sample() as options:
        for number, act in enumerate(shown, start=1):
            if not as_json:
                from dragonctl.terminal.demo import heading

                heading(number, act.title, act.why)
            for template in act.lines:
                line = template.replace("{page}", shlex.quote(str(_page()))) + options
                code, answer = _run(line, None if verbose else act, as_json=as_json)
                played.append({"command": f"dragonctl {line}", "exit_code": code, "answer": answer})
                if code:
                    return code, played
    return 0, played


def begin() -> None:
    """Remember that a demo begins, unless one has begun already."""
    from dragonctl.local import control

    if recall() is None:
        writable_folder("local")
        kept = {"since": journal.now(), "started_server": control.status() is None}
        handle = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(kept, stream)


def recall() -> Begun | None:
    """The demo that has begun and is not taken back yet."""
    return read_own_json(_file(), Begun)


def forget() -> None:
    """The demo is taken back."""
    _file().unlink(missing_ok=True)


def acts_back(begun: Begun) -> list[Act]:
    """The acts that take everything back that was done on the local AWS since the demo began."""
    runs = _open_runs(begun)
    made_app = any(run.command == "create-app" for run in runs)
    undone = [f"undo {run.run} --yes" for run in reversed(runs) if run.command not in _NOT_UNDONE]
    acts = []
    if undone:
        why = "Each run is put back where the live value is still the one that it wrote."
        acts.append(Act("Undo", why, tuple(undone)))
        acts.append(Act("As before", "What can be seen of the application.", ("status",)))
    if made_app:
        why = "What create-app made, known by its tag."
        acts.append(Act("The application goes", why, ("delete-app --yes",)))
    if begun.started_server:
        acts.append(Act("The local AWS ends", "Nothing runs any more.", ("local down",)))
    return acts


def _open_runs(begun: Begun) -> list[Run]:
    from dragonctl.engine.undo import undone

    runs = read_history(state_path("runs")).runs
    taken_back = undone(runs)
    return [
        run
        for run in runs
        if run.time >= begun.since
        and run.scope.endpoint == "local"
        and run.changes
        and not run.undoes
        and run.run not in taken_back
    ]


def _run(line: str, brief: Act | None, *, as_json: bool) -> tuple[int, Any]:
    from dragonctl.cli.root import run

    if not as_json:
        from dragonctl.terminal.demo import Excerpt, typed

        typed(f"dragonctl {line}")
        if brief is None:
            return run(shlex.split(line)), None
        excerpt = Excerpt(sys.stdout, brief.shown, brief.rest)
        with redirect_stdout(cast("TextIO", excerpt)):
            code = run(shlex.split(line))
        excerpt.end(whole=code != 0)
        return code, None
    with redirect_stdout(StringIO()) as printed:
        code = run([*shlex.split(line), "--output", "json"])
    try:
        return code, json.loads(printed.getvalue())
    except ValueError:
        return code, printed.getvalue()


@contextmanager
def _on_the_sample() -> Iterator[str]:
    """In the sample's folder, whose ``dragonctl.toml`` and ``lambdas/`` count; on the local AWS.

    Gives what a person must add to each line, to mean the local AWS too.
    """
    from dragonctl.config import load

    before, here, is_local = os.environ.get(LOCAL), Path.cwd(), local_by_environment()
    os.environ[LOCAL] = "1"
    os.chdir(sample_folder())
    load.cache_clear()
    try:
        yield "" if is_local else " --local"
    finally:
        os.chdir(here)
        load.cache_clear()
        if before is None:
            del os.environ[LOCAL]
        else:
            os.environ[LOCAL] = before


def _page() -> Path:
    """Where the map's page is written: no demo leaves a file in a person's own folder."""
    return state_folder("local") / "service-map.html"


def _file() -> Path:
    return state_folder("local") / "demo.json"
