"""`create-app` where AWS takes a write and does nothing: the next run still gets there."""

from __future__ import annotations

import pytest

from tests.faults.cases import Case, examine, learn
from tests.faults.commands import COMMANDS, furnish
from tests.faults.laboratory import laboratory
from tests.faults.rules import FAULTS


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        furnish(place.folder)
        yield place


@pytest.fixture(scope="module")
def learned(lab):
    return learn(lab, COMMANDS["create-app"])


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "PutBucketTagging"),  # a bucket without the tag is another's, once it has objects
        ("apigateway", "PutRestApi"),  # the tag that is set next says that it took effect
    ],
)
def test_a_write_that_aws_answers_and_does_not_do_is_told_and_made_up(
    lab, learned, service, operation
):
    finding = examine(lab, learned, Case(FAULTS["no-effect"], service, operation))
    assert (finding.outcome, finding.defects) == ("failed, said why", [])
