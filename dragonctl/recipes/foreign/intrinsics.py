"""What deployment tools write in the place of a text, as one text with ``${Name}`` in it.

CloudFormation's functions (user guide, "Intrinsic function reference") lose their form and keep
their names: ``{"Fn::GetAtt": ["Lister", "Arn"]}`` -> ``${Lister.Arn}``. Then what is known of the
place (``${AWS::Region}``, Terraform's ``${data.aws_region.current.name}``) gets its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dragonctl.engine.model import Json
from dragonctl.recipes.place import Place

PLACEHOLDER = re.compile(r"\$\{(?!stageVariables\.)([^${}]+)\}")
"""Not what API Gateway itself fills in."""

_ARN = re.compile(
    r"arn:(?P<partition>[^:\s\"']+):(?P<service>[a-z0-9-]+):(?P<region>[^:\s\"'/]*):(?P<account>[^:\s\"'/]*)(?=:)"
)
_KEPT_ACCOUNTS = {"", "*", "aws"}
_ACCOUNT = (
    r"(?:AWS::|.*[._:])?(?:aws[._-]?)?"
    r"(?:account[._-]?(?:id|number)?|caller_identity\.\w+\.account_id)"
)
_PLACES: tuple[tuple[re.Pattern[str], Callable[[Place], str]], ...] = tuple(
    (re.compile(form, re.IGNORECASE), value_at)
    for form, value_at in (
        (r"AWS::Partition|.*aws_partition\.[\w.]+", lambda place: place.partition),
        (r"AWS::URLSuffix", lambda _: "amazonaws.com"),
        (
            r"(?:AWS::|.*[._:])?(?:aws[._-]?)?region(?:\.current\.(?:name|id|region))?",
            lambda place: place.region,
        ),
        (
            _ACCOUNT,
            lambda place: place.account,
        ),
    )
)
"""Names that everybody gives to where an application is -> what they are here."""


def plain(value: Json, place: Place) -> Json:
    """The document without functions, its ARNs those of this place."""
    if isinstance(value, dict):
        text = _function(value)
        if text is not None:
            return located(text, place)
        return {key: plain(one, place) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one, place) for one in value]
    return located(value, place) if isinstance(value, str) else value


def _function(value: dict[str, Json]) -> Any:
    """The text that a function stands for; None for what is none."""
    if len(value) != 1:
        return None
    ((name, given),) = value.items()
    known = _FUNCTIONS.get(name)
    return known(given) if known else None


def _text(value: Json) -> str:
    """A part of a text: itself, or what its function stands for."""
    found = _function(value) if isinstance(value, dict) else value
    return str(found) if isinstance(found, str | int | float) else "${?}"


def _sub(given: Json) -> str | None:
    """Its own variables get their values."""
    if isinstance(given, str):
        return given
    if not (isinstance(given, list) and given and isinstance(given[0], str)):
        return None
    values = given[1] if len(given) > 1 and isinstance(given[1], dict) else {}
    return PLACEHOLDER.sub(
        lambda one: _text(values[one[1]]) if one[1] in values else one[0], given[0]
    )


def _join(given: Json) -> str | None:
    if not (isinstance(given, list) and len(given) == 2 and isinstance(given[1], list)):  # noqa: PLR2004 (separator, parts)
        return None
    return str(given[0]).join(map(_text, given[1]))


def _attribute(given: Json) -> str:
    parts = given if isinstance(given, list) else [given]
    return "${" + ".".join(map(str, parts)) + "}"


def _if(given: Json) -> str | None:
    """What holds when the condition does."""
    return _text(given[1]) if isinstance(given, list) and len(given) > 1 else None


def _named(given: Json) -> str:
    parts = given if isinstance(given, list) else [given]
    return "${" + ".".join(re.sub(r"[${}]", "", _text(part)) for part in parts) + "}"


_FUNCTIONS: dict[str, Callable[[Json], str | None]] = {
    "Ref": _named,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::ImportValue": _named,
    "Fn::FindInMap": _named,
}


def located(text: str, place: Place) -> str:
    """The text with this place's region and account, in placeholders and in ARNs."""
    known = PLACEHOLDER.sub(lambda one: _of_place(one[1], place) or one[0], text)
    return _ARN.sub(lambda one: _here(one, place), known)


def _of_place(name: str, place: Place) -> str | None:
    return next((value_at(place) for form, value_at in _PLACES if form.fullmatch(name)), None)


def _here(arn: re.Match[str], place: Place) -> str:
    """Parts that are empty, or stand for all or for AWS itself, stay."""
    region = place.region if arn["region"] else ""
    account = arn["account"]
    own = arn["service"] != "apigateway" and account not in _KEPT_ACCOUNTS
    return ":".join(
        ("arn", place.partition, arn["service"], region, place.account if own else account)
    )
