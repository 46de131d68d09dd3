"""A tiny AWS behind the engine's door: things with fields, and errors in a set order.

It stands where botocore does: everything above it is the real engine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State
from dragonctl.errors import LOST, AwsError

ACCOUNT = "111122223333"

Trouble = tuple[str, str, str, int, bool]
"""Operation, code, message, status, whether the call took effect all the same."""


@dataclass
class TinyAws:
    """Things by name. ``troubles`` are met in order, one per matching call.

    The operation may name its thing, ``Create group``, where calls are sent at the same time.
    """

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    region: str = "eu-west-1"
    partition: str = "aws"
    made: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def send(
        self, service: str, operation: str, params: Mapping[str, Any], region: str | None = None
    ) -> dict[str, Any]:
        self.sent.append((operation, dict(params)))
        if trouble := self._met(operation, params):
            _, code, said, status, effective = trouble
            if effective:
                self._do(operation, params)
            raise AwsError(service, operation, code, said, status)
        return self._do(operation, params)

    def _met(self, operation: str, params: Mapping[str, Any]) -> Trouble | None:
        """The first trouble of such a call; of calls at the same time one meets it."""
        names = (operation, f"{operation} {params.get('name')}")
        with self._turn:
            trouble = next((one for one in self.troubles if one[0] in names), None)
            if trouble:
                self.troubles.remove(trouble)
        return trouble

    def _do(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        name = params.get("name", "")
        match operation:
            case "GetCallerIdentity":
                return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}
            case "Read" if name not in self.things:
                raise AwsError("tiny", operation, "Gone", "no such thing", 404)
            case "Create" if name in self.things:
                raise AwsError("tiny", operation, "ResourceAlreadyExistsException", "exists", 400)
            case "Create" | "Set":
                self.made += operation == "Create"
                self.things.setdefault(name, {}).update(params["fields"])
            case "Delete" if name not in self.things:
                raise AwsError("tiny", operation, "NoSuchThing", "there is none", 404)
            case "Delete":
                self.things.pop(name)
        return dict(self.things.get(name, {}))

    @property
    def writes(self) -> list[str]:
        return [operation for operation, _ in self.sent if operation in ("Create", "Set", "Delete")]


@dataclass(frozen=True)
class Thing(Resource):
    """A thing with any fields; ``other`` things may need it, and ``picky`` is 0 or 1."""

    kind: ClassVar[str] = "tiny-thing"
    secrets: ClassVar[tuple[str, ...]] = ("DbPassword", "Variables/")
    name: str

    def read(self, aws: Reader) -> Reading | None:
        state = aws.get("tiny", "Read", absent=("Gone",), name=self.name)
        return None if state is None else Reading(state)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        if want is None:
            yield Call("tiny", "Delete", {"name": self.name})
            return
        if want.get("picky", 0) not in (0, 1, None):
            raise TypeError(want["picky"])  # as code that works with a number does
        operation = "Create" if have is None else "Set"
        yield Call(
            "tiny",
            operation,
            {"name": self.name, "fields": dict(want)},
            repeat="read-first" if have is None else "safe",
        )

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        return "others love it" if have.state.get("loved") else None


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def cut(operation: str, *, effective: bool) -> Trouble:
    """The connection is cut: after the call took effect, or before."""
    return (operation, LOST, "Connection was closed", 0, effective)
