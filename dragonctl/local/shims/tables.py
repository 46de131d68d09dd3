"""DynamoDB: a table that is not there, in AWS's words (recorded); updates and what they cost."""

from __future__ import annotations

from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before

_CHANGES = ("AttributeUpdates", "UpdateExpression")


@before("dynamodb", "DeleteTable")
def check_table(request: Request) -> None:
    """Its name is in the refusal."""
    name = request.parameters["TableName"].rpartition(":table/")[2]
    if name not in backends.backend("dynamodb", request.account, request.region).tables:
        words = f"Requested resource not found: Table: {name} not found"
        raise AwsError("ResourceNotFoundException", words)


@before("dynamodb", "UpdateItem")
def allow_no_change(request: Request) -> None:
    """An update may name an item alone: it is made where it is missing (the API's reference)."""
    if not any(name in request.parameters for name in _CHANGES):
        request.replace_json({**request.parameters, "AttributeUpdates": {}})


@after("dynamodb", "UpdateItem")
def tell_cost_where_asked(request: Request, result: dict[str, Any]) -> None:
    """One unit, of the table alone: moto tells of half a one, whether asked or not."""
    asked = request.parameters.get("ReturnConsumedCapacity", "NONE")
    consumed = result.pop("ConsumedCapacity", {"TableName": request.parameters["TableName"]})
    if asked != "NONE":
        units = {"CapacityUnits": 1.0}
        whole = {"Table": units} if asked == "INDEXES" else {}
        result["ConsumedCapacity"] = {**consumed, **units, **whole}


@after("dynamodb", "GetItem", "Query", "Scan")
def charge_consistency(request: Request, result: dict[str, Any]) -> None:
    """A strongly consistent read costs twice as much as another (DynamoDB's guide)."""
    consumed = result.get("ConsumedCapacity", {})
    if request.parameters.get("ConsistentRead"):
        for one in (consumed, consumed.get("Table", {})):
            if "CapacityUnits" in one:
                one["CapacityUnits"] *= 2
