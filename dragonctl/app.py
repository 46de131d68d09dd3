"""The nouns of an application, as discovery finds them. Plain data: nothing here talks to AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.errors import DragonError

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Function:
    """A Lambda function of this account and region.

    ``raw`` is GetFunctionConfiguration's answer for ``$LATEST``; ``qualifiers`` are the aliases
    and versions that traffic uses (with ``None`` for ``$LATEST``), each with the configuration
    that is frozen behind it.
    """

    name: str
    raw: Raw
    qualifiers: Mapping[str | None, Raw] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The execution role's ARN."""
        return str(self.raw["Role"])

    @property
    def log_group(self) -> str:
        """The log group that the function writes to."""
        return (self.raw.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{self.name}"


@dataclass(frozen=True)
class Machine:
    """A state machine of this account and region. ``raw`` is DescribeStateMachine's answer.

    ``qualifiers`` are as a function's.
    """

    arn: str
    raw: Raw
    qualifiers: Mapping[str | None, Raw] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.arn.rpartition(":")[2]

    @property
    def role(self) -> str:
        """The execution role's ARN."""
        return str(self.raw["roleArn"])


@dataclass(frozen=True)
class Api:
    """A REST API. ``raw`` is GetRestApis' item; ``stages`` holds GetStages' items by name.

    ``stages`` are those that a command is about, ``beside`` the others.
    """

    id: str
    name: str
    raw: Raw
    stages: Mapping[str, Raw]
    beside: Mapping[str, Raw] = field(default_factory=dict)

    @property
    def every_stage(self) -> dict[str, Raw]:
        """All stages of the API, by name."""
        return {**self.stages, **self.beside}


@dataclass(frozen=True)
class App:
    """An application: its APIs (one, as a rule), what is behind them, where.

    ``warnings`` names what could not be resolved, and what lives in another account;
    ``errors`` what AWS did not let us read.
    """

    apis: tuple[Api, ...]
    functions: tuple[Function, ...]
    machines: tuple[Machine, ...]
    account: str
    region: str
    partition: str
    warnings: tuple[str, ...] = ()
    errors: tuple[DragonError, ...] = ()

    @property
    def api(self) -> Api | None:
        """The API, for commands that are about one; None: only functions and machines."""
        return self.apis[0] if self.apis else None

    @property
    def stages(self) -> Iterator[tuple[Api, str, Raw]]:
        """Every stage of every API that is meant: its API, its name, GetStages' item."""
        return ((api, name, raw) for api in self.apis for name, raw in api.stages.items())

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
