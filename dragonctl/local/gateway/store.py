"""Where the REST APIs are kept, and how AWS says that one is not there.

An API is a dict: ``api`` (GetRestApi's shape), ``resources`` (id -> GetResource's shape, methods
and integrations inside), ``models``, ``validators``, ``authorizers``, ``responses``, ``stages``
(name -> ``stage`` in GetStage's shape and ``cache``), ``deployments`` (id -> ``deployment`` and the
``definition`` as it was).
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dragonctl.local import state
from dragonctl.local.messages import AwsError, Request

Record = dict[str, Any]

DEFINITION = ("resources", "models", "validators", "authorizers", "responses")
"""What a deployment takes with it."""

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(length: int = 10) -> str:
    """An identifier such as API Gateway makes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def moment() -> datetime:
    """Now, to the second, as API Gateway dates things."""
    return datetime.now(UTC).replace(microsecond=0)


def apis_in(account: str, region: str) -> dict[str, Record]:
    """The APIs of one account and region, by id."""
    apis: dict[str, Record] = state.memory("apigateway", account, region).setdefault("apis", {})
    return apis


def apis(request: Request) -> dict[str, Record]:
    """The caller's APIs, by id."""
    return apis_in(request.account, request.region)


def api(request: Request) -> Record:
    """The API that the request names; NotFoundException as AWS says it."""
    name = request.parameters["restApiId"]
    found = apis(request).get(name)
    if found is None:
        raise not_found(f"Invalid API identifier specified {request.account}:{name}")
    return found


def resource(request: Request) -> Record:
    """The resource that the request names."""
    record = apis(request).get(request.parameters["restApiId"])
    return held(record["resources"] if record else {}, request.parameters["resourceId"], "Resource")


def method(request: Request) -> Record:
    """The method that the request names."""
    return held(
        resource(request).get("resourceMethods", {}), request.parameters["httpMethod"], "Method"
    )


def stage(request: Request) -> Record:
    """The stage that the request names, with its cache: see :mod:`.stages`."""
    return held(api(request)["stages"], request.parameters["stageName"], "stage")


def held(among: dict[str, Record], name: str, kind: str) -> Record:
    """One of several, or the NotFoundException that names its kind."""
    if name not in among:
        raise not_found(f"Invalid {kind} identifier specified")
    return among[name]


def answer(among: dict[str, Record], status: str) -> Record:
    """A method's or an integration's response of one status."""
    if status not in among:
        raise not_found("Invalid Response status code specified")
    return among[status]


def not_found(message: str) -> AwsError:
    """What is not there."""
    return AwsError("NotFoundException", message, 404)


def bad_request(message: str) -> AwsError:
    """What cannot be meant."""
    return AwsError("BadRequestException", message, 400)


def conflict(message: str) -> AwsError:
    """What is in another's way."""
    return AwsError("ConflictException", message, 409)


def definition(api_record: Record) -> Record:
    """A copy of all that a deployment of this API would ship, its policy too."""
    parts = {part: api_record[part] for part in DEFINITION}
    return copy.deepcopy({**parts, "policy": api_record["api"].get("policy")})


IN_FORCE = (
    "apiKeySource",
    "binaryMediaTypes",
    "disableExecuteApiEndpoint",
    "minimumCompressionSize",
)
"""What an API's own settings do to requests, from the next change of a stage on."""


def put_in_force(api_record: Record) -> None:
    """A stage was made or changed: the API's own settings act as they stand now."""
    api_record["in_force"] = {name: api_record["api"].get(name) for name in IN_FORCE}


def picked(parameters: Record, *names: str) -> Record:
    """Those of the parameters that were given."""
    return {name: parameters[name] for name in names if parameters.get(name) is not None}


def page(request: Request, items: Sequence[Any], default: int = 25) -> Record:
    """One page, as API Gateway cuts them: ``limit`` at most 500, ``position`` where it goes on."""
    limit = int(request.parameters.get("limit") or default)
    if not 1 <= limit <= 500:  # noqa: PLR2004 (API reference: at most 500 a page)
        raise bad_request("Invalid limit: must be between 1 and 500")
    start = _start(request)
    answer: Record = {"items": list(items[start : start + limit])}
    if start + limit < len(items):
        answer["position"] = str(start + limit)
    return answer


def _start(request: Request) -> int:
    position = request.parameters.get("position") or "0"
    if not position.isdecimal():
        raise bad_request("Invalid position parameter")
    return int(position)
