"""Non-proxy integrations: the request's template on the way in, the answer's on the way out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dragonctl.local.data_plane import content_handling, faults
from dragonctl.local.data_plane.cache import Answer
from dragonctl.local.data_plane.exchange import Exchange, Reply
from dragonctl.local.data_plane.mapping import resolve, resolve_answer
from dragonctl.local.data_plane.templates import Input, render
from dragonctl.local.velocity import TemplateError

# Headers that API Gateway sets no integration's request to (recorded on AWS: 500).
_THE_CONNECTIONS = ("connection", "expect", "transfer-encoding")
# A string, or the bare name of a member.
_MEMBER = re.compile(r'"(?:[^"\\]|\\.)*"|([A-Za-z_]\w*)(?=\s*:)')
JSON_TYPE = "application/json"


def request_body(exchange: Exchange) -> str:
    """The body for the integration: by template, or as it came (AWS: "passthroughBehavior").

    Raises:
        GatewayError: 415 where neither is allowed, 500 for a template that fails.

    """
    templates = exchange.integration.get("requestTemplates") or {}
    template = templates.get(exchange.request.content_type)
    text = content_handling.incoming(exchange)
    if template:
        return _rendered(template, text, exchange)
    behaviour = exchange.integration.get("passthroughBehavior") or "WHEN_NO_MATCH"
    if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and templates):
        raise faults.unsupported_media_type()
    return text


def request_headers(exchange: Exchange) -> dict[str, str]:
    """The headers that the integration's request parameters name.

    Raises:
        GatewayError: 500 for a header that belongs to the connection.

    """
    mapped = request_parameters(exchange, "header")
    for name in mapped:
        if name.lower() in _THE_CONNECTIONS:
            raise faults.configuration(f"the header {name} cannot be mapped")
    return mapped


def request_parameters(exchange: Exchange, place: str) -> dict[str, str]:
    """What the integration gets in one place: ``header``, ``querystring`` or ``path``.

    By its request parameters, and by what a template has overridden.
    """
    prefix, mapped = f"integration.request.{place}.", {}
    for target, source in (exchange.integration.get("requestParameters") or {}).items():
        if target.startswith(prefix):
            value = resolve(source, exchange.parameters, exchange.context, exchange.stage.variables)
            if value is not None:
                mapped[target.removeprefix(prefix)] = value
    override = exchange.context["requestOverride"].get(place) or {}
    return {**mapped, **{name: str(value) for name, value in override.items()}}


def answer(exchange: Exchange, reply: Reply) -> Answer:
    """What the client gets of an integration's reply.

    Raises:
        GatewayError: 500 where no integration response fits, or its template fails.

    """
    chosen = _chosen(exchange, reply)
    kind, template = _response_template(chosen.get("responseTemplates") or {}, exchange)
    body = reply.body if template is None else _rendered(template, reply.body, exchange)
    headers = {"Content-Type": kind}
    for target, source in (chosen.get("responseParameters") or {}).items():
        name = target.removeprefix("method.response.header.")
        value = resolve_answer(
            source, reply.headers, reply.body, exchange.context, exchange.stage.variables
        )
        if value is not None:
            headers[name] = value
    override = exchange.context["responseOverride"]
    headers |= {name: str(value) for name, value in override.get("header", {}).items()}
    status = int(override.get("status") or chosen["statusCode"])
    return Answer(status, headers, content_handling.outgoing(exchange, chosen, reply, body))


def _chosen(exchange: Exchange, reply: Reply) -> Mapping[str, Any]:
    """The first response whose pattern fits the whole text; else the one without a pattern."""
    responses: Mapping[str, Mapping[str, Any]]
    responses = exchange.integration.get("integrationResponses") or {}
    fallback: Mapping[str, Any] | None = None
    for response in responses.values():
        pattern = response.get("selectionPattern")
        if not pattern:
            fallback = fallback or response
        elif reply.pattern_text and re.fullmatch(pattern, reply.pattern_text, re.DOTALL):
            return dict(response)
    if fallback is None:
        raise faults.configuration(
            "No match for output mapping and no default output mapping configured. "
            f"Endpoint Response Status Code: {reply.status}"
        )
    return fallback


def _response_template(templates: Mapping[str, str], exchange: Exchange) -> tuple[str, str | None]:
    """By what the client accepts, then JSON, then the first that there is."""
    accepted = (exchange.request.header("Accept") or "").split(",")
    for kind in (*(one.split(";")[0].strip() for one in accepted), JSON_TYPE, *templates):
        if kind in templates:
            return kind, templates[kind] or None
    return JSON_TYPE, None


def _rendered(template: str, body: str, exchange: Exchange) -> str:
    given = Input(body, exchange.parameters.by_kind())
    try:
        return render(template, given, exchange.context, exchange.stage.variables)
    except TemplateError as error:
        raise faults.configuration(f"Unable to transform request: {error}") from error


def _lax_json(text: str) -> Any:
    """JSON whose members need no quotes around their names: ``{statusCode: 200}``."""
    return json.loads(_MEMBER.sub(lambda one: f'"{one[1]}"' if one[1] else one[0], text))


def mock(exchange: Exchange) -> Reply:
    """A MOCK integration's reply: its request template says the status.

    Raises:
        GatewayError: 500 where the template's text holds no ``statusCode``.

    """
    body = request_body(exchange)
    try:
        status = int(_lax_json(body)["statusCode"])
    except (ValueError, TypeError, KeyError):
        raise faults.configuration(
            "Unable to parse statusCode. It should be an integer that is defined in the request "
            "template"
        ) from None
    return Reply(status, {}, "", str(status))
