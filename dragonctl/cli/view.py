"""What the commands that show logs, traces and the map have in common."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import click

from dragonctl.application.apis import Selection
from dragonctl.application.log_groups import SOURCES, LogGroup, log_groups, of_sources
from dragonctl.application.nouns import App
from dragonctl.cli.failures import as_document, message
from dragonctl.cli.line import CommandLine
from dragonctl.cli.printed import Printed
from dragonctl.cli.session import Session, selection, was_typed
from dragonctl.engine.symptoms import is_fatal, unless_refused
from dragonctl.errors import AwsError, DragonError, UsageError
from dragonctl.resources.apigateway_rest_api import read_rest_apis
from dragonctl.telemetry.logs.access import NAMES_THE_API
from dragonctl.telemetry.logs.deliveries import (
    Delivery,
    read_deliveries,
    read_sources,
    with_delivered,
)
from dragonctl.telemetry.logs.events import Unreadable
from dragonctl.telemetry.logs.writers import hides_strangers
from dragonctl.telemetry.traces.belonging import Parts, parts_of
from dragonctl.telemetry.traces.coverage import Coverage, read_coverage
from dragonctl.telemetry.traces.emptiness import explain_empty
from dragonctl.telemetry.traces.reading import Trace, find_traces
from dragonctl.telemetry.traces.retrieval import Retrieval
from dragonctl.telemetry.traces.span_search import search_spans
from dragonctl.telemetry.traces.summaries import Summary, summaries
from dragonctl.terminal.console import headline, out, tell, warn
from dragonctl.terminal.insights import bytes_text
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.traces import print_coverage
from dragonctl.terminal.waiting import Waits


class View:
    """One command's view of an application: AWS to read from, its log groups, its answers."""

    def __init__(
        self, chosen: dict[str, Any], *services: str, discover: bool = True, logs: bool = False
    ) -> None:
        """``chosen``: the values of ``application_options``; ``services`` will be asked soon.

        ``discover``: whether it is about what is behind the APIs too; ``logs``: whether log groups
        are read in any case, so that it is asked early where they are delivered to.
        """
        self.session = Session()
        self._chosen, self._discover = chosen, discover
        self._meant: Selection | None = None
        self.session.emit = Waits().event
        self.unreadable: list[Unreadable] = []
        self.warnings: list[str] = []
        self.whole_coverage = Coverage()
        self.session.aws.warm("apigateway", "sts", *services)
        if logs:
            self.session.reads.prefetch(partial(read_sources, self.session.reads))

    @property
    def json(self) -> bool:
        """Whether stdout carries JSON."""
        return self.session.globals.json

    @property
    def label(self) -> str:
        """``local`` where no real AWS is asked, for the head of every answer."""
        return self.session.label

    @cached_property
    def app(self) -> App:
        """The application; what of it could not be read goes to stderr."""
        chosen = self._meant or selection(**self._chosen)
        app = self.session.application(
            chosen if self._discover else replace(chosen, discover=False)
        )
        for error in app.errors:
            tell(message(error))
        warn(*self.session.overdue())
        return app

    def mean(self, chosen: Selection | None) -> None:
        """Let the application be another than the folder's, unless the command line names one."""
        if not any(was_typed(option) for option in self._chosen):
            self._meant = chosen

    def groups(self, sources: Iterable[str] = ()) -> list[LogGroup]:
        """The application's log groups, of some sources or of all."""
        groups, wanted = log_groups(self.app), tuple(sources)
        if self.app.apis and (not wanted or "api" in wanted):
            groups = with_delivered(groups, self.deliveries, self.app)
        return of_sources(groups, wanted)

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """Where execution logs are delivered to; what cannot be read there is said."""
        try:
            found = read_deliveries(self.session.reads, self.app)
        except AwsError as problem:
            if is_fatal(problem):
                raise
            self.warn(
                "Execution logs that are delivered to a place of somebody's choice are left out:"
                f" {problem.message}"
            )
            return []
        for one in found:
            if not one.group(self.app):
                self.warn(
                    f"The execution log of {one.part} is delivered to"
                    f" {one.destination or 'a place that AWS does not name'}, which is not read"
                    " here."
                )
        return found

    def fetch(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call of AWS, not remembered; throttling and lost answers are waited out."""
        return self.session.reads.fetch(service, operation, **params)

    def traces(self, start: float, end: float, expression: str = "") -> Iterator[Summary]:
        """The traces between two times (seconds) that the application's parts took part in."""
        parts = self.parts
        found = summaries(self.fetch, start, end, expression)
        indexed = (item for item in found if parts.took_part_in(item))
        if not self.coverage.elsewhere or self.coverage.complete or expression:
            return indexed
        known = {item.id: item for item in indexed}
        others = (item for item in self._searched(start, end) if parts.took_part_in(item))
        both = {**{item.id: item for item in others}, **known}.values()
        return iter(sorted(both, key=lambda item: item.start, reverse=True))

    def _searched(self, start: float, end: float) -> list[Summary]:
        """The traces whose first span is in CloudWatch Logs; what kept it from that is said."""
        try:
            found = search_spans(
                self.fetch, start, end, clock=self.session.clock, sleep=self.session.sleep
            )
        except DragonError as problem:
            if is_fatal(problem):
                raise
            words = f"The spans in CloudWatch Logs could not be searched: {problem.message}"
            self.coverage = self.coverage.with_note(words)
            return []
        self.coverage = self.coverage.with_spans(bytes_text(found.scanned_bytes), cut=found.cut)
        return found.summaries

    def warn_of_namesakes(self) -> None:
        """Say which APIs of other ids X-Ray's graph counts together with those meant."""
        for name, ids in self.parts.shared:
            self.warn(
                f"Another API of this account is called like {name.rpartition('/')[0]}"
                f" ({', '.join(ids)}), and X-Ray's graph has no ids: the figures of {name} may be"
                " of both. `dragonctl traces --group-by route` counts yours alone."
            )

    def warn_of_strangers(self, groups: Iterable[LogGroup]) -> None:
        """Say in which access logs the lines of other APIs cannot be told from those meant."""
        unclear = [group for group in groups if hides_strangers(group)]
        listed = unless_refused(partial(read_rest_apis, self.session.reads)) if unclear else []
        if listed is not None and {api["id"] for api in listed} <= {
            api.id for api in self.app.apis
        }:
            return
        for group in unclear:
            self.warn(
                f"The access log's format of {', '.join(group.owners)} has neither"
                f" {' nor '.join(NAMES_THE_API)}: if other APIs log to {group.name} too, their"
                " lines are shown with these."
            )

    def warn(self, words: str) -> None:
        """Say on stderr, and in the JSON document, what limits the answer."""
        filled = Printed.current().filled(words)
        if filled not in self.warnings:
            self.warnings.append(filled)
            warn(neutral(filled))

    @cached_property
    def parts(self) -> Parts:
        """What X-Ray calls the application's parts, and what tells them from others'."""
        return parts_of(self.app, read_rest_apis(self.session.reads) if self.app.apis else ())

    def report(self, problem: Unreadable) -> None:
        """Name a group that cannot be read, on stderr; not one that a delivery has replaced."""
        if self._is_replaced(problem):
            return
        problem = replace(problem, hint=Printed.current().filled(problem.hint))
        self.unreadable.append(problem)
        words = f"{problem.group.name}: {problem.reason}. {problem.hint}"
        tell(neutral(words.strip()))

    def _is_replaced(self, problem: Unreadable) -> bool:
        """Whether an execution log's own group is not there because a delivery replaces it."""
        group = problem.group
        if group.source != "api" or problem.may_pass or problem.is_denied:
            return False
        return group.name in {one.replaced for one in self.deliveries}

    @cached_property
    def coverage(self) -> Coverage:
        """Where traces are kept, and how much of them X-Ray's own answers hold."""
        return read_coverage(self.fetch)

    def retrieval(self, start: float, end: float) -> Retrieval | None:
        """How whole traces are read where Transaction Search keeps them; None where it is off.

        ``start`` and ``end``: when to look for traces whose ids tell no time, in seconds.
        """
        if not self.coverage.elsewhere:
            return None
        return Retrieval(self.fetch, start, end, time.time, self.session.sleep)

    def whole_traces(self, ids: Sequence[str], start: float, end: float) -> list[Trace]:
        """Whole traces, wherever they are kept; what kept them from being found is said."""
        found, trouble = find_traces(self.fetch, ids, self.retrieval(start, end))
        self.whole_coverage = replace(self.coverage, complete=True, notes=())
        if trouble:
            words = f"The spans in CloudWatch could not be retrieved: {trouble}"
            self.whole_coverage = self.whole_coverage.with_note(words)
            self.warn(words)
        return found

    def empty_reasons(self, expression: str = "") -> list[str]:
        """Why no trace may be found, each with what to do."""
        reasons = explain_empty(self.fetch, expression, self.coverage)
        return Printed.current().all_filled(reasons)

    def head(self, coverage: Coverage | None = None) -> None:
        """What the answer is about, for people: which application, where; how complete it is."""
        out().print(headline(self.app.title, self.label))
        if coverage:
            print_coverage(out(), coverage)

    def answer(self, document: dict[str, Any]) -> None:
        """The command's one JSON document; on one line where it tells what was followed."""
        local = {"local": True} if self.label else {}
        app: App | None = vars(self).get("app")  # of what needs no application none was read
        errors = [as_document(error) for error in app.errors] if app else []
        unreadable = [problem.document() for problem in self.unreadable]
        whole = {
            **document,
            **({"unreadable": unreadable} if unreadable else {}),
            **({"warnings": self.warnings} if self.warnings else {}),
            **local,
            **({"errors": errors} if errors else {}),
        }
        indent = None if CommandLine.current().wants_json_lines else 2
        click.echo(json.dumps(whole, indent=indent, default=str))


def sources_of(values: Iterable[str]) -> list[str]:
    """The sources that ``--source`` names: separated by commas, or given several times."""
    names = [name.strip() for value in values for name in value.removesuffix(",").split(",")]
    if unknown := [name for name in names if name not in SOURCES]:
        raise UsageError(
            f"--source '{unknown[0]}' is not known.", f"There are {', '.join(SOURCES)}."
        )
    return names
