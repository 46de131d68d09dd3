"""Whether a role lets a service write: no right, no log line and no segment, as on AWS."""

from __future__ import annotations

from dragonctl.local import roles

ARN_PARTS = 6


def allows(role_arn: str, *actions: str) -> bool:
    """Whether the role exists and may do all of these."""
    role = roles.find(role_arn) if len(role_arn.split(":")) >= ARN_PARTS else None
    return role is not None and role.may(*actions)
