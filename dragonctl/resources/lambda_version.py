"""The newest published version of a Lambda function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State
from dragonctl.resources.creation_tags import digest
from dragonctl.resources.lambda_configuration import CODE, FIELDS, FOREIGN, configured
from dragonctl.resources.lambda_function import read_configuration

OTHER_SETTINGS = "other settings"
_ABSENT = ("ResourceNotFoundException",)
_DIGITS = 12


@dataclass(frozen=True)
class NewestVersion(Resource):
    """The version that was published last; versions are added and never taken away.

    State: what it was published with, as :class:`FunctionSettings` has it, and a digest of
    ``other settings``. Facts: ``raw``, its configuration (``Version`` is its number).
    """

    kind: ClassVar[str] = "lambda-version"
    table: ClassVar[Table] = (
        *(row for row in FIELDS if row.is_published),
        Field(OTHER_SETTINGS, OTHER_SETTINGS),
    )
    function: str

    def read(self, aws: Reader) -> Reading | None:
        """ListVersionsByFunction, and the newest; None before the first publication.

        Recorded lists carry no ``State``: whether Lambda has made the version only
        GetFunctionConfiguration with its number tells.
        """
        published = versions(aws, self.function)
        return self._numbered(aws, published[-1]["Version"]) if published else None

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PublishVersion, of just that code; AWS answers with the version that there is already."""
        if want:
            params = {"FunctionName": self.function, CODE: want[CODE]}
            yield Call("lambda", "PublishVersion", params)

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """PublishVersion answers with the version's configuration."""
        return _reading(answer)

    def progress(self, aws: Reader, reading: Reading) -> Reading | None:
        """GetFunctionConfiguration of that version: a list may not show it yet, or a newer one."""
        return self._numbered(aws, reading.facts["raw"]["Version"])

    def settled(self, reading: Reading) -> str | None:
        """A new version is pending for a moment; with SnapStart for minutes."""
        pending = reading.facts["raw"].get("State") == "Pending"
        return "Lambda is making the version" if pending else None

    def failure(self, reading: Reading) -> str | None:
        """A version whose code does not start up (SnapStart runs it when it is published).

        One that is ``Inactive`` has not failed: Lambda has put it to rest.
        """
        return failed_version(reading.facts["raw"])

    def _numbered(self, aws: Reader, version: str) -> Reading | None:
        raw = read_configuration(aws, self.function, version)
        return None if raw is None else _reading(raw)


def failed_version(raw: Mapping[str, Any]) -> str | None:
    """Why Lambda could not make the version of a configuration; None of one that has not failed."""
    if raw.get("State") != "Failed":
        return None
    reason = raw.get("StateReason") or raw.get("StateReasonCode") or "Lambda gives no reason"
    return f"version {raw.get('Version')} could not be made: {reason}"


def versions(aws: Reader, function: str) -> list[Mapping[str, Any]]:
    """The configurations of the published versions, oldest first."""
    found = aws.pages(
        "lambda", "ListVersionsByFunction", "Versions", absent=_ABSENT, FunctionName=function
    )
    numbered = [one for one in found or [] if one["Version"].isdigit()]
    return sorted(numbered, key=lambda one: int(one["Version"]))


def publishable(raw: Mapping[str, Any]) -> dict[str, Json]:
    """The state of a version that is published from this configuration.

    Of the settings that may hold secrets only a short digest is shown, as in the journal.
    """
    others = digest([row.rest(row.read(raw), frozenset()) for row in FOREIGN])[:_DIGITS]
    return {**configured(raw), OTHER_SETTINGS: others}


def _reading(raw: Mapping[str, Any]) -> Reading:
    return Reading(publishable(raw), {"raw": raw})
