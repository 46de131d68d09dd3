"""What a discovery has met so far: each function and machine, who names it, what was left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dragonctl.application.not_followed import NotFollowed, sentence
from dragonctl.application.nouns import Api, Function, Machine
from dragonctl.application.targets import Target, Unresolved
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import is_denied, is_fatal
from dragonctl.errors import AwsError, DragonError
from dragonctl.resources.lambda_function import read_configuration

OnFound = Callable[[Api | Function | Machine], None]
"""What is told of an API with its stages, a function or a machine as soon as it is read."""
UNREADABLE: Any = {}
"""What stands for an answer that AWS refuses."""


@dataclass
class Search:
    """What the search has met so far; ``on_found`` is told what has been read.

    ``started`` are the machines that an integration, a definition or an option names, ``named_by``
    of each machine the functions whose environment names it.
    """

    aws: Reads
    on_found: OnFound
    functions: dict[str, set[str | None]] = field(default_factory=dict)
    machines: dict[str, set[str | None]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[DragonError] = field(default_factory=list)
    origins: dict[str, set[str]] = field(default_factory=dict)
    not_followed: list[NotFollowed] = field(default_factory=list)
    started: set[str] = field(default_factory=set)
    named_by: dict[str, set[str]] = field(default_factory=dict)
    is_one_of_many: bool = False


def add_target(
    found: Search,
    target: Target | Unresolved,
    where: tuple[str, str],
    apis: Iterable[str] = (),
    named_by: str = "",
) -> None:
    """Note a target; ``apis`` are the ids of those behind which it is.

    ``named_by`` is the function whose environment names it, where that is all that tells of it.
    """
    if isinstance(target, Unresolved):
        found.warnings.append(f"{target.where} was left out: {target.why}.")
        return
    kind = {"function": "function", "machine": "state machine"}[target.kind]
    key = target.name if target.kind == "function" else target.machine_arn
    (found.named_by.setdefault(key, set()) if named_by else found.started).add(named_by or key)
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


def allowed(found: Search, read: Callable[..., Any], *args: Any) -> Any:
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
        return UNREADABLE


def _read_function(found: Search, name: str) -> None:
    """Read what will be asked for; a refusal is told when it is asked for."""
    raw = read_configuration(found.aws, name)
    if raw:
        found.on_found(Function(name, raw))


def named_by(found: Search, arn: str) -> tuple[str, ...]:
    """The functions whose environment names a machine, where nothing else tells of it."""
    return () if arn in found.started else tuple(sorted(found.named_by.get(arn, ())))


def remarks(found: Search, machines: Iterable[Machine]) -> Iterator[str]:
    """How a machine was found that only an environment names, and what was not followed."""
    for machine in machines:
        if machine.named_by:
            yield (
                f"The state machine {machine.name} was found in the environment of"
                f" {_listed(machine.named_by)}: it counts as part of the application."
            )
    unknown = [one for one in found.not_followed if one.option.removeprefix("--function ")
               not in found.functions]  # fmt: skip
    if line := sentence(unknown):
        yield line


def _listed(functions: Iterable[str]) -> str:
    return ", ".join(f"function {name}" for name in functions)


def ignore(_: Api | Function | Machine) -> None:
    """Nobody wants to know."""
