"""How often a stage's cache answered: CloudWatch's CacheHitCount and CacheMissCount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from dragonctl.application.metrics import Ask, Metric, sums

_PERIODS = (60, 300, 900, 3600, 21600, 86400)
_MOST_POINTS = 60
# CloudWatch keeps points of one minute for 15 days, of five minutes for 63 (API reference).
_FINEST_AFTER = ((63 * 86400, 3600), (15 * 86400, 300))


@dataclass(frozen=True)
class CacheStats:
    """A stage's hits and misses.

    ``points`` are (start of the period in ms since 1970, hits, misses), oldest first, the empty
    ones included; ``period`` is their length in seconds.
    """

    stage: str
    period: int
    points: tuple[tuple[int, int, int], ...]

    @property
    def hits(self) -> int:
        """Requests that the cache answered."""
        return sum(hits for _, hits, _ in self.points)

    @property
    def misses(self) -> int:
        """Requests to cached methods that reached the back end."""
        return sum(misses for _, _, misses in self.points)

    @property
    def ratio(self) -> float | None:
        """Hits among all, 0 to 1; None when nothing was asked for."""
        total = self.hits + self.misses
        return self.hits / total if total else None


def cache_stats(
    ask: Ask, api: str, stages: Iterable[str], start: int, end: int, now: int
) -> list[CacheStats]:
    """The statistics of some stages between two moments (ms since 1970), in one query a page.

    ``api`` is the API's name: CloudWatch's dimension is ``ApiName``, so APIs of one name are
    counted together.
    """
    names = list(stages)
    period = period_for(start, end, now)
    first = start // 1000 // period * period
    last = -(-end // 1000 // period) * period
    metrics = [
        Metric("AWS/ApiGateway", name, {"ApiName": api, "Stage": stage})
        for stage in names
        for name in ("CacheHitCount", "CacheMissCount")
    ]
    begin, until = (datetime.fromtimestamp(at, UTC) for at in (first, last))
    counted = sums(ask, metrics, period, begin, until)
    moments = range(first, last, period)
    return [
        CacheStats(
            stage,
            period,
            tuple((at * 1000, round(hits.get(at, 0)), round(misses.get(at, 0))) for at in moments),
        )
        for stage, hits, misses in zip(names, counted[::2], counted[1::2], strict=True)
    ]


def period_for(start: int, end: int, now: int) -> int:
    """Seconds of a period that CloudWatch still has, and of which some sixty fill the window."""
    finest = next((least for age, least in _FINEST_AFTER if now - start > age * 1000), 60)
    fitting = (end - start) / 1000 / _MOST_POINTS
    return next((one for one in _PERIODS if one >= max(fitting, finest)), _PERIODS[-1])
