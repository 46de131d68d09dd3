"""What goes through the local AWS: requests, answers and refusals, whatever the service.

Imports neither moto nor botocore, so that the server can answer before they are there.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moto.core.model import OperationModel

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
NOT_HERE = 501
"""The status of what is not done here: one that botocore does not repeat, for nothing."""


class AwsError(Exception):
    """An AWS service's refusal: its error code, its own words, its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Request:
    """One call of an AWS operation.

    ``service`` and ``operation`` are boto3's and the model's names (``stepfunctions``,
    ``CreateStateMachine``), ``parameters`` what a boto3 caller passes. ``model`` is None for an
    operation that the service's model does not have.
    """

    service: str
    operation: str
    account: str
    region: str
    environ: dict[str, Any]
    model: OperationModel | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def body(self) -> bytes:
        """The request's body."""
        stream = self.environ["wsgi.input"]
        stream.seek(0)
        content: bytes = stream.read()
        stream.seek(0)
        return content

    def replace_json(self, parameters: dict[str, Any]) -> None:
        """Say something else to moto than what came, for a service that speaks JSON."""
        content = json.dumps(parameters).encode()
        self.parameters = parameters
        self.environ["wsgi.input"] = io.BytesIO(content)
        self.environ["CONTENT_LENGTH"] = str(len(content))


class RefusedError(Exception):
    """A request that is answered before anything runs: what is known of it, and AWS's words."""

    def __init__(self, request: Request, error: AwsError) -> None:
        super().__init__(error.message)
        self.request = request
        self.error = error


def seconds(moment: Any) -> float:
    """Epoch seconds of a parameter's time; moto keeps times without a zone, and means UTC."""
    if not isinstance(moment, datetime):
        return float(moment)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
