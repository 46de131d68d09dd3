"""Who wrote a line of a log group that several functions, state machines or stages share.

A function is named by its stream, a state machine by the execution that its line is of, a stage by
what its access log's format has in it.
"""

from __future__ import annotations

import re

from dragonctl.application.log_groups import LogGroup, stream_writer
from dragonctl.telemetry.logs.access import NAMES_THE_API, stage_of

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
    """Whether a line is of a function, machine or stage that is no part of the application.

    A line that does not say whose it is is kept, as is any where the application is not known.
    """
    if group.source == "access":
        return bool(group.stages) and _is_of_another_stage(group, text)
    if not group.known:
        return False
    name = writer(group.source, stream, text)
    return bool(name) and name not in group.known


def _is_of_another_stage(group: LogGroup, text: str) -> bool:
    api, stage = stage_of(text, group.formats)
    if not api:
        return False
    own = {known for known in group.stages if known.startswith(f"{api}/")}
    return f"{api}/{stage}" not in own if stage else not own


def hides_strangers(group: LogGroup) -> bool:
    """Whether lines of other APIs in an access log's group cannot be told from its own.

    A group that bears the API's id in its name is taken for that API's own.
    """
    apis = {stage.partition("/")[0] for stage in group.stages}
    return group.source == "access" and bool(apis) and not (
        any(api in group.name for api in apis)
        or all(any(name in form for name in NAMES_THE_API) for form in group.formats)
    )  # fmt: skip
