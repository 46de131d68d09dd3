"""Lists of Lambda come in pages of fifty at most; moto sends everything at once."""

from __future__ import annotations

from typing import Any

from dragonctl.local.messages import Request
from dragonctl.local.shims import after
from dragonctl.local.shims.functions import invalid

MOST_ITEMS = 50


@after("lambda", "ListFunctions")
def page_functions(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A page of the functions, by name."""
    kept = sorted(result["Functions"], key=lambda one: (one["FunctionName"], one["Version"]))
    return page(request, "Functions", kept)


@after("lambda", "ListVersionsByFunction")
def page_versions(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A page of a function's versions, ``$LATEST`` first."""
    return page(request, "Versions", result["Versions"])


def page(request: Request, name: str, items: list[Any]) -> dict[str, Any]:
    """The page that ``Marker`` and ``MaxItems`` ask for, under its name."""
    marker = request.parameters.get("Marker") or "0"
    if not marker.isdecimal():
        raise invalid("Invalid Marker")
    most = min(int(request.parameters.get("MaxItems") or MOST_ITEMS), MOST_ITEMS)
    end = int(marker) + most
    rest = {"NextMarker": str(end)} if end < len(items) else {}
    return {name: items[int(marker) : end], **rest}
