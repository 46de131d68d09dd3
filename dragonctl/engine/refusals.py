"""Reads that AWS may refuse, and the run goes on: what is not known for that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dragonctl.engine.symptoms import is_closed, is_denied
from dragonctl.errors import AwsError

_Read = TypeVar("_Read")


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
