"""What AWS asks for what commands switch on, in US dollars: list prices of :data:`PRICES_OF`.

Without free tiers. From the pricing pages of Amazon CloudWatch (logs, metrics, dashboards, alarms),
AWS X-Ray and Lambda@Edge. What a cache cluster costs is in :mod:`dragonctl.recipes.caching.prices`.
"""

from __future__ import annotations

PRICES_OF = "November 2026, us-east-1"
SECONDS_A_MONTH = 30 * 24 * 3600

LOGGED_GB = 0.50
MILLION_TRACES = 5.0
METRIC_A_MONTH = 0.30
ALARM_METRIC_A_MONTH = 0.10
DASHBOARD_A_MONTH, FREE_DASHBOARDS = 3.0, 3
MILLION_EDGE_REQUESTS, EDGE_GB_SECOND = 0.60, 0.00005001


def dollars(amount: float) -> str:
    """``$1,234.50``; what is saved is ``-$0.50``."""
    cents = round(amount, 2)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"
