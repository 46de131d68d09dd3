"""Who wrote a line of a log group that several functions or state machines share.

A function is named by its stream, a state machine by the execution that its line is of.
"""

from __future__ import annotations

import re

from dragonctl.application.log_groups import LogGroup, stream_writer

_EXECUTION = re.compile(r'"execution_arn"\s*:\s*"arn:[^"]*?:e(?:xecution|xpress):([^:/"]+)')


def writer(source: str, stream: str, text: str) -> str:
    """The function or state machine that the stream or the line names; "" where none is named."""
    if source == "functions":
        return stream_writer(stream)
    if source == "state-machines":
        found = _EXECUTION.search(text)
        return found[1] if found else ""
    return ""


def is_strangers(group: LogGroup, stream: str, text: str) -> bool:
    """Whether a line is of a function or machine that is no part of the application.

    A line that does not say whose it is is kept, as is any where the application is not known.
    """
    if not group.known:
        return False
    name = writer(group.source, stream, text)
    return bool(name) and name not in group.known
