"""The state ``AddDragon``: writes the dragon to the data, losing nobody else's."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import boto3
from botocore.exceptions import ClientError
from common import tracing
from common.dragons import FIELDS, Dragon, DragonData, DragonValidationException, named
from common.structured_log import log

tracing.patch_all()
S3 = boto3.client("s3")
DATA = DragonData(S3, boto3.client("ssm"))

ATTEMPTS = 8
LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Add the dragon of the state machine's input; the same dragon twice is added once.

    Only the dragon is kept: the number it was reported from is not. Raises
    :class:`DragonValidationException` when another dragon has taken the name since validation.
    """
    dragon = {field: event[field] for field in FIELDS}
    name = dragon["dragon_name_str"]
    with tracing.subsegment("add-dragon") as annotate:
        annotate("dragon_name", name)
        annotate("family", dragon["family_str"])
        count = _add(dragon)
        annotate("dragons", count)
    log(context, "dragon added", dragon_name=name, dragons=count)
    return {"dragon_name_str": name, "dragons": count}


def _add(dragon: Dragon) -> int:
    """How many dragons there are once this one is among them."""
    for attempt in range(ATTEMPTS):
        dragons, etag = DATA.read()
        known = named(dragons, dragon["dragon_name_str"])
        if known == dragon:  # an earlier try whose answer was lost
            return len(dragons)
        if known:
            raise DragonValidationException(f"{dragon['dragon_name_str']} was added meanwhile.")
        if _written([*dragons, dragon], etag):
            return len(dragons) + 1
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 (spreads rivals, no secret)
    raise TimeoutError(f"The dragons changed {ATTEMPTS} times while one was to be added.")


def _written(dragons: list[Dragon], etag: str) -> bool:
    """Whether the write came first: S3 refuses it when the object is no longer the one read."""
    body = json.dumps(dragons, ensure_ascii=False, indent=2).encode()
    try:
        S3.put_object(**DATA.place, Body=body, IfMatch=etag, ContentType="application/json")
    except ClientError as error:
        if error.response["Error"]["Code"] in LOST_RACE:
            return False
        raise
    return True
