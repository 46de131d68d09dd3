"""Log groups that somebody chose, and who writes there besides the application.

A retention is the group's, so it is everybody's who writes there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from dragonctl.application.log_groups import access_group, logs, stream_writer, vended_group
from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader
from dragonctl.engine.symptoms import unless_refused
from dragonctl.resources.log_group_names import function_group

LOOKED_AT = 50
"""Streams that one DescribeLogStreams gives: those that were written to last."""

Strangers = Mapping[str, tuple[str, ...] | None]
"""By the name of a group that somebody chose: the functions and state machines of other
applications that were seen to write there; None where that may not be asked."""


def read_strangers(aws: Reader, app: App) -> Strangers:
    """Who else writes to the groups of the application that are not named after one part of it."""
    names = list(dict.fromkeys(_chosen(app)))
    own = {function.name for function in app.functions} | {machine.name for machine in app.machines}
    writers = aws.concurrently(
        *(partial(unless_refused, partial(_writers, aws, name)) for name in names)
    )
    return {
        name: None if found is None else tuple(sorted(found - own))
        for name, found in zip(names, writers, strict=True)
    }


def _chosen(app: App) -> Iterator[str]:
    """The names of the groups that no service and no run of ours named."""
    usual = {function_group(function.name) for function in app.functions}
    usual |= {vended_group(machine.name) for machine in app.machines}
    usual |= {access_group(api.id, stage) for api, stage, _ in app.stages}
    return (
        log.group
        for log in logs(app)
        if log.source != "api" and not log.is_canary and log.group not in usual
    )


def _writers(aws: Reader, name: str) -> set[str]:
    """Whom the streams that were written to last name."""
    answer = aws.get(
        "logs", "DescribeLogStreams", absent=("ResourceNotFoundException",),
        logGroupName=name, orderBy="LastEventTime", descending=True, limit=LOOKED_AT,
    )  # fmt: skip
    streams = (answer or {}).get("logStreams") or ()
    return {stream_writer(str(stream.get("logStreamName", ""))) for stream in streams} - {""}
