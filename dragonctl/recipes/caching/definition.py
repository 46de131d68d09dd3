"""The present definition of an API and the one that a stage serves, in one form, compared.

A deployment ships everything that was edited since the last one, so what else it would ship must
be known before. AWS shows a deployment's content in two places only: GetExport of a stage that
serves it (integrations and cache keys, as OpenAPI), and GetDeployment's ``apiSummary`` (each
method's authorization). ``docs/aws-notes.md`` says what neither shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.resources.apigateway_method import Methods

Form = dict[str, Any]
"""Aspect of a method (``parameters``, ``uri``, …) -> value. Aspects at AWS's default are absent."""
Definition = dict[tuple[str, str], Form]

_ANY = "x-amazon-apigateway-any-method"
_EXTENSION = "x-amazon-apigateway-integration"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_VERBS = {"get", "put", "post", "delete", "options", "head", "patch", _ANY}
_AS_WRITTEN = (
    "uri",
    "httpMethod",
    "credentials",
    "connectionId",
    "requestParameters",
)
_WORDS = (
    "type",
    "passthroughBehavior",
    "connectionType",
    "contentHandling",
    "responseTransferMode",
)
_DEFAULTS = {
    "responseTransferMode": "BUFFERED",
    "timeoutInMillis": 29000,
    "connectionType": "INTERNET",
    "passthroughBehavior": "WHEN_NO_MATCH",
    "requestTemplates": {},
    "tlsConfig": {},
}
_PASSED_THROUGH = "__passthrough__"
"""An export's word for a template that GetResources shows as null: the body goes as it is."""


def definition(methods: Methods) -> Definition:
    """Methods in a form that compares, the present ones and deployed ones alike."""
    return {name: form(raw) for name, raw in methods.items()}


def deployed(document: Mapping[str, Any], summary: Mapping[str, Any]) -> Methods:
    """The methods that a stage serves, as GetResources would show them.

    From its export and its deployment's ``apiSummary``; an ``authorizationType`` of None is not
    known.
    """
    return {
        (_verb(word), path): _exported(operation, (summary.get(path) or {}).get(_verb(word)))
        for path, operations in (document.get("paths") or {}).items()
        for word, operation in operations.items()
        if word in _VERBS
    }


def digest(definition: Definition) -> str:
    """A short name of a definition: equal definitions have the same one."""
    listed = sorted([*name, form] for name, form in definition.items())
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()[:16]


def with_keys(
    definition: Definition, keys: Mapping[tuple[str, str], tuple[str, ...]]
) -> Definition:
    """The definition once the parameters in ``keys`` are declared, optional, and in the key."""
    made = {name: {**form} for name, form in definition.items()}
    for name, added in keys.items():
        form = made[name]
        form["parameters"] = {**dict.fromkeys(added, False), **form.get("parameters", {})}
        form["key"] = sorted({*form.get("key", ()), *added})
    return made


def differences(now: Definition, served: Definition) -> Iterator[str]:
    """What a deployment would ship besides cache keys: ``GET /a: uri, credentials``.

    A key that is not served yet, and the optional parameter that is declared for it, do nothing
    by themselves: they are no difference.
    """
    for verb, path in sorted(now.keys() | served.keys(), key=lambda name: (name[1], name[0])):
        here, there = now.get((verb, path)), served.get((verb, path))
        if there is None:
            yield f"{verb} {path} (new)"
        elif here is None:
            yield f"{verb} {path} (deleted)"
        elif aspects := sorted(_aspects(here, there)):
            yield f"{verb} {path} ({', '.join(aspects)})"


def _aspects(here: Form, there: Form) -> Iterator[str]:
    for aspect in here.keys() | there.keys():
        now, served = here.get(aspect), there.get(aspect)
        if aspect == "authorization" and not ("authorization" in here and "authorization" in there):
            continue  # the deployment's summary could not be read
        if aspect == "parameters":
            now = _without_new_keys(now or {}, served or {}, here.get("key", ()))
            now, served = _without_paths(now), _without_paths(served or {})
        if aspect == "key":
            if set(served or ()) - set(now or ()):
                yield "cache key"
        elif now != served:
            yield aspect


def _without_new_keys(now: Form, served: Form, key: Any) -> Form:
    return {
        name: required
        for name, required in now.items()
        if required or name in served or name not in key
    }


def _without_paths(parameters: Form) -> Form:
    """OpenAPI calls every path parameter required, declared or not: they tell nothing."""
    return {name: one for name, one in parameters.items() if ".path." not in name}


def form(raw: Mapping[str, Any]) -> Form:
    """A method, its integration included, in the form that compares."""
    integration = raw.get("methodIntegration") or {}
    answers = (integration.get("integrationResponses") or {}).values()
    return _clean(
        {
            "authorization": _authorization(raw),
            "parameters": {k: bool(v) for k, v in (raw.get("requestParameters") or {}).items()},
            "models": raw.get("requestModels"),
            "answers": sorted(raw.get("methodResponses") or {}),
            "mapped answers": {
                answer.get("selectionPattern") or "default": _answer(answer) for answer in answers
            },
            **_behind(integration),
        }
    )


def _exported(operation: Mapping[str, Any], summary: Mapping[str, Any] | None) -> dict[str, Any]:
    integration = dict(operation.get(_EXTENSION) or {})
    content = (operation.get("requestBody") or {}).get("content") or {}
    answers = integration.pop("responses", None) or {}
    if integration:
        integration["requestTemplates"] = _templates(integration.get("requestTemplates"))
        integration["integrationResponses"] = {
            pattern: {
                **one,
                "responseTemplates": _templates(one.get("responseTemplates")),
                "selectionPattern": None if pattern == "default" else pattern,
            }
            for pattern, one in answers.items()
        }
    return {
        **({"authorizationType": "NONE", **summary} if summary else {"authorizationType": None}),
        "requestParameters": dict(map(_parameter, operation.get("parameters") or ())),
        "requestModels": {kind: _name_of(one.get("schema") or {}) for kind, one in content.items()},
        "methodResponses": operation.get("responses") or {},
        "methodIntegration": integration,
    }


def _behind(integration: Mapping[str, Any]) -> Form:
    """An integration, whether GetResources or OpenAPI tells of it: they differ in letter case."""
    upper = {name: str(integration[name]).upper() for name in _WORDS if integration.get(name)}
    given = {**_DEFAULTS, **{name: integration.get(name) for name in _AS_WRITTEN}, **upper}
    if integration.get("timeoutInMillis"):
        given["timeoutInMillis"] = int(integration["timeoutInMillis"])
    given["key"] = sorted(integration.get("cacheKeyParameters") or ())
    given["requestTemplates"] = _templates(integration.get("requestTemplates"))
    # Certificates are verified unless it says that they are not.
    given["tlsConfig"] = {k: v for k, v in (integration.get("tlsConfig") or {}).items() if v}
    return {name: one for name, one in given.items() if one != _DEFAULTS.get(name)}


def _answer(answer: Mapping[str, Any]) -> Form:
    return _clean(
        {
            "status": str(answer.get("statusCode")),
            "headers": answer.get("responseParameters"),
            "templates": _templates(answer.get("responseTemplates")),
            "content": answer.get("contentHandling"),
        }
    )


def _templates(given: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        kind: "" if text in (None, _PASSED_THROUGH) else text
        for kind, text in (given or {}).items()
    }


def _authorization(method: Mapping[str, Any]) -> str | None:
    kind = method.get("authorizationType", "NONE")
    if kind is None:
        return None  # the deployment's summary could not be read
    return f"{kind}, API key" if method.get("apiKeyRequired") else kind


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, bool]:
    place = _PLACES.get(parameter.get("in", ""), parameter.get("in", ""))
    return f"method.request.{place}.{parameter.get('name')}", bool(parameter.get("required"))


def _name_of(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _verb(word: str) -> str:
    return "ANY" if word == _ANY else word.upper()


def _clean(form: Form) -> Form:
    return {name: one for name, one in form.items() if one not in (None, {}, [], "")}
