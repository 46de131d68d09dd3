"""What stays out of the journal: secrets, of which only a short digest is kept.

What is a secret is said once, by the kind of thing that knows the field
(:attr:`dragonctl.engine.model.Resource.secrets`), for its states and its calls alike. Names are no
sign of it: a policy's condition ``secretsmanager:VersionStage`` holds none, and must be put back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dragonctl.engine.model import Call, Change, Resource, State

_DIGEST = re.compile(r"\(masked, sha256 [0-9a-f]{12}\)")
# Lambda's own model calls the values of a function's variables sensitive, whoever sends them.
_ALWAYS_SECRET = ("Environment",)
_TAG, _OUR_TAG = "tags/", "tags/dragonctl:"


def masked_state(resource: Resource, state: State | None) -> State | None:
    """A state as the journal keeps it."""
    if state is None:
        return None
    return {field: _masked_field(resource, field, value) for field, value in state.items()}


def masked_change(resource: Resource, change: Change) -> dict[str, Any]:
    """A change as the journal keeps it."""
    before, after = (
        _masked_field(resource, change.field, value) for value in (change.before, change.after)
    )
    return {**asdict(change), "before": before, "after": after}


def masked_params(resource: Resource, call: Call) -> Any:
    """A call's parameters as the journal keeps them: members are fields, at any depth."""
    return _masked(call.params, resource)


def is_masked(value: Any) -> bool:
    """Whether a value of the journal is a digest, or holds one: then it cannot be put back."""
    if isinstance(value, Mapping):
        return any(map(is_masked, value.values()))
    if isinstance(value, list):
        return any(map(is_masked, value))
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def is_same(value: Any, kept: Any) -> bool:
    """Whether a value is the one that the journal keeps, as far as digests can tell."""
    if isinstance(value, Mapping) and isinstance(kept, Mapping):
        return value.keys() == kept.keys() and all(is_same(value[key], kept[key]) for key in kept)
    if isinstance(value, list | tuple) and isinstance(kept, list):
        return len(value) == len(kept) and all(map(is_same, value, kept))
    return bool(value == kept) or (is_masked(kept) and digest(value) == kept)


def unmasked(kept: Any, now: Any) -> Any:
    """The value that the journal keeps, its digests replaced by what stands in their place now.

    Where something else stands there now, the digest stays.
    """
    if isinstance(kept, Mapping):
        there = now if isinstance(now, Mapping) else {}
        return {key: unmasked(value, there.get(key)) for key, value in kept.items()}
    if isinstance(kept, list):
        beside = now if isinstance(now, list) and len(now) == len(kept) else [None] * len(kept)
        return list(map(unmasked, kept, beside))
    return now if is_masked(kept) and digest(now) == kept else kept


def digest(value: Any) -> str:
    """What the journal keeps of a secret: it still tells equal from not."""
    raw = (
        value
        if isinstance(value, bytes)
        else json.dumps(value, sort_keys=True, default=str).encode()
    )
    return f"(masked, sha256 {hashlib.sha256(raw).hexdigest()[:12]})"


def _masked_field(resource: Resource, field: str, value: Any) -> Any:
    return digest(value) if value is not None and _is_secret(resource, field) else _masked(value)


def _is_secret(resource: Resource, field: str) -> bool:
    """What other people write into a tag may be anything."""
    if field in _ALWAYS_SECRET or (field.startswith(_TAG) and not field.startswith(_OUR_TAG)):
        return True
    return any(
        field == secret or (secret.endswith("/") and f"{field}/".startswith(secret))
        for secret in resource.secrets
    )


def _masked(value: Any, resource: Resource | None = None) -> Any:
    """The same JSON; bytes, and what stands under a field secret to the resource, as digests."""
    if isinstance(value, Mapping):
        return {
            key: digest(item)
            if resource and item is not None and _is_secret(resource, key)
            else _masked(item, resource)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(item, resource) for item in value]
    return digest(value) if isinstance(value, bytes) else value
