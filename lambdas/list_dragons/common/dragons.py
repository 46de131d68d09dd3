"""The dragons: one JSON array in S3, whose place two SSM parameters name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

Dragon = dict[str, str]

FIELDS = (
    "dragon_name_str",
    "description_str",
    "family_str",
    "location_city_str",
    "location_country_str",
    "location_state_str",
    "location_neighborhood_str",
)
BUCKET_PARAMETER = "dragon_data_bucket_name"
FILE_PARAMETER = "dragon_data_file_name"


class DragonValidationException(Exception):  # noqa: N818 (the state machine catches this name)
    """The reported dragon cannot be added; the message says why."""


class DragonData:
    """Reads the dragons. The place is asked for once a container, the object at every call.

    S3 Select, which could filter in the service, is closed to new customers; the file is small.
    """

    def __init__(self, s3: Any, ssm: Any) -> None:
        self._s3 = s3
        self._ssm = ssm

    @cached_property
    def place(self) -> dict[str, str]:
        """Bucket and key of the object, as S3's operations take them."""
        names = [BUCKET_PARAMETER, FILE_PARAMETER]
        found = self._ssm.get_parameters(Names=names)["Parameters"]
        values = {parameter["Name"]: parameter["Value"] for parameter in found}
        missing = [name for name in names if name not in values]
        if missing:
            raise LookupError(f"The SSM parameter {' and '.join(missing)} does not exist.")
        return {"Bucket": values[BUCKET_PARAMETER], "Key": values[FILE_PARAMETER]}

    def read(self) -> tuple[list[Dragon], str]:
        """All dragons, and the ETag under which they were read."""
        answer = self._s3.get_object(**self.place)
        return json.loads(answer["Body"].read()), answer["ETag"]


def named(dragons: Sequence[Dragon], name: str) -> Dragon | None:
    """The dragon of that name, in whatever case it is written, or None."""
    wanted = name.strip().casefold()
    return next((each for each in dragons if each["dragon_name_str"].casefold() == wanted), None)
