"""The ids that link what one request left behind, and their forms.

Sources: request ids are UUIDs (Lambda, API Gateway developer guides); X-Ray trace ids as "Tracing
header" in the X-Ray developer guide has them, and the same 32 digits in W3C's Trace Context;
execution ARNs as the Step Functions API reference has them.
"""

from __future__ import annotations

import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TRACE = r"1-[0-9a-f]{8}-[0-9a-f]{24}"
EXECUTION_ARN = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d+:e(?:xpress|xecution):[\w:.\-+/]+")
TRACE_ID = re.compile(rf"\b{TRACE}\b")

_ID = re.compile(rf"(?:{UUID}|{TRACE}|arn:aws[\w-]*:states:.+:.+|[A-Za-z0-9+/_-]{{10,}}={{0,2}})")
_UUID = re.compile(UUID)
_W3C = re.compile(r"(?:00-)?([0-9a-f]{8})([0-9a-f]{24})(?:-[0-9a-f]{16}-[0-9a-f]{2})?")


def trace_root(ident: str) -> str:
    """An id as logs hold it: of a trace header, or in W3C's form, X-Ray's trace id alone."""
    text = ident.strip()
    found = TRACE_ID.search(text) if text.startswith(("Root=", "Self=")) else None
    if found:
        return found[0]
    w3c = _W3C.fullmatch(text)
    return f"1-{w3c[1]}-{w3c[2]}" if w3c else text


def w3c_form(trace: str) -> str:
    """The 32 digits by which OpenTelemetry names an X-Ray trace id."""
    return trace[2:].replace("-", "")


def is_execution(ident: str) -> bool:
    """Whether an id is the ARN of a standard or express execution."""
    return ident.startswith("arn:") and ident.split(":")[5:6] in (["execution"], ["express"])


def is_express(ident: str) -> bool:
    """Whether an id is the ARN of an express execution: Step Functions keeps no history of it."""
    return ident.startswith("arn:") and ident.split(":")[5:6] == ["express"]


def machine_of(execution: str) -> str:
    """The name of the state machine in an execution's ARN."""
    return execution.split(":")[6].partition("/")[0]


def is_trace(ident: str) -> bool:
    """Whether an id is an X-Ray trace id: bare, in a trace header, or in W3C's form."""
    return bool(re.fullmatch(TRACE, trace_root(ident)))


def is_uuid(ident: str) -> bool:
    """Whether an id has the form of Lambda's and API Gateway's request ids."""
    return bool(_UUID.fullmatch(ident))


def looks_like_id(text: str) -> bool:
    """Whether a text can be one of the ids that link lines."""
    return bool(_ID.fullmatch(trace_root(text)))
