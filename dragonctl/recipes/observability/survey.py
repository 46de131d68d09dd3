"""What must be known of shared things before the steps can be named: the account, the roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from dragonctl.application.log_groups import groups_of_setup
from dragonctl.application.nouns import Api, App, Function, Machine
from dragonctl.engine.model import Reader, Reading
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import AwsError, DragonError
from dragonctl.recipes.observability.delivery import Use, read_use
from dragonctl.recipes.observability.layers_survey import LayerChoices, choose_layers
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.sharing import Strangers, read_strangers
from dragonctl.resources.apigateway_account import FIELD, NEEDS_ROLE, UNKNOWN, Account
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.resources.role_rights import Rights, read_rights, role_name

_NOT_READ = Reading({FIELD: None}, {"health": UNKNOWN})


@dataclass(frozen=True)
class ObservabilitySurvey:
    """The account's API Gateway settings, and what each role may do (None: no such role).

    ``errors`` holds what AWS did not let us read; ``layer_choices`` what becomes of each function
    under ``--application-signals``. ``delivery`` is who uses the delivery policy, where it lacks
    rights. ``strangers`` are who else writes to log groups whose retention is to be set.
    """

    account: Reading
    rights: Mapping[str, Rights | None] = field(default_factory=dict)
    errors: tuple[DragonError, ...] = ()
    layer_choices: LayerChoices = field(default_factory=dict)
    delivery: Use | AwsError | None = None
    strangers: Strangers = field(default_factory=dict)


def survey(aws: Reader, app: App, options: Options | None = None) -> ObservabilitySurvey:
    """Read the account and the roles of the application's functions and machines, at once.

    And, where the options ask for Application Signals, the layers that functions would get. The
    account's settings are about APIs alone: without one they are not read.
    """
    roles = sorted(set(map(role_name, app.roles)))
    sets_retention = bool(options and options.retention)
    account, layer_choices, delivery, strangers, *rights = aws.concurrently(
        partial(read_account, aws) if app.apis else lambda: _NOT_READ,
        partial(choose_layers, aws, app, options or Options()),
        partial(read_use, aws, app),
        partial(read_strangers, aws, app) if sets_retention else dict,
        *(partial(read_rights, aws, role) for role in roles),
    )
    known = dict(zip(roles, rights, strict=True))
    if isinstance(account, DragonError):
        return ObservabilitySurvey(_NOT_READ, known, (account,), layer_choices, delivery, strangers)
    return ObservabilitySurvey(account, known, (), layer_choices, delivery, strangers)


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


def prefetch_account(aws: Reads, options: Options) -> None:
    """Begin to read the account's settings and, where they name no role, the one to be made."""

    def read() -> None:
        account = read_account(aws)
        is_wanted = isinstance(account, Reading) and account.facts["health"] in NEEDS_ROLE
        if is_wanted and options.api_logs:
            role = options.role_name
            aws.concurrently(partial(Role(role).read, aws), partial(RolePolicies(role).read, aws))

    aws.prefetch(read)


def prefetch_shared(aws: Reads, found: Api | Function | Machine) -> None:
    """Begin to read what the survey will ask because of a thing that was met."""
    if not isinstance(found, Api):
        aws.prefetch(partial(read_rights, aws, role_name(found.role)))


def prefetch_groups(aws: Reads, app: App) -> None:
    """Begin to read the log groups that the steps will ask for, while the survey is made."""
    names = groups_of_setup(*app.apis, *app.functions, *app.machines)
    aws.prefetch_listed(map(LogGroupSettings, names))
