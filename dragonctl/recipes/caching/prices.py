"""What a cache cluster costs: data, with its date and source."""

from __future__ import annotations

from dragonctl.recipes.prices import NOT_VERIFIED

CURRENCY = "USD"
REGION = "us-east-1"
AS_OF = "2026-11"
SOURCE = "the price list of Amazon API Gateway (aws.amazon.com/api-gateway/pricing)"
HOURS_PER_MONTH = 730

PER_HOUR: dict[str, float] = {
    "0.5": 0.02,
    "1.6": 0.038,
    "6.1": 0.20,
    "13.5": 0.25,
    "28.4": 0.50,
    "58.2": 1.00,
    "118": 1.90,
    "237": 3.80,
}
"""Size in GB, as API Gateway writes it, -> dollars per hour. It costs while it exists."""
VERIFIED = frozenset({"0.5"})
"""The sizes whose price was found, on 2026-11-28: $0.02 an hour (awsforengineers.com, "AWS API
Gateway Pricing Explained", 2025-05-19), $14.60 a month (tmmr.uk, "Using API Gateway caching")."""


def per_hour(size: str) -> float | None:
    """Dollars per hour of a cluster of that size; None for one that is newer than this table."""
    return PER_HOUR.get(size)


def per_month(size: str) -> float | None:
    """Dollars per month of 730 hours; None where :func:`per_hour` is."""
    hour = per_hour(size)
    return None if hour is None else round(hour * HOURS_PER_MONTH, 2)


def in_words(size: str, region: str) -> str:
    """A sentence's end: ``$0.020 an hour, $14.60 a month``, and what that is true of."""
    hour, month = per_hour(size), per_month(size)
    if hour is None or month is None:
        return f"an amount that this version does not know: see {SOURCE}"
    price = f"${hour:.3f} an hour, ${month:,.2f} a month"
    elsewhere = "" if region == REGION else f"; {region} may differ"
    doubt = "" if size in VERIFIED else f"; {NOT_VERIFIED}"
    return f"{price} while it exists (price list of {REGION}, {AS_OF}{elsewhere}{doubt})"
