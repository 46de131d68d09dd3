"""The names of an application's log groups."""

from __future__ import annotations

import re

_NOT_IN_GROUP_NAMES = re.compile(r"[^.\-_/#A-Za-z0-9]")
"""What CreateLogGroup refuses in a name; names of state machines may hold some of it."""


def access_group(api: str, stage: str) -> str:
    """The access log's group, for a stage that has none yet."""
    return f"/aws/apigateway/{api}/{stage}/access"


def vended_group(name: str) -> str:
    """A machine's log group; ``/aws/vendedlogs/`` keeps the account's resource policy small."""
    return f"/aws/vendedlogs/states/{_NOT_IN_GROUP_NAMES.sub('_', name)}-Logs"
