"""Where AWS is recorded to ask something else than botocore's model says."""

from __future__ import annotations

from typing import Any

Constraint = dict[str, Any]

CORRECTIONS: dict[tuple[str, str], Constraint] = {
    # Recorded: a token of 1,025 characters is too long; the model allows 3,096.
    ("stepfunctions", "ListExecutionsPageToken"): {"max": 1024},
    # An empty text is validated as any other (recorded).
    ("stepfunctions", "Definition"): {"min": 0},
    # Said in words of their own, by the checks of functions and of log groups.
    ("logs", "LogGroupName"): {"max": None},
    ("logs", "LogStreamName"): {"max": None},
    ("lambda", "Runtime"): {"enum": None},
}
"""(service, shape) -> what holds in place of the model's constraint; None: nothing."""

JAVA_PATTERNS = {
    # A hyphen after a class: Java takes it for itself.
    r"[\w-_]*": r"[\w\-_]*",
}
"""Patterns that Java reads otherwise -> the same for the ``regex`` module."""

LOCATIONS = {"apigateway"}
"""Services that name a body's member ``<operation>Input.<member>``, one in the path by itself."""
