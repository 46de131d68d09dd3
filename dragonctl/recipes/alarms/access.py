"""Whether CloudWatch alarms get through to a topic: by its policy, and by the key that encrypts it.

Pure: documents in, a sentence out. Sources: "Example cases for Amazon SNS access control" and
"Encryption at rest" (SNS); the default policy lets everybody of the account publish, by
``AWS:SourceOwner``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragonctl.aws.iam_documents import Document, matches, statements

SERVICE = "cloudwatch.amazonaws.com"
_DECRYPTING = ("kms:Decrypt", "kms:GenerateDataKey")
_PATTERNS = ("ArnLike", "ArnEquals", "StringLike")


def may_publish(policy: Document, topic: str, account: str, alarm: str) -> bool:
    """Whether a topic's policy lets an alarm (its ARN) of an account publish.

    A condition that cannot be judged counts as not met.
    """
    context = {
        "aws:sourceaccount": account,
        "aws:sourceowner": account,
        "aws:sourcearn": alarm,
    }
    said = [one for one in statements(policy) if _concerns(one, "SNS:Publish", topic)]
    if any(one.get("Effect") == "Deny" and _holds(one, context) for one in said):
        return False
    return any(one.get("Effect") == "Allow" and _holds(one, context) for one in said)


def may_decrypt(policy: Document) -> bool:
    """Whether a key's policy lets CloudWatch use the key, whatever the conditions."""
    said = [one for one in statements(policy) if one.get("Effect") == "Allow"]
    return all(any(_concerns(one, action, "*") for one in said) for action in _DECRYPTING)


def _concerns(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        named = [*_listed(principal.get("Service")), *_listed(principal.get("AWS"))]
    else:
        named = _listed(principal)
    actions = any(
        matches(one, action, exact_case=False) for one in _listed(statement.get("Action"))
    )
    resources = _listed(statement.get("Resource", "*"))
    covered = resource == "*" or any(matches(one, resource) for one in resources)
    return bool({SERVICE, "*"} & set(named)) and actions and covered


def _holds(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """Whether every condition holds of what CloudWatch sends along."""
    return all(
        _condition(operator, _listed(values), context.get(key.lower()))
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )


def _condition(operator: str, values: Iterable[str], actual: str | None) -> bool:
    if actual is None:
        return False
    if operator in _PATTERNS:
        return any(matches(value, actual) for value in values)
    return operator == "StringEquals" and actual in values


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
