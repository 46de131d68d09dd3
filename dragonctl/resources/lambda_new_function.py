"""A Lambda function as it is created: its role, code and size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table, members, state_of
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State
from dragonctl.packaging.function_code import upload
from dragonctl.resources.creation_tags import TAGS, tag_fields, tags_of
from dragonctl.resources.lambda_configuration import CODE, FIELDS, FOREIGN, layers_in

ZIP = "zip"
_CREATED_WITH = ("Role", "MemorySize", "Timeout")
"""What is set when a function is made, and left to others from then on."""
_SETTINGS: Table = (
    *(row for row in FIELDS if row.name != CODE),
    *(replace(row, is_managed=True) for row in FOREIGN if row.name in _CREATED_WITH),
)


@dataclass(frozen=True)
class NewFunction(Resource):
    """A function that is made or deleted whole; what exists is changed by other resources.

    State: a function's own fields (:data:`~dragonctl.resources.lambda_configuration.FIELDS`), and
    ``Role``, ``MemorySize`` (MB), ``Timeout`` (seconds), ``tags/<key>``. Wanted besides: ``zip``,
    bytes; without it the code is found by its digest.
    Facts: ``raw``, the configuration.
    """

    kind: ClassVar[str] = "lambda-new-function"
    answers_requests: ClassVar[bool] = True
    table: ClassVar[Table] = (
        *_SETTINGS,
        *(row for row in FIELDS if row.name == CODE),
        Field(ZIP, "code"),
        TAGS,
    )
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetFunction, which shows the tags too."""
        absent = ("ResourceNotFoundException",)
        answer = aws.get("lambda", "GetFunction", absent=absent, FunctionName=self.name)
        if answer is None:
            return None
        return _reading(answer["Configuration"], answer.get("Tags") or {})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateFunction, DeleteFunction; nothing for one that exists."""
        if want is None:
            yield Call("lambda", "DeleteFunction", {"FunctionName": self.name})
        elif have is None:
            params = {
                "FunctionName": self.name,
                **members(_SETTINGS, {}, want, want),
                "Code": {"ZipFile": want[ZIP]} if ZIP in want else upload(want[CODE]),
                "Tags": tags_of(want),
            }
            if layers := [arn for arn in layers_in(want).values() if arn]:
                params["Layers"] = layers
            yield Call("lambda", "CreateFunction", params, repeat="read-first")

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """The digest stands for the zip."""
        return field == ZIP or bool(have == want)

    def expected(self, have: Reading | None, want: State | None) -> State | None:
        """Without the zip."""
        wanted = super().expected(have, want)
        return None if wanted is None else {k: v for k, v in wanted.items() if k != ZIP}

    def settled(self, reading: Reading) -> str | None:
        """A new function is pending for a moment."""
        pending = reading.facts["raw"].get("State") == "Pending"
        return "Lambda is making the function" if pending else None


def _reading(raw: Mapping[str, Any], tags: Mapping[str, str]) -> Reading:
    state = {**state_of(_SETTINGS, raw), CODE: raw.get(CODE), **tag_fields(tags)}
    return Reading(state, {"raw": raw})
