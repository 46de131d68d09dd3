"""Waiting for an integration no longer than its time-out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class WaitedTooLongError(Exception):
    """The work goes on, but nobody waits for it any more."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """The work's result or exception, if it comes in time.

    Raises:
        WaitedTooLongError: it did not; it is left to end by itself, as API Gateway leaves it.

    """
    ended: list[Any] = []

    def run() -> None:
        try:
            ended.append((work(), None))
        except BaseException as error:  # noqa: BLE001 (carried over to the waiting thread)
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise WaitedTooLongError
    result, error = ended[0]
    if error is not None:
        raise error
    found: Result = result
    return found
