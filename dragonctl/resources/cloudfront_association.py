"""A Lambda function's version on one event of one behaviour of a CloudFront distribution."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State

FUNCTION = "LambdaFunctionARN"
DEFAULT = "*"
"""The path pattern that stands for the default behaviour, as CloudFront's console writes it."""


@dataclass(frozen=True)
class Association(Resource):
    """What runs at an event (``viewer-request``, …) of a distribution's behaviour.

    State: ``LambdaFunctionARN``, None where nothing runs. Facts: ``etag``, ``config``, ``status``.
    The rest of the distribution's configuration is sent back as it was read.
    """

    kind: ClassVar[str] = "cloudfront-association"
    table: ClassVar[Table] = (Field(FUNCTION, "function"),)
    secrets: ClassVar[tuple[str, ...]] = ("HeaderValue",)
    """Of the headers that the distribution adds for its origin."""
    distribution: str
    path: str
    event: str

    def read(self, aws: Reader) -> Reading | None:
        """GetDistribution; None when there is no such distribution or behaviour."""
        answer = aws.get(
            "cloudfront", "GetDistribution", absent=("NoSuchDistribution",), Id=self.distribution
        )
        return self._reading(answer) if answer else None

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """UpdateDistribution with If-Match: CloudFront refuses what somebody changed meanwhile."""
        if have is None or want is None or have.state[FUNCTION] == want.get(FUNCTION):
            return
        config = copy.deepcopy(have.facts["config"])
        behavior = find_behavior(config, self.path)
        if behavior is not None:
            behavior["LambdaFunctionAssociations"] = self._associations(behavior, want[FUNCTION])
        params = {
            "Id": self.distribution,
            "IfMatch": have.facts["etag"],
            "DistributionConfig": config,
        }
        yield Call(
            "cloudfront",
            "UpdateDistribution",
            params,
            repeat="read-first",
        )

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateDistribution answers with the distribution and its new ETag."""
        return self._reading(answer)

    def settled(self, reading: Reading) -> str | None:
        """A change takes some minutes to reach every edge location."""
        if reading.facts["status"] != "Deployed":
            return "CloudFront is taking it to its edge locations"
        return None

    def expected_seconds(self, reading: Reading) -> float | None:
        """About five minutes (Amazon CloudFront developer guide, "Update a distribution")."""
        return 300.0

    def _reading(self, answer: Mapping[str, Any]) -> Reading | None:
        about = answer["Distribution"]
        config = about["DistributionConfig"]
        behavior = find_behavior(config, self.path)
        if behavior is None:
            return None
        mine = [one for one in associations(behavior) if one["EventType"] == self.event]
        state = {FUNCTION: mine[0][FUNCTION] if mine else None}
        facts = {"etag": answer["ETag"], "config": config, "status": about["Status"]}
        return Reading(state, facts)

    def _associations(self, behavior: Mapping[str, Any], function: str | None) -> dict[str, Any]:
        """The other events' associations as they are and where they are, and ours."""
        before = associations(behavior)
        if function and self.event not in [one["EventType"] for one in before]:
            before.append({"EventType": self.event, "IncludeBody": False})
        mine = {FUNCTION: function}
        items = [
            {**one, **mine} if one["EventType"] == self.event else one
            for one in before
            if function or one["EventType"] != self.event
        ]
        return {"Quantity": len(items), "Items": items} if items else {"Quantity": 0}


def find_behavior(config: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """The behaviour of a path pattern; ``*`` is the default one, unless a pattern is so called.

    CloudFront takes a pattern with and without the slash in front for the same (CloudFront
    developer guide, "Path pattern").
    """
    for behavior in (config.get("CacheBehaviors") or {}).get("Items") or ():
        if behavior["PathPattern"].removeprefix("/") == path.removeprefix("/"):
            return dict_of(behavior)
    return dict_of(config["DefaultCacheBehavior"]) if path == DEFAULT else None


def patterns(config: Mapping[str, Any]) -> list[str]:
    """The path patterns of a distribution, the default one last."""
    items = (config.get("CacheBehaviors") or {}).get("Items") or ()
    return [*(item["PathPattern"] for item in items), DEFAULT]


def associations(behavior: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A behaviour's Lambda associations."""
    return list((behavior.get("LambdaFunctionAssociations") or {}).get("Items") or ())


def dict_of(behavior: Any) -> dict[str, Any]:
    """The behaviour itself, not a copy: it is changed in place."""
    assert isinstance(behavior, dict)
    return behavior
