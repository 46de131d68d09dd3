"""An alias of a Lambda function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.errors import DragonError
from dragonctl.resources.lambda_function import NO_SUCH

VERSION = "FunctionVersion"
WEIGHTS = "RoutingConfig/AdditionalVersionWeights"
_DIGITS = 6  # of a share: 1 - 0.4 is not 0.6


@dataclass(frozen=True)
class Alias(Resource):
    """A name for a version. State: ``FunctionVersion``, ``RoutingConfig/AdditionalVersionWeights``.

    The weights map another version to its share of the traffic (0 to 1); None where all of it goes
    to the alias's own. Facts: ``raw``, GetAlias's answer.
    """

    kind: ClassVar[str] = "lambda-alias"
    table: ClassVar[Table] = (
        # A version and the weights beside it are one routing: half of it is another.
        Field(VERSION, "version", bound=(WEIGHTS,)),
        Field(WEIGHTS, "weights of other versions", bound=(VERSION,)),
    )
    function: str
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetAlias."""
        raw = read_alias(aws, self.function, self.name)
        return None if raw is None else _reading(raw)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateAlias; UpdateAlias of the revision that was read; DeleteAlias.

        Weights that nobody speaks of are left out: UpdateAlias keeps what is not named.
        """
        if want is None:
            yield Call("lambda", "DeleteAlias", self._name)
            return
        params: dict[str, Any] = {**self._name}
        if VERSION in want:
            params[VERSION] = self._numbered(want[VERSION])
        if WEIGHTS in want and (have or want[WEIGHTS]):
            params["RoutingConfig"] = {"AdditionalVersionWeights": want[WEIGHTS] or {}}
        if have is None:
            yield Call("lambda", "CreateAlias", params, repeat="read-first")
            return
        revision = have.facts["raw"].get("RevisionId")
        guard = {"RevisionId": revision} if revision else {}
        yield Call("lambda", "UpdateAlias", {**params, **guard})

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """Making and moving one answer with the alias."""
        return None if call.operation == "DeleteAlias" else _reading(answer)

    def _numbered(self, version: str) -> str:
        """The version; words stand for one that a run without patience has left behind."""
        if not version.isdigit() and version != "$LATEST":
            raise DragonError(
                f"Lambda is still making the version, so the alias {self.name} was not moved.",
                "Run the same command again; without --no-wait it waits.",
                code="StillPending",
            )
        return version

    @property
    def _name(self) -> dict[str, str]:
        return {"FunctionName": self.function, "Name": self.name}


def read_alias(aws: Reader, function: str, name: str) -> dict[str, Any] | None:
    """GetAlias; None: no such alias."""
    return aws.get("lambda", "GetAlias", absent=NO_SUCH, FunctionName=function, Name=name)


def shares(raw: Mapping[str, Any]) -> dict[str, float]:
    """Version -> share of the traffic (0 to 1) of those that get any, the alias's own first.

    ``raw`` is an alias as GetAlias and ListAliases show it; its own version gets what the
    weights leave (Lambda's developer guide, "Implement Lambda canary deployments").
    """
    weights = (raw.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    all_ = {raw[VERSION]: 1 - sum(weights.values()), **weights}
    return {version: share for version, one in all_.items() if (share := round(one, _DIGITS)) > 0}


def _reading(raw: Mapping[str, Any]) -> Reading:
    weights = (raw.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or None
    return Reading({VERSION: raw[VERSION], WEIGHTS: weights}, {"raw": raw})
