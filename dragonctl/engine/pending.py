"""What a plan tells instead of a value that AWS is yet to choose.

Recipes write these words into a plan; whoever compares two plans knows by them that nothing was
promised of the value.
"""

from __future__ import annotations

NEW_DEPLOYMENT = "(the new deployment)"
"""The id that API Gateway gives a deployment of a REST API."""
NEW_VERSION = "(the version that is published)"
"""The number, or the ARN, of a version of a function or a state machine."""
YET_TO_CHOOSE = frozenset({NEW_DEPLOYMENT, NEW_VERSION})
