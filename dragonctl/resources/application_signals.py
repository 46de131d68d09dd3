"""Application Signals' discovery: one switch of an account, a service-linked role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.resources.role_rights import ABSENT

STARTED = "started"
ROLE = "AWSServiceRoleForCloudWatchApplicationSignals"
KEPT = "AWS has no call that stops the discovery of Application Signals, which is the account's"


@dataclass(frozen=True)
class Discovery(Resource):
    """Whether Application Signals may look for services. State: ``started``.

    StartDiscovery makes the service-linked role :data:`ROLE` (Application Signals API reference);
    nothing else shows it, and no operation ends it.
    """

    kind: ClassVar[str] = "application-signals-discovery"
    table: ClassVar[Table] = (Field(STARTED, "discovery of services", off=(False,)),)
    account: str

    def read(self, aws: Reader) -> Reading:
        """GetRole of the service-linked role."""
        answer = aws.get("iam", "GetRole", absent=ABSENT, RoleName=ROLE)
        return Reading({STARTED: answer is not None})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """StartDiscovery, which may be repeated; nothing takes it back."""
        if want and want[STARTED] and not (have and have.state[STARTED]):
            yield Call("application-signals", "StartDiscovery", {})
