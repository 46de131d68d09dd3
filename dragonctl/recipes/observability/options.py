"""The options of ``setup-observability``, and what it means that one was not given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from dragonctl.errors import UsageError
from dragonctl.recipes.observability.sharing import Strangers
from dragonctl.resources import lambda_layers as layers
from dragonctl.resources.logs_group import RETENTIONS

ROLE_NAMES = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
"""The names that CreateRole takes."""
ROLE_NAME = "APIGatewayCWLogs"
DEFAULT_RETENTION = 30


@dataclass(frozen=True)
class Options:
    """What was asked for. None means "not said": a default then fills only what is absent or off.

    ``data_trace_until`` is when full request and response data must end, if that was said;
    ``unfinished`` names what an earlier run that was cut short had begun to make, ``strangers``
    who else writes to the log groups that somebody chose.
    """

    log_level: str | None = None
    data_trace: bool | None = None
    data_trace_until: datetime | None = None
    metrics: bool | None = None
    access_log: bool | None = None
    tracing: bool | None = None
    log_format: str | None = None
    state_machine_level: str | None = None
    execution_data: bool | None = None
    retention: int | None = None
    role_name: str = ROLE_NAME
    replace_account_role: bool = False
    role_changes: bool = True
    publish: bool = False
    application_signals: bool = False
    layer_arns: tuple[str, ...] = ()
    replace_wrapper: bool = False
    unfinished: frozenset[str] = frozenset()
    strangers: Strangers = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what AWS would refuse, before any call."""
        if self.retention is not None and self.retention not in RETENTIONS:
            raise UsageError(
                f"CloudWatch Logs does not keep events for {self.retention} days.",
                f"It takes one of: {', '.join(map(str, RETENTIONS))}.",
                option="--retention",
            )
        if not ROLE_NAMES.fullmatch(self.role_name):
            raise UsageError(
                f"IAM takes no role name {self.role_name!r}.",
                "--role-name has 1 to 64 letters, digits and _+=,.@- and no path.",
                option="--role-name",
            )
        self._check_signals()

    def _check_signals(self) -> None:
        for name, given in (
            ("--layer-arn", self.layer_arns),
            ("--replace-wrapper", self.replace_wrapper),
        ):
            if given and not self.application_signals:
                raise UsageError(f"{name} goes with --application-signals.")
        for arn in self.layer_arns:
            if not layers.is_layer_arn(arn):
                raise UsageError(
                    f"--layer-arn '{arn}' is not the ARN of a version of a layer.",
                    "It ends in the version: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:3.",
                )
        keys = [layers.without_version(arn) for arn in dict.fromkeys(self.layer_arns)]
        for key in {one for one in keys if keys.count(one) > 1}:
            raise UsageError(f"--layer-arn names two versions of the layer {layers.name_of(key)}.")

    @property
    def wants_tracing(self) -> bool:
        """Whether tracing is to be on at the end."""
        return self.tracing is not False

    @property
    def api_logs(self) -> bool:
        """Whether stages will write any log, so that API Gateway needs its role."""
        return self.log_level != "OFF" or self.access_log is not False
