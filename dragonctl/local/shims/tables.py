"""DynamoDB: a table that is not there, in AWS's words (recorded)."""

from __future__ import annotations

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before


@before("dynamodb", "DeleteTable")
def check_table(request: Request) -> None:
    """Its name is in the refusal."""
    name = request.parameters["TableName"].rpartition(":table/")[2]
    if name not in backends.backend("dynamodb", request.account, request.region).tables:
        words = f"Requested resource not found: Table: {name} not found"
        raise AwsError("ResourceNotFoundException", words)
