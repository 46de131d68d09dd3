"""Whose doing it is how a thing stands, where two runs write to it at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dragonctl.engine.model import Call, Change, Reading, Resource, State, differences


def made(
    resource: Resource, origin: Reading | None, now: Reading | None, want: State | None
) -> tuple[Change, ...]:
    """What a step changed: the declared fields, from how they stood to how they stand."""
    state = now.state if now else {}
    return tuple(
        replace(change, after=state.get(change.field))
        for change in differences(resource, origin, want)
        if state.get(change.field) != change.before
    )


def origin_of(
    resource: Resource,
    origin: Reading | None,
    now: Reading | None,
    want: State | None,
    taken: Sequence[Call],
) -> Reading | None:
    """How a thing stood without this step, whose calls AWS has ``taken``, others' doing included.

    ``origin`` is how it stood before the first of them. A field for which no call of ours was taken
    stands as others have put it.
    """
    if not taken:
        return now
    if origin is None or now is None or want is None:
        return origin
    planned = list(resource.calls(origin, want))

    def is_ours(field: str) -> bool:
        return any(
            call in taken
            # A call of several fields is none of these: it is known by its operation.
            or (call not in planned and call.operation in {one.operation for one in taken})
            for call in resource.calls(origin, {field: want[field]})
        )

    fields = [change.field for change in differences(resource, origin, want)]
    others = {field: now.state.get(field) for field in fields if not is_ours(field)}
    return replace(origin, state={**origin.state, **others})
