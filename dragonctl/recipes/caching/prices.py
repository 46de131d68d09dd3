"""What a cache cluster costs: data, with its date and source."""

from __future__ import annotations

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


def per_hour(size: str) -> float:
    """Dollars per hour of a cluster of that size."""
    return PER_HOUR[size]


def per_month(size: str) -> float:
    """Dollars per month of 730 hours."""
    return round(PER_HOUR[size] * HOURS_PER_MONTH, 2)


def in_words(size: str, region: str) -> str:
    """A sentence's middle: ``$0.020 an hour, $14.60 a month``, and what that is true of."""
    price = f"${per_hour(size):.3f} an hour, ${per_month(size):,.2f} a month"
    elsewhere = "" if region == REGION else f"; {region} may differ"
    return f"{price} while it exists (price list of {REGION}, {AS_OF}{elsewhere})"
