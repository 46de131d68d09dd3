"""Who wrote a line of a log group that several functions or state machines share.

In a group that somebody chose, Lambda names a stream ``YYYY/MM/DD/<function>[version][id]``, in the
function's own ``YYYY/MM/DD/[version]id`` ("Configuring CloudWatch log groups", Lambda developer
guide). A line of a state machine names its execution.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dragonctl.application.log_groups import LogGroup

_STREAM = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[\w-]+)\[")
_EXECUTION = re.compile(r'"execution_arn"\s*:\s*"arn:[^"]*?:e(?:xecution|xpress):([^:/"]+)')


def writer(source: str, stream: str, text: str) -> str:
    """The function or state machine that the stream or the line names; "" where none is named."""
    if source == "functions":
        return _function(stream)
    if source == "state-machines":
        found = _EXECUTION.search(text)
        return found[1] if found else ""
    return ""


@lru_cache(maxsize=4096)
def _function(stream: str) -> str:
    found = _STREAM.match(stream)
    return found["function"] if found else ""


def is_strangers(group: LogGroup, stream: str, text: str) -> bool:
    """Whether a line is of a function or machine that is no part of the application.

    A line that does not say whose it is is kept, as is any where the application is not known.
    """
    if not group.known:
        return False
    name = writer(group.source, stream, text)
    return bool(name) and name not in group.known
