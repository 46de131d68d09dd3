"""How a call is refused."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def refused(call, **parameters):
    """The code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response["Error"]
    return answer["Code"], answer["Message"]


def status_of_refusal(call, **parameters):
    """The HTTP status with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
