"""A statement of a function's own policy: who may invoke it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State


@dataclass(frozen=True)
class Permission(Resource):
    """A service's permission to invoke a function, by statement id.

    State: ``service`` (``apigateway.amazonaws.com``), ``source`` (the ARN it may invoke for).
    """

    kind: ClassVar[str] = "lambda-permission"
    table: ClassVar[Table] = (Field("service", "service"), Field("source", "source"))
    function: str
    statement: str

    def read(self, aws: Reader) -> Reading | None:
        """GetPolicy."""
        absent = ("ResourceNotFoundException",)
        answer = aws.get("lambda", "GetPolicy", absent=absent, FunctionName=self.function)
        statements = json.loads(answer["Policy"])["Statement"] if answer else []
        found = next(
            (statement for statement in statements if statement.get("Sid") == self.statement), None
        )
        return Reading(_state(found)) if found else None

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """AddPermission; AWS changes none, so another one is removed first."""
        named = {"FunctionName": self.function, "StatementId": self.statement}
        if have is not None:
            yield Call("lambda", "RemovePermission", named, repeat="read-first")
        if want is not None:
            about = {
                "Action": "lambda:InvokeFunction",
                "Principal": want["service"],
                "SourceArn": want["source"],
            }
            yield Call("lambda", "AddPermission", {**named, **about}, repeat="read-first")


def _state(statement: dict[str, Any]) -> dict[str, Any]:
    principal = statement.get("Principal")
    condition = statement.get("Condition") or {}
    sources = condition.get("ArnLike") or condition.get("ArnEquals") or {}
    return {
        "service": principal.get("Service") if isinstance(principal, dict) else principal,
        "source": sources.get("AWS:SourceArn") or sources.get("aws:SourceArn"),
    }
