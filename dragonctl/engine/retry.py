"""Trying again: how long a step or a read waits for each symptom, and when it stops.

botocore and the retry libraries bound one callable; these waits span a step, which may make
several calls and read again between them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from dragonctl.engine.symptoms import Meaning, Symptom, diagnose, explained
from dragonctl.errors import AwsError

T = TypeVar("T")


class Patience:
    """The waits of one step or read: how long it has waited for each symptom, and how long next."""

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        tell: Callable[[str, float], None],
    ) -> None:
        self._clock, self._sleep, self._tell = clock, sleep, tell
        self._began: dict[Symptom, float] = {}
        self._tries: dict[Symptom, int] = {}
        self.uncertain = False
        """Whether a call met an error after which it may have had its effect."""

    @property
    def has_waited(self) -> bool:
        """Whether there has been another try."""
        return bool(self._tries)

    def wait(self, error: AwsError, symptom: Symptom) -> None:
        """Wait for the next try; when the symptom's cap is reached, raise ``error``, explained."""
        self.uncertain = self.uncertain or symptom.meaning is Meaning.UNKNOWN
        tries = self._tries[symptom] = self._tries.get(symptom, 0) + 1
        began = self._began.setdefault(symptom, self._clock())
        pause = min(symptom.longest, symptom.first * 2 ** min(tries - 1, 16))
        pause *= random.uniform(0.8, 1.0)  # noqa: S311 (jitter)
        pause = max(pause, symptom.least, error.retry_after or 0)
        if self._clock() - began + pause > symptom.cap:
            raise explained(error, symptom)
        self._tell(symptom.reason, pause)
        self._sleep(pause)


def persist(attempt: Callable[[], T], patience: Patience, *, repeatable: bool) -> T:
    """Make one call until it succeeds, within the caps.

    Raises :class:`LookAgain` where only a fresh reading can tell what to do, else the error.
    """
    while True:
        try:
            return attempt()
        except AwsError as error:
            symptom = diagnose(error)
            if symptom.meaning is Meaning.END:
                raise explained(error, symptom) from error
            look = symptom.meaning is Meaning.LOOK
            unknown = symptom.meaning is Meaning.UNKNOWN and not repeatable
            if look or unknown:
                raise LookAgain(error, symptom) from error
            patience.wait(error, symptom)


class LookAgain(Exception):  # noqa: N818 (a signal between engine parts, not a failure)
    """The thing must be read again before it is known what is left to do."""

    def __init__(self, error: AwsError, symptom: Symptom) -> None:
        super().__init__(str(error))
        self.error, self.symptom = error, symptom
