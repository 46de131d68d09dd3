"""What a function's environment variables name by an ARN. Pure; no value is ever shown.

A state machine named there is started by the function, as a rule; of a function that is named the
same cannot be said (it may be a name for a log line, or a retired one), so it is told, and left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.application.not_followed import NotFollowed, of_value
from dragonctl.application.targets import Target, Unresolved, named_in


def environment_targets(
    function: str, raw: Mapping[str, Any]
) -> Iterator[Target | NotFollowed | Unresolved]:
    """State machines to follow, and what is named and not followed, in a configuration.

    ``raw`` is GetFunctionConfiguration's answer. Variables that Lambda cannot decrypt for whoever
    asks come as ``Environment.Error`` in their place (Lambda API reference,
    ``EnvironmentResponse``).
    """
    environment = raw.get("Environment") or {}
    if error := environment.get("Error"):
        code = error.get("ErrorCode") or "Lambda gives no reason"
        yield Unresolved(
            f"What the environment of function {function} names", f"it cannot be read ({code})"
        )
    where = f"environment of {function}"
    for value in map(str, (environment.get("Variables") or {}).values()):
        yield from named_in(value, "machine")
        for target in named_in(value, "function"):
            if target.name != function:
                yield NotFollowed(f"function {target.name}", where, f"--function {target.name}")
        yield from of_value(where, value)
