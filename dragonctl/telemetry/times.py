"""Points in time as people type them: ``10m`` ago, ``2h``, ``1d``, or ISO 8601."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from dragonctl.errors import UsageError

Clock = Callable[[], float]
"""Seconds since the epoch, as ``time.time`` gives them."""
Sleep = Callable[[float], None]
"""Waits so many seconds, as ``time.sleep`` does."""


def moment(text: str, now: float, option: str = "--since") -> int:
    """The point in time that ``text`` names, in milliseconds since the epoch.

    A duration (``10m``, ``1h30m``, ``2d``) counts back from ``now`` (seconds since the epoch);
    ``now`` is now; a date or time of ISO 8601 without an offset is UTC, as CloudWatch shows it.
    Raises :class:`UsageError` naming ``option`` for anything else.
    """
    cleaned = text.strip().lower().removesuffix(" ago").replace(" ", "")
    if cleaned == "now":
        return int(now * 1000)
    seconds = _duration(cleaned)
    if seconds is not None:
        return int((now - seconds) * 1000)
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{option} '{text}' is not a time.", "Write 10m, 2h, 1d or 2026-11-23T08:00:00Z."
        ) from None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def past(text: str, now: float) -> int:
    """As :func:`moment`, for ``--since``: a time to come is refused, for nothing happened then."""
    start = moment(text, now)
    if start > now * 1000:
        raise UsageError(
            f"--since '{text}' lies in the future.", "A time without an offset is UTC; write 10m."
        )
    return start


def period(text: str, option: str) -> float:
    """A length of time (``30m``, ``2h``, ``1d``) in seconds; UsageError naming ``option``."""
    seconds = _duration(text.strip().lower())
    if seconds is None:
        raise UsageError(f"{option} '{text}' is not a length of time.", "Write 30m, 2h or 1d.")
    return seconds


def window(since: str, until: str | None, now: float) -> tuple[int, int | None]:
    """Start and end in milliseconds; no end given: None. Refuses an end before its start."""
    start = past(since, now)
    end = moment(until, now, "--until") if until else None
    if end is not None and end <= start:
        raise UsageError(
            f"--until {until} is not after --since {since}.", "Let --since name the earlier time."
        )
    return start, end


def clock_text(time_ms: int) -> str:
    """``HH:MM:SS.mmm`` in UTC."""
    seconds, milliseconds = divmod(time_ms, 1000)
    return f"{_second_text(seconds % 86400)}.{milliseconds:03d}"


@lru_cache(maxsize=1024)
def _second_text(second: int) -> str:
    """``HH:MM:SS`` of a second of a day; many lines are of one."""
    minutes, seconds = divmod(second, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def local_clock_text(time_ms: int) -> str:
    """``HH:MM:SS.mmm`` in this machine's time zone."""
    local = _utc(time_ms).astimezone()
    return f"{local:%H:%M:%S}.{time_ms % 1000:03d}"


def iso_text(time_ms: int) -> str:
    """ISO 8601 in UTC with milliseconds: ``2026-11-23T08:00:00.000Z``."""
    return f"{_utc(time_ms):%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"


def age_text(seconds: float) -> str:
    """How long ago, in one unit: ``45 s``, ``12 min``, ``3 h``, ``2 d``."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def length(seconds: float | None) -> float | None:
    """A length of time as AWS tells it, in seconds; what ends before it begins has none: 0."""
    return None if seconds is None else max(0.0, seconds)


def duration_text(seconds: float | None) -> str:
    """A latency to read: ``812 µs``, ``23 ms``, ``1.42 s``, ``3 min 05 s``; None is ``-``.

    What would round up to a unit's thousand stands in the next unit; nothing at all is ``0 ms``.
    """
    if seconds is None:
        return "-"
    if seconds < 0:  # two clocks that disagree
        return f"-{duration_text(-seconds)}"
    for edge, factor, digits, unit in _UNITS:
        if round(seconds * factor, digits) < edge:
            return f"{seconds * factor:.{digits}f} {unit}" if seconds else "0 ms"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


# Up to which figure a unit serves, what makes seconds into it, digits behind the point, its name.
_UNITS = ((1000, 1e6, 0, "µs"), (10, 1e3, 1, "ms"), (1000, 1e3, 0, "ms"), (60, 1, 2, "s"))


def _duration(text: str) -> float | None:
    import durationpy

    try:
        seconds = durationpy.from_str(text).total_seconds()
    except (durationpy.DurationError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _utc(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms // 1000, UTC)
