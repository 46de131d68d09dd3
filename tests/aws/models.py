"""botocore's models of the services, each read from its file once."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session

SESSION = botocore.session.get_session()


@cache
def service_model(service: str) -> Any:
    """The model of one service. UnknownServiceError when botocore has none."""
    return SESSION.get_service_model(service)
