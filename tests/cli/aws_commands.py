"""Command lines of the AWS CLI, read by what botocore knows of AWS's operations.

The CLI makes its commands and options of the same descriptions (AWS CLI User Guide).
"""

from __future__ import annotations

import shlex

from botocore import xform_name
from botocore.session import Session

_OF_THE_CLI = {("sso", "login"), ("configure", "list-profiles"), ("configure", "sso-session")}
_ALONE = {"login", "configure"}
_GLOBAL = {"--profile", "--region", "--endpoint-url", "--query"}


def fault_of(command: str) -> str:
    """What keeps the AWS CLI from taking a command line; "" where nothing does."""
    program, service, *words = shlex.split(command)
    operation = words[0] if words and words[0][:2] != "--" else ""
    if program != "aws":
        return "another program"
    if (service, operation) in _OF_THE_CLI or (service in _ALONE and not operation):
        return ""
    model = Session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return f"{service} has no {operation}"
    shape = model.operation_model(names[operation]).input_shape
    members = {f"--{xform_name(name, '-')}" for name in (shape.members if shape else ())}
    needed = {f"--{xform_name(name, '-')}" for name in (shape.required_members if shape else ())}
    given = {word for word in words if word.startswith("--")}
    unknown, missing = given - members - _GLOBAL, needed - given
    return f"unknown {sorted(unknown)}, missing {sorted(missing)}" if unknown or missing else ""
