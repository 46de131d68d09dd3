"""Policy documents in a few words: what one grants, and what an update of it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl import iam_documents
from dragonctl.iam_documents import unnamed
from dragonctl.resources.iam_role import says

Statement = Mapping[str, Any]


def is_document(value: Any) -> bool:
    """Whether a field's value is a policy document."""
    return isinstance(value, Mapping) and "Statement" in value


def summary(document: Mapping[str, Any]) -> str:
    """What a document grants, or whom it trusts; its resources are left to its JSON."""
    listed = list(iam_documents.statements(document))
    services = [service for one in listed for service in _services(one)]
    if any("Principal" in one for one in listed):
        return f"trusts {', '.join(services) or 'others'}"
    return f"allows {', '.join(action for one in listed for action in _listed(one, 'Action'))}"


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The statements that an update takes away (``-``) and adds (``+``), whatever their ids."""
    old, new = ([*map(unnamed, iam_documents.statements(one))] for one in (before, after))
    yield from (f"- {_words(one)}" for one in old if not says(new, one))
    yield from (f"+ {_words(one)}" for one in new if not says(old, one))


def _words(statement: Statement) -> str:
    granted = _granted(statement)
    conditions = _mapping(statement, "Condition")
    where = [
        f"{key} {operator} {', '.join(_listed(conditions[operator], key))}"
        for operator in conditions
        for key in _mapping(conditions, operator)
    ]
    return f"{granted} where {' and '.join(where)}" if where else granted


def _granted(statement: Statement) -> str:
    denies = statement.get("Effect") == "Deny"
    if "Principal" in statement:
        who = ", ".join(_services(statement)) or json.dumps(statement["Principal"])
        return f"{'distrusts' if denies else 'trusts'} {who}"
    actions = ", ".join(_listed(statement, "Action")) or _rest(statement, "NotAction")
    resources = ", ".join(_listed(statement, "Resource")) or _rest(statement, "NotResource")
    return f"{'denies' if denies else 'allows'} {actions} on {resources}"


def _rest(statement: Statement, field: str) -> str:
    return f"all but {', '.join(_listed(statement, field))}"


def _services(statement: Statement) -> list[str]:
    return _listed(_mapping(statement, "Principal"), "Service")


def _mapping(holder: Statement, field: str) -> Mapping[str, Any]:
    """What is there, or nothing where it is no mapping: AWS takes documents with odd parts."""
    value = holder.get(field)
    return value if isinstance(value, Mapping) else {}


def _listed(holder: Mapping[str, Any], field: str) -> list[str]:
    value = holder.get(field)
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
