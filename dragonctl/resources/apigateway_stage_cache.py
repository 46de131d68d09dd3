"""What a stage's cache holds: it can only be thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.apigateway_rest_api import read_stages
from dragonctl.resources.apigateway_stage import busy_with

ENTRIES = "entries"
KEPT, FLUSHED = "kept", "flushed"
_FLUSHING = {"cacheClusterStatus": "FLUSH_IN_PROGRESS"}


@dataclass(frozen=True)
class StageCache(Resource):
    """The entries of a stage's cache. State: ``entries``, ``kept`` or ``flushed``.

    Facts: ``raw``, what GetStages shows: no entries, but whether a flush is under way.
    """

    kind: ClassVar[str] = "apigateway-stage-cache"
    table: ClassVar[Table] = (Field(ENTRIES, "entries"),)
    is_shown: ClassVar[bool] = False
    api: str
    stage: str

    def read(self, aws: Reader) -> Reading | None:
        """GetStages; nothing when the stage has no cluster."""
        raw = read_stages(aws, self.api).get(self.stage) or {}
        if not raw.get("cacheClusterEnabled"):
            return None
        return Reading({ENTRIES: KEPT}, {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """FlushStageCache: AWS takes it at once (202) and then empties the cache."""
        if want is not None:
            params = {"restApiId": self.api, "stageName": self.stage}
            yield Call("apigateway", "FlushStageCache", params)

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """The answer is empty: the flush has begun."""
        return Reading({ENTRIES: FLUSHED}, {"raw": _FLUSHING})

    def settled(self, reading: Reading) -> str | None:
        """A flush goes on for some moments."""
        return busy_with(reading.facts["raw"])
