"""Lambda's Python runtimes: when each retires, and what machine a wheel must fit.

Dates: AWS Lambda developer guide, "Lambda runtimes" (deprecation dates, read in November 2026).
The C library is Amazon Linux's: 2.26 up to Python 3.11 (Amazon Linux 2), 2.34 from Python 3.12
on (Amazon Linux 2023).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dragonctl.errors import UsageError
from dragonctl.wording import with_and

RETIREMENT = {
    "3.6": date(2022, 7, 18),
    "3.7": date(2023, 12, 4),
    "3.8": date(2024, 10, 14),
    "3.9": date(2025, 12, 15),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 6, 30),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 6, 30),
    "3.14": date(2029, 6, 30),
}
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
_FIRST_ON_AMAZON_LINUX_2023 = (3, 12)


@dataclass(frozen=True)
class Platform:
    """What the zip must run on: ``python`` as "3.13", ``architecture`` as Lambda names it.

    Raises :class:`UsageError` for a version or an architecture that Lambda does not have.
    """

    python: str = "3.13"
    architecture: str = "x86_64"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"3\.([6-9]|[1-9]\d)", self.python):
            raise UsageError(
                f"{self.python!r} is not a valid Python version of Lambda's.",
                f"Known: {', '.join(RETIREMENT)}.",
                option="--python",
            )
        if self.architecture not in ARCHITECTURES:
            known = with_and(ARCHITECTURES)
            raise UsageError(
                f"{self.architecture!r} is not a valid architecture of Lambda's: {known} are.",
                option="--architecture",
            )

    @property
    def version(self) -> tuple[int, int]:
        """The Python version as numbers: (3, 13)."""
        major, minor = self.python.split(".")
        return int(major), int(minor)

    @property
    def runtime(self) -> str:
        """Lambda's name of the runtime: ``python3.13``."""
        return f"python{self.python}"

    @property
    def glibc(self) -> tuple[int, int]:
        """The version of the C library that the runtime has."""
        return (2, 34) if self.version >= _FIRST_ON_AMAZON_LINUX_2023 else (2, 26)

    @property
    def machine(self) -> str:
        """The processor as Python names it: x86_64 or aarch64."""
        return ARCHITECTURES[self.architecture]

    @property
    def wheel_platform(self) -> str:
        """What uv calls the newest wheels that fit; it knows 2.17 below 2.26, and none between."""
        newest = "2_34" if self.glibc >= (2, 34) else "2_17"
        return f"{self.machine}-manylinux_{newest}"

    def __str__(self) -> str:
        major, minor = self.glibc
        return f"Python {self.python} on {self.architecture} (glibc {major}.{minor})"


def target_of(runtime: str, architecture: str = "x86_64") -> Platform:
    """The target of a function's ``Runtime`` and architecture as Lambda's API gives them.

    Raises :class:`UsageError` for a runtime that is not Python.
    """
    if not runtime.startswith("python"):
        raise UsageError(
            f"The function runs on {runtime}; dragonctl packages Python only.",
        )
    return Platform(runtime.removeprefix("python"), architecture)


def retirement_notice(python: str, today: date) -> str | None:
    """One sentence when the runtime is retired or will be within half a year; else None."""
    end = RETIREMENT.get(python)
    half_a_year = 182
    if end is None or (end - today).days > half_a_year:
        return None
    verb = "was retired" if end <= today else "will be retired"
    return (
        f"python{python} {verb} by AWS on {end:%d %B %Y}: soon after that AWS refuses to create or "
        f"update functions on it. Choose a newer one with --python {newest(today)}."
    )


def newest(today: date) -> str:
    """The newest version that a function made today should run on: one still kept for a year."""
    kept = [python for python, end in RETIREMENT.items() if (end - today).days > 365]  # noqa: PLR2004
    return kept[-1] if kept else list(RETIREMENT)[-1]
