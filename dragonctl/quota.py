"""A shared rate limit: many threads, one account's quota, others who use it too.

botocore has such a bucket for each client; API Gateway's quotas belong to the account, so ours
are shared by all that a command does there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

RECOVERY = 10.0
"""Seconds in which a pace that was lowered to nothing is the full rate again."""
_SLOWER = 0.7
_SLOWEST = 0.05
_SAME_CONGESTION = 1.0


class Quota:
    """A token bucket: ``rate`` calls a second, after a burst of ``burst``; :meth:`take` waits.

    A refusal means that others use the quota as well: it lowers the pace, which then grows back.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._burst = rate, burst
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._pace, self._left = rate, burst
        self._seen = clock()
        self._congested = self._seen - _SAME_CONGESTION

    def take(self) -> None:
        """Take one call's worth, waiting for one's turn if there is none left."""
        with self._lock:
            self._refill()
            self._left -= 1  # below nothing: a place in the queue
            owed = -self._left / self._pace
        if owed > 0:
            self._sleep(owed)

    def refused(self) -> None:
        """AWS refused a call for its rate: what the bucket holds is used up; go slower."""
        with self._lock:
            self._refill()
            self._left = min(self._left, 0.0)
            if self._seen - self._congested >= _SAME_CONGESTION:  # else others said it just now
                self._congested = self._seen
                self._pace = max(self._pace * _SLOWER, self._rate * _SLOWEST)

    def _refill(self) -> None:
        now = self._clock()
        elapsed, self._seen = now - self._seen, now
        self._left = min(self._burst, self._left + elapsed * self._pace)
        self._pace = min(self._rate, self._pace + elapsed * self._rate / RECOVERY)


class Quotas:
    """The quotas of an account's control plane: of a whole service, and of single operations."""

    def __init__(self) -> None:
        # AWS: Amazon API Gateway quotas, "for creating, deploying and managing an API". The other
        # operations that have one are called once or twice a run: waiting is left to the retries.
        self._quotas = {
            # Calls overtake each other on their way: one less in a burst avoids most refusals.
            "apigateway": Quota(10, 39),
            "apigateway.GetResources": Quota(2.5, 4),
        }

    def take(self, service: str, operation: str) -> None:
        """Wait for the turn of one call."""
        for quota in self._of(service, operation):
            quota.take()

    def refused(self, service: str, operation: str) -> None:
        """Go slower where AWS said so: by the operation's own quota, if it has one."""
        for quota in list(self._of(service, operation))[:1]:
            quota.refused()

    def _of(self, service: str, operation: str) -> Iterable[Quota]:
        names = (f"{service}.{operation}", service)
        return (self._quotas[name] for name in names if name in self._quotas)
