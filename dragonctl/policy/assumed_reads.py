"""A reader that imagines what is not there yet, so that the reads of it become known.

What a run makes is read back, and read again by the next run. Before the first run those reads
have not happened; here they happen against answers made from botocore's models.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dragonctl.engine.listing import Listing
from dragonctl.engine.model import Call, Json
from dragonctl.engine.reads import Reads
from dragonctl.errors import DragonError

_TOP = 1
_DOCUMENTS = frozenset({"DashboardBody", "Document", "Policy", "PolicyDocument", "definition"})
_EMPTY_DOCUMENT = '{"Statement": []}'


class AssumedReads:
    """Implements :class:`dragonctl.engine.model.Reader` over a run's reads, noting each one.

    An answer that AWS gives is given on; what is absent, or refused, is assumed. With ``asks``
    false AWS is not asked at all.
    """

    def __init__(self, reads: Reads, *, asks: bool = True) -> None:
        self.reads, self.asks = reads, asks
        self.region, self.partition = reads.region, reads.partition
        self.elsewhere = reads.elsewhere
        self.calls: list[Call] = []

    @property
    def account(self) -> str:
        """The account that the credentials belong to."""
        return self.reads.account

    def get(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Json,
    ) -> dict[str, Any]:
        """AWS's answer, or one with every field that the model names."""
        self.calls.append(Call(service, operation, params, region=region))
        answer = None
        with suppress(DragonError):
            if self.asks:
                answer = self.reads.get(service, operation, absent=absent, region=region, **params)
        return answer if answer is not None else self._answer(service, operation)

    def pages(
        self,
        service: str,
        operation: str,
        key: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Json,
    ) -> list[Any]:
        """AWS's items; none where it has none yet."""
        self.calls.append(Call(service, operation, params, region=region))
        found = None
        with suppress(DragonError):
            if self.asks:
                found = self.reads.pages(
                    service, operation, key, absent=absent, region=region, **params
                )
        return found or []

    def listed(self, listing: Listing, name: str) -> dict[str, Any] | None:
        """What AWS shows of a name."""
        self.calls.append(Call(listing.service, listing.operation, listing.asked([name])))
        with suppress(DragonError):
            return self.reads.listed(listing, name) if self.asks else None
        return None

    def concurrently(self, *reads: Callable[[], Any]) -> list[Any]:
        """The results in their order: what is remembered needs no threads."""
        return [read() for read in reads]

    def _answer(self, service: str, operation: str) -> dict[str, Any]:
        model = self.reads.aws.client(service).meta.service_model
        shape = model.operation_model(operation).output_shape
        answer: dict[str, Any] = _value(shape, 0) if shape else {}
        return answer


def _value(shape: Any, depth: int, name: str = "") -> Any:
    """A value of a shape: optional structures only at the top, and every list empty."""
    match shape.type_name:
        case "structure":
            return {
                name: _value(member, depth + 1, name)
                for name, member in shape.members.items()
                if member.type_name != "structure" or depth < _TOP or name in shape.required_members
            }
        case "list":
            return []
        case "map":
            return {}
        case "integer" | "long" | "float" | "double":
            return 1
        case "boolean":
            return False
    return _EMPTY_DOCUMENT if name in _DOCUMENTS else "v1"
