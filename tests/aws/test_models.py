"""boto3's models hold what is sent: the installed ones, and those of the oldest release allowed."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.aws.models import service_model
from tests.aws.sent_members import sent

FIRST_RELEASES = {("logs", "FilterLogEvents", "startFromHead"): (1, 43, 33)}
"""Member -> the first release of botocore whose models hold it, found by reading the releases."""


def members_of(service, operation):
    model = service_model(service).operation_model(operation)
    return set(model.input_shape.members) if model.input_shape else set()


def test_every_operation_and_member_that_is_sent_is_in_the_models():
    calls = sent()
    assert ("logs", "FilterLogEvents", "") in calls
    assert len({call[:2] for call in calls}) > 100
    unknown = [call for call in calls if call[2] and call[2] not in members_of(*call[:2])]
    assert unknown == []


@pytest.mark.parametrize("member", FIRST_RELEASES)
def test_boto3_is_as_new_as_the_newest_member_that_is_sent(member):
    assert member[2] in members_of(*member[:2])
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    (floor,) = (one for one in project["dependencies"] if one.startswith("boto3"))
    least = tuple(map(int, re.findall(r"\d+", floor.partition(">=")[2])))
    assert least >= FIRST_RELEASES[member]
