"""A trace as a person reads it: twins as one row, equal calls as one, the critical path marked.

A call of a service that sends no segments stands in a trace twice: as the caller's subsegment,
and as the segment that X-Ray inferred from it (``inferred``; "X-Ray segment documents" in the
developer guide). So does one run of a Lambda function: as the service's segment, as the
function's, and as its phase ``Invocation`` ("Lambda and AWS X-Ray" in the Lambda developer guide).
A loop stands in a trace as often as it went round.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragonctl.telemetry.traces.critical_path import critical_path
from dragonctl.telemetry.traces.routes import route_of
from dragonctl.telemetry.traces.segments import Segment, Status, walk

CALLED = (
    "operation", "table_name", "bucket_name", "queue_url", "topic_arn", "function_name",
    "function_arn", "resource_names", "state_machine_arn", "execution_arn",
)  # fmt: skip
"""What of ``aws`` says which operation a call asked of what, in the order in which it is read."""

SERVICE, FUNCTION = "AWS::Lambda", "AWS::Lambda::Function"
"""Who took the call of a function, and the function: the origins of their segments."""
_PHASE = "Invocation"

_GRAVEST: tuple[Status, ...] = ("fault", "throttle", "error", "in progress", "ok")


@dataclass(slots=True, eq=False)
class Row:
    """A call, or several equal ones of one caller, the earliest first.

    ``twins`` are segments that tell of the same: those that X-Ray inferred from them; of a run of
    a function, timed as its callers met it, the function's and that of its phase.
    """

    segments: list[Segment]
    twins: list[Segment] = field(default_factory=list)
    children: list[Row] = field(default_factory=list)
    critical: bool = False
    alike: int = 0
    """A number that rows share which say the same, children included."""

    @property
    def first(self) -> Segment:
        """The earliest of the calls: it stands for all."""
        return self.segments[0]

    @property
    def own(self) -> Sequence[Segment]:
        """The segments of the calls; of runs of a function the function's: they say what it did."""
        functions = [twin for twin in self.twins if twin.origin == FUNCTION]
        return functions or self.segments

    @property
    def status(self) -> Status:
        """The gravest of the calls and of their twins."""
        met = {segment.status for segment in (*self.segments, *self.twins)}
        return next(status for status in _GRAVEST if status in met)

    @property
    def failed(self) -> bool:
        """Whether one of them bears a mark."""
        return any(segment.failed for segment in (*self.segments, *self.twins))

    @property
    def duration(self) -> float | None:
        """Seconds that the calls took, all together; None while one is in progress."""
        lasted = [segment.duration for segment in self.segments]
        known = [seconds for seconds in lasted if seconds is not None]
        return sum(known) if len(known) == len(lasted) else None


def unfolded(roots: Iterable[Segment]) -> list[Row]:
    """A row for each segment."""
    return _rows(roots, lambda rows: rows, _as_they_are)


def folded(roots: Iterable[Segment]) -> list[Row]:
    """Twins and equal calls as one row each."""
    numbers: dict[Any, int] = {}

    def fold(made: list[Row]) -> list[Row]:
        for row in made:
            key = (_words(row), tuple(child.alike for child in row.children))
            row.alike = numbers.setdefault(key, len(numbers))
        return _joined(made)

    return _rows(roots, fold, _without_twin)


def failed_only(rows: Sequence[Row]) -> list[Row]:
    """The rows that failed, and those above them."""
    for _, row in reversed(list(walk_rows(rows))):
        row.children = [child for child in row.children if child.failed or child.children]
    return [row for row in rows if row.failed or row.children]


def walk_rows(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Every row with its depth, callers before what they call, in the order of their start."""
    stack = [(0, row) for row in sorted(rows, key=_start, reverse=True)]
    while stack:
        depth, row = stack.pop()
        yield depth, row
        stack.extend((depth + 1, one) for one in sorted(row.children, key=_start, reverse=True))


def _start(row: Row) -> float:
    return row.first.start


_Fold = Callable[[list[Row]], list[Row]]
"""From the rows of one caller, in the order of their start, to those that are shown."""


def _rows(
    roots: Iterable[Segment], fold: _Fold, taken: Callable[[Row, Row], list[Row]]
) -> list[Row]:
    """Rows from the innermost outwards, so that depth costs no stack."""
    roots = list(roots)
    critical = critical_path(roots)
    made: dict[int, Row] = {}
    for _, segment in reversed(list(walk(roots))):
        row = Row([segment], critical=segment.id in critical)
        for child in segment.children:
            row.children.extend(taken(row, made.pop(id(child))))
        row.children = fold(sorted(row.children, key=_start))
        made[id(segment)] = row
    return fold(sorted((made[id(root)] for root in roots), key=_start))


def _as_they_are(_: Row, child: Row) -> list[Row]:
    return [child]


def _without_twin(row: Row, child: Row) -> list[Row]:
    """The child; in the place of one that tells of the same as the row, what is beneath it."""
    above, below = row.first, child.first
    is_inferred = above.subsegment and below.inferred
    if is_inferred or _is_its_function(above, below) or _is_its_phase(above, below):
        row.twins.extend([below, *child.twins])
        row.critical = row.critical or child.critical
        return child.children
    return [child]


def _is_its_function(service: Segment, function: Segment) -> bool:
    """Whether it is the one run of the function that the service took the call of.

    One that was throttled or tried again, or whose failure Lambda did not hand on, is not.
    """
    is_pair = (service.origin, function.origin) == (SERVICE, FUNCTION)
    is_one = len(service.children) == 1 and service.status == function.status
    return is_pair and is_one and service.name == function.name


def _is_its_phase(function: Segment, phase: Segment) -> bool:
    """Whether it says no more than that the function ran."""
    is_phase = function.origin == FUNCTION and phase.subsegment and phase.name == _PHASE
    return is_phase and phase.status in ("ok", function.status) and not phase.exceptions


def _joined(rows: list[Row]) -> list[Row]:
    """Rows of which equal ones are one; what they called is joined too."""
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.alike, []).append(row)
    return [_one_of(group) for group in groups.values()]


def _one_of(rows: list[Row]) -> Row:
    """One row for equal ones. Their children are equal in pairs, so they stand in equal order."""
    first, *others = rows
    stack = [(first, others)] if others else []
    while stack:
        row, alike = stack.pop()
        for other in alike:
            row.segments.extend(other.segments)
            row.twins.extend(other.twins)
            row.critical = row.critical or other.critical
        row.segments.sort(key=lambda segment: segment.start)
        columns = zip(row.children, *(other.children for other in alike), strict=True)
        stack.extend((child, rest) for child, *rest in columns)
    return first


def _words(row: Row) -> str:
    """What makes a call another than the next: equal words are one row."""
    return "\n".join(_explained(segment) for segment in (row.first, *row.twins))


def _explained(segment: Segment) -> str:
    links = [link.get("trace_id") for link in segment.links]
    raised = [(one.type, one.message) for one in segment.exceptions]
    aws = {name: value for name, value in segment.aws.items() if name in CALLED}
    http = (segment.request.get("method"), route_of(str(segment.request.get("url") or "")))
    parts = (
        segment.name, segment.origin, segment.namespace, segment.status, http,
        segment.response.get("status"), segment.sql, aws, links, raised,
    )  # fmt: skip
    return json.dumps(parts, sort_keys=True, default=str)
