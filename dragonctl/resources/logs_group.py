"""A CloudWatch log group and how long it keeps its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.listing import Listing
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State
from dragonctl.engine.refusals import not_known, told_or_nothing
from dragonctl.errors import AwsError
from dragonctl.resources.log_group_names import function_group, group_name
from dragonctl.resources.region_parts import (
    FUNCTION,
    Part,
    functions,
    http_stages,
    machines,
    stages,
)

RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""The numbers of days that PutRetentionPolicy takes."""
_EMPTY_PAGES = 50
# A prefix may name other groups too. Of up to fifty names, DescribeLogGroups shows those that are
# there (CloudWatch Logs API reference, ``logGroupIdentifiers``).
GROUPS = Listing(
    service="logs",
    operation="DescribeLogGroups",
    items="logGroups",
    name="logGroupName",
    many="logGroupIdentifiers",
    single="logGroupNamePrefix",
    most=50,
)


@dataclass(frozen=True)
class LogGroupSettings(Resource):
    """A log group, by name. State: ``name``, ``retentionInDays`` (None: never expires).

    Facts: ``arn`` (without ``:*``), ``class``, ``bytes`` stored, ``key`` (KMS), ``filters`` (how
    many metric filters read it), ``guards`` (what else others have set on it, in words).
    """

    kind: ClassVar[str] = "logs-group"
    listing: ClassVar[Listing | None] = GROUPS
    # DescribeLogGroups is eventually consistent, without a bound: AWS's own tests of its agent ask
    # six times, 15 s apart, for a new group (amazon-cloudwatch-agent-test, pull request 755).
    shown_within: ClassVar[float] = 90.0
    table: ClassVar[Table] = (
        Field("name", "name", plain=True),
        Field("retentionInDays", "retention", unit="days"),
    )
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeLogGroups."""
        group = aws.listed(GROUPS, self.name)
        if group is None:
            return None
        state = {"name": self.name, "retentionInDays": group.get("retentionInDays")}
        facts = {
            "arn": (group.get("logGroupArn") or group["arn"]).removesuffix(":*"),
            "class": group.get("logGroupClass", "STANDARD"),
            "bytes": group.get("storedBytes", 0),
            "key": group.get("kmsKeyId"),
            "filters": group.get("metricFilterCount", 0),
            "guards": list(_guards(group)),
            "made": group.get("creationTime"),
        }
        return Reading(state, facts)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateLogGroup, PutRetentionPolicy, DeleteRetentionPolicy, DeleteLogGroup."""
        name = {"logGroupName": self.name}
        if want is None:
            yield Call("logs", "DeleteLogGroup", name)
            return
        if have is None:
            yield Call("logs", "CreateLogGroup", name)
        differing = self.differing(have, want)
        if (days := differing.get("retentionInDays")) is not None:
            yield Call("logs", "PutRetentionPolicy", {**name, "retentionInDays": days})
        elif "retentionInDays" in differing:
            yield Call("logs", "DeleteRetentionPolicy", name)

    def birth(self, reading: Reading) -> str:
        """``creationTime``, in milliseconds."""
        return str(reading.facts.get("made") or "")

    def data_lost_on_delete(self, aws: Reader, have: Reading) -> str | None:
        """Log events are never deleted."""
        return "it holds log events" if have.facts["bytes"] or self._has_events(aws) else None

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """What others have set on it since, whatever reads it, and who else is to write there."""
        if want is not None:
            return None
        return _set_since(have.facts) or self._subscription(aws) or self._writer(aws, done)

    def _subscription(self, aws: Reader) -> str | None:
        """DescribeSubscriptionFilters takes one group a call; it has two filters at most."""
        ask = partial(
            aws.get,
            "logs",
            "DescribeSubscriptionFilters",
            absent=("ResourceNotFoundException",),
            logGroupName=self.name,
        )
        found = told_or_nothing(ask, None)
        if isinstance(found, AwsError):
            return not_known("what subscribes to it", found)
        names = [one["filterName"] for one in (found or {}).get("subscriptionFilters") or ()]
        return f"the subscription filter {names[0]} reads it" if names else None

    def _writer(self, aws: Reader, done: Done) -> str | None:
        """Who has chosen the group; whoever has it by default does well without it."""
        reads = (partial(read, aws, done) for read in (functions, machines, stages, http_stages))
        found = aws.concurrently(*(partial(told_or_nothing, read, []) for read in reads))
        refusals = [one for one in found if isinstance(one, AwsError)]
        parts = (part for one in found if not isinstance(one, AwsError) for part in one)
        if writer := next((part.words for part in parts if self._is_chosen_by(part)), None):
            return f"{writer} writes to it"
        return not_known("who else writes to it", refusals[0]) if refusals else None

    def _is_chosen_by(self, part: Part) -> bool:
        name = group_name(part.group) or part.group
        is_usual = part.kind == FUNCTION and (part.is_ours or name == function_group(part.name))
        return name == self.name and not is_usual

    def _has_events(self, aws: Reader) -> bool:
        """``storedBytes`` lags by hours; a stream's last event does not.

        A page without events may still be followed by another (CloudWatch Logs API reference).
        """
        params: dict[str, Any] = {"logGroupName": self.name, "limit": 1}
        absent = ("ResourceNotFoundException",)
        for _ in range(_EMPTY_PAGES):
            answer = aws.get("logs", "FilterLogEvents", absent=absent, **params) or {}
            token = answer.get("nextToken")
            if answer.get("events") or token in (None, "", params.get("nextToken")):
                return bool(answer.get("events"))
            params["nextToken"] = token
        return True  # so much to look through is not nothing


def _guards(group: Mapping[str, Any]) -> Iterator[str]:
    if group.get("dataProtectionStatus") == "ACTIVATED":
        yield "it has a data protection policy"
    if group.get("deletionProtectionEnabled"):
        yield "it is protected from deletion"


def _set_since(facts: Mapping[str, Any]) -> str | None:
    """What no run of ours sets on a group that it makes."""
    if facts["key"]:
        return f"it is encrypted with the key {facts['key']}"
    if facts["filters"]:
        return "a metric filter reads it"
    return next(iter(facts["guards"]), None)
