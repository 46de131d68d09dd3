"""Writing lines into log groups, as AWS services do on their own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moto.logs.models import LogsBackend, logs_backends

from dragonctl.local import state

Line = tuple[int, str]
"""When (epoch milliseconds) and what."""


@dataclass(frozen=True)
class Stream:
    """A log stream by its names."""

    account: str
    region: str
    group: str
    name: str


def write(stream: Stream, lines: Sequence[Line], *, create_group: bool) -> bool:
    """Append lines, making the stream and, where the writer may, the group.

    Returns False, and writes nothing, when the group is missing and must not be made.
    """
    backend: LogsBackend = logs_backends[stream.account][stream.region]
    with state.LOCK:  # moto's streams are plain lists: writers and readers take turns
        if stream.group not in backend.groups:
            if not create_group:
                return False
            backend.create_log_group(stream.group, {})
        group = backend.groups[stream.group]
        if stream.name not in group.streams:
            group.create_log_stream(stream.name)
        # CloudWatch Logs drops what is empty; it wants events in order of time.
        ordered = sorted(lines, key=lambda line: line[0])
        events = [{"timestamp": at, "message": text} for at, text in ordered if text]
        if events:
            group.put_log_events(stream.name, events)
    return True
