"""What botocore works out anew for each session and client is remembered in the tests' processes.

They make thousands, and a third of that time goes into the same answers: what an event is called
today, whether a handler takes keywords, how a part of the user agent is written. None depends on
the session or the client. What a test starts as a user does is as it is for a user.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore import hooks, useragent

_EVENTS: dict[str, str] = {}
_today = hooks.EventAliaser._alias_event_name
_from_the_signature = hooks.accepts_kwargs


def _name_today(emitter: hooks.EventAliaser, event: str) -> str:
    name = _EVENTS.get(event)
    if name is None:
        name = _EVENTS[event] = _today(emitter, event)
    return name


def _accepts_keywords(handler: Callable[..., Any]) -> Any:
    """From the handler's code; nothing is kept, so no client outlives its use."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code.co_flags & inspect.CO_VARKEYWORDS if code else _from_the_signature(handler)


def remember() -> None:
    """From now on, in this process and those that it forks."""
    hooks.EventAliaser._alias_event_name = _name_today
    hooks.accepts_kwargs = _accepts_keywords
    useragent.sanitize_user_agent_string_component = cache(
        useragent.sanitize_user_agent_string_component
    )
