"""The authorizers of a REST API: who is asked before a method is served."""

from __future__ import annotations

from typing import Any

from dragonctl.engine.model import Reader


def read_authorizers(aws: Reader, api: str) -> list[dict[str, Any]]:
    """GetAuthorizers' items, every page of them; none where there is no such API."""
    absent = ("NotFoundException",)
    found = aws.pages(
        "apigateway", "GetAuthorizers", "items", absent=absent, restApiId=api, limit=500
    )
    return found or []
