# ruff: noqa: N802, N803 (the names are AWS's own)
"""CloudWatch Logs as its API reference describes it: sorted pages, late events, refusals."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from dragonctl.errors import AwsError
from tests.telemetry.models import judge


def refusal(code: str, message: str = "no") -> AwsError:
    """AWS's refusal, as the door to AWS gives it on."""
    return AwsError("logs", "FilterLogEvents", code, message, 400)


JANUARY_2024 = 1_704_067_200_000


@dataclass
class Line:
    time_ms: int
    text: str
    stream: str = "stream"
    visible: float = 0.0
    id: str = ""


@dataclass
class FakeLogs:
    """Groups of lines; a line shows once the clock passes ``visible``."""

    groups: dict[str, list[Line]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    page: int = 10_000
    now: float = 0.0
    calls: list[tuple[str, dict]] = field(default_factory=list)
    throttle_every: int = 0
    at_each_sleep: object = None

    def __post_init__(self):
        self.lock = threading.Lock()
        for name, lines in self.groups.items():
            for number, line in enumerate(lines):
                line.id = line.id or f"{name}-{number}"

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.at_each_sleep:
            self.at_each_sleep(self)

    def add(self, group: str, line: Line) -> None:
        lines = self.groups.setdefault(group, [])
        line.id = line.id or f"{group}-{len(lines)}"
        lines.append(line)

    def fetch(self, service: str, operation: str, **params) -> dict:
        judge(service, operation, params)
        with self.lock:
            self.calls.append((operation, params))
            number = len(self.calls)
        if self.throttle_every and number % self.throttle_every == 0:
            raise refusal("ThrottlingException", "Rate exceeded")
        return getattr(self, operation)(**params)

    def FilterLogEvents(
        self, logGroupName, startTime, limit, endTime=None, filterPattern="", nextToken="",
        logStreamNames=(), startFromHead=True,
    ):  # fmt: skip
        if logGroupName in self.refusals:
            raise refusal(self.refusals[logGroupName])
        if logGroupName not in self.groups:
            raise refusal("ResourceNotFoundException", "The specified log group does not exist.")
        terms = [term.strip('?"') for term in filterPattern.split()]
        lines = sorted(
            (
                line
                for line in self.groups[logGroupName]
                if line.visible <= self.now
                and startTime <= line.time_ms
                and (endTime is None or line.time_ms <= endTime)
                and (not logStreamNames or line.stream in logStreamNames)
                and (not terms or any(term in line.text for term in terms))
            ),
            key=lambda line: line.time_ms,
        )
        if not startFromHead and not nextToken and startTime < JANUARY_2024:
            raise refusal("InvalidParameterException", "startTime is before 2024")
        backward = nextToken.startswith("b") if nextToken else not startFromHead
        if backward:
            lines.reverse()
        first, size = int(nextToken[1:] or 0), min(limit, self.page)
        answer = {"events": [event(line) for line in lines[first : first + size]]}
        if first + size < len(lines):
            answer["nextToken"] = f"{'b' if backward else 'f'}{first + size}"
        return answer

    def DescribeLogGroups(self, logGroupNamePrefix, limit):
        return {
            "logGroups": [
                {"logGroupName": name, "logGroupClass": "INFREQUENT_ACCESS"}
                for name in self.refusals
                if name.startswith(logGroupNamePrefix)
            ]
        }


def event(line: Line) -> dict:
    return {
        "logStreamName": line.stream,
        "timestamp": line.time_ms,
        "message": line.text,
        "ingestionTime": line.time_ms + 5,
        "eventId": line.id,
    }
