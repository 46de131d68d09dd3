"""A command's connection: which AWS, which application, with what memory and journal."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from dragonctl.application.apis import ChooseApiError, NoApiError, Selection
from dragonctl.application.discovery import discover
from dragonctl.application.nouns import App
from dragonctl.application.overdue import UNTIL_TAG, overdue, overdue_of_runs
from dragonctl.application.search import OnFound
from dragonctl.cli.globals import SESSION, Globals, globals_of
from dragonctl.cli.printed import Printed
from dragonctl.config import api_title, load
from dragonctl.engine.events import Emit, Event
from dragonctl.engine.history import History, read_history
from dragonctl.engine.journal import Scope
from dragonctl.engine.reads import Reads
from dragonctl.engine.undo import unfinished
from dragonctl.errors import UsageError
from dragonctl.masking import masked
from dragonctl.paths import state_path

LOCAL_LABEL = "local"
_WHO = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID")
_WHERE = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Session:
    """What one command works with; everything is made when it is first needed.

    ``sample``: whether a local AWS that must be started first gets the sample application.
    """

    clock: Callable[[], float] = staticmethod(time.monotonic)
    sleep: Callable[[float], None] = staticmethod(time.sleep)
    """How every wait of a command passes, in seconds."""

    def __init__(
        self, globals_: Globals | None = None, emit: Emit | None = None, *, sample: bool = True
    ) -> None:
        self.globals = globals_ or globals_of(click.get_current_context())
        if self.globals.local and self.globals.endpoint_url:
            raise UsageError("--local and --endpoint-url contradict each other.")
        self.sample = sample
        self.emit = emit or _waits()
        self._has_ended, self._telling = False, threading.Lock()  # reads wait in their own threads
        if context := click.get_current_context(silent=True):
            context.find_root().meta[SESSION] = self
            context.call_on_close(self._end)
        self._overdue: list[str] | None = None
        self.apis: tuple[str, ...] = ()
        """The ids of the APIs of the application that was chosen."""
        self.passed_over: list[str] = []
        """What is to be said of journals that could not be believed."""
        if self.globals.debug:
            _show_calls()

    @cached_property
    def aws(self) -> Any:
        """The door to AWS (:class:`dragonctl.aws.client.Aws`), the local one where it is meant."""
        from dragonctl.aws.client import Aws, Connection
        from dragonctl.aws.quota import Quotas

        quotas = Quotas(self.clock, self.sleep)
        if self.globals.is_local:
            from dragonctl.cli.local_switch import connection

            return Aws(connection(self.globals, sample=self.sample), quotas)
        given, file = self.globals, load()
        return Aws(
            Connection(
                profile=self.profile,
                region=given.region or (None if _has(*_WHERE) else file.get("region")),
                endpoint_url=given.endpoint_url,
            ),
            quotas,
        )

    @property
    def profile(self) -> str | None:
        """The profile that is named: by an option, or where the environment is silent, a file."""
        return self.globals.profile or (None if _has(*_WHO) else load().get("profile"))

    @cached_property
    def reads(self) -> Reads:
        """The run's memory of AWS."""
        return Reads(self.aws, self._tell, self.clock, self.sleep)

    def _tell(self, event: Event) -> None:
        """Whoever listens by then: reading may begin before the report does.

        A read that still waits when the command has ended says nothing below its last line.
        """
        with self._telling:
            if not self._has_ended:
                self.emit(event)

    def _end(self) -> None:
        with self._telling:
            self._has_ended = True

    @property
    def label(self) -> str:
        """``local`` where no real AWS is meant, for every headline."""
        return LOCAL_LABEL if self.globals.is_local else ""

    @cached_property
    def scope(self) -> Scope:
        """Where this command's changes live."""
        return Scope(
            self.reads.account,
            self.aws.region,
            LOCAL_LABEL if self.globals.is_local else self.aws.endpoint.rstrip("/"),
        )

    @property
    def whereabouts(self) -> tuple[str | None, str | None]:
        """Account and region as far as they are known by now; nothing is asked for them."""
        if "aws" not in vars(self):
            return None, None
        return vars(self.reads).get("account"), self.aws.region

    @property
    def journal_folder(self) -> Path:
        """Where the journals of all runs are; the first one that is written makes it."""
        return state_path("runs")

    @cached_property
    def history(self) -> History:
        """What every run has journalled here; DragonError where others can have written it."""
        history = read_history(self.journal_folder)
        self.passed_over = history.in_short
        return history

    @property
    def unfinished(self) -> frozenset[str]:
        """What an earlier run here had begun to make when it was cut short."""
        return unfinished(self.history.runs, self.scope)

    def application(self, selection: Selection, *on_found: OnFound) -> App:
        """The application that is meant; at a terminal a doubt becomes a question."""
        try:
            app = discover(self.reads, selection, *on_found)
        except NoApiError as none:
            if self.globals.is_local:  # there no region or profile is to blame
                none.hint = "`dragonctl create-app` makes the sample; `dragonctl demo` shows it."
            raise
        except ChooseApiError as doubt:
            if not (sys.stdin.isatty() and sys.stderr.isatty()) or self.globals.json:
                raise
            app = discover(self.reads, _asked(doubt, selection), *on_found)
        self.apis = tuple(api.id for api in app.apis)
        late = list(overdue(app, datetime.now(UTC)))
        self._overdue = Printed.current().all_filled(late)
        return replace(app, warnings=(*app.warnings, *late))

    def overdue(self) -> list[str]:
        """What is to be said of overdue data traces, where no application was read too.

        There of the stages that dragonctl set up from here; of others only their tags would tell.
        """
        if self._overdue is None:
            history = read_history(self.journal_folder, about=UNTIL_TAG)
            self.passed_over = self.passed_over or history.in_short
            here = [run for run in history.runs if run.scope == self.scope]
            sentences = overdue_of_runs(self.reads, here, datetime.now(UTC))
            self._overdue = Printed.current().all_filled(sentences)
        return self._overdue


def _waits() -> Emit:
    """Until a report listens, waits are told: a command that shows has nothing else to say."""
    waits: list[Emit] = []

    def emit(event: Event) -> None:
        if not waits:  # what draws is imported when there is something to draw
            from dragonctl.terminal.waiting import Waits

            waits.append(Waits().event)
        waits[0](event)

    return emit


def _show_calls() -> None:
    """Every AWS call with its duration, on stderr."""
    from dragonctl.terminal.console import LogLines

    calls = logging.getLogger("dragonctl")
    calls.setLevel(logging.DEBUG)
    handler = LogLines()
    handler.setFormatter(_Masking())
    calls.handlers = [handler]


class _Masking(logging.Formatter):
    """A log's lines without secrets, those of an exception that is logged with them too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written."""
        return masked(super().format(record))


def selection(
    api: str | tuple[str, ...] | None,
    stages: tuple[str, ...] = (),
    functions: tuple[str, ...] = (),
    state_machines: tuple[str, ...] = (),
    *,
    no_discover: bool = False,
    all_apis: bool = False,
) -> Selection:
    """What the options of a command select, with the folder's own title."""
    if no_discover and not (api or functions or state_machines):
        raise UsageError("--no-discover needs --api, --function or --state-machine.")
    if all_apis and api and was_typed("api"):
        if was_typed("all_apis"):
            raise UsageError("--all and --api contradict each other.")
        all_apis = False
    if no_discover and (functions or state_machines) and not (all_apis or was_typed("api")):
        if was_typed("stages"):
            raise UsageError("--stage needs --api where only what is named is meant.")
        return Selection(None, (), functions, state_machines, discover=False, named_only=True)
    if all_apis:  # what dragonctl.toml says is about its folder's own application
        api, stages = None, stages if was_typed("stages") else ()
    return Selection(
        api,
        stages,
        functions,
        state_machines,
        discover=not no_discover,
        title=api_title(),
        all_apis=all_apis,
    )


def was_typed(parameter: str) -> bool:
    """Whether an option stands on the command line, not only in ``dragonctl.toml``."""
    source = click.get_current_context().get_parameter_source(parameter)
    return source is click.core.ParameterSource.COMMANDLINE


def _asked(doubt: ChooseApiError, chosen: Selection) -> Selection:
    from dragonctl.terminal.questions import chosen as asked

    ids = [api["id"] for api in doubt.choices]
    return replace(chosen, api=asked(doubt.message, "Which one (id)", ids))


def _has(*names: str) -> bool:
    """Whether the environment speaks of it: then it does, and not the file of this folder."""
    return any(os.environ.get(name) for name in names)
