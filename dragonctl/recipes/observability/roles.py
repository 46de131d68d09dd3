"""Rights of the roles of functions and machines: judged by all their policies, and granted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dragonctl.application.nouns import LATEST, App, Raw
from dragonctl.engine.model import Step
from dragonctl.errors import DragonError
from dragonctl.recipes.observability.delivery import (
    LOG_DELIVERY,
    DeliveryWanted,
    delivery_policy,
)
from dragonctl.recipes.observability.layers_survey import LayerChoices
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.survey import ObservabilitySurvey
from dragonctl.resources.iam_policy import Policy
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.lambda_configuration import traces
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.log_group_names import group_arn
from dragonctl.resources.role_rights import MOST_POLICIES, Rights, role_name
from dragonctl.resources.role_users import DELIVERY_POLICY, LOGS_POLICY, SIGNALS_POLICY, XRAY_POLICY
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_machine_fields import LEVEL, TRACING, machine_state
from dragonctl.wording import with_and

XRAY_WRITES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
XRAY_OF_MACHINES = (*XRAY_WRITES, "xray:GetSamplingRules", "xray:GetSamplingTargets")
SIGNALS_GROUP = "/aws/application-signals/data"


class Ability(StrEnum):
    """What a role must be able to do, in a person's words."""

    WRITE_LOG = "write its log"
    MAKE_LOG_GROUP = "make its log group"
    DELIVER_LOGS = "deliver logs"
    SEND_TRACES = "send traces"
    SEND_SIGNALS = "send Application Signals"


@dataclass(frozen=True)
class Need:
    """Something a role must be able to do, and the policy (an ARN) that lets it.

    ``resource`` is the one on which each action is judged. A policy that ``is_part_of_it`` is
    attached even where others give its rights, if the role has room: it is what AWS documents, and
    changes with AWS.
    """

    role: str
    what: Ability
    actions: tuple[str, ...]
    policy: str
    resource: str = "*"
    is_part_of_it: bool = False

    def lacking(self, rights: Rights) -> tuple[str, ...]:
        """The actions that the role may not do."""
        return rights.lacking(self.actions, self.resource)


def needs(app: App, options: Options, layer_choices: LayerChoices | None = None) -> Iterator[Need]:
    """All that the roles of the application must be able to do.

    What is frozen in a version needs what is on in it; ``$LATEST`` what is wanted of it.
    """
    for function in app.functions:
        if layer_choices and layer_choices[function.name].wanted:
            yield from _signals_needs(app, role_name(function.role))
        for version, raw in function.configurations:
            role = role_name(str(raw["Role"]))
            yield from _log_needs(app, role, function.group_of(raw))
            if options.wants_tracing and (version == LATEST or traces(raw)):
                yield tracing_need(role, app.partition)
    for machine in app.machines:
        for version, raw in machine.configurations:
            yield from _machine_needs(app, raw, options, is_frozen=version != LATEST)


def _log_needs(app: App, role: str, group: str) -> Iterator[Need]:
    policy = f"arn:{app.partition}:iam::aws:policy/{LOGS_POLICY}"
    stream = group_arn(app.partition, app.region, app.account, group)
    writes = ("logs:CreateLogStream", "logs:PutLogEvents")
    yield Need(role, Ability.WRITE_LOG, writes, policy, f"{stream}:log-stream:x")
    makes = ("logs:CreateLogGroup",)
    # AWS asks for the group with ":log-stream:" behind it; policies name it `NAME:*`.
    yield Need(role, Ability.MAKE_LOG_GROUP, makes, policy, f"{stream}:log-stream:")


def _signals_needs(app: App, role: str) -> Iterator[Need]:
    """What AWS's layer needs: the rights in AWS's policy for it, of 16 October 2024."""
    policy = f"arn:{app.partition}:iam::aws:policy/{SIGNALS_POLICY}"
    group = group_arn(app.partition, app.region, app.account, SIGNALS_GROUP)
    writes = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    yield Need(role, Ability.SEND_SIGNALS, XRAY_WRITES[:1], policy, is_part_of_it=True)
    yield Need(
        role, Ability.SEND_SIGNALS, writes, policy, f"{group}:log-stream:x", is_part_of_it=True
    )


def _machine_needs(app: App, raw: Raw, options: Options, *, is_frozen: bool) -> Iterator[Need]:
    role, state = role_name(str(raw["roleArn"])), machine_state(raw)
    if options.state_machine_level != "OFF" and not (is_frozen and state[LEVEL] == "OFF"):
        yield Need(role, Ability.DELIVER_LOGS, LOG_DELIVERY, delivery_policy(app))
    if options.wants_tracing and not (is_frozen and not state[TRACING]):
        policy = f"arn:{app.partition}:iam::aws:policy/{XRAY_POLICY}"
        yield Need(role, Ability.SEND_TRACES, XRAY_OF_MACHINES, policy)


def tracing_need(role: str, partition: str) -> Need:
    """What a function's role needs for active tracing."""
    policy = f"arn:{partition}:iam::aws:policy/{XRAY_POLICY}"
    return Need(role, Ability.SEND_TRACES, XRAY_WRITES, policy)


@dataclass(frozen=True)
class RoleVerdict:
    """What is to be done for the needs of the roles.

    ``attach`` maps a role to the policies that it gets; ``denied`` holds the needs (with what is
    lacking) that no attached policy can meet; ``reported`` those that ``--no-role-changes`` leaves;
    ``unknown`` those of roles that could not be read whole and, as far as is known, lack them;
    ``missing`` names the roles that do not exist.
    """

    attach: Mapping[str, tuple[str, ...]]
    denied: tuple[tuple[Need, tuple[str, ...]], ...]
    reported: tuple[tuple[Need, tuple[str, ...]], ...]
    unknown: tuple[tuple[Need, tuple[str, ...]], ...] = ()
    missing: frozenset[str] = frozenset()

    def unmet(self, role: str, what: Ability) -> bool:
        """Whether the role will still be unable to do ``what``."""
        unmet = (*self.denied, *self.reported, *self.unknown)
        lacks = any(need.role == role and need.what == what for need, _ in unmet)
        return lacks or role in self.missing


def judge(app: App, survey: ObservabilitySurvey, options: Options) -> RoleVerdict:
    """Compare the application's needs with each role's rights."""
    wanted = needs(app, options, survey.layer_choices)
    return judged(wanted, survey.rights, may_attach=options.role_changes)


def judged(
    needs: Iterable[Need], known: Mapping[str, Rights | None], *, may_attach: bool
) -> RoleVerdict:
    """Compare needs with rights.

    Where a role cannot be read whole nothing is attached; without ``may_attach`` AWS is the judge.
    """
    attach: dict[str, list[str]] = {}
    denied, reported, unknown = [], [], []
    for need in dict.fromkeys(needs):
        rights = known.get(need.role)
        lacking = need.lacking(rights) if rights else ()
        if rights is None:
            continue
        is_added = need.is_part_of_it and may_attach and not rights.is_full
        if not (lacking or is_added):
            continue
        if rights.refusal:
            unknown += [(need, lacking)] if may_attach and lacking else []
        elif need.lacking(rights.given(need.actions)):
            denied.append((need, lacking))
        elif not may_attach:
            reported.append((need, lacking))
        else:
            attach.setdefault(need.role, []).append(need.policy)
    unique = {role: tuple(dict.fromkeys(policies)) for role, policies in attach.items()}
    missing = frozenset(role for role, rights in known.items() if rights is None)
    return RoleVerdict(unique, tuple(denied), tuple(reported), tuple(unknown), missing)


def role_steps(app: App, survey: ObservabilitySurvey, verdict: RoleVerdict) -> Iterator[Step]:
    """The policies to attach, and before that the delivery policy where somebody needs it."""
    delivery = delivery_policy(app)
    policy = Policy(delivery)
    roles = {role for role, policies in verdict.attach.items() if delivery in policies}
    ours = {
        role_name(str(raw["roleArn"]))
        for machine in app.machines
        for _, raw in machine.configurations
    }
    if roles:
        wanted = DeliveryWanted(delivery, frozenset(ours), survey.delivery)
        served = tuple(identifier for role in roles for identifier in _having(app, role))
        title = f"Policy {DELIVERY_POLICY} for the machines' logs"
        yield Step(title, policy, wanted, serves=served)
    for role, policies in verdict.attach.items():
        yield Step(
            f"Rights of role {role}",
            RolePolicies(role),
            attached(*policies),
            after=(policy.identifier,) if delivery in policies else (),
            serves=tuple(_having(app, role)),
        )


def _having(app: App, role: str) -> Iterator[str]:
    """The identifiers of the functions and machines that have a role."""
    for function in app.functions:
        if role in {role_name(str(raw["Role"])) for _, raw in function.configurations}:
            yield FunctionSettings(function.name).identifier
    for machine in app.machines:
        if role in {role_name(str(raw["roleArn"])) for _, raw in machine.configurations}:
            yield MachineSettings(machine.arn).identifier


def role_warnings(survey: ObservabilitySurvey, verdict: RoleVerdict) -> Iterator[str]:
    """Roles that are gone, unreadable, forbidden to do what they must, or left lacking."""
    for role, rights in survey.rights.items():
        if rights is None:
            yield (
                f"Role {role} does not exist, although a function or state machine names it: what"
                " needs it is left as it is."
            )
        elif rights.refusal and not any(need.role == role for need, _ in verdict.unknown):
            yield f"The rights of role {role} could not be read whole: {rights.unreadable}"
    for role, policies in verdict.attach.items():
        yield from _without_room(role, survey.rights.get(role), policies)
    for need, lacking in verdict.denied:
        yield (
            f"Role {need.role} cannot {need.what}: a permissions boundary or an explicit Deny keeps"
            f" it from {', '.join(lacking)}."
        )
    for need, lacking in verdict.reported:
        yield (
            f"Role {need.role} cannot {need.what}: it lacks {', '.join(lacking)}"
            f" ({need.policy.rpartition('/')[2]} would give it; --no-role-changes leaves it)."
        )


def _without_room(role: str, rights: Rights | None, policies: tuple[str, ...]) -> Iterator[str]:
    """A role that IAM's default quota lets have no more: where it was raised, all goes well."""
    if rights and rights.attached + len(policies) > MOST_POLICIES:
        names = with_and(arn.rpartition("/")[2] for arn in policies)
        yield (
            f"Role {role} has {rights.attached} managed policies, and a role takes no more than"
            f" {MOST_POLICIES} unless that quota was raised: {names} may not find room. Detach one"
            " that it does not need, or give it these rights in a policy of its own."
        )


def role_errors(
    known: Mapping[str, Rights | None], verdict: RoleVerdict, left: str
) -> Iterator[DragonError]:
    """Roles whose rights could not be read; ``left`` says what was not tried for that."""
    for role in dict.fromkeys(need.role for need, _ in verdict.unknown):
        rights = known[role]
        if rights and rights.refusal:
            yield rights.refusal.about(
                f"iam-role/{role}", f"What role {role} may do could not be judged, so {left}"
            )
