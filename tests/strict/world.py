"""What every part of the strict AWS stands on: state with a past, since reads may lag behind."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.hurry import TIMES
from tests.strict.wire import Refused

Json = Any
ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass
class Delays:
    """How slow this AWS is, in seconds; ``gateway_rate`` is calls a second after ``burst``.

    It takes ten times AWS's calls: whoever keeps to AWS's rate is hurried (``tests/hurry.py``).
    """

    iam_seen: float = 0.3  # until IAM shows its own writes
    iam_known: float = 0.8  # until other services know them
    logs_seen: float = 0.3
    functions_seen: float = 0.2
    machines_seen: float = 0.2
    function_update: float = 0.4
    stage_change: float = 0.1
    cluster: float = 0.5  # until a cache cluster has come or gone
    account_every: float = 2.0
    gateway_rate: float = 10.0 * TIMES
    gateway_burst: float = 40.0
    most_in_a_page: int = 1  # whatever was asked for


@dataclass
class World:
    """One account. ``state`` holds plain JSON by service; ``calls`` what was asked of it."""

    delays: Delays = field(default_factory=Delays)
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    operations: dict[str, Callable[[World, dict[str, Json]], Json]] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    busy: dict[str, float] = field(default_factory=dict)
    _past: dict[str, list[tuple[float, Json]]] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.RLock)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def begin(self) -> None:
        """What is there now has been there forever."""
        self._past = {name: [(0.0, copy.deepcopy(part))] for name, part in self.state.items()}
        self.calls.clear()

    def handle(self, service: str, operation: str, params: dict[str, Json]) -> Json:
        """Answer one call; what is not built here is said to be unknown, and remembered."""
        name = f"{service}.{operation}"
        with self._lock:
            self.calls.append((service, operation))
            found = self.operations.get(name)
            if found is None:
                self.unknown.append(name)
                raise Refused("UnknownOperationException", f"{name} is not built", 404)
            try:
                answer = copy.deepcopy(found(self, params))
            except Refused as refused:
                self.failures.append(f"{name}: {refused.code} {refused.message}")
                raise
            except Exception as error:
                self.unknown.append(f"{name}: {error!r} for {params}")
                raise Refused("TestFault", f"{error!r}") from error
            self.remember(service)
            return answer

    def seen(self, service: str, lag: float) -> dict[str, Json]:
        """The state of a service as a reader sees it who is ``lag`` seconds behind."""
        then = self.clock() - lag
        return [part for at, part in self._past[service] if at <= then][-1]

    def remember(self, service: str) -> None:
        """What a service holds by now is what readers will see of it, each with its lag."""
        part = self.state.get(service)
        if part is not None and part != self._past[service][-1][1]:
            self._past[service].append((self.clock(), copy.deepcopy(part)))

    def take(self, bucket: str, rate: float, burst: float) -> bool:
        """Take one token of a bucket; False when it is empty."""
        now = self.clock()
        left, at = self._buckets.get(bucket, (burst, now))
        left = min(burst, left + (now - at) * rate)
        self._buckets[bucket] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    def occupy(self, thing: str, seconds: float) -> None:
        """Something is being changed, for so long."""
        self.busy[thing] = self.clock() + seconds

    def is_busy(self, thing: str) -> bool:
        """Whether it still is."""
        return self.busy.get(thing, 0) > self.clock()

    def rights(self, role: str, *, known: bool = True) -> set[str]:
        """The actions that a role's policies allow, as other services know them by now."""
        iam = self.seen("iam", self.delays.iam_known)
        held = iam["roles"].get(role.rpartition("/")[2])
        if held is None:
            return set()
        documents = [
            iam["policies"][arn]["documents"][iam["policies"][arn]["default"]]
            for arn in held["attached"]
        ] + list(held["inline"].values())
        return {action for document in documents for action in _actions(document)}

    def trusts(self, role: str, service: str) -> bool:
        """Whether a role is there and trusts the service, as others know it by now."""
        held = self.seen("iam", self.delays.iam_known)["roles"].get(role.rpartition("/")[2])
        return held is not None and service in json.dumps(held["trust"])


def _actions(document: Json) -> list[str]:
    """Of the statements that allow; those with NotAction count as none."""
    statements = document["Statement"]
    allowing = [
        one.get("Action", [])
        for one in ([statements] if isinstance(statements, dict) else statements)
        if one["Effect"] == "Allow"
    ]
    return [one for found in allowing for one in ([found] if isinstance(found, str) else found)]


def allows(rights: set[str], action: str) -> bool:
    """Whether one of the granted actions covers this one; ``*`` at the end only."""
    return any(action.startswith(r[:-1]) if r.endswith("*") else r == action for r in rights)


def page(items: list[Json], token: str | None, size: int = 1) -> tuple[list[Json], str | None]:
    """So many items after a token, and the token of the rest: tiny pages as a rule."""
    start = int(token or 0)
    following = str(start + size) if start + size < len(items) else None
    return items[start : start + size], following
