"""What AWS asks for what commands switch on, in US dollars: list prices of :data:`PRICES_OF`.

Without free tiers. Each was looked up on 2026-11-28, in what could be read of the web that day, and
its source stands beside it; AWS's own pages show their figures to a browser alone. What no page was
found for is named as not verified, in the output too (:data:`NOT_VERIFIED`). What a cache cluster
costs is in :mod:`dragonctl.recipes.caching.prices`.
"""

from __future__ import annotations

PRICES_OF = "November 2026, us-east-1"
SECONDS_A_MONTH = 30 * 24 * 3600

LOGGED_GB = 0.50
"""Of a standard log group, taken in (factualminds.com, "Amazon CloudWatch Pricing", 2026-06-13)."""
MILLION_TRACES = 5.0
"""Recorded by X-Ray, in US East (awsnegotiations.com, "AWS X-Ray Pricing Strategy", undated)."""
METRIC_A_MONTH = 0.30
"""Of the first 10,000 (signoz.io/guides/cloudwatch-pricing, 2026-02-15)."""
ALARM_METRIC_A_MONTH = 0.10
"""Of standard resolution (a workshop's cost table, 002-workshop-application-performance-monitoring,
undated)."""
DASHBOARD_A_MONTH, FREE_DASHBOARDS = 3.0, 3
"""Each (factualminds.com, 2026-06-13); three are free (aws.amazon.com/cloudwatch/pricing)."""
MILLION_EDGE_REQUESTS, EDGE_GB_SECOND = 0.60, 0.00005001
"""Not verified: no page was found that names them."""
NOT_VERIFIED = "not verified: see the price list of AWS"
"""What the output says of a figure for which no page was found."""


def dollars(amount: float) -> str:
    """``$1,234.50``; what is saved is ``-$0.50``."""
    cents = round(amount, 2)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"
