"""A stage's cache in the terminal: hits, misses, ratio, and how they went in time."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from dragonctl.telemetry.cache_metrics import CacheStats
from dragonctl.telemetry.times import clock_text
from dragonctl.terminal.console import headline
from dragonctl.terminal.neutral import neutral

_BARS = " ▁▂▃▄▅▆▇█"
_GOOD, _POOR = 0.8, 0.5


def cache_view(
    title: str, label: str, stats: Iterable[CacheStats], states: dict[str, str]
) -> RenderableType:
    """A headline, and a paragraph for each stage.

    ``states`` says of each stage how its cache stands; ``label`` is ``local`` where it is.
    """
    lines = (line for one in stats for line in _stage(one, states[one.stage]))
    return Group(headline(title, label), *lines)


def _stage(stats: CacheStats, state: str) -> list[Text]:
    lines = [Text.assemble((neutral(stats.stage), "bold"), (f"  {neutral(state)}", "dim"))]
    if stats.ratio is None:
        return [*lines, Text("  no request to a cached method in this time", style="dim"), Text()]
    shown = Text("  ")
    shown.append(f"{stats.ratio * 100:.0f} %", style=f"bold {_colour(stats.ratio)}")
    shown.append(f" from the cache; hits {stats.hits:,}, misses {stats.misses:,}")
    return [*lines, shown, *_plot(stats), Text()]


def _plot(stats: CacheStats) -> list[Text]:
    """Requests as bars, and under each the share of hits; one column a period."""
    most = max(hits + misses for _, hits, misses in stats.points)
    requests, ratios = Text("  "), Text("  ")
    for _, hits, misses in stats.points:
        total = hits + misses
        requests.append(_bar(total / most), style="dim")
        share = hits / total if total else 0.0
        ratios.append(_bar(share) if total else " ", style=_colour(share))
    length = f"{stats.period // 60} min" if stats.period < 3600 else f"{stats.period // 3600} h"  # noqa: PLR2004
    requests.append(f"  requests, at most {most:,} in {length}", style="dim")
    ratios.append("  hit ratio, up to 100 %", style="dim")
    first, last = clock_text(stats.points[0][0])[:5], clock_text(stats.points[-1][0])[:5]
    gap = max(len(stats.points) - len(first) - len(last), 1)
    return [requests, ratios, Text(f"  {first}{' ' * gap}{last}", style="dim")]


def _bar(share: float) -> str:
    """One of nine heights; what is there at all can be seen."""
    return _BARS[max(round(share * (len(_BARS) - 1)), 1 if share else 0)]


def _colour(ratio: float) -> str:
    return "green" if ratio >= _GOOD else "yellow" if ratio >= _POOR else "red"
