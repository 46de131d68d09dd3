"""An alias of a Lambda function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.model import Call, Reader, Reading, Resource, State

VERSION = "FunctionVersion"


@dataclass(frozen=True)
class Alias(Resource):
    """A name for a version. State: ``FunctionVersion``.

    Facts: ``raw``, GetAlias's answer (``RoutingConfig`` splits traffic between two versions).
    """

    kind: ClassVar[str] = "lambda-alias"
    function: str
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetAlias."""
        answer = aws.get("lambda", "GetAlias", absent=("ResourceNotFoundException",), **self._name)
        return None if answer is None else _reading(answer)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateAlias; UpdateAlias of the revision that was read; DeleteAlias."""
        if want is None:
            yield Call("lambda", "DeleteAlias", self._name)
            return
        params = {**self._name, VERSION: want[VERSION]}
        if have is None:
            yield Call("lambda", "CreateAlias", params, repeat="read-first")
            return
        revision = have.facts["raw"].get("RevisionId")
        guard = {"RevisionId": revision} if revision else {}
        yield Call("lambda", "UpdateAlias", {**params, **guard})

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """Making and moving one answer with the alias."""
        return None if call.operation == "DeleteAlias" else _reading(answer)

    @property
    def _name(self) -> dict[str, str]:
        return {"FunctionName": self.function, "Name": self.name}


def _reading(raw: Mapping[str, Any]) -> Reading:
    return Reading({VERSION: raw[VERSION]}, {"raw": raw})
