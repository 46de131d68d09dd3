"""Discovery: from an API to its stages, functions and state machines, each read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from dragonctl.application.apis import Selection, find_apis
from dragonctl.application.environment import environment_targets
from dragonctl.application.not_followed import NotFollowed, of_integration, of_state
from dragonctl.application.nouns import LATEST, Api, App, Function, Machine, Route, Routes
from dragonctl.application.routes import function_routes, machine_routes
from dragonctl.application.search import (
    UNREADABLE,
    OnFound,
    Search,
    add_target,
    allowed,
    ignore,
    named_by,
    remarks,
)
from dragonctl.application.targets import (
    Target,
    Unresolved,
    authorizer_targets,
    integration_targets,
    machine_targets,
    named_target,
    tasks,
)
from dragonctl.engine.model import Reader
from dragonctl.engine.reads import Reads
from dragonctl.errors import AwsError, UsageError
from dragonctl.resources.apigateway_authorizers import read_authorizers
from dragonctl.resources.apigateway_method import read_resources
from dragonctl.resources.apigateway_rest_api import read_stages
from dragonctl.resources.states_machine_fields import read_machine

_ANSWERED_AT_ONCE = 5
"""So often GetResources is answered before its rate counts (Amazon API Gateway quotas)."""
# Ids are made by API Gateway: ten of these, in all recorded answers. A name may look the same.
_API_ID = re.compile(r"(?=.*[0-9])(?=.*[a-z])[a-z0-9]{10}")


def begin(aws: Reads, selection: Selection) -> None:
    """Begin a discovery: the one that follows finds its answers there, or on the way.

    An API's id needs no list to be looked up in.
    """
    aws.prefetch(partial(discover, aws, selection), lambda: aws.account)
    for name in filter(_API_ID.fullmatch, selection.apis):
        aws.prefetch(partial(read_stages, aws, name))
        if selection.discover:
            aws.prefetch(partial(read_resources, aws, name))


def discover(aws: Reads, selection: Selection, on_found: OnFound = ignore) -> App:
    """The application that the selection means: one API or several, and all behind them.

    ``on_found`` hears of each thing at once, not when all are known: a machine's role can be read
    while its functions are, and of a hundred APIs the last one's resources come forty seconds
    after its stages, for API Gateway's sake.
    """
    raws = find_apis(aws, selection)
    found = Search(aws, on_found, is_one_of_many=len(raws) > 1)
    found.origins = {raw["id"]: {raw["id"]} for raw in raws}
    account, *read = aws.concurrently(
        lambda: aws.account,
        *(partial(allowed, found, _api, found, selection, raw, raw["id"]) for raw in raws),
    )
    where = (account, aws.region)
    read = [one for one in read if one is not UNREADABLE]
    for api, resources, authorizers in read:
        for target in _api_targets(resources, authorizers, api.stages):
            add_target(found, target, where, {api.id})
        found.not_followed += _not_followed_of(resources)
    _refuse_missing_stages(selection, [api for api, *_ in read])
    named = list(_named_targets(selection, account, aws))
    for target in named:
        add_target(found, target, where)
    machines = _machines(aws, found, where, follow=selection.discover)
    functions = _functions(aws, found)
    _refuse_missing(named, functions, machines, where)
    found.warnings += remarks(found, machines)
    return App(
        tuple(api for api, *_ in read if api.stages or not selection.stages),
        functions,
        machines,
        account,
        aws.region,
        aws.partition,
        tuple(dict.fromkeys(found.warnings)),
        tuple(found.errors),
        {name: frozenset(apis) for name, apis in found.origins.items()},
    )


def fleet(aws: Reads, selection: Selection) -> App | None:
    """Of so many APIs that it takes long to find what is behind them, the stages alone; else None.

    API Gateway answers GetStages four times as often as GetResources. What cannot be read is left
    out, and what cannot be meant is nothing here: :func:`discover` tells of it.
    """
    if selection.functions or selection.machines or not (selection.all_apis or selection.apis):
        return None
    try:
        raws = find_apis(aws, selection)
    except UsageError:
        return None
    if len(raws) <= _ANSWERED_AT_ONCE:
        return None
    found = Search(aws, ignore, is_one_of_many=len(raws) > 1)
    account, *read = aws.concurrently(
        lambda: aws.account,
        *(partial(allowed, found, _with_stages, found, selection, raw) for raw in raws),
    )
    apis = [api for api in read if api is not UNREADABLE]
    _refuse_missing_stages(selection, apis)
    there = tuple(api for api in apis if api.stages)
    return App(there, (), (), account, aws.region, aws.partition)


def _api(
    found: Search, selection: Selection, raw: dict[str, Any], name: str
) -> tuple[Api, list[dict[str, Any]], list[dict[str, Any]]]:
    """An API with the stages that are meant, its resources, and the authorizers of its methods."""
    api, resources = found.aws.concurrently(
        partial(_with_stages, found, selection, raw),
        partial(allowed, found, read_resources, found.aws, name) if selection.discover else list,
    )
    asked = {
        method.get("authorizerId")
        for _, method in _methods(resources)
        if method.get("authorizationType") == "CUSTOM"
    }
    authorizers = allowed(found, read_authorizers, found.aws, name) if asked else ()
    return (
        api,
        list(resources),
        [authorizer for authorizer in authorizers if authorizer.get("id") in asked],
    )


def _with_stages(found: Search, selection: Selection, raw: dict[str, Any]) -> Api:
    stages = read_stages(found.aws, raw["id"])
    chosen = {stage: about for stage, about in stages.items() if selection.takes_stage(stage)}
    other_stages = {stage: about for stage, about in stages.items() if stage not in chosen}
    api = Api(raw["id"], raw["name"], raw, chosen, other_stages)
    found.on_found(api)
    return api


def _refuse_missing_stages(selection: Selection, apis: list[Api]) -> None:
    """A stage that is named must be there, in one of the APIs at least."""
    stages = sorted({name for api in apis for name in api.all_stages})
    for pattern in selection.stages if apis else ():
        if not any(fnmatchcase(name, pattern) for name in stages):
            which = f"API {apis[0].id} has" if len(apis) == 1 else f"{len(apis)} APIs have"
            there = (
                f"There are: {', '.join(stages)}." if stages else "There is none: deploy it first."
            )
            raise UsageError(f"{which} no stage {pattern!r}.", there, option="--stage")


def _methods(resources: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every method of GetResources' items, each with the words that name it."""
    for resource in resources:
        for verb, method in (resource.get("resourceMethods") or {}).items():
            yield f"{verb} {resource['path']}", method or {}


def _api_targets(
    resources: list[dict[str, Any]],
    authorizers: list[dict[str, Any]],
    stages: dict[str, dict[str, Any]],
) -> Iterator[Target | Unresolved]:
    for variables in _variables(stages):
        for where, method in _methods(resources):
            integration = method.get("methodIntegration") or {}
            yield from integration_targets(where, integration, variables)
        for authorizer in authorizers:
            yield from authorizer_targets(authorizer, variables)


def _not_followed_of(resources: Iterable[dict[str, Any]]) -> Iterator[NotFollowed]:
    for where, method in _methods(resources):
        yield from of_integration(where, method.get("methodIntegration") or {})


def _variables(stages: dict[str, dict[str, Any]]) -> Iterator[dict[str, str]]:
    """The variables of each stage, and those that a canary's share of the traffic sees."""
    for stage in stages.values() or [{}]:
        variables = stage.get("variables") or {}
        yield variables
        if overrides := (stage.get("canarySettings") or {}).get("stageVariableOverrides"):
            yield {**variables, **overrides}


def _refuse_missing(
    named: Iterable[Target],
    functions: Iterable[Function],
    machines: Iterable[Machine],
    where: tuple[str, str],
) -> None:
    """What somebody names must be there, and not elsewhere."""
    there = {function.name for function in functions} | {machine.name for machine in machines}
    for target in named:
        if target.name not in there or (target.account, target.region) != where:
            kind = "function" if target.kind == "function" else "state machine"
            raise UsageError(
                f"There is no {kind} {target.name!r} in this account and region.",
                option=f"--{kind.replace(' ', '-')}",
            )


def _named_targets(selection: Selection, account: str, aws: Reader) -> Iterator[Target]:
    """What ``--function`` and ``--state-machine`` name: a name or an ARN, with a qualifier."""
    here = (account, aws.region, aws.partition)
    for name in selection.functions:
        yield named_target("function", name, here)
    for name in selection.machines:
        yield named_target("machine", name, here)


def _machines(
    aws: Reads, found: Search, where: tuple[str, str], *, follow: bool
) -> tuple[Machine, ...]:
    """The machines, and those that they start or that a function's environment names.

    Level by level; a cycle ends where it began.
    """
    seen: dict[str, dict[str, Any] | None] = {}
    looked_into: set[str] = set()
    while True:
        new = [arn for arn in found.machines if arn not in seen]
        functions = [name for name in found.functions if follow and name not in looked_into]
        if not (new or functions):
            break
        environments, *answers = aws.concurrently(
            partial(_environments, aws, found, functions),
            *(partial(allowed, found, _read_machine, found, arn) for arn in new),
        )
        looked_into.update(functions)
        seen |= dict(zip(new, answers, strict=True))
        for arn, raw in zip(new, answers, strict=True) if follow else ():
            if raw:
                _follow_machine(found, arn, raw, where)
        for name, named in zip(functions, environments, strict=True):
            _follow_environment(found, name, named, where)
    gone = [arn for arn, raw in seen.items() if raw is None]
    found.warnings += [
        f"The state machine {arn.rpartition(':')[2]} does not exist." for arn in gone
    ]
    there = {arn: raw for arn, raw in seen.items() if raw}
    frozen = aws.concurrently(
        *(partial(_machine_qualifiers, aws, found, arn, raw) for arn, raw in there.items())
    )
    return tuple(
        Machine(arn, raw, behind, named_by(found, arn))
        for (arn, raw), behind in zip(there.items(), frozen, strict=True)
    )


def _follow_machine(found: Search, arn: str, raw: dict[str, Any], where: tuple[str, str]) -> None:
    """Note what a machine's tasks call."""
    for target in machine_targets(raw["name"], raw["definition"]):
        add_target(found, target, where, tuple(found.origins.get(arn, ())))
    for place, state in tasks(raw["name"], raw["definition"]):
        found.not_followed += of_state(place, state)


def _follow_environment(
    found: Search,
    function: str,
    named: Iterable[Target | NotFollowed | Unresolved],
    where: tuple[str, str],
) -> None:
    """Note what a function's environment names."""
    for target in named:
        if isinstance(target, NotFollowed):
            found.not_followed.append(target)
        else:
            add_target(found, target, where, tuple(found.origins.get(function, ())), function)


def _environments(
    aws: Reads, found: Search, functions: Iterable[str]
) -> list[list[Target | NotFollowed | Unresolved]]:
    return aws.concurrently(*(partial(_environment, aws, found, name) for name in functions))


def _environment(aws: Reads, found: Search, name: str) -> list[Target | NotFollowed | Unresolved]:
    """What the environments name of a function's versions that get traffic.

    A refusal is told when the function itself is asked for.
    """
    named: dict[Target | NotFollowed | Unresolved, None] = {}
    for qualifier in sorted(found.functions[name], key=str):
        with suppress(AwsError):
            for route in function_routes(aws, _unless_refused, name, qualifier):
                named |= dict.fromkeys(environment_targets(name, route.raw))
    return list(named)


def _unless_refused(read: Callable[..., Any], *args: Any) -> Any:
    """What the read gives, or nothing: whoever asks again is told."""
    try:
        return read(*args)
    except AwsError:
        return UNREADABLE


def _read_machine(found: Search, arn: str) -> dict[str, Any] | None:
    raw = read_machine(found.aws, arn)
    if raw:
        found.on_found(Machine(arn, raw))
    return raw


def _machine_qualifiers(
    aws: Reader, found: Search, arn: str, raw: dict[str, Any]
) -> dict[str | None, Routes]:
    qualifiers = found.machines[arn]
    names = sorted(name for name in qualifiers if name)
    answers = aws.concurrently(
        *(partial(allowed, found, machine_routes, aws, f"{arn}:{name}") for name in names)
    )
    behind: dict[str | None, Routes] = {n: a for n, a in zip(names, answers, strict=True) if a}
    return behind | ({None: (Route(LATEST, 1.0, raw),)} if None in qualifiers else {})


def _functions(aws: Reader, found: Search) -> tuple[Function, ...]:
    names = list(found.functions)
    answers = aws.concurrently(
        *(partial(allowed, found, _function, aws, found, name) for name in names)
    )
    gone = [name for name, function in zip(names, answers, strict=True) if function is None]
    found.warnings += [f"The function {name} does not exist." for name in gone]
    return tuple(function for function in answers if function)


def _function(aws: Reader, found: Search, name: str) -> Function | None:
    qualifiers = found.functions[name]
    asked = [None, *sorted(qualifier for qualifier in qualifiers if qualifier)]
    answers = aws.concurrently(
        *(partial(function_routes, aws, partial(allowed, found), name, one) for one in asked)
    )
    if not answers[0]:
        return None
    behind = dict(zip(asked, answers, strict=True))
    used = {one: routes for one, routes in behind.items() if routes and one in qualifiers}
    return Function(name, behind[None][0].raw, used)
