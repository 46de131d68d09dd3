"""What an error's name and words come to: one row a form, the first that fits counts.

Sources: Lambda developer guide ("Troubleshoot invocation issues", "Lambda runtimes", the pages on
function errors), Step Functions developer guide ("Handling errors in workflows"), and the
documentation of the runtimes themselves (Node.js errors, errno, java.net, System.Net).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dragonctl.telemetry.requests.why.model import Kind
from dragonctl.telemetry.requests.why.services import (
    is_refused,
    is_unassumable,
    refusal,
    throttled_by,
)


class Judged(NamedTuple):
    """How something failed, by whom it was throttled, and what is known beyond that."""

    kind: Kind
    by: str = ""
    says: str = ""
    remedy: str = ""


class ErrorKind(NamedTuple):
    """A kind, and the names of errors or the words that mean it.

    The words of a row are the platform's: they count only where the error's name is the platform's
    too, or where no name is known. ``anybody``: also in an exception that code raised.
    """

    kind: Kind
    names: re.Pattern[str]
    words: re.Pattern[str]
    anybody: bool = False


_NEVER = r"(?!)"


def _row(
    kind: Kind, names: str = _NEVER, words: str = _NEVER, *, anybody: bool = False
) -> ErrorKind:
    return ErrorKind(kind, re.compile(names), re.compile(words), anybody)


_PACKAGE = r"(?:[\w$]+[.:]+)*"
_PLATFORMS = re.compile(
    r"|(?:Runtime|Extension|Function|Sandbox|Lambda|States)\.\w+|error|failure|panic|fatal error"
    r"|FATAL ERROR|LAMBDA_RUNTIME|Unhandled"
)

ROWS = (
    _row(
        "out of memory",
        _PACKAGE + r"(?:MemoryError|NoMemoryError|OutOfMemory\w*)|(?:Init|Function)<NoMemoryError>",
        r"signal: killed|heap out of memory|Java heap space|java\.lang\.OutOfMemoryError"
        r"|runtime: out of memory|cannot allocate memory|Runtime\.OutOfMemory",
    ),
    _row(
        "timeout",
        r"Sandbox\.Timedout|States\.(?:Heartbeat)?Timeout|Lambda\.Timeout",
        r"\bTask timed out after [\d.]+ seconds",
    ),
    _row(
        "cannot start",
        r"Runtime\.(?:ImportModuleError|HandlerNotFound|UserCodeSyntaxError|MalformedHandlerName"
        r"|InvalidEntrypoint|InvalidWorkingDir|NoSuchHandler|\w*HandlerName|InitError)"
        r"|Extension\.(?:InitError|LaunchError)|Init<.*>|LambdaException"
        r"|Lambda(?:Validation|UserCode)Exception|\w*\.LambdaValidationException",
        r"Couldn't find valid bootstrap|Runtime failed to start|exec format error|fork/exec "
        r"|Unable to import module|GLIBC_[\d.]+' not found",
    ),
    _row(
        "cannot start",
        words=r"^(?:Class not found|Error loading (?:class|method)|Unable to load type)"
        r"|^Could not find the specified handler",
        anybody=True,
    ),
    _row(
        "data limit",
        r"(?:Function\.)?ResponseSizeTooLarge|States\.DataLimitExceeded|RequestEntityTooLarge\w*"
        r"|RequestTooLarge\w*",
        r"exceeded maximum allowed payload size|Http response code: 413"
        r"|exceeding the maximum number of bytes service limit"
        r"|reached the maximum number of history events",
    ),
    _row(
        "exited",
        r"Runtime\.(?:ExitError|NodeJsExit)|Extension\.(?:Crash|ExitError)|Lambda\.Unknown",
        r"Runtime exited|exit(?:ed with)? (?:status|code)|before (?:completing|it could complete)",
    ),
    _row("backend status", r"States\.Http\.StatusCode\.\d+"),
    _row(
        "unreachable",
        _PACKAGE
        + r"(?:EndpointConnectionError|ConnectTimeout\w*|UnknownHost\w*|ConnectionRefused\w*"
        r"|NewConnectionError|HttpHostConnectException|NoRouteToHost\w*|States\.Http\.Socket)",
        r"\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b|[Cc]onnection refused"
        r"|Name or service not known|Temporary failure in name resolution|no such host"
        r"|nodename nor servname|Could not connect to the endpoint URL|No route to host",
        anybody=True,
    ),
)


def judge(name: str, message: str, whole: str = "") -> Judged:
    """What an error means; ``whole`` is all that was logged of it (a stack names the service)."""
    text = f"{message}\n{whole}"
    if found := _by_service(name, message, text):
        return found
    if found := _by_row(name, message):
        return found
    return Judged("exception")


def _by_service(name: str, message: str, text: str) -> Judged | None:
    if is_refused(name, message) or is_unassumable(message):
        return denied(text)
    service = throttled_by(name, text)
    return Judged("throttled", service) if service else None


def _by_row(name: str, message: str) -> Judged | None:
    platforms = _PLATFORMS.fullmatch(name) is not None
    for row in ROWS:
        has_words = (row.anybody or platforms) and row.words.search(message)
        if row.names.fullmatch(name) or has_words:
            return Judged(row.kind)
    return None


def denied(text: str) -> Judged:
    """A role that may not: which right it lacks on what, and where it is to be given."""
    found = refusal(text)
    if found is None:
        return Judged("role not allowed", "", "", "Give the role the right that the line names.")
    thing = f" on {found.resource}" if found.resource else ""
    role = f" the role {found.role}" if found.principal else " its role"
    if "explicit deny" in found.because:
        remedy = f"A policy denies {found.action}{thing} to{role}: change that statement."
    else:
        remedy = f"Allow {found.action}{thing} to{role}."
    return Judged("role not allowed", "", f"its role may not do {found.action}{thing}", remedy)
