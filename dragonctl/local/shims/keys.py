"""KMS: what moto asks for, and AWS does not."""

from __future__ import annotations

from dragonctl.local.messages import Request
from dragonctl.local.shims import before


@before("kms", "GetKeyPolicy")
def name_policy(request: Request) -> None:
    """A key has one policy, whose name need not be told (the API's reference)."""
    request.replace_json({"PolicyName": "default", **request.parameters})
