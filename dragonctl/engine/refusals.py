"""Reads that AWS may refuse, and the run goes on: what is not known for that is said."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from dragonctl.engine.symptoms import is_closed, is_denied
from dragonctl.errors import AwsError

_Read = TypeVar("_Read")

_NOT_DONE = frozenset(
    {"NotImplemented", "UnknownOperation", "UnknownOperationException", "InvalidAction"}
)
_NO_SUCH_PLACE = (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)
"""How emulators answer to what they do not do: as AWS does to an operation that is none."""


def told_if_denied(read: Callable[[], _Read], *, elsewhere: bool = False) -> _Read | AwsError:
    """What a read gives; AWS's refusal for want of a right, or (``elsewhere``) of a closed region.

    Whoever asks says what therefore is not known.
    """
    try:
        return read()
    except AwsError as error:
        if is_denied(error) or (elsewhere and is_closed(error)):
            return error
        raise


def told_or_nothing(
    read: Callable[[], _Read], nothing: _Read, *, elsewhere: bool = False
) -> _Read | AwsError:
    """As :func:`told_if_denied`; ``nothing`` where an emulator does not do the operation.

    What it does not do, nobody there uses. AWS itself has an answer to each list that is asked for.
    """
    try:
        return told_if_denied(read, elsewhere=elsewhere)
    except AwsError as error:
        if error.status in _NO_SUCH_PLACE or error.code in _NOT_DONE:
            return nothing
        raise


def not_known(what: str, error: AwsError) -> str:
    """The clause that says what is not known for a refusal."""
    return f"{what} is not known ({error.operation}: {error.code})"
