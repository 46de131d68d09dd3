"""Application Signals: its switch of an account, which makes a service-linked role."""

from __future__ import annotations

import json
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_SERVICE = "application-signals.cloudwatch.amazonaws.com"
_ROLE = "AWSServiceRoleForCloudWatchApplicationSignals"


@instead("application-signals", "StartDiscovery")
def start_discovery(request: Request) -> dict[str, Any]:
    """Make the role where it is not there yet (Application Signals API reference)."""
    backend = backends.global_backend("iam", request.account, request.region)
    if all(role.name != _ROLE for role in backend.get_roles()):
        principal = {"Effect": "Allow", "Principal": {"Service": _SERVICE}}
        trust = {"Version": "2012-10-17", "Statement": [{**principal, "Action": "sts:AssumeRole"}]}
        path = f"/aws-service-role/{_SERVICE}/"
        backend.create_role(_ROLE, json.dumps(trust), path, None, "", [], "3600", _SERVICE)
    return {}
