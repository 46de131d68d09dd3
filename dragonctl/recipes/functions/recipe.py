"""The steps that bring a function's code to AWS, traced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError
from dragonctl.packaging.function_code import object_key
from dragonctl.packaging.tracing.wrapper import is_wrapped, original
from dragonctl.recipes.functions.creation import creation
from dragonctl.recipes.functions.options import Code, FunctionOptions
from dragonctl.recipes.functions.present import ExistingFunction
from dragonctl.recipes.functions.publication import publication, routed, split_traffic
from dragonctl.recipes.observability.roles import (
    Ability,
    RoleVerdict,
    judged,
    role_errors,
    tracing_need,
)
from dragonctl.recipes.place import Place
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.lambda_alias import Alias, shares
from dragonctl.resources.lambda_configuration import (
    ARCHITECTURES,
    CODE,
    HANDLER,
    RUNTIME,
    TRACING,
    traces,
)
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.role_rights import Rights, role_name
from dragonctl.resources.s3_function_code import DIGEST, CodeObject
from dragonctl.wording import with_and


@dataclass(frozen=True)
class FunctionDeployment:
    """One function that is deployed. ``existing`` None: it is missing, and will be made."""

    name: str
    code: Code
    existing: ExistingFunction | None

    @property
    def source(self) -> str:
        """The identifier of the step that leaves ``$LATEST`` as it is wanted."""
        kind = FunctionSettings if self.existing else NewFunction
        return kind(self.name).identifier

    @property
    def uploads(self) -> bool:
        """Whether AWS holds other code."""
        return self.existing is None or self.existing.function.code_sha256 != self.code.sha256


def deploy(
    deployments: Iterable[FunctionDeployment], options: FunctionOptions, place: Place
) -> tuple[list[Step], list[str]]:
    """The steps, and sentences on what they do not reach. Pure."""
    deployments = list(deployments)
    verdict = _verdict(deployments, place)
    steps = [*_rights(verdict)]
    warnings = [*_lacking(verdict)]
    for deployment in deployments:
        steps += _function(deployment, options, place, verdict)
        warnings += deployment.existing.warnings if deployment.existing else ()
        moved = moved_aliases(deployment, options)
        if options.publishes:
            steps += publication(deployment.name, moved, deployment.source)
        warnings += _unreached(deployment, moved)
    return steps, warnings


def unjudged(deployments: Iterable[FunctionDeployment], place: Place) -> Iterator[DragonError]:
    """Roles whose rights cannot be read, where a function waits for them to be traced. Pure."""
    waiting = [
        deployment
        for deployment in deployments
        if deployment.existing
        and deployment.code.tracer != "none"
        and not traces(deployment.existing.function.raw)
    ]
    verdict = _verdict(waiting, place)
    yield from role_errors(_rights_known(waiting), verdict, "tracing was left as it is")


def _function(
    one: FunctionDeployment, options: FunctionOptions, place: Place, verdict: RoleVerdict
) -> Iterator[Step]:
    upload: tuple[str, ...] = ()
    if options.bucket and one.uploads:
        zip_ = zip_in_s3(one, options.bucket)
        upload = (zip_.resource.identifier,)
        yield zip_
    if one.existing is None:
        yield from creation(one.name, one.code, place, upload)
        return
    role = role_name(one.existing.function.role)
    yield Step(
        f"Function {one.name}",
        FunctionSettings(one.name),
        _Wanted(one.code, options, traced=_traces(one, verdict)),
        after=(RolePolicies(role).identifier, *upload),
    )


def zip_in_s3(one: FunctionDeployment, bucket: str) -> Step:
    """Its zip, in a bucket under a key that names its content."""
    return Step(
        f"Zip of function {one.name} in S3",
        CodeObject(bucket, object_key(one.code.sha256)),
        {DIGEST: one.code.sha256},
        undo=Keep("so that this code can be brought back"),
    )


def _traces(one: FunctionDeployment, verdict: RoleVerdict) -> bool:
    """Whether its tracing is switched on: it has a tracer, and a role that can send traces."""
    if one.existing is None or one.code.tracer == "none":
        return False
    return not verdict.unmet(role_name(one.existing.function.role), Ability.SEND_TRACES)


@dataclass(frozen=True)
class _Wanted:
    """The code, what was said of the configuration, and active tracing."""

    code: Code
    options: FunctionOptions
    traced: bool

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None:  # somebody has deleted it
            return {}
        want: dict[str, Any] = {CODE: self.code.sha256}
        want |= self._handler(have)
        if self.options.python:
            want[RUNTIME] = self.code.target.runtime
        if self.options.architecture:
            want[ARCHITECTURES] = [self.code.target.architecture]
        if self.traced:
            now = have.state[TRACING]
            want[TRACING] = FunctionSettings.keep_or_default(TRACING, None, now, "Active")
        return want

    def _handler(self, have: Reading) -> State:
        """The handler: what was asked for; else its own, generated or not as its tracer needs."""
        live, ours = str(have.state[HANDLER]), self.code.handler
        if not (self.options.handler or is_wrapped(live) or is_wrapped(ours)):
            return {}
        if not self.options.handler and original(live) != original(ours):
            raise DragonError(
                "Somebody has given the function another handler meanwhile.",
                "Run the same command again.",
                code="ChangedMeanwhile",
            )
        return {HANDLER: ours}


def _verdict(deployments: Iterable[FunctionDeployment], place: Place) -> RoleVerdict:
    known = _rights_known(
        deployment for deployment in deployments if deployment.code.tracer != "none"
    )
    return judged((tracing_need(role, place.partition) for role in known), known, may_attach=True)


def _rights_known(deployments: Iterable[FunctionDeployment]) -> dict[str, Rights | None]:
    sights = [deployment.existing for deployment in deployments if deployment.existing]
    return {role_name(existing.function.role): existing.rights for existing in sights}


def _rights(verdict: RoleVerdict) -> Iterator[Step]:
    for role, policies in verdict.attach.items():
        yield Step(f"Rights of role {role}", RolePolicies(role), attached(*policies))


def _lacking(verdict: RoleVerdict) -> Iterator[str]:
    for role in sorted(verdict.missing):
        yield f"Role {role} does not exist, so tracing is left as it is."
    for need, lacking in verdict.denied:
        yield (
            f"Role {need.role} cannot {need.what}, so tracing is left as it is: a permissions"
            f" boundary or an explicit Deny keeps it from {', '.join(lacking)}."
        )


def moved_aliases(one: FunctionDeployment, options: FunctionOptions) -> tuple[str, ...]:
    """The aliases that are to stand for the published version."""
    if options.alias:
        return (options.alias,)
    return tuple(sorted(one.existing.called)) if options.publish and one.existing else ()


def splitting(
    deployments: Iterable[FunctionDeployment], options: FunctionOptions
) -> Iterator[DragonError]:
    """The functions whose ``--alias`` splits its traffic: to be refused before code is there."""
    for deployment in deployments if options.alias else ():
        raw = deployment.existing.aliases.get(options.alias or "") if deployment.existing else None
        if raw and len(parts := shares(raw)) > 1:
            subject = f"The alias {options.alias} of function {deployment.name}"
            error = split_traffic(subject, routed(parts), "nothing is deployed")
            error.resource = Alias(deployment.name, options.alias or "").identifier
            yield error


def _unreached(one: FunctionDeployment, moved: tuple[str, ...]) -> Iterator[str]:
    """Aliases through which callers get other code; each version that they reach is named."""
    for alias, raw in one.existing.aliases.items() if one.existing else ():
        parts = shares(raw)
        codes = one.existing.codes if one.existing else {}
        others = [number for number in parts if codes.get(number) != one.code.sha256]
        if alias in moved or not others:
            continue
        what, then = f"What calls {one.name} through its alias {alias}", f"--alias {alias}"
        if len(parts) == 1:
            where = f"still gets version {others[0]}: {then}"
        else:
            which = with_and(f"version {number}" for number in others)
            where = (
                f"goes {routed(parts)}, and {which} {'is' if len(others) == 1 else 'are'} other"
                f" code: end that deployment (`dragonctl status` says how), then {then}"
            )
        yield f"{what} {where} publishes the new code and moves it."
