"""What a person would type next, and where a change is made so that it lasts.

A part that a deployment tool manages is changed there: its next deployment puts its template's
values back (``discovery.ownership``).
"""

from __future__ import annotations

import re
import shlex
from functools import partial

from dragonctl.application.nouns import App, Function
from dragonctl.application.ownership import Owner, owner
from dragonctl.engine.model import Fetch
from dragonctl.engine.symptoms import unless_refused
from dragonctl.telemetry.requests.why.model import FailedPart, Kind
from dragonctl.telemetry.requests.why.sentences import remedy

_DEPLOY = {
    "SAM": "sam deploy", "CDK": "cdk deploy", "Serverless Framework": "serverless deploy",
    "Terraform": "terraform apply", "Pulumi": "pulumi up",
}  # fmt: skip
_OF_CODE: frozenset[Kind] = frozenset({"exception", "cannot start", "backend status"})
_NOT_OURS = frozenset({"caller", "waf", "downstream", "limit"})
"""Parts that no template of the application makes."""

_SENTENCE_END = re.compile(r"[.!?]$")


def advice(finding: FailedPart, managed_by: Owner | None) -> str:
    """What to do about a cause, in the tool that manages the part."""
    words = remedy(finding)
    is_code = finding.part == "function" and finding.kind in _OF_CODE and not finding.remedy
    if is_code and not _SENTENCE_END.search(words):
        return f"{words}, and deploy it{_with(managed_by)}."
    words = words if _SENTENCE_END.search(words) else f"{words}."
    if managed_by is None or finding.part in _NOT_OURS or is_code:
        return words
    return f"{words} {_named(managed_by)} manages it: change it there."


def _with(managed_by: Owner | None) -> str:
    if managed_by is None:
        return ""
    command = _DEPLOY.get(managed_by.tool)
    return f" with {_named(managed_by)}" + (f": {command}" if command else "")


def _named(managed_by: Owner) -> str:
    stack = f" (stack {managed_by.stack})" if managed_by.stack else ""
    return f"{managed_by.tool}{stack}"


def next_command(ident: str, finding: FailedPart, traces: list[str], *, has_lines: bool) -> str:
    """The next command for a failure; it runs as it is printed."""
    if finding.next:
        return finding.next
    quoted = shlex.quote(ident)
    if traces and (finding.source == "trace" or finding.kind in ("timeout", "unreachable")):
        return f"dragonctl traces {traces[0]}"
    if finding.kind == "unclear":
        return "dragonctl status"
    if not has_lines:
        return "dragonctl status"
    if finding.source in ("functions", "state-machines"):
        return f"dragonctl logs --request {quoted} --source {finding.source}"
    return f"dragonctl logs --request {quoted}"


def manager(fetch: Fetch, app: App, finding: FailedPart) -> Owner | None:
    """The tool that manages the part that failed, by its tags; None where nobody is known."""
    if finding.part == "function":
        function = next((one for one in app.functions if one.name == finding.name), None)
        return _of_function(fetch, function) if function else None
    if finding.part in ("state", "state-machine"):
        return _of_machine(fetch, app, finding)
    if finding.part in ("integration", "mapping", "authorizer", "api"):
        tags = [api.tags for api in app.apis]
        stages = [stage.get("tags") for _, _, stage in app.stages]
        return owner(*tags, *stages)
    return None


def _of_function(fetch: Fetch, function: Function) -> Owner | None:
    return owner(_ask(fetch, "lambda", "ListTags", Resource=function.arn).get("Tags"))


def _of_machine(fetch: Fetch, app: App, finding: FailedPart) -> Owner | None:
    name = finding.request.split(":")[6:7]
    for machine in app.machines:
        if [machine.name] == name:
            answer = _ask(fetch, "stepfunctions", "ListTagsForResource", resourceArn=machine.arn)
            return owner({tag["key"]: tag.get("value", "") for tag in answer.get("tags") or ()})
    return None


def _ask(fetch: Fetch, service: str, operation: str, **params: str) -> dict:  # type: ignore[type-arg]
    """Tags only add to what is known: where they cannot be read, nobody is known."""
    return unless_refused(partial(fetch, service, operation, **params)) or {}
