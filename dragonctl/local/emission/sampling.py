"""X-Ray's sampling rules in force: which requests without a decision are traced."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from dragonctl.local import state
from dragonctl.local.emission.trace_header import TraceHeader
from dragonctl.local.shims.sampling_rules import DEFAULT


@dataclass(frozen=True)
class Asked:
    """What rules look at. ``service_type`` is for example ``AWS::ApiGateway::Stage``."""

    service_name: str
    service_type: str
    method: str = "*"
    path: str = "*"
    host: str = "*"
    arn: str = "*"


class Reservoirs:
    """How many requests of this second each rule has let through."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))

    def take(self, key: tuple[str, str, str], size: int, second: int) -> bool:
        """Whether the rule's reservoir still has room in this second."""
        with self._lock:
            at, count = self._taken[key]
            count = count if at == second else 0
            if count < size:
                self._taken[key] = (second, count + 1)
            return count < size


_reservoirs = Reservoirs()


def decide(header: TraceHeader, account: str, region: str, asked: Asked) -> bool:
    """Whether to trace: the caller's decision where there is one, else the rule that matches."""
    if header.sampled is not None:
        return header.sampled
    rule = matching(rules(account, region), asked)
    key = (account, region, rule["RuleName"])
    if _reservoirs.take(key, int(rule["ReservoirSize"]), int(time.time())):
        return True
    return random.random() < float(rule["FixedRate"])  # noqa: S311 (sampling, not secrecy)


def rules(account: str, region: str) -> list[Mapping[str, Any]]:
    """The account's rules in order of priority, names deciding ties; ``Default`` is the last."""
    with state.LOCK:
        kept = state.memory("xray", account, region).get("rules", {})
        stored = [record["SamplingRule"] for record in kept.values()]
    return sorted(stored or [DEFAULT], key=lambda rule: (rule["Priority"], rule["RuleName"]))


def matching(ordered: list[Mapping[str, Any]], asked: Asked) -> Mapping[str, Any]:
    """The first rule whose every field matches, ``*`` and ``?`` being wildcards."""
    values = {
        "ServiceName": asked.service_name,
        "ServiceType": asked.service_type,
        "HTTPMethod": asked.method,
        "URLPath": asked.path,
        "Host": asked.host,
        "ResourceARN": asked.arn,
    }
    for rule in ordered:
        if all(_fits(rule.get(name, "*"), value) for name, value in values.items()):
            return rule
    return DEFAULT


def _fits(pattern: str, value: str) -> bool:
    # Brackets mean themselves in a sampling rule.
    return fnmatchcase(value.lower(), pattern.lower().replace("[", "[[]"))
