"""The forms in which runtimes write an error that nobody caught: one row a form.

Sources: the pages on function errors of each runtime in the Lambda developer guide, and the runtime
interface clients of AWS, as each row says.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class UncaughtForm(NamedTuple):
    """One form of an uncaught error in text: its parts by name, or JSON in ``document``."""

    parts: re.Pattern[str]
    source: str
    name: str = ""


def _form(parts: str, source: str, name: str = "") -> UncaughtForm:
    return UncaughtForm(re.compile(parts, re.DOTALL), source, name)


UNCAUGHT = (
    _form(
        r"\[ERROR\] (?P<name>[A-Za-z_][\w.]*)(?:: (?P<message>[^\n]*))?(?:\n.*)?",
        "Python: awslambdaric's log_error",
    ),
    _form(
        r"\S+\t(?:\S+)\tERROR\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)"
        r"\s*(?P<document>\{.*)",
        "Node.js: aws-lambda-nodejs-runtime-interface-client's verbose errors",
    ),
    _form(
        r"\S+\t\S+\tfail\t(?P<name>[A-Z]\w*(?:\.\w+)+|\w+Exception)(?:: (?P<message>[^\n]*))?"
        r"(?:\n.*)?",
        ".NET: Amazon.Lambda.RuntimeSupport's LambdaBootstrap",
    ),
    _form(
        r"(?P<message>[^\n]*): (?P<name>[a-zA-Z_$][\w$]*(?:\.[\w$]+)+)\n(?P=name)\b.*",
        "Java: aws-lambda-java-runtime-interface-client's UserFault",
    ),
    _form(
        r'Exception in thread "[^"]*" (?P<name>[\w.$]+)(?:: (?P<message>[^\n]*))?(?:\n.*)?',
        "Java: the virtual machine's default handler",
    ),
    _form(
        r"(?:Error raised from handler method|Init error when loading handler[^\n]*)\n"
        r"(?P<document>\{.*)",
        "Ruby: aws-lambda-ruby-runtime-interface-client's lambda_runtime",
    ),
    _form(
        r"panic: (?P<message>[^\n]*)(?:\n.*)?", "Go: the runtime's panic", "panic",
    ),
    _form(
        r"fatal error: (?P<message>[^\n]*)(?:\n.*)?", "Go: the runtime's throw", "fatal error",
    ),
    _form(
        r"(?:.*\n)?FATAL ERROR: (?P<message>[^\n]*)(?:\n.*)?", "V8: the heap's limit",
        "FATAL ERROR",
    ),
    _form(
        r"thread '[^']*'(?: \(\d+\))? panicked at (?P<message>.*)", "Rust: the panic hook", "panic",
    ),
    _form(
        r"Terminating due to (?P<name>java\.lang\.\w+)(?:: (?P<message>[^\n]*))?.*",
        "Java: -XX:+ExitOnOutOfMemoryError",
    ),
    _form(
        r"\[ERROR\] \[\d+\] LAMBDA_RUNTIME (?P<message>.*)",
        "aws-lambda-cpp, which Python's and Node's clients are built on", "LAMBDA_RUNTIME",
    ),
)  # fmt: skip

_HINTS = ("\n", "panic", "error: ", "LAMBDA_RUNTIME", "Terminating", "Exception in thread")
"""Without any of these a line is none of the forms: most lines are spared the expressions."""


def is_uncaught(text: str) -> bool:
    """Whether a line of text is an error that nobody caught."""
    stripped = text.strip()
    if not any(hint in stripped for hint in _HINTS):
        return False
    return any(form.parts.fullmatch(stripped) for form in UNCAUGHT)
