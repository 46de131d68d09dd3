"""``logs``: Show every log of an application, merged in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import (
    SINCE_WORDS,
    application_options,
    command,
    source_option,
    until_option,
)
from dragonctl.cli.values import WholeNumber
from dragonctl.errors import InterruptedByUserError

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.log_groups import LogGroup
    from dragonctl.cli.session import Session
    from dragonctl.cli.view import View
    from dragonctl.engine.model import Step
    from dragonctl.telemetry.logs.events import Admits, LogEvent


@command(
    epilog="""\b
Examples:
  dragonctl logs --since 1h
  dragonctl logs --follow --source functions,state-machines
  dragonctl logs --request 9f8b6a10-0000-4000-8000-000000000001
"""
)
@application_options
@click.option(
    "--since",
    metavar="TIME",
    show_default="10m; 1d with --request",
    help=SINCE_WORDS,
)
@until_option
@click.option("--follow", "-f", is_flag=True, help="Go on showing lines as they come.")
@click.option("--grep", metavar="TEXT", help="Show only lines that hold TEXT.")
@click.option("--exclude", metavar="TEXT", help="Leave out lines that hold TEXT.")
@click.option("--local-time", is_flag=True, help="Show times of this machine's zone, not UTC.")
@click.option(
    "--request", metavar="ID",
    help="Show one request, by its id, extended id, execution ARN or trace id.",
)  # fmt: skip
@source_option
@click.option(
    "--limit", "-n", type=WholeNumber(least=1), metavar="N", help="Show only the last N lines."
)
def logs(
    since: str | None,
    until: str | None,
    follow: bool,
    limit: int | None,
    grep: str | None,
    exclude: str | None,
    local_time: bool,
    request: str | None,
    sources: tuple[str, ...],
    **chosen: Any,
) -> int:
    """Show the lines of every log, merged in time.

    API Gateway's execution and access logs, the state machines' and each function's. Times are
    UTC unless --local-time is given. With --output json one JSON object a line. A group that
    cannot be read is named; the rest is shown.
    """
    import time

    from dragonctl.cli.view import sources_of
    from dragonctl.telemetry.times import window

    wanted = sources_of(sources)
    _check(follow=follow, until=until, limit=limit, request=request)
    # `why` looks back a day, and names this command: it must find the same lines.
    times = window(("1d" if request else "10m") if since is None else since, until, time.time())
    looked_for = _LookedFor(grep, exclude, request, limit)
    with _until_interrupted(follow=follow):
        _show(chosen, wanted, times, looked_for, follow=follow, local_time=local_time)
    return 0


@contextmanager
def _until_interrupted(*, follow: bool) -> Iterator[None]:
    """What never ends by itself is ended by Ctrl-C: there is nothing to tell of that."""
    try:
        yield
    except KeyboardInterrupt:
        if not follow:
            raise
        if sys.stderr.isatty():  # which has shown ^C
            click.echo(err=True)
        raise click.exceptions.Exit(InterruptedByUserError.exit_code) from None


def _show(
    chosen: dict[str, Any],
    wanted: Collection[str],
    times: tuple[int, int | None],
    looked_for: _LookedFor,
    *,
    follow: bool,
    local_time: bool,
) -> None:
    """Write the lines to stdout; a sentence to stderr where there are none."""
    from dragonctl.cli.printed import Printed
    from dragonctl.cli.single_api import require_something
    from dragonctl.cli.view import View
    from dragonctl.terminal.console import tell
    from dragonctl.terminal.neutral import neutral

    view = View(chosen, "logs", "lambda", "stepfunctions", logs=True)
    groups = view.groups(wanted)
    if not groups:
        require_something(view.app)
        command = Printed.current().command("setup-observability")
        tell(f"No log group is set up. Set them up with: {neutral(command)}")
        return
    view.warn_of_strangers(groups)
    write, empty = _writer(view, groups, follow=follow, local_time=local_time), True
    for block in _blocks(view, groups, times, looked_for, follow=follow):
        write(block)
        empty = empty and not block
    if empty:
        tell("No line of this time is in these logs.")


def _check(*, follow: bool, until: str | None, limit: int | None, request: str | None) -> None:
    """Refuse what cannot be meant."""
    from dragonctl.errors import UsageError
    from dragonctl.telemetry.ids import looks_like_id

    if follow and until:
        raise UsageError("--follow has no end.", "Leave --until or --follow out.")
    if follow and limit:
        raise UsageError("--follow has no last lines.", "--since says from when on to follow.")
    if request is not None and not looks_like_id(request):
        raise UsageError(
            f"--request '{request}' is not an id.",
            "Give a request id, an extended one, an execution ARN or a trace id.",
        )


def _writer(
    view: View, groups: list[LogGroup], *, follow: bool, local_time: bool
) -> Callable[[Sequence[LogEvent]], None]:
    """What writes lines to stdout: to read, or each as a JSON object."""
    from dragonctl.terminal.console import out, tell
    from dragonctl.terminal.logs import LogPrinter

    printer = LogPrinter(out(), groups, local_time=local_time)
    by_name = {group.name: group for group in groups}
    local = {"local": True} if view.label else {}
    if local and not view.json:
        tell("Read from the local AWS.")
    line = (lambda event: _document(event, by_name, local)) if view.json else printer.line

    def write(events: Sequence[LogEvent]) -> None:
        out().write("".join(map(line, events)))
        if follow:
            out().file.flush()

    return write


def _document(event: LogEvent, groups: Mapping[str, LogGroup], local: Mapping[str, bool]) -> str:
    """An event and what was read in it as a line of JSON."""
    import json

    from dragonctl.terminal.logs import shape_of, who_wrote

    shape = shape_of(event, groups)
    read = {"request": shape.request, "level": shape.level, "message": shape.text}
    if event.source == "functions":
        read["function"] = who_wrote(event, groups)
    return json.dumps({**event.document(), **read, **local}) + "\n"


@dataclass(frozen=True, slots=True)
class _LookedFor:
    """Which lines are wanted: by what they hold and lack, by request; how many of the last."""

    grep: str | None
    exclude: str | None
    request: str | None
    limit: int | None

    def admits(self) -> Admits:
        """Whether a line is wanted by its text."""
        from dragonctl.telemetry.logs.events import anything, both, containing, without

        shown = containing(self.grep) if self.grep else anything
        return both(shown, without(self.exclude)) if self.exclude else shown

    def pattern(self) -> str:
        """What CloudWatch is to look for; empty for everything."""
        from dragonctl.telemetry.logs.events import holding_pattern

        return holding_pattern(self.grep) if self.grep else ""


def _blocks(
    view: View,
    groups: list[LogGroup],
    times: tuple[int, int | None],
    wanted: _LookedFor,
    *,
    follow: bool,
) -> Iterable[Sequence[LogEvent]]:
    """The stream that the options describe, as much at a time as is there to be shown."""
    if follow:
        return ([event] for event in _following(view, groups, times[0], wanted))
    if wanted.request:
        return [_of_request(view, groups, times, wanted)]
    from dragonctl.telemetry.logs.merging import read_blocks

    pattern, admits = wanted.pattern(), wanted.admits()
    if wanted.limit is None:
        return read_blocks(
            view.fetch, groups, *times, report=view.report, pattern=pattern, admits=admits
        )
    from dragonctl.telemetry.logs.newest import newest

    found = newest(
        view.fetch, groups, *times,
        count=wanted.limit, report=view.report, pattern=pattern, admits=admits,
    )  # fmt: skip
    return [found]


def _of_request(
    view: View, groups: list[LogGroup], times: tuple[int, int | None], wanted: _LookedFor
) -> Sequence[LogEvent]:
    """The lines of a request that is over."""
    from collections import deque

    from dragonctl.telemetry.requests.trail import request_events

    _, found = request_events(view.fetch, groups, wanted.request or "", *times, report=view.report)
    return deque(filter(wanted.admits(), found), maxlen=wanted.limit)


def _following(
    view: View, groups: list[LogGroup], start_ms: int, wanted: _LookedFor
) -> Iterator[LogEvent]:
    """The lines as they come."""
    import time

    from dragonctl.telemetry.logs.following import follow
    from dragonctl.telemetry.requests.trail import Trail

    trail = Trail.of(wanted.request) if wanted.request else None
    pattern, admits = wanted.pattern(), wanted.admits()
    stream = follow(
        view.fetch, groups, start_ms, clock=time.time, sleep=time.sleep, report=view.report,
        pattern=trail.pattern if trail else lambda: pattern,
        admits=trail.admits if trail else admits,
    )  # fmt: skip
    return filter(admits, stream) if trail else stream


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import log_calls

    session.reads.made.extend(log_calls(session.application(selection)))
    return (), {}
