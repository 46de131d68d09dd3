"""What a REST API consists of, from an OpenAPI document; and the deployment of that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State
from dragonctl.resources.apigateway_rest_api import find_made_api
from dragonctl.resources.creation_tags import DEFINITION_TAG, content_of

DEFINITION = "definition"
DOCUMENT = "document"
API_ID = "api"
_DEPLOYED = "dragonctl create-app, definition "


@dataclass(frozen=True)
class ApiDefinition(Resource):
    """The document that an API was last made from.

    State: ``definition``, the document's SHA-256, kept as a tag of the API (what others changed in
    the API since is theirs and is not seen), and ``api``, its id. An API without any method was
    made of none, whatever its tag says. Wanted besides: ``document``.
    """

    kind: ClassVar[str] = "apigateway-definition"
    table: ClassVar[Table] = (
        Field(DEFINITION, "definition"),
        Field(API_ID, "API"),
        Field(DOCUMENT, "document"),
        Field("arn", "ARN"),
    )
    name: str
    app: str

    def read(self, aws: Reader) -> Reading | None:
        """The API's tags; then whether it has any method."""
        raw = find_made_api(aws, self.name, self.app)
        definition_digest = ((raw or {}).get("tags") or {}).get(DEFINITION_TAG)
        if raw is None or definition_digest is None or not _has_methods(aws, raw["id"]):
            return None
        arn = f"arn:{aws.partition}:apigateway:{aws.region}::/restapis/{raw['id']}"
        return Reading({DEFINITION: definition_digest, API_ID: raw["id"]}, {"arn": arn})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutRestApi, and only then the tag that says so."""
        if want is None:
            if have is not None:
                params = {"resourceArn": have.facts["arn"], "tagKeys": [DEFINITION_TAG]}
                yield Call("apigateway", "UntagResource", params)
            return
        body = json.dumps(content_of(self, want, DOCUMENT)).encode()
        put = {"restApiId": want[API_ID], "mode": "overwrite", "failOnWarnings": True, "body": body}
        yield Call("apigateway", "PutRestApi", put)
        tags = {DEFINITION_TAG: want[DEFINITION]}
        yield Call("apigateway", "TagResource", {"resourceArn": want["arn"], "tags": tags})

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """The digest stands for the document."""
        return field in (DOCUMENT, "arn") or bool(have == want)

    def expected(self, have: Reading | None, want: State | None) -> State | None:
        """Without the document."""
        if want is None:
            return None
        return {field: want.get(field) for field in (DEFINITION, API_ID)}


def _has_methods(aws: Reader, api: str) -> bool:
    """GetResources: every resource but the root is there for the methods below it."""
    answer = aws.get("apigateway", "GetResources", restApiId=api, limit=2) or {}
    found = answer.get("items", [])
    return len(found) > 1 or any(one.get("resourceMethods") for one in found)


@dataclass(frozen=True)
class Deployment(Resource):
    """The deployment that was made of a document, known by its description.

    State: ``definition`` (as above), ``api``. Facts: ``id``.
    """

    kind: ClassVar[str] = "apigateway-deployment"
    table: ClassVar[Table] = (Field(DEFINITION, "definition"), Field(API_ID, "API"))
    name: str
    app: str

    def read(self, aws: Reader) -> Reading | None:
        """GetDeployments: the newest of ours."""
        raw = find_made_api(aws, self.name, self.app)
        if raw is None:
            return None
        found = aws.pages("apigateway", "GetDeployments", "items", restApiId=raw["id"], limit=500)
        ours = [one for one in found or [] if one.get("description", "").startswith(_DEPLOYED)]
        if not ours:
            return None
        newest = max(ours, key=lambda one: str(one.get("createdDate")))
        definition_digest = newest["description"].removeprefix(_DEPLOYED)
        return Reading({DEFINITION: definition_digest, API_ID: raw["id"]}, {"id": newest["id"]})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateDeployment, without a stage: the stages are put on it one by one."""
        if want is None:
            if have is not None:
                named = {"restApiId": have.state[API_ID], "deploymentId": have.facts["id"]}
                yield Call("apigateway", "DeleteDeployment", named)
            return
        params = {"restApiId": want[API_ID], "description": f"{_DEPLOYED}{want[DEFINITION]}"}
        yield Call("apigateway", "CreateDeployment", params, repeat="read-first")
