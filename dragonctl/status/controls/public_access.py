"""Whether a function's own policy lets everybody in: by Security Hub's rule, and by prowler's.

Security Hub's (Lambda.1): a principal ``*`` is public unless a condition with fixed values limits
it; one with wildcards or variables does not count. Amazon S3 is let in only for accounts that
``AWS:SourceAccount``, or a like condition, names. prowler takes a principal ``*`` without any
condition for public; of conditions it knows many, which are not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragonctl.aws.iam_documents import is_conditional, listed, statements

POLICY = "Policy"
"""Where :mod:`dragonctl.status.controls.evidence` puts GetPolicy's document; None: no policy."""

_S3 = "s3.amazonaws.com"
_SOURCE_ACCOUNT = "aws:sourceaccount"
_NOT_FIXED = ("*", "?", "${")

Statement = Mapping[str, Any]


def prohibits_public_access(shown: Mapping[str, Any]) -> bool | None:
    """Lambda.1. None: the policy is not known, or what a condition means is not."""
    verdicts = [_is_closed(one) for one in _allowing(shown)] if POLICY in shown else [None]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def prohibits_unconditional_access(shown: Mapping[str, Any]) -> bool | None:
    """Prowler's check, which says nothing of a function without a policy."""
    if not shown.get(POLICY):
        return None
    public = [one for one in _allowing(shown) if _is_everybody(one)]
    if not all(map(is_conditional, public)):
        return False
    return None if public else True


def _allowing(shown: Mapping[str, Any]) -> list[Statement]:
    return [one for one in statements(shown[POLICY] or {}) if one.get("Effect") == "Allow"]


def _is_closed(statement: Statement) -> bool | None:
    fixed = {key for key, values in _conditions(statement) if _are_fixed(values)}
    if _S3 in _principals(statement, "Service"):
        return True if _SOURCE_ACCOUNT in fixed else (None if fixed else False)
    if not _is_everybody(statement):
        return True
    return None if fixed else False  # which conditions limit enough, the page does not list


def _is_everybody(statement: Statement) -> bool:
    principal = statement.get("Principal")
    return principal in ("", "*") or any(one in ("", "*") for one in _principals(statement, "AWS"))


def _principals(statement: Statement, kind: str) -> list[str]:
    principal = statement.get("Principal")
    return listed(principal.get(kind)) if isinstance(principal, Mapping) else []


def _conditions(statement: Statement) -> Iterable[tuple[str, Any]]:
    for pairs in (statement.get("Condition") or {}).values():
        yield from ((key.lower(), values) for key, values in pairs.items())


def _are_fixed(values: Any) -> bool:
    fixed = listed(values)
    return bool(fixed) and not any(mark in str(one) for one in fixed for mark in _NOT_FIXED)
