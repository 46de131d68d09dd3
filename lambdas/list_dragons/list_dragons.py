"""``GET /dragons``: the dragons, all of them or those of one name or family."""

from __future__ import annotations

import json
from typing import Any

import boto3
from common import tracing
from common.dragons import Dragon, DragonData
from common.structured_log import log

tracing.patch_all()
DATA = DragonData(boto3.client("s3"), boto3.client("ssm"))
FILTERS = {"dragonName": "dragon_name_str", "family": "family_str"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway proxy request; its query parameters are the filters."""
    query = event.get("queryStringParameters") or {}
    filters = {name: query[name] for name in FILTERS if query.get(name)}
    with tracing.subsegment("list-dragons") as annotate:
        for name, value in filters.items():
            annotate(name, value)
        dragons = [dragon for dragon in DATA.read()[0] if _matches(dragon, filters)]
        annotate("found", len(dragons))
    log(context, "dragons listed", found=len(dragons), **filters)
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(dragons, ensure_ascii=False),
    }


def _matches(dragon: Dragon, filters: dict[str, str]) -> bool:
    return all(dragon.get(FILTERS[name]) == value for name, value in filters.items())
