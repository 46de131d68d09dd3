"""The nouns of an application, as discovery finds them. Plain data: nothing here talks to AWS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dragonctl.errors import DragonError
from dragonctl.resources.lambda_configuration import CODE, RUNTIME
from dragonctl.resources.lambda_layers import arns_of
from dragonctl.resources.log_group_names import function_group, group_name
from dragonctl.resources.states_machine_fields import DESTINATION, machine_state
from dragonctl.wording import with_and

Raw = Mapping[str, Any]
LATEST = "$LATEST"
"""The version of what is not published."""
# Between the names in an identifier; the groups of logs have words of their own around them.
_WORDS = re.compile(r"[/:]|API-Gateway-Execution-Logs_|-Logs(?=$)")


@dataclass(frozen=True)
class Route:
    """A version that a part of a qualifier's traffic reaches.

    ``version`` is its number, ``$LATEST`` for what is not published; ``share`` the part of the
    traffic, more than 0 and at most 1; ``raw`` the configuration that is frozen in it.
    """

    version: str
    share: float
    raw: Raw


Routes = tuple[Route, ...]
"""Where one qualifier sends its traffic: to one version, while a deployment goes on to two."""
Configurations = tuple[tuple[str, Raw], ...]
"""Configurations of one thing, each with the number of its version (``$LATEST`` first)."""


def _configurations(latest: Raw, qualifiers: Mapping[str | None, Routes]) -> Configurations:
    """What calls may run under: ``$LATEST``'s, and those frozen in the versions that get traffic.

    A published version keeps its role and its log group (AWS Lambda and Step Functions developer
    guides, "versions").
    """
    routes = (route for routes in qualifiers.values() for route in routes)
    frozen = {route.version: route.raw for route in routes if route.version.isdigit()}
    return ((LATEST, latest), *sorted(frozen.items(), key=lambda item: int(item[0])))


def named(thing: str, version: str) -> str:
    """``function x``; of a version ``function x, version 3``."""
    return f"{thing}, version {version}" if version.isdigit() else thing


def milliseconds(date: Any) -> int:
    """A date of AWS's answers (boto3 gives a datetime) in milliseconds; 0 for none.

    To the second: GetRestApis gives no smaller part.
    """
    return int(date.timestamp()) * 1000 if isinstance(date, datetime) else 0


def split(routes: Iterable[Route]) -> str:
    """``60 % to version 2 and 40 % to version 1``."""
    return with_and(f"{percent(route.share)} to version {route.version}" for route in routes)


def percent(share: float) -> str:
    """``40 %``, ``0.5 %``."""
    return f"{share * 100:.6g} %"


@dataclass(frozen=True)
class Function:
    """A Lambda function of this account and region.

    ``raw`` is GetFunctionConfiguration's answer for ``$LATEST``; ``qualifiers`` are the aliases
    and versions that traffic uses (with ``None`` for ``$LATEST``), each with the versions behind
    it that get any of it, the alias's own version first.
    """

    name: str
    raw: Raw
    qualifiers: Mapping[str | None, Routes] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The ARN, without a version."""
        return str(self.raw["FunctionArn"])

    @property
    def role(self) -> str:
        """The execution role's ARN."""
        return str(self.raw["Role"])

    @property
    def runtime(self) -> str | None:
        """``python3.13``; None for an image."""
        return self.raw.get(RUNTIME)

    @property
    def code_sha256(self) -> str:
        """The digest of its code, in base64, as Lambda gives it."""
        return str(self.raw[CODE])

    @property
    def layers(self) -> list[str]:
        """The ARNs of its layers' versions, in their order."""
        return arns_of(self.raw.get("Layers"))

    @property
    def variables(self) -> Mapping[str, str]:
        """Its environment."""
        return (self.raw.get("Environment") or {}).get("Variables") or {}

    @property
    def log_group(self) -> str:
        """The log group that the function writes to."""
        return self.group_of(self.raw)

    @property
    def configurations(self) -> Configurations:
        """``$LATEST``'s, and those of the versions that get traffic."""
        return _configurations(self.raw, self.qualifiers)

    def group_of(self, raw: Raw) -> str:
        """The log group that one of its configurations writes to."""
        return (raw.get("LoggingConfig") or {}).get("LogGroup") or function_group(self.name)


@dataclass(frozen=True)
class Machine:
    """A state machine of this account and region. ``raw`` is DescribeStateMachine's answer.

    ``qualifiers`` are as a function's. ``named_by`` are the functions whose environment variables
    name it, where nothing else tells of it: that they start it is likely, and no more.
    """

    arn: str
    raw: Raw
    qualifiers: Mapping[str | None, Routes] = field(default_factory=dict)
    named_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.arn.rpartition(":")[2]

    @property
    def role(self) -> str:
        """The execution role's ARN."""
        return str(self.raw["roleArn"])

    @property
    def type(self) -> str:
        """``STANDARD`` or ``EXPRESS``."""
        return str(self.raw.get("type", "STANDARD"))

    @property
    def definition(self) -> str:
        """Its states, as JSON."""
        return str(self.raw.get("definition", ""))

    @property
    def settings(self) -> Mapping[str, Any]:
        """The fields that its kind's table has."""
        return machine_state(self.raw)

    @property
    def log_group(self) -> str | None:
        """The log group that ``$LATEST`` is set to write to."""
        return group_name(self.settings[DESTINATION]) or None

    @property
    def configurations(self) -> Configurations:
        """``$LATEST``'s, and those of the versions that executions are started of."""
        return _configurations(self.raw, self.qualifiers)


@dataclass(frozen=True)
class Api:
    """A REST API. ``raw`` is GetRestApis' item; ``stages`` holds GetStages' items by name.

    ``stages`` are those that a command is about, ``other_stages`` the others.
    """

    id: str
    name: str
    raw: Raw
    stages: Mapping[str, Raw]
    other_stages: Mapping[str, Raw] = field(default_factory=dict)

    @property
    def all_stages(self) -> dict[str, Raw]:
        """All stages of the API, by name."""
        return {**self.stages, **self.other_stages}

    @property
    def made_ms(self) -> int:
        """When it was made, in milliseconds since the epoch; 0 where AWS does not say."""
        return milliseconds(self.raw.get("createdDate"))

    @property
    def endpoint_types(self) -> tuple[str, ...]:
        """``EDGE``, which is API Gateway's default, ``REGIONAL`` or ``PRIVATE``."""
        return tuple((self.raw.get("endpointConfiguration") or {}).get("types") or ["EDGE"])

    @property
    def ip_address_type(self) -> str:
        """``ipv4`` or ``dualstack``; "" where AWS does not say."""
        return str((self.raw.get("endpointConfiguration") or {}).get("ipAddressType") or "")

    @property
    def is_closed(self) -> bool:
        """Whether it answers at its custom domains alone (``disableExecuteApiEndpoint``)."""
        return bool(self.raw.get("disableExecuteApiEndpoint"))

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags."""
        return self.raw.get("tags") or {}


@dataclass(frozen=True)
class App:
    """An application: its APIs (one, as a rule), what is behind them, where.

    ``warnings`` names what could not be resolved, and what lives in another account;
    ``errors`` what AWS did not let us read. ``origins`` tells behind which APIs (their ids) a thing
    was found: of a function by its name, of a machine by its ARN, of an API by its own id.
    """

    apis: tuple[Api, ...]
    functions: tuple[Function, ...]
    machines: tuple[Machine, ...]
    account: str
    region: str
    partition: str
    warnings: tuple[str, ...] = ()
    errors: tuple[DragonError, ...] = ()
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def failed(self, resources: Iterable[str]) -> tuple[str, ...]:
        """The ids of the APIs that these things belong to, or are behind; none if that is all."""
        words = {word for resource in resources for word in _WORDS.split(resource)}
        known = self._belongings()
        failed = tuple(api for api, names in known.items() if names & words)
        return failed if len(failed) < len(known) else ()

    def _belongings(self) -> dict[str, set[str]]:
        """The words that tell each API in the identifier of a thing, by the API's id."""
        found = {api: {api} for api in sorted(frozenset().union(*self.origins.values()))}
        for function in self.functions:
            for api in self.origins.get(function.name, ()):
                found[api] |= {function.name, *map(_last, _roles(function))}
        for machine in self.machines:
            for api in self.origins.get(machine.arn, ()):
                found[api] |= {machine.name, *map(_last, _roles(machine))}
        return found

    @property
    def roles(self) -> tuple[str, ...]:
        """The ARNs of the roles of its functions and machines, each once."""
        things: tuple[Function | Machine, ...] = (*self.functions, *self.machines)
        return tuple(dict.fromkeys(role for thing in things for role in _roles(thing)))

    @property
    def api(self) -> Api | None:
        """The API, for commands that are about one; None: only functions and machines."""
        return self.apis[0] if self.apis else None

    @property
    def stages(self) -> Iterator[tuple[Api, str, Raw]]:
        """Every stage of every API that is meant: its API, its name, GetStages' item."""
        return ((api, name, raw) for api in self.apis for name, raw in api.stages.items())

    @property
    def trace_names(self) -> set[str]:
        """What X-Ray calls its parts: ``<api>/<stage>``, functions, state machines."""
        stages = {f"{api.name}/{name}" for api, name, _ in self.stages}
        things: tuple[Function | Machine, ...] = (*self.functions, *self.machines)
        return stages | {thing.name for thing in things}

    @property
    def title(self) -> str:
        """A headline: which application, where."""
        where = f"account {self.account} · {self.region}"
        if self.api is None:
            return where
        if len(self.apis) > 1:
            stages = sum(len(api.stages) for api in self.apis)
            return f"{len(self.apis)} APIs · {stages} stages · {where}"
        names = ", ".join(self.api.stages) or "no stage"
        return f"{self.api.name} ({self.api.id}) · {names} · {where}"

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """An ARN of this account; IAM's have no region."""
        place = self.region if region else ""
        return f"arn:{self.partition}:{service}:{place}:{self.account}:{resource}"


def _roles(thing: Function | Machine) -> Iterator[str]:
    """The ARNs of the roles that a thing runs under, whichever version is called."""
    key = "Role" if isinstance(thing, Function) else "roleArn"
    return (str(raw[key]) for _, raw in thing.configurations)


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
