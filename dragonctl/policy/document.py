"""Many grants as one short IAM policy document."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from dragonctl.aws.iam_documents import matches
from dragonctl.policy.grants import Grant

LONGEST = 6144
"""The characters of a managed policy, at most; IAM does not count white space."""

Condition = tuple[str, str, str] | None


def document(grants: Iterable[Grant]) -> dict[str, Any]:
    """The policy that allows just these, the actions on the same things in one statement."""
    values: dict[tuple[str, str, str | None, str | None], set[str]] = defaultdict(set)
    for grant in grants:
        operator, key, value = grant.condition or (None, None, "")
        values[grant.action, grant.resource, operator, key].add(value)
    resources: dict[tuple[str, Any], set[str]] = defaultdict(set)
    for (action, resource, operator, key), condition_values in values.items():
        condition = (operator, key, tuple(sorted(condition_values))) if operator else None
        resources[action, condition].add(resource)
    resources = {what: _widest(found) for what, found in resources.items()}
    actions: dict[tuple[tuple[str, ...], Any], list[str]] = defaultdict(list)
    for (action, condition), found in resources.items():
        actions[tuple(sorted(found)), condition].append(action)
    statements = [
        _statement(sorted(names), found, condition)
        for (found, condition), names in sorted(
            actions.items(), key=lambda item: (sorted(item[1]), item[0][0])
        )
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def characters(document: dict[str, Any]) -> int:
    """The length that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))


def _widest(resources: set[str]) -> set[str]:
    """Without those that another one's wildcards cover: a thing that AWS has yet to name is any."""
    return {
        resource
        for resource in resources
        if not any(matches(other, resource) for other in resources if other != resource)
    }


def _statement(actions: list[str], resources: tuple[str, ...], condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": _short(actions),
        "Resource": "*" if "*" in resources else _short(list(resources)),
    }
    if condition:
        operator, key, values = condition
        statement["Condition"] = {operator: {key: _short(list(values))}}
    return statement


def _short(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
