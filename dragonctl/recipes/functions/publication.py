"""Versions and aliases: what a change to ``$LATEST`` alone does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.errors import DragonError
from dragonctl.resources.lambda_alias import VERSION, Alias
from dragonctl.resources.lambda_version import NewestVersion, publishable

PENDING = "(the version that is published)"


def publication(function: str, aliases: tuple[str, ...], source: str) -> Iterator[Step]:
    """Publish ``$LATEST`` as it stands after the step ``source`` (an identifier); move aliases."""
    version = NewestVersion(function)
    yield Step(
        f"Version of function {function}",
        version,
        _Published(source),
        after=(source,),
        undo="keep: a published version may be in use, and costs nothing",
    )
    for alias in aliases:
        yield Step(
            f"Alias {alias} of function {function}",
            Alias(function, alias),
            _Moved(version.identifier),
            after=(version.identifier, source),
        )


@dataclass(frozen=True)
class _Published:
    """The newest version is to hold what ``$LATEST`` holds."""

    source: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        latest = done.get(self.source)
        if latest is None:
            return {}
        state = publishable(latest.facts.get("raw") or {})
        return {key: latest.state.get(key, value) for key, value in state.items()}


@dataclass(frozen=True)
class _Moved:
    """The alias is to stand for the newest version."""

    version: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        raw = have.facts["raw"] if have else {}
        if (raw.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            raise DragonError(
                f"The alias {raw['Name']} splits its traffic between two versions.",
                "End that deployment first: a move now would mix a third version in.",
                code="SplitTraffic",
            )
        return {VERSION: _number(done.get(self.version))}


def _number(newest: Reading | None) -> str:
    """The version's number; in a plan it may be known only once it is published."""
    raw = newest.facts.get("raw") if newest else None
    known = newest is not None and raw and publishable(raw) == newest.state
    return str(raw["Version"]) if known and raw else PENDING
