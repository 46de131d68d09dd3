"""An X-Ray sampling rule: which share of the requests that match it is traced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State

DEFAULT = "Default"
"""The rule that matches what no other does; only its rate and reservoir can be changed."""

FIELDS = {
    "Priority": "priority",
    "FixedRate": "rate",
    "ReservoirSize": "reservoir",
    "ServiceName": "service",
    "ServiceType": "type of service",
    "Host": "host",
    "HTTPMethod": "method",
    "URLPath": "path",
    "ResourceARN": "resource",
}
"""The fields of a rule, as X-Ray and as people call them."""
_MATCHES = tuple(FIELDS)[3:]
"""The patterns that say which requests a rule is for."""


@dataclass(frozen=True)
class SamplingRule(Resource):
    """A rule, by name. State: the fields of X-Ray's SamplingRule.

    ``FixedRate`` is a share from 0 to 1, ``ReservoirSize`` a number of requests a second.
    """

    kind: ClassVar[str] = "xray-sampling-rule"
    table: ClassVar[Table] = tuple(Field(name, word) for name, word in FIELDS.items())
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetSamplingRules: one call for all rules."""
        found = (rule for rule in read_rules(aws) if rule["RuleName"] == self.name)
        rule = next(found, None)
        return None if rule is None else Reading({field: rule.get(field) for field in FIELDS})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateSamplingRule, UpdateSamplingRule or DeleteSamplingRule."""
        if want is None:
            yield Call("xray", "DeleteSamplingRule", {"RuleName": self.name})
        elif have is None:
            rule = {**dict.fromkeys(_MATCHES, "*"), **want, "RuleName": self.name, "Version": 1}
            yield Call("xray", "CreateSamplingRule", {"SamplingRule": rule})
        else:
            update = {"RuleName": self.name, **self.differing(have, want)}
            yield Call("xray", "UpdateSamplingRule", {"SamplingRuleUpdate": update})


def read_rules(aws: Reader) -> list[dict[str, Any]]:
    """Every rule of the account and region, in the order in which X-Ray tries them."""
    records = aws.pages("xray", "GetSamplingRules", "SamplingRuleRecords") or []
    rules = [record["SamplingRule"] for record in records]
    return sorted(rules, key=lambda rule: (rule.get("Priority", 0), rule["RuleName"]))
