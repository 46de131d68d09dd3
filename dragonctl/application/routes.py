"""Where a qualifier sends its traffic: every version that gets any of it, read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dragonctl.application.nouns import LATEST, Route, Routes
from dragonctl.engine.model import Reader
from dragonctl.resources import lambda_alias, states_alias
from dragonctl.resources.lambda_function import read_configuration
from dragonctl.resources.states_machine_fields import read_machine

Allowed = Callable[..., Any]
"""``allowed(read, *arguments)``: what it reads; nothing, and an error noted, where AWS refuses."""


def function_routes(aws: Reader, allowed: Allowed, function: str, qualifier: str | None) -> Routes:
    """The versions behind a function's qualifier; none where there is no such qualifier.

    Of an alias, GetFunctionConfiguration shows its own version alone; GetAlias tells of others.
    Where we may not ask that, its own is all that is known.
    """
    if qualifier is None or qualifier.isdigit():
        raw = read_configuration(aws, function, qualifier)
        return (Route(qualifier or LATEST, 1.0, raw),) if raw else ()
    raw, alias = aws.concurrently(
        partial(read_configuration, aws, function, qualifier),
        partial(allowed, _alias, aws, f"{function}:{qualifier}"),
    )
    if raw is None or alias is None:
        return ()
    own = str(raw.get("Version") or LATEST)
    shares = lambda_alias.shares(alias) if alias else {own: 1.0}
    others = [version for version in shares if version != own]
    answers = aws.concurrently(
        *(partial(read_configuration, aws, function, other) for other in others)
    )
    known = {own: raw, **dict(zip(others, answers, strict=True))}
    return tuple(Route(one, share, known[one]) for one, share in shares.items() if known[one])


def _alias(aws: Reader, named: str) -> dict[str, Any] | None:
    function, _, alias = named.rpartition(":")
    return lambda_alias.read_alias(aws, function, alias)


def machine_routes(aws: Reader, arn: str) -> Routes:
    """The versions behind a machine's ARN with a qualifier; none where there is no such qualifier.

    DescribeStateMachine promises versions alone, so an alias is asked for its own.
    """
    shares = {arn: 1.0}
    if not arn.rpartition(":")[2].isdigit():
        alias = states_alias.read_alias(aws, arn)
        shares = states_alias.shares(alias) if alias else {}
    answers = aws.concurrently(*(partial(read_machine, aws, one) for one in shares))
    return tuple(
        Route(one.rpartition(":")[2], share, raw)
        for (one, share), raw in zip(shares.items(), answers, strict=True)
        if raw
    )
