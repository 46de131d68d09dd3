"""The lines of a journal: what each kind holds, member by member, and how they are read.

What :mod:`dragonctl.engine.journal` writes has these types. A member, or an event, that a later
version adds is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from dragonctl.engine.reversal import JOURNAL_PATTERN

_DEEPEST = 100
"""How deep a value is nested at most: AWS's own documents stay far below."""

_Time = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)$")]
_Undo = Annotated[str, msgspec.Meta(pattern=JOURNAL_PATTERN)]


class Line(msgspec.Struct, tag_field="event"):
    """Any line: what happened at that time (ISO 8601 in UTC)."""

    time: _Time


class BeginLine(Line, tag="begin"):
    """A run begins: whose, of what command, where."""

    run: Annotated[str, msgspec.Meta(min_length=1)]
    command: str
    user: str
    account: str
    region: str
    endpoint: str
    undoes: str | None = None
    of: str | None = None


class StepLine(Line, tag="step"):
    """A step is about to change a thing: how it stood, and what it is expected to become."""

    step: str
    kind: str
    identity: dict[str, str]
    title: str
    before: dict[str, Any] | None
    expected: dict[str, Any] | None
    undo: _Undo
    requires: list[str]
    fields: list[str] | None = None
    serves: list[str] = []


class ServesLine(Line, tag="serves"):
    """Whom the thing of a step serves besides, found out later."""

    step: str
    serves: list[str]


class CallLine(Line, tag="call"):
    """A call is about to be made."""

    step: str
    service: str
    operation: str
    params: dict[str, Any]


class AnswerLine(Line, tag="answer"):
    """How a call ended: ``ok`` or AWS's error code."""

    step: str
    operation: str
    outcome: str


class ChangePart(msgspec.Struct):
    """One field of one thing."""

    resource: str
    field: str
    before: Any
    after: Any


class DoneLine(Line, tag="done"):
    """A step has ended, and how its thing stands then."""

    step: str
    after: dict[str, Any] | None
    changes: list[ChangePart]
    birth: str = ""


class EndLine(Line, tag="end"):
    """The run has ended."""

    outcome: Literal["done", "failed"]


class _Named(msgspec.Struct):
    """Any event: what a later version writes may have a name that is not known here."""

    event: str


KnownLine = BeginLine | StepLine | ServesLine | CallLine | AnswerLine | DoneLine | EndLine
"""What this version writes."""
_EVENTS = msgspec.json.Decoder(KnownLine)
_NAMES = msgspec.json.Decoder(_Named)
_KNOWN_NAMES = {"begin", "step", "serves", "call", "answer", "done", "end"}
# What a decoder says of bytes that are no such thing: no UTF-8, no JSON, another type, too deep.
_NOT_SUCH = (msgspec.MsgspecError, ValueError, RecursionError)


def journal_lines(content: bytes) -> Iterator[tuple[int, KnownLine | None]]:
    """The number of each line, with its event; None in the place of what is none.

    Events that a later version has invented are left out, and so is a last line that was cut
    short: after it nothing was done.
    """
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = _EVENTS.decode(line)
            yield number, None if _is_deep(line, event) else event
        except _NOT_SUCH:
            is_cut = number == len(lines)
            if not is_cut and not _is_later(line):
                yield number, None


def _is_later(line: bytes) -> bool:
    """Whether it is an event of another name than those that this version writes."""
    try:
        return _NAMES.decode(line).event not in _KNOWN_NAMES
    except _NOT_SUCH:
        return False


def _is_deep(line: bytes, event: KnownLine) -> bool:
    if line.count(b"{") + line.count(b"[") <= _DEEPEST:
        return False
    level: list[Any] = [msgspec.to_builtins(event)]
    for _ in range(_DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
