"""What must be known of shared things before the steps can be named: the account, the roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from dragonctl.app import App
from dragonctl.engine.model import Reader, Reading
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import DragonError
from dragonctl.recipes.observability.names import access_group, vended_group
from dragonctl.resources.apigateway_account import FIELD, UNKNOWN, Account
from dragonctl.resources.logs_group import LogGroup, execution_group
from dragonctl.resources.role_rights import Rights, read_rights, role_name


@dataclass(frozen=True)
class Survey:
    """The account's API Gateway settings, and what each role may do (None: no such role).

    ``errors`` holds what AWS did not let us read.
    """

    account: Reading
    rights: Mapping[str, Rights | None] = field(default_factory=dict)
    errors: tuple[DragonError, ...] = ()


def survey(aws: Reader, app: App) -> Survey:
    """Read the account and the roles of the application's functions and machines, at once."""
    arns = [function.role for function in app.functions] + [
        machine.role for machine in app.machines
    ]
    roles = sorted(set(map(role_name, arns)))
    account, *rights = aws.together(
        partial(read_account, aws),
        *(partial(read_rights, aws, role) for role in roles),
        *(partial(_ahead, aws, group) for group in groups(app)),
    )[: 1 + len(roles)]
    known = dict(zip(roles, rights, strict=True))
    if isinstance(account, DragonError):
        return Survey(Reading({FIELD: None}, {"health": UNKNOWN}), known, (account,))
    return Survey(account, known)


def read_account(aws: Reader) -> Reading | DragonError:
    """The account's settings; AWS's refusal where we may not read them."""
    account = Account(aws.account, aws.region)
    try:
        return account.read(aws)
    except DragonError as error:
        if not is_denied(error):
            raise
        error.resource = account.identifier
        return error


def stage_groups(api: str, stages: Iterable[str]) -> Iterator[LogGroup]:
    """The log groups that an API's stages have, or will have."""
    for stage in stages:
        yield LogGroup(execution_group(api, stage))
        yield LogGroup(access_group(api, stage))


def groups(app: App) -> Iterator[str]:
    """The names of the log groups that the application has, or will have."""
    for api in app.apis:
        yield from (group.name for group in stage_groups(api.id, api.stages))
    yield from (vended_group(machine.name) for machine in app.machines)
    yield from dict.fromkeys(function.log_group for function in app.functions)


def _ahead(aws: Reader, group: str) -> None:
    """Read what a step will ask for; a refusal is for that step to tell."""
    with suppress(DragonError):
        LogGroup(group).read(aws)
