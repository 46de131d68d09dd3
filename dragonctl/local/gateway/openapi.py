"""ImportRestApi and PutRestApi: an OpenAPI document becomes an API.

Takes OpenAPI 3.0 and Swagger 2.0, JSON or YAML, with API Gateway's extensions: integrations (with
templates, mappings, cache keys, credentials and responses), request validators, ``any`` methods,
authorizers, gateway responses, endpoint type, policy, binary media types.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from dragonctl.local.gateway import integrations, parts, resources
from dragonctl.local.gateway.openapi_methods import Document, method_of
from dragonctl.local.gateway.rest_apis import empty
from dragonctl.local.gateway.store import Record, api, apis, bad_request, new_id
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_VERBS = {
    **{verb: verb.upper() for verb in ("get", "put", "post", "delete", "options", "head", "patch")},
    "x-amazon-apigateway-any-method": "ANY",
}


@instead("apigateway", "ImportRestApi")
def import_api(request: Request) -> Record:
    """A new API from a document."""
    document = _read(request)
    options = request.parameters.get("parameters") or {}
    types = options.get("endpointConfigurationTypes") or _endpoint_types(document)
    made = empty(document.title, types.split(",") if isinstance(types, str) else types)
    _fill_whole(made, document, base=base_path(document, options))
    apis(request)[made["api"]["id"]] = made
    return dict(made["api"])


@instead("apigateway", "PutRestApi")
def put_api(request: Request) -> Record:
    """Merge a document into an API, or put it in the place of what the API holds."""
    document, record = _read(request), api(request)
    wanted = empty(document.title)
    base = base_path(document, request.parameters.get("parameters") or {})
    if request.parameters.get("mode", "merge") == "overwrite":
        # Resources keep their ids where their paths stay.
        kept = {one["path"]: one["id"] for one in record["resources"].values()}
        _fill_whole(wanted, document, kept, base)
        for part in ("resources", "models", "validators", "authorizers", "responses"):
            record[part] = wanted[part]
        record["resources"] = _with_root(wanted, record["api"]["rootResourceId"])
    else:
        merged = copy.deepcopy(record)
        _fill_whole(merged, document, base=base)
        record.update(merged)
    record["api"] |= {"name": document.title, **_settings(document)}
    return dict(record["api"])


def _with_root(wanted: Record, root_id: str) -> Record:
    """The tree with the API's own root in place of the new one's."""
    made_root = wanted["api"]["rootResourceId"]
    tree = {}
    for one in wanted["resources"].values():
        renamed = dict(one, id=root_id) if one["id"] == made_root else dict(one)
        if renamed.get("parentId") == made_root:
            renamed["parentId"] = root_id
        tree[renamed["id"]] = renamed
    return tree


def _read(request: Request) -> Document:
    body = request.parameters.get("body") or b""
    return read(body.decode("utf-8", "replace") if isinstance(body, bytes) else body)


def read(text: str) -> Document:
    """The document that a text holds; BadRequestException when it holds none."""
    content = _from_json(text) if text.lstrip().startswith("{") else _from_yaml(text)
    if not isinstance(content, dict) or not (content.get("openapi") or content.get("swagger")):
        raise bad_request("Invalid OpenAPI input.")
    if not str(content.get("openapi", "3.0")).startswith("3.0"):
        raise bad_request("Specified version is not supported. Supported versions: [2.0, 3.0.x]")
    return Document(content)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _from_yaml(text: str) -> Any:
    import yaml  # type: ignore[import-untyped]

    try:
        return yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return None


def _endpoint_types(document: Document) -> list[str] | None:
    given = document.content.get("x-amazon-apigateway-endpoint-configuration") or (
        document.server.get("x-amazon-apigateway-endpoint-configuration") or {}
    )
    types: list[str] | None = given.get("types")
    return types


def _settings(document: Document) -> Record:
    """What the document says of the API itself."""
    content, given = document.content, {}
    names = {
        "x-amazon-apigateway-binary-media-types": "binaryMediaTypes",
        "x-amazon-apigateway-minimum-compression-size": "minimumCompressionSize",
        "x-amazon-apigateway-api-key-source": "apiKeySource",
    }
    given = {ours: content[theirs] for theirs, ours in names.items() if theirs in content}
    if "x-amazon-apigateway-policy" in content:
        given["policy"] = json.dumps(content["x-amazon-apigateway-policy"])
    info = content.get("info", {})
    return given | {key: str(info[key]) for key in ("description", "version") if info.get(key)}


def base_path(document: Document, options: Record) -> str:
    """What ``basepath`` puts before paths: ``prepend`` all, ``split`` all but its first part."""
    how, whole = options.get("basepath", "ignore"), document.base_path
    if how == "prepend":
        return whole
    return whole[whole.find("/", 1) :] if how == "split" and whole.count("/") > 1 else ""


def _fill_whole(
    record: Record, document: Document, ids: dict[str, str] | None = None, base: str = ""
) -> None:
    """BadRequestException for a document in which something has another kind than it must."""
    try:
        _fill(record, document, ids or {}, base)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise bad_request(f"Invalid OpenAPI input: {error}") from error


def _fill(record: Record, document: Document, ids: dict[str, str], base: str) -> None:
    record["api"] |= _settings(document)
    _add_parts(record, document)
    for path, item in (document.content.get("paths") or {}).items():
        resource = _resource_at(record, f"{base}{path}", ids)
        for word, verb in _VERBS.items():
            if word in item:
                made = method_of(document, item, verb, item[word], record)
                _add_method(resource, made)


def _add_method(resource: Record, made: Record) -> None:
    given = made.pop("x-amazon-apigateway-integration", None)
    if given is not None:
        integration = integrations.integration(_integration_parameters(given), resource["id"])
        integrations.check(integration, made)
        if given.get("responses"):
            integration["integrationResponses"] = _responses(given["responses"])
        made["methodIntegration"] = integration
    resource.setdefault("resourceMethods", {})[made["httpMethod"]] = made


def _integration_parameters(given: Record) -> Record:
    """The extension in PutIntegration's words: it writes its enumerations in lower case."""
    upper = {
        key: str(given[key]).upper()
        for key in ("type", "passthroughBehavior", "connectionType", "contentHandling")
        if given.get(key)
    }
    taken = {key: value for key, value in given.items() if key not in ("httpMethod", "responses")}
    return {**taken, **upper, "integrationHttpMethod": given.get("httpMethod")}


def _responses(given: Record) -> Record:
    made = {}
    for pattern, answer in given.items():
        status = str(answer["statusCode"])
        fields = {k: v for k, v in answer.items() if k != "statusCode"}
        selected = {} if pattern == "default" else {"selectionPattern": pattern}
        made[status] = {"statusCode": status, **selected, **fields}
    return made


def _resource_at(record: Record, path: str, ids: dict[str, str]) -> Record:
    """The resource of a path, made with all above it where missing."""
    by_path = {one["path"]: one for one in record["resources"].values()}
    here: Record = by_path["/"]
    for part in path.strip("/").split("/") if path.strip("/") else ():
        below = f"{here['path'].rstrip('/')}/{part}"
        here = by_path.get(below) or _child(record, here, part, ids.get(below))
        by_path[below] = here
    return here


def _child(record: Record, parent: Record, part: str, known_id: str | None) -> Record:
    made = resources.child(record, parent, part)
    if known_id:
        del record["resources"][made["id"]]
        made["id"] = known_id
        record["resources"][known_id] = made
    return made


def _add_parts(record: Record, document: Document) -> None:
    for name, schema in document.schemas.items():
        shown = {"name": name, "contentType": "application/json", "schema": json.dumps(schema)}
        record["models"][name] = {"id": new_id(6), **shown}
    for name, given in (
        document.content.get("x-amazon-apigateway-request-validators") or {}
    ).items():
        made = parts.validator(
            name,
            body=bool(given.get("validateRequestBody")),
            parameters=bool(given.get("validateRequestParameters")),
        )
        record["validators"][made["id"]] = made
    for name, given in document.security_schemes.items():
        if "x-amazon-apigateway-authorizer" in given:
            _add_authorizer(record, name, given)
    for kind, given in (
        document.content.get("x-amazon-apigateway-gateway-responses") or {}
    ).items():
        fields = {key: value for key, value in given.items() if key != "statusCode"}
        status = {"statusCode": str(given["statusCode"])} if "statusCode" in given else {}
        record["responses"][kind] = {
            "responseType": kind,
            "defaultResponse": False,
            **status,
            **fields,
        }


def _add_authorizer(record: Record, name: str, given: Record) -> None:
    extension: dict[str, Any] = given["x-amazon-apigateway-authorizer"]
    kind = str(extension.get("type", "token")).upper()
    fields = {key: value for key, value in extension.items() if key != "type"}
    made = {"id": new_id(6), "name": name, "type": kind, **fields}
    header = given.get("name")
    if header and "identitySource" not in made:
        made["identitySource"] = f"method.request.header.{header}"
    record["authorizers"][made["id"]] = made
