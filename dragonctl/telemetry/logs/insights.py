"""Logs Insights: queries with names, queries of one's own, their progress and their price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from dragonctl.application.log_groups import LogGroup, of_sources, queried
from dragonctl.application.log_queries import MOST_GROUPS, PRESETS
from dragonctl.engine.model import Fetch
from dragonctl.engine.symptoms import unless_refused
from dragonctl.errors import DragonError, UsageError
from dragonctl.telemetry.times import Clock, Sleep

LONGEST = 10_000
"""Characters that a query may have (CloudWatch Logs API reference)."""

PATIENCE = 3600.0
"""Seconds after which CloudWatch itself ends a query."""

_ENDED = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})


@dataclass(frozen=True)
class Progress:
    """A look at a query under way: rows so far, and how much CloudWatch has scanned (it bills)."""

    status: str
    matched: int = 0
    scanned: int = 0
    scanned_bytes: int = 0


@dataclass(frozen=True)
class QueryResult(Progress):
    """A query's end: its columns in the order asked, and its rows as text."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The answer as plain JSON, each row an object."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {**asdict(self), "columns": list(self.columns), "rows": rows}


def resolve(text: str, groups: Sequence[LogGroup]) -> tuple[str, list[LogGroup]]:
    """The query that a name or a text stands for, and the groups that it concerns.

    Raises :class:`UsageError` for a query or a number of groups that AWS would refuse, and for a
    preset whose logs the application does not have.
    """
    preset = PRESETS.get(text.strip())
    asked = queried(groups)
    if preset:
        asked = of_sources(asked, preset.sources)
        text = preset.text
    elif " " not in text.strip():
        raise UsageError(f"No query is named '{text}'.", f"There are {', '.join(PRESETS)}.")
    _check(text, asked)
    return text, asked


def _check(text: str, groups: Sequence[LogGroup]) -> None:
    if not groups:
        raise UsageError(
            "There is no log group for this query to ask.",
            "Name others with --source, or make them: `dragonctl setup-observability`.",
        )
    if len(groups) > MOST_GROUPS:
        raise UsageError(
            f"A query asks at most {MOST_GROUPS} log groups; these are {len(groups)}.",
            "Narrow them with --source, --stage or --function.",
        )
    if len(text) > LONGEST:
        raise UsageError(
            f"A query has at most {LONGEST:,} characters; this one has {len(text):,}.",
            "Shorten it.",
        )


def run(
    fetch: Fetch,
    groups: Sequence[LogGroup],
    text: str,
    start_ms: int,
    end_ms: int,
    *,
    clock: Clock,
    sleep: Sleep,
) -> Iterator[Progress | QueryResult]:
    """Run a query; yields its progress about once a second and, last, its answer.

    A caller that goes away stops the query, so that CloudWatch scans (and bills) no further.
    Raises :class:`DragonError` when CloudWatch ends it without an answer.
    """
    _check(text, groups)
    asked = {**_asked(text, start_ms, end_ms), "logGroupNames": [group.name for group in groups]}
    yield from _run(fetch, asked, clock, sleep)


def run_over_sources(
    fetch: Fetch, text: str, start_ms: int, end_ms: int, *, clock: Clock, sleep: Sleep
) -> Iterator[Progress | QueryResult]:
    """The same of a query that names its groups itself, by ``SOURCE``."""
    yield from _run(fetch, _asked(text, start_ms, end_ms), clock, sleep)


def _asked(text: str, start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"queryString": text, "startTime": start_ms // 1000, "endTime": -(-end_ms // 1000)}


def _run(
    fetch: Fetch, asked: dict[str, Any], clock: Clock, sleep: Sleep
) -> Iterator[Progress | QueryResult]:
    started = fetch("logs", "StartQuery", **asked)
    ident, wait, since = started["queryId"], 0.2, clock()
    ended = False
    try:
        while not ended and clock() - since < PATIENCE:
            answer = fetch("logs", "GetQueryResults", queryId=ident)
            ended = answer.get("status") in _ENDED
            yield _answer(answer) if ended else _progress(answer)
            if not ended:
                sleep(wait)
                wait = min(1.0, wait * 1.5)
    finally:
        if not ended:
            _stop(fetch, ident)


def _progress(answer: dict[str, Any]) -> Progress:
    figures = answer.get("statistics", {})
    return Progress(
        str(answer.get("status", "Unknown")),
        int(figures.get("recordsMatched", 0)),
        int(figures.get("recordsScanned", 0)),
        int(figures.get("bytesScanned", 0)),
    )


def _answer(answer: dict[str, Any]) -> QueryResult:
    progress = _progress(answer)
    if progress.status != "Complete":
        raise DragonError(
            f"Logs Insights ended the query as {progress.status}.",
            "Ask for a shorter time with --since, or for fewer log groups.",
            code=progress.status,
        )
    columns, rows = _table(answer.get("results", []))
    return QueryResult(**asdict(progress), columns=columns, rows=rows)


def _table(results: list[list[dict[str, str]]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns as they first appear (``@ptr`` is a handle); rows with gaps filled."""
    named = [
        {
            cell.get("field", ""): cell.get("value", "")
            for cell in row
            if cell.get("field") != "@ptr"
        }
        for row in results
    ]
    columns = tuple(dict.fromkeys(name for row in named for name in row))
    return columns, [tuple(row.get(name, "") for name in columns) for row in named]


def _stop(fetch: Fetch, ident: str) -> None:
    unless_refused(partial(fetch, "logs", "StopQuery", queryId=ident))
