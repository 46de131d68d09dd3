"""A REST API that is known by its name and its tag: its id is AWS's to choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State, Tags
from dragonctl.resources.creation_tags import APP_TAG, TAGS, tag_fields, tags_of


@dataclass(frozen=True)
class RestApi(Resource):
    """The API called ``name`` that carries the tag ``dragonctl:app=<app>``.

    State: ``endpoint`` (``REGIONAL``, ``EDGE``), ``tags/<key>``. Facts: ``id``, ``arn``. An API of
    the same name without the tag is somebody else's.
    """

    kind: ClassVar[str] = "apigateway-rest-api"
    answers_requests: ClassVar[bool] = True
    table: ClassVar[Table] = (Field("endpoint", "endpoint type"), TAGS)
    name: str
    app: str

    def read(self, aws: Reader) -> Reading | None:
        """GetRestApis."""
        raw = find_made_api(aws, self.name, self.app)
        if raw is None:
            return None
        types = (raw.get("endpointConfiguration") or {}).get("types") or ["EDGE"]
        state = {"endpoint": types[0], **tag_fields(raw.get("tags") or {})}
        return Reading(state, {"id": raw["id"], "arn": _arn(aws, raw["id"])})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateRestApi, DeleteRestApi. Its tags come with it, so that it is never nobody's."""
        if want is None and have is not None:
            yield Call("apigateway", "DeleteRestApi", {"restApiId": have.facts["id"]})
        elif have is None and want is not None:
            params = {
                "name": self.name,
                "endpointConfiguration": {"types": [want["endpoint"]]},
                "tags": tags_of(want),
            }
            yield Call("apigateway", "CreateRestApi", params, repeat="read-first")


def read_rest_apis(aws: Reader) -> list[dict[str, Any]]:
    """Every REST API of the account and region: GetRestApis' items, every page of them."""
    return aws.pages("apigateway", "GetRestApis", "items", limit=500) or []


def read_stages(aws: Reader, api: str) -> dict[str, dict[str, Any]]:
    """The stages of an API by name, as GetStages shows them; none when there is no such API."""
    answer = aws.get("apigateway", "GetStages", absent=("NotFoundException",), restApiId=api)
    return {raw["stageName"]: raw for raw in (answer or {}).get("item", [])}


def api_tags(aws: Reader, api: str) -> tuple[Tags, ...]:
    """The tags of the API with this id, for what belongs to it."""
    return tuple(one.get("tags") or {} for one in read_rest_apis(aws) if one["id"] == api)


def apis_named(aws: Reader, name: str) -> list[dict[str, Any]]:
    """Every REST API of that name, as GetRestApis shows it."""
    return [api for api in read_rest_apis(aws) if api["name"] == name]


def find_made_api(aws: Reader, name: str, app: str) -> dict[str, Any] | None:
    """The API of that name that was made for ``app``; the oldest, should there be two."""
    made = [one for one in apis_named(aws, name) if (one.get("tags") or {}).get(APP_TAG) == app]
    return min(made, key=lambda one: str(one.get("createdDate")), default=None)


def _arn(aws: Reader, api: str) -> str:
    return f"arn:{aws.partition}:apigateway:{aws.region}::/restapis/{api}"
