"""Discovery: from an API to its stages, functions and state machines, each read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from dragonctl.application.apis import Selection, find_apis
from dragonctl.application.nouns import LATEST, Api, App, Function, Machine, Route, Routes
from dragonctl.application.routes import function_routes, machine_routes
from dragonctl.application.targets import (
    Target,
    Unresolved,
    integration_targets,
    machine_targets,
    named_target,
)
from dragonctl.engine.model import Reader
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import is_denied, is_fatal
from dragonctl.errors import AwsError, DragonError, UsageError
from dragonctl.resources.apigateway_method import read_resources
from dragonctl.resources.apigateway_stage import read_stages
from dragonctl.resources.lambda_function import read_configuration
from dragonctl.resources.states_machine import read_machine

OnFound = Callable[[Api | Function | Machine], None]
"""What is told of an API with its stages, a function or a machine as soon as it is read."""
# Ids are made by API Gateway: ten of these, in all recorded answers. A name may look the same.
_API_ID = re.compile(r"(?=.*[0-9])(?=.*[a-z])[a-z0-9]{10}")


def _ignore(_: Api | Function | Machine) -> None:
    """Nobody wants to know."""


@dataclass
class _Found:
    """What the search has met so far; ``on_found`` is told what has been read."""

    aws: Reads
    on_found: OnFound
    functions: dict[str, set[str | None]] = field(default_factory=dict)
    machines: dict[str, set[str | None]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[DragonError] = field(default_factory=list)
    origins: dict[str, set[str]] = field(default_factory=dict)
    is_one_of_many: bool = False


def begin(aws: Reads, selection: Selection) -> None:
    """Begin a discovery: the one that follows finds its answers there, or on the way.

    An API's id needs no list to be looked up in.
    """
    aws.prefetch(partial(discover, aws, selection), lambda: aws.account)
    for name in filter(_API_ID.fullmatch, selection.apis):
        aws.prefetch(partial(read_stages, aws, name))
        if selection.discover:
            aws.prefetch(partial(read_resources, aws, name))


def discover(aws: Reads, selection: Selection, on_found: OnFound = _ignore) -> App:
    """The application that the selection means: one API or several, and all behind them.

    ``on_found`` hears of each thing at once, not when all are known: a machine's role can be read
    while its functions are, and of a hundred APIs the last one's resources come forty seconds
    after its stages, for API Gateway's sake.
    """
    raws = find_apis(aws, selection)
    found = _Found(aws, on_found, is_one_of_many=len(raws) > 1)
    found.origins = {raw["id"]: {raw["id"]} for raw in raws}
    account, *read = aws.concurrently(
        lambda: aws.account,
        *(partial(_allowed, found, _api, found, selection, raw, raw["id"]) for raw in raws),
    )
    where = (account, aws.region)
    read = [one for one in read if one is not _UNREADABLE]
    for api, resources in read:
        for target in _api_targets(resources, api.stages):
            _meet(found, target, where, {api.id})
    _refuse_missing_stages(selection, [api for api, _ in read])
    named = list(_named_targets(selection, account, aws))
    for target in named:
        _meet(found, target, where)
    machines = _machines(aws, found, where, follow=selection.discover)
    functions = _functions(aws, found)
    _refuse_missing(named, functions, machines, where)
    return App(
        tuple(api for api, _ in read if api.stages or not selection.stages),
        functions,
        machines,
        account,
        aws.region,
        aws.partition,
        tuple(dict.fromkeys(found.warnings)),
        tuple(found.errors),
        {name: frozenset(apis) for name, apis in found.origins.items()},
    )


def _api(
    found: _Found, selection: Selection, raw: dict[str, Any], name: str
) -> tuple[Api, list[dict[str, Any]]]:
    """An API with the stages that are meant, and its resources."""
    api, resources = found.aws.concurrently(
        partial(_with_stages, found, selection, raw),
        partial(_allowed, found, read_resources, found.aws, name) if selection.discover else list,
    )
    return api, list(resources)


def _with_stages(found: _Found, selection: Selection, raw: dict[str, Any]) -> Api:
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
            raise UsageError(f"{which} no stage {pattern!r}.", there)


def _api_targets(
    resources: list[dict[str, Any]], stages: dict[str, dict[str, Any]]
) -> Iterator[Target | Unresolved]:
    for resource in resources:
        for method, about in (resource.get("resourceMethods") or {}).items():
            integration = (about or {}).get("methodIntegration") or {}
            for variables in _variables(stages):
                where = f"{method} {resource['path']}"
                yield from integration_targets(where, integration, variables)


def _variables(stages: dict[str, dict[str, Any]]) -> Iterator[dict[str, str]]:
    """The variables of each stage, and those that a canary's share of the traffic sees."""
    for stage in stages.values() or [{}]:
        variables = stage.get("variables") or {}
        yield variables
        if said := (stage.get("canarySettings") or {}).get("stageVariableOverrides"):
            yield {**variables, **said}


def _refuse_missing(
    named: Iterable[Target],
    functions: Iterable[Function],
    machines: Iterable[Machine],
    where: tuple[str, str],
) -> None:
    """What somebody names must be there, and not elsewhere."""
    there = {one.name for one in functions} | {one.name for one in machines}
    for target in named:
        if target.name not in there or (target.account, target.region) != where:
            kind = "function" if target.kind == "function" else "state machine"
            raise UsageError(f"There is no {kind} {target.name!r} in this account and region.")


def _named_targets(selection: Selection, account: str, aws: Reader) -> Iterator[Target]:
    """What ``--function`` and ``--state-machine`` name: a name or an ARN, with a qualifier."""
    here = (account, aws.region, aws.partition)
    for name in selection.functions:
        yield named_target("function", name, here)
    for name in selection.machines:
        yield named_target("machine", name, here)


def _meet(
    found: _Found,
    target: Target | Unresolved,
    where: tuple[str, str],
    apis: Iterable[str] = (),
) -> None:
    """Note a target; ``apis`` are the ids of those behind which it is."""
    if isinstance(target, Unresolved):
        found.warnings.append(f"{target.where} was left out: {target.why}.")
        return
    kind = {"function": "function", "machine": "state machine"}[target.kind]
    key = target.name if target.kind == "function" else target.machine_arn
    found.origins.setdefault(key, set()).update(apis)
    account, region = target.account or where[0], target.region or where[1]
    if (account, region) != where:
        found.warnings.append(
            f"The {kind} {target.name} belongs to account {account}, {region}: it is left alone."
        )
    elif target.kind == "function":
        if target.name not in found.functions:
            found.aws.prefetch(partial(_read_function, found, target.name))
        found.functions.setdefault(target.name, set()).add(target.qualifier)
    else:
        found.machines.setdefault(target.machine_arn, set()).add(target.qualifier)


def _machines(
    aws: Reader, found: _Found, where: tuple[str, str], *, follow: bool
) -> tuple[Machine, ...]:
    """The machines, and those that they start, level by level; a cycle ends where it began."""
    seen: dict[str, dict[str, Any] | None] = {}
    while new := [arn for arn in found.machines if arn not in seen]:
        reads = (partial(_allowed, found, _read_machine, found, arn) for arn in new)
        answers = aws.concurrently(*reads)
        seen |= dict(zip(new, answers, strict=True))
        for arn, raw in zip(new, answers, strict=True) if follow else ():
            for target in machine_targets(raw["name"], raw["definition"]) if raw else ():
                _meet(found, target, where, tuple(found.origins.get(arn, ())))
    gone = [arn for arn, raw in seen.items() if raw is None]
    found.warnings += [
        f"The state machine {arn.rpartition(':')[2]} does not exist." for arn in gone
    ]
    there = {arn: raw for arn, raw in seen.items() if raw}
    frozen = aws.concurrently(
        *(partial(_machine_qualifiers, aws, found, arn, raw) for arn, raw in there.items())
    )
    return tuple(
        Machine(arn, raw, behind) for (arn, raw), behind in zip(there.items(), frozen, strict=True)
    )


def _read_machine(found: _Found, arn: str) -> dict[str, Any] | None:
    raw = read_machine(found.aws, arn)
    if raw:
        found.on_found(Machine(arn, raw))
    return raw


def _machine_qualifiers(
    aws: Reader, found: _Found, arn: str, raw: dict[str, Any]
) -> dict[str | None, Routes]:
    qualifiers = found.machines[arn]
    names = sorted(name for name in qualifiers if name)
    answers = aws.concurrently(
        *(partial(_allowed, found, machine_routes, aws, f"{arn}:{name}") for name in names)
    )
    behind: dict[str | None, Routes] = {n: a for n, a in zip(names, answers, strict=True) if a}
    return behind | ({None: (Route(LATEST, 1.0, raw),)} if None in qualifiers else {})


def _functions(aws: Reader, found: _Found) -> tuple[Function, ...]:
    names = list(found.functions)
    answers = aws.concurrently(
        *(partial(_allowed, found, _function, aws, found, name) for name in names)
    )
    gone = [name for name, function in zip(names, answers, strict=True) if function is None]
    found.warnings += [f"The function {name} does not exist." for name in gone]
    return tuple(function for function in answers if function)


_UNREADABLE: Any = {}


def _allowed(found: _Found, read: Callable[..., Any], *args: Any) -> Any:
    """What the read gives; where AWS refuses this one thing, an error beside the rest.

    Of several APIs, one that cannot be read for any other reason does not stop the others either.
    """
    try:
        return read(*args)
    except AwsError as error:
        if not is_denied(error) and (not found.is_one_of_many or is_fatal(error)):
            raise
        error.resource = str(args[-1] if isinstance(args[-1], str) else args[1])
        found.errors.append(error)
        return _UNREADABLE


def _read_function(found: _Found, name: str) -> None:
    """Read what will be asked for; a refusal is told when it is asked for."""
    raw = read_configuration(found.aws, name)
    if raw:
        found.on_found(Function(name, raw))


def _function(aws: Reader, found: _Found, name: str) -> Function | None:
    qualifiers = found.functions[name]
    asked = [None, *sorted(one for one in qualifiers if one)]
    allowed = partial(_allowed, found)
    answers = aws.concurrently(
        *(partial(function_routes, aws, allowed, name, one) for one in asked)
    )
    if not answers[0]:
        return None
    behind = dict(zip(asked, answers, strict=True))
    used = {one: routes for one, routes in behind.items() if routes and one in qualifiers}
    return Function(name, behind[None][0].raw, used)
