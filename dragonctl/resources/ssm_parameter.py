"""A parameter of Systems Manager's Parameter Store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.creation_tags import TAGS, listed_tags, tags_of


@dataclass(frozen=True)
class Parameter(Resource):
    """A plain parameter. State: ``value``, ``tags/<key>`` (chosen when it is created)."""

    kind: ClassVar[str] = "ssm-parameter"
    table: ClassVar[Table] = (Field("value", "value"), TAGS)
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetParameter and its tags."""
        answer = aws.get("ssm", "GetParameter", absent=("ParameterNotFound",), Name=self.name)
        if answer is None:
            return None
        named = {"ResourceType": "Parameter", "ResourceId": self.name}
        tags = aws.get("ssm", "ListTagsForResource", absent=("InvalidResourceId",), **named)
        value = answer["Parameter"]["Value"]
        return Reading({"value": value, **listed_tags((tags or {}).get("TagList"))})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutParameter (AWS takes tags with a new one alone); DeleteParameter."""
        if want is None:
            yield Call("ssm", "DeleteParameter", {"Name": self.name})
            return
        params = {"Name": self.name, "Value": want["value"], "Type": "String"}
        if have:
            yield Call("ssm", "PutParameter", {**params, "Overwrite": True})
            return
        tags = [{"Key": key, "Value": value} for key, value in tags_of(want).items()]
        yield Call("ssm", "PutParameter", {**params, "Tags": tags}, repeat="read-first")
