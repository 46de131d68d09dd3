"""Which traces and which nodes of the map are an application's own.

X-Ray names a part by its name alone, and another API, in this account or another, may bear the
same. Sources: X-Ray API reference (``TraceSummary`` carries ``ResourceARNs``, and ``ServiceIds``
with the account of each; ``GetServiceGraph``'s services bear the account and no ARN).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.telemetry.traces.summaries import ServiceId, Summary

_STAGE = re.compile(r"arn:[^:]+:apigateway:[^:]*:[^:]*:/restapis/([^/]+)/stages/(.+)")
_NAMED = re.compile(r"arn:[^:]+:(?:lambda|states):[^:]*:[^:]*:(?:function|stateMachine):([^:]+)")
_HOST = re.compile(r"https?://([a-z0-9]+)(?:-vpce-[a-z0-9]+)?\.execute-api\.")


@dataclass(frozen=True)
class Parts:
    """What X-Ray calls an application's parts, and what tells them from others of their names.

    ``names``: ``<api>/<stage>``, functions, state machines. ``arns`` are the same parts' ARNs,
    without a qualifier. ``apis`` are the ids of its APIs, and ``shared`` maps a stage's name
    (``<api>/<stage>``) to the ids of other APIs of the account that are called alike. ``made`` maps
    a stage's name to when its API was made, in seconds since the epoch: what bears that name
    earlier is of an API that was deleted since.
    """

    names: frozenset[str]
    account: str
    arns: frozenset[str] = frozenset()
    apis: frozenset[str] = frozenset()
    shared: tuple[tuple[str, tuple[str, ...]], ...] = ()
    made: tuple[tuple[str, float], ...] = ()

    def not_yet_made(self, time: float) -> frozenset[str]:
        """The names of its stages that were no part of it yet at a time (seconds)."""
        return frozenset(name for name, made in self.made if time < made)

    def takes(self, name: str, account: str) -> bool:
        """Whether a part of this name in this account ("": not told) is one of them."""
        return name in self.names and account in ("", self.account)

    def took_part_in(self, summary: Summary) -> bool:
        """Whether one of the parts has a segment in a trace; so too where it names no part."""
        if not summary.service_ids:
            return True
        own_arns = self.arns.intersection(map(_unqualified, summary.resource_arns))
        if not any(map(_STAGE.fullmatch, own_arns)) and self._is_of_a_deleted_api(summary):
            return False
        if own_arns:
            return True
        own = (part for part in summary.service_ids if self.takes(part.name, part.account))
        return any(not self._is_anothers(part, summary) for part in own)

    def _is_of_a_deleted_api(self, summary: Summary) -> bool:
        """Whether a trace passed a stage of a name of ours before our API was made.

        Its functions may bear our functions' ARNs: those hold no more than their names.
        """
        before = self.not_yet_made(summary.start)
        return any(self.takes(p.name, p.account) and p.name in before for p in summary.service_ids)

    def _is_anothers(self, part: ServiceId, summary: Summary) -> bool:
        """Whether the trace shows that a part of a name of ours is somebody else's."""
        if "/" not in part.name:
            return part.name in _named(summary.resource_arns)
        stage = part.name.rpartition("/")[2]
        alike = [other for other in summary.service_ids if _is_stage(other, stage)]
        foreign = [arn for arn in summary.resource_arns if _is_stage_arn(arn, stage)]
        return len(foreign) >= max(len(alike), 1) or self._is_called_elsewhere(summary)

    def _is_called_elsewhere(self, summary: Summary) -> bool:
        """Whether the address that was called names another API; a domain name tells nothing."""
        host = _HOST.match(summary.url)
        names_a_stage = any(map(_STAGE.fullmatch, summary.resource_arns))
        return bool(host and not names_a_stage and self.apis and host[1] not in self.apis)


def parts_of(app: App, apis: Iterable[dict[str, Any]] = ()) -> Parts:
    """The parts of an application; ``apis`` are GetRestApis' items of its account and region."""
    place = f"arn:{app.partition}:apigateway:{app.region}::"
    stages = [f"{place}/restapis/{api.id}/stages/{stage}" for api, stage, _ in app.stages]
    functions = (function.arn for function in app.functions)
    machines = (machine.arn for machine in app.machines)
    own = frozenset(api.id for api in app.apis)
    others = [api for api in apis if api["id"] not in own]
    shared = {
        f"{api.name}/{stage}": tuple(str(o["id"]) for o in others if o.get("name") == api.name)
        for api, stage, _ in app.stages
    }
    return Parts(
        frozenset(app.trace_names),
        app.account,
        frozenset([*stages, *map(_unqualified, functions), *machines]),
        own,
        tuple((name, ids) for name, ids in shared.items() if ids),
        tuple(_made(app).items()),
    )


def _made(app: App) -> dict[str, float]:
    """When each stage's API was made; of several of one name, when the first was."""
    found: dict[str, float] = {}
    for api, stage, _ in app.stages:
        name = f"{api.name}/{stage}"
        found[name] = min(api.made_ms / 1000, found.get(name, math.inf))
    return found


def _unqualified(arn: str) -> str:
    """A function's ARN without the alias or version that was called; others as they are."""
    pieces = arn.split(":")
    return ":".join(pieces[:7]) if pieces[2:3] == ["lambda"] else arn


def _named(arns: Iterable[str]) -> Iterator[str]:
    return (found[1] for arn in arns if (found := _NAMED.match(arn)))


def _is_stage(part: ServiceId, stage: str) -> bool:
    return "ApiGateway" in part.type and part.name.rpartition("/")[2] == stage


def _is_stage_arn(arn: str, stage: str) -> bool:
    found = _STAGE.fullmatch(arn)
    return bool(found and found[2] == stage)
