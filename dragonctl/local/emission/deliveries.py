"""Execution logs that go to a place of somebody's choice, as records of the fields chosen.

Source: "Set up execution log delivery" in the API Gateway developer guide: a delivery takes the
place of the log's own group, its events are up to 1 MB. Buckets and streams get nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.local import backends
from dragonctl.local.emission import log_groups

LOG_TYPE = "EXECUTION_LOGS"
FIELDS = (
    "resource_arn", "event_timestamp", "api_id", "stage", "resource_path", "http_method", "payload",
)  # fmt: skip
"""Of a record, in the order in which they are written."""


@dataclass(frozen=True)
class Place:
    """Where a request was answered: a method of a stage."""

    account: str
    region: str
    api: str
    stage: str
    path: str
    verb: str

    @property
    def arn(self) -> str:
        """The stage's ARN, as a delivery's source names it: with the account."""
        return (
            f"arn:aws:apigateway:{self.region}:{self.account}:/restapis/{self.api}/stages"
            f"/{self.stage}"
        )


@dataclass(frozen=True)
class Delivery:
    """One delivery to a log group; ``form`` is ``json`` or ``plain``."""

    group: str
    form: str
    fields: tuple[str, ...]
    delimiter: str

    def write(self, stream: str, place: Place, lines: Iterable[log_groups.Line]) -> None:
        """Write lines of the execution log as records; a group that is not there is not made."""
        where = log_groups.Stream(place.account, place.region, self.group, stream)
        records = [(moment, self._record(place, moment, line)) for moment, line in lines]
        log_groups.write(where, records, create_group=False)

    def _record(self, place: Place, moment: int, line: str) -> str:
        values: Mapping[str, object] = {
            "resource_arn": place.arn, "event_timestamp": moment, "api_id": place.api,
            "stage": place.stage, "resource_path": place.path, "http_method": place.verb,
            "payload": line,
        }  # fmt: skip
        chosen = {name: values[name] for name in FIELDS if name in self.fields}
        if self.form == "plain":
            return self.delimiter.join(map(str, chosen.values()))
        return json.dumps(chosen, separators=(",", ":"))


def of_stage(place: Place) -> list[Delivery]:
    """The deliveries of a stage's execution log to log groups."""
    return list(_deliveries(backends.backend("logs", place.account, place.region), place.arn))


def _deliveries(backend: Any, stage_arn: str) -> Iterator[Delivery]:
    sources = {
        source.name
        for source in backend.delivery_sources.values()
        if source.log_type == LOG_TYPE and stage_arn in source.resource_arns
    }
    places = {one.arn: one for one in backend.delivery_destinations.values()}
    for one in backend.deliveries.values():
        place = places.get(one.delivery_destination_arn)
        if one.delivery_source_name in sources and place and one.destination_type == "CWL":
            arn = place.delivery_destination_configuration["destinationResourceArn"]
            name = arn.partition(":log-group:")[2].removesuffix(":*")
            yield Delivery(
                name, place.output_format or "json", tuple(one.record_fields),
                one.field_delimiter or "",
            )  # fmt: skip
