"""A deployment that was made to give cache keys their effect, known by what it deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State

DEFINITION = "definition"
KEYS, EVERYTHING = "keys", "everything"
_MADE = {
    KEYS: "dragonctl enable-cache, definition ",
    EVERYTHING: "dragonctl enable-cache --deploy-all, definition ",
}


@dataclass(frozen=True)
class CacheDeployment(Resource):
    """The deployment of the definition whose digest is ``definition``.

    ``ships`` tells whether anything but ``keys`` goes live with it. State: ``definition``. Facts:
    ``id``, ``older`` (the ids of those made before it). Its description carries definition and
    ``ships``, so that a run which was cut short, or a second person at the same moment, finds it
    and makes no other, and ``disable-cache`` takes nobody's edits back.
    """

    kind: ClassVar[str] = "apigateway-cache-deployment"
    table: ClassVar[Table] = (Field(DEFINITION, "definition"),)
    api: str
    definition: str
    ships: str

    def read(self, aws: Reader) -> Reading | None:
        """GetDeployments: ours, unless somebody has deployed something else since.

        Of several equal ones the oldest, so that two runs at once agree on one.
        """
        found = aws.pages(
            "apigateway", "GetDeployments", "items", restApiId=self.api, limit=500
        )  # fmt: skip
        newest_first = sorted(found or [], key=self._age, reverse=True)
        ours = list(takewhile(self._is_ours, newest_first))
        if not ours:
            return None
        older = frozenset(one["id"] for one in newest_first[len(ours) :])
        return Reading({DEFINITION: self.definition}, {"id": ours[-1]["id"], "older": older})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateDeployment without a stage: it changes nothing that is served."""
        if want is not None and have is None:
            params = {"restApiId": self.api, "description": self._description}
            yield Call("apigateway", "CreateDeployment", params, repeat="read-first")

    @property
    def _description(self) -> str:
        return f"{_MADE[self.ships]}{self.definition}"

    def _is_ours(self, deployment: Mapping[str, Any]) -> bool:
        return bool(deployment.get("description") == self._description)

    def _age(self, deployment: Mapping[str, Any]) -> tuple[str, bool, str]:
        """AWS tells the second alone: of two deployments in one, ours came after what it found."""
        made = str(deployment.get("createdDate") or "")
        return made, self._is_ours(deployment), str(deployment["id"])


def shipped(deployment: Mapping[str, Any]) -> str | None:
    """What went live with a deployment (GetDeployments' item): ``keys`` or ``everything``.

    None: ``enable-cache`` did not make it.
    """
    description = str(deployment.get("description") or "")
    return next((ships for ships, made in _MADE.items() if description.startswith(made)), None)
