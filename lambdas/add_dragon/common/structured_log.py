"""Log lines as JSON, one a line, each with the ids that link it to its request and its trace."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from common.tracing import trace_id


def log(context: Any, message: str, *, level: str = "INFO", **fields: Any) -> None:
    """Write one line to the function's log group; ``context`` is the handler's second argument.

    No personal data: the number that a dragon was reported from stays out of every line.
    """
    line = {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "message": message,
        "function_request_id": context.aws_request_id,
        "trace_id": trace_id(),
        **fields,
    }
    sys.stdout.write(json.dumps(line, default=str) + "\n")
