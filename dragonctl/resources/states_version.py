"""The newest published version of a state machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.states_machine_fields import FIELDS, machine_state, read_machine

_ABSENT = ("StateMachineDoesNotExist", "ResourceNotFound")


@dataclass(frozen=True)
class NewestMachineVersion(Resource):
    """The version that was published last; versions are added and never taken away.

    State: the settings it was published with, as :class:`MachineSettings` has them. Facts:
    ``raw``, DescribeStateMachine's answer for it (``stateMachineArn`` ends in its number).
    """

    kind: ClassVar[str] = "states-version"
    table: ClassVar[Table] = tuple(row for row in FIELDS if row.is_published)
    machine: str

    def read(self, aws: Reader) -> Reading | None:
        """ListStateMachineVersions, newest first, and the newest; None before the first."""
        found = aws.get(
            "stepfunctions",
            "ListStateMachineVersions",
            absent=_ABSENT,
            stateMachineArn=self.machine,
            maxResults=1,
        )
        versions = (found or {}).get("stateMachineVersions") or []
        raw = read_machine(aws, versions[0]["stateMachineVersionArn"]) if versions else None
        return None if raw is None else Reading(machine_state(raw), {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PublishStateMachineVersion; AWS answers with the version that there is already."""
        if want:
            params = {"stateMachineArn": self.machine}
            yield Call("stepfunctions", "PublishStateMachineVersion", params)
