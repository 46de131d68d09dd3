"""What X-Ray calls the kinds of things that answer requests, in words for people."""

from __future__ import annotations

from dragonctl.terminal.neutral import neutral

_KINDS = {
    "AWS::ApiGateway::Stage": "API",
    "AWS::Lambda": "Lambda",
    "AWS::Lambda::Function": "function",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::stepfunctions": "state machine",
    "client": "client",
    "remote": "remote",
}


def kind_text(kind: str) -> str:
    """What a node's type or a segment's origin is, in a word or two; ``remote`` for none."""
    if kind in _KINDS:
        return _KINDS[kind]
    short = kind.removeprefix("AWS::").removeprefix("Database::").removesuffix("::Table")
    return neutral(short.replace("::", " ")) or "remote"
