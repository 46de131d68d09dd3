"""An OpenAPI document with every function, role and state machine in it named as it is here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from dragonctl.engine.model import Json
from dragonctl.recipes.foreign import naming
from dragonctl.recipes.foreign.intrinsics import PLACEHOLDER
from dragonctl.recipes.place import Place

INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"
ANY = "x-amazon-apigateway-any-method"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", ANY)
STAGE = "prod"
_INVOCATION = re.compile(
    r"(?P<before>arn:[\w-]+:apigateway:[\w-]+:lambda:path/[\d-]+/functions/)(?P<function>.+?)"
    r"(?P<after>/(?:invocations|response-streaming-invocations))"
)
_VERSIONED = "arn:{}:apigateway:{}:lambda:path/2015-03-31/functions/"
_ACTION = re.compile(r"arn:[\w-]+:apigateway:[\w-]+:states:action/(\w+)")
_STAGE_VARIABLE = "${stageVariables."
_IN_TEMPLATE = re.compile(
    r"(?P<before>\\?[\"']stateMachineArn\\?[\"']\s*:\s*\\?[\"'])(?P<named>[^\"'\\]+)"
)
_LOOPBACK = re.compile(r"https?://(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)")
_CALLERS = re.compile(r"arn:[\w-]+:iam::\*:user/\*")


@dataclass
class NamedThings:
    """What a folder's documents name: functions, roles, state machines; and what to say of it.

    ``synchronous`` are the machines that an API starts and waits for: express ones.
    """

    functions: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    machines: dict[str, str] = field(default_factory=dict)
    synchronous: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Say it once."""
        if words not in self.notes:
            self.notes.append(words)


@dataclass(frozen=True)
class DocumentNames:
    """Turns what a document writes into ARNs of this place, and remembers what was named."""

    place: Place
    found: NamedThings

    def function(self, written: str) -> str:
        """The ARN of the function; an alias or version is left out, for none is made here."""
        name = naming.name_of(written)
        qualifier = naming.qualifier_of(written)
        if qualifier and qualifier != "$LATEST":
            shown = naming.name_of(qualifier)
            self.found.note(
                f"The version or alias {shown} of {name} is not made: it itself answers."
            )
        self.found.functions.add(name)
        return self.place.arn("lambda", f"function:{name}")

    def role(self, written: str) -> str:
        """The ARN of the role."""
        name = naming.name_of(written)
        self.found.roles.add(name)
        return self.place.arn("iam", f"role/{name}", region=False)

    def machine(self, written: str) -> str:
        """The ARN of the state machine that a name means; one that no file defines is told."""
        name = naming.name_of(written)
        file = naming.same(name, self.found.machines)
        if file is None:
            self.found.note(f"No file here defines the state machine {name}.")
            return self.place.arn("states", f"stateMachine:{name}")
        return self.place.arn("states", f"stateMachine:{self.found.machines[file]}")


def operations(document: Json) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, verb in capitals (``ANY``) and what the document says of it."""
    for path, item in (document.get("paths") or {}).items():
        for word in VERBS:
            if isinstance(item, dict) and isinstance(item.get(word), dict):
                yield path, "ANY" if word == ANY else word.upper(), item[word]


def settle(document: dict[str, Json], names: DocumentNames) -> dict[str, Json]:
    """The document, changed in place: what it names is here, behind every method is something."""
    for path, verb, operation in operations(document):
        integration = operation.get(INTEGRATION)
        if isinstance(integration, dict):
            _settle_integration(integration, names)
            _note_unfilled(integration, f"{verb} {path}", names)
            _note_unserved(integration, f"{verb} {path}", names)
        else:
            operation[INTEGRATION] = _nothing_behind(f"{verb} {path}")
            names.found.note(f"{verb} {path} has no integration: it answers 501.")
    for scheme in _schemes(document):
        if isinstance(scheme, dict) and isinstance(scheme.get(AUTHORIZER), dict):
            _settle_authorizer(scheme[AUTHORIZER], names)
    return document


def _schemes(document: Json) -> Iterator[Json]:
    components = document.get("components") or {}
    for kept in (components.get("securitySchemes"), document.get("securityDefinitions")):
        yield from (kept or {}).values()


def _settle_integration(integration: dict[str, Json], names: DocumentNames) -> None:
    kind, uri = str(integration.get("type", "")).lower(), integration.get("uri")
    if isinstance(uri, str) and kind in ("aws", "aws_proxy"):
        integration["uri"] = _uri(uri, names)
    _settle_role(integration, "credentials", names)
    action = _ACTION.fullmatch(str(integration.get("uri")))
    templates = integration.get("requestTemplates")
    if action and isinstance(templates, dict):
        for kind_, text in templates.items():
            if isinstance(text, str):
                templates[kind_] = _template(text, names, waits=action[1] == "StartSyncExecution")


def _settle_authorizer(authorizer: dict[str, Json], names: DocumentNames) -> None:
    if isinstance(authorizer.get("authorizerUri"), str):
        authorizer["authorizerUri"] = _uri(authorizer["authorizerUri"], names)
    _settle_role(authorizer, "authorizerCredentials", names)


def _settle_role(definition: dict[str, Json], key: str, names: DocumentNames) -> None:
    written = definition.get(key)
    if isinstance(written, str) and not _CALLERS.fullmatch(written):
        definition[key] = names.role(written)


def _uri(uri: str, names: DocumentNames) -> str:
    """A function's address, however it is written; another service's stays as it is."""
    found = _INVOCATION.fullmatch(uri)
    if found and _STAGE_VARIABLE not in found["function"]:
        return found["before"] + names.function(found["function"]) + found["after"]
    whole = PLACEHOLDER.fullmatch(uri)
    if whole or re.fullmatch(r"arn:[\w-]+:lambda:.*:function:.+", uri):
        before = _VERSIONED.format(names.place.partition, names.place.region)
        return f"{before}{names.function(uri)}/invocations"
    return uri


def _template(text: str, names: DocumentNames, *, waits: bool) -> str:
    """The request template, its state machine the one of here."""

    def named(found: re.Match[str]) -> str:
        if found["named"].startswith("$") and not PLACEHOLDER.match(found["named"]):
            return found[0]  # Velocity says it
        arn = names.machine(found["named"])
        if waits:
            names.found.synchronous.add(arn.rpartition(":")[2])
        return found["before"] + arn

    return _IN_TEMPLATE.sub(named, text)


def _note_unfilled(integration: dict[str, Json], method: str, names: DocumentNames) -> None:
    uri = str(integration.get("uri", ""))
    if _STAGE_VARIABLE in uri:
        names.found.note(f"{method} needs stage variables, which no document sets: {uri}")
    elif PLACEHOLDER.search(uri):
        names.found.note(f"{method} has an address that only its deployment knows: {uri}")


def _note_unserved(integration: dict[str, Json], method: str, names: DocumentNames) -> None:
    """What the local AWS refuses by name when it is asked (docs/local-aws.md)."""
    kind, uri = str(integration.get("type", "")).lower(), str(integration.get("uri", ""))
    service = re.match(r"arn:[\w-]+:apigateway:[\w-]*:([\w.-]+):", uri)
    if kind in ("aws", "aws_proxy") and service and service[1] not in ("lambda", "states"):
        names.found.note(f"{method} asks {service[1]}: refused by name, it is not done here.")
    if kind in ("http", "http_proxy") and not _LOOPBACK.match(uri):
        names.found.note(f"{method} asks {uri}: refused by name, only this machine is asked.")


def _nothing_behind(method: str) -> dict[str, Json]:
    """A mock that says that the document puts nothing behind this method."""
    message = json.dumps({"message": f"The definition of {method} has no integration."})
    return {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 501}'},
        "responses": {
            "default": {"statusCode": "501", "responseTemplates": {"application/json": message}}
        },
    }


def stage_of(document: Json) -> str:
    """The stage that an exported document stood on, else ``prod``."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = str(first.get("url", "")) if isinstance(first, dict) else ""
    for name, variable in ((first.get("variables") or {}) if url else {}).items():
        url = url.replace("{" + name + "}", str((variable or {}).get("default", "")))
    if not url and document.get("host"):
        url = f"https://{document['host']}{document.get('basePath', '')}"
    stage = _path_of(url).strip("/").partition("/")[0] if ".execute-api." in url else ""
    return stage if re.fullmatch(r"[A-Za-z0-9_-]{1,128}", stage) else STAGE


def _path_of(url: str) -> str:
    try:
        return urlsplit(re.sub(r"//+", "//", url)).path.replace("//", "/")
    except ValueError:
        return ""


def each_text(value: Json, change: Callable[[str], str]) -> Json:
    """The value with every text in it changed."""
    if isinstance(value, dict):
        return {key: each_text(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [each_text(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
