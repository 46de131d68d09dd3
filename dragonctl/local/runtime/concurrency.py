"""How many events of a function run at once: no more than its reserved concurrency, if it has one.

Lambda developer guide, "Configuring reserved concurrency": what is asked for beyond it is throttled
(429); an event that nobody waits for is tried again until there is room.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from dragonctl.local import backends
from dragonctl.local.hooks import Function, Invocation, ThrottledError

_LOOK_SECONDS = 1.0
"""How soon a waiting event sees that more has been reserved."""
_Place = tuple[str, str, str]
_running: Counter[_Place] = Counter()
_changed = threading.Condition()


@contextlib.contextmanager
def room(function: Function, invocation: Invocation) -> Iterator[None]:
    """A place for one event of the function while this lasts.

    Raises:
        ThrottledError: there is none, and somebody waits for the answer.

    """
    name = str(function.configuration["FunctionName"])
    place = (function.account, function.region, name)
    with _changed:
        while _is_full(place):
            if invocation.kind != "Event":
                raise ThrottledError
            _changed.wait(_LOOK_SECONDS)
        _running[place] += 1
    try:
        yield
    finally:
        with _changed:
            _running[place] -= 1
            _changed.notify_all()


def reserved(account: str, region: str, name: str) -> int | None:
    """The reserved concurrency of a function; None where it has none, or is not there any more."""
    from moto.awslambda.exceptions import UnknownFunctionException

    try:
        held = backends.backend("lambda", account, region).get_function(name)
    except UnknownFunctionException:
        return None
    kept = getattr(held, "reserved_concurrency", None)
    return None if kept is None else int(kept)


def _is_full(place: _Place) -> bool:
    limit = reserved(*place)
    return limit is not None and _running[place] >= limit
