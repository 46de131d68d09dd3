"""What IAM policy documents say, read without asking AWS.

Pure: documents in, yes or no out. Follows the IAM user guide's policy evaluation for one
account: an explicit ``Deny`` wins, then some ``Allow`` is needed, and a permissions boundary
must allow as well. Actions match without regard to case, resources with it; ``*`` stands for
any run of characters and ``?`` for one.

Conditions cannot be judged without the request: an ``Allow`` under a condition counts as not
given and a ``Deny`` under one as not in force, so neither alone makes a claim that AWS could
contradict at once. What a caller needs to know of the conditions it can ask with
:func:`is_conditional`. Where the request is known (:func:`admits`), they are judged by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from dragonctl.aws.answers import loads

_PATTERN_OPERATORS = ("ArnLike", "ArnEquals", "StringLike")

Document = Mapping[str, Any] | str
"""A policy document: as JSON text (URL-encoded too, as IAM's query API sends it) or decoded."""


def decoded(document: Document) -> Mapping[str, Any]:
    """The document as a mapping; what is not a JSON object reads as an empty document."""
    if isinstance(document, str):
        text = document if document.lstrip().startswith("{") else unquote(document)
        try:
            document = loads(text)
        except ValueError:
            return {}
    return document if isinstance(document, Mapping) else {}


def statements(document: Document) -> Iterator[Mapping[str, Any]]:
    """Its statements: IAM takes a single one without its list."""
    yield from (one for one in listed(decoded(document).get("Statement")) if isinstance(one, dict))


def listed(value: Any) -> list[Any]:
    """What a field of a statement holds: IAM takes a single value without its list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def services(statement: Mapping[str, Any]) -> list[Any]:
    """The services that a statement of a trust policy names."""
    principal = statement.get("Principal")
    return listed(principal.get("Service")) if isinstance(principal, Mapping) else []


def unnamed(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement without its ``Sid``, which tells it from others and grants nothing."""
    return {key: value for key, value in statement.items() if key != "Sid"}


def same_document(one: Any, other: Any) -> bool:
    """Whether two policy documents say the same, whatever the order of statements and lists."""
    return bool(_ordered(one) == _ordered(other))


def says(statements: Iterable[Any], statement: Any) -> bool:
    """Whether one of the statements is this one, whatever the order of its lists."""
    return any(same_document(one, statement) for one in statements)


def allows(
    documents: Iterable[Document],
    action: str,
    resource: str = "*",
    boundary: Document | None = None,
) -> bool:
    """Whether a principal with these identity policies may do ``action`` on ``resource``.

    ``resource`` is an ARN; ``*`` asks for the right on *every* resource, which only a grant on
    ``*`` gives. ``boundary`` is the role's permissions boundary.
    """
    found = [one for document in documents for one in statements(document)]
    if boundary is not None and not allows([boundary], action, resource):
        return False
    if any(_applies(one, "Deny", action, resource) for one in found):
        return False
    return any(_applies(one, "Allow", action, resource) for one in found)


def trusts(document: Document, service: str) -> bool:
    """Whether a trust policy lets ``service`` (``lambda.amazonaws.com``) assume the role."""
    found = [one for one in statements(document) if _is_assumption_by(one, service)]
    denied = any(one.get("Effect") == "Deny" and not is_conditional(one) for one in found)
    return not denied and any(one.get("Effect") == "Allow" for one in found)


def admits(
    document: Document,
    service: str,
    action: str,
    resource: str | None,
    context: Mapping[str, str] | None,
) -> bool:
    """Whether a resource's own policy lets an AWS service do ``action`` on it.

    ``resource`` None: whatever the policy names. ``context`` is what the service sends along, by
    condition key in small letters; a condition on anything else counts as not met. None: whether
    it may under some conditions.
    """
    effects = {
        one.get("Effect")
        for one in statements(document)
        if _names(one, service)
        and _covers(one, "Action", action, exact_case=False)
        and (resource is None or _covers(one, "Resource", resource, exact_case=True))
        and _is_in_force(one, context)
    }
    return "Allow" in effects and "Deny" not in effects


def is_conditional(statement: Mapping[str, Any]) -> bool:
    """Whether a statement holds only under conditions of the request."""
    return bool(statement.get("Condition"))


def matches(pattern: str, value: str, *, exact_case: bool = True) -> bool:
    """Whether IAM's ``*`` and ``?`` pattern covers the whole value."""
    return _compiled(pattern, exact_case).fullmatch(value) is not None


def _applies(statement: Mapping[str, Any], effect: str, action: str, resource: str) -> bool:
    return (
        statement.get("Effect") == effect
        and not is_conditional(statement)
        and _covers(statement, "Action", action, exact_case=False)
        and _covers(statement, "Resource", resource, exact_case=True)
    )


def _names(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a resource's policy means the service: by its name, or as one of all callers."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return bool({service, "*"} & {*services(statement), *listed(principal.get("AWS"))})
    return "*" in listed(principal)


def _is_in_force(statement: Mapping[str, Any], context: Mapping[str, str] | None) -> bool:
    """Whether every condition holds; those of a request that is not known help nobody's Deny."""
    if context is None:
        return statement.get("Effect") == "Allow" or not is_conditional(statement)
    return all(
        _holds(operator, listed(values), context.get(key.lower()))
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )


def _holds(operator: str, values: Iterable[Any], actual: str | None) -> bool:
    if actual is None:
        return False
    if operator in _PATTERN_OPERATORS:
        return any(matches(str(value), actual) for value in values)
    return operator == "StringEquals" and actual in values


def _covers(statement: Mapping[str, Any], element: str, value: str, *, exact_case: bool) -> bool:
    """Whether ``Action`` or ``NotAction`` (``Resource``, ``NotResource``) takes the value in."""
    if element in statement:
        return _any_matches(statement[element], value, exact_case=exact_case)
    excluded = statement.get(f"Not{element}")
    return excluded is not None and not _any_matches(excluded, value, exact_case=exact_case)


def _any_matches(patterns: Any, value: str, *, exact_case: bool) -> bool:
    return any(matches(str(pattern), value, exact_case=exact_case) for pattern in listed(patterns))


def _is_assumption_by(statement: Mapping[str, Any], service: str) -> bool:
    """A trusted service is named outright: a bare ``*`` or an AWS principal is not one."""
    return service in services(statement) and _covers(
        statement, "Action", "sts:AssumeRole", exact_case=False
    )


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted(
            (_ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True)
        )
        return items[0] if len(items) == 1 else items
    return value


@lru_cache(maxsize=4096)
def _compiled(pattern: str, exact_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (0 if exact_case else re.IGNORECASE))
