"""The state ``ValidateDragon``: refuses an incomplete report, or a dragon known already."""

from __future__ import annotations

from typing import Any

import boto3
from common import tracing
from common.dragons import FIELDS, DragonData, DragonValidationException, named
from common.structured_log import log

tracing.patch_all()
DATA = DragonData(boto3.client("s3"), boto3.client("ssm"))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Say that the state machine's input is a new dragon.

    Raises :class:`DragonValidationException`, which the machine catches by its name.
    """
    name = str(event.get("dragon_name_str") or "")
    with tracing.subsegment("validate-dragon") as annotate:
        annotate("dragon_name", name)
        annotate("family", str(event.get("family_str") or ""))
        reason = _refusal(event)
        annotate("valid", reason is None)
        if reason:
            log(context, "dragon refused", level="WARN", dragon_name=name, reason=reason)
            raise DragonValidationException(reason)
    log(context, "dragon validated", dragon_name=name)
    return {"valid": True}


def _refusal(event: dict[str, Any]) -> str | None:
    missing = [field for field in FIELDS if not _said(event.get(field))]
    if missing:
        return f"The report does not say {', '.join(missing)}."
    name = event["dragon_name_str"]
    return f"A dragon named {name} is known already." if named(DATA.read()[0], name) else None


def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
