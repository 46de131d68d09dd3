"""``set-sampling``: one X-Ray sampling rule, checked before AWS sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.engine.plan import Plan
from dragonctl.errors import UsageError
from dragonctl.recipes.prices import MILLION_TRACES, PRICES_OF, SECONDS_A_MONTH, dollars
from dragonctl.resources.xray_sampling_rule import DEFAULT, SamplingRule

RATE, RESERVOIR, PRIORITY = 0.05, 1, 1000
"""What a new rule gets where nothing is said: X-Ray's own default share, in the middle."""

# X-Ray's API reference: the longest values of a rule's fields.
_LONGEST = {"name": 32, "method": 10, "path": 128, "service": 64}
_MATCHING = ("ServiceName", "HTTPMethod", "URLPath")
_DIGITS = 6


@dataclass(frozen=True)
class Sampling:
    """What was asked for. None: not said. Without any matching field it is the Default rule."""

    rate: float | None = None
    reservoir: int | None = None
    method: str | None = None
    path: str | None = None
    service: str | None = None
    priority: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what X-Ray would refuse."""
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise UsageError(
                f"--rate {self.rate} is not a valid share.", "It goes from 0 to 1: 0.05 is 5 %."
            )
        if self.reservoir is not None and self.reservoir < 0:
            raise UsageError("--reservoir is a number of requests a second, 0 or more.")
        if self.priority is not None and not 1 <= self.priority <= 9999:  # noqa: PLR2004
            raise UsageError("--priority goes from 1 (tried first) to 9999.")
        for option, longest in _LONGEST.items():
            if getattr(self, option) == "":
                raise UsageError(f"--{option} is empty.", "Leave it out, or say what it is.")
            if len(getattr(self, option) or "") > longest:
                raise UsageError(f"--{option} may have {longest} characters at most.")
        if self.rule == DEFAULT and (self.matches or self.priority):
            raise UsageError(
                "The Default rule has a --rate and a --reservoir, nothing else.",
                "Name another rule with --name.",
            )

    @property
    def matches(self) -> State:
        """What a request must be like for the rule to apply."""
        given = {"HTTPMethod": self.method, "URLPath": self.path, "ServiceName": self.service}
        return {field: value for field, value in given.items() if value is not None}

    @property
    def rule(self) -> str:
        """The rule's name: the one given, else one that follows from what it matches."""
        if self.name or not (self.matches or self.priority):
            return self.name or DEFAULT
        parts = (self.service, self.method, self.path)
        text = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in parts if part)
        return re.sub("-+", "-", text)[:32].strip("-") or "dragonctl"

    def named_apart_from(self, rules: Iterable[Mapping[str, Any]]) -> Sampling:
        """The same, under a name that no rule for other requests bears; a given name stays.

        ``/a`` and ``/a/*`` give one name: the second would take the first one's rule away.
        """
        if self.name or self.rule == DEFAULT:
            return self
        mine = [self.matches.get(field, "*") for field in _MATCHING]
        taken = {rule["RuleName"]: [rule.get(field) for field in _MATCHING] for rule in rules}
        digits = sha256("\n".join(map(str, mine)).encode()).hexdigest()[:_DIGITS]
        longest = _LONGEST["name"] - _DIGITS - 1
        names = (self.rule, f"{self.rule[:longest]}-{digits}")
        found = [name for name in names if taken.get(name) == mine]
        found += [name for name in names if name not in taken]
        if not found:
            raise UsageError(f"The rule {names[0]} is there, for other requests.", "Give a --name.")
        return replace(self, name=found[0])


def cost(planned: Plan) -> Iterator[str]:
    """What the traces of a rule cost afterwards, by its own share, and what they did before."""
    for item in planned.items:
        if item.outcome is None:
            continue
        after = item.outcome.state["FixedRate"] * MILLION_TRACES
        before = item.have.state["FixedRate"] * MILLION_TRACES if item.have else None
        was = "" if before is None else f", before it {dollars(before)}"
        reservoir = item.outcome.state["ReservoirSize"]
        yield (
            f"Traces cost {dollars(after)} for a million requests of this rule{was}, and"
            f" {dollars(reservoir * SECONDS_A_MONTH / 1e6 * MILLION_TRACES)} a month at most for"
            f" the {reservoir} of each second that are always traced (prices of {PRICES_OF})."
        )


def sampling_steps(sampling: Sampling) -> Iterator[Step]:
    """The one rule."""
    if sampling.rate is None and sampling.reservoir is None and not sampling.matches:
        raise UsageError("Say what share of the requests to trace: --rate, --reservoir.")
    yield Step(f"Sampling rule {sampling.rule}", SamplingRule(sampling.rule), _Wanted(sampling))


@dataclass(frozen=True)
class _Wanted:
    """A new rule is whole; of one that is there only what was said changes."""

    sampling: Sampling

    def __call__(self, have: Reading | None, done: Done) -> State:
        given = {
            "FixedRate": self.sampling.rate,
            "ReservoirSize": self.sampling.reservoir,
            "Priority": self.sampling.priority,
        }
        known = {field: value for field, value in given.items() if value is not None}
        if have is not None:
            return {**self.sampling.matches, **known}
        new = {"FixedRate": RATE, "ReservoirSize": RESERVOIR, "Priority": PRIORITY}
        return {**self.sampling.matches, **new, **known}
