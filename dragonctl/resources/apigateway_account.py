"""The account's CloudWatch role in API Gateway: one per account and region, shared by every API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State
from dragonctl.resources.apigateway_rest_api import read_rest_apis, read_stages
from dragonctl.resources.apigateway_stage import Stage, stage_state
from dragonctl.resources.log_group_names import execution_group, group_arn
from dragonctl.resources.role_rights import read_rights, role_name

FIELD = "cloudwatchRoleArn"
_ARN_PARTS = 6
UNKNOWN = "unknown"
"""The health of a role that could not be asked for."""
NEEDS_ROLE = ("none", "gone")
"""The health of settings that name no role that is there."""
# What API Gateway must be able to do with the role to write a log.
WRITES = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


@dataclass(frozen=True)
class Account(Resource):
    """API Gateway's settings of one account and region.

    State: ``cloudwatchRoleArn``. Facts: ``health`` of the role that is set: ``none``, ``gone``,
    ``healthy``, ``unreadable`` or what it lacks, in words.
    """

    kind: ClassVar[str] = "apigateway-account"
    table: ClassVar[Table] = (Field(FIELD, "role"),)
    account: str
    region: str

    def read(self, aws: Reader) -> Reading:
        """GetAccount, and the role that it names."""
        answer = aws.get("apigateway", "GetAccount")
        arn = (answer or {}).get(FIELD) or None
        return Reading({FIELD: arn}, {"health": _health(aws, arn)})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateAccount; an empty value clears the role."""
        arn = (want or {}).get(FIELD) or ""
        patch = {"op": "replace", "path": f"/{FIELD}", "value": arn}
        yield Call("apigateway", "UpdateAccount", {"patchOperations": [patch]})

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateAccount answers with the whole settings."""
        return Reading({FIELD: answer.get(FIELD) or None}, {"health": "healthy"})

    def progress(self, aws: Reader, reading: Reading) -> Reading:
        """GetAccount alone: what a role may do does not follow from its being set."""
        answer = aws.get("apigateway", "GetAccount") or {}
        return Reading({FIELD: answer.get(FIELD) or None}, reading.facts)

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Any stage of the region that logs needs the role."""
        reads = (partial(_logging_stage, aws, api["id"], done) for api in read_rest_apis(aws))
        found = aws.concurrently(*reads)
        stage = next((one for one in found if one), None)
        return f"stage {stage} still logs through it" if stage else None


def _logging_stage(aws: Reader, api: str, done: Done) -> str | None:
    for name, raw in read_stages(aws, api).items():
        ended = done.get(Stage(api, name).identifier)
        if _logs(ended.state if ended else stage_state(raw)):
            return f"{api}/{name}"
    return None


def _logs(state: State) -> bool:
    levels = [value for field, value in state.items() if field.endswith("/logging/loglevel")]
    access = state.get("accessLogSettings/destinationArn") or ""
    return any(level in ("ERROR", "INFO") for level in levels) or ":logs:" in access


def _health(aws: Reader, arn: str | None) -> str:
    if not arn:
        return "none"
    parts = arn.split(":")
    is_arn = len(parts) >= _ARN_PARTS  # the account may hold any text
    if is_arn and parts[4] != aws.account:
        return "it belongs to another account"
    rights = read_rights(aws, role_name(arn)) if is_arn else None
    if is_arn and rights is None:
        return "gone"
    if rights is None or rights.unreadable:
        return "unreadable"
    if not rights.trusts("apigateway.amazonaws.com"):
        return "it does not trust apigateway.amazonaws.com"
    # The rights on one execution log stand for those on all.
    group = group_arn(aws.partition, aws.region, aws.account, execution_group("api", "stage"))
    lacking = rights.lacking(WRITES, f"{group}:log-stream:x")
    return f"it may not {', '.join(lacking)}" if lacking else "healthy"
