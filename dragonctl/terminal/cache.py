"""A stage's cache in the terminal: hits, misses, ratio, and how they went in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from dragonctl.telemetry.cache_metrics import CacheStats
from dragonctl.telemetry.times import clock_text
from dragonctl.terminal.console import Screen
from dragonctl.terminal.fitting import fitted
from dragonctl.terminal.neutral import neutral

_BARS = " ▁▂▃▄▅▆▇█"
_GOOD, _POOR = 0.8, 0.5


def print_cache(console: Screen, api: str, stages: Iterable[tuple[CacheStats, str]]) -> None:
    """A paragraph for each stage of an API, with how its cache stands.

    ``api`` is the API's name where there are others beside it, else empty.
    """
    for stats, state in stages:
        title = f"{api} · {stats.stage}" if api else stats.stage
        console.print(Text.assemble((neutral(title), "bold"), (f"  {neutral(state)}", "dim")))
        _print_stage(console, stats)
        console.print()


def _print_stage(console: Screen, stats: CacheStats) -> None:
    if stats.ratio is None:
        console.print(Text("  no request to a cached method in this time", style="dim"))
        return
    shown = Text("  ")
    shown.append(f"{stats.ratio * 100:.0f} %", style=f"bold {_colour(stats.ratio)}")
    console.print(shown.append(f" from the cache; hits {stats.hits:,}, misses {stats.misses:,}"))
    columns = console.drawing_width
    for points in _batched(stats.points, columns - 2):
        for bars, meaning in _plot(stats, points):
            console.draw(*_fitting(bars, meaning, columns))


def _batched(
    points: Sequence[tuple[int, int, int]], size: int
) -> Iterator[Sequence[tuple[int, int, int]]]:
    for first in range(0, len(points), size):
        yield points[first : first + size]


def _plot(stats: CacheStats, points: Sequence[tuple[int, int, int]]) -> list[tuple[Text, str]]:
    """Requests as bars, and under each the share of hits, one column a period; with its name."""
    most = max(hits + misses for _, hits, misses in stats.points)
    requests, ratios = Text("  "), Text("  ")
    for _, hits, misses in points:
        total = hits + misses
        requests.append(_bar(total / most), style="dim")
        share = hits / total if total else 0.0
        ratios.append(_bar(share) if total else " ", style=_colour(share))
    length = f"{stats.period // 60} min" if stats.period < 3600 else f"{stats.period // 3600} h"  # noqa: PLR2004
    first, last = clock_text(points[0][0])[:5], clock_text(points[-1][0])[:5]
    gap = max(len(points) - len(first) - len(last), 1)
    return [
        (requests, f"requests, at most {most:,} in {length}"),
        (ratios, "hit ratio, up to 100 %"),
        (Text(f"  {first}{' ' * gap}{last}", style="dim"), ""),
    ]


def _fitting(bars: Text, meaning: str, columns: int) -> list[Text]:
    """A line of the plot with its name: behind it, or where there is no room above it."""
    words = Text(f"  {meaning}" if meaning else "", style="dim")
    if bars.cell_len + words.cell_len <= columns:
        return [Text.assemble(bars, words)]
    return [*fitted(words, columns), bars]


def _bar(share: float) -> str:
    """One of nine heights; what is there at all can be seen."""
    return _BARS[max(round(share * (len(_BARS) - 1)), 1 if share else 0)]


def _colour(ratio: float) -> str:
    return "green" if ratio >= _GOOD else "yellow" if ratio >= _POOR else "red"
