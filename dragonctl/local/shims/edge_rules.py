"""What CloudFront asks of a function before it runs at the edge.

From the guide's "Restrictions on edge functions"; texts as recorded where they are, else in the
manner of those.
"""

from __future__ import annotations

import re
from typing import Any

from dragonctl.local import backends, roles
from dragonctl.local.messages import AwsError

EVENTS = ("viewer-request", "viewer-response", "origin-request", "origin-response")
MOST_VIEWER_MEMORY = 128
MOST_VIEWER_SECONDS = 5
MOST_VIEWER_ZIP = 1_048_576
MOST_ORIGIN_SECONDS = 30
_ARN = re.compile(r"arn:[\w-]+:lambda:([\w-]+):(\d{12}):function:([\w-]+):?([\w$-]*)")
_NOT_TRUSTED = (
    "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
    "lambda.amazonaws.com principals."
)


def check_associations(config: dict[str, Any]) -> None:
    """InvalidLambdaFunctionAssociation for the first association that cannot be."""
    for behavior in [
        config["DefaultCacheBehavior"],
        *config["CacheBehaviors"].get("Items", []),
    ]:
        items = behavior["LambdaFunctionAssociations"].get("Items") or []
        events = [one.get("EventType") for one in items]
        if len(events) != len(set(events)):
            raise _invalid("There can be only one association for each event type.")
        for one in items:
            _check(one)


def _check(association: dict[str, Any]) -> None:
    event, arn = association.get("EventType"), association.get("LambdaFunctionARN", "")
    if event not in EVENTS:
        raise _invalid(f"The event type must be one of: {', '.join(EVENTS)}.")
    found = _ARN.fullmatch(arn)
    if found is None or not found[4].isdigit():
        raise _invalid(
            "The function ARN must reference a specific function version. "
            f"(The ARN must end with the version number.) ARN: {arn}"
        )
    if found[1] != "us-east-1":
        raise _invalid(f"The function must be in region 'us-east-1'. ARN: {arn}")
    _check_function(_function(found, arn), str(event))


def _function(found: re.Match[str], arn: str) -> Any:
    backend = backends.backend("lambda", found[2], found[1])
    try:
        return backend.get_function(found[3], found[4])
    except Exception as error:
        raise _invalid(f"The function cannot be found or accessed. ARN: {arn}") from error


def _check_function(function: Any, event: str) -> None:
    for wrong, words in _rules(function, event.startswith("viewer")):
        if wrong:
            raise _invalid(words)
    role = roles.find(function.role)
    services = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")
    if role is None or not all(role.trusts(one) for one in services):
        raise _invalid(_NOT_TRUSTED)


def _rules(function: Any, viewer: bool) -> list[tuple[bool, str]]:
    runtime, vpc = str(function.run_time), function.vpc_config or {}
    seconds = MOST_VIEWER_SECONDS if viewer else MOST_ORIGIN_SECONDS
    return [
        (bool(function.environment_vars), "The function cannot have environment variables."),
        (bool(function.layers), "The function cannot have layers."),
        (bool(vpc.get("SubnetIds")), "The function cannot have a VPC configuration."),
        (
            function.tracing_config.get("Mode") == "Active",
            "The function cannot have active tracing.",
        ),
        (function.package_type != "Zip", "The function cannot be a container image."),
        ("arm64" in function.architectures, "The function cannot use the arm64 architecture."),
        (
            not runtime.startswith(("nodejs", "python")),
            f"The function runtime is not supported: {runtime}.",
        ),
        (
            int(function.timeout) > seconds,
            f"The function timeout is larger than the maximum allowed: {seconds} seconds.",
        ),
        (
            viewer and int(function.memory_size) > MOST_VIEWER_MEMORY,
            f"The function memory is larger than the maximum allowed: {MOST_VIEWER_MEMORY} MB.",
        ),
        (
            viewer and function.code_size > MOST_VIEWER_ZIP,
            f"The function code is larger than the maximum allowed: {MOST_VIEWER_ZIP} bytes.",
        ),
        (int(function.ephemeral_storage) > 512, "The function cannot have more than 512 MB /tmp."),  # noqa: PLR2004
    ]


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidLambdaFunctionAssociation", message)
