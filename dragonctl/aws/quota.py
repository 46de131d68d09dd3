"""A shared rate limit: many threads, one account's quota, others who use it too.

botocore has such a bucket for each client; API Gateway's quotas belong to the account, so ours
are shared by all that a command does there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

RECOVERY = 10.0
"""Seconds in which a pace that was lowered to nothing is the full rate again."""
_SLOWER = 0.7
_SLOWEST = 0.05
_SAME_CONGESTION = 1.0
_ROUNDING = 1e-6


class Turn:
    """Whether a read still waits for its quota.

    Until then AWS has been asked nothing: the answer will show what is written meanwhile.
    """

    def __init__(self) -> None:
        self.waits = False
        self._has_come = False

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """What waits for the quota of one call. Only the first call of a read is waited for so."""
        self.waits = not self._has_come
        try:
            yield
        finally:
            self._has_come, self.waits = True, False


turn_of_this_read: ContextVar[Turn | None] = ContextVar("turn", default=None)
"""The turn of the read that makes the calls of this context, if one does."""


class Quota:
    """A token bucket: ``rate`` calls a second, after a burst of ``burst``; not safe to share.

    A refusal means that others use the quota as well: it lowers the pace, which then grows back.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst = rate, burst
        self._clock = clock
        self._pace, self._left = rate, burst
        self._seen = clock()
        self._congested = self._seen - _SAME_CONGESTION

    def delay(self) -> float:
        """Seconds until there is room for one call; 0: there is now."""
        self._refill()
        missing = 1 - self._left
        return missing / self._pace if missing > _ROUNDING else 0.0

    def spend(self) -> None:
        """One call is made."""
        self._left -= 1

    def refused(self) -> None:
        """AWS refused a call for its rate: what the bucket holds is used up; go slower."""
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
    """The quotas of an account's control plane: of a whole service, and of single operations.

    A call that falls under two of them takes both at the same moment: one taken early would be
    lost to the others, or used in a crowd later on.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        # AWS: Amazon API Gateway quotas, "for creating, deploying and managing an API". The other
        # operations that have one are called once or twice a run: waiting is left to the retries.
        self._quotas = {
            # Calls overtake each other on their way: one less in a burst avoids most refusals.
            "apigateway": Quota(10, 39, clock),
            "apigateway.GetResources": Quota(2.5, 4, clock),
        }
        # Of those who wait for the same quotas only the first one looks for its moment.
        self._turns = {name: threading.Lock() for name in self._quotas}

    def take(self, service: str, operation: str) -> None:
        """Wait for the turn of one call."""
        quotas = self._of(service, operation)
        if not quotas:
            return
        turn = turn_of_this_read.get() or Turn()
        with turn.awaited(), self._turns[next(iter(quotas))]:
            while delay := self._delay(quotas.values()):
                self._sleep(delay)

    def refused(self, service: str, operation: str) -> None:
        """Go slower where AWS said so: by the operation's own quota, if it has one."""
        with self._lock:
            for quota in list(self._of(service, operation).values())[:1]:
                quota.refused()

    def _delay(self, quotas: Collection[Quota]) -> float:
        """Spend one call where every quota has room, else say how long there will be none."""
        with self._lock:
            delay = max(quota.delay() for quota in quotas)
            for quota in quotas if not delay else ():
                quota.spend()
            return delay

    def _of(self, service: str, operation: str) -> dict[str, Quota]:
        """The quotas of a call, its own before that of the service."""
        names = (f"{service}.{operation}", service)
        return {name: self._quotas[name] for name in names if name in self._quotas}
