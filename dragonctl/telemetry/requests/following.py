"""The lines and the trace of one request, as they arrive after its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dragonctl.application.log_groups import LogGroup
from dragonctl.application.nouns import App
from dragonctl.engine.model import Fetch
from dragonctl.resources.states_machine_fields import LEVEL
from dragonctl.telemetry.logs.events import LogEvent, Report, Unreadable
from dragonctl.telemetry.requests.sending import HttpResponse
from dragonctl.telemetry.requests.trail import request_events
from dragonctl.telemetry.times import Clock, Sleep
from dragonctl.telemetry.traces.reading import Trace, read_traces
from dragonctl.telemetry.traces.segments import walk

_ANYTHING = re.compile("")
_EXECUTION_END = re.compile(r'"type"\s*:\s*"Execution(Succeeded|Failed|TimedOut|Aborted)"')

Expected = Mapping[str, tuple[str, re.Pattern[str]]]
"""What should arrive, in words for a person -> the source of its line, what the line holds."""


@dataclass(frozen=True)
class WaitLimits:
    """How long to wait, in seconds: between looks, without anything new, and in all.

    CloudWatch and X-Ray show what happened some seconds later.
    """

    interval: float = 2.0
    quiet: float = 15.0
    longest: float = 120.0


def expected_lines(app: App, stage: str, answered: HttpResponse) -> Expected:
    """What the settings promise of a request to a stage, after this answer.

    At the level ``ERROR`` the execution log holds nothing of a request that went well, and a
    request for a path that the API does not have never reaches it. Which method's settings apply
    is not asked: where one of them differs, nothing is promised.
    """
    raw = app.api.stages[stage] if app.api else {}
    settings = raw.get("methodSettings") or {}
    levels = {one.get("loggingLevel") for one in (settings.get("*/*", {}), *settings.values())}
    expected: dict[str, tuple[str, re.Pattern[str]]] = {}
    if levels == {"INFO"} and not answered.is_unrouted:
        expected["the execution log"] = ("api", _ANYTHING)
    if ":log-group:" in (raw.get("accessLogSettings") or {}).get("destinationArn", ""):
        expected["the access log"] = ("access", _ANYTHING)
    if answered.execution and _logs_executions(app, answered.execution):
        expected["the end of the execution"] = ("state-machines", _EXECUTION_END)
    return expected


def _logs_executions(app: App, execution: str) -> bool:
    """Whether the machine of an execution logs its every event."""
    machine = execution.split(":")[6:7]
    levels = [one.settings[LEVEL] for one in app.machines if [one.name] == machine]
    return levels == ["ALL"]


@dataclass
class ArrivingLines:
    """The request's lines from all groups, each once.

    They end when nothing new has come for a while and all that is ``expected`` is in, or when
    ``waiting.longest`` has passed; ``missing`` then names what did not come. Lines of one look are
    in order; a line that arrives later than others comes after them.
    """

    fetch: Fetch
    groups: Sequence[LogGroup]
    ident: str
    start_ms: int
    clock: Clock
    sleep: Sleep
    report: Report
    waiting: WaitLimits
    expected: Expected = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is in yet."""
        self.missing = list(self.expected)
        self._unreadable: set[str] = set()

    def lines(self) -> Iterator[LogEvent]:
        """Look, and look again."""
        given: set[tuple[str, str, int, str]] = set()
        began = newest = self.clock()
        while not self._is_over(began, newest):
            for event in self._look():
                key = (event.group, event.id, event.time_ms, event.text)
                if key not in given:
                    given.add(key)
                    newest = self.clock()
                    yield event
            self.sleep(self.waiting.interval)

    def _is_over(self, began: float, newest: float) -> bool:
        now = self.clock()
        is_quiet = now - newest >= self.waiting.quiet
        return (is_quiet and not self.missing) or now - began >= self.waiting.longest

    def _look(self) -> list[LogEvent]:
        _, events = request_events(
            self.fetch, self.groups, self.ident, self.start_ms, None, report=self._once
        )
        self.missing = [name for name in self.missing if not self._came(name, events)]
        return events

    def _came(self, name: str, events: Sequence[LogEvent]) -> bool:
        source, words = self.expected[name]
        return any(one.source == source and words.search(one.text) for one in events)

    def _once(self, problem: Unreadable) -> None:
        """A group that cannot be read is told once, and waited for no longer."""
        if problem.group.name in self._unreadable:
            return
        self._unreadable.add(problem.group.name)
        source = problem.group.source
        self.missing = [name for name in self.missing if self.expected[name][0] != source]
        self.report(problem)


def trace_of(
    fetch: Fetch, ident: str, *, clock: Clock, sleep: Sleep, waiting: WaitLimits
) -> Trace | None:
    """The request's trace when it has stopped growing and nothing in it is in progress."""
    began, before, found = clock(), -1, None
    while clock() - began < waiting.longest:
        traces, _ = read_traces(fetch, [ident])
        found = traces[0] if traces else None
        parts = [part for _, part in walk(found.roots)] if found else []
        if len(parts) == before and parts and not any(part.in_progress for part in parts):
            return found
        if not parts and clock() - began >= waiting.quiet:
            return None
        before = len(parts)
        sleep(waiting.interval)
    return found
