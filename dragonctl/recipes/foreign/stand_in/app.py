"""In the place of a function whose code is not here: it says so, and does nothing else."""

import json
from typing import Any


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Refuse by name: as a proxy answer where API Gateway asks, else as an error."""
    words = f"There is no code for the function {context.function_name}."
    proxied = isinstance(event, dict) and "httpMethod" in event and "resource" in event
    if not proxied or "methodArn" in event:
        raise NotImplementedError(words)
    headers = {"Content-Type": "application/json"}
    return {"statusCode": 501, "headers": headers, "body": json.dumps({"message": words})}
