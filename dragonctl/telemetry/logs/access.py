"""Access log lines by the format that their stage was given: JSON, CLF, CSV, XML, one's own keys.

The format says which part of a line is which ``$context`` variable ("Variables for access logging
for API Gateway" in the API Gateway developer guide). A line that no known format fits (the format
was changed since) is read by the names and the order that AWS's examples use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from dragonctl.telemetry.ids import TRACE_ID, UUID
from dragonctl.telemetry.logs.lines import Line, json_object, recognise, status_level
from dragonctl.telemetry.logs.state_events import as_text

Values = dict[str, str]
"""A variable's name without ``$context.`` -> what the line says; absent where it says ``-``."""

_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.\-]*[A-Za-z0-9_])")
_UNQUOTED = re.compile(r"(?<=[:,\[])\s*(\$context\.[\w.\-]+)\s*(?=[,}\]])")
_KEYS = {
    "requestId": ("requestId", "request_id", "reqId"),
    "extendedRequestId": ("extendedRequestId", "extended_request_id"),
    "xrayTraceId": ("xrayTraceId", "xray_trace_id", "traceId"),
    "httpMethod": ("httpMethod", "method", "http_method"),
    "resourcePath": ("resourcePath", "routeKey", "path", "resource_path"),
    "status": ("status", "statusCode", "status_code", "httpStatus"),
    "error.responseType": ("errorResponseType", "responseType", "error_response_type"),
    "error.message": ("errorMessage", "error", "error_message"),
    "error.validationErrorString": ("validationErrorString", "validationError"),
    "integrationErrorMessage": ("integrationErrorMessage", "integrationError"),
    "authorizer.error": ("authorizerError", "authorizer_error"),
    "integration.status": ("integrationStatus", "integration_status"),
    "integration.requestId": ("integrationRequestId", "lambdaRequestId"),
    "wafResponseCode": ("wafResponseCode", "waf"),
    "apiId": ("apiId", "api_id", "restApiId"),
    "stage": ("stage",),
    "domainName": ("domainName", "domain_name"),
}
"""A variable -> the keys under which formats that are written by hand often put it."""

_CLF = re.compile(
    r'"?(?P<httpMethod>[A-Z]{3,7}) (?P<resourcePath>\S*) HTTP/[\d.]+"? +(?P<status>\d{3})\b'
)
_STATUS = re.compile(r"(?:^|[\s,;>\"'=:])([1-5]\d\d)(?=$|[\s,;<\"'])")


def read_access(text: str, formats: Iterable[str] = ()) -> Values:
    """What an access log line says of each variable; empty for a line that is none."""
    line = text.strip()
    for form in formats:
        values = _by_format(form, line)
        if values:
            return values
    document = json_object(line)
    return _by_keys(document) if document is not None else _by_custom(line)


_SENTENCE = ("httpMethod", "resourcePath", "path", "status", "responseLatency", "identity.sourceIp")
"""Variables of the sentence that a line of one's own keys is told in; the others stand beneath."""


def access_line(text: str, formats: Iterable[str] = ()) -> Line:
    """An access log line with the request and the level that its stage's format says it has.

    A line that people can read as it stands (CLF, CSV, XML) stays as it is.
    """
    line = recognise(text)
    values = read_access(text, formats)
    if not values.keys() & {"requestId", "status"}:
        return line
    links = frozenset(ids_of(values)) | (line.links if line.kind == "access" else frozenset())
    status = values.get("status", "")
    trace = TRACE_ID.search(values.get("xrayTraceId", ""))
    found = replace(
        line, kind="access", request=values.get("requestId", line.request), links=links,
        level=status_level(status) if status else line.level, trace=trace[0] if trace else "",
    )  # fmt: skip
    if line.kind == "access" or not text.lstrip().startswith("{"):
        return found
    words = [values[name] for name in _SENTENCE if name in values]
    in_sentence = {"requestId", *_SENTENCE}
    fields = tuple((name, value) for name, value in values.items() if name not in in_sentence)
    return replace(found, text=" ".join(words), fields=fields)


NAMES_THE_API = ("$context.apiId", "$context.domainName")
"""What a format must hold for its lines to say which API they are of.

``$context.domainPrefix`` is the API's id too, or as well the first word of somebody's domain.
"""

_DEFAULT_DOMAIN = re.compile(r"([a-z0-9]+)(?:-vpce-[a-z0-9]+)?\.execute-api\.")


def stage_of(text: str, formats: Iterable[str]) -> tuple[str, str]:
    """The id of the API and the stage that an access log line says it is of; "" for what it lacks.

    A domain of somebody's own says nothing of the API behind it.
    """
    values = read_access(text, formats)
    domain = _DEFAULT_DOMAIN.match(values.get("domainName", ""))
    return values.get("apiId", domain[1] if domain else ""), values.get("stage", "")


def _by_format(form: str, line: str) -> Values:
    template = _template(form)
    if template is not None:
        document = json_object(line)
        return (
            {} if document is None else _kept({**_by_keys(document), **_placed(template, document)})
        )
    pattern, names = _pattern(form)
    found = pattern.fullmatch(line)
    if found is None:
        return {}
    return _kept({name: value for name, value in zip(names, found.groups(), strict=True) if value})


@lru_cache(maxsize=64)
def _template(form: str) -> Mapping[str, Any] | None:
    """A JSON format as an object; variables that stand without quotes are quoted first."""
    return json_object(form.strip()) or json_object(_UNQUOTED.sub(r'"\1"', form.strip()))


def _placed(template: Mapping[str, Any], document: Mapping[str, Any]) -> Values:
    """What stands in a line where the format has a variable."""
    found: Values = {}
    for key, value in template.items():
        there = document.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            found.update(_placed(value, there))
        elif isinstance(value, str) and there is not None:
            found.update(_within(value, as_text(there)))
    return found


def _within(value: str, there: str) -> Values:
    pattern, names = _pattern(value)
    match = pattern.fullmatch(there)
    return dict(zip(names, match.groups(), strict=True)) if match else {}


@lru_cache(maxsize=512)
def _pattern(form: str) -> tuple[re.Pattern[str], list[str]]:
    """A format as an expression, and the variables that its groups are, in order."""
    names = _VARIABLE.findall(form)
    pieces = _VARIABLE.split(form.strip())
    fixed = [re.sub(r"(?:\\ |\s)+", r"\\s+", re.escape(piece)) for piece in pieces[::2]]
    groups = [_FORMS.get(name, "(.*?)") for name in names] + [""]
    body = "".join(piece + group for piece, group in zip(fixed, groups, strict=True))
    return re.compile(body, re.DOTALL), names


_FORMS = {"status": r"(\d{3}|-?)", "requestId": r"([\w-]*)"}
"""Variables of a known form: a line that has another there is of another format."""


def _by_keys(document: Mapping[str, Any]) -> Values:
    found = {
        variable: next((document[key] for key in keys if document.get(key) is not None), None)
        for variable, keys in _KEYS.items()
    }
    return _kept({name: as_text(value) for name, value in found.items() if value is not None})


def _by_custom(line: str) -> Values:
    """A line of no known format: the common log format's request and status, ids by their form."""
    values = {}
    if found := _CLF.search(line):
        values.update(found.groupdict())
    elif len(statuses := _STATUS.findall(line)) == 1:
        values["status"] = statuses[0]
    if request := re.search(rf"(?<![\w-]){UUID}(?![\w-])", line):
        values["requestId"] = request[0]
    if trace := TRACE_ID.search(line):
        values["xrayTraceId"] = trace[0]
    return values


def _kept(values: Values) -> Values:
    """Without what API Gateway had no value for: it writes a hyphen."""
    return {name: value for name, value in values.items() if value not in ("", "-")}


def ids_of(values: Mapping[str, str]) -> Iterator[str]:
    """The ids by which an access line links its request to other logs."""
    for name in ("requestId", "extendedRequestId", "integration.requestId"):
        if len(value := values.get(name, "")) >= _SHORTEST:
            yield value
    if trace := TRACE_ID.search(values.get("xrayTraceId", "")):
        yield trace[0]


_SHORTEST = 8  # characters: anything shorter would be found in other people's lines
