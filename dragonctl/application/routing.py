"""Which resource of a REST API serves a path, as API Gateway routes."""

from __future__ import annotations

from collections.abc import Sequence


def closeness(template: Sequence[str], segments: Sequence[str]) -> tuple[int, ...]:
    """How closely a resource's path fits, segment by segment; empty when it does not.

    Literal segments win over ``{parameters}``, those over a greedy ``{proxy+}`` (API Gateway
    developer guide, "Set up a proxy integration with a proxy resource").
    """
    rank: list[int] = []
    for number, part in enumerate(template):
        if part.endswith("+}"):
            return (*rank, 1) if number < len(segments) else ()
        if number >= len(segments):
            return ()
        if part.startswith("{"):
            rank.append(2)
        elif part == segments[number]:
            rank.append(3)
        else:
            return ()
    return tuple(rank) if len(template) == len(segments) else ()
