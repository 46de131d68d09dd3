"""A function that runs at the edge cannot be deleted while its replicas are there."""

from __future__ import annotations

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before
from dragonctl.local.shims.distributions import functions_in_use
from dragonctl.local.shims.functions import find

_REPLICATED = (
    "Lambda was unable to delete {arn} because it is a replicated function. Please see our "
    "documentation for Deleting Lambda@Edge Functions and Replicas."
)


@before("lambda", "DeleteFunction")
def check_not_replicated(request: Request) -> None:
    """Refuse it by the version that a distribution runs."""
    name = find(request).function_name
    for arn in functions_in_use(request.account):
        if arn.split(":")[6] == name:
            words = _REPLICATED.format(arn=arn)
            raise AwsError("InvalidParameterValueException", words, 400, Type="User")
