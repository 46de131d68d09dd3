"""Named queries of Logs Insights over an application's logs: for ``query`` and the dashboard."""

from __future__ import annotations

from dataclasses import dataclass

MOST_GROUPS = 50
"""Groups that one StartQuery takes (CloudWatch Logs API reference)."""


@dataclass(frozen=True)
class Preset:
    """A named query: what it answers, the query, and the sources that it asks."""

    title: str
    text: str
    sources: tuple[str, ...]


PRESETS = {
    "slowest-requests": Preset(
        "The slowest requests, with the ids that why takes",
        "fields @timestamp, httpMethod, path, status, responseLatency, integrationLatency,"
        " requestId | filter ispresent(responseLatency) | sort responseLatency desc | limit 20",
        ("access",),
    ),
    "errors-by-path": Preset(
        "Errors by path and status, from the access log",
        "fields coalesce(resourcePath, path) as route | filter status >= 400"
        " | stats count(*) as errors by httpMethod, route, status | sort errors desc | limit 50",
        ("access",),
    ),
    "cold-starts": Preset(
        "Cold starts: how many, how long",
        "filter @type = 'REPORT' | stats count(*) as calls, count(@initDuration) as coldStarts,"
        " avg(@initDuration) as averageInitMs, max(@initDuration) as longestInitMs by @log"
        " | sort coldStarts desc",
        ("functions",),
    ),
    "cache-misses": Preset(
        "Requests that went to the back end, by path: the integration wrote its latency",
        "filter httpMethod = 'GET' and ispresent(integrationLatency) and integrationLatency != '-'"
        " | stats count(*) as misses, avg(responseLatency) as averageMs by resourcePath"
        " | sort misses desc | limit 50",
        ("access",),
    ),
    "failing-states": Preset(
        "The states that fail most, and with what",
        "filter type like /(Failed|TimedOut|Aborted)$/"
        " | stats count(*) as failures by type, details.error, details.resource"
        " | sort failures desc | limit 50",
        ("state-machines",),
    ),
}
"""Name -> query. They read what ``setup-observability`` makes the services write."""
