"""A stage of an API whose id is not known yet: made, put on a deployment, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.apigateway_definition import API_ID
from dragonctl.resources.apigateway_rest_api import find_made_api
from dragonctl.resources.apigateway_stage import Stage
from dragonctl.resources.creation_tags import TAGS, tag_fields, tags_of

DEPLOYMENT = "deploymentId"


@dataclass(frozen=True)
class MadeStage(Resource):
    """A stage, by the name of its API.

    State: ``api``, ``deploymentId``, ``tags/<key>``. Its settings are :class:`Stage`'s.
    """

    kind: ClassVar[str] = "apigateway-made-stage"
    table: ClassVar[Table] = (Field(API_ID, "API"), Field(DEPLOYMENT, "deployment"), TAGS)
    name: str
    app: str
    stage: str

    def read(self, aws: Reader) -> Reading | None:
        """GetStages, once the API is there."""
        raw = find_made_api(aws, self.name, self.app)
        reading = Stage(raw["id"], self.stage).read(aws) if raw else None
        if raw is None or reading is None:
            return None
        tags = tag_fields(tags_of(reading.state))
        state = {API_ID: raw["id"], DEPLOYMENT: reading.state[DEPLOYMENT], **tags}
        return Reading(state, reading.facts)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """As of any stage, in the API that there is by then."""
        state = have.state if want is None and have else want or {}
        stage = Stage(state[API_ID], self.stage)
        wanted = None if want is None else {k: v for k, v in want.items() if k != API_ID}
        yield from stage.calls(have, wanted)
