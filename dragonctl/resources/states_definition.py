"""A state machine as it is created: its definition and role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.creation_tags import TAGS, listed_tags, tags_of
from dragonctl.resources.states_machine import read_tags
from dragonctl.resources.states_machine_fields import read_machine

_CHANGEABLE = ("definition", "roleArn")


@dataclass(frozen=True)
class MachineDefinition(Resource):
    """A state machine, by ARN. State: ``definition`` (ASL, JSON), ``roleArn``, ``type``, tags.

    The type and the tags are chosen when it is created. One that AWS is still deleting counts as
    gone: a new one of its name waits for that.
    """

    kind: ClassVar[str] = "states-definition"
    answers_requests: ClassVar[bool] = True
    table: ClassVar[Table] = (
        Field("definition", "definition"),
        Field("roleArn", "role"),
        Field("type", "type"),
        TAGS,
    )
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeStateMachine and its tags."""
        raw, tags = aws.concurrently(
            partial(read_machine, aws, self.arn), partial(read_tags, aws, self.arn)
        )
        if raw is None or raw.get("status") == "DELETING":
            return None
        state = {
            "definition": json.loads(raw["definition"]),
            "roleArn": raw["roleArn"],
            "type": raw["type"],
        }
        return Reading({**state, **listed_tags(tags)})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateStateMachine; UpdateStateMachine with what differs; DeleteStateMachine."""
        if want is None:
            yield Call("stepfunctions", "DeleteStateMachine", {"stateMachineArn": self.arn})
        elif have is None:
            yield self._creation(want)
        else:
            differing = self.differing(have, want).items()
            changed = {one: value for one, value in differing if one in _CHANGEABLE}
            if "definition" in changed:
                changed["definition"] = _text(changed["definition"])
            if changed:
                params = {"stateMachineArn": self.arn, **changed}
                yield Call("stepfunctions", "UpdateStateMachine", params)

    def _creation(self, want: State) -> Call:
        params: dict[str, Any] = {
            "name": self.arn.rpartition(":")[2],
            "definition": _text(want["definition"]),
            "roleArn": want["roleArn"],
            "type": want["type"],
            "tags": [{"key": key, "value": value} for key, value in tags_of(want).items()],
        }
        return Call("stepfunctions", "CreateStateMachine", params)


def _text(definition: Any) -> str:
    return json.dumps(definition, indent=2)
