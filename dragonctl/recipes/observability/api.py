"""The API's part: the account's CloudWatch role, and each stage's logs, metrics and tracing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.log_groups import access_group, stage_logs
from dragonctl.application.nouns import Api, App, Raw
from dragonctl.application.overdue import DATA_TRACE_TAG
from dragonctl.aws import iam_documents
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.engine.reversal import Keep, Reverse
from dragonctl.recipes.observability.groups import existing_group, group_step
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.survey import ObservabilitySurvey
from dragonctl.resources.apigateway_account import FIELD, NEEDS_ROLE, UNKNOWN, Account
from dragonctl.resources.apigateway_stage import Stage, method_keys, stage_state
from dragonctl.resources.apigateway_stage_fields import (
    ALL_METHODS,
    DATA_TRACE,
    LOG_LEVEL,
    method_label,
)
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.log_group_names import canary_group, group_arn

SERVICE = "apigateway.amazonaws.com"
DESCRIPTION = "Allows API Gateway to push logs to CloudWatch Logs."
PUSH_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_GONE = Keep("the role that was named before no longer exists, and API Gateway takes no such role")

# One line, as API Gateway wants it. Quoted throughout: a missing value is printed as a bare "-".
ACCESS_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "xrayTraceId": "$context.xrayTraceId",
        "ip": "$context.identity.sourceIp",
        "userAgent": "$context.identity.userAgent",
        "requestTime": "$context.requestTime",
        "httpMethod": "$context.httpMethod",
        "resourcePath": "$context.resourcePath",
        "path": "$context.path",
        "status": "$context.status",
        "protocol": "$context.protocol",
        "responseLength": "$context.responseLength",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "error": "$context.error.message",
    },
    separators=(",", ":"),
)


def trust(service: str) -> State:
    """A trust policy for one service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def account_steps(app: App, survey: ObservabilitySurvey, options: Options) -> Iterator[Step]:
    """The role through which every API of the account and region writes its logs."""
    goal = account_role(app, survey, options)
    account = Account(app.account, app.region)
    title = f"CloudWatch role of API Gateway in {app.region}"
    if options.api_logs and survey.account.facts["health"] == UNKNOWN:
        yield Step(title, account, {})
    if not options.api_logs or goal is None:
        return
    role, policies = Role(options.role_name), RolePolicies(options.role_name)
    push = f"arn:{app.partition}:iam::aws:policy/{PUSH_POLICY}"
    yield Step(f"Role {role.name} for API Gateway's logs", role, _role_wanted)
    health = survey.account.facts["health"]
    yield Step(
        f"Attach {PUSH_POLICY.rpartition('/')[2]} to role {role.name}",
        policies,
        _PushWanted(push, is_needless=health == "healthy" and survey.account.state[FIELD] == goal),
        after=(role.identifier,),
    )
    yield Step(
        title,
        account,
        _RoleNamed(role.identifier, goal),
        after=(role.identifier, policies.identifier),
        # Every API of the region logs through it: a role that is not there would silence them all.
        waits_for_read_back=True,
        undo=_GONE if health == "gone" else Reverse(),
    )


def account_role(app: App, survey: ObservabilitySurvey, options: Options) -> str | None:
    """The ARN that the account should name; None: the one that is there is kept."""
    ours = survey.account.state[FIELD] or ""
    name, health = options.role_name, survey.account.facts["health"]
    if health in NEEDS_ROLE:
        return app.arn("iam", f"role/{name}", region=False)
    if ours.endswith(f"/{name}") and ours.split(":")[4] == app.account:
        keeps = health == "unreadable" and not options.replace_account_role
        return None if keeps else ours
    return app.arn("iam", f"role/{name}", region=False) if options.replace_account_role else None


def account_warnings(app: App, survey: ObservabilitySurvey, options: Options) -> Iterator[str]:
    """What a person must know of the role that is kept or replaced."""
    present, health = survey.account.state[FIELD], survey.account.facts["health"]
    if not options.api_logs or not present:
        return
    kept = account_role(app, survey, options) is None
    if health == "gone":
        yield f"API Gateway's CloudWatch role {present} no longer exists: it is replaced."
    elif kept and health != "healthy":
        why = "it cannot be read" if health == "unreadable" else health
        yield (
            f"API Gateway's CloudWatch role {present} is kept, although {why}: APIs may log"
            " nothing. --replace-account-role replaces it for every API of this account and region."
        )
    elif not kept and not present.endswith(f"/{options.role_name}"):
        yield f"API Gateway's CloudWatch role {present} is replaced for every API of this region."


def account_notes(app: App, survey: ObservabilitySurvey, options: Options) -> Iterator[str]:
    """Which healthy role of somebody else's is kept."""
    present, health = survey.account.state[FIELD], survey.account.facts["health"]
    if options.api_logs and health == "healthy" and account_role(app, survey, options) is None:
        yield f"API Gateway's CloudWatch role {present} is kept: it can write logs."


@dataclass(frozen=True)
class _PushWanted:
    """AWS's policy for API Gateway's logs; one that can write without it gets no other."""

    policy: str
    is_needless: bool

    def __call__(self, have: Reading | None, done: Done) -> State:
        return {} if have and self.is_needless else attached(self.policy)


@dataclass(frozen=True)
class _RoleNamed:
    """The role's own ARN, which may have a path; for one that is yet to be made, ``expected``."""

    role: str
    expected: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        role = done.get(self.role)
        return {FIELD: role.facts.get("arn", self.expected) if role else self.expected}


def _role_wanted(have: Reading | None, done: Done) -> State:
    """A new role; or what an existing one of that name lacks, added to what it has."""
    if have is None:
        return {"trust": trust(SERVICE), "description": DESCRIPTION, "path": "/"}
    want: dict[str, object] = {}
    if not iam_documents.trusts(have.state["trust"], SERVICE):
        present = have.state["trust"]
        added = [*iam_documents.statements(present), *trust(SERVICE)["Statement"]]
        want["trust"] = {**present, "Statement": added}
    if not have.state["description"]:
        want["description"] = DESCRIPTION
    return want


def stage_steps(app: App, api: Api, options: Options) -> Iterator[Step]:
    """Each stage's log groups, made before their first use, then its settings in one update."""
    account = Account(app.account, app.region).identifier
    for name, raw in api.stages.items():
        groups = list(_groups(api, name, raw, options))
        yield from groups
        access = group_arn(app.partition, app.region, app.account, access_group(api.id, name))
        yield Step(
            f"Stage {name} of {api.name}",
            Stage(api.id, name),
            StageWanted(options, access),
            after=(account, *(group.resource.identifier for group in groups)),
        )


def _groups(api: Api, stage: str, raw: Raw, options: Options) -> Iterator[Step]:
    groups = {log.source: log.group for log in stage_logs(api, stage, raw) if not log.is_canary}
    has_canary = bool(raw.get("canarySettings"))
    execution = groups["api"], f"stage {stage}: execution log"
    yield from _group(*execution, options, make=options.log_level != "OFF", has_canary=has_canary)
    is_set = bool((raw.get("accessLogSettings") or {}).get("destinationArn"))
    present = groups.get("access", "")  # none of a delivery stream
    owner, ours = f"stage {stage}: access log", access_group(api.id, stage)
    makes = options.access_log is not False and (present == ours or not is_set)
    yield from _group(ours if makes else present, owner, options, make=makes, has_canary=has_canary)


def _group(
    name: str, owner: str, options: Options, *, make: bool, has_canary: bool
) -> Iterator[Step]:
    """A group of a stage, and that of its canary; what a canary of old left keeps its events, too.

    API Gateway would make the canary's itself, and keep its events forever.
    """
    canary = (canary_group(name), f"{owner} of its canary", options) if name else None
    yield from [group_step(name, owner, options)] if make else existing_group(name, owner, options)
    if canary:
        yield from [group_step(*canary)] if make and has_canary else existing_group(*canary)


def silenced(state: State) -> list[str]:
    """The keys of methods that are OFF in a stage that logs: somebody's setting, so it is kept.

    Where the stage is off, too, nothing tells it from what a new entry holds by default.
    """
    if state.get(f"{ALL_METHODS}/{LOG_LEVEL}", "OFF") == "OFF":
        return []
    return [key for key in method_keys(state) if state.get(f"{key}/{LOG_LEVEL}") == "OFF"]


def silenced_notes(app: App, options: Options) -> Iterator[str]:
    """Which methods are left as silent as somebody made them."""
    for api, stage, raw in app.stages if options.log_level is None else ():
        if methods := [method_label(key) for key in silenced(stage_state(raw))]:
            yield (
                f"The log level OFF of {', '.join(methods)} in stage {stage} of {api.name} is kept:"
                " the stage itself logs. --log-level sets it everywhere."
            )


@dataclass(frozen=True)
class StageWanted:
    """What a stage should hold, from how it stands. ``access`` is our access log group's ARN."""

    options: Options
    access: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        """The wanted settings, of each method that has its own, too."""
        state = have.state if have else {}
        want = {**self._tracing(state), **self._access_log(state), **self._deadline()}
        # An override shadows what `*/*` says, so each one is set as well.
        for key in dict.fromkeys((ALL_METHODS, *method_keys(state))):
            want |= self._method(key, state)
        return want

    def _tracing(self, state: State) -> State:
        field, given = "tracingEnabled", self.options.tracing
        return {field: Stage.keep_or_default(field, given, state.get(field), default=True)}

    def _access_log(self, state: State) -> State:
        destination, form = "accessLogSettings/destinationArn", "accessLogSettings/format"
        if self.options.access_log is False:
            return {destination: None, form: None}
        return {
            destination: state.get(destination) or self.access,
            form: state.get(form) or ACCESS_LOG_FORMAT,
        }

    def _method(self, key: str, state: State) -> State:
        given = self.options
        field = f"{key}/{LOG_LEVEL}"
        default = "OFF" if key in silenced(state) else "INFO"
        want = {field: Stage.keep_or_default(field, given.log_level, state.get(field), default)}
        if given.data_trace is not None:
            want[f"{key}/{DATA_TRACE}"] = given.data_trace
        if given.metrics is not None:
            want[f"{key}/metrics/enabled"] = given.metrics
        return want

    def _deadline(self) -> State:
        if self.options.data_trace_until:
            return {DATA_TRACE_TAG: self.options.data_trace_until.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return {DATA_TRACE_TAG: None} if self.options.data_trace is False else {}
