"""Policy documents in a few words: what one grants, and what an update of it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.aws.iam_documents import listed, says, services, statements, unnamed

Statement = Mapping[str, Any]


def is_document(value: Any) -> bool:
    """Whether a field's value is a policy document."""
    return isinstance(value, Mapping) and "Statement" in value


def summary(document: Mapping[str, Any]) -> str:
    """What a document grants, or whom it trusts; its resources are left to its JSON."""
    found = list(statements(document))
    if any("Principal" in one for one in found):
        trusted = (str(service) for one in found for service in services(one))
        return f"trusts {', '.join(trusted) or 'others'}"
    allowed = (str(action) for one in found for action in listed(one.get("Action")))
    return f"allows {', '.join(allowed)}"


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The statements that an update takes away (``-``) and adds (``+``), whatever their ids."""
    old, new = ([*map(unnamed, statements(one))] for one in (before, after))
    yield from (f"- {_words(one)}" for one in old if not says(new, one))
    yield from (f"+ {_words(one)}" for one in new if not says(old, one))


def _words(statement: Statement) -> str:
    granted = _granted(statement)
    conditions = _mapping(statement, "Condition")
    where = [
        f"{key} {operator} {_names(conditions[operator], key)}"
        for operator in conditions
        for key in _mapping(conditions, operator)
    ]
    return f"{granted} where {' and '.join(where)}" if where else granted


def _granted(statement: Statement) -> str:
    denies = statement.get("Effect") == "Deny"
    if "Principal" in statement:
        who = ", ".join(map(str, services(statement))) or json.dumps(statement["Principal"])
        return f"{'distrusts' if denies else 'trusts'} {who}"
    actions = _names(statement, "Action") or _rest(statement, "NotAction")
    resources = _names(statement, "Resource") or _rest(statement, "NotResource")
    return f"{'denies' if denies else 'allows'} {actions} on {resources}"


def _rest(statement: Statement, field: str) -> str:
    return f"all but {_names(statement, field)}"


def _mapping(holder: Statement, field: str) -> Mapping[str, Any]:
    """What is there, or nothing where it is no mapping: AWS takes documents with odd parts."""
    value = holder.get(field)
    return value if isinstance(value, Mapping) else {}


def _names(holder: Mapping[str, Any], field: str) -> str:
    return ", ".join(map(str, listed(holder.get(field))))
