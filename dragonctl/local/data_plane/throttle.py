"""Throttling by method settings: a bucket for each method of a stage."""

from __future__ import annotations

import threading
import time

# What an account allows where a stage says nothing (AWS: "API Gateway quotas").
ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000


class Buckets:
    """Token buckets by key; a bucket starts full."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, ...], tuple[float, float]] = {}

    def allow(self, key: tuple[str, ...], rate: float, burst: float) -> bool:
        """Take one token. ``rate`` in tokens a second; below 0 stands for "unset"."""
        rate = ACCOUNT_RATE if rate < 0 else rate
        burst = ACCOUNT_BURST if burst < 0 else burst
        now = time.monotonic()
        with self._lock:
            tokens, at = self._held.get(key, (burst, now))
            tokens = min(burst, tokens + (now - at) * rate)
            allowed = tokens >= 1
            self._held[key] = (tokens - 1 if allowed else tokens, now)
        return allowed
