"""Which function a call of Lambda names: by a name that one can have, in reach of the caller.

Texts as recorded (``docs/aws-notes.md``). moto takes any text, and an ARN of any place.
"""

from __future__ import annotations

import re

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before, whenever
from dragonctl.local.shims.functions import invalid

MOST_NAME = 64
_ARN = re.compile(r"arn:[^:]+:lambda:([^:]+):([^:]+):function:(.+)")
_PARTIAL = re.compile(r"(\d{12}):function:(.+)")
_FUNCTION_NAME = "FunctionName"


@whenever("lambda")
def check_name(request: Request) -> None:
    """A function's name or ARN, of this account and region."""
    named = str(request.parameters.get(_FUNCTION_NAME, ""))
    if not named:
        return
    _check_length(request, named)
    found = _ARN.fullmatch(named)
    if found and found[1] != request.region:
        words = f"Functions from '{found[1]}' are not reachable in this region ('{request.region}')"
        raise AwsError("ResourceNotFoundException", words, 404, Type="User")
    partial = _PARTIAL.fullmatch(named)
    account = found[2] if found else partial[1] if partial else request.account
    if account != request.account:
        words = (
            f"User: arn:aws:iam::{request.account}:root is not authorized to perform: "
            f"lambda:{request.operation} on resource: {named} because no resource-based policy "
            f"allows the lambda:{request.operation} action"
        )
        raise AwsError("AccessDeniedException", words, 403)


@before("lambda", "DeleteFunction")
def keep_latest(request: Request) -> None:
    """The unpublished version goes with the function alone (recorded)."""
    named = str(request.parameters.get(_FUNCTION_NAME, ""))
    if "$LATEST" in (request.parameters.get("Qualifier"), named.rpartition(":")[2]):
        raise invalid("$LATEST version cannot be deleted without deleting the function.")


def _check_length(request: Request, named: str) -> None:
    """A name is shorter than the model allows names and ARNs together to be.

    CreateFunction says so with a code of its own (recorded).
    """
    short = named.rpartition(":function:")[2] if ":function:" in named else named
    if len(short.partition(":")[0]) <= MOST_NAME:
        return
    words = (
        f"1 validation error detected: Value '{named}' at 'functionName' failed to satisfy "
        f"constraint: Member must have length less than or equal to {MOST_NAME}"
    )
    if request.operation == "CreateFunction":
        raise invalid(words)
    raise AwsError("ValidationException", words, 400)
