"""A method of a REST API and its integration: what it declares, and what its cache key holds.

Both belong to the API's present definition: a stage knows nothing of them before a deployment
(API Gateway developer guide, "Deploy REST APIs").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table, templates
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State, Tags
from dragonctl.resources.apigateway_rest_api import api_tags, read_stages
from dragonctl.resources.apigateway_stage import Stage, caches, escaped, stage_state

DECLARED = "requestParameters/"
KEY = "cacheKeyParameters/"
_WHOLE_API = "DefinitionBody of AWS::Serverless::Api"
REQUIRED, OPTIONAL = "required", "optional"
_WORDS = {True: REQUIRED, False: OPTIONAL}
_VALUES = {REQUIRED: "true", OPTIONAL: "false", True: ""}
_PLACES = {
    "method.request.querystring.": "query parameter",
    "method.request.multivaluequerystring.": "every value of query parameter",
    "method.request.header.": "header",
    "method.request.multivalueheader.": "every value of header",
    "method.request.path.": "path parameter",
}

Methods = dict[tuple[str, str], dict[str, Any]]
"""(``GET``, ``/dragons``) -> GetResources' method, with its resource's id as ``resourceId``."""


def read_resources(aws: Reader, api: str, absent: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """GetResources' items, every page of them, with their methods and integrations.

    None of an API where AWS answers with an error code in ``absent``.
    """
    found = aws.pages(
        "apigateway",
        "GetResources",
        "items",
        absent=absent,
        restApiId=api,
        embed=["methods"],
        limit=500,
    )
    return found or []


def read_methods(aws: Reader, api: str) -> Methods:
    """Every method of the API as it is defined now; none where there is no such API."""
    return {
        (method, resource["path"]): {**(about or {}), "resourceId": resource["id"]}
        for resource in read_resources(aws, api, absent=("NotFoundException",))
        for method, about in (resource.get("resourceMethods") or {}).items()
    }


def _called(parameter: str) -> str:
    """``query parameter family``; what the integration maps is called as AWS calls it."""
    for place, word in _PLACES.items():
        if parameter.startswith(place):
            return f"{word} {parameter.removeprefix(place)}"
    return parameter


@dataclass(frozen=True)
class _OfMethod(Resource):
    """What is named by an API, a method and a path."""

    api: str
    method: str
    path: str

    @property
    def identifier(self) -> str:
        """``<kind>/<api>/GET/dragons``."""
        return f"{self.kind}/{self.api}/{self.method}{self.path}"

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """Those of the API: a method has none."""
        return api_tags(aws, self.api)

    def _call(self, operation: str, have: Reading, patches: list[dict[str, str]]) -> Call:
        params = {
            "restApiId": self.api,
            "resourceId": have.facts["resourceId"],
            "httpMethod": self.method,
            "patchOperations": patches,
        }
        # Removing what a lost call has already removed is an error: look before that.
        removes = any(patch["op"] == "remove" for patch in patches)
        return Call("apigateway", operation, params, repeat="read-first" if removes else "safe")


class Method(_OfMethod):
    """The request parameters that a method declares.

    State: ``requestParameters/<method.request.…>`` -> ``required`` or ``optional``. Facts:
    ``resourceId``.
    """

    kind: ClassVar[str] = "apigateway-method"
    noun: ClassVar[str] = "method"
    table: ClassVar[Table] = (
        Field(
            f"{DECLARED}{{parameter}}",
            "{}",
            part=_called,
            templates=templates(
                cloudformation="RequestParameters of AWS::ApiGateway::Method",
                sam=_WHOLE_API,
                cdk="requestParameters of addMethod",
                serverless="request.parameters of the http event",
                terraform="request_parameters of aws_api_gateway_method",
                pulumi="requestParameters of aws.apigateway.Method",
            ),
        ),
    )

    def read(self, aws: Reader) -> Reading | None:
        """GetResources, once for all methods of the API."""
        raw = read_methods(aws, self.api).get((self.method, self.path))
        return _declared(raw, raw["resourceId"]) if raw else None

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateMethod; a method is neither made nor deleted here."""
        if have is not None and want is not None:
            patches = list(_patches(self.differing(have, want)))
            if patches:
                yield self._call("UpdateMethod", have, patches)

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateMethod answers with the whole method."""
        return _declared(answer, call.params["resourceId"])


class Integration(_OfMethod):
    """The parameters that the cache key of a method holds.

    State: ``cacheKeyParameters/<parameter>`` -> True. Facts: ``resourceId``.
    """

    kind: ClassVar[str] = "apigateway-integration"
    noun: ClassVar[str] = "cache key"
    table: ClassVar[Table] = (
        Field(
            f"{KEY}{{parameter}}",
            "{} in the cache key",
            part=_called,
            templates=templates(
                cloudformation="Integration.CacheKeyParameters of AWS::ApiGateway::Method",
                sam=_WHOLE_API,
                cdk="cacheKeyParameters of the integration",
                serverless="caching.cacheKeyParameters of the http event",
                terraform="cache_key_parameters of aws_api_gateway_integration",
                pulumi="cacheKeyParameters of aws.apigateway.Integration",
            ),
        ),
    )

    def read(self, aws: Reader) -> Reading | None:
        """GetResources, once for all methods of the API."""
        raw = read_methods(aws, self.api).get((self.method, self.path))
        if raw is None or not raw.get("methodIntegration"):
            return None
        return _key(raw["methodIntegration"], raw["resourceId"])

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateIntegration."""
        if have is not None and want is not None:
            patches = list(_patches(self.differing(have, want)))
            if patches:
                yield self._call("UpdateIntegration", have, patches)

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateIntegration answers with the whole integration."""
        return _key(answer, call.params["resourceId"])

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """A stage that caches the method: its next deployment would make callers share answers.

        The definition, and the key in it, is shared by all stages of the API; ``done`` tells how
        a run leaves them.
        """
        for name, raw in read_stages(aws, self.api).items():
            ended = done.get(Stage(self.api, name).identifier)
            state = ended.state if ended else stage_state(raw)
            if state["cacheClusterEnabled"] and caches(state, self.method, self.path):
                return f"stage {name} caches the method, whose callers it tells apart"
        return None


def _declared(raw: Mapping[str, Any], resource: str) -> Reading:
    declared = raw.get("requestParameters") or {}
    state = {f"{DECLARED}{name}": _WORDS[bool(required)] for name, required in declared.items()}
    return Reading(state, {"resourceId": resource})


def _key(integration: Mapping[str, Any], resource: str) -> Reading:
    names = integration.get("cacheKeyParameters") or []
    return Reading({f"{KEY}{name}": True for name in names}, {"resourceId": resource})


def _patches(differing: State) -> Iterator[dict[str, str]]:
    """``add`` creates or changes, ``remove`` takes away. Names are JSON pointer segments."""
    for field, value in differing.items():
        kind, _, name = field.partition("/")
        path = f"/{kind}/{escaped(name)}"
        if value is None:
            yield {"op": "remove", "path": path}
        else:
            yield {"op": "add", "path": path, "value": _VALUES[value]}
