"""Answers of thousands of items, read and held against their shape in one pass.

botocore reads JSON member by member, and :mod:`dragonctl.aws.answers` looks at each once more: for
a log's lines that costs more than all that is done with them. msgspec does both at once, for
operations whose items are of texts and numbers alone. What it does not take as it stands, an odd
answer or one with a ``null``, goes the way of all others, which says what is wrong with it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypedDict

import msgspec

from dragonctl.aws.answers import HeldList

OPERATIONS = ("FilterLogEvents",)
"""Whose items come as plain dicts: whoever reads them asks for no member that may not be there."""

_SCALARS = {"string": str, "integer": int, "long": int, "boolean": bool}
_FIRST_ERROR = 300


def register(client: Any) -> None:
    """Let a client of botocore's read the answers of :data:`OPERATIONS` in bulk."""
    for operation in OPERATIONS:
        client.meta.events.register(f"before-parse.*.{operation}", read)


def is_read(parsed: dict[str, Any]) -> bool:
    """Whether an answer, as botocore gives it, was read here."""
    return any(type(value) is HeldList for value in parsed.values())


def read(
    operation_model: Any,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: Any,
) -> None:
    """Read the body in botocore's stead, who adds what it finds in the rest: nothing."""
    if response_dict["status_code"] >= _FIRST_ERROR:
        return
    try:
        found = _decoder(operation_model.output_shape).decode(response_dict["body"])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return
    for name, value in found.items():
        customized_response_dict[name] = HeldList(value) if isinstance(value, list) else value
    if is_read(customized_response_dict):
        response_dict["body"] = b"{}"


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[dict[str, Any]]:
    return msgspec.json.Decoder(_type_of(shape))


def _type_of(shape: Any) -> Any:
    """A type for a shape of botocore's; a KeyError for one that is more than texts and numbers."""
    if shape.type_name == "structure":
        members = {name: _type_of(member) for name, member in shape.members.items()}
        return TypedDict(shape.name, members, total=False)  # type: ignore[operator]
    if shape.type_name == "list":
        return list[_type_of(shape.member)]  # type: ignore[misc]
    return _SCALARS[shape.type_name]
