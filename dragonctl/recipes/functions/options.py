"""The options of ``deploy-function``, and the code that a function is to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dragonctl.packaging.limits import check_alias_name
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.tracers import Tracer


@dataclass(frozen=True)
class FunctionOptions:
    """What was asked for; None: the function's own.

    ``alias`` is the one to move, ``bucket`` where code goes that is too large to be sent;
    ``allow_secret`` are patterns of paths that are packed though they look like secrets; ``tracer``
    None: the one that the source uses.
    """

    python: str | None = None
    architecture: Literal["x86_64", "arm64"] | None = None
    handler: str | None = None
    create: bool = False
    publish: bool = False
    alias: str | None = None
    bucket: str | None = None
    allow_secret: tuple[str, ...] = ()
    tracer: Tracer | None = None

    def __post_init__(self) -> None:
        """UsageError for an alias that AWS would refuse after the code is there."""
        if self.alias is not None:
            check_alias_name(self.alias)

    @property
    def publishes(self) -> bool:
        """Whether a version is to be published."""
        return self.publish or self.alias is not None


@dataclass(frozen=True)
class Code:
    """The zip of one function: Lambda's digest of it, what it runs on, its handler and tracer.

    ``handler`` is as Lambda is to have it: with OpenTelemetry a generated one.
    """

    sha256: str
    target: Platform
    handler: str
    tracer: Tracer = "xray"
