"""The endpoint type of a REST API: regional, edge-optimised, private."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table, state_of, templates
from dragonctl.engine.model import Call, Reader, Reading, Resource, State, Tags
from dragonctl.resources.apigateway_rest_api import api_tags

TYPE = "endpointType"
EDGE, REGIONAL, PRIVATE = "EDGE", "REGIONAL", "PRIVATE"


@dataclass(frozen=True)
class Endpoint(Resource):
    """An API's endpoint. State: ``endpointType``. Facts: ``configuration``, ``disabled``."""

    kind: ClassVar[str] = "apigateway-endpoint"
    noun: ClassVar[str] = "API"
    table: ClassVar[Table] = (
        Field(
            TYPE,
            "endpoint type",
            "endpointConfiguration.types[0]",
            absent=EDGE,
            templates=templates(
                cloudformation=(
                    "EndpointConfiguration of AWS::ApiGateway::RestApi or AWS::Serverless::Api"
                ),
                sam="EndpointConfiguration of AWS::Serverless::Api",
                cdk="endpointConfiguration of RestApi",
                serverless="provider.endpointType",
                terraform="endpoint_configuration of aws_api_gateway_rest_api",
                pulumi="endpointConfiguration of aws.apigateway.RestApi",
            ),
        ),
    )
    api: str

    def read(self, aws: Reader) -> Reading | None:
        """GetRestApi."""
        raw = aws.get("apigateway", "GetRestApi", absent=("NotFoundException",), restApiId=self.api)
        return None if raw is None else _reading(raw)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """UpdateRestApi; the path names the present type (API reference, "Patch operations")."""
        if have is not None and want is not None and TYPE in self.differing(have, want):
            path = f"/endpointConfiguration/types/{have.state[TYPE]}"
            patch = {"op": "replace", "path": path, "value": want[TYPE]}
            params = {"restApiId": self.api, "patchOperations": [patch]}
            # The path is wrong once the change has been made: look before repeating it.
            yield Call("apigateway", "UpdateRestApi", params, repeat="read-first")

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """Those of the API."""
        return api_tags(aws, self.api)

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateRestApi answers with the whole API."""
        return _reading(answer)


def _reading(raw: Mapping[str, Any]) -> Reading:
    configuration = raw.get("endpointConfiguration") or {}
    disabled = bool(raw.get("disableExecuteApiEndpoint"))
    return Reading(
        state_of(Endpoint.table, raw), {"configuration": configuration, "disabled": disabled}
    )
